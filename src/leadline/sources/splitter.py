"""Cut a stream of JSON into its records without holding or decoding the whole."""

import re
from collections.abc import Iterator
from typing import Protocol

from leadline.sources.records import Broken, Record

RECORD_BYTES = 16 * 1024 * 1024  # a longer "statement" is a lost bracket or quote
CHUNK_BYTES = 256 * 1024
SHOWN_BYTES = 4096  # of a piece that is too long to keep

# Everything up to and including the next bracket outside of strings. Possessive: no backtracking,
# so the time is linear in the input whatever the input is.
STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:' + STRING + rb'[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
SCALAR = re.compile(rb"(?:" + STRING + rb'|[^",{}\[\]])++(?=[,{}\[\]])', re.DOTALL)
BETWEEN = re.compile(rb"[\s,]*+")
AFTER_STATEMENTS = re.compile(rb'\s*(,\s*"more"\s*:\s*"[^"]*"\s*)?\}\s*')

LINE_REMEDY = "Send this statement again, whole, on one line."
CUT_REMEDY = "Write the file again to its end and import it again; what is in already stays single."
LOST_REMEDY = "Mend the brackets and quotes from this line on and import the file again."


class Stream(Protocol):
    """Bytes from the front to the back. damage: why there are no more, if that is not the end."""

    damage: str

    def read(self, size: int) -> bytes: ...

    def readline(self, size: int) -> bytes: ...


def lines(stream: Stream, name: str) -> Iterator[Record | Broken]:
    """One record a line; empty lines are skipped; a broken line harms no other."""
    number = 0
    while line := stream.readline(RECORD_BYTES + 1):
        number += 1
        if len(line) > RECORD_BYTES:
            reason = f"is longer than {RECORD_BYTES:,} bytes"
            yield Broken(f"{name}:{number}", line[:SHOWN_BYTES], "line", reason, LINE_REMEDY)
            while line and not line.endswith(b"\n"):
                line = stream.readline(RECORD_BYTES)
        elif content := line.strip():
            yield Record(f"{name}:{number}", content)
    if stream.damage:
        origin = f"{name}:{number + 1}"
        # The quarantine tells records apart by their bytes, and of this one there are none.
        yield Broken(origin, origin.encode(), "file", stream.damage, CUT_REMEDY)


def values(stream: Stream, name: str, *, closing: bytes, line: int) -> Iterator[Record | Broken]:
    """Objects that follow each other, as records; at most one Broken, where the order is lost.

    closing: `]` inside an array, `]}` inside {"statements": [, empty for bare objects. line: the
    line on which the stream begins."""
    text, at = b"", 0
    while True:
        start = _between(text, at)
        line += text.count(b"\n", at, start)
        if end := _end(text, start):
            yield Record(f"{name}:{line}", text[start:end])
            line += text.count(b"\n", start, end)
            at = end
            continue
        origin, rest = f"{name}:{line}", text[start : start + SHOWN_BYTES]
        if rest[:1] in (b"]", b"}"):
            rest += stream.read(SHOWN_BYTES)
            if not _closed(rest, closing):
                reason = "there is text that does not belong here; what follows was not read"
                yield Broken(origin, rest[:SHOWN_BYTES], "file", reason, LOST_REMEDY)
            return
        if len(text) - start > RECORD_BYTES:
            reason = (
                f"a statement here has no end within {RECORD_BYTES:,} bytes; nothing after read"
            )
            yield Broken(origin, rest, "file", reason, LOST_REMEDY)
            return
        more = stream.read(max(CHUNK_BYTES, len(text) - start))  # doubling: linear in all
        if not more:
            if rest or closing or stream.damage:
                reason = stream.damage or "the file ends in the middle of a statement or list"
                yield Broken(origin, rest, "file", reason, CUT_REMEDY)
            return
        text, at = text[start:] + more, 0


def _between(text: bytes, at: int) -> int:
    gap = BETWEEN.match(text, at)
    assert gap is not None  # the pattern matches nothing, too
    return gap.end()


def _end(text: bytes, start: int) -> int:
    """Where the value that begins at `start` ends; 0: not in this text."""
    first = text[start : start + 1]
    if first not in (b"{", b"["):
        scalar = SCALAR.match(text, start)
        return scalar.end() if scalar else 0
    depth, at = 0, start
    while bracket := TO_BRACKET.match(text, at):
        at = bracket.end()
        depth += 1 if bracket[1] in b"{[" else -1
        if depth == 0:
            return at
    return 0


def _closed(rest: bytes, closing: bytes) -> bool:
    if closing == b"]}":
        return rest[:1] == b"]" and AFTER_STATEMENTS.fullmatch(rest, 1) is not None
    return rest.strip() == closing and closing != b""
