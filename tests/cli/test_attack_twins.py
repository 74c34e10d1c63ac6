"""Two worlds that differ only in people whom a viewer may not see: every answer must be the same.

This covers what no list of forbidden names can: scores, counts, shares, coverage, soundness, late
arrivals, totals of pages, suggestions, titles. Not compared are the instants at which the system
did something (docs/who-sees-what.md says why they are the same for all)."""

import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, product

import pytest
from click.testing import CliRunner
from django.test import override_settings

from leadline.accounts.models import Grant, User
from leadline.cli import main
from leadline.insights import findings
from leadline.metrics import catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.slices import POSITION, TIME
from leadline.privacy.viewer import Role, Viewer
from story.asking import EVERY, PASSWORD, addresses, rows_of, shown, told
from story.twins import NORTH, SHARED, SOUTH, Unseen, world_with
from story.world import World, iri

pytestmark = pytest.mark.xdist_group("attack twins")
SAMPLE = 40  # questions a viewer; ATTACK=all asks every one of them, which takes hours
ABROAD = Unseen(
    seeds=dict.fromkeys(["noa", "lea", "cora", *SOUTH], 7),
    south=(*SOUTH[:9], "zed1", "zed2"),
    courses=("course/south", "course/secret"),
    strange=("nobody1", "nobody2"),
    units=("Org/South/Port/Gate", "Org/West"),
    held=4,
)
OTHERS = replace(ABROAD, seeds=ABROAD.seeds | {n: 7 for n in NORTH if n != "ben1"} | {"ana": 7})
TWIN = {"ben1": OTHERS, "ana": ABROAD, "uma": ABROAD}  # viewer: what else the world might be
VIEWERS = {
    "ben1": (Role.LEARNER, "ben1", None),
    "ana": (Role.DEPARTMENT_MANAGER, "ana", None),
    "uma": (Role.HR_MANAGER, None, "Org/North"),
}
Twins = Callable[[str], tuple[World, World]]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The world, and what it might be as well for all that the viewer can know."""
    made: dict[str, World] = {}

    def world(name: str, unseen: Unseen) -> World:
        if name not in made:
            made[name] = world_with(tmp_path_factory.mktemp("twin"), unseen)
        return made[name]

    base = world("base", Unseen())
    for login, (role, person, unit) in VIEWERS.items():
        user = User.objects.add(login, "", PASSWORD)
        key = base.key(person) if person else None
        Grant.objects.create(user=user, role=role.value, person=key, unit=unit or "")
    yield lambda login: (base, world("ben1" if login == "ben1" else "abroad", TWIN[login]))
    User.objects.all().delete()
    for each in made.values():
        each.close()


def lens_of(world: World, login: str) -> Lens:
    role, person, unit = VIEWERS[login]
    return world.lens(Viewer(login, role, world.key(person) if person else None, unit))


# pages first: a learner sees who looked at their record, and the tests below look at it as well


@pytest.mark.mission("S121")
@pytest.mark.parametrize("login", VIEWERS)
def test_every_page_and_download_is_the_same_to_the_byte(twins, login):
    here, there = twins(login)
    where = addresses(here)
    one, other = shown(here, login, where), shown(there, login, where)
    for was, now in zip(one, other, strict=True):
        for line, twin in zip(was[2].splitlines(), now[2].splitlines(), strict=True):
            assert line == twin, was[0]
        assert was == now
    assert sum(status == 200 for _, status, _ in one) >= 8


@pytest.mark.parametrize("login", VIEWERS)
def test_every_named_row_and_every_shape_is_the_same(twins, login):
    here, there = twins(login)
    videos = [iri(f"video/{name}") for name in ("fire", "path", "south", "secret")]
    courses = [None, *(iri(f"course/{name}") for name in ("fire", "path", "south", "secret"))]
    people = [
        here.key(name) for name in ("ben1", "bea1", "mia", "noa", "lea", "ana", "cora", "cleo1")
    ]

    def everything(lens: Lens) -> Iterator[object]:
        for course in courses:
            yield told(lens.completions, course)
            yield told(lens.funnels, course)
            yield told(lens.cliffs, course)
            yield told(lens.activities, course=course)
            yield told(lambda c=course: list(findings(lens, c)))
        for kind in ("course", "module", "video", "assessment", "certificate", "question"):
            yield told(lens.activities, kind=kind)
        for key in people:
            yield told(lens.person, key)
            yield told(lens.events, key)
        for by in (None, "source", "course"):
            yield told(lens.quality, by)
        yield told(lens.roster)
        yield told(lens.names, people)
        yield from (told(lens.curve, video) for video in videos)
        registers = (lens.sources, lens.held, lens.quarantine_counts, lens.unmatched, lens.lags)
        yield from (told(register) for register in registers)

    one, other = everything(lens_of(here, login)), everything(lens_of(there, login))
    for was, now in zip(one, other, strict=True):
        assert was == now


# questions


@pytest.mark.mission("S121")
@pytest.mark.parametrize("login", VIEWERS)
def test_every_question_is_answered_from_the_same_rows(twins, login):
    """An answer by any columns, filtered by any columns, is worked out from these rows and from
    nothing else. So this speaks for every metric by any columns where any columns."""
    here, there = twins(login)
    one, other = lens_of(here, login), lens_of(there, login)
    counted = 0
    for name, every in EVERY.items():
        for choices in every:
            was, now = rows_of(one, name, choices), rows_of(other, name, choices)
            assert was == now, name
            counted += len(was) > 1 and bool(was[0])
    assert counted >= 25  # metrics and choices that the viewer has rows of


def questions(login: str) -> list[tuple[str, tuple[str, ...], dict[str, str | None]]]:
    """Every metric by none, one or two columns, where none, one or two columns have a value."""
    values: dict[str, tuple[str | None, ...]] = {
        "unit": ("Org", "Org/North", "Org/South", "Org/West", None),
        "role": ("driver", "guard"),
        "location": ("Kiel", "Bonn"),
        "manager": (None, "7"),
        "course": tuple(map(iri, (*SHARED, "course/south", "course/secret"))),
        "source": ("lms", "app"),
        "module": (iri("module/fire-0"), iri("module/south-0")),
        "assessment": (iri("assessment/fire"), iri("assessment/south")),
        "month": ("2026-03", "2026-06"),
        "cycle_no": ("1", "2"),
        "passed": ("true", "false"),
        "did": ("played", "completed"),
    }
    found = []
    for name, metric in catalogue().items():
        columns = [*metric.by, *POSITION, *TIME]
        slices = [(), *((c,) for c in columns), *combinations(columns, 2)]
        known = [c for c in columns if c in values]
        single = [{c: v} for c in known for v in values[c]]
        double = [
            {a: v, b: w} for a, b in combinations(known, 2) for v in values[a] for w in values[b]
        ]
        found += product([name], slices, [{}, *single, *double])
    if os.environ.get("ATTACK") != "all":
        return random.Random(login).sample(found, SAMPLE)
    return found


@pytest.mark.mission("S121")
@pytest.mark.parametrize("login", VIEWERS)
def test_questions_are_answered_the_same(twins, login):
    here, there = twins(login)
    one, other = lens_of(here, login), lens_of(there, login)
    period = {"until": datetime(2026, 4, 10, tzinfo=UTC)}
    for number, (name, by, where) in enumerate(questions(login)):
        more = period if number % 4 == 0 else {}
        was = told(one.measure, name, by=by, where=where, **more)
        assert was == told(other.measure, name, by=by, where=where, **more), (name, by, where)


@pytest.mark.parametrize("login", VIEWERS)
def test_the_command_line_answers_the_same(twins, login):
    def typed(world: World, *words: str) -> tuple[int, object]:
        with override_settings(LEADLINE=world.app):
            done = CliRunner().invoke(main, ["metric", *words, "--as", login, "--json"])
        if done.exit_code:
            return done.exit_code, done.output
        return 0, re.sub(r'"(as_of|watermark)":"[^"]+"', "", done.stdout)

    here, there = twins(login)
    for words in (
        ("average_score", "--by", "unit", "--to", "2026-04-10"),
        ("completions", "--where", "unit=Org/South"),
        ("statements", "--by", "course", "--by", "month"),
        ("answers_correct", "--by", "question"),
        ("enrolments", "--where", f"course={iri('course/secret')}", "--by", "manager"),
        ("average_score", "--choice", "attempt=best"),
    ):
        assert typed(here, *words) == typed(there, *words)


def test_the_same_does_change_for_who_sees_everyone(twins):
    """Else everything above would hold of worlds that do not differ."""
    here, there = twins("ana")
    for look in ("enrolments", "average_score", "statements"):
        assert told(here.lens().measure, look) != told(there.lens().measure, look)
    everyone = Role.TRAINING_LEAD
    for look in ("completions", "roster", "quality", "activities", "funnels"):
        assert told(getattr(here.lens(everyone), look)) != told(getattr(there.lens(everyone), look))
    ben = twins("ben1")[1].key("ben2")
    assert told(here.lens(everyone).person, ben) != told(
        twins("ben1")[1].lens(everyone).person, ben
    )
