"""Mission rows end to end, on worlds worked out in the head."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from leadline.lrs.call import Parts
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request, Response
from leadline.privacy.viewer import Role
from leadline.sources.intake import Intake
from leadline.sources.xapi_file import StatementFile
from leadline.store.documents import Documents
from story.world import BASE, IRI_OF_VERB, World, iri

VIDEO = "https://w3id.org/xapi/video/extensions/"
FIRE, QUIZ = "course/fire", "assessment/final"


def seconds_of(world: World, person: int, module: str) -> float:
    record = world.lens(Role.TRAINING_LEAD).person(person)
    (row,) = [row for row in record.modules if row["module"] == iri(module)]
    return float(row["active_s"])


@pytest.mark.mission("S005")
def test_time_per_module_stops_at_the_idle_rule_to_the_second(world: World) -> None:
    """Reads 7:30 and leaves for 40 minutes; then plays 6:40 of a video and leaves it open."""
    ana = world.person("ana", unit="Org/North")
    world.says("ana", "initialized", "page/rules", at="2026-03-02 09:00:00", course=FIRE)
    world.says("ana", "progressed", "page/rules", at="2026-03-02 09:07:30", course=FIRE)
    world.says("ana", "completed", "page/rules", at="2026-03-02 09:47:31", course=FIRE)
    session = {"extensions": {f"{VIDEO}session-id": "s1", f"{VIDEO}length": 600}}

    def video(verb: str, at: str, **extensions: object) -> None:
        result = {"extensions": {f"{VIDEO}{name}": value for name, value in extensions.items()}}
        around = {"contextActivities": {"grouping": [{"id": iri(FIRE)}]}}
        world.says("ana", verb, "video/intro", at=at, result=result, context=around | session)

    video("played", "2026-03-02 12:00:00", time=0)
    video("paused", "2026-03-02 12:06:40", **{"time": 400, "played-segments": "0[.]400"})
    video("terminated", "2026-03-02 12:46:41", **{"time": 400, "played-segments": "0[.]400"})
    assert seconds_of(world, ana, "page/rules") == 450
    assert seconds_of(world, ana, "video/intro") == 400


@pytest.mark.mission("S023")
def test_scores_are_kept_as_sent_and_nothing_is_inferred(world: World) -> None:
    ana = world.person("ana", unit="Org/North")
    raw = {"score": {"raw": 7, "min": 0, "max": 10}}
    scaled = {"score": {"scaled": 0.9}, "success": True}
    world.says("ana", "scored", QUIZ, at="2026-03-02 09:00", course=FIRE, result=raw)
    world.says("ana", "passed", QUIZ, at="2026-03-03 09:00", course=FIRE, result=scaled)
    world.says("ana", "failed", QUIZ, at="2026-03-04 09:00", course=FIRE, result={"success": False})
    rows = world.lens(Role.TRAINING_LEAD).person(ana).attempts
    kept = ("score_raw", "score_min", "score_max", "score_scaled", "success")
    shown = {row["attempt_no"]: tuple(row[name] for name in kept) for row in rows}
    assert shown == {
        1: (7.0, 0.0, 10.0, None, None),
        2: (None, None, None, 0.9, True),
        3: (None, None, None, None, False),
    }
    assert world.lens(Role.TRAINING_LEAD).person(ana).courses[0]["completed_at"] is None


@pytest.fixture
def tested(world: World) -> World:
    """Twenty-four people: fail at .2 and pass at .8; one pass is taken back; one is told late."""
    for number, ben in enumerate(world.people("ben", 24, unit="Org/North"), start=1):
        world.says(ben, "registered", FIRE, at="2026-03-01")
        world.attempts(ben, QUIZ, passed=False, score=0.2, at="2026-03-02", course=FIRE)
        second = world.attempts(ben, QUIZ, passed=True, score=0.8, at="2026-03-03", course=FIRE)
        if number == 1:
            world.voids(second)
        else:
            world.says(ben, "completed", FIRE, at="2026-03-03 01:00")
    world.refresh()
    world.attempts("ben12", QUIZ, passed=True, score=1.0, at="2026-03-01 12:00", course=FIRE)
    return world


@pytest.mark.mission("S038")
def test_pass_rate_and_average_score_with_repeats_voids_and_late_ones(tested: World) -> None:
    """First: 23 at .2 and the late one at 1; best: .2, 22 at .8 and 1; last: .2 and 23 at .8."""
    assert tested.measure("first_attempt_pass_rate").result.estimate == pytest.approx(1 / 24)
    assert tested.measure("any_attempt_pass_rate").result.estimate == pytest.approx(23 / 24)
    wanted = {
        "first": (23 * 0.2 + 1.0) / 24,
        "best": (0.2 + 22 * 0.8 + 1.0) / 24,
        "last": (0.2 + 23 * 0.8) / 24,
    }
    for attempt, average in wanted.items():
        answer = tested.measure("average_score", choices={"attempt": attempt})
        assert answer.result.estimate == pytest.approx(average), attempt


@pytest.mark.mission("S061")
def test_the_four_baseline_figures_match_a_count_over_the_raw_statements(world: World) -> None:
    """Completion, score, logins and time, per team, against a plain loop over the log."""
    spent = {"North": 60, "South": 120}
    for team, seconds in spent.items():
        for number, who in enumerate(world.people(team.lower(), 24, unit=f"Org/{team}")):
            world.says(who, "logged_in", FIRE, at="2026-03-02 08:59:00")
            world.says(who, "registered", FIRE, at="2026-03-01")
            start, end = "2026-03-02 09:00:00", f"2026-03-02 09:{seconds // 60:02}:00"
            world.says(who, "initialized", "page/rules", at=start, course=FIRE)
            world.says(who, "completed", "page/rules", at=end, course=FIRE)
            world.attempts(who, QUIZ, passed=True, score=number / 25, at="2026-03-05", course=FIRE)
            if number % 2:
                world.says(who, "completed", FIRE, at="2026-03-06")
    world.flush()
    raw = [json.loads(entry.payload) for entry in world.app.log.since(0, 10_000)]
    for team, seconds in spent.items():
        mine = [s for s in raw if s["actor"]["mbox"].startswith(f"mailto:{team.lower()}")]
        wanted = {
            "completion_rate": _count(mine, "completed", FIRE) / _count(mine, "registered", FIRE),
            "average_score": _mean(s["result"]["score"]["scaled"] for s in mine if _scored(s)),
            "logins": _count(mine, "logged_in", FIRE),
        }
        for name, figure in wanted.items():
            answer = world.measure(name, by=["unit"])
            shown = {r.group["unit"]: r.estimate for r in answer.results}
            assert shown[f"Org/{team}"] == pytest.approx(figure), name
        times = world.measure("time_per_module", by=["unit", "module"]).results
        shown = {(r.group["unit"], r.group["module"]): r.estimate for r in times}
        assert shown[f"Org/{team}", iri("page/rules")] == seconds


def _count(statements: list[dict], verb: str, thing: str) -> int:
    said = (IRI_OF_VERB[verb], iri(thing))
    return sum((s["verb"]["id"], s["object"]["id"]) == said for s in statements)


def _scored(statement: dict) -> bool:
    return "score" in statement.get("result", {})


def _mean(values: object) -> float:
    numbers = list(values)  # type: ignore[call-overload]
    return sum(numbers) / len(numbers)


@pytest.mark.mission("S019")
def test_live_and_by_file_the_counts_are_equal(world: World, tmp_path: Path) -> None:
    """Activity, an assessment and a completion of each of 12 people, by both routes."""
    credential, secret = world.app.credentials.create("live", ["all"])
    statements = []
    for number in range(12):
        actor = {"mbox": f"mailto:ben{number}@story.example"}
        for verb, thing in (
            ("experienced", "page/rules"),
            ("passed", QUIZ),
            ("completed", FIRE),
        ):
            statements.append(
                {
                    "actor": actor,
                    "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
                    "object": {"id": f"{BASE}/{thing}"},
                    "timestamp": "2026-03-02T09:00:00Z",
                }
            )
    path = tmp_path / "export.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(s).encode() for s in statements)))
    *_, taken = Intake(world.app.log).take(StatementFile(path), "file")
    app = world.app
    parts = Parts(app.log, Documents(app.database), app.sources, app.credentials, BASE)
    assert taken.accepted == 36
    sent = post(parts, f"{credential.key}:{secret}", statements)
    assert sent.status == 200, sent.body
    world.refresh()
    for verb in ("experienced", "passed", "completed"):
        iri_of_verb = f"http://adlnet.gov/expapi/verbs/{verb}"
        results = world.measure("statements", by=["source"], where={"verb": iri_of_verb}).results
        assert {r.group["source"]: r.estimate for r in results} == {"file": 12, "live": 12}


def post(parts: Parts, key_and_secret: str, statements: list[dict]) -> Response:
    """POST statements to the endpoint with a credential."""
    headers = {
        "authorization": f"Basic {base64.b64encode(key_and_secret.encode()).decode()}",
        "x-experience-api-version": "1.0.3",
        "content-type": "application/json",
    }
    body = json.dumps(statements).encode()
    return answer(Request("POST", "/statements", headers=headers, body=body), parts)
