"""Growth models: shapes, bad input, and draws that depend on the seed and the economy and on nothing else."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from futures_case import ECONOMIES, EDITION, LAST, RUN, fitted, known, milex, series, spending
from pydantic import ValidationError

from overtake import paths as project
from overtake.config.futures import Combination, Futures, PanelRegression, PooledRandomWalk
from overtake.errors import OvertakeError
from overtake.futures import coefficients, gdp, macro_models, measurement, models, panel_regression, pooled, time_series
from overtake.futures import hyperparameters as hyper
from overtake.futures import weights as weighing
from overtake.futures.series import SHORTEST, Series, of_spending
from overtake.futures.simulate import simulate

STEPS = 12
NAMES = sorted(models.MODELS)


def settings(model: str = "combined", **cells: object) -> Futures:
    return Futures.of({"model": model, "horizon": 2035, "plans": "off", **cells})


def one(y: np.ndarray, share: float = 2.0) -> Series:
    """Return a series of one economy with a constant share of GDP, per cent."""
    row = np.atleast_2d(y)
    return Series(row, np.full(row.shape, np.log(share)), ("AAA",), tuple(range(LAST - row.shape[1] + 1, LAST + 1)))


def only(whole: Series, *names: str) -> Series:
    """Return some economies of a series, in the order of `names`."""
    rows = [whole.economies.index(name) for name in names]
    return Series(whole.log_milex[rows], whole.log_share[rows], names, whole.years)


def growth_of(volatility: np.ndarray, **parts: object) -> pooled.Growth:
    """Return growth parameters of as many economies, zero where not given."""
    nought = np.zeros(len(volatility))
    parts = {"drift": nought, "drift_sd": nought, "loading": nought, "last": nought, "autocorrelation": 0.0} | parts
    return pooled.Growth(volatility=volatility, **parts)  # type: ignore[arg-type]


def rows_of(whole: pooled.Growth, rows: list[int]) -> pooled.Growth:
    """Return the parameters of some economies."""
    parts = {name: value[rows] if isinstance(value, np.ndarray) else value for name, value in vars(whole).items()}
    return pooled.Growth(**parts)


# What every model must do


@pytest.mark.parametrize("name", NAMES)
def test_every_model_returns_finite_float32_draws(name: str) -> None:
    drawn = models.growth(series(), known(), settings(name), STEPS, RUN)
    assert drawn.shape == (RUN.draws, len(ECONOMIES), STEPS)
    assert drawn.dtype == np.float32
    assert np.isfinite(drawn).all()
    # Uncertainty grows with the horizon, and draws differ.
    spread = drawn.std(axis=0)
    assert (spread[:, 0] > 0).all()
    assert (spread[:, -1] > spread[:, 0]).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(name: str) -> None:
    first, again = (models.growth(series(), known(), settings(name), STEPS, RUN) for _ in range(2))
    other = models.growth(series(), known(), settings(name), STEPS, RUN.model_copy(update={"seed": 12}))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", NAMES)
def test_every_model_takes_an_economy_whose_figures_begin_late_and_one_without_gdp(name: str) -> None:
    whole = series()
    whole.log_milex[1, :-SHORTEST], whole.log_share[1, :-SHORTEST] = np.nan, np.nan
    whole.log_share[2] = np.nan
    assert np.isfinite(models.growth(whole, known(), settings(name), STEPS, RUN)).all()


@pytest.mark.parametrize(
    "y",
    [
        pytest.param(0.03 * np.arange(30), id="same growth every year"),
        pytest.param(np.r_[np.zeros(29), 0.01], id="one step"),
        pytest.param(np.cumsum(np.tile([0.05, -0.02], SHORTEST // 2)), id="the shortest"),
        pytest.param(np.cumsum(np.r_[np.full(15, 0.02), 2.5, np.full(14, 0.02)]), id="a war"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_series_at_the_edge_of_the_rules_stay_finite_and_uncertain(name: str, y: np.ndarray) -> None:
    drawn = models.growth(one(y), known(), settings(name), STEPS, RUN)
    assert np.isfinite(drawn).all()
    assert (drawn.std(axis=0) > 0).all()


def test_pooled_random_walk_is_not_certain_of_a_series_without_volatility() -> None:
    world = pooled.World(0.02, 0.02, np.log(0.08), 0.1)
    for own in (0.0, 0.5, 1.0):
        growth = pooled.estimate(one(0.03 * np.arange(30)).log_milex, world, PooledRandomWalk(own_volatility=own))
        assert growth.volatility[0] >= pooled.LEAST_VOLATILITY * 0.999


def test_a_share_that_never_moved_does_not_revert() -> None:
    speed, volatility = macro_models.reversion(np.full((2, 10), np.log(2.0)))
    assert speed == 0
    np.testing.assert_array_equal(volatility, 0)


# Bad input, refused by name or handled by rule


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda t: t[(t.iso3 != "BBB") | (t.year > LAST - SHORTEST + 1)], "BBB: fewer than 8 years"),
        (lambda t: t.assign(milex_constant_usd_bn=t.milex_constant_usd_bn.where(t.iso3 != "BBB", 5.0)),
         "BBB: the same figure in every year"),
        (lambda t: t.assign(milex_constant_usd_bn=t.milex_constant_usd_bn.where(
            (t.iso3 != "BBB") | (t.year != 2001), 0.0)), "BBB: zero or negative in 2001"),
        (lambda t: t.assign(milex_constant_usd_bn=t.milex_constant_usd_bn.where(
            (t.iso3 != "BBB") | (t.year != 2001), -1.0)), "BBB: zero or negative in 2001"),
        (lambda t: t[(t.iso3 != "BBB") | ~t.year.isin([2001, 2003])], "BBB: no figure in 2001, 2003"),
        (lambda t: t[(t.iso3 != "BBB") | (t.year != LAST)], f"BBB: no figure in {LAST}"),
        (lambda t: t[t.year != 2001], "AAA: no figure in 2001"),
    ],
    ids=["short", "equal", "zero", "negative", "gap", "end missing", "year missing for all"],
)  # fmt: skip
def test_series_that_no_model_can_use_are_refused_by_name(damage: object, told: str) -> None:
    with pytest.raises(OvertakeError, match=told) as refused:
        of_spending(damage(spending()))  # type: ignore[operator]
    assert refused.value.next_step


def test_all_offenders_are_named_at_once() -> None:
    table = spending()
    table.loc[(table.iso3 == "BBB") & (table.year == 2001), "milex_constant_usd_bn"] = 0.0
    table.loc[table.iso3 == "CCC", "milex_constant_usd_bn"] = 3.0
    table = table[(table.iso3 != "AAA") | (table.year > LAST - SHORTEST + 1)]
    with pytest.raises(OvertakeError, match=r"(?s)AAA: fewer than 8 years.*BBB: zero.*CCC: the same"):
        of_spending(table)


def test_leading_years_without_figures_are_no_gap() -> None:
    found = of_spending(spending()[lambda t: (t.iso3 != "BBB") | (t.year >= 2000)])
    assert np.isnan(found.log_milex[1, : 2000 - 1989]).all()
    assert np.isfinite(found.log_milex[1, 2000 - 1989 :]).all()


def test_an_economy_without_a_gdp_forecast_starts_from_its_own_growth() -> None:
    """By hand: own growth 4 %, then a twentieth of the way to 2 % each year; a known one takes the forecast first."""
    y = np.arange(20) * np.log(1.04)
    whole = Series(np.stack([y, y]), np.zeros((2, 20)), ("AAA", "BBB"), tuple(range(2006, 2026)))
    macro = pd.DataFrame({"iso3": "BBB", "year": [2025, 2026, 2027], "real_growth_pct": [9.0, 5.0, 6.0]})
    found = 100 * np.expm1(gdp.expected_growth(whole, macro, 25))
    by_hand = np.r_[4 - 2 * np.arange(1, 21) / 20, np.full(5, 2.0)]
    np.testing.assert_allclose(found[0], by_hand)
    np.testing.assert_allclose(found[1], np.r_[5, 6, 6 - 4 * np.arange(1, 21) / 20, 2, 2, 2])
    np.testing.assert_allclose(
        100 * np.expm1(gdp.expected_growth(whole, pd.DataFrame(), 25)), np.stack([by_hand, by_hand])
    )
    for steps in (1, 2, 3):
        np.testing.assert_allclose(100 * np.expm1(gdp.expected_growth(whole, macro, steps)), found[:, :steps])


def test_forecast_errors_of_gdp_by_hand_and_by_default_where_unknown() -> None:
    assert gdp.forecast_error(known().published["macro"]) == pytest.approx(1.0)
    newest = known().published["macro"][lambda t: t.edition == EDITION]
    assert gdp.forecast_error(newest) == gdp.DEFAULT_ERROR_PCT


@pytest.mark.parametrize("horizon", [2027, LAST + 2])
def test_a_horizon_after_the_last_year_is_reached(horizon: int) -> None:
    found = simulate(known(), settings("state_space", horizon=horizon), RUN)
    assert found.years[-1] == horizon


def test_a_horizon_not_after_the_last_year_is_refused() -> None:
    later = spending().assign(year=lambda t: t.year + 4)
    with pytest.raises(OvertakeError, match=r"futures\.horizon") as refused:
        simulate(known().with_spending(later), settings("state_space", horizon=2029), RUN)
    assert refused.value.found == 2029
    with pytest.raises(ValidationError, match="horizon"):
        settings("state_space", horizon=2020)


def test_unknown_origins_and_editions_of_shipped_figures_are_refused() -> None:
    for origin, edition in ((1999, EDITION), (LAST, "2010-04")):
        with pytest.raises(OvertakeError, match=f"hyperparameters.*{edition} at origin {origin}"):
            hyper.world(known().learned["hyperparameters"], edition, origin)
        with pytest.raises(OvertakeError, match=f"panel_regression.*{edition} at origin {origin}"):
            coefficients.of_origin(known().learned["panel_regression"], edition, origin)


# Weights and the pool


@pytest.mark.parametrize(
    "weights", [{"a": -0.1, "b": 1.1}, {"a": 0.0, "b": 0.0}, {"a": np.nan, "b": 1.0}, {"a": np.inf, "b": 1.0}, {}]
)
def test_weights_that_cannot_be_weights_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(OvertakeError, match="weights of the combination"):
        weighing.normalised(weights)


def test_weights_that_do_not_sum_are_scaled_and_zeros_left_out() -> None:
    assert weighing.normalised({"a": 1.0, "b": 3.0, "c": 0.0}) == {"a": 0.25, "b": 0.75}


def test_scored_weights_by_hand() -> None:
    scores = pd.DataFrame({"model": ["gdp_share", "state_space"], "crps": [0.1, 0.12]})
    members = ("gdp_share", "state_space")
    found = weighing.of_settings(scores, Combination(members=members, sharpness=10, shrink=0.25))
    better = 1 / (1 + np.exp(-2))
    assert found["gdp_share"] == pytest.approx(0.75 * better + 0.125)
    assert sum(found.values()) == pytest.approx(1)
    equal = weighing.of_settings(scores.iloc[:0], Combination(members=members, weights="equal"))
    assert equal == {"gdp_share": 0.5, "state_space": 0.5}
    with pytest.raises(OvertakeError, match="state_space: has no score"):
        weighing.of_settings(scores.iloc[:1], Combination(members=members))


@pytest.mark.parametrize("how", ["scored", "equal"])
def test_a_member_named_twice_counts_once(how: str) -> None:
    combination = Combination(members=("gdp_share", "gdp_share", "state_space"), weights=how)  # type: ignore[arg-type]
    found = weighing.of_settings(known().learned["model_scores"], combination)
    assert set(found) == {"gdp_share", "state_space"}
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize("shares", [{"a": 0.55, "b": 0.3, "c": 0.15}, {"a": 11.0, "b": 6.0, "c": 3.0}])
def test_the_pool_deals_exactly_the_proportions_and_keeps_whole_draws(shares: dict[str, float]) -> None:
    parts = {name: np.full((1000, 2, 3), at, dtype=np.float32) for at, name in enumerate("abc")}
    for part in parts.values():
        part[:, :, 1] = np.arange(1000)[:, None]
    found = models.pool(parts.__getitem__, shares, 5)
    assert [int((found[:, 0, 0] == at).sum()) for at in range(3)] == [550, 300, 150]
    # A draw is of one model for all economies and years, and is that model's draw of the same number.
    assert (found[:, 0, 0] == found[:, 1, 2]).all()
    np.testing.assert_array_equal(found[:, 1, 1], np.arange(1000))


def test_each_model_and_equal_weights_are_one_parameter_away() -> None:
    combined = models.growth(series(), known(), settings(), STEPS, RUN)
    members = Combination().members
    parts = [models.growth(series(), known(), settings(name), STEPS, RUN) for name in members]
    same = np.stack([(combined == part).all(axis=(1, 2)) for part in parts])
    assert (same.sum(axis=0) == 1).all()
    shares = weighing.of_settings(known().learned["model_scores"], Combination())
    assert same.sum(axis=1).tolist() == pytest.approx([shares[name] * RUN.draws for name in members], abs=1)
    equal = models.growth(series(), known(), settings(combination={"weights": "equal"}), STEPS, RUN)
    counts = [int((equal == part).all(axis=(1, 2)).sum()) for part in parts]
    assert counts == pytest.approx([RUN.draws / len(members)] * len(members), abs=1)


# Independence of who else is asked for


def test_pooled_draws_of_an_economy_do_not_depend_on_the_others() -> None:
    given = growth_of(
        drift=np.array([0.01, 0.02, 0.03]),
        drift_sd=np.full(3, 0.01),
        volatility=np.array([0.05, 0.1, 0.2]),
        loading=np.array([0.2, 0.5, 0.9]),
        last=np.array([0.1, 0.0, -0.1]),
        autocorrelation=0.3,
    )
    three = pooled.simulate(given, ("AAA", "BBB", "CCC"), STEPS, 300, 6.0, 9)
    lone = rows_of(given, [1])
    np.testing.assert_array_equal(pooled.simulate(lone, ("BBB",), STEPS, 300, 6.0, 9)[:, 0], three[:, 1])
    turned = rows_of(given, [2, 1, 0])
    found = pooled.simulate(turned, ("CCC", "BBB", "AAA"), STEPS, 300, 6.0, 9)
    np.testing.assert_array_equal(found[:, ::-1], three)


def test_panel_regression_draws_of_an_economy_do_not_depend_on_the_others() -> None:
    whole = panel_regression.simulate(fitted(), series(), PanelRegression(), 20, 300, 9)
    lone = panel_regression.simulate(fitted(), only(series(), "EEE"), PanelRegression(), 20, 300, 9)
    np.testing.assert_allclose(lone[:, 0], whole[:, 4], rtol=2e-6)  # matrix products of other sizes round otherwise


@pytest.mark.parametrize("model", [time_series.damped_trend, time_series.state_space])
def test_models_of_one_economy_do_not_see_the_others(model: object) -> None:
    whole = model(series(), STEPS, 50, 9)  # type: ignore[operator]
    np.testing.assert_array_equal(model(only(series(), "CCC"), STEPS, 50, 9)[:, 0], whole[:, 2])  # type: ignore[operator]


def test_gdp_paths_and_level_errors_of_an_economy_do_not_depend_on_the_others() -> None:
    expected = np.full((6, STEPS), 0.02)
    whole = list(gdp.paths(series(), expected, 2.0, 100, 9))
    np.testing.assert_array_equal(next(gdp.paths(only(series(), "DDD"), expected[:1], 2.0, 100, 9)), whole[3])
    errors = measurement.level_error(spending(), ECONOMIES, milex(), 100, 9)
    np.testing.assert_array_equal(measurement.level_error(spending(), ("DDD",), milex(), 100, 9)[:, 0], errors[:, 3])


# Correlation


def test_common_shocks_give_the_correlation_asked_for_and_a_positive_definite_matrix() -> None:
    """Normal shocks (tail_df high), one year: the sampling error of a correlation of 20,000 draws is 0.007."""
    for rho in (*pooled.CORRELATION_RANGE, 0.3):
        given = growth_of(volatility=np.full(5, 0.1), loading=np.full(5, np.sqrt(rho)))
        drawn = pooled.simulate(given, ECONOMIES[:5], 1, 20_000, 100.0, 4)[:, :, 0]
        matrix = np.corrcoef(drawn.T)
        off = matrix[np.triu_indices(5, 1)]
        np.testing.assert_allclose(off, rho, atol=4 * 0.0075)
        assert np.linalg.eigvalsh(np.full((5, 5), rho) + (1 - rho) * np.eye(5)).min() > 0


def test_correlation_is_kept_within_its_range_and_defaults_where_it_cannot_be_known() -> None:
    random = np.random.default_rng(2)
    common = random.standard_normal(40)
    twins = np.stack([common, common, common])
    assert pooled.correlation(twins) == pooled.CORRELATION_RANGE[1]
    assert pooled.correlation(np.stack([common, -common])) == pooled.CORRELATION_RANGE[0]
    assert pooled.correlation(twins[:1]) == 0
    assert pooled.correlation(np.stack([common, np.zeros(40)])) == 0
    gapped = twins.copy()
    gapped[0, 2:] = np.nan
    assert pooled.correlation(gapped) == 0


def test_panel_regression_draws_are_correlated_as_fitted() -> None:
    """Ranks of one year are normal, correlated by world, region and subregion; 20,000 draws know it to 0.007."""
    given = replace(fitted(), shares=np.tile([0.1, 0.2, 0.3], (panel_regression.HORIZONS, 1)))
    above = {"AAA": ("x", "x1"), "BBB": ("x", "x1"), "CCC": ("x", "x2"), "DDD": ("y", "y1")}
    drawn = panel_regression.simulate(given, series(), PanelRegression(), 1, 20_000, 4, above)[:, :, 0]
    rank = np.argsort(np.argsort(drawn, axis=0), axis=0)
    spearman = 2 * np.sin(np.pi / 6 * np.corrcoef(rank.T))
    shared = {("AAA", "BBB"): 0.6, ("AAA", "CCC"): 0.3}
    for i, j in zip(*np.triu_indices(len(ECONOMIES), 1), strict=True):
        expected = shared.get((ECONOMIES[i], ECONOMIES[j]), 0.3 if ECONOMIES[j] == "CCC" else 0.1)
        assert spearman[i, j] == pytest.approx(expected, abs=4 * 0.0075), (i, j)


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_spread_is_a_factor_on_the_distance_from_the_median(spread: float) -> None:
    one, other = (
        panel_regression.simulate(fitted(), series(), PanelRegression(spread=each), 3, 4_000, 4) for each in (1, spread)
    )
    width = [np.diff(np.quantile(drawn, [0.25, 0.75], axis=0), axis=0) for drawn in (one, other)]
    np.testing.assert_allclose(width[1] / width[0], spread, rtol=1e-4)


# Heavy tails, persistence, measurement


def test_shocks_carry_over_with_the_autocorrelation_and_keep_the_volatility() -> None:
    """Normal shocks: from year to year correlated as asked for once the start has died out, volatility as asked for."""
    given = growth_of(volatility=np.array([0.1]), autocorrelation=0.4, last=np.array([0.05]), loading=np.array([0.6]))
    yearly = np.diff(pooled.simulate(given, ("AAA",), 12, 40_000, 1e6, 4)[:, 0].astype(float), axis=1, prepend=0)
    assert yearly.std(axis=0)[-1] == pytest.approx(0.1, rel=0.02)
    assert np.corrcoef(yearly[:, -2], yearly[:, -1])[0, 1] == pytest.approx(0.4, abs=4 / np.sqrt(40_000))
    # The last observed shock dies out: 0.05 * 0.4, 0.05 * 0.16, ...
    expected = 0.05 * 0.4 ** np.arange(1, 4)
    np.testing.assert_allclose(yearly.mean(axis=0)[:3], expected, atol=4 * 0.1 / np.sqrt(40_000))


def test_a_year_of_war_counts_as_the_cut() -> None:
    """By hand: 29 years of 2 % and one of 250 log points, which counts as 25."""
    y = np.cumsum(np.r_[0.0, np.full(15, 0.02), 2.5, np.full(14, 0.02)])[None]
    world = pooled.World(0.0, 0.0, 0.0, 0.0)
    found = pooled.estimate(y, world, PooledRandomWalk(own_drift=1.0, own_volatility=1.0, window=30, cut=0.25))
    assert found.drift[0] == pytest.approx((29 * 0.02 + 0.25) / 30)


def test_shocks_have_heavy_tails_and_the_volatility_asked_for() -> None:
    """Variance is the volatility's square; kurtosis of a Student t with 6 degrees of freedom is 6 (excess 3)."""
    given = growth_of(volatility=np.array([0.1]))
    drawn = pooled.simulate(given, ("AAA",), 1, 200_000, 6.0, 4)[:, 0, 0].astype(float)
    assert drawn.std() == pytest.approx(0.1, rel=0.01)
    heavy = (np.abs(drawn) > 0.1 * 3).mean()
    from scipy.stats import t

    share = 2 * t.sf(3 * np.sqrt(6 / 4), 6)
    assert heavy == pytest.approx(share, abs=4 * np.sqrt(share / 200_000))


def printed(
    spread: dict[str, float], editions: int, years: int, status: str = "reported", seed: int = 5
) -> pd.DataFrame:
    """Return made-up editions: in each, an economy's figures since the last are revised together by its own spread."""
    random, rows = np.random.default_rng(5), []
    for iso3, sd in spread.items():
        first = random.lognormal(5, 0.3, size=years)
        for at in range(editions):
            known = years - (editions - 1 - at) * (years // editions)
            rows += [(f"{2010 + at}-04", iso3, 1990 + year, first[year], status) for year in range(known)]
            first = first * np.exp(random.normal(0, sd))
    return pd.DataFrame(rows, columns=["edition", "iso3", "year", "milex_lcu_m", "status"])


def sd_of(table: pd.DataFrame, iso3: str, status: str = "reported") -> float:
    return float(table[(table["iso3"] == iso3) & (table["status"] == status)]["sd"].iloc[0])


def test_the_spread_of_revisions_is_each_economys_own() -> None:
    """Recovery: many editions give back the spread of each; its figures move by sums of revisions since their first."""
    asked = {f"E{at:02d}": sd for at, sd in enumerate([0.004, 0.004, 0.02, 0.02, 0.08, 0.08, 0.08, 0.02])}
    found = measurement.revision_sd(printed(asked, 40, 80))
    steps = measurement.revisions(printed(asked, 40, 80))
    for iso3, sd in asked.items():
        own = steps[steps["iso3"] == iso3]
        passed = [int(edition[:4]) for edition in own["edition"]]
        scale = sd * np.sqrt(np.mean([2049 - at for at in passed]))
        assert sd_of(found, iso3) == pytest.approx(scale, rel=0.6)
    assert sd_of(found, "E04") > 5 * sd_of(found, "E00")


def test_few_events_are_drawn_to_the_mean_and_many_are_not() -> None:
    asked = {"AAA": 0.05, "BBB": 0.002, "CCC": 0.01, "DDD": 0.02, "EEE": 0.005}
    for editions, far in ((3, 1.5), (30, 1.05)):
        table = measurement.revision_sd(printed(asked, editions, 60))
        seen = table[table["events"] > 0]
        moved = np.abs(np.log(seen["sd"] / np.hypot(seen["raw"], measurement.ROUNDING)))
        assert moved.max() < np.log(far)
        middle = np.log(np.hypot(seen["raw"], measurement.ROUNDING)).mean()
        assert ((np.log(seen["sd"]) - middle).abs() <= (np.log(seen["raw"]) - middle).abs() + 0.02).all()


def test_a_flag_alone_makes_no_error_larger() -> None:
    """An economy whose estimates never moved has a smaller one than another whose reported figures did."""
    both = pd.concat([printed({"AAA": 0.0, "BBB": 0.0}, 4, 40, "estimate"), printed({"CCC": 0.05, "DDD": 0.04}, 4, 40)])
    table = measurement.revision_sd(both)
    assert sd_of(table, "AAA", "estimate") < 0.1 * sd_of(table, "CCC")


def test_a_filled_year_is_wider_than_any_reported_one() -> None:
    rows = [("AAA", year, "reported", False) for year in range(2000, 2009)] + [("AAA", 2009, "highly uncertain", True)]
    spent = pd.DataFrame(rows, columns=["iso3", "year", "status", "gap_filled"])
    scale = measurement.year_sd(spent, measurement.revision_sd(printed({"AAA": 0.03}, 5, 40)), ("AAA",))[0]
    assert scale[-1] == pytest.approx(np.sqrt(2) * scale[0])


def test_a_part_common_to_all_is_found_where_there_is_one() -> None:
    alone = printed({f"E{at}": 0.02 for at in range(12)}, 12, 60)
    assert measurement.common_sd(alone) < 0.01
    shift = {edition: 0.1 * np.sin(3 * at) for at, edition in enumerate(sorted(alone["edition"].unique()))}
    moved = alone.assign(milex_lcu_m=alone["milex_lcu_m"] * np.exp(alone["edition"].map(shift)))
    assert measurement.common_sd(moved) > 0.03


def test_a_lone_edition_knows_no_revision() -> None:
    lone = milex()[lambda t: t.edition == EDITION]
    assert set(measurement.revision_sd(lone)["sd"]) == {0.0}
    assert measurement.common_sd(lone) == 0.0


def test_chinas_estimates_are_more_than_twice_as_uncertain_as_steady_reporters() -> None:
    """Second route: plain pandas from data/raw, root mean square of revisions, unshrunk."""
    figures = pd.read_csv(project.RAW / "milex.csv")
    table = measurement.revision_sd(figures)
    china = sd_of(table, "CHN", "estimate")
    known = figures[figures["milex_lcu_m"] > 0].sort_values("edition")
    ends = known.groupby(["iso3", "year"])["milex_lcu_m"].agg(["first", "last"])
    rough = np.log(ends["last"] / ends["first"]).pow(2).groupby("iso3").mean().pow(0.5)
    for iso3 in ("AUS", "USA", "KOR", "IND"):
        assert china > 2 * sd_of(table, iso3)
        assert rough["CHN"] > 2 * rough[iso3]


def test_simulate_keeps_one_timeline_and_one_level_error_a_draw() -> None:
    found = simulate(known(), settings("state_space"), RUN)
    assert found.years == tuple(range(1989, 2036))
    assert found.last_observed == LAST
    observed = found.values[:, :, : LAST - 1989 + 1] / np.exp(series().log_milex)
    np.testing.assert_allclose(observed, observed[:, :, :1] * np.ones_like(observed), rtol=1e-4)
    assert np.log(observed[:, :, 0]).std() == pytest.approx(0.02, rel=0.1)
    assert np.isfinite(found.values).all()
    assert (found.values > 0).all()


# Threads

PROGRAM = """
import hashlib, sys
sys.path.insert(0, {here!r})
from futures_case import known, series, RUN
from overtake.config.futures import Futures
from overtake.futures import models
drawn = models.growth(series(), known(), Futures.of({{"plans": "off"}}), 12, RUN)
print(hashlib.sha256(drawn.tobytes()).hexdigest())
"""


def test_one_thread_or_two_give_the_same_bytes() -> None:
    here = str(Path(__file__).parent)
    found = set()
    for threads in ("1", "2"):
        variables = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads)
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(here=here)],
            env={**os.environ, **variables, "PYTHONHASHSEED": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout.strip())
    drawn = models.growth(series(), known(), Futures.of({"plans": "off"}), 12, RUN)
    assert found == {hashlib.sha256(drawn.tobytes()).hexdigest()}
