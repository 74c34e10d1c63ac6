"""What the pages say of people drawn by lot, and of questions that part groups."""

import re
from datetime import date

import numpy as np
import pytest
from django.test.utils import override_settings

from leadline.sources.answers_csv import AnswerFile, Sheet
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.trial_csv import Lots, TrialFile
from story.world import World, iri
from web.test_pages import TRIAL

DAY = date(2026, 1, 5)


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def filed(folder, name, lines):
    path = folder / name
    path.write_text("\n".join(lines))
    return path


def take(world, records, source):
    *_, taken = Intake(world.app.log).take(records, source)
    assert taken.quarantined == 0


def trial(world, folder, effect):
    """Two hundred people; every second one is offered the course, and gains what is planted."""
    chance = np.random.default_rng(12)
    lots = filed(folder, "lots.csv", ["person_id,arm", *(f"p{n},{n % 2}" for n in range(200))])
    drawn = Lots("Coaching", lambda *_: (), iri("course/coaching"), chance=0.5, on=DAY)
    take(world, TrialFile(lots, drawn), "lots")
    scores = [
        f"Audit score,2026-03-01,{60 + effect * (n % 2) + chance.normal(0, 5):.2f},points,up,p{n}"
        for n in range(200)
    ]
    header = "outcome,date,value,measure,better,person_id"
    take(world, OutcomeFile(filed(folder, "scores.csv", [header, *scores])), "audits")


@pytest.fixture
def other(house, sign_in, tmp_path):
    """An installation of this test's own behind the pages; `house` has the logins."""
    world = World(tmp_path, now=house.now)
    client = sign_in("hr")

    def open_page(address):
        world.refresh()
        with override_settings(LEADLINE=world.app):
            return text(client.get(address))

    yield world, tmp_path, open_page
    world.close()


@pytest.mark.mission("S051")
def test_what_a_lot_decided_is_said_to_be_caused(other):
    world, folder, open_page = other
    trial(world, folder, effect=6.0)
    said = open_page(f"/impact/outcomes/trial?{TRIAL}")
    assert re.search(r"“coaching” caused a difference of \d\.\d points in “Audit score”", said)
    assert "100 people who were offered it and 100 who were not" in said
    assert "under 0.1 % of 4,999 lots drawn again" in said
    assert said.count(" passes ") == 3
    assert "Drawn by lot, the strongest evidence there is" in open_page("/impact/outcomes")


def test_in_the_null_twin_it_says_what_would_have_shown(other):
    world, folder, open_page = other
    trial(world, folder, effect=0.0)
    said = open_page(f"/impact/outcomes/trial?{TRIAL}")
    assert "It is not established that being offered “coaching” changed “Audit score”" in said
    assert re.search(r"(too little data to tell|no difference is seen|no meaningful)", said)
    assert re.search(r"ifferences above \d\.\d points would", said)
    assert "caused a difference" not in said and "no effect" not in said


@pytest.mark.parametrize("harder", [1.8, 0.0])
def test_a_question_that_is_harder_in_one_language_goes_to_its_readers(
    house, sign_in, tmp_path, harder
):
    chance = np.random.default_rng(3)
    lines = ["id,language,q1,q2,q3,q4,q5,q6"]
    for person in range(600):
        german, able = person % 2, chance.normal()
        hard = np.array([-1.0, -0.5, -0.8, 0.5, 0.4, 0.2]) + harder * german * (np.arange(6) == 2)
        right = chance.random(6) < 1 / (1 + np.exp(hard - 1.2 * able))
        lines.append(f"{person},{'de' if german else 'en'},{','.join(str(int(r)) for r in right)}")
    world = World(tmp_path, now=house.now)
    sheet = Sheet(iri("assessment/safety"), "exam", course=iri("course/fire"), on=DAY)
    take(world, AnswerFile(filed(tmp_path, "answers.csv", lines), sheet), "exam")
    world.refresh()
    address = f"/programmes/questions?course={iri('course/fire')}"
    with override_settings(LEADLINE=world.app):
        client = sign_in("lead")
        said, modelled = (text(client.get(address + more)) for more in ("", "&scale=1"))
    assert "groups compared at equal totals: de / en" in said or "en / de" in said
    assert ("harder for “de” than for “en” who do as well in the rest" in said) == bool(harder)
    assert ("Have “q3” read by somebody of the group that finds it harder" in said) == bool(harder)
    assert "Questions on one scale of ability" in said
    assert "Difficulty, slopes alike" in modelled and modelled.count("s.e. ") >= 18
    world.close()
