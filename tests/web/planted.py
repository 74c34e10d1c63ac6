"""A small organisation for the pages: one cliff in a video, one bad module, two teams.

Ana leads North (Ben is in it), Zoe leads South (Cleo is in it), Dov audits, Eve is nobody.
A hundred learners take `course/data`: sixty leave `video/personal` at 3:20; weeks later a third of
what they knew is gone. Sixty take
`course/path`, five modules; twenty-five of them stop for good at `module/third`."""

import io
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from leadline.accounts.models import Grant, User
from leadline.actions.programmes import Programmes
from leadline.checks import Content, Plan, Question
from leadline.checks.records import Invitation
from leadline.checks.window import window
from leadline.cmi5.package import read
from leadline.curriculum import Check, Cost, Link, Programme, Requirement, Standard
from leadline.curriculum import Question as Asked
from leadline.demo.course_package import mooring
from leadline.privacy.viewer import Role
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.trial_csv import Lots, TrialFile
from story.world import IRI_OF_KIND, World, iri

PASSWORD = "a-long-password-1"
VIDEO_PROFILE = "https://w3id.org/xapi/video/extensions/"
MODULES = ("first", "second", "third", "fourth", "fifth")
LENGTH_S = 600
BROKEN = (
    b'{"actor": {"mbox": "no-mailto"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},'
    b' "object": {"id": "https://story.example/course/secret-course"}}'
)
LOGINS = {
    "admin": (Role.ADMINISTRATOR, None),
    "analyst": (Role.ANALYST, None),
    "lead": (Role.TRAINING_LEAD, None),
    "dov": (Role.COMPLIANCE_OFFICER, None),
    "hr": (Role.HR_MANAGER, None),
    "ana": (Role.DEPARTMENT_MANAGER, "ana"),
    "ben": (Role.LEARNER, "north1"),
    "privacy": (Role.PRIVACY_OFFICER, None),
}


def plant(folder: Path) -> World:
    """The world as of now, refreshed."""
    world = World(folder, now=datetime.now(UTC))
    world.person("ana", unit="Org/North", role="lead")
    world.person("zoe", unit="Org/South", role="lead")
    north = world.people("north", 50, unit="Org/North", role="operator", manager="ana")
    south = world.people("south", 50, unit="Org/South", role="operator", manager="zoe")
    for number, login in enumerate(north + south):
        _data_course(world, login, number, leaves=number % 5 < 3)
    _pilots(world)
    for number, login in enumerate(north[:30] + south[:30]):
        _path_course(world, login, number, stops=number % 12 < 5)
    world.says("stranger", "completed", "course/data", at=ago(world, 50))
    _lots(world, folder, north + south)
    _audits(world, folder, north + south)
    world.flush()
    hold_back(world)
    again = Check(iri("assessment/later"), iri("assessment/check"))
    world.app.curriculum.replace(Check, [again])
    world.app.credentials.create("lms", ["statements/write", "state"])
    declare_programmes(world)
    declare_duties(world)
    world.refresh()
    course_to_take(world)
    check_to_answer(world)
    programmes(world)
    return world


def ago(world: World, days: float) -> datetime:
    return world.now - timedelta(days=days)


def declare_duties(world: World) -> None:
    """Operators must know of data protection; whoever is in North also the path, by regulation."""
    since = ago(world, 400).date()
    data = Requirement("data", "Data protection", since, (iri("course/data"),), valid_months=4)
    path = Requirement(
        requirement="path",
        name="Path",
        valid_from=since,
        things=(iri("course/path"),),
        units=("Org/North",),
        valid_months=12,
        regulated=True,
    )
    world.app.curriculum.replace(Requirement, [data, path])


def hold_back(world: World) -> None:
    """One broken record in the quarantine of the source `lms`."""
    from leadline.sources.records import Record

    for _ in Intake(world.app.log).take([Record("lms.jsonl:7", BROKEN)], "lms"):
        pass


def course_to_take(world: World) -> None:
    """The demo's cmi5 package, with Ben on it; after the refresh, so the facts know nothing yet."""
    package = read(io.BytesIO(mooring()), "application/zip")
    course = world.app.library.add(package, by="lead")
    world.app.enrolment.send(course, [world.key("north1")])


def check_to_answer(world: World) -> None:
    """A scheduled check of `course/data` that Ben was sent; the facts know nothing of it yet."""
    checks = world.app.checks
    knots = Question("Which knot holds?", ("Bowline", "Granny", "None"), (0,))
    before = Question("What do you look at before a lift?", ("Hook", "Weather", "Lunch"), (0, 1))
    content = Content("What you still know of data", (knots, before), 0.5)
    plan = Plan(iri("course/data"), iri("assessment/check"))
    quiz = checks.schedule(checks.draft(plan, content, "lead"))
    learned = ago(world, 16)
    opens, closes = window(learned, (14, 28), "UTC", "UTC")
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, quiz.key))
    asked = Invitation(key, quiz.key, world.key("north1"), 1, learned, opens, closes)
    checks.records.replan(quiz.key, [asked])
    assert checks.issue() == 1


def declare_programmes(world: World) -> None:
    """Data protection is to raise the audit score, costs money and is asked one question; pilots
    are to be competent in time, and of them nobody asks anything."""
    since, until = ago(world, 90).date(), ago(world, -90).date()
    data = Programme(
        programme="Data protection",
        valid_from=since,
        audience="compliance",
        courses=(iri("course/data"),),
        owner="Dov",
        goal="outcome",
        thing="urn:leadline:outcome:audit-score",
        target=90.0,
        due=until,
        worth=25.0,
        worth_low=20.0,
        worth_high=30.0,
        worth_source="finance, 2025",
    )
    pilots = Programme(
        programme="Pilots",
        valid_from=since,
        audience="employees",
        courses=(iri("course/pilot"),),
        owner="Ana",
        goal="competency",
        thing="pilot",
        target=60.0,
        due=until,
    )
    world.app.curriculum.replace(Programme, [data, pilots])
    design = Cost("Data protection", "design", 4000.0, "EUR", since, ago(world, 60).date())
    hours = Cost("Data protection", "learners' time", 30.0, "EUR", since, until, "hour")
    world.app.curriculum.replace(Cost, [design, hours])
    asks = "Do they know it, and does it last?"
    metrics = ("completion_rate", "first_attempt_pass_rate", "lasting")
    world.app.curriculum.replace(Asked, [Asked("Data protection", asks, metrics)])


def programmes(world: World) -> None:
    """The baseline of the data programme, frozen as it stood ten days ago."""
    lead = world.viewer("lead", Role.TRAINING_LEAD)
    door = Programmes(world.app, world.lens(lead))
    door.freeze(door.one("Data protection"), ago(world, 10).date())


def _data_course(world: World, login: str, number: int, *, leaves: bool) -> None:
    start = 80 - number % 30
    course = "course/data"
    world.says(login, "assigned", course, at=ago(world, start), result=None)
    stop = 195 + number % 10 if leaves else LENGTH_S
    seen = {
        f"{VIDEO_PROFILE}time": stop,
        f"{VIDEO_PROFILE}progress": round(stop / LENGTH_S, 3),
        f"{VIDEO_PROFILE}played-segments": f"0[.]{stop}",
    }
    world.says(
        login,
        "terminated" if leaves else "completed",
        "video/personal",
        at=ago(world, start - 1),
        course=course,
        result={"extensions": seen},
        context={"extensions": {f"{VIDEO_PROFILE}length": LENGTH_S}},
    )
    world.answers(
        login, "assessment/check", _options(number), at=ago(world, start - 1.9), course=course
    )
    world.attempts(
        login,
        "assessment/check",
        passed=number % 10 != 0,
        score=0.4 if number % 10 == 0 else 0.8,
        at=str(ago(world, start - 2)),
        course=course,
    )
    _again(world, login, number, start)
    world.says(login, "completed", course, at=ago(world, start - 3))


def _again(world: World, login: str, number: int, start: int) -> None:
    """Weeks later, outside the course, nine in ten are tested again and a third of it is gone."""
    if number % 10 != 7:
        score = (0.35 if number % 10 == 0 else 0.55) - 0.05 * (number % 3)
        passed = number % 10 > 1
        world.says(
            login,
            "passed" if passed else "failed",
            "assessment/later",
            at=ago(world, start - 2 - (15, 20, 26)[number % 3]),
            result={"score": {"scaled": score}, "success": passed},
        )


def _pilots(world: World) -> None:
    """Sixty pilots who came over a year, competent after 50 to 90 days; a few have left."""
    needs = Standard("pilot", date(2020, 1, 1), "course", iri("course/pilot"))
    world.app.curriculum.replace(Standard, [needs])
    link = Link(iri("question/q9"), "personal", iri("video/personal"))
    world.app.curriculum.replace(Link, [link])
    for number in range(60):
        came = ago(world, 30 + 6 * number)
        left = (came + timedelta(days=40)).date() if number % 15 == 14 else None
        login = f"pilot{number}"
        since = came.date().isoformat()
        world.person(login, unit="Org/Harbour", role="pilot", since=since, left_on=left)
        done = came + timedelta(days=50 + number * 7 % 40)
        if left is None and done < world.now:
            world.says(login, "completed", "course/pilot", at=done)


def _lots(world: World, folder: Path, learners: list[str]) -> None:
    """By lot every second one was offered coaching, a year ago, and it changed nothing."""
    everyone = learners + [f"pilot{number}" for number in range(60)]
    path = folder / "lots.csv"
    lines = [f"{login},{number % 2},0.5" for number, login in enumerate(everyone)]
    path.write_text("\n".join(["person_id,arm,chance", *lines]))
    lots = Lots("Coaching", lambda *_: (), iri("course/path"), on=ago(world, 300).date())
    for _ in Intake(world.app.log).take(TrialFile(path, lots), "lots"):
        pass


def _audits(world: World, folder: Path, learners: list[str]) -> None:
    """Everybody's audit score long ago and this week; those who took `course/data` gained eight."""
    lines = ["outcome,date,value,measure,better,person_id"]
    everyone = learners + [f"pilot{number}" for number in range(60)]
    for number, login in enumerate(everyone):
        score, gain = 70 + number * 7 % 13, 8 if login in learners else 0
        for days, value in ((500, score), (5, score + gain + number % 3)):
            lines.append(f"Audit score,{ago(world, days):%Y-%m-%d},{value},points,up,{login}")
    path = folder / "audits.csv"
    path.write_text("\n".join(lines) + "\n")
    for _ in Intake(world.app.log).take(OutcomeFile(path), "audits"):
        pass


def _options(number: int) -> dict[str, tuple[str, bool]]:
    """Ten questions, each harder than the one before; the last one's key is wrong: the able half
    choose b, which is right, and a is marked so."""
    able = number % 20
    given = {f"q{n}": (("a", True) if able >= 2 * n - 2 else ("b", False)) for n in range(1, 10)}
    return given | {"q10": ("b", False) if able >= 10 else ("a", True)}


def _path_course(world: World, login: str, number: int, *, stops: bool) -> None:
    start = 70 - number % 20
    world.says(login, "assigned", "course/path", at=ago(world, start))
    for position, name in enumerate(MODULES, start=1):
        definition: dict[str, Any] = {
            "type": IRI_OF_KIND["module"],
            "extensions": {"urn:leadline:extension:position": position},
        }
        world.says(
            login,
            "experienced",
            f"module/{name}",
            at=ago(world, start - position),
            course="course/path",
            definition=definition,
        )
        if stops and name == "third":
            return
    world.says(login, "completed", "course/path", at=ago(world, start - 8))


def logins(world: World) -> None:
    """One login a role; `lead` may also look as an analyst; `eve` has no role at all."""
    for login, (role, person) in LOGINS.items():
        user = User.objects.add(login, login.capitalize(), PASSWORD)
        key = world.key(person) if person else None
        Grant.objects.create(user=user, role=role.value, person=key)
    Grant.objects.create(user=User.objects.get(login="lead"), role=Role.ANALYST.value)
    User.objects.add("eve", "Eve", PASSWORD)
