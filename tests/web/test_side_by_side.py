"""Score, certificates and what HR measures on the job, of one cohort on one page (S008)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import override_settings

from leadline.curriculum import Programme
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from story.world import iri


@pytest.fixture
def yard(house, world, tmp_path):
    """Forty take the crane course: all are tested, thirty certified, thirty-five rated by HR;
    thirty others, rated as well, take none."""
    lines = ["outcome,date,value,measure,better,person_id"]
    recent = datetime.now(UTC) - timedelta(days=40)
    for number, login in enumerate(world.people("ben", 40, unit="Org/North")):
        world.completes(
            login, "course/crane", assigned=str(recent), done=str(recent + timedelta(days=1))
        )
        world.attempts(
            login,
            "assessment/crane",
            passed=True,
            score=0.8,
            at=str(recent + timedelta(hours=20)),
            course="course/crane",
        )
        if number < 30:
            world.says(
                login,
                "earned",
                "certificate/crane",
                course="course/crane",
                at=recent + timedelta(days=2),
            )
        if number < 35:
            lines.append(f"Safe lifts,{recent:%Y-%m-%d},{90 + number % 2},points,up,{login}")
    for login in world.people("cleo", 30, unit="Org/South"):
        lines.append(f"Safe lifts,{recent:%Y-%m-%d},10,points,up,{login}")
    path = tmp_path / "lifts.csv"
    path.write_text("\n".join(lines) + "\n")
    for _ in Intake(world.app.log).take(OutcomeFile(path), "hr"):
        pass
    programme = Programme(
        programme="Cranes",
        valid_from=date(2020, 1, 1),
        audience="employees",
        courses=(iri("course/crane"),),
        owner="Ana",
        goal="outcome",
        thing="urn:leadline:outcome:safe-lifts",
        target=95.0,
        due=date(2027, 1, 1),
    )
    world.app.curriculum.replace(Programme, [programme])
    world.refresh()
    with override_settings(LEADLINE=world.app):
        yield world


@pytest.mark.mission("S008")
def test_the_three_stand_side_by_side_each_with_its_people(yard, sign_in):
    html = sign_in("lead").get("/programmes/programme?programme=Cranes").content.decode()
    listed = re.search(r'<dl class="companions tiles">(.*?)</dl>', html, re.S)
    assert listed
    told = {
        name.strip(): " ".join(re.sub(r"<[^>]+>", " ", said).replace("\u202f", " ").split())
        for name, said in re.findall(r"<dt>(.*?) <span.*?</dt>\s*<dd>(.*?)</dd>", listed[1], re.S)
    }
    assert re.match(r"90\.\d points .*35 people", told["Safe lifts"])
    assert re.match(r"80 % .*40 people", told["Average score, first attempt"])
    assert re.match(r"75 % .*40 people", told["Certified"])
