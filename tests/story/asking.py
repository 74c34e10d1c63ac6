"""Asking one world everything in words that can be compared with those of another."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from leadline.insights import findings
from leadline.metrics import catalogue
from leadline.metrics.impact import Outcome
from leadline.privacy import measuring
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, NotThere, TooFine, UnknownQuestion
from leadline.privacy.slices import POSITION, TIME
from leadline.web.page import Page
from story.twins import OUTCOME, content
from story.world import NOW, World, iri

PASSWORD = "a-long-password-1"
NAMES = ("fire", "path", "south", "secret")
COURSES, VIDEOS, TESTS = (
    [iri(f"{kind}/{name}") for name in NAMES] for kind in ("course", "video", "assessment")
)
SOMEBODY = ("ben1", "bea1", "mia", "noa", "lea", "ana", "cora", "cleo1", "cleo14")
SCORE = Outcome(OUTCOME, "points", "up", 0)
NO_LOOKS = {"recent", "expect", "refuse", "looking"}  # they show nothing by themselves
LOOKS_OF_THE_WORLD = {"looks"}  # the access log tells of looks: each world had its own
SLUGS = {"package", "credential", "definition"}  # tried in test_attack_cmi5 and test_attack_doors
REFUSED = (Forbidden, NotThere, TooFine, UnknownQuestion)
EVERY = {name: [dict(zip(m.choices, each, strict=True)) for each in product(*m.choices.values())]
         for name, m in catalogue().items()}  # fmt: skip


def told(look: Callable[..., Any], *args: Any, **asked: Any) -> object:
    """What a look says, in words that can be compared; a refusal says something as well."""
    try:
        found = look(*args, **asked)
    except REFUSED as refusal:
        return type(refusal).__name__, str(refusal)
    if isinstance(found, Answer):
        at = found.watermark and found.watermark.replace(microsecond=0)
        return repr((found.results, found.coverage, found.quality, found.late, found.as_of, at))
    if isinstance(found, Mapping):  # the order of a lookup says nothing
        found = sorted(found.items(), key=str)
    return re.sub(r"watermark=datetime\(.*?\)\)", "", repr(found))


def methods() -> set[str]:
    """All that a lens can be asked."""
    found = inspect.getmembers(Lens, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_")}


def looks(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """By method of the lens, what it is asked: with ids of this side and of the other."""
    keys = [world.key(name) for name in SOMEBODY]
    nothing: list[tuple[Any, ...]] = [()]
    kinds = ("course", "module", "video", "assessment", "certificate", "question")
    any_course = [(None,), *((course,) for course in COURSES)]
    any_test = [(test,) for test in TESTS]
    return {
        **dict.fromkeys(("roster", "checks", "lasting", "roles", "outcomes"), nothing),
        **dict.fromkeys(("sources", "held", "quarantine_counts", "unmatched"), nothing),
        **dict.fromkeys(("lags", "credentials"), nothing),
        **dict.fromkeys(("completions", "funnels", "cliffs"), any_course),
        **{name: [(key,) for key in keys] for name in ("person", "events")},
        "names": [(keys,)],
        "funnel": any_course[1:],
        "curve": [(video,) for video in VIDEOS],
        "questions": [(None,), *any_test],
        "taught": any_test,
        "activities": [(kind,) for kind in kinds] + [(None, course) for (course,) in any_course],
        "quality": [(None,), ("source",), ("course",)],
        "competency": [*product(("driver", "guard", "lead"), (None, date(2026, 3, 1)))],
        "impacts": [(SCORE,)],
        "since_joining": [(course, SCORE) for course in COURSES],
        "measure": [(name,) for name in catalogue()],
        "concentrated": [("first_attempt_pass_rate", {"course": course}) for course in COURSES],
    }


def everything(world: World, lens: Lens) -> Iterator[tuple[object, object]]:
    """What each method of the lens says, and what is found of that; a new method has to be asked."""
    asked = looks(world)
    assert methods() == {*asked, *NO_LOOKS, *LOOKS_OF_THE_WORLD}
    for name, every in asked.items():
        for args in every:
            yield (name, args), told(getattr(lens, name), *args)
    for course in (None, *COURSES):
        yield ("findings", course), told(lambda c=course: list(findings(lens, c)))


def addresses(world: World) -> list[str]:
    """Every page with the ids of this side and the other, as a page and as a download."""
    asked = [
        urlencode({**content(course), "by": by, "measure": measure, "q": "s", "as": kind})
        for course, by, measure, kind in (
            ("course/fire", "unit", "average_score", "page"),
            ("course/path", "role", "first_attempt_pass_rate", "csv"),
            ("course/south", "location", "completion_rate", "page"),
            ("course/secret", "role", "average_score", "csv"),
        )
    ]
    keys = [world.key(name) for name in ("ben1", "mia", "ana", "cora", "noa", "lea", "cleo1")]
    found = []
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern) and isinstance(pattern.callback, Page):
            route = "/" + str(pattern.pattern)
            if "<int:key>" in route:
                found += [f"{route.split('<')[0]}{key}" for key in keys]
            elif "<" in route:
                assert pattern.name in SLUGS
            else:
                whole = route.startswith(("/programmes/", "/impact/"))
                wanted = asked if whole else ["", asked[1], "page=2"]
                found += [f"{route}?{each}" for each in wanted]
    return found


def shown(world: World, login: str, where: list[str]) -> list[tuple[str, int, bytes]]:
    client = Client(SERVER_NAME="localhost")
    assert client.login(username=login, password=PASSWORD)
    with (
        override_settings(LEADLINE=world.app),
        patch("leadline.web.lens.Lens", partial(Lens, now=NOW)),
    ):
        answers = [(address, client.get(address)) for address in where]
    # Neither the token of a form nor the number of a tooltip says anything of anybody.
    secret = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|\b(?:term|chart|about)\d+')
    return [(a, r.status_code, secret.sub(b"", r.content)) for a, r in answers]


class Anything:
    """Stands for what would withhold answers; notes what it would decide by."""

    seen: list[object] = []  # noqa: RUF012

    def __init__(self, rows: Any, question: Any, care: Any) -> None:
        self.seen.append((care.rules, care.smallest, care.levels))

    def why(self, group: Any) -> None:
        return None

    def everybody(self) -> Any:
        return SimpleNamespace(people=0, placed=0)


def rows_of(lens: Lens, name: str, choices: dict[str, str]) -> tuple[object, ...]:
    """All rows that any question about the metric is answered from, with every column that can
    slice or filter them, and all else that decides the answer."""
    found: list[object] = []

    def noted(rows: Any, metric: Any, by: Any, *, context: Any) -> list[Any]:
        found.append(sorted(map(repr, rows.to_pyarrow().to_pylist())))
        found.append((context.as_of, context.tz, context.suppress_below))
        return []

    named = [column for column in POSITION if column != "manager" or lens.rules.named]
    by = (*catalogue()[name].by, *named, *TIME)
    Anything.seen.clear()
    with patch.object(measuring, "summarise", noted), patch.object(measuring, "Withheld", Anything):
        answer = told(lens.measure, name, by=by, choices=choices)
    return (*found, *Anything.seen, answer)
