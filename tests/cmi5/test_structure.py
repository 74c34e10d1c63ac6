"""What a cmi5.xml may say (section 13), and how it is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from leadline.cmi5.problem import BadPackage
from leadline.cmi5.reading import BLOCKS_DEEP_MAX, MARKS_MAX, STRUCTURE_BYTES_MAX, read_structure

from .packages import HERE, Packages, au, au_id, block, block_id, course_id, objective_id, texts

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "manifests" / "cmi5"
XML = Packages.xml


def refused(xml: bytes) -> BadPackage:
    return Packages.refused(xml, "text/xml")


@pytest.mark.cmi5(8, 12)
def test_a_whole_structure_is_read():
    xml = XML(
        au(1, "https://content.example/1?a=1", objectives=(1,), moveOn="Passed", masteryScore="0.8",
           launchMethod="OwnWindow", activityType=f"{HERE}/types/lesson",
           launch_parameters="Start=1", entitlement_key="k-1"),
        block("outer", au(2), block("inner", au(3)), objectives=(1, 2)),
        au(4),
        objectives=(1, 2),
    )  # fmt: skip

    course = read_structure(xml)

    assert (course.id, course.title, course.description) == (
        course_id(), {"en": "Course"}, {"en": "Course"},
    )  # fmt: skip
    assert [each.id for each in course.objectives] == [objective_id(1), objective_id(2)]
    assert [unit.id for unit in course.units()] == [au_id(n) for n in (1, 2, 3, 4)]
    assert [each.id for each in course.blocks()] == [block_id("outer"), block_id("inner")]
    first, *others = course.units()
    assert first.url == "https://content.example/1?a=1"
    assert (first.move_on, first.mastery_score) == ("Passed", Decimal("0.8"))
    assert (first.launch_method, first.activity_type) == ("OwnWindow", f"{HERE}/types/lesson")
    assert (first.launch_parameters, first.entitlement_key) == ("Start=1", "k-1")
    assert first.objectives == (objective_id(1),)
    # What is not written has the defaults of 13.1.4.
    assert {(u.move_on, u.launch_method, u.mastery_score) for u in others} == {
        ("NotApplicable", "AnyWindow", None)
    }


def test_a_mastery_score_of_zero_is_a_score():
    [unit] = read_structure(XML(au(1, masteryScore="0"))).units()

    assert unit.mastery_score == 0
    assert unit.mastery_score is not None


@pytest.mark.cmi5(13)
def test_more_than_a_thousand_units():
    package = Packages.read(XML(*(au(n) for n in range(1_500))))

    assert len(list(package.structure.units())) == 1_500


@pytest.mark.cmi5(14, 28)
@pytest.mark.parametrize("file", sorted(SHARED.glob("*.xml")), ids=lambda file: file.stem)
def test_structures_of_others(file):
    """The examples of CATAPULT; those numbered 201 break the rule about IRIs."""
    if "201-" in file.name:
        with pytest.raises(BadPackage):
            read_structure(file.read_bytes())
    else:
        assert list(read_structure(file.read_bytes()).units())


@pytest.mark.cmi5(15)
def test_any_absolute_iri_is_an_id():
    for iri in (
        "https://é.example/ü",
        "urn:uuid:4f0a1de0-0000-4000-8000-000000000000",
        "tag:a,b:c",
    ):
        assert read_structure(XML(au(1, id=iri), id=iri)).id == iri


RELATIVE = "publisher.example/1"


@pytest.mark.cmi5(16)
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(XML(id=RELATIVE), id="course"),
        pytest.param(XML(block(1, au(1), id=RELATIVE)), id="block"),
        pytest.param(XML(au(1, id=RELATIVE)), id="unit"),
        pytest.param(XML(au(1, id="")), id="empty"),
        pytest.param(
            XML(objectives=(1,)).replace(objective_id(1).encode(), RELATIVE.encode()),
            id="objective",
        ),
        pytest.param(
            XML(au(1, objectives=(1,))).replace(objective_id(1).encode(), RELATIVE.encode()),
            id="reference to an objective",
        ),
        pytest.param(XML(au(1, activityType="lesson")), id="activity type"),
    ],
)
def test_a_relative_iri_is_refused(xml):
    problem = refused(xml)

    assert problem.section == "3"
    assert "line " in problem.field


@pytest.mark.cmi5(17, 18)
@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ({"moveOn": "Sometimes"}, "moveOn"),
        ({"launchMethod": "NewTab"}, "launchMethod"),
        ({"masteryScore": "1.01"}, "masteryScore"),
        ({"masteryScore": "-0.1"}, "masteryScore"),
        ({"masteryScore": "80%"}, "masteryScore"),
        ({"masteryscore": "0.8"}, "masteryscore"),
    ],
)
def test_a_feature_used_wrongly_is_refused(attributes, named):
    problem = refused(XML(au(1, **attributes)))

    assert named in problem.reason
    assert problem.section == "13.2"


@pytest.mark.cmi5(20)
def test_white_space_around_every_value_is_taken_off():
    blank = " \n\t "
    xml = (
        XML(
            au(1, f"{blank}https://content.example/1{blank}", launch_parameters=f"{blank}a b{blank}",
               entitlement_key=f"{blank}k{blank}", id=f" {au_id(1)}\n", moveOn=" Passed ",
               masteryScore=" 0.5 ", launchMethod=" OwnWindow ", activityType=f" {HERE}/t ",
               objectives=(1,)),
            block(1, au(2), id=f" {block_id(1)} "),
            id=f"\n{course_id()}\n",
            objectives=(1,),
        )
        .replace(b">Course<", b">\n Course <")
        .replace(b'lang="en"', b'lang=" en "')
        .replace(objective_id(1).encode(), f" {objective_id(1)} ".encode())
    )  # fmt: skip

    course = Packages.read(xml).structure

    assert (course.id, course.title) == (course_id(), {"en": "Course"})
    assert course.objectives[0].id == objective_id(1)
    assert next(course.blocks()).id == block_id(1)
    unit = next(course.units())
    assert (unit.id, unit.url) == (au_id(1), "https://content.example/1")
    assert (unit.launch_parameters, unit.entitlement_key) == ("a b", "k")
    assert (unit.move_on, unit.launch_method) == ("Passed", "OwnWindow")
    assert (unit.mastery_score, unit.activity_type) == (Decimal("0.5"), f"{HERE}/t")
    assert unit.objectives == (objective_id(1),)


@pytest.mark.cmi5(20)
def test_white_space_inside_cdata_is_taken_off():
    xml = XML(au(1, "HERE", launch_parameters="THERE")).replace(
        b"HERE<", b"<![CDATA[\n   https://content.example/1?a=1&b=2\n  ]]><", 1
    )

    [unit] = Packages.read(xml).structure.units()

    assert unit.url == "https://content.example/1?a=1&b=2"


@pytest.mark.cmi5(21)
def test_two_blocks_of_one_id_are_refused():
    problem = refused(XML(block(1, au(1)), block(2, block(1, au(2)))))

    assert (problem.field, problem.section) == (f"block {block_id(1)}", "13.1.2")


@pytest.mark.cmi5(22)
def test_two_objectives_of_one_id_are_refused():
    problem = refused(XML(objectives=(1, 2, 1)))

    assert (problem.field, problem.section) == (f"objective {objective_id(1)}", "13.1.3")


@pytest.mark.cmi5(23)
def test_two_units_of_one_id_are_refused():
    problem = refused(XML(au(1), block(1, au(2), au(1))))

    assert (problem.field, problem.section) == (f"au {au_id(1)}", "13.1.4")


@pytest.mark.cmi5(21, 23)
def test_ids_that_differ_only_by_white_space_are_the_same():
    assert "id" in refused(XML(au(1), au(2, id=f" {au_id(1)} "))).reason


VENDOR = '<v:hint xmlns:v="urn:vendor" v:level="1"><v:deep/>text</v:hint>'


@pytest.mark.cmi5(14)
def test_vendor_elements_and_attributes_are_taken_and_ignored():
    """13.1.5 lets an LMS ignore them; wherever the schema has room, they may stand."""
    plain = XML(au(1, objectives=(1,)), block(1, au(2), objectives=(1,)), objectives=(1,))
    text = plain.decode()
    for end in ("</course>", "</au>", "</block>", "</objectives>", "</title>", "</description>",
                "</courseStructure>"):  # fmt: skip
        text = text.replace(end, VENDOR * 2 + end)
    for start in ("<course ", "<au ", "<block ", "<langstring "):
        text = text.replace(start, f'{start}xmlns:w="urn:other" w:note="x" ')

    assert read_structure(text.encode()) == read_structure(plain)


@pytest.mark.cmi5(26)
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(XML().replace(b"<title>", VENDOR.encode() + b"<title>", 1), id="too early"),
        pytest.param(XML(au(1, extra="<hint/>")), id="in our namespace"),
        pytest.param(XML(au(1, extra='<hint xmlns=""/>')), id="in no namespace"),
        pytest.param(XML(au(1, hint="x")), id="attribute in no namespace"),
        pytest.param(XML(extra="<v:hint/>"), id="prefix not declared"),
    ],
)
def test_vendor_elements_that_make_the_xml_invalid_are_refused(xml):
    assert "cmi5.xml line" in refused(xml).field


@pytest.mark.cmi5(17, 28)
@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(
            XML().replace(texts("Unit 1").encode(), b"").replace(b"</au>", texts("x").encode() + b"</au>"),
            id="url before title",
        ),
        pytest.param(XML().replace(b"<title>", b"<description>", 1).replace(b"</title>", b"</description>", 1)
                     .replace(b"<description>", b"<title>", 0), id="two descriptions"),
        pytest.param(XML(launched := au(1, launch_parameters="x").replace(
            "<launchParameters>x</launchParameters>", "").replace(
            "<url>", "<launchParameters>x</launchParameters><url>")), id="parameters before url"),
        pytest.param(XML(block(1)), id="empty block"),
        pytest.param(XML("<!-- no unit -->"), id="no unit"),
        pytest.param(XML(au(1, "")), id="empty url"),
        pytest.param(XML(au(1, " ")), id="blank url"),
        pytest.param(XML().replace(b"CourseStructure.xsd", b"Other.xsd"), id="another namespace"),
        pytest.param(XML().replace(f'id="{course_id()}"'.encode(), b""), id="no course id"),
        pytest.param(XML(au(1), objectives=(1,)).replace(b"</courseStructure>", b"<objectives/></courseStructure>"), id="objectives last"),
        pytest.param(b"<html/>", id="something else"),
    ],
)  # fmt: skip
def test_xml_that_is_not_valid_is_refused(xml):
    problem = refused(xml)

    assert problem.section == "13.2"
    assert problem.field.startswith("cmi5.xml line ")


@pytest.mark.cmi5(17)
@pytest.mark.parametrize(
    "xml", [b"", b"plain words", XML()[:-5], XML().replace(b"</au>", b"", 1), b"\xff\xfe\x00"]
)
def test_what_is_no_xml_is_refused(xml):
    assert "XML" in refused(xml).reason


def test_xml_in_another_encoding_is_read():
    text = (
        XML()
        .decode()
        .replace('encoding="utf-8"', 'encoding="utf-16"')
        .replace(">Course<", ">Kurs Ü<")
    )

    assert read_structure(text.encode("utf-16")).title == {"en": "Kurs Ü"}


def test_texts_keep_the_first_of_each_language():
    title = (
        '<title><langstring lang="en">A</langstring><langstring lang="de-DE">B</langstring>'
        "<langstring>C</langstring><langstring lang='en'>D</langstring></title>"
    )
    xml = XML().replace(b'<title><langstring lang="en">Course</langstring></title>', title.encode())

    assert read_structure(xml).title == {"en": "A", "de-DE": "B", "und": "C"}


def test_comments_and_instructions_say_nothing():
    xml = XML(au(1, "SPLIT")).replace(b"SPLIT", b"https://<!-- c -->content<?pi x?>.example/1")

    [unit] = Packages.read(xml).structure.units()

    assert unit.url == "https://content.example/1"


def with_doctype(declarations: str, use: str = "") -> bytes:
    """A structure whose course title is `use`, after a DOCTYPE."""
    xml = XML().decode().replace("?>\n", f"?>\n<!DOCTYPE courseStructure {declarations}>\n", 1)
    return xml.replace(">Course<", f">{use}<", 1).encode()


LAUGHS = "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "ha">' for n in range(12)
)


@pytest.mark.parametrize(
    "xml",
    [
        pytest.param(with_doctype("[]"), id="empty"),
        pytest.param(
            with_doctype('SYSTEM "https://elsewhere.example/x.dtd"'), id="external subset"
        ),
        pytest.param(with_doctype(f"[{LAUGHS}]", "&a11;"), id="nested entities"),
        pytest.param(
            with_doctype(f"[{LAUGHS}]").replace(b'lang="en"', b'lang="en" xml:id="&a11;"', 1),
            id="nested entities in an attribute",
        ),
    ],
)
def test_a_document_type_is_refused(xml):
    assert refused(xml).field.startswith("cmi5.xml")


def test_an_entity_reads_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")

    problem = refused(with_doctype(f'[<!ENTITY e SYSTEM "{secret.as_uri()}">]', "&e;"))

    assert "the secret" not in str(problem)
    assert "DOCTYPE" in problem.remedy


def test_blocks_may_be_nested_deep_but_not_without_end():
    def nested(depth: int) -> str:
        made = au(1)
        for n in range(depth):
            made = block(n, made)
        return made

    assert (
        len(list(read_structure(XML(nested(BLOCKS_DEEP_MAX - 1))).blocks())) == BLOCKS_DEEP_MAX - 1
    )
    assert "deep" in refused(XML(nested(BLOCKS_DEEP_MAX))).reason
    refused(XML(nested(5_000)))


def test_a_structure_that_is_too_long_is_refused():
    padded = XML().replace(
        b"</courseStructure>", b" " * STRUCTURE_BYTES_MAX + b"</courseStructure>"
    )

    assert "MiB" in refused(padded).reason


@pytest.mark.parametrize("mark", ['<v:a xmlns:v="urn:v"/>', "<v:a/>", ' a="b"'])
def test_a_structure_of_too_many_marks_is_refused(mark):
    xml = XML(au(1, extra=mark * MARKS_MAX)) if "<" in mark else XML(f"<au{mark * MARKS_MAX}/>")

    assert "tags and attributes" in refused(xml).reason
