"""Two trials and a year of safety violations in the demo world.

By lot half of 600 people were offered toolbox talks, which raise the hand-over check; half of the
same people see posters, which change nothing. Who has completed "Fire safety" has half as many
violations from the next day on; its twin "First aid" changes none. All comes in by files."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from leadline.app import App
from leadline.demo.organisation import Person
from leadline.demo.story import SEED, YEAR_DAYS, DemoFiles
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.trial_csv import Lots, TrialFile
from leadline.store.systems import OUTCOMES

CHECK, VIOLATION = "Hand-over check", "Safety violation"
TALKS, POSTERS = "Toolbox talks", "Poster campaign"
RAISED_POINTS = 4.0  # by being offered the talks
FEWER = 0.5  # times as many violations, once trained
PEOPLE_DRAWN = 600
DRAWN_DAYS_BEFORE = 120
CHECKED_DAYS_BEFORE = (150, 40)
A_MONTH = 0.06  # violations of an untrained person, on average
MONTH_DAYS = 30


def bring(app: App, files: DemoFiles, until: date) -> None:
    """Write the files, and take them in: the lots before anything that they may change."""
    rng = random.Random(f"{SEED}/studies")
    folder = files.people.parent
    staff = [p for p in files.staff if p.known_to_hr and (until - p.hired).days > YEAR_DAYS]
    people = sorted(rng.sample(staff, min(PEOPLE_DRAWN, len(staff))), key=lambda p: p.number)
    offered = {name: _lot(rng, people) for name in (TALKS, POSTERS)}
    for name, chosen in offered.items():
        path = _file(folder / f"{name}.csv", ("person_id", "arm"), _arms(people, chosen))
        day = until - timedelta(days=DRAWN_DAYS_BEFORE)
        lots = Lots(name, lambda _unit, _day: (), chance=0.5, on=day)
        for _taken in Intake(app.log).take(TrialFile(path, lots), "lots"):
            pass
    columns = ("outcome", "date", "value", "measure", "better", "person_id")
    checks = _checks(rng, people, offered[TALKS], until)
    violations = _violations(rng, staff, files, until)
    path = _file(folder / "safety.csv", columns, [*checks, *violations])
    app.sources.declare("safety", OUTCOMES)
    for _taken in Intake(app.log).take(OutcomeFile(path), "safety"):
        pass


def _lot(rng: random.Random, people: Sequence[Person]) -> frozenset[str]:
    return frozenset(person.number for person in rng.sample(people, len(people) // 2))


def _arms(people: Sequence[Person], chosen: frozenset[str]) -> Iterable[tuple[str, str]]:
    return ((p.number, "offered" if p.number in chosen else "control") for p in people)


def _checks(
    rng: random.Random, people: Sequence[Person], talked: frozenset[str], until: date
) -> Iterable[tuple[str, ...]]:
    """Each is checked before the draw and after it."""
    for person in people:
        usual = rng.gauss(70, 8)
        for days in CHECKED_DAYS_BEFORE:
            after = days < DRAWN_DAYS_BEFORE
            raised = RAISED_POINTS if after and person.number in talked else 0.0
            value = f"{usual + raised + rng.gauss(0, 4):.1f}"
            day = (until - timedelta(days=days)).isoformat()
            yield CHECK, day, value, "points", "up", person.number


def _violations(
    rng: random.Random, staff: Sequence[Person], files: DemoFiles, until: date
) -> Iterable[tuple[str, ...]]:
    """Some people have several; from the day after the course there are fewer."""
    for person in staff:
        own = rng.gammavariate(2, 0.5) * A_MONTH / MONTH_DAYS
        trained = files.completed.get(person.number, until)
        for days in range(YEAR_DAYS, 0, -1):
            day = until - timedelta(days=days)
            if rng.random() < own * (FEWER if day > trained else 1.0):
                yield VIOLATION, day.isoformat(), "1", "", "down", person.number


def _file(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
