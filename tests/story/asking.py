"""Asking one world everything in words that can be compared with those of another."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.test import Client, override_settings
from django.urls import URLPattern, get_resolver

from leadline.metrics import catalogue
from leadline.privacy import measuring
from leadline.privacy.answer import Answer
from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, NotThere, TooFine, UnknownQuestion
from leadline.privacy.slices import POSITION, TIME
from leadline.web.page import Page
from story.twins import content
from story.world import NOW, World

PASSWORD = "a-long-password-1"
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
            elif "<" not in route:
                wanted = asked if route.startswith("/programmes/") else ["", asked[1], "page=2"]
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
    # Neither the token of a form nor the number of a tooltip says anything of anybody, nor does the
    # minute in which a world was made: twins are made one after the other.
    secret = re.compile(
        rb'name="csrfmiddlewaretoken" value="\w+"|\b(?:term|chart|about)\d+'
        rb"|(?:last load|As of) \d+ \w+ \d{4}, \d\d:\d\d"
    )
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
