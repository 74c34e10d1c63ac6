"""What a trial changed: who counts, what is compared, and when it may be called caused."""

from datetime import timedelta

import numpy as np
import pytest
from tiny_world import day, world

from leadline.metrics.drawn import trials, tried
from leadline.metrics.impact import Outcome
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused

SCORE = Outcome("audit-score", "points", "up", 0)
LOT = day(30)


def drawn(person, offered, **more):
    row = {"person": person, "trial": "T", "offered": offered, "at": LOT, "stored_at": LOT}
    return row | more


def measured(person, at, value, known=None):
    told = {"person": person, "outcome": SCORE.outcome, "at": at, "value": value}
    return told | {"measure": "points", "better": "up", "stored_at": known or at}


def organisation(effect=3.0, people=400, *, comes=1.0, lost=(0.0, 0.0), **more):
    """Every second one is offered the course; `comes` of them take it, who does gains `effect`."""
    chance = np.random.default_rng(1)
    lots, outcome, cycle = [], [], []
    for n in range(people):
        offered, able = n % 2 == 0, chance.normal()
        takes = offered and chance.random() < comes
        lots.append(drawn(n, offered, course="C", **more))
        if takes:
            cycle.append({"person": n, "course": "C", "cycle_no": 1, "completed_at": day(40)})
        outcome.append(measured(n, day(10), 50 + 10 * able + chance.normal()))
        if chance.random() >= lost[0 if offered else 1]:
            gain = 50 + 10 * able + effect * takes + 2 * chance.normal()
            outcome.append(measured(n, day(90), gain))
    return world(draw=lots, outcome=outcome, cycle=cycle)


def test_who_is_drawn_counts_whatever_they_did():
    facts = world(
        draw=[drawn(n, n < 30) for n in range(60)],
        outcome=[measured(n, day(60), 10.0 + (n < 30)) for n in range(60)]
        + [measured(0, day(30), 99.0), measured(0, day(20), 98.0), measured(0, day(90), 13.0)],
    )
    found = tried(facts, "T", SCORE)
    # Person 0: the mean of 11 and 13; the measurement of the day of the draw is from before.
    assert found.offered.mean == pytest.approx((29 * 11 + 12) / 30)
    assert (found.offered.drawn, found.others.measured) == (30, 30)
    assert found.headline.estimate == pytest.approx(31 / 30)
    assert found.trial.since == LOT.date()


def test_a_declared_draw_says_caused_and_the_covariate_sharpens_it():
    found = tried(organisation(chance=0.5), "T", SCORE)
    assert {check.name: check.passing for check in found.checks} == {
        "declared": "pass",
        "assignment": "pass",
        "attrition": "pass",
    }
    assert (found.claim.level, found.claim.wording) == (5, "caused")
    adjusted, plain = found.found.adjusted, found.found.effect
    assert adjusted.low < 3.0 < adjusted.high
    assert adjusted.high - adjusted.low < (plain.high - plain.low) / 3
    assert found.before.low < 0 < found.before.high


def test_the_null_twin_shows_nothing():
    found = tried(organisation(effect=0.0), "T", SCORE)
    assert not found.seen
    assert found.found.p_value > 0.05


def test_an_outcome_that_was_known_before_the_draw_proves_nothing():
    facts = organisation(stored_at=day(100))
    found = tried(facts, "T", SCORE)
    assert "declared" in {check.name for check in found.claim.vetoes}
    assert found.claim.wording == "not established"


def test_arms_that_no_lot_gives_are_vetoed():
    found = tried(organisation(chance=0.8), "T", SCORE)
    assert [check.name for check in found.claim.vetoes] == ["assignment"]


def test_who_is_lost_from_one_arm_vetoes():
    found = tried(organisation(lost=(0.02, 0.15)), "T", SCORE)
    assert [check.name for check in found.claim.vetoes] == ["attrition"]
    assert found.others.measured < found.others.drawn == 200


def test_the_effect_per_taker_is_larger_than_that_of_the_offer():
    found = tried(organisation(effect=6.0, comes=0.5), "T", SCORE).found
    assert found.complied.taken == pytest.approx(0.5, abs=0.08)
    assert found.complied.taken_others == 0
    assert found.complied.effect.estimate == pytest.approx(
        found.effect.estimate / found.complied.taken
    )


def test_sites_drawn_as_wholes_are_the_units():
    chance = np.random.default_rng(5)
    sites = chance.normal(0, 3, 12)
    lots = [drawn(n, n % 12 < 6, cluster=f"site {n % 12}", chance=0.5) for n in range(600)]
    rows = [measured(n, day(60), float(sites[n % 12] + chance.normal())) for n in range(600)]
    found = tried(world(draw=lots, outcome=rows), "T", SCORE).found
    assert found.clusters == (6, 6) and found.few
    alone = tried(world(draw=[{**lot, "cluster": None} for lot in lots], outcome=rows), "T", SCORE)
    wide, narrow = (each.high - each.low for each in (found.effect, alone.found.effect))
    assert wide > 4 * narrow
    # A single site of one arm is never told from its draw.
    two = [lot for lot in lots if lot["cluster"] in ("site 1", "site 7")]
    assert isinstance(tried(world(draw=two, outcome=rows), "T", SCORE).found, Refused)


def test_strata_are_compared_within():
    lots = [
        drawn(n, n % (2 if n < 100 else 10) == 0, stratum="small" if n < 100 else "large")
        for n in range(500)
    ]
    rows = [
        measured(n, day(60), (10.0 if n < 100 else 5.0) + (n * 7 % 13) / 13) for n in range(500)
    ]
    found = tried(world(draw=lots, outcome=rows), "T", SCORE).headline
    assert isinstance(found, Interval)
    assert abs(found.estimate) < 0.2


def test_before_anybody_was_measured_it_is_too_soon():
    facts = world(draw=[drawn(n, n % 2 == 0) for n in range(60)])
    found = tried(facts, "T", SCORE)
    assert isinstance(found.headline, Refused)
    assert found.headline.gate == "immature"
    assert found.claim is None and found.too_little
    assert tried(facts, "another", SCORE) is None
    later = world(draw=[drawn(0, True, at=day(400)), drawn(1, False, at=day(400))])
    assert trials(later) == []
    assert LOT + timedelta(days=370) == day(400)
