"""What statements have said about activities, learnt in the order of the log.

An activity without a definition has the kind that the statements before it gave. Learning in the
order of the log and never from what comes later makes an event a function of the log up to its seq:
however the log is cut into refreshes, and in a rebuild, a statement flattens to the same row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leadline.events import values
from leadline.events import vocabulary as words

RELATIONS = ("parent", "grouping", "category", "other")

Json = Mapping[str, Any]


class Told(NamedTuple):
    """What was last said about an activity; null where nothing was.

    name: in English where there is one; type: its IRI; position: declared order in its course."""

    name: str | None = None
    type: str | None = None
    position: float | None = None


@dataclass
class Activities:
    """kinds: activity id -> kind, for those with a type; told: what was said since the start."""

    kinds: dict[str, str] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    _last: dict[str, Json] = field(default_factory=dict)

    def learn(self, statement: Json) -> None:
        """Take in what one statement says about its object and context activities."""
        for activity in activities_in(statement):
            definition = activity.get("definition")
            if definition and self._last.get(activity["id"]) != definition:
                self._last[activity["id"]] = definition
                self._define(activity["id"], definition)

    def rest(self) -> None:
        """Between batches: forget the definitions kept to notice repeats, which may be large."""
        self._last.clear()

    def _define(self, activity: str, definition: Json) -> None:
        before = self.told.get(activity, Told())
        extensions = definition.get("extensions") or {}
        position = values.number(extensions.get(words.POSITION))
        now = Told(
            name_in(definition.get("name") or {}) or before.name,
            values.text(definition.get("type")) or before.type,
            before.position if position is None else position,
        )
        self.told[activity] = now
        if now.type is not None:
            self.kinds[activity] = words.KIND.get(now.type, words.OTHER)


def activities_in(statement: Json) -> Iterator[Json]:
    """Context activities, then the object where it is one; xAPI 1.0 allowed a single object."""
    context = statement.get("context")
    related = context.get("contextActivities") if context else None
    if related:
        for relation in RELATIONS:
            found = related.get(relation) or ()
            yield from (found,) if isinstance(found, dict) else found
    if statement["object"].get("objectType", "Activity") == "Activity":
        yield statement["object"]


def name_in(languages: Mapping[str, str]) -> str | None:
    """The English name where there is one, else the first by language tag."""
    english = sorted(tag for tag in languages if tag.lower().partition("-")[0] == "en")
    return next((languages[tag] for tag in (*english, *sorted(languages))), None)
