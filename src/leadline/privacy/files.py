"""The door for files that somebody brings in: kept until they are tried and taken in, by one login.

What a file would do is told in numbers: who brings one in need not be one who may see records."""

import re
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from leadline.config import Settings
from leadline.directory import Customers, Directory
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import Forbidden, NotThere
from leadline.privacy.registers import Registers
from leadline.sources.bringing import ColumnMaps, Tried, Way
from leadline.sources.columns import ColumnMap
from leadline.sources.file_kinds import FILE_KINDS, FileKind, Sight, first_look, proposed
from leadline.sources.records import Unreadable
from leadline.store import Database, Log, Sources

FILE_BYTES_MAX = 64 * 2**20
WAITING_SECONDS_MAX = 24 * 60 * 60
NAME_LETTERS_MAX = 100
SOURCE_LETTERS_MAX = 200
NEEDED: Mapping[str, Deed] = {
    "people": Deed.BRING_PEOPLE,
    "customers": Deed.BRING_RESULTS,
    "outcomes": Deed.BRING_RESULTS,
}
SENT = "sent"  # the folder of the file itself, so that its name can be any
KEY = re.compile(r"[0-9a-f]{32}")


class House(Protocol):
    """The parts of the application that files need."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def log(self) -> Log: ...
    @property
    def sources(self) -> Sources: ...


class Waiting(msgspec.Struct, frozen=True):
    """A file that was sent and is not taken in yet. via: how it is to be read; tried: what that
    would do, None before it was tried."""

    key: str
    login: str
    kind: str
    source: str
    name: str
    via: ColumnMap
    tried: Tried | None = None

    @property
    def file_kind(self) -> FileKind:
        return FILE_KINDS[self.kind]


@dataclass(frozen=True)
class Sent:
    """A file as it is sent: its kind, the source it is from, its name, and its pieces."""

    kind: str
    source: str
    name: str
    pieces: Iterable[bytes]


class Files:
    """Files as one viewer may bring them in. lens: whose looks are written down."""

    def __init__(self, house: House, lens: Registers) -> None:
        self._house, self._lens = house, lens
        self._folder = _folder(house.settings.home)
        self._maps = ColumnMaps(house.database)

    @property
    def kinds(self) -> list[str]:
        """The kinds of file that the viewer may bring in."""
        return [kind for kind, deed in NEEDED.items() if deed in self._lens.rules.deeds]

    def keep(self, sent: Sent) -> Waiting:
        """Keep a file, and look at which of its columns is which: as the last time where a file of
        this source and kind was brought in before. Raises Unreadable."""
        with self._lens.looking("send a file", kind=sent.kind, source=sent.source) as look:
            self._insist(sent.kind)
            source = sent.source.strip()[:SOURCE_LETTERS_MAX]
            if not source:
                raise Unreadable("Name the system that the file is from, such as HR.")
            key = secrets.token_hex(16)
            path = self._folder / key / SENT / _safe(sent.name)
            for folder in (self._folder, self._folder / key, path.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            try:
                _write(path, sent.pieces)
                sight = first_look(path)
            except Unreadable:
                shutil.rmtree(self._folder / key, ignore_errors=True)
                raise
            via = self._known(source, sent.kind, sight) or proposed(FILE_KINDS[sent.kind], sight)
            waiting = Waiting(key, self._lens.viewer.login, sent.kind, source, path.name, via)
            self._note(waiting)
            look.shown = 1
        return waiting

    def waiting(self, key: str) -> Waiting:
        """One's own file that waits. NotThere."""
        try:
            if not KEY.fullmatch(key):
                raise NotThere("There is no such file.")
            text = (self._folder / key / "waiting.json").read_bytes()
        except OSError as gone:
            raise NotThere("There is no such file.") from gone
        found = msgspec.json.decode(text, type=Waiting)
        if found.login != self._lens.viewer.login or found.kind not in self.kinds:
            raise NotThere("There is no such file.")
        return found

    def sight(self, waiting: Waiting) -> Sight:
        """The columns of a file that waits, and its first lines."""
        return first_look(self._path(waiting))

    def attempt(self, waiting: Waiting, via: ColumnMap) -> Waiting:
        """Say what the file would do, read so; nothing changes. Raises Unreadable."""
        with self._lens.looking("try a file", kind=waiting.kind, source=waiting.source) as look:
            self._insist(waiting.kind)
            tried = self._read(waiting, via, dry_run=True)
            found = msgspec.structs.replace(waiting, via=via, tried=tried)
            self._note(found)
            look.shown = tried.good
        return found

    def bring(self, waiting: Waiting) -> Tried:
        """Take the file in as it was tried, keep how it is read for the next one of its source, and
        let the file go. Raises Unreadable, Unavailable."""
        with self._lens.looking(
            "bring in a file", kind=waiting.kind, source=waiting.source
        ) as look:
            self._insist(waiting.kind)
            done = self._read(waiting, waiting.via, dry_run=False)
            self._maps.put(waiting.source, waiting.kind, waiting.via)
            self.drop(waiting)
            look.shown = done.good
        return done

    def drop(self, waiting: Waiting) -> None:
        """Let a file go."""
        shutil.rmtree(self._folder / waiting.key, ignore_errors=True)

    def _read(self, waiting: Waiting, via: ColumnMap, *, dry_run: bool) -> Tried:
        house = self._house
        way = Way(house.directory, house.customers, house.log, house.sources)
        path = self._path(waiting)
        return way.of(waiting.kind, path, via, waiting.source, dry_run=dry_run)

    def _known(self, source: str, kind: str, sight: Sight) -> ColumnMap | None:
        """How the last file was read, where this one has the same columns."""
        via = self._maps.get(source, kind)
        there = via and all(sight.has(column) for column in via.columns.values())
        return msgspec.structs.replace(via, encoding=sight.encoding) if via and there else None

    def _insist(self, kind: str) -> None:
        if kind not in self.kinds:
            raise Forbidden(f"Files of {kind} are not brought in by {self._lens.viewer.role}.")

    def _path(self, waiting: Waiting) -> Path:
        return self._folder / waiting.key / SENT / waiting.name

    def _note(self, waiting: Waiting) -> None:
        place = self._folder / waiting.key
        fresh = place / "waiting.new"
        fresh.write_bytes(msgspec.json.encode(waiting))
        fresh.replace(place / "waiting.json")


def let_go(home: Path) -> None:
    """Delete files that nobody came back for within WAITING_SECONDS_MAX; the worker calls it."""
    oldest = time.time() - WAITING_SECONDS_MAX
    for place in _folder(home).glob("*"):
        with suppress(FileNotFoundError):  # taken in, or let go, at this moment
            if place.stat().st_mtime < oldest:
                shutil.rmtree(place)


def _folder(home: Path) -> Path:
    return home / "uploads"


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    taken = 0
    with path.open("xb") as file:
        for piece in pieces:
            taken += len(piece)
            if taken > FILE_BYTES_MAX:
                raise Unreadable(
                    f"{path.name}: is larger than {FILE_BYTES_MAX >> 20} MiB; split it, or use "
                    "`leadline import`."
                )
            file.write(piece)


def _safe(name: str) -> str:
    """The file's own name, for reports, without what a path could mean."""
    plain = re.sub(r"[^\w.\- ]", "_", name.replace("\\", "/").rpartition("/")[2])
    return plain.strip(". ")[-NAME_LETTERS_MAX:].strip(". ") or "file"
