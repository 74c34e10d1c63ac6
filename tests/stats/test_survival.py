"""Times against R's digits (METHODS L 11-14), statsmodels, and worlds made by hand."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff
from statsmodels.duration.tests.results import survival_r_results

from leadline.stats.hazards import Waits, cox, dummies, landmarked
from leadline.stats.refusal import Refused
from leadline.stats.survival import (
    cumulative_incidence,
    daily,
    incidence_at,
    kaplan_meier,
    log_rank,
    median_time,
    restricted_mean,
    restricted_mean_difference,
    survival_at,
)

from .reference import packaged, reference, shared

DURATION = "duration/tests/results"


def simulated(people=300, seed=2, hazard=0.03):
    generator = np.random.default_rng(seed)
    time = np.ceil(generator.exponential(1 / hazard, people))
    censored = generator.integers(10, 90, people)
    return np.minimum(time, censored).astype(float), time <= censored


def lung():
    rows = reference("lung")
    return rows["time"].astype(float), rows["status"] == 2, rows


def test_l11_lung_median_on_the_log_scale():
    time, event, _ = lung()
    found = median_time(kaplan_meier(daily(time, event), scale="log"))
    assert (found.estimate, found.low, found.high) == (310, 285, 363)


def test_l11_lung_medians_by_sex_and_log_rank():
    time, event, rows = lung()
    groups = [daily(time[rows["sex"] == sex], event[rows["sex"] == sex]) for sex in (1, 2)]
    found = [median_time(kaplan_meier(group)) for group in groups]
    assert [(m.estimate, m.low, m.high) for m in found] == [(270, 210, 306), (426, 345, 524)]
    assert log_rank([groups]).statistic == pytest.approx(10.3267, abs=5e-5)


def test_l11_lung_log_rank_stratified_by_ecog():
    time, event, rows = lung()
    ecog = rows["phecog"].astype(float)
    known = ~np.isnan(ecog) & (ecog >= 0)
    strata = [
        [daily(time[at], event[at]) for at in ((ecog == e) & (rows["sex"] == s) for s in (1, 2))]
        for e in np.unique(ecog[known])
    ]
    assert log_rank(strata).statistic == pytest.approx(10.7951, abs=5e-5)


def test_l12_lung_cox_with_efron_ties():
    time, event, rows = lung()
    ecog = rows["phecog"].astype(float)
    known = ~np.isnan(ecog) & (ecog >= 0)
    x = np.column_stack([rows["age"], rows["sex"], ecog]).astype(float)[known]
    found = cox(Waits(time[known], event[known], x, ("age", "sex", "ecog")))
    assert [h.log_ratio for h in found.covariates] == pytest.approx(
        [0.011067, -0.552612, 0.463728], abs=5e-7
    )
    assert [h.error for h in found.covariates] == pytest.approx(
        [0.009267, 0.167739, 0.113577], abs=5e-7
    )
    by_ecog = cox(
        Waits(time[known], event[known], x[:, 1:2], ("sex",), strata=ecog[known].astype(int))
    )
    assert by_ecog.covariates[0].log_ratio == pytest.approx(-0.554364, abs=5e-7)
    assert by_ecog.covariates[0].error == pytest.approx(0.170585, abs=5e-7)


def test_log_rank_after_marrow_transplants():
    """R's survdiff, 13.44556, of patients of two of Klein and Moeschberger's groups."""
    rows = packaged(f"{DURATION}/bmt.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    groups = [
        daily(rows["T"][own].astype(float), rows["Status"][own] == 1)
        for own in (rows["Group"] == name for name in np.unique(rows["Group"]) if name != "ALL")
    ]
    assert len(groups) == 2
    assert log_rank([groups]).statistic == pytest.approx(13.44556, abs=5e-6)


@pytest.mark.parametrize(("people", "columns"), [(50, 1), (50, 2), (1000, 10)])
@pytest.mark.parametrize(
    ("late", "stratified"), [("", ""), ("et_", ""), ("", "st_"), ("et_", "st_")]
)
def test_cox_equals_r(people, columns, late, stratified):
    """coxph with Efron's ties, late entry and strata, as R printed it for statsmodels."""
    told = packaged(f"{DURATION}/survival_data_{people}_{columns}.csv")
    waits = Waits(
        told[:, 0],
        told[:, 1] == 1,
        told[:, 3:],
        tuple(f"x{n}" for n in range(columns)),
        strata=np.arange(5).repeat(people // 5) if stratified else None,
        entry=told[:, 2] if late else None,
    )
    case = f"{people}_{columns}_{late}{stratified}efr"
    found = cox(waits).covariates
    for name, values in (
        ("coef", [each.log_ratio for each in found]),
        ("se", [each.error for each in found]),
    ):
        assert values == pytest.approx(getattr(survival_r_results, f"{name}_{case}"), rel=1e-5)


def test_cox_on_rossi():
    rows = shared("survival/rossi.csv")
    x = np.column_stack([rows[name] for name in rows.dtype.names[2:]]).astype(float)
    found = cox(Waits(rows["week"].astype(float), rows["arrest"] == 1, x, rows.dtype.names[2:]))
    by_name = {h.name: h for h in found.covariates}
    assert found.log_likelihood == pytest.approx(-658.75, abs=0.005)
    assert [round(by_name[name].log_ratio, 2) for name in ("fin", "age", "prio")] == [
        -0.38,
        -0.06,
        0.09,
    ]
    # R's cox.zph finds age not proportional (Fox and Weisberg, appendix on Cox regression).
    assert not by_name["age"].proportional
    assert by_name["fin"].proportional


def pbc():
    rows = reference("pbc")
    trial = rows["trt"].astype(float)
    return rows["time"] / 365.25, rows["status"] == 2, trial


def test_l13_pbc_restricted_means():
    time, event, trial = pbc()
    one, two = (daily(time[trial == arm], event[trial == arm]) for arm in (1, 2))
    first, second = restricted_mean(one, 10), restricted_mean(two, 10)
    z = 1.959963984540054
    assert [round(r.estimate, 4) for r in (first, second)] == [7.1465, 7.2834]
    assert [round((r.high - r.low) / 2 / z, 4) for r in (first, second)] == [0.2828, 0.2955]
    gap = restricted_mean_difference(one, two, 10)
    assert [round(v, 4) for v in (gap.estimate, gap.low, gap.high)] == [-0.1369, -0.9385, 0.6647]


def test_l14_mgus2_incidence_with_death_competing():
    rows = reference("mgus2")
    progressed = rows["pstat"] == 1
    time = np.where(progressed, rows["ptime"], rows["futime"]).astype(float)
    died = ~progressed & (rows["death"] == 1)
    counts = [
        (
            float(t),
            int((progressed & at).sum()),
            int((died & at).sum()),
            int((~progressed & ~died & at).sum()),
        )
        for t in np.unique(time)
        for at in [time == t]
    ]
    found = cumulative_incidence(counts)
    assert [round(incidence_at(found, t).estimate, 5) for t in (60, 120, 240)] == [
        *(0.03410, 0.06372, 0.09981),
    ]
    naive = kaplan_meier(daily(time, progressed))
    assert 1 - survival_at(naive, 240).estimate == pytest.approx(0.2096, abs=5e-5)


def test_log_rank_equals_statsmodels():
    time, event = simulated()
    group = np.arange(300) % 3
    found = log_rank([[daily(time[group == g], event[group == g]) for g in range(3)]])
    other = survdiff(time, event.astype(int), group)
    assert (found.statistic, found.p_value) == pytest.approx(other)
    stratum = np.arange(300) % 7 // 4
    stratified = log_rank(
        [
            [daily(time[at], event[at]) for at in ((group == g) & (stratum == s) for g in range(3))]
            for s in (0, 1)
        ]
    )
    assert stratified.statistic == pytest.approx(
        survdiff(time, event.astype(int), group, strata=stratum)[0]
    )


def test_incidence_and_its_error_equal_statsmodels():
    time, event = simulated(seed=3)
    kind = np.where(event, 1 + (np.arange(300) % 3 == 0), 0)
    counts = [
        (
            float(t),
            int(((kind == 1) & at).sum()),
            int(((kind == 2) & at).sum()),
            int(((kind == 0) & at).sum()),
        )
        for t in np.unique(time)
        for at in [time == t]
    ]
    found = cumulative_incidence(counts)
    other = CumIncidenceRight(time, kind)
    at = np.searchsorted(other.times, [step.t for step in found])
    assert [step.share for step in found] == pytest.approx(list(other.cinc[0][at]))


def test_incidence_intervals_cover_the_truth():
    # Hazards .02 and .02 a day: half of the people have the event in the end.
    generator, hits = np.random.default_rng(5), 0
    truth = 0.5 * (1 - np.exp(-0.04 * 30))
    for _ in range(400):
        one, two = generator.exponential(50, (2, 150))
        time = np.minimum(np.minimum(one, two), 60)
        kind = np.where(time == 60, 0, np.where(one < two, 1, 2))
        rows = [
            (float(t), int(k == 1), int(k == 2), int(k == 0))
            for t, k in zip(time, kind, strict=True)
        ]
        found = incidence_at(cumulative_incidence(rows), 30)
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_the_restricted_mean_by_hand():
    # Ten finish on day 2, ten are still there on day 4: 2 + 2 * 0.5 = 3 days.
    found = restricted_mean([(2, 10, 0), (4, 0, 10)], 4)
    assert found.estimate == pytest.approx(3)
    # A = 1, d = 10, n = 20: variance 1 * 10 / (20 * 10).
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * np.sqrt(0.05))


def test_a_mean_beyond_what_was_watched_is_refused():
    assert restricted_mean([(2, 10, 30), (4, 0, 3)], 4).gate == "immature"
    assert isinstance(restricted_mean([(2, 20, 0)], 30).estimate, float)  # all have finished


def test_few_events_have_no_median():
    assert "needs 10" in median_time(kaplan_meier([(1, 5, 0), (2, 2, 1)])).reason
    unreached = median_time(kaplan_meier([(1, 12, 0), (5, 0, 40)]))
    assert (unreached.estimate, unreached.high) == (None, None)


def test_people_whose_records_begin_late_are_not_at_risk_before():
    # Ana and Ben from day 0, Cleo from day 3; Ana finishes on day 2, Ben on 5, Cleo on 6.
    steps = kaplan_meier([(2, 1, 0), (5, 1, 0), (6, 1, 0)], late=[(3, 1)])
    assert [step.at_risk for step in steps] == [2, 2, 1]
    assert [step.survival for step in steps] == [0.5, 0.25, 0.0]


def test_a_record_that_begins_after_its_own_end_is_an_error():
    with pytest.raises(ValueError, match="begins too late"):
        kaplan_meier([(2, 1, 0)], late=[(3, 1)])


def test_cox_counts_late_records_from_their_entry_on():
    time, event = simulated(200, seed=4)
    x = np.random.default_rng(1).normal(size=(200, 1))
    plain = cox(Waits(time, event, x, ("x",))).covariates[0]
    same = cox(Waits(time, event, x, ("x",), entry=np.zeros(200))).covariates[0]
    assert same.log_ratio == pytest.approx(plain.log_ratio)
    late = cox(Waits(time, event, x, ("x",), entry=np.where(x[:, 0] > 0, time / 2, 0))).covariates[
        0
    ]
    assert late.log_ratio > plain.log_ratio  # fewer of those with x above 0 were at risk


def test_immortal_time_vanishes_at_the_landmark():
    generator = np.random.default_rng(1)
    leaves = generator.exponential(6, 4000)
    trained = generator.uniform(0, 24, 4000)
    trained[trained > leaves] = np.nan
    ever = ~np.isnan(trained)
    assert leaves[ever].mean() > 2 * leaves[~ever].mean()
    found = landmarked(trained, leaves, np.full(4000, 60.0), 6)
    gap = found.time[found.exposed].mean() - found.time[~found.exposed].mean()
    assert abs(gap) < 0.8
    assert found.excluded["outcome before the landmark"] == (leaves <= 6).sum()
    assert len(found.time) == found.kept.sum()


def test_a_landmark_that_nobody_reached_trained_is_refused():
    found = landmarked(
        np.array([9.0, np.nan]), np.array([np.nan, np.nan]), np.array([20.0, 20.0]), 5
    )
    assert found.gate == "not_identified"


def test_cox_refuses_too_few_events_and_copies_of_a_column():
    time, event = simulated(60)
    x = np.random.default_rng(0).normal(size=(60, 7))
    assert isinstance(cox(Waits(time, event, x, tuple("abcdefg"))), Refused)
    twice = np.column_stack([x[:, 0], x[:, 0]])
    assert cox(Waits(time, event, twice, ("a", "b"))).gate == "not_identified"


def test_teams_widen_the_errors_of_cox():
    generator = np.random.default_rng(8)
    team = np.repeat(np.arange(30), 10)
    frailty = np.exp(generator.normal(size=30))[team]
    x = (team % 2 == 0).astype(float)[:, None]
    time = generator.exponential(1 / frailty)
    plain, robust = (
        cox(Waits(time, np.ones(300, bool), x, ("trained",), cluster=c)) for c in (None, team)
    )
    assert robust.covariates[0].error > 1.5 * plain.covariates[0].error


def test_dummies_leave_out_the_most_frequent():
    columns, names = dummies(["north", "south", "north", "east"])
    assert names == ("east", "south")
    assert columns.tolist() == [[0, 0], [0, 1], [0, 0], [1, 0]]


# Freireich et al. 1963: weeks of remission, 21 pairs; negative where it still held.
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def remission(weeks):
    weeks = np.array(weeks, dtype=float)
    return np.abs(weeks), weeks > 0


def test_l11_l12_the_remissions_of_every_textbook():
    groups = [daily(*remission(weeks)) for weeks in (TREATED, PLACEBO)]
    curve = kaplan_meier(groups[0])
    # Kleinbaum and Klein, Survival Analysis, table 2.2.
    assert [(step.t, round(step.survival, 4)) for step in curve] == [
        *((6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275)),
        *((22, 0.5378), (23, 0.4482)),
    ]
    assert median_time(kaplan_meier(groups[1])).estimate == 8
    # R survdiff and coxph(ties = "efron").
    assert log_rank([groups]).statistic == pytest.approx(16.793, abs=5e-4)
    time, event = remission([*TREATED, *PLACEBO])
    found = cox(Waits(time, event, (np.arange(42) >= 21).astype(float)[:, None], ("placebo",)))
    assert found.covariates[0].log_ratio == pytest.approx(1.57213, abs=5e-6)
    assert found.covariates[0].error == pytest.approx(0.41240, abs=5e-6)
    assert found.covariates[0].proportional


def test_the_restricted_mean_is_the_area_under_the_curve_of_statsmodels():
    time, event = simulated(seed=7)
    other = SurvfuncRight(time, event.astype(int))
    at = np.concatenate([[0.0], other.surv_times[other.surv_times <= 40], [40.0]])
    levels = np.concatenate([[1.0], other.surv_prob[other.surv_times <= 40]])
    assert restricted_mean(daily(time, event), 40).estimate == pytest.approx(np.diff(at) @ levels)


def test_where_everybody_got_there_rounding_breaks_no_limits():
    counts = [(float(day), 1, 0, 0) for day in range(1, 118)]
    last = cumulative_incidence(counts)[-1]
    assert last.share == pytest.approx(1.0)
    assert last.low <= last.share <= last.high + 1e-9
