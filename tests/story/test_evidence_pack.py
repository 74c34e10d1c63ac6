"""The pack for an auditor: what was done, that it worked, and that it can be made again."""

import csv
import io
import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from leadline.actions.evidence import Exists, broken, end_of, pack, write, zipped
from leadline.curriculum import Check
from leadline.privacy.refusals import Forbidden, UnknownQuestion
from leadline.privacy.viewer import Role
from story.compliance_world import FIRST_AID, earns, first_aid, requires
from story.world import World, iri

DAY = date(2026, 5, 31)
COURSE, QUIZ, AGAIN = "course/aid", "assessment/aid", "assessment/later"


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setattr("leadline.privacy.known.SETTLED_SECONDS", 0)
    made = World(tmp_path)
    yield made
    made.close()


def staff(world):
    """Ana fails, is sent to the module again, passes, is certified, still knows it; Ben never came
    to it; Cleo sits in South."""
    for who, unit in (("ana", "Org/North"), ("ben", "Org/North"), ("cleo", "Org/South")):
        world.person(who, unit=unit, role="nurse", since="2024-01-01")
    requires(world, first_aid(regulated=True))
    world.app.curriculum.replace(Check, [Check(iri(AGAIN), iri(QUIZ))])
    ids = {
        "failed": world.attempts(
            "ana", QUIZ, passed=False, score=0.4, at="2026-03-02 09:00", course=COURSE
        ),
        "remedy": world.says("ana", "completed", "module/burns", at="2026-03-03", course=COURSE),
        "passed": world.attempts(
            "ana", QUIZ, passed=True, score=0.9, at="2026-03-04 09:00", course=COURSE
        ),
        "issued": earns(world, "ana", at="2026-03-04 10:00", course=COURSE),
        "later": world.attempts(
            "ana", AGAIN, passed=True, score=0.8, at="2026-03-22 09:00", course=COURSE
        ),
    }
    world.refresh()
    return ids


def evidence(world, *, unit="Org/North", known_at=None, as_=Role.COMPLIANCE_OFFICER):
    lens = world.lens(as_, now=end_of(DAY, "UTC"))
    return lens.evidence("first-aid", unit, known_at)


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode())))


@pytest.mark.mission("S084")
def test_scores_delayed_scores_and_remediation_stand_beside_completions(world):
    ids = staff(world)
    files = pack(evidence(world), Role.COMPLIANCE_OFFICER)
    people = {row["employee_id"]: row["state"] for row in rows(files, "people.csv")}
    assert people == {"ana": "in force", "ben": "violated"}
    (record,) = rows(files, "records.csv")
    assert (record["satisfied_by"], record["statement_id"]) == (iri(FIRST_AID), ids["issued"])
    assert (record["due_on"], record["days_late"]) == ("2024-01-31", "763")
    scores = [(row["score"], row["statement_id"]) for row in rows(files, "scores.csv")]
    assert scores == [("0.4", ids["failed"]), ("0.9", ids["passed"])]
    (later,) = rows(files, "delayed-scores.csv")
    assert (later["score"], later["statement_id"]) == ("0.8", ids["later"])


@pytest.mark.mission("S085")
def test_failed_then_remedied_then_passed_with_dates_and_statements(world):
    ids = staff(world)
    (row,) = rows(pack(evidence(world), Role.COMPLIANCE_OFFICER), "remediation.csv")
    assert (row["failed_at"], row["failed_statement_id"]) == (
        "2026-03-02T09:00:00+00:00",
        ids["failed"],
    )
    assert (row["remedy"], row["remedy_activity"]) == ("completed", iri("module/burns"))
    assert (row["remedy_at"], row["remedy_statement_id"]) == (
        "2026-03-03T00:00:00+00:00",
        ids["remedy"],
    )
    assert (row["passed_at"], row["passed_score"], row["passed_statement_id"]) == (
        "2026-03-04T09:00:00+00:00",
        "0.9",
        ids["passed"],
    )


def test_the_same_again_after_a_correction_while_as_known_now_differs(world):
    ids = staff(world)
    then = evidence(world).known_at
    before = pack(evidence(world, known_at=then), Role.COMPLIANCE_OFFICER)
    world.voids(ids["issued"])
    world.person("ben", unit="Org/North", role="nurse", since="2024-01-01", name="Benjamin")
    requires(world, first_aid(regulated=True, grace_days=900))
    world.refresh()
    again = pack(evidence(world, known_at=then), Role.COMPLIANCE_OFFICER)
    assert zipped(again) == zipped(before)
    now = pack(evidence(world), Role.COMPLIANCE_OFFICER)
    assert {row["name"]: row["state"] for row in rows(now, "people.csv")} == {
        "Ana": "in grace",
        "Benjamin": "in grace",
    }
    said = json.loads(now["manifest.json"])["known_at"], json.loads(before["manifest.json"])
    assert said[0] > said[1]["known_at"] == then.isoformat()


def test_the_manifest_tells_what_was_changed(world, tmp_path):
    staff(world)
    files = pack(evidence(world), Role.COMPLIANCE_OFFICER)
    sums = json.loads(files["manifest.json"])["sha256"]
    assert sums["people.csv"] == sha256(files["people.csv"]).hexdigest()
    folder = tmp_path / "pack"
    write(files, folder)
    assert broken(folder) == []
    (folder / "people.csv").write_text("nobody")
    (folder / "more.txt").write_text("extra")
    assert broken(folder) == ["more.txt", "people.csv"]
    with pytest.raises(Exists):
        write(files, folder)
    assert [path.name for path in tmp_path.glob(".pack*")] == []


def test_a_pack_holds_those_in_sight_and_what_the_role_may_see(world):
    staff(world)
    everybody = evidence(world, unit=None)
    assert {name.employee_id for name in everybody.names.values()} == {"ana", "ben", "cleo"}
    hr = evidence(world, as_=Role.HR_MANAGER)
    assert not hr.scores
    assert set(pack(hr, Role.HR_MANAGER)) & {"scores.csv", "remediation.csv"} == set()
    world.person("zoe", unit="Org/North")
    world.person("ben", unit="Org/North", role="nurse", since="2026-01-01", manager="zoe")
    team = world.viewer("zoe", Role.DEPARTMENT_MANAGER)
    own = world.lens(team, now=end_of(DAY, "UTC")).evidence("first-aid")
    assert [name.employee_id for name in own.names.values()] == ["ben"]
    assert {row["person"] for row in own.issues} <= {world.key("ben")}
    with pytest.raises(Forbidden):
        evidence(world, as_=Role.ANALYST)
    with pytest.raises(UnknownQuestion):
        world.lens(Role.COMPLIANCE_OFFICER).evidence("nothing")
    with pytest.raises(UnknownQuestion):
        evidence(world, known_at=datetime(2999, 1, 1, tzinfo=UTC))
