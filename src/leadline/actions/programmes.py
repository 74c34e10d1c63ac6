"""Programmes as one viewer may see them: where each stands, against its target and its baseline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from leadline.actions.frozen import Archive, Figure, Frozen, figure, freeze
from leadline.curriculum import Curriculum, Programme, Question
from leadline.curriculum.programmes import in_force
from leadline.metrics import Area, Gate, Metric, catalogue
from leadline.metrics.retention import VERSION as LASTING_VERSION
from leadline.privacy.keeper import Ahead
from leadline.privacy.lens import Lens, Parts
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import Forbidden, NotThere, TooFine
from leadline.stats.intervals import Interval, difference_of
from leadline.stats.refusal import Refused

MEDIAN = "half of them by then"
OUTCOMES_MAX = 8  # beside the goal
WINDOW_DAYS = 180  # before the day asked as of: what counts as "now", and as the baseline
COMPETENCY, CONTRACTS, LASTING = "competency", "contracts", "lasting"
LEVEL = "outcome_level"
# What a programme is measured by where nobody has said what they want to know of it.
USUAL = (
    *(LASTING, "completers_rechecked", "certified_rate", "first_attempt_pass_rate"),
    *("average_score", "completion_rate", "on_time_rate", "active_time", "enrolments"),
)


class Rung(IntEnum):
    """What a figure is about, in the order in which it matters (MISSION S036)."""

    OUTCOME = 1
    RETENTION = 2
    ASSESSMENT = 3
    ACTIVITY = 4


@dataclass(frozen=True)
class Tile:
    """A figure of a programme. goal: it is what the programme is to change; then: the same figure
    of the baseline; change: from then to now; None: one of the two is not known."""

    rung: Rung
    now: Figure
    goal: bool = False
    then: Figure | None = None
    change: Interval | None = None


@dataclass(frozen=True)
class Moved:
    """A figure of the baseline that would be another today: late or corrected records.

    now: None where so few people make the difference that it would tell of them."""

    then: Figure
    now: Figure | None


class House(Parts, Protocol):
    """The parts of the application that programmes need."""

    @property
    def curriculum(self) -> Curriculum: ...
    @property
    def archive(self) -> Archive: ...


class Programmes:
    """The declared programmes through one viewer's lens."""

    def __init__(self, house: House, lens: Lens) -> None:
        self._house, self._lens = house, lens
        self.may_declare = Deed.DECLARE in lens.rules.deeds

    @cached_property
    def all(self) -> list[Programme]:
        """Every programme in the version of today; declared, so that it tells of nobody."""
        return in_force(self._house.curriculum.rows(Programme), self.today)

    @cached_property
    def today(self) -> date:
        """The day asked as of, in the reporting zone."""
        return self._lens.now.astimezone(ZoneInfo(self._lens.zone)).date()

    def one(self, name: str) -> Programme:
        """NotThere: no such programme is declared today."""
        for programme in self.all:
            if programme.programme == name:
                return programme
        raise NotThere("There is no such programme.")

    def questions(self, programme: Programme) -> list[Question]:
        """What is asked of it."""
        rows = self._house.curriculum.rows(Question)
        return [row for row in rows if row.programme == programme.programme]

    def tiles(self, programme: Programme, *, more: bool = False) -> list[Tile]:
        """Where it stands, what matters most first. Only what answers its questions (MISSION S037);
        more: also what programmes are usually measured by. What is closed is absent."""
        asked = [name for each in self.questions(programme) for name in each.metrics]
        names = dict.fromkeys([*asked, *(self._usual() if more or not asked else ())])
        base = self.baseline(programme)
        then = {_key(each): each for each in base.figures} if base else {}
        found = [
            _tile(now, goal=n == 0 and _is_goal(now, programme), then=then.get(_key(now)))
            for n, now in enumerate(measured(self._lens, programme, list(names)))
            if n == 0 or now.metric in asked or not _nothing(now)
        ]
        return sorted(found, key=lambda tile: (tile.rung, not tile.goal))

    def goal(self, programme: Programme) -> Tile | None:
        """Where it stands in what it is to change; None: closed to the viewer."""
        base = self.baseline(programme)
        then = {_key(each): each for each in base.figures} if base else {}
        for now in measured(self._lens, programme, []):
            return _tile(now, goal=True, then=then.get(_key(now)))
        return None

    def baseline(self, programme: Programme) -> Frozen | None:
        """The figures frozen last, as far as the viewer may see them."""
        found = self._house.archive.of(self._lens, _subject(programme))
        return found[0] if found else None

    def moved(self, programme: Programme, base: Frozen) -> list[Moved]:
        """What the baseline would be if it were made of all that is known today."""
        if isinstance(self._lens, Ahead):  # nobody looks, and the lens made here would write looks
            return []
        then = Lens(self._house, self._lens.viewer, self._lens.purpose, base.as_of)
        names = [each.asked.get("outcome", each.metric) for each in base.figures]
        again = {_key(each): each for each in measured(then, programme, names)}
        pairs = ((each, again.get(_key(each))) for each in base.figures)
        return [
            Moved(old, new if _tells_of_many(old, new, self._lens.smallest) else None)
            for old, new in pairs
            if new is not None and (old.estimate, old.n) != (new.estimate, new.n)
        ]

    def freeze(self, programme: Programme, on: date) -> Frozen:
        """Freeze the figures as they stood at the end of a day, as its baseline from now on.

        ValueError: the day is not over, or nothing is known of it. Raises Forbidden."""
        self.insist()
        zone = ZoneInfo(self._lens.zone)
        end = datetime.combine(on + timedelta(days=1), time(), zone)
        if end > self._lens.now:
            raise ValueError(f"{on} is not over; take a day before {self.today}.")
        then = Lens(self._house, self._lens.viewer, self._lens.purpose, end)
        asked = [name for each in self.questions(programme) for name in each.metrics]
        names = list(dict.fromkeys([*asked, *self._usual()]))
        kept = [each for each in measured(then, programme, names) if each.estimate is not None]
        if not kept:
            raise ValueError(f"Nothing is known yet of {programme.programme} on {on}.")
        words = f"Where did {programme.programme} stand on {on}?"
        frozen = freeze(then, _subject(programme), words, kept)
        self._house.archive.keep(self._lens, frozen)
        return frozen

    def _usual(self) -> list[str]:
        """What programmes are measured by, and every outcome that anybody is measured in."""
        try:
            outcomes = [each.outcome for each in self._lens.outcomes()]
        except Forbidden:
            outcomes = []
        return [*outcomes[:OUTCOMES_MAX], *USUAL]

    def insist(self) -> None:
        """Raise Forbidden where the role may not declare programmes."""
        if not self.may_declare:
            raise Forbidden(f"As {self._lens.viewer.role} one may not {Deed.DECLARE}.")


def where(programme: Programme) -> dict[str, str | None]:
    """The filters that ask for a programme and the people it is for."""
    people = {"unit": programme.unit, "role": programme.role}
    return {"programme": programme.programme, **{k: v for k, v in people.items() if v}}


def measured(lens: Lens, programme: Programme, names: Sequence[str]) -> Iterator[Figure]:
    """The goal, then the metrics named, over the WINDOW_DAYS before the lens's instant.

    names: of metrics, activity ids of outcomes, or LASTING: what was left at the delayed checks.
    Names that mean nothing, and what is closed to the viewer, are left out."""
    goal = _goal(lens, programme)
    if goal is not None:
        yield goal
    for name in names:
        if name == LASTING:
            found = _lasting(lens, programme)
        elif ":" in name:
            found = _metric(lens, programme, LEVEL, outcome=name)
        else:
            found = _metric(lens, programme, name) if name != LEVEL else None
        if found is not None and (goal is None or _key(found) != _key(goal)):
            yield found


def _goal(lens: Lens, programme: Programme) -> Figure | None:
    if programme.goal == "outcome":
        return _metric(lens, programme, LEVEL, outcome=programme.thing)
    if programme.goal == "metric":
        return _metric(lens, programme, programme.thing)
    if programme.goal == CONTRACTS:
        return _contracts(lens, programme)
    return _competency(lens, programme)


def _competency(lens: Lens, programme: Programme) -> Figure | None:
    """Mean days, everybody counted who came into the role; the median until a mean is known."""
    try:
        found = lens.competency(programme.thing)
    except Forbidden:
        return None
    if found is None:
        return _unknown(COMPETENCY, "days", "too few people came into the role")
    mean, median = found.whole.mean, found.whole.median
    if isinstance(mean, Interval):
        return _interval(COMPETENCY, found.version, "days", mean, found.whole.people)
    if isinstance(median, Refused) or median.estimate is None:
        return _unknown(COMPETENCY, "days", mean.reason)
    return Figure(
        metric=COMPETENCY,
        definition=found.version,
        unit="days",
        estimate=median.estimate,
        low=median.low,
        high=median.high,
        n=found.whole.people,
        method=median.method,
        note=MEDIAN,
    )


def _contracts(lens: Lens, programme: Programme) -> Figure | None:
    """The share of trained accounts that stayed; n counts accounts."""
    try:
        found = lens.contracts().get(programme.thing)
    except Forbidden:
        return None
    if found is None:
        return _unknown(CONTRACTS, "share", "too few accounts were trained, or too few were not")
    share = found.trained.share
    if isinstance(share, Refused):
        return _unknown(CONTRACTS, "share", share.reason)
    return _interval(CONTRACTS, found.version, "share", share, found.trained.accounts)


def _metric(lens: Lens, programme: Programme, name: str, **more: str) -> Figure | None:
    if name not in catalogue():
        return None
    since = lens.now - timedelta(days=WINDOW_DAYS)
    asked = {**where(programme), **more}
    try:
        found = lens.measure(name, where=asked, since=since)
    except (Forbidden, TooFine):
        return None
    return figure(found.result)


def _lasting(lens: Lens, programme: Programme) -> Figure | None:
    """Of its delayed checks the one at which least was left."""
    try:
        checks = lens.lasting().values()
    except Forbidden:
        return None
    known = [
        (each.ratio, each)
        for each in checks
        if each.course in programme.courses and isinstance(each.ratio, Interval)
    ]
    if not known:
        return _unknown(LASTING, "share", "no delayed check has been taken by enough people")
    ratio, least = min(known, key=lambda pair: pair[0].estimate)
    return _interval(LASTING, LASTING_VERSION, "share", ratio, least.tested)


def _interval(name: str, version: int, unit: str, found: Interval, people: int) -> Figure:
    return Figure(
        metric=name,
        definition=version,
        unit=unit,
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        n=people,
        method=found.method,
    )


def _unknown(name: str, unit: str, why: str) -> Figure:
    return Figure(metric=name, definition=1, unit=unit, gate=Gate.LOW_N, note=why)


def _tile(now: Figure, *, goal: bool, then: Figure | None) -> Tile:
    rung = Rung.OUTCOME if goal else rung_of(now.metric)
    one, two = _known(now), _known(then) if then else None
    alike = then is not None and now.note == then.note  # never a mean less a median
    change = difference_of(one, two) if one and two and alike else None
    return Tile(rung, now, goal, then, change)


def rung_of(name: str) -> Rung:
    """What a metric tells of: outcomes, what lasted, what was shown in tests, or doing."""
    if name in (COMPETENCY, CONTRACTS, LEVEL):
        return Rung.OUTCOME
    if name in (LASTING, "completers_rechecked"):
        return Rung.RETENTION
    return Rung.ACTIVITY if _doing(catalogue()[name]) else Rung.ASSESSMENT


def _doing(metric: Metric) -> bool:
    return metric.activity or metric.area in (Area.LEARNER_BEHAVIOUR, Area.PROGRAMME_TRENDS)


def _known(each: Figure) -> Interval | None:
    if each.estimate is None or each.low is None or each.high is None:
        return None
    return Interval(each.estimate, each.low, each.high, each.method or "")


def _nothing(each: Figure) -> bool:
    """Whether nothing is recorded: not withheld, not too early, just not there."""
    return each.estimate is None and not each.n and each.gate is Gate.LOW_N


def _key(each: Figure) -> tuple[str, str]:
    """What is measured, whenever: the same figure of another time has the same."""
    return each.metric, each.asked.get("outcome", "")


def _is_goal(each: Figure, programme: Programme) -> bool:
    names = {"outcome": LEVEL, COMPETENCY: COMPETENCY, CONTRACTS: CONTRACTS}
    return each.metric == names.get(programme.goal, programme.thing)


def _tells_of_many(old: Figure, new: Figure, smallest: int) -> bool:
    """Whether so many people make the difference that no single one can be worked out from it."""
    return abs((new.n or 0) - (old.n or 0)) >= smallest


def _subject(programme: Programme) -> str:
    return f"baseline/{programme.programme}"
