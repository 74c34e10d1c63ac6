"""How fast the record store takes statements in and finds them again, over HTTP, every answer
compared with the truth.

A real `leadline serve` on a home of its own, on SQLite or (`python -m benchmarks load --postgres`,
BENCH_DATABASE=postgresql) on a PostgreSQL that is started for it, both durable on the disk.
Statements of 1.4 KB: BENCH_BULK of them (40,000) from 4 clients in batches of 100, BENCH_SINGLE
(6,000) one by one from 8 clients; the same to the bare application of `bare.py`. Then the store is
filled to BENCH_STORED (1,000,000; 0: not at all), all of it is read back and compared, and every
filter is asked. The clients share the machine with the server, so its CPU time is shown too."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import psycopg
from tests.story.postgresql import Server

from benchmarks import made, questions
from benchmarks.instance import LEADLINE, Client, Running, basic, running
from benchmarks.made import Numbers, World
from benchmarks.measuring import temporary_home
from benchmarks.questions import EPOCH, STATEMENTS, Stored, number_of
from leadline.store import Credentials, Database

BULK = int(os.environ.get("BENCH_BULK", "40_000"))
SINGLE = int(os.environ.get("BENCH_SINGLE", "6_000"))
STORED = int(os.environ.get("BENCH_STORED", "1_000_000"))
ON_POSTGRESQL = "--postgres" in sys.argv or os.environ.get("BENCH_DATABASE") == "postgresql"
BULK_CLIENTS, BATCH, SINGLE_CLIENTS = 4, 100, 8
PEER_BULK, PEER_SINGLE = 2_500, 50  # statements a second of the best peer, Ralph on ClickHouse
BULK_TIMES, SINGLE_TIMES, BARE_RATIO_MIN = 3, 20, 0.6
ENCODED_AT_ONCE = 50_000
MICROSECOND = timedelta(microseconds=1)
STORE_DECIDES = ("stored", "authority", "version")


class Rate(NamedTuple):
    """statements a second of the wall clock, and the server's CPU time for each."""

    per_s: float
    cpu_us: float

    def __str__(self) -> str:
        return f"{self.per_s:8,.0f}/s   {self.cpu_us:5.0f} us CPU each"


class Rates(NamedTuple):
    bulk: Rate
    single: Rate


def main() -> None:
    world = World.of(max(STORED, BULK + SINGLE))
    with temporary_home() as home, database_urls(home) as (url, bare_url):
        product = url.partition(":")[0]
        command = [sys.executable, "-m", "benchmarks.bare", bare_url]
        with running(command, {}) as server:
            bare = rates(server, world, "")
        signed = signed_by_all(url)
        environment = {"LEADLINE_HOME": str(home), "LEADLINE_DATABASE_URL": url}
        with running([*LEADLINE, "serve", "--no-worker"], environment) as server:
            server.settle()  # it loads the pages behind its first minute; not part of the store
            ours = rates(server, world, signed)
            report(product, ours, bare)
            filled = max(STORED, BULK + SINGLE)
            if filled > BULK + SINGLE:
                way = Way(BULK_CLIENTS, BATCH, signed)
                rate = posted(server, world, range(BULK + SINGLE, filled), way)
                print(f"   filling to {filled:,}: {rate}")
            client = Client(server.port, signed)
            stored = read_back(client, world, filled)
            print(f"   all {filled:,} read back: each as sent, none lost, none doubled, in order")
            print(f"   {size(url) / filled:,.0f} bytes stored a statement")
            questions.ask_all(client, stored)
            print(f"   the server holds {server.memory_mb():,.0f} MB of memory of its own")


def report(product: str, ours: Rates, bare: Rates) -> None:
    targets = (("bulk", PEER_BULK * BULK_TIMES), ("single", PEER_SINGLE * SINGLE_TIMES))
    for name, target in targets:
        mine, other = getattr(ours, name), getattr(bare, name)
        ratio = mine.per_s / other.per_s
        met = "met" if mine.per_s >= target and ratio >= BARE_RATIO_MIN else "MISSED"
        wanted = f"wanted {target:,}/s and {BARE_RATIO_MIN} of bare: {met}"
        print(f"   {product} {name:7} {mine}   {wanted}")
        print(f"   {'bare':>{len(product)}} {name:7} {other}   ratio {ratio:.2f}", flush=True)


def rates(server: Running, world: World, signed: str) -> Rates:
    bulk = posted(server, world, range(BULK), Way(BULK_CLIENTS, BATCH, signed))
    single = posted(server, world, range(BULK, BULK + SINGLE), Way(SINGLE_CLIENTS, 1, signed))
    return Rates(bulk, single)


class Way(NamedTuple):
    """How many clients send how many statements in a request, and what they sign with."""

    clients: int
    batch: int
    signed: str


def posted(server: Running, world: World, numbers: range, way: Way) -> Rate:
    """Send statements and check each reply. Making them is not timed."""
    took_s = cpu_s = 0.0
    for first in range(numbers.start, numbers.stop, ENCODED_AT_ONCE):
        some = range(first, min(first + ENCODED_AT_ONCE, numbers.stop))
        shares = shared_out(world, some, way)
        clients = [Client(server.port, way.signed) for _ in shares]
        began, cpu_before = time.perf_counter(), server.cpu_s()
        with ThreadPoolExecutor(way.clients) as threads:
            list(threads.map(send, clients, shares))
        took_s += time.perf_counter() - began
        cpu_s += server.cpu_s() - cpu_before
        for client in clients:
            client.close()
    return Rate(len(numbers) / took_s, cpu_s / len(numbers) * 1e6)


class Request(NamedTuple):
    """A body, and the answer that it must get: the ids of its statements, in order."""

    body: bytes
    answer: bytes


def shared_out(world: World, numbers: range, way: Way) -> list[list[Request]]:
    requests = []
    for first in range(numbers.start, numbers.stop, way.batch):
        batch = range(first, min(first + way.batch, numbers.stop))
        statements = [world.statement(n) for n in batch]
        value = statements if way.batch > 1 else statements[0]
        answer = msgspec.json.encode([made.identity(n) for n in batch])
        requests.append(Request(msgspec.json.encode(value), answer))
    return [requests[client :: way.clients] for client in range(way.clients)]


def send(client: Client, requests: Sequence[Request]) -> None:
    for request in requests:
        reply = client.post(request.body)
        assert reply == (200, request.answer), reply


def read_back(client: Client, world: World, count: int) -> Stored:
    """The whole log as the endpoint gives it, each statement compared with what was sent."""
    numbers, moments = [], []
    path = f"{STATEMENTS}?ascending=true&limit=500"
    while path:
        result, _ = questions.answered(client, path=path)
        for statement in result["statements"]:
            numbers.append(number_of(statement["id"]))
            moments.append((datetime.fromisoformat(statement["stored"]) - EPOCH) // MICROSECOND)
            sent = {key: part for key, part in statement.items() if key not in STORE_DECIDES}
            assert sent == world.statement(numbers[-1]), statement
        path = result["more"]
    order = np.array(numbers)
    assert np.array_equal(np.sort(order), np.arange(count)), "statements are lost or doubled"
    check_batches(order)
    return Stored.of(world, order, np.array(moments))


def check_batches(order: Numbers) -> None:
    """Each batch lies together and in its own order."""
    bulk = order[(order < BULK) | (order >= BULK + SINGLE)]
    breaks = bulk[np.flatnonzero(np.diff(bulk) != 1) + 1]
    assert not ((breaks - np.where(breaks < BULK, 0, SINGLE)) % BATCH).any(), "a batch was parted"


@contextmanager
def database_urls(home: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of one product: for Leadline, and for the bare application."""
    if not ON_POSTGRESQL:
        yield f"sqlite:///{home / 'leadline.db'}", f"sqlite:///{home / 'bare.db'}"
        return
    server = Server(durable=True)
    try:
        with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
            for name in ("leadline", "bare"):
                connection.execute(f"CREATE DATABASE {name}")
        yield f"{server.url}/leadline", f"{server.url}/bare"
    finally:
        server.remove()


def signed_by_all(url: str) -> str:
    """The Authorization header of a new credential that may do everything."""
    database = Database.open(url)
    credential, secret = Credentials(database).create("load", ["all"])
    database.close()
    return basic(credential.key, secret)


def size(url: str) -> int:
    """Bytes of the database, its index and its write-ahead log included where that is a file."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sum(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])
