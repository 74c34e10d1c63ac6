"""A copy of an installation, made while it runs, and an installation made from such a copy.

A backup is a folder: `database/` (all tables, at one instant), `lake/`, `courses/`, `secrets/` and
`manifest.json`, which names every file with its SHA-256 and every table with its rows. It is made
under another name and renamed when it is whole and on the disk, so what has its name is complete.

The order makes the parts agree: the lake first, so that the log is never behind it (the next
refresh goes on from the lake's mark); the courses' files after the tables that name them."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from leadline.app import App
from leadline.cmi5 import library
from leadline.config import Settings
from leadline.refresh.run import LOCK
from leadline.store.dump import NotEmpty, Product, dump, load, product_of, sqlite_path

FORMAT = 1
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished"
PIECE_BYTES = 1 << 20
LEFT_OUT = frozenset({"spill"})  # what DuckDB has put aside for a query

Progress = Callable[[str, float], None]


class BadBackup(Exception):
    """A backup that cannot be restored, or a place where none can be made; says which and why."""


class File(msgspec.Struct, frozen=True):
    """A file of a backup; path: relative to it."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. rows: how many each table has."""

    format: int
    leadline: str
    made_at: datetime
    product: Product
    rows: dict[str, int]
    files: tuple[File, ...]


def backup(app: App, target: Path, progress: Progress) -> Manifest:
    """Copy all of an installation into the new folder `target`, readable by its owner only.

    Statements are taken in and pages answered meanwhile; a refresh waits while the lake is copied.
    progress: told the part at hand and the share of it that is done. Raises BadBackup where
    something has that name already; Unavailable, OSError: nothing of the backup is left then."""
    target = target.absolute()
    made_at = datetime.now(UTC)
    if target.exists():
        raise BadBackup(f"{target} exists already; a backup is never written over another.")
    with _unfinished(target) as stage:
        settings, url = app.settings, app.settings.database_url
        with app.database.exclusive(LOCK):
            files = [*_copied_all(Path(settings.lake_url), stage, "lake", progress)]
        (stage / "database").mkdir()
        rows = dump(url, stage / "database", lambda share: progress("database", share))
        with app.database.exclusive(library.AREA):
            files += _copied_all(settings.home / "courses", stage, "courses", progress)
        files += _copied_all(settings.secrets, stage, "secrets", progress)
        files += _sealed(stage, "database", progress)
        program = version("leadline")
        manifest = Manifest(FORMAT, program, made_at, product_of(url), rows, tuple(files))
        _written(stage / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(settings: Settings, source: Path, progress: Progress) -> Manifest:
    """Make an installation, where there is none, from a backup.

    Every file is checked before anything has its name, every table afterwards. Raises BadBackup,
    NotEmpty, Unavailable, OSError: nothing is left then of what was begun."""
    manifest = read(source)
    product = product_of(settings.database_url)
    if product != manifest.product:
        raise BadBackup(
            f"The backup is of {manifest.product}; LEADLINE_DATABASE_URL names {product}. "
            "Restore it into an empty database of its own product."
        )
    places = {
        "lake": Path(settings.lake_url),
        "courses": settings.home / "courses",
        "secrets": settings.secrets,
    }
    if product == "sqlite":
        places["database"] = sqlite_path(settings.database_url)
    check_empty(settings.home, *places.values())
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _staged(places) as stages:
        for part in ("lake", "courses", "secrets"):
            _check_copy(manifest, source, part, stages[part], progress)
        _check_files(manifest, source, "database", progress)
        url = f"sqlite:///{stages['database']}" if product == "sqlite" else settings.database_url
        load(url, source / "database", manifest.rows, lambda share: progress("tables", share))
    return manifest


def read(source: Path) -> Manifest:
    """The manifest of a backup. Raises BadBackup where there is none that can be used."""
    if source.name.endswith(UNFINISHED):
        raise BadBackup(f"{source} is no finished backup: its making was broken off.")
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except OSError as problem:
        raise BadBackup(
            f"{source} is no finished backup: {MANIFEST} cannot be read ({problem.strerror})."
        ) from problem
    except (msgspec.DecodeError, msgspec.ValidationError) as problem:
        raise BadBackup(f"{source / MANIFEST} is damaged: {problem}.") from problem
    if manifest.format != FORMAT:
        raise BadBackup(
            f"The backup has format {manifest.format}, this program reads {FORMAT}; "
            f"restore it with Leadline {manifest.leadline}."
        )
    for file in manifest.files:
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise BadBackup(f"{source / MANIFEST} names a file outside of the backup: {file.path}.")
    return manifest


def check_empty(*places: Path) -> None:
    """Raises NotEmpty where there is anything already."""
    for place in places:
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise NotEmpty(
                f"{place} is not empty; a backup is restored where there is nothing. Choose "
                "another LEADLINE_HOME, or move what is there away."
            )


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A folder that gets its name when all of it is on the disk, or is taken away."""
    stage = target.with_name(f".{target.name}{UNFINISHED}")
    try:
        stage.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise BadBackup(
            f"{stage} is there: another backup is being made, or one was killed. Remove it, or "
            "choose another name."
        ) from None
    try:
        yield stage
        for folder in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
            _synced(folder)
        stage.rename(target)
        _synced(target.parent)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


@contextmanager
def _staged(places: dict[str, Path]) -> Iterator[dict[str, Path]]:
    """Places beside those that are wanted, which take their names together at the end: the
    database last, without which nothing works."""
    stages = {part: path.with_name(f".{path.name}.restoring") for part, path in places.items()}
    try:
        for stage in stages.values():
            stage.parent.mkdir(parents=True, exist_ok=True)
        yield stages
        for part, stage in sorted(stages.items(), key=lambda each: each[0] == "database"):
            stage.rename(places[part])
            _synced(places[part].parent)
    except BaseException:
        for stage in stages.values():
            shutil.rmtree(stage, ignore_errors=True)
            stage.unlink(missing_ok=True)
        raise


def _copied_all(folder: Path, stage: Path, part: str, progress: Progress) -> Iterator[File]:
    """Copy the files of a folder into a part of the backup, and tell of each."""
    (stage / part).mkdir()
    if not folder.is_dir():
        return
    inside = (path for path in folder.iterdir() if path.name not in LEFT_OUT)
    paths = sorted(
        path
        for top in inside
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file()
    )
    total, done = sum(path.stat().st_size for path in paths), 0
    for path in paths:
        name = f"{part}/{path.relative_to(folder).as_posix()}"
        file = _copied(path, stage / name, name)
        yield file
        done += file.bytes
        progress(part, done / max(total, 1))


def _copied(source: Path, target: Path, name: str) -> File:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    with source.open("rb") as old, target.open("xb") as new:
        target.chmod(0o600)
        while piece := old.read(PIECE_BYTES):
            digest.update(piece)
            new.write(piece)
            length += len(piece)
        new.flush()
        os.fsync(new.fileno())
    return File(name, length, digest.hexdigest())


def _sealed(stage: Path, part: str, progress: Progress) -> Iterator[File]:
    """Bring files that are there already to the disk, and tell of each."""
    paths = sorted(path for path in (stage / part).iterdir() if path.is_file())
    for number, path in enumerate(paths, start=1):
        path.chmod(0o600)
        _synced(path)
        yield File(f"{part}/{path.name}", path.stat().st_size, _digest(path))
        progress("checksums", number / len(paths))


def _check_copy(
    manifest: Manifest, source: Path, part: str, stage: Path, progress: Progress
) -> None:
    """Copy a part, each file compared with what was written of it."""
    stage.mkdir(mode=0o700)
    files = [file for file in manifest.files if file.path.startswith(f"{part}/")]
    for number, file in enumerate(files, start=1):
        try:
            copied = _copied(
                source / file.path, stage / file.path.removeprefix(f"{part}/"), file.path
            )
        except FileNotFoundError:
            raise BadBackup(f"{source / file.path} is missing.") from None
        if copied != file:
            raise BadBackup(f"{source / file.path} is not as it was written.")
        progress(part, number / len(files))


def _check_files(manifest: Manifest, source: Path, part: str, progress: Progress) -> None:
    files = [file for file in manifest.files if file.path.startswith(f"{part}/")]
    for number, file in enumerate(files, start=1):
        path = source / file.path
        if not path.is_file():
            raise BadBackup(f"{path} is missing.")
        if _digest(path) != file.sha256:
            raise BadBackup(f"{path} is not as it was written.")
        progress("checksums", number / len(files))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    _synced(path)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
