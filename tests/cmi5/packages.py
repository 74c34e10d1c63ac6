"""Course packages made in a line: structures as XML, zips of every sort.

Packages.xml(au(1), block(1, au(2), au(3)), objectives=(1,))
Packages.zip(au(1, url="index.html"), files={"index.html": b"<p>Hello"})
Packages.library(database, folder).add(Packages.read(Packages.zip(…)), by="ana")
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from leadline.cmi5.library import Library
from leadline.cmi5.package import Package, read
from leadline.cmi5.problem import BadPackage
from leadline.store import Database

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
HERE = "https://publisher.example"
BASE = "https://lms.example"


def course_id(name: object = 1) -> str:
    return f"{HERE}/courses/{name}"


def au_id(name: object) -> str:
    return f"{HERE}/aus/{name}"


def block_id(name: object) -> str:
    return f"{HERE}/blocks/{name}"


def objective_id(name: object) -> str:
    return f"{HERE}/objectives/{name}"


def texts(text: str) -> str:
    """A title and a description."""
    return "".join(
        f'<{name}><langstring lang="en">{escape(text)}</langstring></{name}>'
        for name in ("title", "description")
    )


def references(names: tuple[object, ...]) -> str:
    if not names:
        return ""
    each = "".join(f"<objective idref={quoteattr(objective_id(name))}/>" for name in names)
    return f"<objectives>{each}</objectives>"


def au(
    name: object,
    url: str = "https://content.example/index.html",
    *,
    launch_parameters: str | None = None,
    entitlement_key: str | None = None,
    objectives: tuple[object, ...] = (),
    extra: str = "",
    **attributes: object,
) -> str:
    """One unit. attributes: moveOn, masteryScore, launchMethod, activityType, id; extra: XML at its
    end."""
    written = {"id": au_id(name), **attributes}
    pairs = " ".join(f"{key}={quoteattr(str(value))}" for key, value in written.items())
    body = texts(f"Unit {name}") + references(objectives) + f"<url>{escape(url)}</url>"
    if launch_parameters is not None:
        body += f"<launchParameters>{escape(launch_parameters)}</launchParameters>"
    if entitlement_key is not None:
        body += f"<entitlementKey>{escape(entitlement_key)}</entitlementKey>"
    return f"<au {pairs}>{body}{extra}</au>"


def block(
    name: object, *children: str, id: str | None = None, objectives: tuple[object, ...] = ()
) -> str:
    """A block of units and blocks."""
    body = texts(f"Block {name}") + references(objectives) + "".join(children)
    return f"<block id={quoteattr(block_id(name) if id is None else id)}>{body}</block>"


class Packages:
    """Packages as bytes, and what the product makes of them."""

    @staticmethod
    def xml(
        *children: str, id: str | None = None, objectives: tuple[object, ...] = (), extra: str = ""
    ) -> bytes:
        """A whole cmi5.xml; without children, one unit elsewhere."""
        defined = "".join(
            f"<objective id={quoteattr(objective_id(name))}>{texts(f'Objective {name}')}</objective>"
            for name in objectives
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<courseStructure xmlns="{NAMESPACE}">\n'
            f"<course id={quoteattr(course_id() if id is None else id)}>{texts('Course')}</course>\n"
            + (f"<objectives>{defined}</objectives>" if defined else "")
            + "\n".join(children or (au(1),))
            + extra
            + "</courseStructure>"
        ).encode()

    @staticmethod
    def zip(
        *children: str, files: Mapping[str, bytes] | None = None, xml: bytes | None = None
    ) -> bytes:
        """A zip with cmi5.xml at its root; without children, one unit at index.html in it."""
        files = {"index.html": b"<!doctype html><p>Hello"} if files is None else files
        xml = Packages.xml(*(children or (au(1, "index.html"),))) if xml is None else xml
        return zipped({"cmi5.xml": xml, **files})

    @staticmethod
    def read(content: bytes | Path, media_type: str | None = None) -> Package:
        """What the product reads; the media type is guessed from the first bytes."""
        if media_type is None:
            head = content[:2] if isinstance(content, bytes) else content.open("rb").read(2)
            media_type = "application/zip" if head == b"PK" else "text/xml"
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        return read(source, media_type, "course")

    @staticmethod
    def refused(content: bytes, media_type: str | None = None) -> BadPackage:
        """Why the product refuses it; whatever the reason is, it says what to do."""
        with pytest.raises(BadPackage) as caught:
            Packages.read(content, media_type)
        assert caught.value.reason
        assert caught.value.remedy
        return caught.value

    @staticmethod
    def library(database: Database, folder: Path) -> Library:
        return Library(database, folder, BASE)


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, compression)
    return made.getvalue()


def as_zip64(plain: bytes) -> bytes:
    """The same archive with a Zip64 end of directory, whose plain end says only “look there”."""
    at = plain.rindex(b"PK\5\6")
    _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2LH", plain[at:])
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return plain[:at] + record + locator + end
