"""Plant the demo world in an empty installation, by the same road that anybody's data takes."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from leadline.accounts.models import Grant, User
from leadline.app import App
from leadline.cmi5.package import ZIP, read
from leadline.curriculum import Check, Critical, Link, Standard
from leadline.demo import checks, customers, decided, duties, programmes, studies
from leadline.demo.course_package import mooring
from leadline.demo.courses import PLANTED
from leadline.demo.organisation import ROLES, TOP
from leadline.demo.statements import QUESTIONS
from leadline.demo.story import YEAR_DAYS, DemoFiles, critical_roles, delayed_checks, write
from leadline.privacy.viewer import Role
from leadline.sources.intake import Intake
from leadline.sources.people_csv import read_people
from leadline.sources.xapi_file import StatementFile

PASSWORD = "harbour-demo-2026"
MARKER = "demo.json"
LOGINS = {  # login: role, name to show; the manager and the learner are people of the organisation
    "lead": (Role.TRAINING_LEAD, "Ana, training lead"),
    "compliance": (Role.COMPLIANCE_OFFICER, "Dov, compliance officer"),
    "hr": (Role.HR_MANAGER, "Hilda, HR"),
    "manager": (Role.DEPARTMENT_MANAGER, ""),
    "learner": (Role.LEARNER, ""),
    "analyst": (Role.ANALYST, "Amir, analyst"),
    "admin": (Role.ADMINISTRATOR, "Ida, administrator"),
    "privacy": (Role.PRIVACY_OFFICER, "Pia, privacy officer"),
}
Tell = Callable[[str], None]


class NotEmpty(Exception):
    """The installation holds something else than the demo world."""


def planted(app: App) -> bool:
    """Whether the demo world is in place, whole."""
    return (app.settings.home / MARKER).exists()


def plant(app: App, until: date, tell: Tell) -> None:
    """Write the demo files, import them, count them and make a login per role.

    A planting that was cut off goes on when it is repeated with the same day. Raises NotEmpty
    where LEADLINE_HOME holds other people's statements."""
    begun = app.settings.home / "demo-begun"
    if not begun.exists() and app.log.head():
        raise NotEmpty(f"{app.settings.home} holds data already; choose another LEADLINE_HOME.")
    begun.touch()
    tell(f"writing a year of training, up to {until} …")
    files = write(app.settings.home / "demo-files", until)
    changes = app.directory.apply(read_people(files.people).rows)
    assert not changes.errors, changes.errors[:3]
    for name, path in files.statements.items():
        _take(app, name, path, tell)
    tell("importing customers, their academy and their tickets …")
    customers.bring(app, until)
    _course_to_take(app, files)
    _declare(app, until)
    _duties(app, until, tell)
    programmes.bring(app, files, until)
    studies.bring(app, files, until)
    tell("counting …")
    done = app.refresh()
    tell(f"{done.statements:,} statements about {done.people:,} people counted")
    checks.ask(app, until)
    app.refresh()
    programmes.freeze_baselines(app, until)
    _logins(app, files)
    tell("looking for findings …")
    app.survey(at_once=True)
    decided.decide(app, until)
    marker = {"until": until.isoformat(), "organisation": TOP}
    (app.settings.home / MARKER).write_text(json.dumps(marker))


def _take(app: App, source: str, path: Path, tell: Tell) -> None:
    for taken in Intake(app.log).take(StatementFile(path), source):
        if taken.received % 20_000 == 0:
            tell(f"importing {source}: {taken.received:,} statements")


def _course_to_take(app: App, files: DemoFiles) -> None:
    """A course that can be launched, for the learner's login and the section around them."""
    package = read(io.BytesIO(mooring()), ZIP)
    course = app.library.add(package, by="lead")
    lead, learner = (app.directory.key_of(each.number) for each in (files.lead, files.learner))
    assert lead is not None and learner is not None
    app.enrolment.send(course, {learner, *app.directory.team_of(lead)})


def _declare(app: App, until: date) -> None:
    """What new people of some roles need, and which video teaches the test of a planted course, and
    which test is the delayed check of which."""
    courses = {course.slug: course for course in PLANTED}
    since = until - timedelta(days=YEAR_DAYS)
    needed = courses["new-starter"].id
    standards = [Standard(role, since, "course", needed) for role in ROLES["Operations"]]
    app.curriculum.replace(Standard, standards)
    taught = courses["customer-data"]
    content, test = taught.lessons[-2], taught.lessons[-1]
    links = [
        Link(f"{taught.lesson_id(test)}/q{number}", "personal data", taught.lesson_id(content))
        for number in range(1, QUESTIONS + 1)
    ]
    app.curriculum.replace(Link, links)
    app.curriculum.replace(Check, delayed_checks())
    app.curriculum.replace(Critical, critical_roles())


def _duties(app: App, until: date, tell: Tell) -> None:
    """What people owe, the certificates that they hold, and one who left and came back."""
    people = duties.everybody(until)
    _take(app, "hr", duties.write(app.settings.home / "demo-files", until), tell)
    duties.come_back(app, people, until)
    duties.declare(app, people, until)


def _logins(app: App, files: DemoFiles) -> None:
    somebody = {"manager": files.lead, "learner": files.learner}
    for login, (role, name) in LOGINS.items():
        person = somebody.get(login)
        user = User.objects.filter(login=login).first()
        if user is None:
            user = User.objects.add(login, person.name if person else name, PASSWORD)
        key = app.directory.key_of(person.number) if person else None
        Grant.objects.update_or_create(user=user, role=role, unit="", defaults={"person": key})
