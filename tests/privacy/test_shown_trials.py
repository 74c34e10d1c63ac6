"""Trials, rates and groups of a test: nothing of few people, nothing of people out of sight."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from leadline.metrics.scale import Compared
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shown_rates import safe_rates
from leadline.privacy.shown_trial import FEW_LOST, safe_trial
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.answers_csv import AnswerFile, Sheet
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.trial_csv import Lots, TrialFile
from leadline.stats.refusal import Refused
from story.world import World, days, instant, iri

FIRST = instant("2025-09-01 09:00")
TEST = iri("assessment/final")


def take(world, records, source):
    *_, taken = Intake(world.app.log).take(records, source)
    assert taken.quarantined == 0


def planted(folder, south):
    """Sixty in North; in South as many who differ: in one world they do well, in the other not."""
    world = World(folder)
    chance = np.random.default_rng(2)
    north = world.people("north", 60, unit="Org/North", role="driver")
    others = world.people("south", 60, unit="Org/South", role="driver")
    lots = folder / "lots.csv"
    everyone = [*north, *others]
    lines = [f"{login},{n % 2}" for n, login in enumerate(everyone)]
    lots.write_text("\n".join(["person_id,arm", *lines]))
    drawn = Lots("Trial", lambda *_: (), iri("course/fire"), on=FIRST.date())
    take(world, TrialFile(lots, drawn), "lots")
    rows, answers = ["outcome,date,value,better,person_id"], ["person_id,q1,q2,q3"]
    for n, login in enumerate(everyone):
        able = south if login in others else float(chance.normal())
        rows.append(f"Score,2026-01-10,{able + (n % 2):.3f},up,{login}")
        if n % 4 == 1:
            world.completes(login, "course/fire", assigned=str(FIRST), done=str(FIRST + days(30)))
        for day in range(5, 240, 30 if login in north else 20 + int(south)):
            rows.append(f"Violation,{FIRST + days(day + n % 7):%Y-%m-%d},1,down,{login}")
        answers.append(f"{login},{n % 2},{int(able > 0)},{n % 3 % 2}")
    path, test = folder / "outcomes.csv", folder / "answers.csv"
    path.write_text("\n".join(rows))
    test.write_text("\n".join(answers))
    take(world, OutcomeFile(path), "audits")
    take(world, AnswerFile(test, Sheet(TEST, "exam", on=date(2026, 2, 1))), "exam")
    world.refresh()
    return world


def everything(lens):
    known = {each.outcome.rpartition(":")[2]: each for each in lens.outcomes()}
    trials = lens.trials()
    told = repr(
        (
            trials,
            [lens.tried(each.trial, known["score"]) for each in trials],
            lens.incidents(),
            lens.rates(iri("course/fire"), known["violation"]),
            lens.scale(TEST),
            lens.alike(TEST),
        )
    )
    # Keys are random: sums go in another order, and lots fall on other people.
    told = re.sub(r"p_value=[\d.e-]+", "", told)
    return re.sub(r"\d+\.\d+(e-\d+)?", lambda digits: f"{float(digits[0]):.6g}", told)


def test_what_north_is_shown_does_not_change_with_south(tmp_path):
    told = []
    for south in (0.0, 9.0):
        folder = tmp_path / str(south)
        folder.mkdir()
        world = planted(folder, south)
        viewer = Viewer("nora", Role.ANALYST, None, "Org/North")
        told.append((everything(world.lens(viewer)), everything(world.lens())))
        world.close()
    (north, whole), (north_again, whole_again) = told
    assert north == north_again
    assert whole != whole_again


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """One trial and one rate, as the metrics know them."""
    world = planted(tmp_path_factory.mktemp("shown"), 1.0)
    lens = world.lens()
    known = {each.outcome.rpartition(":")[2]: each for each in lens.outcomes()}
    (trial,) = lens.trials()
    yield (
        lens.tried(trial.trial, known["score"]),
        lens.rates(iri("course/fire"), known["violation"]),
    )
    world.close()


def test_few_that_were_lost_are_not_counted(found):
    trial, _rates = found
    lost = replace(trial, offered=replace(trial.offered, drawn=trial.offered.measured + 4))
    shown = safe_trial(lost, 10)
    assert shown.offered.drawn == shown.offered.measured == shown.trial.offered
    assert {c.name: c.finding for c in shown.checks}["attrition"] == FEW_LOST
    many = replace(trial, offered=replace(trial.offered, drawn=trial.offered.measured + 14))
    assert safe_trial(many, 10).offered.drawn == trial.offered.measured + 14
    small = replace(trial, others=replace(trial.others, measured=9))
    assert safe_trial(small, 10) is None


def test_few_takers_are_not_told_of(found):
    trial, _rates = found
    told = trial.found.complied
    assert not isinstance(told, Refused)
    few = replace(trial.found, complied=replace(told, taken=4 / trial.offered.measured))
    assert isinstance(safe_trial(replace(trial, found=few), 10).found.complied, Refused)


def test_few_who_changed_sides_are_not_compared_from_before(found):
    _trial, rates = found
    shown = safe_rates(replace(rates, later=5), 10)
    assert isinstance(shown.before, Refused)
    assert {check.name: check.passing for check in shown.checks}["placebo"] == "na"
    assert safe_rates(replace(rates, trained=replace(rates.trained, people=9)), 10) is None


def test_small_groups_of_a_test_are_left_out():
    from leadline.metrics.scale import Alike
    from leadline.privacy.shapes import safe_alike

    pairs = tuple(Compared("role", name, n, "driver", 300) for name, n in (("a", 100), ("b", 200)))
    told = Alike(TEST, FIRST, pairs, ())
    assert [each.focal for each in safe_alike(told, 150).compared] == ["b"]


@pytest.mark.parametrize(
    "role", [Role.DEPARTMENT_MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER]
)
def test_who_may_not_see_outcomes_learns_of_none(tmp_path, role):
    world = World(tmp_path)
    lens = world.lens(role)
    for look in (lens.trials, lens.incidents, lambda: lens.scale(TEST), lambda: lens.alike(TEST)):
        with pytest.raises(Forbidden):
            look()
    world.close()
