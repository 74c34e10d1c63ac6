"""SCORM runtime data from an LMS's export to the facts: status, score, time and answers (S029)."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from leadline.cli import main
from story.world import World

LMS = "https://lms.story.example"
FIRE, LIFTING = f"{LMS}/scorm/fire", f"{LMS}/scorm/lifting"
BEGAN, ENDED = 1_772_442_000, 1_772_443_200  # 2026-03-02, 09:00 and 09:20
ANA_1_2 = {
    "x.start.time": BEGAN,
    "cmi.core.lesson_status": "passed",
    "cmi.core.score.raw": 80,
    "cmi.core.session_time": "00:15:00",
    "cmi.core.total_time": "00:15:00",
    "cmi.interactions_0.id": "exits",
    "cmi.interactions_0.type": "choice",
    "cmi.interactions_0.student_response": "b",
    "cmi.interactions_0.result": "correct",
    "cmi.interactions_1.id": "alarm",
    "cmi.interactions_1.type": "choice",
    "cmi.interactions_1.student_response": "c",
    "cmi.interactions_1.result": "wrong",
}
BEN_2004 = {
    "completion_status": "completed",
    "success_status": "failed",
    "score": {"scaled": 0.4, "raw": 4, "min": 0, "max": 10},
    "session_time": "PT10M",
    "total_time": "PT25M",
    "interactions": [
        {"id": "urn:q:knees", "type": "true-false", "learner_response": "false",
         "result": "incorrect"},
    ],
}  # fmt: skip


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LEADLINE_HOME", str(world.app.settings.home))

    def run(*words: object) -> dict[str, object]:
        done = CliRunner().invoke(main, [*map(str, words), "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """What the LMS gives out: a table of tracks, with a row that says nothing, and JSON."""
    tracks, attempts = tmp_path / "tracks.csv", tmp_path / "attempts.json"
    rows = [f"ana,fire,sco-1,1,{name},{value},{ENDED}" for name, value in ANA_1_2.items()]
    header = "person_id,scormid,scoid,attempt,element,value,timemodified"
    tracks.write_text("\n".join([header, *rows, f",fire,sco-1,1,cmi.core.exit,,{ENDED}"]))
    told = {"person_id": "ben", "scorm": "lifting", "sco": "s", "attempt": 1, "time": ENDED}
    attempts.write_text(json.dumps([{**told, "cmi": BEN_2004}]))
    return [tracks, attempts]


@pytest.mark.mission("S029")
def test_runtime_data_of_both_versions_arrives_as_records(world: World, run, exports: list[Path]):
    ana, ben = world.person("ana", unit="Org/North"), world.person("ben", unit="Org/North")
    words = ("import", "scorm", *exports, "--source", "moodle", "--lms", LMS)
    first = run(*words)
    assert (first["accepted"], first["quarantined"]) == (6 + 6, 1)
    again = run(*words)
    assert (again["accepted"], again["duplicate"], again["quarantined"]) == (0, 12, 1)

    cycles = {row["person"]: row for row in facts(world, "cycle")}
    assert {person: row["course"] for person, row in cycles.items()} == {ana: FIRE, ben: LIFTING}
    assert all(row["completed_at"].timestamp() == ENDED for row in cycles.values())

    attempts = {row["person"]: row for row in facts(world, "attempt")}
    of_ana, of_ben = attempts[ana], attempts[ben]
    assert (of_ana["passed"], of_ana["score"], of_ana["duration_s"]) == (True, 0.8, 900)
    assert (of_ben["passed"], of_ben["score"], of_ben["duration_s"]) == (False, 0.4, 1500)
    assert of_ana["started_at"].timestamp() == BEGAN

    answers = {row["question"]: row for row in facts(world, "response")}
    assert {question: row["state"] for question, row in answers.items()} == {
        f"{FIRE}/sco-1/exits": "correct",
        f"{FIRE}/sco-1/alarm": "incorrect",
        "urn:q:knees": "incorrect",
    }
    assert answers["urn:q:knees"]["response"] == "false"
    assert {row["assessment"] for row in answers.values()} == {f"{FIRE}/sco-1", f"{LIFTING}/s"}

    of_sessions = [(r["person"], r["active_s"]) for r in facts(world, "session")]
    active = {who: sum(s for person, s in of_sessions if person == who) for who in (ana, ben)}
    assert active == {ana: ENDED - BEGAN, ben: 600}, "from opening to result; what it was told"


def facts(world: World, name: str) -> list[dict[str, object]]:
    """The rows of a fact, after all that was taken in has reached it."""
    world.refresh()
    return world.app.lake.connect().table(name).to_pyarrow().to_pylist()
