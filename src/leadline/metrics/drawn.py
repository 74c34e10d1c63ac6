"""What a trial changed: people drawn by lot, compared as they were drawn (METHODS E, level 5; G).

Who was offered a course and never came still counts as offered; who was not and came all the same
counts as not. Only so does nothing but the lot tell the groups apart."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from leadline.metrics.impact import Outcome
from leadline.metrics.landmark import Flags, Floats
from leadline.metrics.metric import Facts
from leadline.metrics.population import DAY_SECONDS, so_far
from leadline.stats.claims import (
    Check,
    Claim,
    Verdict,
    assignment_check,
    attrition_check,
    claim,
    declared_check,
    verdict,
)
from leadline.stats.intervals import CONFIDENCE, Interval
from leadline.stats.power import PLAUSIBLE_SD, sample_size_of_means
from leadline.stats.refusal import Refused
from leadline.stats.trials import Drawn, Trial, sizes_as_drawn, trial

VERSION = 1
QUESTION = "What did being offered this course change?"
DEFINITION = (
    "Everybody drawn, in the arm that was drawn, whatever they did then (intention to treat). "
    "Outcome: the mean of a person's measurements on the days after the draw. Effect: mean of "
    "those offered the course less mean of the others (Neyman's error; strata by their people; "
    "groups drawn together by CR2 with Satterthwaite's degrees of freedom), and adjusted for the "
    "last measurement up to the day of the draw and the mean of earlier ones (Lin). By lots: the "
    "share of lots drawn again that would show as large a difference. Per taker: the effect over "
    "what the draw did to completing the course. It may be called caused where every draw was on "
    "record before the person's first outcome, the arms have the sizes that the draw should give, "
    "and few were lost, alike in both arms."
)
PEOPLE_MAX = 200_000
SEED = 20_260_101


@dataclass(frozen=True)
class Arm:
    """People drawn into it, those with an outcome, and the mean of these (None: nobody)."""

    drawn: int
    measured: int
    mean: float | None


@dataclass(frozen=True)
class Lots:
    """A trial: its id, the course offered to some (if any), people drawn, and first and last day of
    the draw."""

    trial: str
    course: str | None
    offered: int
    others: int
    since: date
    until: date


@dataclass(frozen=True)
class Tried:
    """One trial and one outcome. measured_until: the last outcome that counts. found: the effects,
    `found.effect` is the headline; before: the same difference in what was measured before the
    draw, which the lot should leave at about nothing."""

    trial: Lots
    outcome: Outcome
    as_of: datetime
    measured_until: datetime | None
    offered: Arm
    others: Arm
    found: Trial | Refused
    before: Interval | None
    checks: tuple[Check, ...]
    claim: Claim | None
    verdict: Verdict | None
    plausible: float | None
    needed: int
    version: int = VERSION

    @property
    def headline(self) -> Interval | Refused:
        return self.found if isinstance(self.found, Refused) else self.found.effect

    @property
    def seen(self) -> bool:
        """Whether the headline's interval leaves out "no difference", and, where few groups were
        drawn, lots drawn again seldom show as much."""
        if isinstance(self.found, Refused):
            return False
        limits = self.found.effect
        seldom = not self.found.few or self.found.p_value <= 1 - CONFIDENCE
        return seldom and not limits.low <= 0 <= limits.high

    @property
    def detectable(self) -> float | None:
        return None if isinstance(self.found, Refused) else self.found.detectable

    @property
    def too_little(self) -> bool:
        """Whether a plausible effect could have been missed for want of people."""
        return self.detectable is None or self.detectable > (self.plausible or 0.0)


def trials(facts: Facts) -> list[Lots]:
    """The trials of which anybody was drawn, by id."""
    drawn = so_far(facts, facts.draw, "at")
    each = drawn.group_by("trial").aggregate(
        course=_.course.max(),
        offered=_.offered.sum(),
        others=(~_.offered).sum(),
        since=_["at"].min().date(),
        until=_["at"].max().date(),
    )
    return [Lots(**line) for line in each.order_by("trial").to_pyarrow().to_pylist()]


def tried(facts: Facts, name: str, outcome: Outcome) -> Tried | None:
    """One trial against one outcome; None: there is no such trial."""
    declared = next((each for each in trials(facts) if each.trial == name), None)
    if declared is None:
        return None
    rows = _people(facts, declared, outcome.outcome).limit(PEOPLE_MAX + 1).to_pyarrow()
    if len(rows) > PEOPLE_MAX:
        raise ValueError(f"A trial of more than {PEOPLE_MAX:,} people; ask by unit.")
    told = rows.filter(rows["y"].is_valid())
    drawn = _drawn(told, declared)
    found = trial(drawn) if len(told) else Refused("immature", "Nobody drawn was measured since.")
    sd = float(drawn.y.std()) if len(told) else 0.0
    checks = () if isinstance(found, Refused) else _checks(rows, told)
    claimed = None if isinstance(found, Refused) else claim("randomised", checks)
    last = max(told["last_at"].to_pylist(), default=None)
    return Tried(
        trial=declared,
        outcome=outcome,
        as_of=facts.now,
        measured_until=last,
        offered=_arm(rows, offered=True),
        others=_arm(rows, offered=False),
        found=found,
        before=_before(drawn, told),
        checks=checks,
        claim=claimed,
        verdict=None if isinstance(found, Refused) else _verdict(found.effect, outcome, sd),
        plausible=PLAUSIBLE_SD * sd or None,
        needed=ceil(sample_size_of_means(PLAUSIBLE_SD)),
    )


def _people(facts: Facts, declared: Lots, outcome: str) -> ir.Table:
    """One row per person drawn: what was drawn, y (null: not measured since), before, earlier,
    when outcome and draw came in, and whether they took the course before they were measured."""
    lots = so_far(facts, facts.draw.filter(_.trial == declared.trial), "at")
    lots = lots.mutate(day=_day(lots["at"]))
    told = so_far(facts, facts.outcome.filter(_.outcome == outcome), "at")
    told = told.select("person", "at", "value", "stored_at", measured=_day(told["at"]))
    met = lots.select("person", "day").inner_join(told, "person")
    after, before = met.measured > met.day, met.measured <= met.day
    each = met.group_by("person").aggregate(
        y=met.value.mean(where=after),
        last_at=met["at"].max(where=after),
        known_at=met.stored_at.min(where=after),
        before=met.value.argmax(met["at"], where=before),
        total=met.value.sum(where=before),
        times=before.cast("int64").sum(),
    )
    earlier = (each.total - each.before) / (each.times - 1).nullif(0)
    found = lots.left_join(each.mutate(earlier=earlier), "person").drop("person_right")
    if declared.course is None:
        return found.mutate(took=ibis.null("boolean")).order_by("person")
    done = so_far(facts, facts.cycle.filter(_.course == declared.course), "completed_at")
    done = done.group_by("person").aggregate(done=done.completed_at.min())
    found = found.left_join(done, "person").drop("person_right")
    took = (found.done >= found["at"]) & (found.done <= found.last_at)
    return found.mutate(took=took.fill_null(False)).order_by("person")


def _day(when: ir.TimestampValue) -> ir.IntegerValue:
    """By epoch seconds: the same on every engine."""
    return (when.epoch_seconds() // DAY_SECONDS).cast("int64")


def _drawn(told: pa.Table, declared: Lots) -> Drawn:
    return Drawn(
        y=_numbers(told, "y"),
        treated=_flags(told, "offered"),
        before=_known(told),
        cluster=_labels(told, "cluster"),
        stratum=_labels(told, "stratum"),
        took=None if declared.course is None else _flags(told, "took"),
        seed=SEED,
    )


def _known(told: pa.Table) -> Floats | None:
    """What was measured before the draw; a missing one is the mean, and that it was missing."""
    columns = []
    for name in ("before", "earlier"):
        values = _numbers(told, name)
        missing = np.isnan(values)
        if missing.all():
            continue
        columns.append(np.where(missing, values[~missing].mean(), values))
        if missing.any() and not any((missing == flag).all() for flag in columns):
            columns.append(missing.astype(np.float64))
    return np.column_stack(columns) if columns else None


def _numbers(told: pa.Table, name: str) -> Floats:
    found: Floats = told[name].cast(pa.float64()).to_numpy()
    return found


def _flags(told: pa.Table, name: str) -> Flags:
    found: Flags = told[name].to_numpy()
    return found.astype(bool)


def _labels(told: pa.Table, name: str) -> np.ndarray | None:
    """Numbers from 0; None where nobody has one. Who has none is alone."""
    cells = told[name].to_pylist()
    if not any(cells):
        return None
    alone = told["person"].to_pylist()
    keys = [f"={cell}" if cell else f"#{who}" for cell, who in zip(cells, alone, strict=True)]
    return np.unique(np.array(keys), return_inverse=True)[1].astype(np.int64)


def _before(drawn: Drawn, told: pa.Table) -> Interval | None:
    """The difference of what was measured before: that of the lot, and nothing else."""
    values = _numbers(told, "before")
    known = ~np.isnan(values)
    if not known.any():
        return None
    cluster = None if drawn.cluster is None else _dense(drawn.cluster[known])
    stratum = None if drawn.stratum is None else _dense(drawn.stratum[known])
    found = trial(Drawn(values[known], drawn.treated[known], None, cluster, stratum))
    return None if isinstance(found, Refused) else found.effect


def _dense(labels: np.ndarray) -> np.ndarray:
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _arm(rows: pa.Table, *, offered: bool) -> Arm:
    mine = rows.filter(_flags(rows, "offered") == offered)
    y = _numbers(mine, "y")
    known = y[~np.isnan(y)]
    return Arm(len(mine), len(known), float(known.mean()) if len(known) else None)


def _checks(rows: pa.Table, told: pa.Table) -> tuple[Check, ...]:
    late = int((told["stored_at"].to_numpy() >= told["known_at"].to_numpy()).sum())
    arms = [
        (int(_flags(table, "offered").sum()), int((~_flags(table, "offered")).sum()))
        for table in (rows, told)
    ]
    return (declared_check(late, len(told)), _sizes(rows, arms[1]), attrition_check(*arms))


def _sizes(rows: pa.Table, measured: tuple[int, int]) -> Check:
    """Units drawn against the declared chance; where none was declared, people measured against
    people drawn: then the sizes themselves were the design."""
    unit = _labels(rows, "cluster")
    first = np.arange(len(rows)) if unit is None else np.unique(unit, return_index=True)[1]
    offered, chance = _flags(rows, "offered"), _numbers(rows, "chance")
    found, chances = offered[first], chance[first]
    if np.isnan(chances).any():
        whole = int(offered.sum()), int((~offered).sum())
        return assignment_check(sizes_as_drawn(measured, whole).p_value)
    expected = float(chances.mean())
    sizes = int(found.sum()), int((~found).sum())
    return assignment_check(sizes_as_drawn(sizes, (expected, 1 - expected)).p_value)


def _verdict(headline: Interval, outcome: Outcome, sd: float) -> Verdict | None:
    if outcome.better is None or not sd:
        return None
    found = headline
    if outcome.better == "down":
        found = Interval(-headline.estimate, -headline.high, -headline.low, headline.method)
    return verdict(found, PLAUSIBLE_SD * sd)
