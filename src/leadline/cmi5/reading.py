"""From the bytes of a cmi5.xml to a CourseStructure: parsed, trimmed, held against the schema."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from lxml import etree

from leadline.cmi5.problem import BadPackage
from leadline.cmi5.structure import AssignableUnit, Block, CourseStructure, Element, Objective
from leadline.statements.forms import is_iri, is_language_tag

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
SCHEMA = Path(__file__).with_name("course_structure.xsd")
STRUCTURE_BYTES_MAX = 32 * 2**20  # 1,000 units take about half a megabyte
# Of tags and attributes: each takes memory, however short it is. A unit has about thirty.
MARKS_MAX = 1_000_000
BLOCKS_DEEP_MAX = 100
NO_LANGUAGE = "und"

_Node = etree._Element  # noqa: SLF001  (lxml gives the class of its elements no other name)
_OURS = f"{{{NAMESPACE}}}"


def read_structure(xml: bytes) -> CourseStructure:
    """The structure that a cmi5.xml holds, with every value trimmed (13.1).

    URLs are not looked at here. Nothing is fetched, no entity is expanded. Raises BadPackage."""
    if len(xml) > STRUCTURE_BYTES_MAX or xml.count(b"<") + xml.count(b"=") > MARKS_MAX:
        raise BadPackage(
            "cmi5.xml",
            f"it is longer than {STRUCTURE_BYTES_MAX >> 20} MiB, or has more than "
            f"{MARKS_MAX:,} tags and attributes.",
            "Split the course, or take vendor elements out.",
        )
    root = _parse(xml)
    _trim(root)
    _check_schema(root)
    structure = _course(root)
    _check_ids(structure)
    return structure


def _parse(xml: bytes) -> _Node:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as problem:
        raise BadPackage(
            f"cmi5.xml line {problem.lineno or 1}",
            f"it is no well-formed XML: {problem.msg}.",
            "Mend the file.",
            "14",
        ) from problem
    if root.getroottree().docinfo.doctype:
        raise BadPackage(
            "cmi5.xml",
            "it declares a document type; entities of one could read files or fill the memory.",
            "Take the DOCTYPE out; a course structure needs none.",
            "13.1",
        )
    return root


def _trim(root: _Node) -> None:
    """Take white space off both ends of every value, CDATA included, before it is looked at."""
    for node in root.iter(f"{_OURS}*"):
        for name, value in node.attrib.items():
            if value != value.strip() and not str(name).startswith("{"):
                node.set(name, value.strip())
        if node.text and not len(node):
            node.text = node.text.strip()


def _check_schema(root: _Node) -> None:
    # Made anew each time: it keeps the log of its last use, so threads cannot share one.
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    if schema.validate(root):
        return
    first = schema.error_log[0]
    raise BadPackage(
        f"cmi5.xml line {first.line}",
        first.message.replace(_OURS, "")[:500],
        "Order the elements and write the values as CourseStructure.xsd has them.",
        "13.2",
    )


def _course(root: _Node) -> CourseStructure:
    course = _one(root, "course")
    return CourseStructure(
        _iri(course, "id", "course"),
        _texts(course, "title"),
        _texts(course, "description"),
        tuple(
            Objective(
                _iri(node, "id", "objective"), _texts(node, "title"), _texts(node, "description")
            )
            for node in root.iterfind(f"{_OURS}objectives/{_OURS}objective")
        ),
        _children(root, 1),
    )


def _children(parent: _Node, depth: int) -> tuple[Element, ...]:
    if depth > BLOCKS_DEEP_MAX:
        raise BadPackage(
            f"cmi5.xml line {parent.sourceline}",
            f"blocks are nested more than {BLOCKS_DEEP_MAX} deep.",
            "Flatten the course.",
        )
    return tuple(
        _unit(node) if node.tag == f"{_OURS}au" else _block(node, depth)
        for node in parent.iterchildren(f"{_OURS}au", f"{_OURS}block")
    )


def _block(node: _Node, depth: int) -> Block:
    return Block(
        _iri(node, "id", "block"),
        _texts(node, "title"),
        _texts(node, "description"),
        _references(node),
        _children(node, depth + 1),
    )


def _unit(node: _Node) -> AssignableUnit:
    score = node.get("masteryScore")
    return AssignableUnit(
        _iri(node, "id", "au"),
        _texts(node, "title"),
        _texts(node, "description"),
        url=_one(node, "url").text or "",
        # The schema has let nothing else through than these two sets of words.
        launch_method=node.get("launchMethod", "AnyWindow"),  # type: ignore[arg-type]
        move_on=node.get("moveOn", "NotApplicable"),  # type: ignore[arg-type]
        mastery_score=None if score is None else Decimal(score),
        launch_parameters=_optional(node, "launchParameters"),
        entitlement_key=_optional(node, "entitlementKey"),
        activity_type=_iri(node, "activityType", "au") if node.get("activityType") else None,
        objectives=_references(node),
    )


def _references(node: _Node) -> tuple[str, ...]:
    found = node.iterfind(f"{_OURS}objectives/{_OURS}objective")
    return tuple(_iri(each, "idref", "objective") for each in found if each.get("idref"))


def _texts(node: _Node, name: str) -> dict[str, str]:
    """The first text of each language."""
    texts: dict[str, str] = {}
    for each in _one(node, name).iterchildren(f"{_OURS}langstring"):
        tag = each.get("lang", NO_LANGUAGE)
        # The schema lets a few tags through that no statement may bear.
        texts.setdefault(tag if is_language_tag(tag) else NO_LANGUAGE, each.text or "")
    return texts


def _optional(node: _Node, name: str) -> str | None:
    found = node.find(f"{_OURS}{name}")
    return None if found is None else "".join(found.itertext()).strip()


def _one(node: _Node, name: str) -> _Node:
    found = node.find(f"{_OURS}{name}")
    assert found is not None, "the schema wants it"
    return found


def _iri(node: _Node, attribute: str, kind: str) -> str:
    value = node.get(attribute, "")
    if not is_iri(value):
        raise BadPackage(
            f"cmi5.xml line {node.sourceline} {kind} {attribute}",
            f"“{value[:200]}” is no full IRI.",
            "Begin it with a scheme, e.g. https://example.org/courses/1.",
            "3",
        )
    return value


def _check_ids(structure: CourseStructure) -> None:
    _check_unique("block", "13.1.2", (block.id for block in structure.blocks()))
    _check_unique("objective", "13.1.3", (each.id for each in structure.objectives))
    _check_unique("au", "13.1.4", (unit.id for unit in structure.units()))


def _check_unique(kind: str, section: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise BadPackage(
                f"{kind} {each}",
                f"its id is that of another {kind} of this structure.",
                "Give each an id of its own.",
                section,
            )
        seen.add(each)
