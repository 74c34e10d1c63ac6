"""Whatever is sent: it is imported whole, or refused in our words; nothing else ever happens."""

import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadline.cmi5.problem import BadPackage
from leadline.cmi5.reading import read_structure
from leadline.cmi5.urls import check_url, file_of, is_absolute

from .packages import HERE, NAMESPACE, Packages, au, block, zipped

FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

GOOD = Packages.zip(files={"index.html": b"<p>Hello" * 20, "a/b.css": b"x" * 300})
GOOD_XML = Packages.xml(au(1, objectives=(1,)), block(1, au(2)), objectives=(1,))


def tried(content: bytes) -> None:
    """Read and unpack, from a real file; every file written is inside the folder."""
    with tempfile.TemporaryDirectory() as place:
        package, inside = Path(place) / "package", Path(place) / "inside"
        package.write_bytes(content)
        inside.mkdir()
        try:
            Packages.read(package, "application/zip").unpack(package, inside)
        except BadPackage as problem:
            assert problem.reason
            assert problem.remedy
        assert sorted(path.name for path in Path(place).iterdir()) == ["inside", "package"]
        assert not [path for path in inside.rglob("*") if path.is_symlink()]


@FEW
@given(st.data())
def test_a_zip_with_bytes_changed(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    tried(bytes(content))


@FEW
@given(st.data())
def test_a_zip_whose_directory_is_changed(data):
    """Where most of the harm can be done: the last three hundred bytes."""
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(len(content) - 300, len(content) - 1))
        content[at] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x2F, 0x2E]))
    tried(bytes(content))


@FEW
@given(st.integers(0, len(GOOD)), st.integers(0, len(GOOD)), st.binary(max_size=40))
def test_a_zip_with_a_piece_replaced(start, end, piece):
    tried(GOOD[:start] + piece + GOOD[end:])


names = st.lists(
    st.sampled_from(["a", "..", ".", "", "\\", "C:", "index.html", "cmi5.xml", "~", "con", "ü", " ", "\t"]),
    min_size=1, max_size=4,
).map("/".join)  # fmt: skip


@FEW
@given(st.dictionaries(names, st.binary(max_size=20), max_size=5))
@example({"../evil": b"x"})
@example({"a": b"x", "a/b": b"y"})
def test_a_zip_with_odd_names(files):
    tried(zipped({"cmi5.xml": Packages.xml(), **files}, zipfile.ZIP_STORED))


def read(xml: bytes) -> None:
    try:
        read_structure(xml)
    except BadPackage as problem:
        assert problem.reason
        assert problem.remedy


@FEW
@given(st.binary(max_size=200))
def test_any_bytes_as_xml(content):
    read(content)


@FEW
@given(st.integers(0, len(GOOD_XML)), st.integers(0, 80), st.text(max_size=20))
def test_xml_with_a_piece_replaced(start, length, piece):
    read(GOOD_XML[:start] + piece.encode("utf-8", "replace") + GOOD_XML[start + length :])


@FEW
@given(
    st.text(alphabet=st.sampled_from("aZ09:/?#[]@!$&'()*+,;=%-._~ \\<>\"{}|^`ü\t\0é"), max_size=30)
)
@example("http://[")
@example("a:b")
@example("%00")
def test_any_text_as_a_url(url):
    try:
        check_url(url, "url")
    except BadPackage as problem:
        assert problem.remedy
        return
    assert url.isascii()
    assert not set(url) & set(' <>"{}|\\^`\t\0')
    if not is_absolute(url) and (path := file_of(url)) is not None:
        assert not path.startswith("/")
        assert ".." not in path.split("/")


# Structures that the schema lets through, with everything it leaves to choice.

words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


def escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


vendors = st.lists(
    st.sampled_from(['<v:a xmlns:v="urn:v"/>', '<v:b xmlns:v="urn:v" c="d">e<v:f/>g</v:b>']), max_size=2
).map("".join)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, name: str) -> str:
    tags = ["", ' lang="en"', ' lang="de-AT"', ' lang="zh-Hant"', ' lang="x-a"', ' lang="a"']
    langs = draw(st.lists(st.sampled_from(tags), min_size=1, max_size=3))
    each = "".join(f"<langstring{lang}>{escaped(draw(words))}</langstring>" for lang in langs)
    return f"<{name}>{each}{draw(vendors)}</{name}>"


named = st.tuples(texts("title"), texts("description")).map("".join)
references = st.lists(st.integers(1, 9), max_size=3).map(
    lambda ids: "<objectives>" + "".join(f'<objective idref="{HERE}/o/{n}"/>' for n in ids) + "</objectives>"
    if ids else ""
)  # fmt: skip
attributes = st.fixed_dictionaries(
    {},
    optional={
        "moveOn": st.sampled_from(
            ["NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"]
        ),
        "masteryScore": st.sampled_from(["0", "1", "0.5", ".25", "1.", "+0.75", "0.00001", "-0"]),
        "launchMethod": st.sampled_from(["AnyWindow", "OwnWindow"]),
        "activityType": st.just("https://types.example/lesson"),
    },
)


@st.composite
def units(draw: st.DrawFn) -> str:
    pairs = "".join(f' {name}="{value}"' for name, value in draw(attributes).items())
    body = draw(named) + draw(references) + "<url>https://content.example/%C3%BC?a=b</url>"
    for name in ("launchParameters", "entitlementKey"):
        inside = draw(st.none() | words.map(escaped) | st.just("a<b xmlns='urn:c'>d</b>"))
        body += "" if inside is None else f"<{name}>{inside}</{name}>"
    return f'<au id="{HERE}/ID/"{pairs}>{body}{draw(vendors)}</au>'


@st.composite
def blocks(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    children = "".join(draw(st.lists(inner, min_size=1, max_size=3)))
    return (
        f'<block id="{HERE}/ID/">{draw(named)}{draw(references)}{children}{draw(vendors)}</block>'
    )


@st.composite
def objectives(draw: st.DrawFn) -> str:
    both = draw(st.permutations([draw(texts("title")), draw(texts("description"))]))
    return f'<objective id="{HERE}/ID/">{"".join(both)}</objective>'


@st.composite
def structures(draw: st.DrawFn) -> bytes:
    elements = st.recursive(units(), blocks, max_leaves=6)
    children = "".join(draw(st.lists(elements, min_size=1, max_size=3)))
    defined = "".join(draw(st.lists(objectives(), max_size=2)))
    body = (
        f'<course id="{HERE}/ID/">{draw(named)}{draw(vendors)}</course>'
        + (f"<objectives>{defined}{draw(vendors)}</objectives>" if defined else "")
        + children
        + draw(vendors)
    )
    for number in range(body.count("/ID/")):  # every id its own
        body = body.replace("/ID/", f"/{number}", 1)
    return f'<courseStructure xmlns="{NAMESPACE}">{body}</courseStructure>'.encode()


@pytest.mark.cmi5(14)
@settings(FEW, max_examples=80)
@given(structures())
def test_every_valid_structure_is_read(xml):
    course = read_structure(xml)

    assert len(list(course.units())) == xml.count(b"<au ")
    assert len(list(course.blocks())) == xml.count(b"<block ")
    assert len(course.objectives) == xml.count(b"<objective id=")
