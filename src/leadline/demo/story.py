"""What happens in the demo year: who takes which course when, and where planted effects bite."""

import gzip
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from leadline.curriculum import Check, Critical
from leadline.demo.courses import CLIFF_S, PLANTED, Course, Lesson, catalogue
from leadline.demo.organisation import Person, organisation, people_csv
from leadline.demo.statements import LEADLINE, TYPES, VERBS, Said, Voice

SEED = 20_260_301
YEAR_DAYS = 360
CHANGED_DAYS = 150  # before the end: some courses were changed, of which one is quicker since
PLANTED_OVER_DAYS = 40  # planted groups of exactly 100 are over, so that nobody is still active
SECOND_TRY_SHARE = 0.9
NEVER_STARTED_SHARE = 0.08
SYSTEMS = ("lms", "video", "tests")
AUDITED = "fire-safety"  # who has completed it does better in the safety audit
BROKEN = (
    b'{"actor":{"mbox":"ana@harbour.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},"object":{"id":"https://learn.harbour.example/courses/fire-safety"}}',
    b'{"actor":{"mbox":"mailto:nobody@harbour.example"},"verb":{"id":"completed"},"object":{"id":"https://learn.harbour.example/courses/fire-safety"}}',
    b'{"actor":{"mbox":"mailto:nobody@harbour.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/scored"},"object":{"id":"https://learn.harbour.example/courses/fire-safety"},"result":{"score":{"scaled":87}}}',
    b'{"actor":{"mbox":"mailto:nobody@harbour.example"},"verb":{"id":"http://adlnet.gov/expapi/verbs/scored"},"obj',
)


@dataclass(frozen=True)
class DemoFiles:
    """What the generator wrote: the HR export and one statement file a system."""

    people: Path
    statements: dict[str, Path]
    learner: Person  # somebody with a full record, for the learner's login
    lead: Person  # a section manager with a team, for the manager's login
    staff: list[Person]
    completed: Mapping[str, date]  # of the course AUDITED: the day, by number


def write(folder: Path, until: date) -> DemoFiles:
    """Write the demo world that ends on `until` (start of that day, UTC).

    The same `until` gives the same bytes; another day gives the same world, moved in time."""
    rng = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    people = organisation(rng, until)
    (folder / "people.csv").write_text(people_csv(people))
    completed: dict[str, date] = {}
    files = {name: folder / f"{name}.jsonl.gz" for name in SYSTEMS}
    encode = msgspec.json.Encoder().encode
    end = _midnight(until)
    with ExitStack() as stack:
        out = {name: stack.enter_context(_gzip(path)) for name, path in files.items()}
        for broken in BROKEN:
            out["lms"].write(broken + b"\n")
        for course in catalogue(rng):
            for said in _year(random.Random(f"{SEED}/{course.slug}"), course, people, end):
                out[said.system].write(encode(said.statement) + b"\n")
                if course.slug == AUDITED and _completes(course, said):
                    _note(completed, said)
    lead = next(p for p in people if p.role == "section manager" and p.unit.endswith("Terminal 2"))
    learner = next(p for p in people if p.manager == lead.number and p.known_to_hr)
    return DemoFiles(folder / "people.csv", files, learner, lead, people, completed)


def _completes(course: Course, said: Said) -> bool:
    statement = said.statement
    whole = statement["object"]["id"] == course.id
    return bool(whole and statement["verb"]["id"] == VERBS["completed"])


def _note(completed: dict[str, date], said: Said) -> None:
    """Whose completion it is: the number stands in the address."""
    number = said.statement["actor"]["mbox"].partition("@")[0].rpartition(".")[2]
    completed.setdefault(number, said.at.date())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _gzip(path: Path) -> gzip.GzipFile:
    return gzip.GzipFile(filename="", mode="wb", fileobj=path.open("wb"), compresslevel=3, mtime=0)


def _year(
    rng: random.Random, course: Course, people: list[Person], end: datetime
) -> Iterator[Said]:
    """Every statement of a course that happened before the end."""
    takers = _takers(rng, course, people, end)
    for rank, (person, start) in enumerate(takers):
        told = list(_takes(Voice(rng, person, course, _pace(course, start, end)), rank, start))
        if rank % 100 < course.planted.again:
            told += _again(person, course, told)
        yield from (said for said in told if said.at < end)


def _pace(course: Course, start: datetime, end: datetime) -> float:
    """How long the pauses are, of what they were before the course was changed."""
    changed = end - timedelta(days=CHANGED_DAYS)
    return course.planted.pace if start >= changed else 1.0


def _again(person: Person, course: Course, told: list[Said]) -> Iterator[Said]:
    """Two to four weeks after the first test, with chance of its own: the rest stays as it is."""
    chance = random.Random(f"{SEED}/{course.slug}/{person.number}")
    scores = [(said.at, said.statement.get("result", {}).get("score")) for said in told]
    for at, score in [(at, score) for at, score in scores if score][:1]:
        later = at + timedelta(days=chance.choice((15, 18, 21, 24, 27)))
        yield Voice(chance, person, course).sits_again(later, score["raw"])


def delayed_checks() -> list[Check]:
    """What the demo's organisation has declared: which check is that of which test."""
    return [
        Check(course.again_id, course.lesson_id(course.lessons[-1]))
        for course in PLANTED
        if course.planted.again
    ]


def critical_roles() -> list[Critical]:
    """The roles in which forgetting is a risk."""
    return [Critical(role) for course in PLANTED if course.planted.fades for role in course.roles]


def _takers(
    rng: random.Random, course: Course, people: list[Person], end: datetime
) -> list[tuple[Person, datetime]]:
    """Who takes the course, in random order, and when each begins."""
    known = [p for p in people if p.known_to_hr]
    old_hands = [p for p in known if (end.date() - p.hired).days > YEAR_DAYS]
    planted = course.planted.exits or course.planted.fails
    if course.roles:
        people = [person for person in known if person.role in course.roles]
    if course.new_starters:
        fresh = [p for p in known if (end.date() - p.hired).days <= YEAR_DAYS]
        pool = rng.sample(fresh, min(course.learners, len(fresh)))
        first_day = timedelta(hours=8)
        return [
            (p, _midnight(p.hired) + first_day + timedelta(days=rng.randint(1, 10))) for p in pool
        ]
    pool = rng.sample(old_hands if planted else people, course.learners)
    newest = PLANTED_OVER_DAYS if planted else 3
    starts = []
    for person in pool:
        days = rng.randint(newest, YEAR_DAYS)
        start = end - timedelta(days=days, seconds=-rng.randint(7 * 3600, 18 * 3600))
        starts.append((person, max(start, _midnight(person.hired) + timedelta(hours=9))))
    return starts


def _takes(voice: Voice, rank: int, start: datetime) -> Iterator[Said]:
    """One person's way through the course, from enrolment to certificate or to where it ends."""
    rng, course = voice.rng, voice.course
    yield _enrols(voice, start)
    whole = course.planted.exits or course.planted.fails
    if not whole and rng.random() < NEVER_STARTED_SHARE:
        return
    clock = start + timedelta(hours=rng.uniform(0.2, 60))
    yield voice.about_course(clock, "logged-in")
    skips = rank < course.planted.unopened
    for index, lesson in enumerate(course.lessons):
        if lesson.kind == "quiz":
            yield from _tests(voice, rank, clock, lesson)
            return
        if not skips:
            for said in _studies(voice, rank, clock, lesson):
                yield said
                clock = said.at
        if _leaves(voice, rank, index):
            return
        clock += voice.pace * _pause(rng, course)


def _enrols(voice: Voice, start: datetime) -> Said:
    due = voice.course.due_days
    if not due:
        return voice.about_course(start, "registered")
    due_at = (start + timedelta(days=due)).isoformat(timespec="milliseconds")
    context = {"extensions": {f"{LEADLINE}due-at": due_at}}
    return voice.about_course(start, "registered", context=context)


def _pause(rng: random.Random, course: Course) -> timedelta:
    if course.new_starters:
        return timedelta(days=rng.uniform(0.6, 4))
    if rng.random() < 0.7:
        return timedelta(seconds=rng.uniform(20, 600))
    return timedelta(hours=rng.uniform(15, 80))


def _leaves(voice: Voice, rank: int, index: int) -> bool:
    planted = voice.course.planted
    if index == planted.leave_at:
        return rank % 20 < 7  # exactly 35 in 100 of the order in which they were drawn
    return voice.rng.random() < voice.course.drop


def _studies(voice: Voice, rank: int, at: datetime, lesson: Lesson) -> Iterator[Said]:
    if lesson.kind == "page":
        return voice.reads(at, lesson)
    return voice.watches(at, lesson, _exit_s(voice, rank, lesson))


def _exit_s(voice: Voice, rank: int, lesson: Lesson) -> float:
    """Where this viewer leaves this video, in seconds of the video."""
    rng, length, exits = voice.rng, float(lesson.length_s), voice.course.planted.exits
    last = [step for step in voice.course.lessons if step.kind == "video"][-1]
    if exits and lesson is last and rank < 60:
        match exits:
            case "cliff":
                return CLIFF_S + rng.uniform(-5, 5)
            case "even":
                return rng.uniform(0.06, 0.94) * length
            case _:
                return length - rng.uniform(4, 18)
    return rng.uniform(0.06, 0.94) * length if rng.random() < 0.15 else length


def _tests(voice: Voice, rank: int, at: datetime, lesson: Lesson) -> Iterator[Said]:
    """Up to three attempts at the test; a pass completes the course and may certify."""
    rng, course = voice.rng, voice.course
    first = (
        rank >= course.planted.fails if course.planted.fails else rng.random() < course.pass_rate
    )
    clock = at
    for attempt in range(3):
        passed = first if attempt == 0 else rng.random() < 0.88
        for said in voice.sits(clock, lesson, passed):
            yield said
            clock = said.at
        if passed:
            yield from _finishes(voice, clock + timedelta(seconds=2))
            return
        if rng.random() > SECOND_TRY_SHARE:
            return
        clock += timedelta(hours=rng.uniform(3, 100))


def _finishes(voice: Voice, at: datetime) -> Iterator[Said]:
    course = voice.course
    yield voice.about_course(at, "completed", result={"completion": True})
    if not course.due_days:
        return
    expires = at.replace(year=at.year + 1, day=min(at.day, 28)).isoformat(timespec="milliseconds")
    certificate = {
        "id": f"{course.id}/certificate",
        "definition": {"type": TYPES["certificate"], "name": {"en": f"{course.name} certificate"}},
    }
    context = {
        "contextActivities": {"parent": [voice.course_object()]},
        "extensions": {f"{LEADLINE}expires-at": expires},
    }
    later = at + timedelta(seconds=3)
    yield voice.said(later, "lms", "earned", object=certificate, context=context)
