"""Findings on planted worlds and their null twins (METHODS B; MISSION S009, S010, S039, S048)."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "metrics"))
from tiny_world import day, world

from leadline.insights import catalogue, findings
from leadline.insights.wording import clock, percent
from leadline.metrics import Context, summarise
from leadline.metrics import catalogue as metrics
from leadline.metrics.funnel import funnels
from leadline.metrics.video import cliffs
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.stats.refusal import Refused

NAMES = {"v": "Tourniquet", "m5": "Fractures", "c": "First aid", "quiz": "Final check"}


class PlainLens:
    """A lens that hides nothing: facts in, results out. `closed` metrics are forbidden."""

    def __init__(self, facts, closed=()):
        self.facts, self.now, self.closed = facts, facts.now, closed

    def measure(self, name, *, by=(), where=None, since=None, until=None, choices=None):
        if name in self.closed:
            raise Forbidden(name)
        metric = metrics()[name]
        rows = metric.rows(self.facts, **(choices or {}))
        rows = rows.mutate(
            unit=(rows.person % 2).cast("string"), role=rows.person * 0, location=rows.person * 0
        )
        for column, value in (where or {}).items():
            rows = rows.filter(rows[column].cast("string") == value)
        if since is not None:
            rows = rows.filter(rows.at >= since)
        return SimpleNamespace(
            results=tuple(summarise(rows, metric, by, context=Context(self.now)))
        )

    def concentrated(self, name, where):
        return Refused("low_n", "Too few.")

    def questions(self, assessment=None):
        return {}

    def critical(self):
        return {}

    def lasting(self):
        return {}

    def funnels(self, course=None):
        return funnels(self.facts, course)

    def cliffs(self, course=None):
        if "cliffs" in self.closed:
            raise Forbidden("cliffs")
        return cliffs(self.facts, course)

    def activities(self, kind=None, course=None):
        known = [{"activity": activity, "name": name} for activity, name in NAMES.items()]
        return [row for row in known if kind != "course" or row["activity"] == "c"]


def causes(finding):
    return {each.cause: each for each in finding.hypotheses}


# The video


def video(stops, **row):
    """100 learners; `stops` are (exit second or None for finished)."""
    fixed = {
        "course": "c",
        "module": "m5",
        "video": "v",
        "cycle_no": 1,
        "starter": True,
        "started_at": day(20),
        "last_at": day(21),
        "length_s": 600.0,
        **row,
    }
    return [
        {**fixed, "person": person, "finished": at is None, "exit_s": 600.0 if at is None else at}
        for person, at in enumerate(stops)
    ]


def test_sixty_of_a_hundred_stopping_at_3_20_is_one_finding_that_blames_the_content_first():
    jitter = np.random.default_rng(1).uniform(-5, 5, 60)
    (found,) = findings(PlainLens(world(watch=video([*(200 + jitter), *[None] * 40]))))
    assert "“Tourniquet”" in found.sentence
    assert "3:15–3:25" in found.sentence
    assert "60 %" in found.sentence
    assert "95 % interval 50 to 69 %, 100 people, since 20 January 2026" in found.sentence
    assert (found.insight, found.course, found.about) == ("video_drop", "c", "v")
    assert found.hypotheses[0].cause == "content"
    assert found.hypotheses[0].supported
    assert found.checked[0].startswith("60 segments of 10 s")
    assert "unit: 2 groups, finishing not seen to differ" in found.checked


def test_a_finding_names_no_learner():
    people = [7_000_000_000_000_000_000 + person for person in range(100)]
    watch = [
        {**row, "person": person}
        for row, person in zip(video([200.0] * 60 + [None] * 40), people, strict=True)
    ]
    (found,) = findings(PlainLens(world(watch=watch)))
    assert not re.search(r"70000000\d+", repr(found))


def test_stops_spread_evenly_and_the_end_credits_raise_nothing():
    even = np.random.default_rng(2).uniform(0, 600, 100)
    assert findings(PlainLens(world(watch=video(list(even))))) == []
    credits = [*np.random.default_rng(3).uniform(575, 599, 60), *[None] * 40]
    assert findings(PlainLens(world(watch=video(credits)))) == []


def test_a_drop_that_hangs_on_the_unit_says_so():
    stops = [200.0 if person % 2 else None for person in range(100)]
    (found,) = findings(PlainLens(world(watch=video(stops))))
    assert causes(found)["audience"].evidence_for == ("Finishing differs by unit.",)
    assert found.hypotheses[0].cause == "content"


def test_what_is_forbidden_is_not_looked_for_and_the_rest_is():
    watch = video([200.0] * 60 + [None] * 40)
    assert findings(PlainLens(world(watch=watch), closed=("cliffs",))) == []


# The module


def course(stops):
    """200 learners in nine modules; person p stops at stops[p % 10], 0 completes."""
    cycle, reach = [], []
    for person in range(200):
        reached = stops[person % 10] or 9
        cycle.append(
            {
                "person": person,
                "course": "c",
                "cycle_no": 1,
                "started_at": day(1),
                "last_at": day(reached),
                "last_module": f"m{reached}",
                "completed_at": None if stops[person % 10] else day(12),
            }
        )
        reach += [
            {
                "person": person,
                "course": "c",
                "cycle_no": 1,
                "module": f"m{place}",
                "first_at": day(place),
            }
            for place in range(1, reached + 1)
        ]
    return {"cycle": cycle, "reach": reach}


def test_the_module_that_loses_people_is_named_with_its_share():
    (found,) = findings(PlainLens(world(**course([5, 5, 5, 5, 2, 7, 0, 0, 0, 0]))))
    assert (found.insight, found.about, found.n) == ("worst_module", "m5", 180)
    assert found.sentence.startswith(
        "44 % of those who reach the module “Fractures” of “First aid”"
    )
    assert "95 % interval 37 to 52 %, 180 people, since 1 January 2026" in found.sentence


def test_stopping_spread_over_the_modules_blames_none():
    assert findings(PlainLens(world(**course([1, 2, 3, 5, 6, 8, 0, 0, 0, 0])))) == []


def test_who_is_still_active_is_not_a_loss():
    rows = course([5, 5, 5, 5, 2, 7, 0, 0, 0, 0])
    early = world(now=day(13), **rows)
    assert findings(PlainLens(early)) == []


# The test


def sat(failing, opened):
    """100 first attempts; persons below `failing` fail, those in `opened` had opened a page."""
    fixed = {
        "course": "c",
        "module": "m5",
        "assessment": "quiz",
        "cycle_no": 1,
        "attempt_no": 1,
        "source": "lms",
        "submitted_at": day(100),
        "graded_at": day(100),
    }
    page = {
        "timestamp": day(90),
        "kind": "page",
        "module": "m5",
        "course": "c",
        "did": "experienced",
    }
    return {
        "attempt": [{**fixed, "person": p, "passed": p >= failing} for p in range(100)],
        "event": [{**page, "person": p, "statement_id": f"s{p}"} for p in opened],
    }


def test_forty_of_a_hundred_failing_is_flagged_with_content_and_assessment():
    facts = world(**sat(40, opened=range(100)))
    (found,) = findings(PlainLens(facts))
    assert found.sentence.startswith("40 % fail “Final check” in “Fractures” at the first attempt")
    assert "95 % interval 31 to 50 %, 100 people" in found.sentence
    assert found.hypotheses[0].cause == "content"
    weighed = causes(found)
    assert weighed["content"].evidence_for == (
        "40 of 100 who had opened the content failed: it did not keep them from failing.",
    )
    assert weighed["exposure"].evidence_against
    assert set(weighed) == {"content", "assessment", "exposure", "audience"}


def test_passing_at_the_second_try_and_hard_questions_speak_for_the_assessment():
    rows = sat(40, opened=range(100))
    again = [
        {**row, "attempt_no": 2, "passed": True} for row in rows["attempt"] if not row["passed"]
    ]
    answers = [
        {
            "person": person,
            "course": "c",
            "module": "m5",
            "assessment": "quiz",
            "question": f"q{number}",
            "attempt_no": 1,
            "answered_at": day(100),
            "state": "correct" if number or person < 20 else "incorrect",
        }
        for person in range(100)
        for number in range(5)
    ]
    facts = world(attempt=[*rows["attempt"], *again], event=rows["event"], response=answers)
    (found,) = findings(PlainLens(facts))
    assert causes(found)["assessment"].evidence_for == (
        "1 of 5 questions are answered right by under 30 %.",
        "100 % pass in the end: a second try is enough for most.",
    )


def test_where_those_who_fail_had_not_opened_the_content_the_cause_is_exposure():
    """The null twin: 40 of 100 fail because 35 never opened the content."""
    (found,) = findings(PlainLens(world(**sat(40, opened=range(35, 100)))))
    assert found.hypotheses[0].cause == "exposure"
    assert (
        "35 of the 40 who failed had not opened the content" in found.hypotheses[0].evidence_for[0]
    )
    weighed = causes(found)
    assert not weighed["content"].supported
    assert not weighed["assessment"].supported
    assert weighed["content"].evidence_against == (
        "Only 5 of 65 who had opened the content failed.",
    )


def test_ten_of_a_hundred_failing_is_not_a_finding():
    assert findings(PlainLens(world(**sat(10, opened=range(100))))) == []


def test_forty_percent_of_twenty_people_is_not_a_finding():
    rows = sat(8, opened=range(20))
    rows["attempt"] = rows["attempt"][:20]
    assert findings(PlainLens(world(**rows))) == []


def test_a_finding_stands_without_the_side_evidence_that_is_closed_to_the_viewer():
    facts = world(**sat(40, opened=range(100)))
    (found,) = findings(PlainLens(facts, closed=("content_opened", "answers_correct")))
    assert not any(each.supported for each in found.hypotheses)
    assert findings(PlainLens(facts, closed=("first_attempt_pass_rate",))) == []


def test_where_all_assessments_are_too_many_to_check_at_once_they_are_asked_course_by_course():
    class Narrow(PlainLens):
        def measure(self, name, *, where=None, **question):
            if name == "first_attempt_pass_rate" and not (where or {}).get("course"):
                raise TooFine(name)
            return super().measure(name, where=where, **question)

    (found,) = findings(Narrow(world(**sat(40, opened=range(100)))))
    assert found.about == "quiz"


# All of them


def test_findings_come_strongest_first():
    tables = {**course([5, 5, 5, 5, 2, 7, 0, 0, 0, 0]), **sat(90, opened=range(100))}
    found = findings(PlainLens(world(**tables)))
    assert [each.strength for each in found] == sorted(
        (each.strength for each in found), reverse=True
    )
    assert {each.insight for each in found} == {"worst_module", "first_attempt_failure"}


def test_every_insight_asks_a_question():
    assert set(catalogue()) == {
        "video_drop",
        "worst_module",
        "first_attempt_failure",
        "broken_question",
        "critical_role",
        "decayed",
    }
    assert all(each.question.endswith("?") for each in catalogue().values())


@pytest.mark.parametrize(("second", "said"), [(0, "0:00"), (200, "3:20"), (3725.9, "1:02:05")])
def test_a_position_is_said_as_on_the_player(second, said):
    assert clock(second) == said


def test_what_is_not_nothing_is_never_called_0_percent():
    assert [percent(share) for share in (0, 0.001, 0.6, 1)] == ["0 %", "under 1 %", "60 %", "100 %"]


def test_twins_of_many_even_videos_raise_nothing():
    generator = np.random.default_rng(9)
    watch = []
    for number in range(20):
        watch += video(list(generator.uniform(0, 600, 100)), video=f"even {number}")
    assert findings(PlainLens(world(watch=watch))) == []
