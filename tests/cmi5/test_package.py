"""What a course package may be (section 14), and what nobody may smuggle in with it."""

import io
import os
import stat
import struct
import warnings
import zipfile

import pytest

from leadline.cmi5 import archive
from leadline.cmi5.problem import BadPackage

from .packages import Packages, as_zip64, au, zipped

INDEX = {"index.html": b"<p>Hello"}


def refused(content: bytes, media_type: str = "application/zip") -> BadPackage:
    return Packages.refused(content, media_type)


@pytest.mark.cmi5(12, 29)
@pytest.mark.parametrize(
    "media_type", ["application/zip", "application/x-zip-compressed", "Application/ZIP; x=y"]
)
def test_a_zip(media_type):
    package = Packages.read(Packages.zip(), media_type)

    assert (package.files, package.media_type) == (("cmi5.xml", "index.html"), "application/zip")


@pytest.mark.cmi5(29)
def test_a_zip64():
    package = Packages.read(as_zip64(Packages.zip()))

    assert package.files == ("cmi5.xml", "index.html")


@pytest.mark.cmi5(29)
def test_a_zip64_of_members_with_sizes_of_64_bits():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped64:
        for name, content in {"cmi5.xml": Packages.xml(au(1, "index.html")), **INDEX}.items():
            with zipped64.open(name, "w", force_zip64=True) as member:
                member.write(content)

    assert Packages.read(made.getvalue()).files == ("cmi5.xml", "index.html")


@pytest.mark.cmi5(12, 29)
@pytest.mark.parametrize("media_type", ["text/xml", "application/xml", "text/xml; charset=utf-8"])
def test_a_bare_xml(media_type):
    package = Packages.read(Packages.xml(), media_type)

    assert (package.files, package.media_type) == ((), "application/xml")


@pytest.mark.cmi5(30)
@pytest.mark.parametrize(
    "media_type", ["text/markdown", "application/octet-stream", "text/html", "", "zip"]
)
def test_another_type_is_refused(media_type):
    problem = refused(Packages.zip(), media_type)

    assert (problem.field, problem.section) == ("content-type", "14")


@pytest.mark.cmi5(31)
@pytest.mark.parametrize(
    "content", [b"", b"# Markdown", Packages.xml(), b"PK\3\4" + b"\0" * 200, b"Rar!\x1a\7\1\0" + b"x" * 90,
                Packages.zip()[:-30]],
    ids=["empty", "text", "xml", "head of a zip", "rar", "cut off"],
)  # fmt: skip
def test_what_is_no_zip_is_refused(content):
    assert refused(content).section == "14.1"


def test_a_zip_that_calls_itself_xml_is_refused():
    assert "XML" in refused(Packages.zip(), "text/xml").reason


@pytest.mark.cmi5(32)
@pytest.mark.parametrize(
    "name", ["course/cmi5.xml", "CMI5.xml", "imsmanifest.xml", "cmi5.xml/index.html"]
)
def test_a_zip_without_a_structure_at_its_root_is_refused(name):
    problem = refused(zipped({name: Packages.xml(), **INDEX}))

    assert (problem.field, problem.section) == ("cmi5.xml", "14.1")


@pytest.mark.cmi5(33)
def test_a_relative_url_names_a_file_of_the_zip():
    files = {"a/b c.html": b"x", "a/ü.html": b"x", "index.html": b"x"}
    urls = ["index.html", "./index.html", "a/b%20c.html", "a/../index.html?x=1#y", "a/%C3%BC.html"]

    package = Packages.read(Packages.zip(*(au(n, url) for n, url in enumerate(urls)), files=files))

    assert [unit.url for unit in package.structure.units()] == urls


@pytest.mark.cmi5(33, 34)
def test_a_zip_may_mix_both_sorts():
    elsewhere = "https://content.example/2"

    package = Packages.read(Packages.zip(au(1, "index.html"), au(2, elsewhere)))

    assert [unit.url for unit in package.structure.units()] == ["index.html", elsewhere]


@pytest.mark.cmi5(34)
@pytest.mark.parametrize(
    "url",
    ["missing.html", "Index.html", "a/index.html", "/index.html", "../index.html", "a/../../index.html",
     "%2e%2e/index.html", "?a=1", "#top", ".", "a/", "index.html/", "index.html%00", "index.html/../"],
)  # fmt: skip
def test_a_relative_url_without_a_file_is_refused(url):
    problem = refused(Packages.zip(au(1, url), files={**INDEX, "a/b.html": b""}))

    assert problem.field.endswith("url")
    assert problem.section == "14.1"


@pytest.mark.cmi5(35)
def test_a_bare_xml_with_a_relative_url_is_refused():
    for url in ("index.html", "/index.html", "a/b.html?c=d"):
        assert refused(Packages.xml(au(1), au(2, url)), "text/xml").section == "14.2"


def member(name: str, content: bytes = b"x", **attributes: object) -> bytes:
    """A good package with one more member whose directory entry has these attributes."""
    made = io.BytesIO(Packages.zip())
    with zipfile.ZipFile(made, "a") as whole:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name  # not cleaned, as the constructor would
        for key, value in attributes.items():
            setattr(entry, key, value)
        whole.writestr(entry, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../evil.html", "a/../../evil.html", "/etc/evil", "C:/evil", "C:evil", "..\\evil.html", "\\evil", "a//b",
     "./a", "a/.", "..", "a\nb", "a\x7fb", "a\u202eb", "x" * 256, "/".join(["d" * 200] * 6)],
)  # fmt: skip
def test_a_name_that_leads_astray_is_refused(name):
    problem = refused(member(name))

    assert problem.section == "14.1"
    assert problem.field


def test_a_name_with_a_nul_is_refused():
    plain = member("evil.html\0")

    assert refused(plain).field.startswith("evil.html")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_link_or_device_is_refused(kind):
    problem = refused(
        member("link", b"/etc/passwd", create_system=3, external_attr=(kind | 0o777) << 16)
    )

    assert (problem.field, problem.section) == ("link", "14.1")


def test_a_name_twice_is_refused():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Python's own, while the test packs
        twice = member("index.html")

    assert "two members" in refused(twice).reason


def test_a_file_that_is_a_folder_too_is_refused():
    assert "at once" in refused(member("index.html/a")).reason


def test_an_encrypted_member_is_refused():
    content = bytearray(Packages.zip())
    at = content.rindex(b"PK\1\2")
    content[at + 8] |= 1

    assert "encrypted" in refused(bytes(content)).reason


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_whose_memory_has_no_bound_is_refused(method):
    content = zipped({"cmi5.xml": Packages.xml(au(1, "index.html")), **INDEX}, method)

    assert "deflate" in refused(content).reason


def test_an_unknown_method_is_refused():
    content = bytearray(Packages.zip())
    at = content.rindex(b"PK\1\2")
    struct.pack_into("<H", content, at + 10, 77)

    assert "deflate" in refused(bytes(content)).reason


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(archive, "EXPANSION_FREE_BYTES", 2**20)
    monkeypatch.setattr(archive.Archive, "unpack", None)

    problem = refused(Packages.zip(files={**INDEX, "zeros": bytes(2**22)}))
    assert "times as large" in problem.reason
    assert problem.field == "zeros"


def test_text_that_packs_well_is_no_bomb(monkeypatch):
    monkeypatch.setattr(archive, "EXPANSION_FREE_BYTES", 2**20)
    words = b" ".join(os.urandom(4).hex().encode() * 4 for _ in range(60_000))

    assert len(words) > 1.5 * 2**20
    Packages.read(Packages.zip(files={**INDEX, "words.txt": words}))


def test_more_bytes_than_there_is_room_for_are_refused(monkeypatch):
    monkeypatch.setattr(archive, "UNPACKED_BYTES_MAX", 2**30)
    content = bytearray(Packages.zip())
    at = content.rindex(b"PK\1\2")
    struct.pack_into("<L", content, at + 24, 2**31)  # what the directory says of the last member

    assert "over 1 GiB" in refused(bytes(content)).reason


def test_too_many_members_are_refused(monkeypatch):
    monkeypatch.setattr(archive, "MEMBERS_MAX", 10)

    assert (
        "members"
        in refused(Packages.zip(files={**INDEX, **{f"{n}": b"" for n in range(9)}})).reason
    )


def test_a_directory_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "DIRECTORY_BYTES_MAX", 70_000)
    files = {f"{n:04}": b"" for n in range(2_000)}

    assert "directory" in refused(Packages.zip(files={**INDEX, **files})).reason


@pytest.mark.parametrize("field", [12, 16], ids=["size", "offset"])
def test_a_zip_that_points_before_its_beginning_is_refused(tmp_path, field):
    """The end's offset of the directory, or its size, is larger than the file."""
    content = bytearray(Packages.zip())
    end = content.rindex(b"PK\5\6")
    struct.pack_into("<L", content, end + field, 2**20)
    path = tmp_path / "course.zip"
    path.write_bytes(content)

    with pytest.raises(BadPackage):
        Packages.read(path)


def test_a_member_that_lies_about_its_size_is_refused(tmp_path):
    """The directory says three bytes, the data go on: no more than three are ever written."""
    content = bytearray(Packages.zip(files={"index.html": b"", "z.bin": bytes(2**20)}))
    at = content.rindex(b"PK\1\2")
    struct.pack_into("<L", content, at + 24, 3)
    package = Packages.read(bytes(content))
    copy, folder = tmp_path / "copy", tmp_path / "folder"
    package.copy(copy)

    with pytest.raises(BadPackage) as caught:
        package.unpack(copy, folder)

    assert caught.value.field == "z.bin"
    assert (folder / "z.bin").stat().st_size <= 3


def test_a_damaged_member_is_refused(tmp_path):
    content = bytearray(
        zipped({"cmi5.xml": Packages.xml(au(1, "index.html")), "index.html": b"A" * 50}, 0)
    )
    content[content.index(b"A" * 50)] = 0
    package = Packages.read(bytes(content))
    package.copy(tmp_path / "copy")

    with pytest.raises(BadPackage):
        package.unpack(tmp_path / "copy", tmp_path / "folder")


def test_backslashes_and_unmarked_utf8_are_read_as_meant():
    """So do old packers on Windows and macOS write names."""
    plain = Packages.zip(au(1, "a/%C3%BC.html"), files={"a/ü.html": b"x"})
    name, flag = "ü".encode(), 0x800
    assert name in plain
    unmarked = bytearray(plain.replace("a/ü".encode(), "a\\ü".encode()))
    for head, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = unmarked.rindex(head)
        bits = struct.unpack_from("<H", unmarked, at + offset)[0]
        struct.pack_into("<H", unmarked, at + offset, bits & ~flag)

    assert Packages.read(bytes(unmarked)).files == ("cmi5.xml", "a/ü.html")
