"""A course package as it is sent (section 14): a zip with cmi5.xml at its root, or bare XML."""

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from leadline.cmi5.archive import PIECE_BYTES, Archive
from leadline.cmi5.problem import BadPackage
from leadline.cmi5.reading import STRUCTURE_BYTES_MAX, read_structure
from leadline.cmi5.structure import CourseStructure
from leadline.cmi5.urls import check_url, file_of, is_absolute

PACKAGE_BYTES_MAX = 4 * 2**30
STRUCTURE_NAME = "cmi5.xml"
ZIP, XML = "application/zip", "application/xml"
MEDIA_TYPES = {
    "application/zip": ZIP,
    "application/x-zip-compressed": ZIP,  # what browsers on Windows call it
    "application/xml": XML,
    "text/xml": XML,
}


@dataclass(frozen=True)
class Package:
    """A package that may be imported: every rule of sections 13 and 14 holds.

    xml: its cmi5.xml as it came. files: what a zip holds; empty for bare XML. media_type:
    application/zip or application/xml. digest: SHA-256 of its bytes in hex. source: where they are,
    to be kept there until the package is added."""

    structure: CourseStructure
    xml: bytes
    files: tuple[str, ...]
    media_type: str
    digest: str
    name: str
    source: Path | IO[bytes]

    def copy(self, place: Path) -> None:
        """Write the package's bytes to a new file.

        Raises BadPackage where they are no longer what was read."""
        digest = sha256()
        with _opened(self.source) as source, place.open("xb") as copy:
            for piece in _pieces(source):
                copy.write(piece)
                digest.update(piece)
        if digest.hexdigest() != self.digest:
            raise BadPackage("", "it was changed while it was read.", "Send it again.")

    def unpack(self, copy: Path, folder: Path) -> None:
        """Write the files of a zip below an empty folder; bare XML has none."""
        if self.media_type == ZIP:
            with copy.open("rb") as file:
                Archive(file).unpack(folder)


def read(content: Path | IO[bytes], media_type: str, name: str = "") -> Package:
    """Look at everything in a package before anything of it is kept.

    content: a path, or a binary file that can be sought in; it is read in pieces. name: the file's,
    for messages. Raises BadPackage, OSError."""
    kind = MEDIA_TYPES.get(media_type.partition(";")[0].strip().lower())
    if kind is None:
        raise BadPackage(
            "content-type",
            f"“{media_type[:200]}” is no type of a course package.",
            "Send a zip as application/zip, or a bare cmi5.xml as text/xml.",
            "14",
        )
    with _opened(content) as file:
        if file.seek(0, os.SEEK_END) > PACKAGE_BYTES_MAX:
            raise BadPackage(
                name, f"it is over {PACKAGE_BYTES_MAX >> 30} GiB.", "Serve its media elsewhere."
            )
        file.seek(0)
        digest = sha256()
        for piece in _pieces(file):
            digest.update(piece)
        file.seek(0)
        archive = Archive(file) if kind == ZIP else None
        xml = file.read(STRUCTURE_BYTES_MAX + 1) if archive is None else _structure_in(archive)
    structure = read_structure(xml)
    files = None if archive is None else archive.files.keys()
    _check_urls(structure, files)
    return Package(structure, xml, tuple(files or ()), kind, digest.hexdigest(), name, content)


def _structure_in(archive: Archive) -> bytes:
    if STRUCTURE_NAME not in archive.files:
        raise BadPackage(
            STRUCTURE_NAME,
            "the zip has no such file at its root.",
            "Pack the content of the course's folder, not the folder.",
            "14.1",
        )
    return archive.read(STRUCTURE_NAME, STRUCTURE_BYTES_MAX)


def _check_urls(structure: CourseStructure, files: Set[str] | None) -> None:
    """files: what a relative URL may name; None where nothing comes with the structure."""
    for unit in structure.units():
        field = f"au {unit.id} url"
        check_url(unit.url, field)
        if is_absolute(unit.url):
            continue
        if files is None:
            raise BadPackage(
                field,
                f"“{unit.url[:200]}” is relative, and no file comes with a bare cmi5.xml.",
                "Write the full address, or send a zip that holds the file.",
                "14.2",
            )
        if file_of(unit.url) not in files:
            raise BadPackage(
                field,
                f"“{unit.url[:200]}” names no file of the zip.",
                "Put the file in, or write the full address of one elsewhere.",
                "14.1",
            )


@contextmanager
def _opened(content: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """The content from its beginning; closed afterwards only where it was opened here."""
    if isinstance(content, Path):
        with content.open("rb") as file:
            yield file
    else:
        content.seek(0)
        yield content


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE_BYTES):
        yield piece
