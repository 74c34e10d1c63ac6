"""Violations of the trained and of the untrained, from files to the words on the page."""

import re

import numpy as np
import pytest
from django.test.utils import override_settings

from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from story.world import World, days, instant, iri

ADDRESS = f"/compliance/incidents?course={iri('course/fire')}"
FIRST = instant("2025-06-01 09:00")


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def opened(house, sign_in, tmp_path):
    """The page of an installation of this test's own, as a compliance officer sees it."""
    worlds = []

    def opened(ratio, *, people=400, sent=False):
        world = World(tmp_path, now=house.now)
        worlds.append(world)
        plant(world, tmp_path, ratio, people=people, sent=sent)
        with override_settings(LEADLINE=world.app):
            return text(sign_in("dov").get(ADDRESS))

    yield opened
    for world in worlds:
        world.close()


def plant(world, folder, ratio, *, people, sent):
    """A year of violations; half of the people are trained one day, and from then on their rate is
    multiplied. sent: it is the careless whom somebody sends."""
    chance = np.random.default_rng(11)
    logins = [
        *world.people("dock", people // 2, unit="Org/Docks", role="driver"),
        *world.people("desk", people // 2, unit="Org/Office", role="clerk"),
    ]
    lines = ["outcome,date,value,better,person_id"]
    for login in logins:
        own = chance.gamma(2, 0.5)
        takes = own > 1 if sent else chance.random() < 0.6
        trained = int(chance.integers(60, 280)) if takes else 999
        if takes:
            world.completes(
                login,
                "course/fire",
                assigned=str(FIRST + days(trained - 5)),
                done=str(FIRST + days(trained)),
            )
        rate = own * (0.012 if login.startswith("dock") else 0.004)
        for day in range(365):
            if chance.random() < rate * (ratio if day > trained else 1):
                lines.append(f"Violation,{FIRST + days(day):%Y-%m-%d},1,down,{login}")
    path = folder / "violations.csv"
    path.write_text("\n".join(lines))
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), "incidents")
    assert taken.quarantined == 0
    world.refresh()


@pytest.mark.mission("S089")
def test_trained_and_untrained_months_are_compared_with_ratio_and_interval(opened):
    said = opened(0.4)
    assert "“Fire” is associated with, after adjustment, fewer of “Violation”" in said
    found = re.search(
        r"(0\.\d\d) times as many .*? \((0\.\d\d) to (0\.\d\d), ([\d,]+) person", said
    )
    ratio, low, high = (float(found[n]) for n in (1, 2, 3))
    assert low < 0.4 < high < 1 and low < ratio < high
    assert re.search(r"In 100 person-months it is \d+\.\d with it and \d+\.\d without", said)
    assert "caused" not in said and "effect" not in said.replace("no effect", "")


@pytest.mark.mission("S055")
def test_nothing_seen_says_what_would_have_shown(opened):
    said = opened(1.0, people=800)
    assert "It is not established that “Fire” changed how often “Violation” happens" in said
    assert re.search(r"no difference is seen .*? A fall of more than \d+", said)


def test_too_little_data_is_told_apart_from_no_difference(opened):
    said = opened(1.0, people=60)
    assert "too little data to tell" in said
    assert re.search(r"Only a fall of more than \d+\s*% would show with so few", said)


def test_who_is_sent_for_being_careless_is_noticed(opened):
    said = opened(0.6, people=500, sent=True)
    assert re.search(r"differed from the others already before|the difference may be chance", said)
    assert "is associated with" not in said
