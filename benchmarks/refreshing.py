"""What a refresh costs on a long history: 1,000 new statements, each of somebody else, and 10.

The history is the demo's year, copied with other people until there are BENCH_EVENTS
events (10 million); events and facts lie in the lake as refreshes and compactions leave them,
without having passed the log. Compared with one bare DuckDB query over the same Parquet files that
reads all events of the people concerned."""

import os
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from benchmarks.measuring import temporary_home
from leadline.app import App, build
from leadline.config import Settings
from leadline.demo.story import write
from leadline.engine import Lake, Watermarks
from leadline.engine.compaction import BLOCK_ROWS
from leadline.events import flatten
from leadline.facts import catalogue
from leadline.refresh.definitions import DIMENSIONS, fingerprint
from leadline.refresh.run import BATCH_STATEMENTS
from leadline.sources.intake import Intake
from leadline.sources.xapi_file import StatementFile
from leadline.statements.agents import Identifier
from leadline.statements.statement import read

EVENTS_WANTED = int(os.environ.get("BENCH_EVENTS", "10_000_000"))
MANY, FEW = 1_000, 10
FLATTENED_AFTER = (0, 100_000, 150_000, 200_000)  # learning, videos, tests
LARGEST_KEY = (1 << 62) - 1


class Taken(NamedTuple):
    wall_s: float
    cpu_s: float

    def __str__(self) -> str:
        return f"{self.wall_s:7.2f} s   CPU {self.cpu_s:7.2f} s"


def main() -> None:
    with temporary_home() as home:
        year = year_of_the_demo(home / "year")
        print(f"   flatten                   {flattening(year):7,.0f} statements/s of one core")
        long = copied(year, build(Settings(home=home / "long")))
        events = long.lake.committed().mark
        small, _ = refreshing(year, newest(year, FEW))
        many, bare = refreshing(long, by_new_people(newest(year, MANY)))
        again, _ = refreshing(long, by_new_people(newest(year, MANY)))
        few, _ = refreshing(long, by_new_people(newest(year, FEW)))
        year.database.close()
        long.database.close()
    print(f"   {events:,} events of history, {MANY:,} new ones of as many people")
    print(f"   refresh                   {many}")
    print(f"   the same people again     {again}")
    print(f"   bare DuckDB, their events {bare}   ratio of walls {many.wall_s / bare.wall_s:.1f}")
    print(f"   refresh of {FEW}             {few}")
    print(f"   the same on one year      {small}")


def taken(work: Callable[[], object]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def year_of_the_demo(home: Path) -> App:
    """An installation with the demo's statements, refreshed."""
    app = build(Settings(home=home))
    for name, path in write(home / "files", date(2026, 11, 1)).statements.items():
        for _ in Intake(app.log).take(StatementFile(path), name):
            pass
    app.refresh()
    return app


def flattening(app: App) -> float:
    """Statements a second of one core, in batches as a refresh reads them."""
    batches = [app.log.since(first, BATCH_STATEMENTS) for first in FLATTENED_AFTER]
    zone = ZoneInfo(app.settings.reporting_zone)
    _, cpu_s = taken(lambda: [flatten(batch, app.directory.actors, zone) for batch in batches])
    return sum(map(len, batches)) / cpu_s


# The long history ----------------------------------------------------------------------------


def copied(year: App, long: App, wanted: int = EVENTS_WANTED) -> App:
    """Fill the lake of `long` with `wanted` events: copies of the year, each with its own people.

    The people `new0`, `new1` … of its directory are among them."""
    backend = year.lake.connect()
    connection = backend.con
    count = connection.execute("SELECT count(*) FROM event").fetchall()[0][0]
    copies = -(-wanted // count)
    name_people(connection, copies, long)
    long.lake.begin(definitions := fingerprint(catalogue(), long.settings.reporting_zone))
    for first in range(0, count * copies, BLOCK_ROWS):
        rows = connection.sql(events_of(copies, first)).to_arrow_table()
        long.lake.append("event", rows, mark=min(first + BLOCK_ROWS, count * copies + 1) - 1)
    for name in catalogue():
        connection.execute(f"CREATE OR REPLACE TEMP VIEW copied AS {facts_of(name)}")
        long.lake.append_from(backend, "copied", table=name, mark=1)
    for name in DIMENSIONS:
        if name != "link":
            long.lake.overwrite(name, connection.sql(f'FROM "{name}"').to_arrow_table())
    given = connection.sql("SELECT key AS actor, person FROM alias").to_arrow_table()
    long.lake.overwrite("link", given)
    long.lake.commit(
        count * copies,
        watermarks=Watermarks({}, long.directory.revision(), definitions),
    )
    say(long, newest(year, 1))
    long.database.execute("UPDATE statement SET seq = ?", (count * copies,))
    return long


def name_people(connection: duckdb.DuckDBPyConnection, copies: int, long: App) -> None:
    """Table `alias` (actor, copy, key, person): who stands for whom in which copy."""
    wanted = [Identifier("mbox", address(number)) for number in range(MANY)]
    keys = [long.directory.actors(wanted)[identifier] for identifier in wanted]
    listed = ", ".join(f"({number}, {key})" for number, key in enumerate(keys))
    connection.execute(f"CREATE TEMP TABLE given AS FROM (VALUES {listed}) AS t (number, key)")
    connection.execute(
        "CREATE TEMP TABLE alias AS WITH every AS (SELECT actor, coalesce(person, actor) AS whole, "
        "copy, row_number() OVER (ORDER BY hash(actor, copy)) - 1 AS number "
        "FROM (SELECT DISTINCT actor FROM event WHERE actor IS NOT NULL) "
        f"LEFT JOIN link USING (actor), range({copies}) AS t (copy)) "
        f"SELECT actor, copy, whole, coalesce(given.key, {keyed('actor')}) AS key, "
        f"{keyed('whole')} AS person FROM every LEFT JOIN given USING (number)"
    )


def keyed(column: str) -> str:
    return f"CAST(hash({column}, copy) % {LARGEST_KEY} AS BIGINT)"


def events_of(copies: int, first: int) -> str:
    """Events `first` to `first` + BLOCK_ROWS, sorted as a compaction sorts them."""
    return (
        f"SELECT e.* REPLACE ((seq - 1) * {copies} + copy + 1 AS seq, alias.key AS actor, "
        "CAST(md5(statement_id || copy) AS UUID)::VARCHAR AS statement_id) "
        "FROM event AS e JOIN alias USING (actor) "
        f"WHERE (seq - 1) * {copies} + copy + 1 >= {first} "
        f"AND (seq - 1) * {copies} + copy + 1 < {first + BLOCK_ROWS} "
        f"AND seq BETWEEN {first // copies} AND {(first + BLOCK_ROWS) // copies + 1} "
        "ORDER BY actor, timestamp, seq"
    )


def facts_of(name: str) -> str:
    return (
        "SELECT f.* REPLACE (p.person AS person), 1::BIGINT AS version "
        f'FROM "{name}" AS f JOIN (SELECT DISTINCT whole, copy, person FROM alias) AS p '
        "ON p.whole = f.person ORDER BY p.person"
    )


# New statements ------------------------------------------------------------------------------


def refreshing(app: App, statements: list[dict]) -> tuple[Taken, Taken]:
    """A refresh of new statements, and the bare query for the same people's events."""
    lake, before = app.lake, app.lake.snapshot().mark
    say(app, statements)
    refreshed = taken(lambda: refreshed_only(app))
    actors = lake.connect().con.execute(f"SELECT DISTINCT actor FROM event WHERE seq > {before}")
    listed = ", ".join(str(actor) for (actor,) in actors.fetchall())
    return refreshed, taken(lambda: bare_query(lake, listed))


def refreshed_only(app: App) -> None:
    if app.refresh().rebuilt:
        raise RuntimeError("events/ or facts/ were edited while this ran; run it again")


def bare_query(lake: Lake, actors: str) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        files = list(lake.snapshot().tables["event"].paths)
        connection.execute(
            f"CREATE TABLE seen AS FROM read_parquet({files}, hive_partitioning = false) "
            f"WHERE actor IN ({actors})"
        )


def newest(year: App, count: int) -> list[dict]:
    """The year's last statements, said again now."""
    logged = year.log.since(year.log.head() - count, count)
    said = [msgspec.json.decode(entry.payload) for entry in logged]
    now = datetime.now(UTC).isoformat()
    return [value | {"id": str(uuid.uuid4()), "timestamp": now} for value in said]


def by_new_people(statements: list[dict]) -> list[dict]:
    return [value | {"actor": {"mbox": address(n)}} for n, value in enumerate(statements)]


def address(number: int) -> str:
    return f"mailto:new{number}@example.org"


def say(app: App, statements: list[dict]) -> None:
    at, authority = datetime.now(UTC), {"mbox": "mailto:bench@example.org"}
    batch = [read(value, stored=at, authority=authority) for value in statements]
    app.log.append(batch, source="lms")
