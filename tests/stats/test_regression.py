"""Regression and its errors against statsmodels and R sandwich (METHODS L 18)."""

import numpy as np
import pytest
import statsmodels.api as sm

from leadline.stats.regression import (
    autocorrelated_scores,
    classical,
    clustered,
    clustered_scores,
    clustered_twice,
    hc2,
    least_squares,
    logistic,
    newey_west,
    poisson,
)

from .reference import packaged


def se(covariance):
    return np.sqrt(np.diag(covariance))


def world(rows=240, seed=3):
    generator = np.random.default_rng(seed)
    team = np.repeat(np.arange(24), rows // 24)
    x = np.column_stack(
        [np.ones(rows), generator.normal(size=rows), generator.normal(size=24)[team]]
    )
    return x, team, generator


def test_l18_petersen():
    rows = packaged("stats/tests/test_data.txt", names="firm,year,x,y")
    fit = least_squares(np.column_stack([np.ones(len(rows)), rows["x"]]), rows["y"])
    firm, year = (rows[name].astype(int) - 1 for name in ("firm", "year"))
    found = [
        se(each)[1]
        for each in (classical(fit), clustered(fit, firm), clustered_twice(fit, firm, year))
    ]
    assert [round(each, 5) for each in found] == [0.02858, 0.05060, 0.05356]


def test_linear_errors_equal_statsmodels():
    x, team, generator = world()
    y = x @ [1, 2, 3] + generator.normal(size=24)[team] + generator.normal(size=240)
    fit, other = least_squares(x, y), sm.OLS(y, x)
    again = np.arange(240) % 10
    assert fit.coefficients == pytest.approx(other.fit().params)
    assert se(classical(fit)) == pytest.approx(other.fit().bse)
    assert se(hc2(fit)) == pytest.approx(other.fit(cov_type="HC2").bse)
    by_team = other.fit(cov_type="cluster", cov_kwds={"groups": team})
    assert se(clustered(fit, team)) == pytest.approx(by_team.bse)
    series = other.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True})
    assert se(newey_west(fit, 4)) == pytest.approx(series.bse)
    assert se(clustered_twice(fit, team, again)).shape == (3,)


def test_logistic_equals_statsmodels():
    x, team, generator = world()
    n = generator.integers(1, 9, 240).astype(float)
    hits = generator.binomial(n.astype(int), 1 / (1 + np.exp(-(x @ [0.3, 0.5, -0.4])))).astype(
        float
    )
    fit = logistic(x, hits, n)
    other = sm.GLM(np.column_stack([hits, n - hits]), x, family=sm.families.Binomial()).fit()
    assert fit.coefficients == pytest.approx(other.params)
    assert se(fit.covariance) == pytest.approx(other.bse)
    assert fit.dispersion == pytest.approx(other.pearson_chi2 / other.df_resid)
    by_team = sm.GEE(hits / n, x, team, family=sm.families.Binomial(), weights=n).fit()
    assert se(clustered_scores(fit, team)) == pytest.approx(
        by_team.bse * np.sqrt(24 / 23), rel=1e-4
    )


def test_poisson_equals_statsmodels():
    x, _, generator = world()
    hours = generator.uniform(1, 5, 240)
    counts = generator.poisson(hours * np.exp(x @ [0.3, 0.2, -0.1])).astype(float)
    fit = poisson(x, counts, hours)
    model = sm.GLM(counts, x, family=sm.families.Poisson(), exposure=hours)
    other = model.fit()
    assert fit.coefficients == pytest.approx(other.params)
    assert se(fit.covariance) == pytest.approx(other.bse)
    assert fit.log_likelihood == pytest.approx(other.llf)
    series = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3})
    assert se(autocorrelated_scores(fit, 3)) == pytest.approx(
        series.bse * np.sqrt(240 / 237), rel=1e-4
    )


def test_what_cannot_be_estimated_is_refused():
    x = np.column_stack([np.ones(10), np.arange(10) >= 5])
    y = (np.arange(10) >= 5).astype(float)
    with pytest.raises(ValueError, match="splits hits from misses"):
        logistic(x, y, np.ones(10))
    assert np.abs(logistic(x, y, np.ones(10), ridge=1.0).coefficients).max() < 4
    with pytest.raises(ValueError, match="follows exactly"):
        least_squares(np.column_stack([x, x[:, 1]]), y)
    with pytest.raises(ValueError, match="cannot be told apart"):
        logistic(np.column_stack([x, x[:, 1]]), 1 - y * 0.5, np.ones(10))
    with pytest.raises(ValueError, match="two clusters"):
        clustered(least_squares(x, y), np.zeros(10, dtype=int))
