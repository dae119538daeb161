"""Scores against formulas of their own: closed forms, definitions by pairs, loops by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from overtake.futures.series import Series
from overtake.skill import peers, rolling, scores, split, tables
from overtake.streams import stream


def normal(draws: int, *shape: int, name: str = "scores") -> np.ndarray:
    return stream(1, "test", name).standard_normal((draws, *shape))


# CRPS


@pytest.mark.parametrize("outcome", [-2.0, 0.0, 0.7, 3.0])
def test_crps_of_normal_draws_is_the_closed_form(outcome: float) -> None:
    """Gneiting and Raftery (2007): z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)."""
    exact = outcome * (2 * stats.norm.cdf(outcome) - 1) + 2 * stats.norm.pdf(outcome) - 1 / np.sqrt(np.pi)
    # The standard error of the mean of |x - y| - 2 E|x - x'| / 2, whose terms are of order one.
    assert scores.crps(normal(40_000, 1), np.array([outcome]))[0] == pytest.approx(exact, abs=4 / np.sqrt(40_000))


def test_crps_of_a_small_ensemble_is_the_fair_one_by_definition() -> None:
    """E|X - y| - E|X - X'| / 2, the second over pairs of different draws (Ferro 2014)."""
    draws, outcome = normal(7, 3, 2), normal(3, 2, name="outcome")
    fair = np.abs(draws - outcome).mean(axis=0) - np.abs(draws[:, None] - draws[None]).sum(axis=(0, 1)) / (2 * 7 * 6)
    np.testing.assert_allclose(scores.crps(draws, outcome), fair, atol=1e-12)


def test_crps_is_fair_a_small_ensemble_scores_as_a_large_one_on_average() -> None:
    outcome = normal(1, 60_000, name="truth")[0]
    small = scores.crps(normal(3, 60_000, name="small"), outcome).mean()
    assert small == pytest.approx(1 / np.sqrt(np.pi), abs=4 * 0.6 / np.sqrt(60_000))


def test_crps_is_proper_the_true_spread_scores_best() -> None:
    outcome, draws = normal(1, 4000, name="proper")[0], normal(100, 4000)
    found = {spread: scores.crps(spread * draws, outcome).mean() for spread in (0.5, 0.8, 1.0, 1.25, 2.0)}
    assert min(found, key=lambda spread: found[spread]) == 1.0


def test_crps_of_a_certain_forecast_is_the_distance() -> None:
    np.testing.assert_allclose(scores.crps(np.full((10, 2), 1.0), np.array([1.0, 3.5])), [0.0, 2.5])


# Pinball, coverage, PIT


def test_pinball_by_hand_and_at_its_minimum() -> None:
    assert scores.pinball(np.array([[1.0], [3.0]]), np.array([2.0]), (0.1, 0.8))[0] == pytest.approx(
        ((2 - 1) * 0.1 + (3 - 2) * 0.2) / 2
    )
    outcome = normal(1, 200_000, name="pinball")[0]
    for level in scores.LEVELS:
        losses = [
            scores.pinball(np.full((1, outcome.size), stats.norm.ppf(level) + move), outcome, (level,)).mean()
            for move in (-0.2, 0.0, 0.2)
        ]
        assert losses[1] == min(losses)
        assert losses[1] == pytest.approx(stats.norm.pdf(stats.norm.ppf(level)), rel=0.05)


def test_twice_the_mean_pinball_over_many_levels_is_the_crps() -> None:
    levels = tuple((np.arange(400) + 0.5) / 400)
    outcome = np.array([0.3, -1.2])
    draws = normal(20_000, 2)
    loss = scores.pinball(np.quantile(draws, levels, axis=0), outcome, levels)
    np.testing.assert_allclose(2 * loss, scores.crps(draws, outcome), rtol=0.005)


def test_coverage_of_calibrated_draws_is_nominal_and_of_narrow_ones_known() -> None:
    count = 20_000
    draws, outcome = normal(400, count, name="cover"), normal(1, count, name="outcome of cover")[0]
    for spread in (1.0, 0.7):
        exact = 2 * stats.norm.cdf(spread * stats.norm.ppf(0.9)) - 1
        # Sampling of outcomes, and the estimated ends of 400 draws (of order 1 / 400).
        allowed = 4 * np.sqrt(exact * (1 - exact) / count) + 2 / 400
        _, inside = scores.of_sorted(np.sort(spread * draws.T, axis=1), outcome)
        assert inside.mean() == pytest.approx(exact, abs=allowed)


def test_ends_of_an_interval_count_as_inside() -> None:
    ordered = np.arange(101.0)[None]
    for outcome, inside in ((10.0, True), (90.0, True), (9.99, False), (90.01, False)):
        assert scores.of_sorted(ordered, np.array([outcome]))[1][0] == inside


def test_pit_is_uniform_for_calibrated_draws_and_not_for_narrow_ones() -> None:
    draws, outcome = normal(199, 5000, name="pit"), normal(1, 5000, name="outcome of pit")[0]
    counts = np.histogram(scores.pit(draws, outcome), 10, (0, 1))[0]
    assert stats.chisquare(counts).pvalue > 0.001
    narrow = np.histogram(scores.pit(0.7 * draws, outcome), 10, (0, 1))[0]
    assert stats.chisquare(narrow).pvalue < 1e-6
    assert narrow[[0, 9]].min() > narrow[1:9].max()
    assert scores.pit(np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([2.5]))[0] == 0.5


# Pairs, passing, Brier, reliability


def test_pairs_are_the_smaller_before_the_larger_within_the_factor() -> None:
    spending = np.array([1.0, 2.9, 3.0, 3.1, 9.5, 2.9])
    by_hand = [(i, j) for i in range(6) for j in range(6) if spending[i] < spending[j] <= 3 * spending[i] * (1 + 1e-12)]
    assert [tuple(row) for row in scores.pairs(np.log(spending)).tolist()] == by_hand
    assert (0, 3) not in by_hand
    assert (0, 2) in by_hand


def test_passing_by_hand() -> None:
    """i passes j within h when it spends more in any year up to h, draw by draw and in what happened."""
    draws, outcome = normal(50, 3, 4, name="passing"), normal(3, 4, name="passed")
    at = np.array([0.0, 0.1, 0.2])
    chosen = scores.pairs(at)
    probability, happened = scores.passing(draws, outcome, chosen)
    for row, (i, j) in enumerate([(0, 1), (0, 2), (1, 2)]):
        for h in range(4):
            ahead = [any(draw[i, s] > draw[j, s] for s in range(h + 1)) for draw in draws]
            assert probability[row, h] == pytest.approx(np.mean(ahead))
            assert happened[row, h] == any(outcome[i, s] > outcome[j, s] for s in range(h + 1))


def test_a_draw_that_is_level_has_not_passed_and_equal_spenders_are_no_pair() -> None:
    level = np.zeros((4, 2, 3))
    probability, happened = scores.passing(level, level[0], np.array([[0, 1]]))
    assert not probability.any()
    assert not happened.any()
    assert scores.pit(np.zeros((4, 1)), np.zeros(1))[0] == 0


def test_passing_uses_joint_draws() -> None:
    """Shocks common to both change no order: with perfect correlation nobody passes."""
    common = normal(500, 1, 5, name="common")
    draws = np.array([0.0, 0.1])[None, :, None] + np.repeat(common, 2, axis=1)
    at = np.array([0.0, 0.1])
    probability, _ = scores.passing(draws, draws[0], scores.pairs(at))
    np.testing.assert_array_equal(probability, 0)


def test_brier_by_hand_and_best_at_the_true_probability() -> None:
    np.testing.assert_allclose(scores.brier(np.array([0.3, 0.3, 1.0]), np.array([True, False, True])), [0.49, 0.09, 0])
    happened = stream(2, "brier").random(100_000) < 0.3
    found = {p: scores.brier(np.full(happened.size, p), happened).mean() for p in (0.2, 0.3, 0.4)}
    assert min(found, key=lambda p: found[p]) == 0.3
    assert found[0.3] == pytest.approx(0.3 * 0.7, abs=4 * 0.2 / np.sqrt(happened.size))


def test_reliability_by_hand_and_of_honest_forecasts() -> None:
    found = scores.reliability(np.array([0.05, 0.15, 0.16, 1.0]), np.array([False, True, False, True]))
    np.testing.assert_allclose(found, [[0.05, 0, 1], [0.155, 0.5, 2], [1.0, 1, 1]])
    random = stream(3, "reliability")
    probability = random.random(200_000)
    rows = scores.reliability(probability, random.random(200_000) < probability)
    assert len(rows) == 10
    assert rows[:, 2].sum() == 200_000
    assert (np.abs(rows[:, 0] - rows[:, 1]) < 4 * 0.5 / np.sqrt(rows[:, 2])).all()


# Block bootstrap


def test_bootstrap_of_blocks_by_hand() -> None:
    """Sums over chosen blocks over their counts, with the same stream of choices."""
    values, blocks = np.array([1.0, 2.0, 3.0, 10.0, 20.0]), np.array([7, 7, 7, 2, 2])
    mean, low, high = scores.block_interval(values, blocks, 400, stream(4, "boot"))
    chosen = stream(4, "boot").integers(0, 2, (400, 2))
    parts = [values[blocks == 2], values[blocks == 7]]
    means = [np.concatenate([parts[at] for at in row]).mean() for row in chosen]
    assert mean == values.mean()
    np.testing.assert_allclose((low, high), np.quantile(means, [0.025, 0.975]))


def test_bootstrap_interval_covers_the_mean_of_correlated_blocks() -> None:
    """60 blocks of 20 values that share a shock: the interval is as wide as the blocks ask for, not the values."""
    inside, widths = 0, []
    for trial in range(300):
        random = stream(5, "cover", str(trial))
        values = (random.standard_normal((60, 1)) + 0.3 * random.standard_normal((60, 20))).ravel()
        _, low, high = scores.block_interval(values, np.repeat(np.arange(60), 20), 300, random)
        inside += low <= 0 <= high
        widths.append(high - low)
    # Nominal 95 %; a bootstrap of 60 blocks falls short by about a point, four standard errors are five points.
    assert 0.89 <= inside / 300 <= 0.99
    exact = 2 * 1.96 * np.sqrt((1 + 0.09 / 20) / 60)
    assert np.mean(widths) == pytest.approx(exact, rel=0.05)


def test_one_value_a_block_is_the_plain_bootstrap() -> None:
    values = normal(1, 2000, name="plain")[0]
    _, low, high = scores.block_interval(values, np.arange(2000), 2000, stream(6, "plain"))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(2000), rel=0.1)


# Tables, split, backtest


def test_the_split_is_fixed_and_about_half() -> None:
    codes = [a + b + c for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJ" for c in "ABCDEFGHIJ"]
    share = np.mean([split.tuning_country(code) for code in codes])
    assert share == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(1000))
    held = [code for code in codes if split.held_back(code, split.LAST_TUNING_ORIGIN + 1)]
    assert held == [code for code in codes if not split.tuning_country(code)]
    assert not any(split.held_back(code, split.LAST_TUNING_ORIGIN) for code in codes)


def walk(years: int = 30) -> Series:
    """Return six economies that walk at random, the last of them with figures only of late."""
    steps = 0.1 * normal(6, years, name="walk")
    y = np.cumsum(steps, axis=1) + np.linspace(0, 1, 6)[:, None]
    y[5, : years - 4] = np.nan
    return Series(y, np.zeros_like(y), tuple("ABCDEF"), tuple(range(2025 - years + 1, 2026)))


def test_the_backtest_shows_a_forecaster_the_past_only_and_scores_what_followed() -> None:
    whole = walk()
    seen: list[tuple[int, tuple[str, ...]]] = []

    def last_value(series: Series, steps: int) -> np.ndarray:
        assert series.years[-1] == series.origin
        np.testing.assert_array_equal(series.log_milex, whole.upto(series.origin).log_milex[: len(series.economies)])
        seen.append((series.origin, series.economies))
        return np.repeat(np.repeat(series.log_milex[None, :, -1:], 10, axis=0), steps, axis=2)

    points, pairs = rolling.backtest("last", last_value, whole, [2015, 2020, 2024, 2025], 5)
    # The economy without eight years up to an origin is left out; the last origin has nothing to score.
    assert seen == [(2015, tuple("ABCDE")), (2020, tuple("ABCDE")), (2024, tuple("ABCDE"))]
    assert len(points) == 5 * (5 + 5 + 1)
    row = points[(points.origin == 2015) & (points.horizon == 3) & (points.iso3 == "C")].iloc[0]
    at = whole.years.index(2015)
    assert row.crps == pytest.approx(abs(whole.log_milex[2, at + 3] - whole.log_milex[2, at]))
    assert row.model == "last"
    assert set(pairs["probability"]) == {0.0}
    for pair in pairs.itertuples():
        i, j, at = "ABCDEF".index(pair.i), "ABCDEF".index(pair.j), whole.years.index(pair.origin)
        later = slice(at + 1, at + 1 + pair.horizon)
        assert pair.happened == (whole.log_milex[i, later] > whole.log_milex[j, later]).any()


def test_an_origin_takes_the_economies_with_eight_years_up_to_it_and_all_outcomes_after() -> None:
    """Of twenty years and two ahead: all, eight, seven up to the origin, and the second outcome missing."""
    years = tuple(range(2001, 2023))
    figures = np.repeat([[0.0], [0.2], [0.4], [0.6]], 22, axis=1)
    figures[0, 19] = 0.3  # ALL overtakes EIGHT in the last year
    figures[1, :12] = figures[2, :13] = figures[3, 21] = np.nan
    whole = Series(figures, np.zeros_like(figures), ("ALL", "EIGHT", "SEVEN", "LATE"), years)
    seen: list[tuple[str, ...]] = []

    def level(series: Series, steps: int) -> np.ndarray:
        seen.append(series.economies)
        return np.zeros((10, len(series.economies), steps))

    points, pairs = rolling.backtest("level", level, whole, [2020], 2)
    assert seen == [("ALL", "EIGHT")]
    assert points["iso3"].tolist() == ["ALL", "ALL", "EIGHT", "EIGHT"]
    assert points["crps"].tolist() == pytest.approx([0.0, 0.0, 0.2, 0.2])
    # EIGHT is the smaller at the origin, and passes in the next year.
    assert pairs[["i", "j", "happened"]].to_numpy().tolist() == [["EIGHT", "ALL", True]] * 2


def test_the_naive_peer_is_a_random_walk_without_drift() -> None:
    drawn = peers.naive(4000, 3)(walk(), 4)
    whole = walk()
    volatility = np.sqrt(np.nanmean(np.diff(whole.log_milex, axis=1) ** 2, axis=1))
    middle, spread = drawn.mean(axis=0), drawn.std(axis=0)
    for step in range(4):
        exact = volatility * np.sqrt(step + 1)
        assert (np.abs(middle[:, step] - whole.log_milex[:, -1]) < 4 * exact / np.sqrt(4000)).all()
        np.testing.assert_allclose(spread[:, step], exact, rtol=4 / np.sqrt(2 * 4000))


def test_the_skill_table_gives_means_and_ratios_to_the_peer() -> None:
    whole = walk()
    parts = [
        rolling.backtest(name, peers.naive(300, seed), whole, range(2005, 2020), 3)
        for name, seed in (("own", 1), ("naive", 2))
    ]
    points, pairs = (pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True))
    points.loc[points.model == "own", "crps"] *= 0.9
    found = tables.summarise(points, pairs, backtest="rolling", bootstrap=200, seed=1)
    assert tuple(found.columns) == tables.COLUMNS
    means = points.groupby("model")["crps"].mean()
    rows = found.set_index(["model", "horizon", "score"])
    assert rows.loc[("own", 0, "crps"), "value"] == pytest.approx(means["own"])
    at_two = points[(points.model == "naive") & (points.horizon == 2)]
    assert rows.loc[("naive", 2, "in80"), "value"] == pytest.approx(at_two["in80"].mean())
    brier = ((pairs["probability"] - pairs["happened"]) ** 2)[pairs.model == "own"].mean()
    assert rows.loc[("own", 0, "brier"), "value"] == pytest.approx(brier)
    ratio = rows.loc[("own", 0, "crps_over_naive")]
    assert ratio["value"] == pytest.approx(means["own"] / means["naive"])
    assert ratio["lo"] <= ratio["value"] <= ratio["hi"]
    assert (found["lo"] <= found["hi"]).all()
    assert (found["origin"] == 0).all()  # all origins together, ratios too
    again = tables.summarise(points, pairs, backtest="rolling", bootstrap=200, seed=1)
    pd.testing.assert_frame_equal(found, again)
