"""The courses of an installation: rows in the database, files in a folder."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from leadline.cmi5.course import Course
from leadline.cmi5.package import Package
from leadline.cmi5.structure import CourseStructure
from leadline.store import DEFAULT_TENANT, Database, Unavailable
from leadline.store.moments import from_micros, micros

AREA = "cmi5-library"
# structure: JSON of a CourseStructure. Times: microseconds since 1970.
STEPS = (
    """
    CREATE TABLE cmi5_course (
        course_id TEXT PRIMARY KEY,
        tenant TEXT NOT NULL,
        lms_id TEXT NOT NULL UNIQUE,
        structure {bytes} NOT NULL,
        media_type TEXT NOT NULL,
        digest TEXT NOT NULL,
        added_at {big} NOT NULL,
        added_by TEXT NOT NULL,
        retired_at {big}
    );
    CREATE INDEX cmi5_course_of ON cmi5_course (tenant, added_at)
    """,
)
COURSE_ID_BYTES = 12
COURSES_KEPT = 256
COURSES_MAX = 10_000

_COURSE_ID = re.compile(r"[0-9a-f]{24}")
_COLUMNS = "course_id, tenant, lms_id, media_type, digest, added_at, added_by, retired_at"
# In a course's folder: the package as it came, and what is in it.
_PACKAGE, _CONTENT = "package", "content"
# In the library's folder, while a course is being added: its id, and its folder to be.
_ADDING, _INCOMING = ".adding", ".incoming"


class Library:
    """All courses of all tenants.

    folder: where packages and their files are kept. base: the public address of this LMS, with
    which the ids of new courses begin; those of older ones stay what they are."""

    def __init__(self, database: Database, folder: Path, base: str) -> None:
        database.evolve(AREA, STEPS)
        self._database, self._folder, self._base = database, folder, base.rstrip("/")
        self._course = lru_cache(COURSES_KEPT)(self._read_course)
        if self._leftovers():
            with self._turn():
                self._tidy()

    def add(self, package: Package, *, tenant: str = DEFAULT_TENANT, by: str) -> Course:
        """Keep a course for good: when this returns, it is on the disk; else nothing of it is.

        The same bytes again give the course that the tenant has already, unless it is retired.
        by: the login that adds it. Raises BadPackage, Unavailable."""
        with self._turn():
            self._tidy()
            same = self._select(
                "tenant = ? AND digest = ? AND retired_at IS NULL", (tenant, package.digest)
            )
            if same:
                return same[0]
            course_id = secrets.token_hex(COURSE_ID_BYTES)
            try:
                self._write_files(course_id, package)
                return self._write_row(course_id, package, tenant, by)
            except OSError as problem:
                raise Unavailable(f"The course could not be written: {problem}") from problem
            finally:
                self._tidy()

    def course(self, course_id: str, tenant: str | None = None) -> Course | None:
        """One course, retired or not; None where there is none or it is another tenant's.

        tenant: whose it must be; None asks for any, which only the inside of the house may."""
        if tenant is None:
            return next(iter(self._select("course_id = ?", (course_id,))), None)
        found = self._select("course_id = ? AND tenant = ?", (course_id, tenant))
        return next(iter(found), None)

    def courses(self, tenant: str = DEFAULT_TENANT, *, retired: bool = False) -> list[Course]:
        """The courses of a tenant, oldest first, at most COURSES_MAX; retired: those too."""
        where = "tenant = ?" if retired else "tenant = ? AND retired_at IS NULL"
        return self._select(f"{where} ORDER BY added_at, course_id LIMIT {COURSES_MAX}", (tenant,))

    def retire(self, course_id: str) -> bool:
        """Offer a course no more. Registrations that exist go on: it can still be asked by id.

        False where there is no such course or it is retired already."""
        with self._database.transaction() as tx:
            rows = tx.execute(
                "SELECT 1 FROM cmi5_course WHERE course_id = ? AND retired_at IS NULL",
                (course_id,),
            )
            now = micros(datetime.now(UTC))
            tx.execute(
                "UPDATE cmi5_course SET retired_at = ? WHERE course_id = ? AND retired_at IS NULL",
                (now, course_id),
            )
        return bool(rows)

    def file(self, course_id: str, path: str) -> Path | None:
        """A file of a course's content; None where there is none.

        path: decoded, relative to the root of the package; nothing outside it is ever given."""
        parts = path.split("/")
        if not _COURSE_ID.fullmatch(course_id) or "\0" in path or {"", ".", ".."} & set(parts):
            return None
        root = self._folder / course_id / _CONTENT
        found = root.joinpath(*parts)
        try:
            # What is unpacked holds no links; one that was put there since leads nowhere.
            inside = found.resolve().is_relative_to(root.resolve())
            return found if inside and found.is_file() else None
        except OSError:  # e.g. a name longer than the file system has
            return None

    def export(self, course_id: str) -> Path | None:
        """The package of a course, byte for byte as it came (6.1); None for an unknown course."""
        if not _COURSE_ID.fullmatch(course_id):
            return None
        path = self._folder / course_id / _PACKAGE
        return path if path.is_file() else None

    def _select(self, where: str, parameters: Sequence[str]) -> list[Course]:
        rows = self._database.execute(
            f"SELECT {_COLUMNS} FROM cmi5_course WHERE {where}", parameters
        )
        return [self._course(*row) for row in rows]

    def _read_course(self, course_id: str, *rest: Any) -> Course:
        """The course of a row, all of whose values it takes, so that it can be kept by them."""
        tenant, lms_id, media_type, digest, added_at, added_by, retired_at = rest
        rows = self._database.execute(
            "SELECT structure FROM cmi5_course WHERE course_id = ?", (course_id,)
        )
        structure = msgspec.json.decode(bytes(rows[0][0]), type=CourseStructure)
        return Course(
            course_id, tenant, lms_id, structure, media_type, digest,
            from_micros(added_at), added_by, from_micros(retired_at),
        )  # fmt: skip

    def _write_row(self, course_id: str, package: Package, tenant: str, by: str) -> Course:
        lms_id = f"{self._base}/cmi5/courses/{course_id}"
        now = datetime.now(UTC)
        self._database.execute(
            f"INSERT INTO cmi5_course ({_COLUMNS}, structure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                course_id, tenant, lms_id, package.media_type, package.digest, micros(now), by,
                None, msgspec.json.encode(package.structure),
            ),
        )  # fmt: skip
        return Course(
            course_id, tenant, lms_id, package.structure, package.media_type, package.digest,
            now, by,
        )  # fmt: skip

    def _write_files(self, course_id: str, package: Package) -> None:
        """Unpack under another name first, so that a course's folder is whole or is not there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        note, incoming = self._folder / _ADDING, self._folder / _INCOMING
        note.write_text(course_id)
        sync(note)
        (incoming / _CONTENT).mkdir(parents=True)
        package.copy(incoming / _PACKAGE)
        package.unpack(incoming / _PACKAGE, incoming / _CONTENT)
        # At the end, all at once: one by one while they are written takes three times as long.
        for place in (incoming, *incoming.rglob("*")):
            sync(place)
        incoming.rename(self._folder / course_id)
        sync(self._folder)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._database.exclusive(AREA):
            yield

    def _leftovers(self) -> bool:
        return (self._folder / _ADDING).exists()

    def _tidy(self) -> None:
        """In our turn: clear away what an addition left that was killed before its row."""
        note = self._folder / _ADDING
        if not self._leftovers():
            return
        course_id = note.read_text()
        shutil.rmtree(self._folder / _INCOMING, ignore_errors=True)
        if _COURSE_ID.fullmatch(course_id) and self.course(course_id) is None:
            shutil.rmtree(self._folder / course_id, ignore_errors=True)
        note.unlink()


def sync(path: Path) -> None:
    """Have a file's or folder's content on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
