"""What a course changed: landmark, groups, estimate, checks and the words that they allow."""

from datetime import date, timedelta

import numpy as np
import pytest
from tiny_world import day, world

from leadline.metrics.impact import impact, impacts, outcomes
from leadline.metrics.landmark import (
    NOT_EMPLOYED,
    TAKEN_EARLIER,
    Landmark,
    followed,
    usual,
)
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

SCORE = "audit-score"


def seat(person, since=date(2020, 1, 1), **more):
    return {"person": person, "valid_from": since, "hire_date": since, **more}


def completed(person, at, course="C"):
    return {"person": person, "course": course, "cycle_no": 1, "completed_at": at}


def measured(person, at, value, better="up"):
    row = {"person": person, "outcome": SCORE, "at": at, "value": value}
    return row | {"measure": "points", "better": better}


def told(facts):
    (known,) = outcomes(facts)
    return known


def found(facts, course="C", **how):
    return impact(facts, course, told(facts), **how)


# who counts

MARK = Landmark(date(2026, 3, 2))


def counted(*, seats=(), cycle=(), outcome=()):
    made = world(position=list(seats), cycle=list(cycle), outcome=list(outcome))
    return followed(made, "C", SCORE, MARK)


def test_exposed_is_who_completed_it_before_the_landmark_and_the_outcome_comes_after():
    people = counted(
        seats=[seat(n) for n in range(4)],
        cycle=[completed(0, day(60)), completed(1, day(61)), completed(2, day(-400))],
        outcome=[measured(n, day(100), 10.0 + n) for n in range(4)]
        + [measured(3, day(120), 15.0), measured(0, day(10), 99.0)],
    )
    # Day 61 is the landmark itself; person 2 took it more than a year before.
    assert people.exposed.tolist() == [True, False, False]
    assert people.y.tolist() == [10.0, 11.0, 14.0]
    assert people.later == 1
    assert people.left_out == {NOT_EMPLOYED: 0, TAKEN_EARLIER: 1}


def test_who_left_before_the_landmark_or_came_after_it_does_not_count():
    people = counted(
        seats=[seat(0, left_on=date(2026, 3, 2)), seat(1, date(2026, 3, 3)), seat(2)],
        outcome=[measured(n, day(100), 1.0) for n in range(4)],
    )
    assert (len(people.y), people.left_out[NOT_EMPLOYED]) == (1, 3)


def test_before_is_the_last_measurement_before_anybody_counted_took_it():
    people = counted(
        seats=[seat(0)],
        outcome=[measured(0, day(n), v) for n, v in ((-500, 1), (-400, 3), (-320, 7), (0, 50))]
        + [measured(0, day(90), 5.0)],
    )
    assert people.before.tolist() == [7.0]
    (earlier,) = [c.values[0] for c in people.columns if c.name == "measured earlier"]
    assert earlier == 2.0


def test_the_usual_landmark_is_the_monday_after_half_have_completed_it():
    cycle = [completed(0, day(10)), completed(1, day(20)), completed(2, day(100))]
    # Day 20 is Tuesday, 20 January.
    assert usual(world(cycle=cycle), "C") == Landmark(date(2026, 1, 26), since=date(2026, 1, 10))
    long_ago = [completed(3, day(-500)), *cycle, completed(4, day(20))]
    assert usual(world(cycle=long_ago), "C").since == date(2026, 1, 10)
    assert usual(world(), "C") is None


def test_new_hires_are_followed_from_their_first_day():
    facts = world(
        position=[seat(0, date(2026, 1, 1)), seat(1, date(2026, 1, 1))],
        cycle=[completed(0, day(80)), completed(1, day(100))],
        outcome=[measured(n, day(120), 1.0) for n in range(2)],
    )
    people = followed(facts, "C", SCORE, Landmark(None))
    assert people.exposed.tolist() == [True, False]


# what is said of them


def organisation(effect, *, seed=1, people=4000, hidden=0.0, before=True, better="up"):
    """Those who did well in an earlier audit, and those of the harbour, take the course more often."""
    chance = np.random.default_rng(seed)
    able, luck = chance.normal(size=people), chance.normal(size=people)
    harbour = chance.random(people) < 0.5
    shift = 10 * able + 5 * harbour
    first = 50 + shift + chance.normal(0, 3, people)
    earlier = 50 + shift + chance.normal(0, 3, people)
    odds = np.exp(0.06 * (earlier - 50) + 0.5 * harbour - 0.6 + hidden * luck)
    takes = chance.random(people) < odds / (1 + odds)
    after = 50 + shift + hidden * 6 * luck + effect * takes + chance.normal(0, 5, people)
    rows = []
    for n in range(people):
        if before:
            rows.append(measured(n, day(-700), float(earlier[n]), better))
            rows.append(measured(n, day(-400), float(first[n]), better))
        rows.append(measured(n, day(120), float(after[n]), better))
    return world(
        position=[seat(n, role="driver", location="Harbour" if harbour[n] else "Town")
                  for n in range(people)],
        cycle=[completed(n, day(60)) for n in range(people) if takes[n]],
        outcome=rows,
    )  # fmt: skip


def test_a_planted_effect_is_found_and_said_with_its_condition():
    said = found(organisation(3.0))
    assert said.plain.low > 3.5
    assert said.headline.low < 3.0 < said.headline.high
    assert {check.name: check.passing for check in said.checks} == {
        "balance": "pass",
        "overlap": "pass",
        "placebo": "pass",
        "unmeasured": "pass",
    }
    assert said.claim.level == 3
    assert "if no unmeasured confounding" in said.claim.wording
    assert said.verdict in ("improved", "improved, size uncertain")
    assert said.correlations.plain.low > said.correlations.adjusted.estimate > 0
    assert said.unmeasured.limit > 1


def test_in_the_null_twin_the_plain_difference_misleads_and_nothing_is_established():
    said = found(organisation(0.0))
    assert said.plain.low > 0
    assert said.headline.low < 0 < said.headline.high
    assert said.claim.wording == "not established"
    assert not said.seen and not said.too_little
    assert said.verdict == "no meaningful change"


def test_where_less_is_better_a_fall_is_an_improvement():
    said = found(organisation(-4.0, better="down"))
    assert said.headline.high < 0
    assert said.verdict.startswith("improved")


def test_without_a_measurement_from_before_it_stays_an_association():
    said = found(organisation(3.0, before=False))
    assert said.claim.level == 2
    assert said.claim.wording == "is associated with, after adjustment,"


def test_too_few_people_get_no_number_and_hear_how_many_are_needed():
    said = found(organisation(3.0, people=60))
    assert isinstance(said.headline, Refused)
    assert "50 of each are needed" in said.headline.reason
    assert said.claim is None


def test_few_people_see_a_difference_but_no_effect():
    said = found(organisation(20.0, people=180))
    assert isinstance(said.weighted, Refused)
    assert said.headline is said.plain
    assert said.claim.wording == "is associated with"
    few = found(organisation(0.0, people=180, seed=4, before=False))
    assert few.too_little and few.needed == 394


def test_staying_longer_is_no_effect_of_the_course():
    """Nothing is planted: whoever stays completes it one day, and measurements rise with years."""
    chance = np.random.default_rng(5)
    seats, cycle, outcome = [], [], []
    for n in range(4000):
        hired = date(2026, 6, 1) - timedelta(days=int(chance.integers(150, 500)))
        stays = int(chance.exponential(300)) + 10
        left = hired + timedelta(days=stays)
        done = int(chance.exponential(300))
        seats.append(seat(n, hired, left_on=left if left < date(2026, 6, 1) else None))
        begun = (hired - date(2025, 12, 31)).days
        if done < stays and begun + done < 150:
            cycle.append(completed(n, day(begun + done)))
        years = min(stays, (date(2026, 6, 1) - hired).days) / 365
        outcome.append(measured(n, day(140), 10 * years + float(chance.normal(0, 5))))
    facts = world(position=seats, cycle=cycle, outcome=outcome)
    everyone = np.array([row["value"] for row in outcome])
    done = np.isin(np.arange(4000), [row["person"] for row in cycle])
    assert everyone[done].mean() - everyone[~done].mean() > 2  # the trap
    said = found(facts)
    assert said.headline.low < 0 < said.headline.high


def test_of_many_courses_chance_findings_are_held_back():
    """One of eight changed the score; q is among all that were asked."""
    chance = np.random.default_rng(11)
    people = range(1200)
    taken = {c: chance.random(1200) < 0.5 for c in "ABCDEFGH"}
    cycle = [completed(n, day(60), c) for c in taken for n in people if taken[c][n]]
    rows = [measured(n, day(-400), float(chance.normal(50, 5))) for n in people]
    rows += [measured(n, day(120), float(chance.normal(50 + 3 * taken["D"][n], 5))) for n in people]
    facts = world(position=[seat(n) for n in people], cycle=cycle, outcome=rows)
    each = impacts(facts, told(facts))
    ranked = sorted(each, key=lambda i: -i.headline.estimate)
    assert ranked[0].course == "D"
    assert {i.course for i in each if i.claim.wording != "not established"} == {"D"}
    assert all(isinstance(i.headline, Interval) and i.q is not None for i in each)


def test_of_too_many_people_whole_teams_are_drawn(monkeypatch):
    monkeypatch.setattr("leadline.metrics.landmark.PEOPLE_MAX", 300)
    seats = [seat(n, manager=1000 + n // 10) for n in range(900)]
    rows = [measured(n, day(120), 1.0) for n in range(900)]
    people = followed(world(position=seats, outcome=rows), "C", SCORE, MARK)
    # Ninety teams of ten; every third is drawn.
    assert people.share == pytest.approx(1 / 3)
    assert np.bincount(np.unique(people.team, return_inverse=True)[1]).tolist() == [10] * 30
