"""xAPI statements in a file: JSON lines, a JSON array, a statements result; plain or gzip."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from leadline.sources.records import Broken, Record, Unreadable
from leadline.sources.splitter import lines, values

GZIP_MAGIC = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
HEAD_BYTES = 256 * 1024  # enough to tell the shape of a file

ENVELOPE = re.compile(rb'\{\s*(?:"more"\s*:\s*"[^"]*"\s*,\s*)?"statements"\s*:\s*\[')
INSIDE = re.compile(rb'[ \t"}]')


@dataclass(frozen=True)
class Shape:
    """How records stand in a file. skip: bytes before the first; closing: see `values`."""

    one_a_line: bool
    skip: int
    closing: bytes = b""


def shape_of(head: bytes) -> Shape:
    """Tell the shape of a file from its beginning, never from its name."""
    bom = len(BOM) if head.startswith(BOM) else 0
    text = head[bom:].lstrip()
    first = len(head) - len(text)
    if text.startswith(b"["):
        return Shape(False, first + 1, b"]")
    if envelope := ENVELOPE.match(text):
        return Shape(False, first + envelope.end(), b"]}")
    return Shape(not _is_pretty(text), bom)


def _is_pretty(text: bytes) -> bool:
    """Whether objects stretch over several lines: the first line is not whole, and the second
    looks like the inside of an object rather than like a record of its own."""
    line, _, rest = text.partition(b"\n")
    if not line.startswith(b"{") or not INSIDE.match(rest):
        return False
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return False


class StatementFile:
    """The records of one file, in order, in bounded memory. Iterate once.

    name: for origins. size, position: bytes on disk and how many of them have been read.
    damage: set where the compressed stream breaks off; what came before it has been given out.
    Raises Unreadable."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.damage = ""
        self._path = path
        try:
            self._disk = path.open("rb")
            self.size = path.stat().st_size
            self._shape = self._look()
        except OSError as problem:
            raise Unreadable(f"{path}: {problem.strerror or problem}.") from problem

    @property
    def position(self) -> int:
        return self.size if self._disk.closed else self._disk.tell()

    def __iter__(self) -> Iterator[Record | Broken]:
        stream = self._open()
        before = stream.read(self._shape.skip) if self._shape.skip else b""
        with self._disk:
            if self._shape.one_a_line:
                yield from lines(stream, self.name)
            else:
                line = 1 + before.count(b"\n")
                yield from values(stream, self.name, closing=self._shape.closing, line=line)
        self.damage = stream.damage

    def _look(self) -> Shape:
        head = self._open().read(HEAD_BYTES)
        if head.startswith(UTF_16):
            raise Unreadable(f"{self._path}: is UTF-16; save it as UTF-8 and import it again.")
        self._disk.seek(0)
        return shape_of(head)

    def _open(self) -> "_Bytes":
        self._disk.seek(0)
        zipped = self._disk.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        self._disk.seek(0)
        return _Bytes(gzip.GzipFile(fileobj=self._disk) if zipped else self._disk)


class _Bytes:
    """A stream that ends where its compression breaks, and says so in `damage`."""

    def __init__(self, file: io.BufferedReader | gzip.GzipFile) -> None:
        self.damage = ""
        self._file = file

    def read(self, size: int) -> bytes:
        """At least one byte unless at the end; whole up to the point of damage."""
        try:
            return self._file.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            return self._broken(problem)

    def readline(self, size: int) -> bytes:
        try:
            return self._file.readline(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            return self._broken(problem)

    def _broken(self, problem: Exception) -> bytes:
        self.damage = f"the compressed file breaks off or is damaged here ({problem})"
        return b""
