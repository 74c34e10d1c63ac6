"""What a statement of an assignable unit must be like (sections 7.1.3, 9 and 10.2 of cmi5).

Everything here is decided from the statement and from what its launch laid down; when it may come
is decided in `sequence.py`. A rule is a row of RULES; a statement that breaks one is refused with
403, whole (6.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leadline.cmi5 import terms
from leadline.cmi5.terms import Mode
from leadline.lrs.refusals import Refusal
from leadline.statements import identifier_of
from leadline.statements.forms import instant

Json = Mapping[str, Any]
NOTHING: Json = {}
MASTERY_DECIMALS = 4  # of a masteryScore (13.1.4)


@dataclass(frozen=True)
class Launched:
    """What one launch laid down for good.

    actor: the learner as the launch named them; activity, publisher_id: the unit's two ids; ours:
    what all ids begin with that this LMS gives to courses, blocks and units; mastery: the
    masteryScore in the launch data, 0 included; template: the contextTemplate."""

    session: str
    registration: str
    actor: Json
    activity: str
    publisher_id: str
    ours: str
    mode: Mode
    template: Json
    mastery: float | None


@dataclass(frozen=True)
class Said:
    """One statement as its unit sent it; valid xAPI.

    word: verb of a cmi5 defined statement, or `allowed` for a cmi5 allowed one (7.1.3)."""

    sent: Json
    word: str

    @property
    def context(self) -> Json:
        return self.sent.get("context") or NOTHING

    @property
    def extensions(self) -> Json:
        return self.context.get("extensions") or NOTHING

    @property
    def result(self) -> Json:
        return self.sent.get("result") or NOTHING

    @property
    def score(self) -> Json:
        return self.result.get("score") or NOTHING

    @cached_property
    def categories(self) -> frozenset[str]:
        return ids_in(self.context, "category")

    @property
    def activity(self) -> str:
        """What the statement is about; empty where that is no activity."""
        thing = self.sent["object"]
        return str(thing["id"]) if thing.get("objectType", "Activity") == "Activity" else ""


ALLOWED = "allowed"
DEFINED = frozenset(terms.AU_VERBS.values())
ANY = DEFINED | {ALLOWED}
COMPLETED, PASSED, FAILED = map(frozenset, (["completed"], ["passed"], ["failed"]))
TERMINATED = frozenset(["terminated"])
JUDGED = PASSED | FAILED
MOVING_ON = COMPLETED | JUDGED


@dataclass(frozen=True)
class Rule:
    """One rule. of: the words that it binds; holds: whether a statement keeps it."""

    section: str
    of: frozenset[str]
    field: str
    holds: Callable[[Said, Launched], bool]
    reason: str
    remedy: str


def understood(sent: Json, launched: Launched) -> Said:
    """A statement that keeps every rule. Raises Refusal (403) for the first one that it breaks."""
    said = Said(sent, _word(sent))
    for rule in RULES:
        if said.word in rule.of and not rule.holds(said, launched):
            raise violation(rule.section, rule.field, rule.reason, rule.remedy)
    return said


def violation(section: str, at: str, reason: str, remedy: str) -> Refusal:
    """A statement or request that breaks a rule of cmi5; at: what is at fault."""
    return Refusal(403, at, reason, remedy, f"cmi5 {section}")


def ids_in(context: Json, relation: str) -> frozenset[str]:
    """Ids of the context activities of one relation, which xAPI lets be one or a list."""
    found = (context.get("contextActivities") or NOTHING).get(relation) or ()
    return frozenset(str(one["id"]) for one in ((found,) if isinstance(found, dict) else found))


def _word(sent: Json) -> str:
    verb = sent["verb"]["id"]
    if verb == terms.LMS_VERBS["voided"]:
        reason, remedy = "a unit may not void.", "Ask whoever runs the LMS to void it."
        raise violation("6.3", "verb.id", reason, remedy)
    if terms.CATEGORY not in ids_in(sent.get("context") or NOTHING, "category"):
        return ALLOWED
    word = terms.AU_VERBS.get(verb)
    if word is None:
        raise violation(
            "7.1.3",
            "verb.id",
            "the cmi5 category is for the verbs that cmi5 defines for units.",
            "Leave the category out.",
        )
    return word


def _utc(said: Said, _: Launched) -> bool:
    text = str(said.sent.get("timestamp", ""))
    moment = instant(text, strict=False)
    return moment is not None and text.upper().endswith(("Z", "+00:00", "+0000", "+00"))


def _own_actor(said: Said, launched: Launched) -> bool:
    actor = said.sent["actor"]
    agent = actor.get("objectType", "Agent") == "Agent"
    return agent and identifier_of(actor) == identifier_of(dict(launched.actor))


def _laid_over(value: Any, template: Any) -> bool:
    """Whether each value of a contextTemplate stands in a context as it was (10.2.1)."""
    if isinstance(template, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and _laid_over(value[key], part) for key, part in template.items()
        )
    if isinstance(template, list | tuple):  # of activities
        found = value if isinstance(value, list) else [value]
        return all(any(_laid_over(one, part) for one in found) for part in template)
    return bool(value == template)


def _of_lms(said: Said, launched: Launched) -> bool:
    """Whether the object is an activity of the LMS that is neither the unit nor in it."""
    ours = said.activity.startswith(launched.ours)
    return ours and not beneath(said.activity, launched.activity)


def beneath(activity: str, above: str) -> bool:
    """Whether an activity is another one, or its id is made from the other's."""
    rest = activity.removeprefix(above)
    return activity.startswith(above) and (not rest or rest[0] in "/#?")


def _achieved(said: Said) -> float | None:
    """The scaled score; where it is missing, what raw, min and max come to.

    That is rounded as a masteryScore is, so that two of three reaches a mastery of 0.6667."""
    score = said.score
    if "scaled" in score:
        return float(score["scaled"])
    if not {"raw", "min", "max"} <= score.keys():
        return None
    relative = (score["raw"] - score["min"]) / (score["max"] - score["min"])
    return float(round(relative, MASTERY_DECIMALS))


def _mastered(said: Said, launched: Launched) -> bool:
    achieved = _achieved(said)
    return achieved is None or launched.mastery is None or achieved >= launched.mastery


def _not_mastered(said: Said, launched: Launched) -> bool:
    achieved = _achieved(said)
    return achieved is None or launched.mastery is None or achieved < launched.mastery


def _mastery_told(said: Said, launched: Launched) -> bool:
    if terms.MASTERY in said.extensions:
        told = said.extensions[terms.MASTERY]
        return type(told) in (int, float) and told == launched.mastery
    return launched.mastery is None or not said.score


_SCALED = "result.score.scaled"
_CATEGORY = "context.contextActivities.category"

RULES = (
    Rule("9.1", ANY, "id", lambda said, _: "id" in said.sent,
         "a unit gives its statements their ids.", "Send a UUID as id."),
    Rule("9.7", ANY, "timestamp", _utc,
         "it is missing or not in UTC, and the order of statements goes by it.",
         "Send it with a Z at the end."),
    Rule("8.1.3, 9.2", ANY, "actor", _own_actor,
         "it is not the agent of the launch.", "Send the actor of the launch URL."),
    Rule("9.6.3.1", ANY, "context.extensions",
         lambda said, launched: said.extensions.get(terms.SESSION) == launched.session,
         "the session id is missing or another.", "Send that of the contextTemplate."),
    Rule("8.1.4, 9.6.1", ANY, "context.registration",
         lambda said, launched: said.context.get("registration") == launched.registration,
         "it is not that of the launch.", "Send the registration of the launch URL."),
    Rule("9.6.2, 10.2.1", ANY, "context",
         lambda said, launched: _laid_over(said.context, launched.template),
         "a value of the contextTemplate is missing or changed.",
         "Begin with the contextTemplate of LMS.LaunchData and only add to it."),
    Rule("8.1.5, 9.4", DEFINED, "object.id",
         lambda said, launched: said.activity == launched.activity,
         "it is not the activity of the launch.", "Send the activityId of the launch URL."),
    Rule("9.4", ANY, "object.id", lambda said, launched: not _of_lms(said, launched),
         "another unit, a block or the course are the LMS's to speak about.",
         "Speak about the activityId of the launch, or about activities of your own."),
    Rule("10.2.2", MOVING_ON, "verb.id", lambda _, launched: launched.mode == "Normal",
         "in this launch mode nothing that satisfies is recorded.",
         "Send initialized and terminated only, and cmi5 allowed statements."),
    Rule("9.6.2.2", MOVING_ON, _CATEGORY,
         lambda said, _: terms.MOVE_ON_CATEGORY in said.categories,
         "the moveOn category is missing.", f"Add {terms.MOVE_ON_CATEGORY}."),
    Rule("9.6.2.2", ANY - MOVING_ON, _CATEGORY,
         lambda said, _: terms.MOVE_ON_CATEGORY not in said.categories,
         "the moveOn category is for completed, passed and failed.", "Leave it out."),
    Rule("9.5.1", DEFINED - JUDGED, "result.score", lambda said, _: "score" not in said.result,
         "only passed and failed have a score.", "Leave it out."),
    Rule("9.5.1", JUDGED, "result.score",
         lambda said, _: "raw" not in said.score or {"min", "max"} <= said.score.keys(),
         "raw says nothing without min and max.", "Add both."),
    Rule("9.5.1", JUDGED, _SCALED, lambda said, _: said.score.get("scaled", 0) >= 0,
         "it is less than 0.", "Send 0 to 1."),
    Rule("9.5.2", PASSED, "result.success", lambda said, _: said.result.get("success") is True,
         "passed is a success.", "Send true."),
    Rule("9.5.2", FAILED, "result.success", lambda said, _: said.result.get("success") is False,
         "failed is no success.", "Send false."),
    Rule("9.5.2", DEFINED - JUDGED, "result.success", lambda said, _: "success" not in said.result,
         "only passed and failed have a success.", "Leave it out."),
    Rule("9.5.3", COMPLETED, "result.completion",
         lambda said, _: said.result.get("completion") is True,
         "completed is a completion.", "Send true."),
    Rule("9.5.3", DEFINED - COMPLETED, "result.completion",
         lambda said, _: "completion" not in said.result,
         "only completed has a completion.", "Leave it out."),
    Rule("9.5.4.1", MOVING_ON | TERMINATED, "result.duration",
         lambda said, _: "duration" in said.result,
         "the statement must say how long it took.", "Add result.duration."),
    Rule("9.3.4, 9.5.1", PASSED, _SCALED, _mastered,
         "it is below the masteryScore.", "Send failed, or the score that was reached."),
    Rule("9.3.5, 9.5.1", FAILED, _SCALED, _not_mastered,
         "it reaches the masteryScore.", "Send passed, or the score that was reached."),
    Rule("9.6.3.2", JUDGED, "context.extensions", _mastery_told,
         "the masteryScore that the score was held against is missing or another.",
         "Send that of LMS.LaunchData."),
)  # fmt: skip
