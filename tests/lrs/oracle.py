"""What a statement may be, written from the tables of xAPI 1.0.3 Data 2 and IEEE 9274.1.1 4.2.

Independent of `leadline.statements`, and only ever too mild: what it objects to breaks a rule that
both texts state outright. `faults(statement, version)` lists them; none means that it may be
stored. Used by the fuzz test, which asks whether anything was stored that should not be."""

import re
from datetime import datetime

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]+", re.I)
MAILTO = re.compile(r"mailto:[^@\s]+@[^@\s]+")
TAG = re.compile(r"[a-z]{1,8}(-[a-z0-9]{1,8})*", re.I)
SHA1 = re.compile(r"[0-9a-f]{40}", re.I)
SHA2 = re.compile(r"[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}", re.I)
MEDIA = re.compile(r"[^\s/;]+/[^\s/;]+(\s*;.*)?", re.S)
DURATION = re.compile(
    r"P(?!$)(\d+([.,]\d+)?W|(\d+([.,]\d+)?Y)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?D)?"
    r"(T(?=\d)(\d+([.,]\d+)?H)?(\d+([.,]\d+)?M)?(\d+([.,]\d+)?S)?)?)"
)
MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.I | re.A
)
NO_OFFSET = re.compile(r"-00(:?00)?$")
VERSIONS = re.compile(r"1\.0(\.\d+)?|2\.0\.0")


def text(value):
    yield from () if isinstance(value, str) else ["is no string"]


def matching(pattern, name):
    def check(value):
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield f"is no {name}"

    return check


iri, uuid, tag = matching(IRI, "IRI"), matching(UUID, "UUID"), matching(TAG, "language tag")
duration = matching(DURATION, "duration")


def moment(value):
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or NO_OFFSET.search(value[10:]):
        yield "is no timestamp"
        return
    try:
        datetime.fromisoformat(found[1])
    except ValueError:
        yield "is no day"


def truth(value):
    yield from () if isinstance(value, bool) else ["is no boolean"]


def number(value):
    yield from () if type(value) in (int, float) else ["is no number"]


def whole(value):
    fits = type(value) is int or (type(value) is float and value.is_integer())
    yield from () if fits and value >= 0 else ["is no length"]


def anything(_):
    yield from ()


def exactly(*words):
    def check(value):
        yield from () if value in words and isinstance(value, str) else [f"is none of {words}"]

    return check


def map_of(key, each):
    def check(value):
        if not isinstance(value, dict):
            yield "is no object"
            return
        for name, inner in value.items():
            yield from (f"{name}: key {fault}" for fault in key(name))
            yield from (f"{name}: {fault}" for fault in each(inner))

    return check


def list_of(each):
    def check(value):
        if not isinstance(value, list):
            yield "is no array"
            return
        for at, inner in enumerate(value):
            yield from (f"[{at}] {fault}" for fault in each(inner))

    return check


def table(required, optional, also=anything):
    """An object with these properties and no others; `also` looks at it as a whole."""

    def check(value):
        if not isinstance(value, dict):
            yield "is no object"
            return
        yield from (f"{name} is missing" for name in required if name not in value)
        for name, inner in value.items():
            rule = required.get(name) or optional.get(name)
            if rule is None:
                yield f"{name} is unknown"
            else:
                yield from (f"{name}: {fault}" for fault in rule(inner))
        yield from also(value)

    return check


languages, extensions = map_of(tag, text), map_of(iri, anything)
IDENTIFIERS = {
    "mbox": matching(MAILTO, "mailto"),
    "mbox_sha1sum": matching(SHA1, "SHA-1"),
    "openid": iri,
    "account": table({"homePage": iri, "name": text}, {}),
}


def _one_identifier(value):
    if len(IDENTIFIERS.keys() & value.keys()) != 1:
        yield "has not exactly one identifier"


def _a_group(value):
    identifiers = len(IDENTIFIERS.keys() & value.keys())
    if identifiers > 1 or (identifiers == 0 and "member" not in value):
        yield "is neither an identified nor an anonymous group"


agent = table({}, {"objectType": exactly("Agent"), "name": text, **IDENTIFIERS}, _one_identifier)
group = table(
    {"objectType": exactly("Group")},
    {"name": text, "member": list_of(agent), **IDENTIFIERS},
    _a_group,
)


def actor(value):
    is_group = isinstance(value, dict) and value.get("objectType") == "Group"
    yield from (group if is_group else agent)(value)


def authority(value):
    yield from actor(value)
    if isinstance(value, dict) and value.get("objectType") == "Group":
        pair = value.get("member")
        if not (isinstance(pair, list) and len(pair) == 2):
            yield "is no pair of consumer and user"


component = list_of(table({"id": text}, {"description": languages}))
INTERACTIONS = (
    *("true-false", "choice", "fill-in", "long-fill-in", "matching", "performance"),
    *("sequencing", "likert", "numeric", "other"),
)


def _components_distinct(value):
    for name in COMPONENTS:
        parts = value.get(name)
        if isinstance(parts, list) and all(isinstance(each, dict) for each in parts):
            ids = [str(each.get("id")) for each in parts]
            if len(set(ids)) < len(ids):
                yield f"{name} has an id twice"


COMPONENTS = ("choices", "scale", "source", "target", "steps")
definition = table(
    {},
    {
        "name": languages,
        "description": languages,
        "type": iri,
        "moreInfo": iri,
        "extensions": extensions,
        "interactionType": exactly(*INTERACTIONS),
        "correctResponsesPattern": list_of(text),
        **dict.fromkeys(COMPONENTS, component),
    },
    _components_distinct,
)
activity = table({"id": iri}, {"objectType": exactly("Activity"), "definition": definition})
reference = table({"objectType": exactly("StatementRef"), "id": uuid}, {})


def _score(value):
    if not all(type(each) in (int, float) for each in value.values()):
        return
    scaled, raw = value.get("scaled"), value.get("raw")
    low, high = value.get("min"), value.get("max")
    if scaled is not None and not -1 <= scaled <= 1:
        yield "scaled is outside -1 to 1"
    if low is not None and high is not None and low > high:
        yield "min is above max"
    if raw is not None and ((low is not None and raw < low) or (high is not None and raw > high)):
        yield "raw is outside min to max"


score = table({}, dict.fromkeys(("scaled", "raw", "min", "max"), number), _score)
result = table(
    {},
    {
        "score": score,
        "success": truth,
        "completion": truth,
        "response": text,
        "duration": duration,
        "extensions": extensions,
    },
)


def one_or_many_activities(value):
    yield from (list_of(activity) if isinstance(value, list) else activity)(value)


RELATED = dict.fromkeys(("parent", "grouping", "category", "other"), one_or_many_activities)


def _types(value):
    yield from list_of(iri)(value)
    if value == []:
        yield "is empty"


FIRST = {
    "registration": uuid,
    "instructor": actor,
    "team": group,
    "contextActivities": table({}, RELATED),
    "revision": text,
    "platform": text,
    "language": tag,
    "statement": reference,
    "extensions": extensions,
}
SECOND = {
    "contextAgents": list_of(
        table({"objectType": exactly("contextAgent"), "agent": agent}, {"relevantTypes": _types})
    ),
    "contextGroups": list_of(
        table({"objectType": exactly("contextGroup"), "group": group}, {"relevantTypes": _types})
    ),
}
CONTEXTS = {"1": table({}, FIRST), "2": table({}, FIRST | SECOND)}
attachment = table(
    {
        "usageType": iri,
        "display": languages,
        "contentType": matching(MEDIA, "media type"),
        "length": whole,
        "sha2": matching(SHA2, "SHA-2"),
    },
    {"description": languages, "fileUrl": iri},
)


def _said(version):
    return {
        "result": result,
        "context": CONTEXTS[version],
        "timestamp": moment,
        "attachments": list_of(attachment),
    }


def _whole(value):
    thing = value.get("object")
    kind = thing.get("objectType", "Activity") if isinstance(thing, dict) else None
    about = value.get("context")
    if isinstance(about, dict) and kind != "Activity" and {"revision", "platform"} & about.keys():
        yield "context: revision and platform go with an activity only"
    verb = value.get("verb")
    if isinstance(verb, dict) and verb.get("id") == VOIDED and kind != "StatementRef":
        yield "object: voiding names no statement"


def _main(version, *, inner):
    kinds = {"Agent": agent, "Group": group, "Activity": activity, "StatementRef": reference}
    if not inner:
        kinds["SubStatement"] = _substatement(version)

    def check(value):
        kind = value.get("objectType", "Activity") if isinstance(value, dict) else "Activity"
        if isinstance(kind, str) and kind in kinds:
            yield from kinds[kind](value)
        else:
            yield f"objectType {kind!r} is none"

    return check


VERB = table({"id": iri}, {"display": languages})


def _substatement(version):
    required = {"objectType": exactly("SubStatement"), "actor": actor, "verb": VERB}
    return table(required | {"object": _main(version, inner=True)}, _said(version), _whole)


def _statement(version):
    required = {"actor": actor, "verb": VERB, "object": _main(version, inner=False)}
    made = {
        "id": uuid,
        "stored": moment,
        "authority": authority,
        "version": matching(VERSIONS, "version"),
    }
    return table(required, made | _said(version), _whole)


STATEMENT = {version: _statement(version) for version in ("1", "2")}


def _whatever_it_is(value, in_extensions=False):
    """What holds for every value (Data 2.2): no null outside extensions, and real Unicode."""
    if value is None and not in_extensions:
        yield "null"
    elif isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            yield "half a surrogate pair"
    elif isinstance(value, list):
        for each in value:
            yield from _whatever_it_is(each, in_extensions)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _whatever_it_is(name)
            yield from _whatever_it_is(each, in_extensions or name == "extensions")


def faults(statement, version):
    """Every rule that the statement breaks; version: "1" or "2"."""
    return [*_whatever_it_is(statement), *STATEMENT[version](statement)]
