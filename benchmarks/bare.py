"""The named alternative: a bare ASGI application that decodes and commits the same rows.

No rules, no completion, no credentials, no comparison with what is stored: it decodes what it is
sent, takes the texts that a statement can be found by, and inserts the statement and a row for each
of those with the same promise (on the disk before the reply). What a store must do beyond that is
what the ratio to it measures. `python -m benchmarks.bare DATABASE_URL` listens on
LEADLINE_PORT."""

import os
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import lru_cache
from hashlib import blake2b
from time import time_ns
from typing import Any

import msgspec
import uvicorn

from leadline.store import Database

Message = MutableMapping[str, Any]
BLOCK = 8192
SOURCE = 1


POSTING = """
    CREATE TABLE posting (
        block {big} NOT NULL, term {big} NOT NULL, seq {big} NOT NULL,
        PRIMARY KEY (block, term, seq)
    ) {clustered}
"""


class Bare:
    """One connection, used in the loop's own thread: the least that a request can cost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._database.evolve("bare", (POSTING,))
        self._seq = 0

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        reply = msgspec.json.encode(self._commit(msgspec.json.decode(body)))
        headers = [(b"content-length", str(len(reply)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": reply})

    def _commit(self, value: Any) -> list[str]:
        batch = value if isinstance(value, list) else [value]
        stored = time_ns() // 1000
        rows, postings = [], []
        for statement in batch:
            self._seq += 1
            key = bytes.fromhex(statement["id"].replace("-", ""))
            payload = msgspec.json.encode(statement)
            rows.append((self._seq, key, stored, 0, SOURCE, payload))
            found = {term(text) for text in texts(statement)}
            postings += [(self._seq // BLOCK, each, self._seq) for each in found]
        with self._database.transaction() as tx:
            columns = ("seq", "id", "stored", "standing", "source", "payload")
            tx.insert("statement", columns, rows)
            tx.insert("posting", ("block", "term", "seq"), sorted(postings))
        return [statement["id"] for statement in batch]


def texts(statement: dict[str, Any]) -> Iterator[str]:
    """What such a statement can be found by."""
    context = statement["context"]
    yield statement["actor"]["account"]["name"]
    yield statement["verb"]["id"]
    yield statement["object"]["id"]
    yield context["registration"]
    yield context["instructor"]["mbox"]
    yield "the authority"
    for activities in context["contextActivities"].values():
        for activity in activities:
            yield activity["id"]


@lru_cache(1 << 18)
def term(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1


if __name__ == "__main__":
    uvicorn.run(
        Bare(Database.open(sys.argv[1])),
        port=int(os.environ["LEADLINE_PORT"]),
        log_level="warning",
        lifespan="off",
    )
