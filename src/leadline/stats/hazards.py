"""Several causes of an earlier or later date at once (Cox), and who may be compared at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from leadline.stats.bootstrap import Floats
from leadline.stats.intervals import CONFIDENCE, Interval, normal_quantile
from leadline.stats.refusal import Refused

ROWS_MAX = 200_000
EVENTS_PER_PARAMETER = 10
PROPORTIONAL_P_MIN = 0.05


@dataclass(frozen=True)
class Waits:
    """One line a person: time under observation, whether it ended in the event, and covariates.

    `strata` share a baseline hazard, `cluster` (0..G−1) belongs together, `entry` is the time at
    which a late record begins."""

    time: Floats
    event: NDArray[np.bool_]
    x: Floats
    names: tuple[str, ...]
    strata: NDArray[np.int64] | None = None
    cluster: NDArray[np.int64] | None = None
    entry: Floats | None = None


@dataclass(frozen=True)
class Hazard:
    """One covariate: log hazard ratio with its standard error, the ratio with limits, and the
    p-value of "the ratio does not change over time"; below 5 % the ratio is not to be shown."""

    name: str
    log_ratio: float
    error: float
    ratio: Interval
    proportional_p: float

    @property
    def proportional(self) -> bool:
        return self.proportional_p > PROPORTIONAL_P_MIN


@dataclass(frozen=True)
class Hazards:
    """A Cox model. Use the restricted mean difference wherever a ratio is not proportional."""

    covariates: tuple[Hazard, ...]
    n: int
    events: int
    log_likelihood: float


def cox(waits: Waits, confidence: float = CONFIDENCE) -> Hazards | Refused:
    """Cox's partial likelihood with Efron's ties; stratified, clustered, with late entry.

    Refused below 10 events a covariate. Assumes hazards in a constant ratio (tested by scaled
    Schoenfeld residuals against the rank of time) and censoring that tells nothing. Adjusting for
    what happens after the start makes immortal time; see `landmarked`. Source: Cox, JRSS B 34
    (1972); Efron, JASA 72 (1977); Grambsch and Therneau, Biometrika 81 (1994); R `coxph`."""
    events, columns = int(waits.event.sum()), waits.x.shape[1]
    if len(waits.time) > ROWS_MAX:
        raise ValueError(f"More than {ROWS_MAX} people; draw a sample of whole teams first.")
    if events < EVENTS_PER_PARAMETER * columns:
        needed = EVENTS_PER_PARAMETER * columns
        return Refused("low_n", f"{events} so far; {columns} covariates need {needed}.")
    if np.linalg.matrix_rank(waits.x - waits.x.mean(axis=0)) < columns:
        return Refused("not_identified", "One covariate follows from the others or never varies.")
    fitted = _fit(waits)
    error = np.sqrt(np.diag(fitted.cov_params()))
    z = normal_quantile(confidence)
    p_values = _proportional(waits, fitted)
    covariates = tuple(
        Hazard(name, beta, se, _ratio(beta, z * se), p)
        for name, beta, se, p in zip(
            waits.names, map(float, fitted.params), map(float, error), p_values, strict=True
        )
    )
    return Hazards(covariates, len(waits.time), events, float(fitted.llf))


def _ratio(beta: float, half: float) -> Interval:
    return Interval(exp(beta), exp(beta - half), exp(beta + half), "Cox, Efron ties")


def _fit(waits: Waits) -> Any:
    from statsmodels.duration.hazard_regression import PHReg  # slow to load

    # Whoever enters at the instant of an event was not at risk of it; PHReg would count them.
    entry = None if waits.entry is None else np.nextafter(waits.entry, np.inf)
    model = PHReg(
        waits.time,
        waits.x,
        status=waits.event.astype(np.int64),
        entry=entry,
        strata=waits.strata,
        ties="efron",
    )
    return model.fit(groups=waits.cluster) if waits.cluster is not None else model.fit()


def _proportional(waits: Waits, fitted: Any) -> list[float]:
    residuals = np.asarray(fitted.schoenfeld_residuals, dtype=np.float64)
    happened = waits.event & ~np.isnan(residuals).any(axis=1)
    residuals, times = residuals[happened], waits.time[happened]
    order = np.unique(times, return_inverse=True)[1].astype(np.float64)
    g = order - order.mean()
    variance = np.asarray(fitted.model.hessian(fitted.params), dtype=np.float64)
    covariance, count = np.linalg.inv(-variance), len(g)
    scaled = count * residuals @ covariance
    spread = float(g @ g)
    if not spread:
        return [1.0] * scaled.shape[1]
    slopes = g @ scaled
    statistics = slopes**2 / (count * np.diag(covariance) * spread)
    return [float(special.chdtrc(1, statistic)) for statistic in statistics]


@dataclass(frozen=True)
class Landmarked:
    """Who may be compared from the landmark on: exposure is settled, the outcome is still open.

    `kept` marks them; `exposed`, `time` (from the landmark) and `event` have a value for each of
    those. `excluded` says why others are not in."""

    kept: NDArray[np.bool_]
    exposed: NDArray[np.bool_]
    time: Floats
    event: NDArray[np.bool_]
    excluded: Mapping[str, int]


def landmarked(
    exposed_at: Floats, event_at: Floats, seen_until: Floats, landmark: float
) -> Landmarked | Refused:
    """Guard against immortal time: exposure counts up to the landmark, outcomes after it only.

    Times from each person's start; nan for never. People who left or had the event before the
    landmark are out; exposure after it counts as none. Without it whoever lasts long enough to be
    exposed looks protected (with no effect at all: 15.9 against 4.0 months, METHODS E). Gives the
    effect of exposure by the landmark, among those still there. Source: Anderson, Cain and Gelber,
    J. Clinical Oncology 1 (1983) 710-719; Suissa, Am. J. Epidemiology 167 (2008) 492."""
    happened = ~np.isnan(event_at) & (event_at <= seen_until)
    ended = np.where(happened, event_at, seen_until)
    early = happened & (event_at <= landmark)
    left = ~early & (seen_until <= landmark)
    kept = ~early & ~left
    exposed = (exposed_at <= landmark)[kept]
    if not exposed.any() or exposed.all():
        return Refused("not_identified", "At the landmark all or none were exposed.")
    return Landmarked(
        kept=kept,
        exposed=exposed,
        time=ended[kept] - landmark,
        event=happened[kept],
        excluded={"outcome before the landmark": int(early.sum()), "left before": int(left.sum())},
    )


def dummies(values: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Columns of 0 and 1 for every level but the most frequent, which is the reference."""
    levels, place = np.unique(np.asarray(values, dtype=object).astype(str), return_inverse=True)
    reference = int(np.argmax(np.bincount(place)))
    others = [k for k in range(len(levels)) if k != reference]
    columns = (place[:, None] == np.array(others, dtype=np.int64)).astype(np.float64)
    return columns, tuple(str(levels[k]) for k in others)
