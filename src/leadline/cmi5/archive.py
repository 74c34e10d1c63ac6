"""A zip file that nobody has to trust: every member is looked at before any is written (14.1)."""

import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from leadline.cmi5.problem import BadPackage

DIRECTORY_BYTES_MAX = 32 * 2**20  # the list at the end of a zip, which is read as a whole
MEMBERS_MAX = 50_000
NAME_BYTES_MAX = 255  # of one folder or file, as file systems have it
PATH_BYTES_MAX = 1_000
UNPACKED_BYTES_MAX = 8 * 2**30
# Text packs ten to one, silence and white pictures a hundred to one, a bomb a thousand to one.
EXPANSION_MAX = 100
EXPANSION_FREE_BYTES = 64 * 2**20
PIECE_BYTES = 2**20

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800


class Archive:
    """An open zip file. files: its members that are files, by their path inside."""

    def __init__(self, file: IO[bytes]) -> None:
        """Look at every member. Raises BadPackage, whose first reason names the member."""
        size = file.seek(0, os.SEEK_END)
        with _reporting():
            self._zip = ZipFile(_Measured(file))
        members = self._zip.infolist()
        if len(members) > MEMBERS_MAX:
            raise BadPackage("", f"it has more than {MEMBERS_MAX} members.", "Split the course.")
        self.files: dict[str, ZipInfo] = {}
        folders: set[str] = set()
        for member in members:
            path = _path(member)
            _check(member, path)
            parents = path.split("/")[:-1]
            folders.update("/".join(parents[: i + 1]) for i in range(len(parents)))
            if member.is_dir() or path.endswith("/"):
                continue
            if path in self.files:
                raise _bad(path, "two members have this name.", "Keep one of them.")
            self.files[path] = member
        for path in folders & self.files.keys():
            raise _bad(path, "it is a file and a folder at once.", "Rename one of them.")
        self._check_expansion(size)

    def read(self, path: str, limit_bytes: int) -> bytes:
        """One file's content. Raises BadPackage where it is longer or damaged."""
        if self.files[path].file_size > limit_bytes:
            raise _bad(path, f"it is longer than {limit_bytes >> 20} MiB.", "Split the course.")
        return b"".join(self._pieces(path))

    def unpack(self, folder: Path) -> None:
        """Write every file below an empty folder.

        Raises BadPackage where one is damaged, OSError where one cannot be written."""
        for path in self.files:
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                for piece in self._pieces(path):
                    file.write(piece)

    def _pieces(self, path: str) -> Iterator[bytes]:
        with _reporting(path), self._zip.open(self.files[path]) as member:
            # Never gives more than the size that was looked at, and checks the sum at the end.
            while piece := member.read(PIECE_BYTES):
                yield piece

    def _check_expansion(self, size: int) -> None:
        total = sum(member.file_size for member in self.files.values())
        largest = max(self.files, key=lambda path: self.files[path].file_size, default="")
        if total > UNPACKED_BYTES_MAX:
            reason = f"with it the package is over {UNPACKED_BYTES_MAX >> 30} GiB unpacked."
            raise _bad(largest, reason, "Split the course.")
        if total > EXPANSION_FREE_BYTES and total > size * EXPANSION_MAX:
            reason = f"with it the package is more than {EXPANSION_MAX} times as large unpacked."
            raise _bad(largest, reason, "Leave out what is mere padding.")


class _Measured:
    """What ZipFile reads from: a file of which no more than a bound is ever read at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.tell, self.seekable = file.tell, file.seekable

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET and place < 0:
            raise BadZipFile("it points before its beginning")
        return self._file.seek(place, whence)

    def read(self, size: int = -1) -> bytes:
        if size > DIRECTORY_BYTES_MAX:
            raise BadZipFile("its directory is too large")
        return self._file.read(DIRECTORY_BYTES_MAX if size < 0 else size)

    def close(self) -> None:
        """The file is its owner's to close."""


@contextmanager
def _reporting(path: str = "") -> Iterator[None]:
    """Say in our words what goes wrong inside the zip's own code."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        reason = f"the zip is damaged or is none: {problem}."
        raise BadPackage(path, reason, "Pack it again.", "14.1") from problem
    except (ValueError, OverflowError) as problem:  # names or places that make no sense
        reason = f"the zip is damaged: {problem}."
        raise BadPackage(path, reason, "Pack it again.", "14.1") from problem


def _path(member: ZipInfo) -> str:
    """A member's path with forward slashes; some packers write backslashes."""
    name = member.orig_filename
    if not member.flag_bits & _UTF8:
        try:  # some packers write UTF-8 and do not say so
            name = name.encode("cp437").decode()
        except UnicodeError:
            pass
    return name.replace("\\", "/")


def _check(member: ZipInfo, path: str) -> None:
    if not path.isprintable():
        raise _bad(path, "its name holds control characters.", "Rename it.")
    parts = path.removesuffix("/").split("/")
    if {"", ".", ".."} & set(parts) or ":" in parts[0]:
        raise _bad(path, "its name leads out of the package.", "Use plain relative names.")
    if len(path.encode()) > PATH_BYTES_MAX or any(len(p.encode()) > NAME_BYTES_MAX for p in parts):
        raise _bad(path, f"its name is over {NAME_BYTES_MAX} bytes.", "Shorten it.")
    mode = stat.S_IFMT(member.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _bad(path, "it is a link or device.", "Pack the file itself.")
    if member.flag_bits & _ENCRYPTED:
        raise _bad(path, "it is encrypted.", "Pack it without a password.")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _bad(path, "it is packed by a method other than deflate.", "Pack it with deflate.")


def _bad(path: str, reason: str, remedy: str) -> BadPackage:
    return BadPackage(path[:200], reason, remedy, "14.1")
