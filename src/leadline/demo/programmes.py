"""Five programmes of the demo world: what each is to change, what it costs, what is measured.

"Fire safety" truly raises the safety audit; its twin "First aid", with the same goal and the same
kinds of cost, changes nothing. Everything comes in by the files that anybody would bring."""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from leadline.actions.programmes import Programmes
from leadline.app import App
from leadline.curriculum import Cost, Programme, Question
from leadline.curriculum.rows import Row
from leadline.demo.courses import BASE
from leadline.demo.story import SEED, YEAR_DAYS, DemoFiles
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.curriculum_csv import read_list
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.store import System
from leadline.store.systems import OUTCOMES

AUDIT = "Safety audit"
RAISED_POINTS = 5.0  # by "Fire safety"; by its twin nothing
AUDITED_DAYS_BEFORE = (390, 375, 200, 100, 25)
BASELINE_DAYS_BEFORE = 150
WITH_BASELINE = ("Onboarding", "Compliance basics", "Customer education", "Fire safety")
BOOKING = "https://academy.harbour.example/courses/booking"  # of demo/customers.py
Line = Mapping[str, object]


def bring(app: App, files: DemoFiles, until: date) -> None:
    """Write the files of audits, programmes, costs and questions, and take them in."""
    folder = files.people.parent
    audits = OutcomeFile(_file(folder / "audits.csv", _audits(files, until)))
    app.sources.declare("audits", OUTCOMES)
    for _taken in Intake(app.log).take(audits, "audits"):
        pass
    app.systems.declare("audits", System.HR)
    app.systems.declare("help desk", System.TICKETS)
    for name, of, lines in (
        ("programmes", Programme, _programmes(until)),
        ("costs", Cost, _costs(until)),
        ("questions", Question, QUESTIONS),
    ):
        _list(app, _file(folder / f"{name}.csv", lines), of)


def freeze_baselines(app: App, until: date) -> None:
    """Freeze where the programmes stood before the last months, as their training lead would."""
    door = Programmes(app, Lens(app, Viewer("lead", Role.TRAINING_LEAD)))
    for name in WITH_BASELINE:
        door.freeze(door.one(name), until - timedelta(days=BASELINE_DAYS_BEFORE))


def _file(path: Path, lines: Iterable[Line]) -> Path:
    rows = list(lines)
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _list(app: App, path: Path, of: type[Row]) -> None:
    found = read_list(path, of)
    assert not found.refused, found.refused[:3]
    app.curriculum.replace(of, found.rows)


def _audits(files: DemoFiles, until: date) -> Iterable[Line]:
    """The work of everybody who was there long enough is audited now and then; of who has completed
    the one course it is better from then on."""
    rng = random.Random(f"{SEED}/audits")
    done = files.completed
    for person in files.staff:
        if not person.known_to_hr or (until - person.hired).days <= AUDITED_DAYS_BEFORE[0]:
            continue
        usual = rng.gauss(68, 7)
        for days in AUDITED_DAYS_BEFORE:
            day = until - timedelta(days=days)
            raised = person.number in done and done[person.number] < day
            value = usual + rng.gauss(0, 5) + (RAISED_POINTS if raised else 0.0)
            yield {
                "outcome": AUDIT,
                "date": day.isoformat(),
                "value": f"{min(max(value, 0.0), 100.0):.1f}",
                "measure": "points",
                "better": "up",
                "person_id": person.number,
            }


def _programmes(until: date) -> Sequence[Line]:
    since = (until - timedelta(days=YEAR_DAYS + 30)).isoformat()
    due = (until + timedelta(days=90)).isoformat()
    worth = {"worth": "6", "worth_low": "5", "worth_high": "7"}
    said = {**worth, "worth_source": "safety engineering, last year"}
    none = dict.fromkeys(said, "")

    def line(name: str, audience: str, slugs: str, goal: tuple[str, str, str], **rest: str) -> Line:
        return {
            "programme": name,
            "valid_from": since,
            "audience": audience,
            "courses": "; ".join(c if ":" in c else f"{BASE}/{c}" for c in slugs.split()),
            "owner": "Ana, training lead",
            "goal": goal[0],
            "thing": goal[1],
            "target": goal[2],
            "due": due,
            **none,
            **rest,
        }

    return (
        line("Onboarding", "employees", "new-starter", ("competency", "forklift operator", "21")),
        line(
            "Compliance basics",
            "compliance",
            "code-of-conduct information-security-basics data-protection-for-all",
            ("metric", "on_time_rate", "0.95"),
        ),
        line(
            "Customer education",
            "customers",
            BOOKING,
            ("contracts", BOOKING, "0.95"),
        ),
        line("Fire safety", "employees", "fire-safety", ("outcome", AUDIT, "71"), **said),
        line("First aid", "employees", "first-aid-at-work", ("outcome", AUDIT, "71"), **said),
    )


def _costs(until: date) -> Sequence[Line]:
    begun = until - timedelta(days=YEAR_DAYS)
    year = {"since": begun.isoformat(), "until": (begun + timedelta(days=365)).isoformat()}
    month = {"since": begun.isoformat(), "until": (begun + timedelta(days=30)).isoformat()}
    lines = (
        ("Onboarding", "design", 14_000, "whole", month),
        ("Onboarding", "learners' time", 31, "hour", year),
        ("Compliance basics", "licences", 4, "learner", year),
        ("Compliance basics", "learners' time", 34, "hour", year),
        ("Customer education", "design", 9_000, "whole", month),
        ("Fire safety", "design", 12_000, "whole", month),
        ("Fire safety", "drills", 14_000, "whole", year),
        ("Fire safety", "learners' time", 33, "hour", year),
        ("First aid", "design", 12_000, "whole", month),
        ("First aid", "instructors", 6_000, "whole", year),
        ("First aid", "learners' time", 33, "hour", year),
    )
    return tuple(
        {"programme": name, "kind": kind, "amount": amount, "currency": "EUR", "per": per, **days}
        for name, kind, amount, per, days in lines
    )


QUESTIONS: Sequence[Line] = (
    {
        "programme": "Compliance basics",
        "question": "Is everybody trained in time, and do they pass?",
        "metrics": "on_time_rate; first_attempt_pass_rate; overdue_rate",
    },
    {
        "programme": "Fire safety",
        "question": "Is the yard safer for it?",
        "metrics": "first_attempt_pass_rate; completion_rate; lasting",
    },
)
