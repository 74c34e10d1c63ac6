"""Forty-one courses of the demo world, the effects planted in some of them, and their null twins.

Some courses carry an effect that the product must find; beside each effect stands a twin without
it, in which the product must claim nothing. The rest is everyday training."""

import random
from dataclasses import dataclass, field

BASE = "https://learn.harbour.example/courses"
FADED = 0.65  # what is kept for weeks in a role that forgets
CLIFF_S = 200  # 3:20, where 60 of 100 leave the planted video


@dataclass(frozen=True)
class Lesson:
    """One step of a course. Kind page, video or quiz; `length_s` is playing or reading time."""

    slug: str
    name: str
    kind: str
    length_s: int = 180


@dataclass(frozen=True)
class Planted:
    """What was planted in a course. Empty: everyday training."""

    exits: str = ""  # how viewers leave the last video: cliff, even or credits
    fails: int = 0  # how many of exactly 100 fail the quiz the first time
    unopened: int = 0  # how many of those never opened the content before it
    miskeyed: int = 0  # number of the test's question whose key is wrong; 0: none
    again: int = 0  # how many of 100 are tested again two to four weeks later
    kept: float = 1.0  # chance that what they knew is still known then
    fades: str = ""  # a role in which only FADED of it is; the others are its null twin
    leave_at: int = -1  # index of the lesson after which a third of the learners leave
    pace: float = 1.0  # pauses between lessons since the course was changed, of those before


@dataclass(frozen=True)
class Course:
    """A course, its steps in order and how many people take it in the year."""

    slug: str
    name: str
    lessons: tuple[Lesson, ...]
    learners: int
    due_days: int | None = None
    pass_rate: float = 0.82
    drop: float = 0.03  # chance of leaving after any one lesson
    planted: Planted = field(default_factory=Planted)
    new_starters: bool = False
    roles: tuple[str, ...] = ()  # who takes it; empty: everybody

    @property
    def id(self) -> str:
        return f"{BASE}/{self.slug}"

    @property
    def again_id(self) -> str:
        """The delayed check of its test, which is no part of the course."""
        return f"{self.id}/weeks-later"

    def lesson_id(self, lesson: Lesson) -> str:
        return f"{self.id}/{lesson.slug}"


def _course(slug: str, name: str, steps: str, **rest: object) -> Course:
    """`steps`: one line a lesson, `p|v|q name`, where v may carry its length as `v 420 name`."""
    kinds = {"p": "page", "v": "video", "q": "quiz"}
    lessons = []
    for number, line in enumerate(filter(None, map(str.strip, steps.splitlines())), start=1):
        kind, _, name_part = line.partition(" ")
        length = 180
        if kind == "v":
            seconds, _, name_part = name_part.partition(" ")
            length = int(seconds)
        lessons.append(Lesson(f"{number:02d}", name_part, kinds[kind], length))
    return Course(slug, name, tuple(lessons), **rest)  # type: ignore[arg-type]


def _video_course(slug: str, who: str, planted: Planted) -> Course:
    steps = f"""
        p Why {who} data needs care
        v 180 Video 1: Where the data comes from
        v 240 Video 2: Who may see it
        v 520 Video 3: What counts as personal data
        q Check: {who} data
    """
    name = f"Handling {who} data"
    return _course(slug, name, steps, learners=100, drop=0.0, planted=planted)


def _safety_course(slug: str, name: str, planted: Planted) -> Course:
    steps = f"""
        p Before you start
        p The daily check
        p Loads and limits
        q {name}: theory test
    """
    return _course(
        slug, name, steps, learners=100, due_days=30, drop=0.0, planted=planted, pass_rate=0.6
    )


def _path_course(slug: str, name: str, planted: Planted, **rest: object) -> Course:
    steps = """
        p Module 1: Welcome on board
        p Module 2: How we are organised
        v 300 Module 3: Safe from the first day
        p Module 4: Your tools and accounts
        p Module 5: Time and expenses
        p Module 6: Working with customers
        v 240 Module 7: Speaking up
        p Module 8: Your first goals
        q Module 9: Final check
    """
    return _course(slug, name, steps, planted=planted, drop=0.025, **rest)


def _lashing_course() -> Course:
    steps = """
        p Why loads shift
        p Lashing points and straps
        q Lashing and securing: test
    """
    planted = Planted(again=95, fades="dock worker")
    roles = ("dock worker", "forklift operator")
    name = "Lashing and securing"
    return _course("lashing", name, steps, learners=140, drop=0.0, planted=planted, roles=roles)


PLANTED = (
    _video_course("customer-data", "customer", Planted(exits="cliff", again=12, kept=0.5)),
    _video_course("supplier-data", "supplier", Planted(exits="even", again=92)),
    _video_course("employee-data", "employee", Planted(exits="credits", again=92, kept=0.7)),
    _safety_course("forklift", "Forklift safety", Planted(fails=40, miskeyed=4)),
    _safety_course("ladders", "Working at height", Planted(fails=40, unopened=35)),
    _path_course(
        "new-starter", "New starter path", Planted(leave_at=4), learners=210, new_starters=True
    ),
    _path_course("new-leader", "New leader path", Planted(pace=0.25), learners=210),
    _lashing_course(),
)

EVERYDAY = """
Code of conduct|900|60
Information security basics|1000|45
Fire safety|1100|30
Manual handling|420|30
First aid at work|260|60
Medication safety|150|45
Dangerous goods awareness|360|45
Crane signals|220|60
Confined spaces|160|45
Electrical isolation|190|45
Rail yard rules|280|30
Cold store safety|260|30
Noise and hearing|300|60
Chemical handling|240|45
Incident reporting|420|60
Anti-bribery|380|45
Competition law|180|60
Trade sanctions|170|60
Data protection for all|950|45
Phishing awareness|880|30
Customer promise|300|0
Difficult conversations|220|0
Account planning|120|0
Pricing basics|110|0
Contract basics|140|0
Shift planning|130|0
Lean in the yard|190|0
Marine weather|150|0
Hydraulics 1|140|0
Hydraulics 2|120|0
Infection control|200|45
Wellbeing at work|310|0
Inclusive teams|330|0
""".strip()


def everyday(rng: random.Random) -> list[Course]:
    """The courses without a planted effect, with their differences drawn from the seed."""
    courses = []
    for line in EVERYDAY.splitlines():
        name, learners, due = line.split("|")
        slug = name.lower().replace(" ", "-")
        steps = [f"p {name}: the essentials"]
        for number in range(1, rng.randint(1, 3) + 1):
            kind = f"v {rng.randrange(150, 420, 10)}" if rng.random() < 0.45 else "p"
            steps.append(f"{kind} {name}: part {number}")
        steps.append(f"q {name}: test")
        courses.append(
            _course(
                slug,
                name,
                "\n".join(steps),
                learners=int(learners),
                due_days=int(due) or None,
                pass_rate=rng.uniform(0.74, 0.92),
                drop=rng.uniform(0.015, 0.05),
            )
        )
    return courses


def catalogue(rng: random.Random) -> list[Course]:
    """All of them."""
    return [*PLANTED, *everyday(rng)]
