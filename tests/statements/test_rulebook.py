"""The rules of Data 2 and 4, one line a rule: what is changed in a valid statement, and where the
refusal must point. Each is tried in a statement and in a SubStatement, under both versions."""

from typing import Any

import pytest
from rulebook import ABSENT, ANA, BEN, FULL, QUESTION, TEAM, as_substatement, changed, taken

from leadline.statements import BadStatement

NOT_AN_IRI = ["course", "", "/relative", "ab=c://x", "http://a b", "://x", 7, None, {}, "x:"]
NOT_A_UUID = ["", "7ccd3322", "MA97B177-9383-4934-8543-0F91A7A02836", FULL["id"] + "8", 5, None, {}]
NOT_A_TIMESTAMP = [
    "should fail",
    "01/011/2015",
    "2008-09-15T15:53:00.601-00",
    "2008-09-15T15:53:00.601-0000",
    "2008-09-15T15:53:00.601-00:00",
    "2008-09-15",
    "2008-13-15T15:53:00Z",
    "2008-02-30T15:53:00Z",
    "2008-09-15T25:53:00Z",
    " 2008-09-15T15:53:00Z",
    "2008-09-15T15:53:00Z\n",
    "",
    None,
    1221493980,
]
NOT_A_LANGUAGE_MAP = [
    {"a12345": "x"},
    {"en_US": "x"},
    {"": "x"},
    {"en": 1},
    {"en": None},
    "text",
    ["en"],
    None,
]
NOT_A_STRING = [1, True, None, {}, ["x"]]
NOT_A_BOOLEAN = ["true", 1, 0, None, {}]
NOT_A_NUMBER = ["1", True, None, {}]
NOT_A_DURATION = ["", "P", "PT", "PA1H", "P4W1D", "P1.5Y1M", "1H", "PT1S ", "P1D1H", 3600, None, {}]
NOT_AN_OBJECT = ["x", 1, None, [], True]

DEFINITION = "object.definition"

# (section, path of what is changed, values that must each be refused)
RULES: list[tuple[str, str, list[Any]]] = [
    ("Data 2.2 actor required", "actor", [ABSENT, *NOT_AN_OBJECT]),
    ("Data 2.2 verb required", "verb", [ABSENT, *NOT_AN_OBJECT]),
    ("Data 2.2 object required", "object", [ABSENT, *NOT_AN_OBJECT]),
    ("Data 2.2 no key beyond the specification", "iD", ["x"]),
    ("Data 2.2 no key beyond the specification", "actor.Name", ["x"]),
    ("Data 2.2 no key beyond the specification", "verb.Display", [{}]),
    ("Data 2.2 no key beyond the specification", "object.foo", ["x"]),
    ("Data 2.2 no key beyond the specification", "object.definition.foo", ["x"]),
    ("Data 2.2 no key beyond the specification", "result.foo", ["x"]),
    ("Data 2.2 no key beyond the specification", "result.score.foo", [1]),
    ("Data 2.2 no key beyond the specification", "context.foo", ["x"]),
    ("Data 2.2 no key beyond the specification", "context.contextActivities.foo", [[]]),
    ("Data 2.2 no key beyond the specification", "attachments.0.foo", ["x"]),
    ("Data 2.4.2 objectType of an actor", "actor.objectType", ["agent", "Person", 1, None]),
    ("Data 2.4.2.1 name of an agent", "actor.name", NOT_A_STRING),
    ("Data 2.4.2.1 an agent has no members", "actor.member", [[BEN]]),
    ("Data 2.4.2.1 exactly one identifier", "actor.mbox", [ABSENT]),
    ("Data 2.4.2.1 exactly one identifier", "actor.openid", ["https://ana.example"]),
    (
        "Data 2.4.2.3 mbox",
        "actor.mbox",
        ["ana@example.org", "mailto:", "mailto:ana", "mailto:a b@example.org", *NOT_A_STRING],
    ),
    ("Data 2.4.2.3 mbox_sha1sum", "actor", [{"mbox_sha1sum": v} for v in ("x", "a" * 39, 1, None)]),
    ("Data 2.4.2.3 openid", "actor", [{"openid": value} for value in NOT_AN_IRI]),
    ("Data 2.4.2.4 account", "actor", [{"account": value} for value in NOT_AN_OBJECT]),
    (
        "Data 2.4.2.4 account",
        "actor",
        [
            {"account": {"homePage": "https://hr.example"}},
            {"account": {"name": "ben"}},
            {"account": {"homePage": "https://hr.example", "name": 7}},
            {"account": {"homePage": "https://hr.example", "name": "ben", "more": 1}},
            *({"account": {"homePage": value, "name": "ben"}} for value in NOT_AN_IRI),
        ],
    ),
    (
        "Data 2.4.2.2 groups",
        "actor",
        [
            {"objectType": "Group"},
            {"objectType": "Group", "name": "North"},
            {"objectType": "Group", "member": "x"},
            {"objectType": "Group", "member": {}},
            {"objectType": "Group", "member": [TEAM]},
            {"objectType": "Group", "member": [{"name": "nobody"}]},
            {"objectType": "Group", "mbox": "mailto:n@example.org", "member": [TEAM]},
            {"objectType": "Group", "mbox": "mailto:n@x.org", "openid": "https://n.example"},
            {"member": [ANA]},
            {"objectType": "group", "member": [ANA]},
        ],
    ),
    ("Data 2.4.3 verb id", "verb.id", [ABSENT, *NOT_AN_IRI]),
    ("Data 2.4.3 verb display", "verb.display", NOT_A_LANGUAGE_MAP),
    ("Data 2.4.4 objectType", "object.objectType", ["activity", "Thing", 1, None, "Agent"]),
    ("Data 2.4.4.1 activity id", "object.id", [ABSENT, *NOT_AN_IRI]),
    ("Data 2.4.4.1 definition", DEFINITION, NOT_AN_OBJECT),
    ("Data 2.4.4.1 name", f"{DEFINITION}.name", NOT_A_LANGUAGE_MAP),
    ("Data 2.4.4.1 description", f"{DEFINITION}.description", NOT_A_LANGUAGE_MAP),
    ("Data 2.4.4.1 type", f"{DEFINITION}.type", NOT_AN_IRI),
    ("Data 2.4.4.1 moreInfo", f"{DEFINITION}.moreInfo", NOT_AN_IRI),
    ("Data 4.1 extensions", f"{DEFINITION}.extensions", [{"no scheme": 1}, {"": 1}, "x", None]),
    ("Data 2.4.4.1 interactions", f"{DEFINITION}.interactionType", ["Choice", "x", "", 1, None]),
    *(
        ("Data 2.4.4.1 interactionType first", f"{DEFINITION}.{key}", [[]])
        for key in ("correctResponsesPattern", "choices", "scale", "source", "target", "steps")
    ),
    (
        "Data 2.4.4.1 interaction parts",
        "object",
        [
            changed(f"definition.{path}", value, QUESTION)
            for path, value in (
                ("correctResponsesPattern", "a"),
                ("correctResponsesPattern", [1]),
                ("choices", {}),
                ("choices.0", "a"),
                ("choices.0.id", ABSENT),
                ("choices.0.id", 1),
                ("choices.1.id", "a"),
                ("choices.0.description", "One"),
                ("choices.0.description", {"a12345": "One"}),
                ("choices.0.more", 1),
            )
        ],
    ),
    (
        "Data 2.4.4.3 StatementRef",
        "object",
        [{"objectType": "StatementRef", "id": value} for value in NOT_A_UUID]
        + [
            {"objectType": "StatementRef"},
            {"objectType": "StatementRef", "id": FULL["id"], "definition": {}},
            {"objectType": "statementRef", "id": FULL["id"]},
        ],
    ),
    ("Data 2.4.5 success", "result.success", NOT_A_BOOLEAN),
    ("Data 2.4.5 completion", "result.completion", NOT_A_BOOLEAN),
    ("Data 2.4.5 response", "result.response", NOT_A_STRING),
    ("Data 2.4.5 result", "result", NOT_AN_OBJECT),
    ("Data 4.6 duration", "result.duration", NOT_A_DURATION),
    ("Data 4.1 extensions", "result.extensions", [{"no scheme": 1}, "x", None, []]),
    ("Data 2.4.5.1 score", "result.score", NOT_AN_OBJECT),
    ("Data 2.4.5.1 scaled", "result.score.scaled", [1.01, -1.01, *NOT_A_NUMBER]),
    ("Data 2.4.5.1 raw", "result.score.raw", [-1, 101, *NOT_A_NUMBER]),
    ("Data 2.4.5.1 min", "result.score.min", [100, 101, 96, *NOT_A_NUMBER]),
    ("Data 2.4.5.1 max", "result.score.max", [0, -1, 94, *NOT_A_NUMBER]),
    ("Data 2.4.6 context", "context", NOT_AN_OBJECT),
    ("Data 2.4.6 registration", "context.registration", NOT_A_UUID),
    ("Data 2.4.6 instructor", "context.instructor", [{"name": "nobody"}, *NOT_AN_OBJECT]),
    ("Data 2.4.6 team", "context.team", [ANA, {"member": [ANA]}, *NOT_AN_OBJECT]),
    ("Data 2.4.6 revision", "context.revision", NOT_A_STRING),
    ("Data 2.4.6 platform", "context.platform", NOT_A_STRING),
    ("Data 2.4.6 language", "context.language", ["en_US", "a12345", "", 1, None, {}]),
    (
        "Data 2.4.6 statement",
        "context.statement",
        [{"id": FULL["id"]}, {"objectType": "StatementRef", "id": "x"}, "x", None],
    ),
    ("Data 4.1 extensions", "context.extensions", [{"no scheme": 1}, "x", None, []]),
    (
        "Data 2.4.6.2 contextActivities",
        "context.contextActivities.parent",
        [ANA, [ANA], [{"id": "x"}], ["x"], "x", None, [None]],
    ),
    ("Data 2.4.6.2 contextActivities", "context.contextActivities", NOT_AN_OBJECT),
    ("Data 2.4.7, 4.5 timestamp", "timestamp", NOT_A_TIMESTAMP),
    ("Data 2.4.11 attachments", "attachments", ["x", {}, None, [1]]),
    ("Data 2.4.11 usageType", "attachments.0.usageType", [ABSENT, *NOT_AN_IRI]),
    ("Data 2.4.11 display", "attachments.0.display", [ABSENT, *NOT_A_LANGUAGE_MAP]),
    ("Data 2.4.11 description", "attachments.0.description", NOT_A_LANGUAGE_MAP),
    ("Data 2.4.11 contentType", "attachments.0.contentType", [ABSENT, "pdf", "", 1, None]),
    ("Data 2.4.11 length", "attachments.0.length", [ABSENT, "1", -1, 1.5, True, None]),
    ("Data 2.4.11 sha2", "attachments.0.sha2", [ABSENT, "x", "a" * 40, 1, None]),
    ("Data 2.4.11 fileUrl", "attachments.0.fileUrl", NOT_AN_IRI),
]
# Rules about what only a whole statement may hold.
OUTER_RULES: list[tuple[str, str, list[Any]]] = [
    ("Data 2.4.1 id", "id", NOT_A_UUID),
    ("Data 2.4.8 stored", "stored", NOT_A_TIMESTAMP),
    ("Data 2.4.10 version", "version", ["0.9.9", "1.1.0", "1", "x", "1.0.", "1.0.01", 1.0, None]),
    (
        "Data 2.4.9 authority",
        "authority",
        [
            {"objectType": "Group", "member": [ANA]},
            {"objectType": "Group", "member": [ANA, BEN, ANA]},
            {"objectType": "Group", "member": [ANA, BEN], "mbox": "mailto:n@example.org"},
            {"objectType": "Group", "openid": "https://n.example"},
            {"name": "nobody"},
            *NOT_AN_OBJECT,
        ],
    ),
]


def cases(rules: list[tuple[str, str, list[Any]]]) -> list[Any]:
    return [
        pytest.param(path, value, id=f"{section}: {path} = {_name(value)}")
        for section, path, values in rules
        for value in values
    ]


def _name(value: Any) -> str:
    return "absent" if value is ABSENT else str(value)[:50]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize(("path", "value"), cases(RULES + OUTER_RULES))
def test_a_broken_rule_is_refused_and_the_field_is_named(path: str, value: Any, version: str):
    with pytest.raises(BadStatement) as refusal:
        taken(changed(path, value), version)
    problem = refusal.value
    assert _plain(problem.field).startswith(path.split(".", maxsplit=1)[0])
    assert problem.reason and problem.remedy and problem.section


@pytest.mark.parametrize(("path", "value"), cases(RULES))
def test_a_substatement_is_held_to_the_same_rules(path: str, value: Any):
    with pytest.raises(BadStatement) as refusal:
        taken(as_substatement(changed(path, value)))
    assert refusal.value.field.startswith("object.")


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize(
    "statement",
    [
        FULL,
        as_substatement(FULL),
        changed("object", QUESTION),
        changed("actor", TEAM),
        changed("actor", {"objectType": "Group", "mbox": "mailto:north@example.org"}),
        changed("authority", TEAM),
        changed("authority", ANA),
        changed("object.objectType", ABSENT),
        changed("actor.objectType", ABSENT),
        changed("context.contextActivities.parent", {"id": "https://example.org/alone"}),
        changed("version", "1.0"),
        changed("version", "1.0.9"),
        changed("timestamp", "2099-01-01T00:00:00Z"),
        changed("result.extensions", {"urn:x": None}),
        changed("result.score", {"raw": 1e9}),
        changed("result.score", {"scaled": -1}),
        changed("result.score", {"scaled": 1, "raw": 0, "min": 0, "max": 0.1}),
        *(
            changed("result.duration", text)
            for text in ("P3Y", "P4W", "PT16559.14S", "P3Y1M29DT4H35M59.14S", "PT0.001S", "P1DT1H")
        ),
        *(
            changed("verb.display", {tag: "x"})
            for tag in ("ja", "en-US", "sr-Latn-RS", "zh-cmn-Hans-CN", "x-own", "de-CH-1996")
        ),
    ],
)
def test_what_the_specification_allows_is_taken(statement: dict[str, Any], version: str):
    assert taken(statement, version).id


@pytest.mark.parametrize("other", [ANA, TEAM, {"objectType": "StatementRef", "id": FULL["id"]}])
@pytest.mark.parametrize("key", ["revision", "platform"])
def test_revision_and_platform_speak_of_activities_only(key: str, other: dict[str, Any]):
    """Data 2.4.6."""
    bare = {**FULL, "object": other, "context": {key: "x"}}
    for statement, field in (
        (bare, f"context.{key}"),
        (as_substatement(bare), f"object.context.{key}"),
    ):
        with pytest.raises(BadStatement) as refusal:
            taken(statement)
        assert refusal.value.field == field


@pytest.mark.parametrize("key", ["id", "stored", "version", "authority"])
def test_a_substatement_has_no_life_of_its_own(key: str):
    """Data 2.4.4.3."""
    values = {"id": FULL["id"], "stored": FULL["timestamp"], "version": "1.0.0", "authority": ANA}
    with pytest.raises(BadStatement) as refusal:
        taken(changed(f"object.{key}", values[key], as_substatement(FULL)))
    assert refusal.value.field == f"object.{key}"


@pytest.mark.parametrize("target", [ANA, QUESTION, FULL["object"]])
def test_only_a_statement_can_be_voided(target: dict[str, Any]):
    """Data 2.3.2."""
    voiding = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    with pytest.raises(BadStatement) as refusal:
        taken({"actor": ANA, "verb": voiding, "object": target})
    assert refusal.value.field == "object.objectType"


def test_a_substatement_holds_no_substatement():
    """Data 2.4.4.3."""
    nested = as_substatement(as_substatement(FULL))
    with pytest.raises(BadStatement, match="must not contain a SubStatement") as refusal:
        taken(nested)
    assert refusal.value.field == "object.object"


def test_a_refusal_names_the_place_deep_inside():
    with pytest.raises(BadStatement) as refusal:
        taken(changed("context.contextActivities.grouping.0.id", "here"))
    assert refusal.value.field == "context.contextActivities.grouping[0].id"
    assert "“here”" in refusal.value.reason


@pytest.mark.parametrize("value", ["x", 1, None, [], True])
def test_a_statement_is_an_object(value: Any):
    with pytest.raises(BadStatement):
        taken(value)


def _plain(field: str) -> str:
    return field.replace("[", ".").replace("]", "")
