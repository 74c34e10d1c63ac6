"""Courses that are kept: their ids, their files, their tenants, and what a kill leaves behind."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from threading import Thread

import pytest
from lxml import etree

from leadline.cmi5.library import Library
from leadline.cmi5.problem import BadPackage
from leadline.cmi5.reading import SCHEMA, read_structure
from leadline.store import Database, Unavailable

from .packages import BASE, Packages, au, au_id, block, block_id, course_id

ANA = "ana"


def nested() -> bytes:
    """Unit 1; block outer with unit 2, block inner with unit 3, and unit 4."""
    return Packages.xml(au(1), block("outer", au(2), block("inner", au(3)), au(4)))


@pytest.mark.cmi5(12)
def test_what_was_added_is_there(library):
    added = library.add(Packages.read(nested()), tenant="north", by=ANA)

    assert library.course(added.course_id) == added
    assert library.course(added.course_id).structure == read_structure(nested())
    assert library.courses("north") == [added]
    assert (added.tenant, added.added_by, added.media_type) == ("north", ANA, "application/xml")


@pytest.mark.cmi5(13)
def test_a_thousand_units_are_kept(library):
    added = library.add(Packages.read(Packages.xml(*(au(n) for n in range(1_001)))), by=ANA)

    kept = library.course(added.course_id)

    assert [unit.publisher_id for unit in kept.units] == [au_id(n) for n in range(1_001)]
    assert len({unit.lms_id for unit in kept.units}) == 1_001


@pytest.mark.cmi5(43, 45, 160, 161, 164, 165)
def test_every_part_gets_an_id_of_ours(library):
    """8.1.5, 9.3.9: unique, an IRI, and not the publisher's."""
    first = library.add(Packages.read(nested()), by=ANA)
    second = library.add(Packages.read(nested() + b"<!-- another -->"), by=ANA)

    ours = [
        part
        for course in (first, second)
        for part in (course.lms_id, *(u.lms_id for u in course.units), *(b.lms_id for b in course.blocks))
    ]  # fmt: skip

    assert len(set(ours)) == len(ours) == 14
    assert all(each.startswith(f"{BASE}/") for each in ours)
    publishers = {
        course_id(),
        block_id("outer"),
        block_id("inner"),
        *(au_id(n) for n in range(1, 5)),
    }
    assert not publishers & set(ours)
    assert [unit.publisher_id for unit in first.units] == [au_id(n) for n in (1, 2, 3, 4)]
    assert [node.publisher_id for node in first.blocks] == [block_id("outer"), block_id("inner")]


@pytest.mark.cmi5(43)
def test_ids_stay_when_the_address_changes(database, tmp_path):
    """Registrations of years must not lose their activities because a server has moved."""
    before = Packages.library(database, tmp_path).add(Packages.read(nested()), by=ANA)

    moved = Library(database, tmp_path, "https://moved.example")

    after = moved.course(before.course_id)
    assert (after.lms_id, after.units, after.blocks) == (before.lms_id, before.units, before.blocks)
    new = moved.add(Packages.read(Packages.xml()), by=ANA)
    assert new.lms_id.startswith("https://moved.example/")


def test_blocks_know_what_is_in_them(one_library):
    course = one_library.add(Packages.read(nested()), by=ANA)

    outer, inner = course.blocks
    assert (outer.parent, outer.units) == (None, (1, 2, 3))
    assert (inner.parent, inner.units) == (outer.lms_id, (2,))
    assert [unit.path for unit in course.units] == [
        (), (outer.lms_id,), (outer.lms_id, inner.lms_id), (outer.lms_id,),
    ]  # fmt: skip
    assert [unit.index for unit in course.units] == [0, 1, 2, 3]
    assert course.unit(course.units[2].lms_id) == course.units[2]
    assert course.unit(outer.lms_id) is None


def test_where_a_unit_is(one_library):
    package = Packages.zip(au(1, "a/../index.html?b=c#d"), au(2, "https://elsewhere.example/2?e=f"))
    course = one_library.add(Packages.read(package), by=ANA)

    inside, outside = (course.address(unit, "https://content.example") for unit in course.units)

    assert inside == f"https://content.example/content/{course.course_id}/a/../index.html?b=c#d"
    assert outside == "https://elsewhere.example/2?e=f"


def test_the_same_bytes_are_the_same_course(library):
    first = library.add(Packages.read(Packages.zip()), by=ANA)
    again = library.add(Packages.read(Packages.zip()), by="dov")

    assert again == first
    assert library.courses() == [first]


def test_tenants_see_nothing_of_each_other(library):
    north = library.add(Packages.read(Packages.zip()), tenant="north", by=ANA)
    south = library.add(Packages.read(Packages.zip()), tenant="south", by="cleo")

    assert north.course_id != south.course_id
    assert library.courses("north") == [north]
    assert library.courses("south") == [south]
    assert library.courses() == []
    assert library.course(north.course_id, "south") is None
    assert library.course(north.course_id, "north") == north


def test_a_retired_course_is_offered_no_more_but_goes_on(library):
    course = library.add(Packages.read(Packages.zip()), by=ANA)

    assert library.retire(course.course_id)

    assert library.courses() == []
    [retired] = library.courses(retired=True)
    assert retired.retired_at is not None
    assert library.course(course.course_id) == retired
    assert retired.units == course.units
    assert library.file(course.course_id, "index.html") is not None
    assert not library.retire(course.course_id)
    anew = library.add(Packages.read(Packages.zip()), by=ANA)
    assert anew.course_id != course.course_id


def test_of_an_unknown_course_there_is_nothing(library):
    for unknown in ("0" * 24, "", "..", "../x", "x" * 24, "A" * 24):
        assert library.course(unknown) is None
        assert library.file(unknown, "index.html") is None
        assert library.export(unknown) is None
        assert not library.retire(unknown)


@pytest.mark.cmi5(27, 175)
def test_a_zip_is_exported_as_it_came(one_library):
    content = Packages.zip(files={"index.html": b"1", "a/b.css": b"2"})
    course = one_library.add(Packages.read(content), by=ANA)

    exported = one_library.export(course.course_id).read_bytes()

    assert exported == content
    with zipfile.ZipFile(io.BytesIO(exported)) as package:
        xml = package.read("cmi5.xml")
    assert etree.XMLSchema(etree.parse(SCHEMA)).validate(etree.fromstring(xml))
    assert read_structure(xml) == course.structure


@pytest.mark.cmi5(175)
def test_a_bare_xml_is_exported_as_it_came(one_library):
    course = one_library.add(Packages.read(nested()), by=ANA)

    assert one_library.export(course.course_id).read_bytes() == nested()


def test_files_are_served_from_inside_only(one_library, tmp_path):
    course = one_library.add(
        Packages.read(Packages.zip(files={"index.html": b"1", "a/b.css": b"2"})), by=ANA
    )
    outside = tmp_path / "courses" / course.course_id / "content" / "link"
    outside.symlink_to(tmp_path)

    def found(path: str) -> Path | None:
        return one_library.file(course.course_id, path)

    assert found("index.html").read_bytes() == b"1"
    assert found("a/b.css").read_bytes() == b"2"
    for path in ("", "/", "a", "a/", "/index.html", "../package", "a/../index.html", "./index.html", "a//b.css",
                 "missing", "link/one.db", "index.html\0", "x" * 5_000, "..%2fpackage", "\\..\\package"):  # fmt: skip
        assert found(path) is None


def test_a_package_that_changes_while_it_is_read_is_refused(one_library, tmp_path):
    path = tmp_path / "course.zip"
    path.write_bytes(Packages.zip())
    package = Packages.read(path)
    path.write_bytes(Packages.zip(files={"index.html": b"another"}))

    with pytest.raises(BadPackage):
        one_library.add(package, by=ANA)

    assert left(tmp_path / "courses") == []
    assert one_library.courses() == []


def test_a_damaged_package_leaves_nothing(one_library, tmp_path):
    content = bytearray(
        Packages.zip(files={"index.html": os.urandom(2_000), "b": os.urandom(2_000)})
    )
    content[-2_500:-2_400] = bytes(100)

    with pytest.raises(BadPackage):
        one_library.add(Packages.read(bytes(content)), by=ANA)

    assert left(tmp_path / "courses") == []


def test_a_full_disk_leaves_nothing(one_library, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    package = Packages.read(Packages.zip())
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="No space left"):
            one_library.add(package, by=ANA)

    assert left(tmp_path / "courses") == []
    assert one_library.courses() == []
    one_library.add(package, by=ANA)


def test_several_at_once(library, tmp_path):
    contents = [Packages.zip(files={"index.html": str(n).encode()}) for n in (1, 1, 2, 2, 3, 3)]
    threads = [
        Thread(target=lambda c=content: library.add(Packages.read(c), by=ANA))
        for content in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    courses = library.courses()
    assert len(courses) == 3
    assert left(tmp_path / "courses") == sorted(course.course_id for course in courses)


KILLED = """
import os, signal, sys
from pathlib import Path
from cmi5.packages import Packages
from leadline.cmi5.library import Library
from leadline.store import Database

url, folder, sync = sys.argv[1:]
before, calls = os.fsync, [0]

def dying(handle):
    calls[0] += 1
    if calls[0] == int(sync):
        os.kill(os.getpid(), signal.SIGKILL)
    before(handle)

library = Packages.library(Database.open(url), Path(folder))
os.fsync = dying
library.add(Packages.read(Packages.zip()), by="ana")
print(calls[0])
"""


def test_a_kill_at_any_step_leaves_nothing_or_a_whole_course(tmp_path):
    """Dies at each sync in turn; the next start clears away what is left."""
    url, folder = f"sqlite:///{tmp_path / 'one.db'}", tmp_path / "courses"

    def add(sync: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), url, folder, str(sync)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    for sync in range(1, 8):
        assert add(sync).returncode == -signal.SIGKILL
        database = Database.open(url)
        library = Packages.library(database, folder)
        assert library.courses() == []
        assert left(folder) == []
        database.close()
    whole = add(8)
    assert whole.stdout.strip() == "7", whole.stderr
    assert len(left(folder)) == 1


def left(folder: Path) -> list[str]:
    """What stands in the library's folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
