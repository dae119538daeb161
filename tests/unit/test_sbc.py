"""The estimation recovers known parameters on made-up panels, and outcomes rank uniformly among the draws.

Seeds are fixed. Tolerances are four standard errors of the known sampling distribution; uniformity is judged by a
chi-squared test of ten equal bins at one in a thousand. Where an estimator has a known bias, the bias is computed.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy import stats

from overtake.config.futures import PanelRegression, PooledRandomWalk
from overtake.futures import macro_models, panel_regression, pooled, time_series
from overtake.futures.features import MEDIAN_TERMS, SCALE_TERMS, features
from overtake.futures.series import Series
from overtake.streams import stream

Array = np.ndarray


def names(count: int) -> tuple[str, ...]:
    return tuple(f"E{at:03d}" for at in range(count))


def ranks(draws: Array, outcome: Array) -> Array:
    """Return the share of draws (draws, n) below each outcome (n,)."""
    return (draws < outcome).mean(axis=0)


def p_uniform(values: Array, bins: int = 10) -> float:
    """Return the p-value of uniformity: chi-squared over equal bins."""
    return float(stats.chisquare(np.histogram(values, bins, (0, 1))[0]).pvalue)


# Pooled random walk

DRIFT, BETWEEN, VOLATILITY = 0.025, 0.02, 0.08


def walks(economies: int, years: int, name: str) -> Array:
    """Return log spending (economies, years + 1): drifts of their own, one volatility."""
    random = stream(1, "sbc", name)
    drift = DRIFT + BETWEEN * random.standard_normal((economies, 1))
    steps = drift + VOLATILITY * random.standard_normal((economies, years))
    return np.concatenate([np.zeros((economies, 1)), np.cumsum(steps, axis=1)], axis=1)


@pytest.mark.parametrize("years", [30, 3000])
def test_world_recovers_drift_and_volatility_and_the_spread_of_means(years: int) -> None:
    """The spread of mean growth holds sampling noise, volatility^2 / years, which dies out in a long panel."""
    count = 500
    found = pooled.world(walks(count, years, "world"), years, cut=5.0)
    marginal = np.sqrt(BETWEEN**2 + VOLATILITY**2 / years)
    # Standard errors of a median, and of a median absolute deviation, of normal variables.
    assert found.drift == pytest.approx(DRIFT, abs=4 * 1.2533 * marginal / np.sqrt(count))
    assert found.drift_sd == pytest.approx(marginal, rel=4 * 1.1664 / np.sqrt(count))
    # Half the log of a chi-squared variable over years: its median and (delta method) its spread.
    middle = np.log(VOLATILITY) + 0.5 * np.log(stats.chi2.median(years - 1) / years)
    assert found.log_volatility == pytest.approx(middle, abs=4 * 1.2533 / np.sqrt(2 * years * count))


def test_own_drift_and_volatility_are_recovered_from_a_long_series() -> None:
    years = 4000
    random = stream(2, "sbc", "own")
    truth = np.array([-0.02, 0.0, 0.05]), np.array([0.02, 0.1, 0.3])
    y = np.cumsum(truth[0][:, None] + truth[1][:, None] * random.standard_normal((3, years + 1)), axis=1)
    settings = PooledRandomWalk.model_construct(own_drift=1.0, own_volatility=1.0, window=years, cut=5.0, tail_df=6.0)
    found = pooled.estimate(y, pooled.World(0.0, 0.02, -2.0, 0.0), settings)
    assert (np.abs(found.drift - truth[0]) < 4 * truth[1] / np.sqrt(years)).all()
    assert (np.abs(found.volatility / truth[1] - 1) < 4 / np.sqrt(2 * years)).all()


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_correlation_is_recovered(rho: float) -> None:
    """Standard error of the mean correlation of many equicorrelated series: about sqrt(2 / years) rho (1 - rho / 2)."""
    years, count = 2000, 20
    random = stream(3, "sbc", "correlation")
    residuals = np.sqrt(rho) * random.standard_normal(years) + np.sqrt(1 - rho) * random.standard_normal((count, years))
    assert pooled.correlation(residuals) == pytest.approx(rho, abs=4 * (np.sqrt(2 / years) * rho + 0.001))


@pytest.mark.parametrize("rho", [0.0, 0.2, 0.5])
def test_autocorrelation_is_recovered_from_thirty_years(rho: float) -> None:
    """The standard error of a mean over countries is sqrt((1 - rho^2) / years / countries); bias beyond the first order
    is of size 1 / years^2 times a few."""
    years, count = 30, 2000
    random = stream(3, "sbc", "autocorrelation", str(rho))
    shock = random.standard_normal((count, years))
    for at in range(1, years):
        shock[:, at] = rho * shock[:, at - 1] + np.sqrt(1 - rho**2) * shock[:, at]
    found = pooled.autocorrelation(shock - shock.mean(axis=1, keepdims=True)).mean()
    assert found == pytest.approx(rho, abs=4 * np.sqrt((1 - rho**2) / years / count) + 6 / years**2)


def test_loadings_differ_where_economies_do_and_are_shrunk_away_where_they_do_not() -> None:
    """One factor: half of the economies load 0.2, half 0.8 on it; then all load 0.5. 30 years, 16 economies."""
    years, count = 30, 16
    random = stream(3, "sbc", "loadings")
    common, own = random.standard_normal(years), random.standard_normal((count, years))
    truth = np.repeat([0.2, 0.8], count // 2)[:, None]
    apart = pooled.loadings(truth * common + np.sqrt(1 - truth**2) * own)
    assert apart[count // 2 :].mean() - apart[: count // 2].mean() > 0.3
    alike = pooled.loadings(0.5 * common + np.sqrt(0.75) * own)
    assert alike.mean() == pytest.approx(0.5, abs=0.15)
    assert np.ptp(alike) < 0.3 < np.ptp(apart)


def pooled_ranks(own_drift: float | None) -> dict[int, Array]:
    """Return ranks of outcomes by horizon; own_drift None takes the weight that the variances imply."""
    window, ahead, count = 10, 10, 600
    y = walks(count, window + ahead, "calibration")
    past, future = y[:, : window + 1], y[:, window + 1 :] - y[:, [window]]
    world = pooled.world(past, window, cut=5.0)
    # The true volatility: ten years tell it only with a bias of their own.
    world = pooled.World(world.drift, world.drift_sd, float(np.log(VOLATILITY)), 0.0)
    best = BETWEEN**2 / (BETWEEN**2 + VOLATILITY**2 / window)
    settings = PooledRandomWalk(
        own_drift=best if own_drift is None else own_drift, own_volatility=0.0, window=window, cut=5.0
    )
    growth = pooled.estimate(past, world, settings)
    # Tails of the made-up panel are normal: very many degrees of freedom.
    drawn = pooled.simulate(growth, names(count), ahead, 500, 1e6, 8)
    return {h: ranks(drawn[:, :, h - 1], future[:, h - 1]) for h in (1, 5, 10)}


def test_outcomes_rank_uniformly_among_pooled_draws() -> None:
    for horizon, values in pooled_ranks(None).items():
        assert p_uniform(values) > 0.001, horizon


def test_the_check_of_uniformity_can_fail() -> None:
    """Without pooling the drift counts as known: outcomes ten years ahead fall outside too often."""
    values = pooled_ranks(1.0)[10]
    assert p_uniform(values) < 0.001
    assert ((values < 0.1) | (values > 0.9)).mean() > 0.25


# Panel regression

MEDIAN = {"one": 0.01, "g5": 0.3, "gdp5": 0.4, "share_gap": -0.05}
SCALE = {"one": np.log(0.02), "log_sd": -0.2, "log_recent": 0.3, "size": -0.06}
YEARS = tuple(range(1940, 2026))
#: Years before the recursion starts: as many as features look back on.
START = 21


@functools.cache
def panel(count: int, name: str, beyond: int = 0) -> tuple[Array, Array]:
    """Return log spending and log share (count, years) of a panel drawn from the regression's own one-year equation."""
    random = stream(4, "sbc", name)
    total = len(YEARS) + beyond
    gdp = np.cumsum(0.03 + 0.03 * random.standard_normal((count, total)), axis=1)
    y = np.zeros((count, total))
    y[:, :START] = np.cumsum(0.03 + 0.06 * random.standard_normal((count, START)), axis=1)
    b = np.array([MEDIAN.get(term, 0.0) for term in MEDIAN_TERMS])
    c = np.array([SCALE.get(term, 0.0) for term in SCALE_TERMS])
    # Laplace residuals: median zero, mean absolute value one, density one half at zero.
    u = random.laplace(size=(count, total))
    for at in range(START - 1, total - 1):
        x, z = features(y, y - gdp, at)
        y[:, at + 1] = y[:, at] + x @ b + np.exp(z @ c) * u[:, at]
    return y, y - gdp


@functools.cache
def fitted() -> panel_regression.Coefficients:
    y, share = panel(150, "panel")
    return panel_regression.fit(y, share, YEARS)


def terms() -> tuple[Array, Array]:
    """Return the median and scale terms of the fitted panel's one-year regression, rows of all countries and years."""
    y, share = panel(150, "panel")
    starts = range(YEARS.index(panel_regression.FIRST_YEAR), len(YEARS) - 1)
    found = [features(y, share, at) for at in starts]
    return np.concatenate([x for x, _ in found]), np.concatenate([z for _, z in found])


def test_panel_regression_recovers_median_and_scale_without_its_ridge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every coefficient of one year ahead within four standard errors.

    Median: (X'FX)^-1 X'X (X'FX)^-1 / 4 with F the density of each residual at zero, 1 / (2 scale). Scale: the
    information of exponential variables, (Z'Z)^-1.
    """
    monkeypatch.setattr(panel_regression, "RIDGE", 0.0)
    monkeypatch.setattr(panel_regression, "HORIZONS", 1)
    monkeypatch.setattr(panel_regression, "ITERATIONS", 60)
    monkeypatch.setattr(panel_regression, "SMALLEST", 0.001)
    found = panel_regression.fit(*panel(150, "panel"), YEARS)
    x, z = terms()
    b = np.array([MEDIAN.get(term, 0.0) for term in MEDIAN_TERMS])
    c = np.array([SCALE.get(term, 0.0) for term in SCALE_TERMS])
    density = 1 / (2 * np.exp(z @ c))
    inner = np.linalg.inv(x.T @ (x * density[:, None]))
    error = np.sqrt((inner @ x.T @ x @ inner / 4).diagonal())
    assert (np.abs(found.median[0] - b) < 4 * error).all(), (found.median[0] - b) / error
    error = np.sqrt(np.linalg.inv(z.T @ z).diagonal())
    assert (np.abs(found.scale[0] - c) < 4 * error).all(), (found.scale[0] - c) / error


def test_panel_regression_as_shipped_recovers_the_conditional_median() -> None:
    """With the ridge, coefficients shrink, forecasts hardly: the fitted median follows the true one.

    Sampling error of a fitted median, root mean square: sqrt(terms / rows) * scale; the ridge may take a twentieth of
    the true median's spread per term of unit variance, allowed three times for terms that share their variance.
    """
    x, z = terms()
    b = np.array([MEDIAN.get(term, 0.0) for term in MEDIAN_TERMS])
    c = np.array([SCALE.get(term, 0.0) for term in SCALE_TERMS])
    truth, found = x @ b, x @ fitted().median[0]
    sampling = np.sqrt(x.shape[1] / len(x)) * np.sqrt(np.mean(np.exp(2 * z @ c)))
    allowed = np.hypot(4 * sampling, 3 * panel_regression.RIDGE * truth.std())
    assert np.sqrt(np.mean((found - truth) ** 2)) < allowed
    assert np.corrcoef(found, truth)[0, 1] > 0.95
    np.testing.assert_allclose(np.mean(z @ fitted().scale[0]), np.mean(z @ c), atol=4 / np.sqrt(len(z)) + 0.01)


def test_the_median_agrees_with_statsmodels_quantile_regression(monkeypatch: pytest.MonkeyPatch) -> None:
    from statsmodels.regression.quantile_regression import QuantReg

    monkeypatch.setattr(panel_regression, "RIDGE", 0.0)
    monkeypatch.setattr(panel_regression, "ITERATIONS", 100)
    monkeypatch.setattr(panel_regression, "SMALLEST", 1e-5)
    random = stream(5, "sbc", "quantile")
    x = np.column_stack([np.ones(400), random.standard_normal((400, 3)) * [1, 10, 0.1] + [0, 5, 0]])
    y = x @ [0.2, 0.5, -0.03, 2.0] + random.standard_t(3, 400)
    second = QuantReg(y, x).fit(q=0.5, max_iter=5000)
    np.testing.assert_allclose(panel_regression.least_absolute(x, y), second.params, atol=0.01 * second.bse.max())


def test_residual_quantiles_and_correlation_are_recovered() -> None:
    """Laplace quantiles at one year; an independent panel shows no correlation."""
    y, _ = panel(150, "panel")
    x, z = terms()
    growth = np.concatenate([y[:, at + 1] - y[:, at] for at in range(YEARS.index(1968), len(YEARS) - 1)])
    left = (growth - x @ fitted().median[0]) / np.exp(z @ fitted().scale[0])
    levels = np.array(panel_regression.LEVELS)
    density = np.minimum(levels, 1 - levels)
    error = np.sqrt(levels * (1 - levels) / len(left)) / density
    assert (np.abs(np.quantile(left, levels) - stats.laplace.ppf(levels)) < 4 * error + 0.02).all()
    # A mean pairwise correlation over 150 countries is known to about a hundredth.
    assert fitted().shares[0].sum() < 0.02


def test_shares_of_world_region_and_subregion_are_recovered() -> None:
    """Standard error of a share of a factor with `groups` a year: about sqrt(2 / years / groups) of what is shared."""
    years, count, truth = 300, 96, (0.1, 0.15, 0.2)
    random = stream(6, "sbc", "shared")
    region, subregion = np.arange(count) % 4, np.arange(count) % 12
    residual = np.sqrt(1 - sum(truth)) * random.standard_normal((years, count))
    for share, group in zip(truth, (np.zeros(count, dtype=int), region, subregion), strict=True):
        residual += np.sqrt(share) * random.standard_normal((years, 12))[:, group]
    year = np.repeat(np.arange(years), count)
    groups = [np.tile(group, years) for group in (region, subregion)]
    found = panel_regression._shares(residual.ravel(), year, groups)
    np.testing.assert_allclose(found, np.array(truth) * panel_regression.WIDER, atol=0.045)
    lone = panel_regression._shares(residual.ravel(), year, [np.tile(np.arange(count), years)] * 2)
    # Without headings every pair counts for the world: a quarter of them share a region, a twelfth a subregion.
    assert lone[0] == pytest.approx(panel_regression.WIDER * (0.1 + 0.15 / 4 + 0.2 / 12), abs=0.03)
    assert lone[1:] == (0.0, 0.0)


def test_shares_stay_below_their_largest_sum() -> None:
    year = np.repeat(np.arange(200), 40)
    same = np.repeat(stream(7, "sbc", "same").standard_normal(200), 40)
    found = panel_regression._shares(same, year, [np.tile(np.arange(40) % 4, 200)] * 2)
    assert sum(found) == pytest.approx(panel_regression.LARGEST_SHARE)


@pytest.mark.parametrize("horizon", [1, 5, 10])
def test_outcomes_rank_uniformly_among_panel_draws(horizon: int) -> None:
    """A fresh panel of the same law, forecast with the shipped form of the fit (ridge and all), at full spread."""
    count = 300
    y, share = panel(count, "fresh", 10)
    seen = len(YEARS)
    series = Series(y[:, :seen], share[:, :seen], names(count), YEARS)
    drawn = panel_regression.simulate(fitted(), series, PanelRegression(spread=1.0), 10, 500, 9)
    outcome = y[:, seen - 1 + horizon] - y[:, seen - 1]
    assert p_uniform(ranks(drawn[:, :, horizon - 1], outcome)) > 0.001


# Growth with an AR(1)


@functools.cache
def autoregressive() -> tuple[Array, Array, Array]:
    """Return draws (draws, n, steps), past growth (n, 40) and outcomes (n, steps): AR(1) 0.5 around 3 %, shocks 5 %."""
    count, years, ahead, phi = 150, 40, 5, 0.5
    random = stream(7, "sbc", "ar")
    gap = 0.05 / np.sqrt(1 - phi**2) * random.standard_normal(count)
    growth = np.empty((count, years + ahead))
    for at in range(years + ahead):
        gap = phi * gap + 0.05 * random.standard_normal(count)
        growth[:, at] = 0.03 + gap
    y = np.concatenate([np.zeros((count, 1)), np.cumsum(growth, axis=1)], axis=1)[:, : years + 1]
    series = Series(y[:, 1:], np.zeros((count, years)), names(count), tuple(range(1986, 2026)))
    drawn = time_series.state_space(series, ahead, 300, 3)
    return drawn, growth[:, :years], np.cumsum(growth[:, years:], axis=1)


def test_state_space_recovers_mean_persistence_and_volatility() -> None:
    """Across 150 series of 39 growth rates: the expected first step is mean + phi (last - mean).

    phi is biased towards zero by (1 + 3 phi) / n; its standard error over series is sqrt((1 - phi^2) / n / 150), and
    the mean's 0.05 / (1 - phi) / sqrt(n 150); the slope's noise from estimated means comes on top, of the same order.
    """
    drawn, growth, _ = autoregressive()
    n, count, phi = growth.shape[1] - 1, len(growth), 0.5
    slope, intercept = np.polyfit(growth[:, -1] - growth[:, 1:].mean(axis=1), drawn[:, :, 0].mean(axis=0), 1)
    expected = phi - (1 + 3 * phi) / n
    error = np.sqrt((1 - phi**2) / n / count)
    assert slope == pytest.approx(expected, abs=4 * 2 * error)
    assert intercept == pytest.approx(0.03, abs=4 * 0.05 / (1 - phi) / np.sqrt(n * count))
    sd = np.median(drawn[:, :, 0].std(axis=0))
    # Of the first step: shocks, and the uncertainty of mean and phi, each of order 1 / n of the variance.
    assert sd == pytest.approx(0.05 * np.sqrt(1 + 2 / n), rel=4 / np.sqrt(2 * n * count) + 2 / n)


def test_outcomes_rank_uniformly_among_state_space_draws() -> None:
    drawn, _, outcome = autoregressive()
    for step in (0, 4):
        assert p_uniform(ranks(drawn[:, :, step], outcome[:, step])) > 0.001


# GDP share and error correction


def shares(count: int, years: int, speed: float) -> Array:
    """Return log shares (count, years) that revert to means of their own at `speed`, shocks of 10 %."""
    random = stream(8, "sbc", "shares", str(years))
    gap = 0.1 / np.sqrt(1 - (1 - speed) ** 2) * random.standard_normal(count)
    out = np.empty((count, years))
    for at in range(years):
        gap = (1 - speed) * gap + 0.1 * random.standard_normal(count)
        out[:, at] = gap
    return out + random.standard_normal((count, 1))


@pytest.mark.parametrize("speed", [0.05, 0.15, 0.4])
def test_speed_of_reversion_is_recovered_from_a_long_panel(speed: float) -> None:
    count, years = 100, 1000
    found, volatility = macro_models.reversion(shares(count, years, speed))
    error = np.sqrt((1 - (1 - speed) ** 2) / (count * years))
    assert found == pytest.approx(speed, abs=4 * error)
    assert np.median(volatility) == pytest.approx(0.1, rel=4 / np.sqrt(2 * years * count) + 0.005)


def test_speed_of_reversion_is_freed_of_the_bias_of_thirty_years() -> None:
    """Nickell (1981): by least squares the speed is too high by about (2 - speed) / (T - 1), to the first order;
    terms of the next order of 1 / T, here a quarter of that, remain."""
    speed, years, count = 0.15, 30, 2000
    drawn = shares(count, years, speed)
    bias = (2 - speed) / (years - 1)
    gap = drawn - drawn.mean(axis=1, keepdims=True)
    plain = -(np.diff(gap, axis=1) * gap[:, :-1]).sum() / (gap[:, :-1] ** 2).sum()
    assert plain - speed > bias
    found, _ = macro_models.reversion(drawn)
    assert abs(found - speed) < bias / 3


def test_error_correction_recovers_the_effects_of_income_and_burden(monkeypatch: pytest.MonkeyPatch) -> None:
    """b from what faster GDP adds to the first year, c from how the first year depends on the burden; 400 years."""
    monkeypatch.setattr(macro_models, "WINDOW", 400)
    count, years, b, c, shock = 40, 400, 0.6, 0.2, 0.05
    random = stream(9, "sbc", "demand")
    income = np.cumsum(0.03 + 0.15 * random.standard_normal((count, years)), axis=1)
    y = np.empty((count, years))
    own = random.normal(np.log(2.0), 0.5, count)
    y[:, 0] = income[:, 0] + own
    for at in range(1, years):
        gap = y[:, at - 1] - income[:, at - 1] - own
        step = income[:, at] - income[:, at - 1]
        y[:, at] = y[:, at - 1] + 0.03 * (1 - b) + b * step - c * gap + shock * random.standard_normal(count)
    series = Series(y, y - income, names(count), tuple(range(1626, 2026)))
    draws = 4000
    slow, fast = (
        macro_models.error_correction(series, np.full((count, 1), rate), 0.0, draws, 5)[:, :, 0].astype(float)
        for rate in (0.0, 0.1)
    )
    rows = count * years
    found_b = (fast - slow).mean() / 0.1
    # Standard errors: shock / (sd of the regressor * sqrt(rows)); draws of b add the same over sqrt(draws).
    assert found_b == pytest.approx(b, abs=4 * shock / (0.15 * np.sqrt(rows)) * np.sqrt(1 + 1 / draws))
    burden = (y - income)[:, -1] - (y - income).mean(axis=1)
    # In each economy: the first year less its mean growth, per unit of burden, weighed by burden.
    start = slow.mean(axis=0) - (np.diff(y, axis=1).mean(axis=1) - found_b * np.diff(income, axis=1).mean(axis=1))
    found_c = -(start * burden).sum() / (burden**2).sum()
    spread = (y - income - own[:, None]).std()
    noise = shock / np.sqrt(draws) / np.sqrt((burden**2).sum())
    error = np.hypot(shock / (spread * np.sqrt(rows)), noise)
    assert found_c == pytest.approx(c + (2 - c) / years, abs=4 * error)
