"""Synthetic balances and the short peers, against loops and definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from overtake.futures.series import Series
from overtake.skill import balances, peers, scores
from overtake.streams import stream

COUNTRIES, REGIONS = 40, ("north", "south")


@pytest.fixture(scope="module")
def levels() -> np.ndarray:
    return stream(1, "balances", "levels").normal(0, 1.5, COUNTRIES)


def named() -> tuple[str, ...]:
    return tuple(REGIONS[at % 2] for at in range(COUNTRIES))


@pytest.mark.parametrize("kind", balances.KINDS)
def test_balances_are_as_described_and_the_same_for_all_who_ask(levels: np.ndarray, kind: str) -> None:
    found = balances.draw(levels, named(), kind, 2001)
    assert 100 < len(found.big) <= balances.COUNT
    assert len(found.big) == len(found.sides)
    size = np.exp(levels)
    for big, side in zip(found.big, found.sides, strict=True):
        assert (levels > levels[big]).sum() < 0.6 * COUNTRIES
        assert 3 <= len(side) == len(set(side)) <= 11
        assert (size[side] < size[big]).all()
        assert 0.5 <= size[side].sum() / size[big] <= 2
        assert kind == "global" or {named()[row] for row in side} == {named()[big]}
    again = balances.draw(levels, named(), kind, 2001)
    assert all((one == other).all() for one, other in zip(found.sides, again.sides, strict=True))
    other = balances.draw(levels, named(), kind, 2002)
    assert not np.array_equal(found.big, other.big)


def test_a_question_is_scored_as_defined() -> None:
    """Two balances: a side below the big country is to pass it, one above is to be passed, in any year."""
    ratio = stream(2, "question").normal(0, 0.3, (2, 3, 51)) + np.array([-0.1, 0.2])[:, None, None]
    outcome = np.array([[-0.2, 0.1, -0.3], [0.3, 0.2, 0.1]])
    found = balances.question(ratio, outcome, np.array([-0.1, 0.2]))
    assert found["happened"].tolist() == [[0, 1, 1], [0, 0, 0]]
    for row, sign in enumerate((1, -1)):
        for step in range(3):
            said = (sign * ratio[row, : step + 1] > 0).any(axis=0).mean()
            came = found["happened"][row, step]
            assert found["probability"][row, step] == said
            assert found["brier"][row, step] == pytest.approx((said - came) ** 2)
            kept = min(max(said, balances.LEAST), 1 - balances.LEAST)
            assert found["log"][row, step] == pytest.approx(-np.log(kept if came else 1 - kept))
            assert found["crps"][row, step] == pytest.approx(
                float(scores.crps(ratio[row, step][:, None], outcome[row, step : step + 1])[0])
            )
            low, high = np.quantile(ratio[row, step], [0.1, 0.9])
            assert found["in80"][row, step] == (low <= outcome[row, step] <= high)


def test_a_ratio_of_logs_and_its_own_history() -> None:
    logs = np.log(np.array([[10.0, 12.0, 14.0], [np.nan, 3.0, 4.0], [5.0, 4.0, 5.0]]))
    one = balances.Balances(np.array([0]), (np.array([1, 2]),))
    np.testing.assert_allclose(balances.log_ratio(logs[:, 1:], one), np.log([[7 / 12, 9 / 14]]))
    (past,) = balances.history(logs, one)
    np.testing.assert_allclose(past, np.log([7 / 12, 9 / 14]))


def test_forecasts_of_a_ratio_from_its_own_history() -> None:
    past = [np.array([0.0, 0.1, 0.0, 0.1, 0.0, -0.1]), np.array([1.0, 1.3, 1.0, 0.7, 1.0])]
    walk = balances.own_naive(past, 4, 4000, 3)
    assert walk.shape == (2, 4, 4000)
    np.testing.assert_allclose(walk.mean(axis=2), [[-0.1] * 4, [1.0] * 4], atol=1e-6)  # antithetic
    np.testing.assert_allclose(walk[:, 3].std(axis=1), [0.2, 0.6], rtol=0.05)
    pooled = balances.own_pooled(past, 2, 7)
    # Changes over one and two years in own volatilities, of both histories, on the last value.
    kept = {tuple(np.round((pooled[1, :, draw] - 1.0) / 0.3, 5)) for draw in range(7)}
    assert kept == {(1, 0), (-1, 0), (1, 0), (-1, -2), (-1, 0), (1, 0)} | {(-1, -2), (1, 0)}


# Peers


def walks(countries: int = 30, years: int = 45) -> Series:
    """Return random walks of known volatilities, a calm and a wild half, with a constant share."""
    sd = np.where(np.arange(countries) % 2 == 0, 0.03, 0.15)[:, None]
    logs = np.cumsum(stream(5, "peers", "walks").normal(0.02, 1, (countries, years)) * sd, axis=1)
    names = tuple(f"C{row:02d}" for row in range(countries))
    return Series(logs, np.zeros_like(logs), names, tuple(range(1961, 1961 + years)))


def test_naive_quantiles_are_exact_at_every_horizon() -> None:
    series = walks(4)
    drawn = peers.naive(400, 1)(series, 3)
    volatility = np.sqrt((np.diff(series.log_milex, axis=1) ** 2).mean(axis=1))
    levels = stats.norm.ppf((np.arange(400) + 0.5) / 400)
    for row in range(4):
        for step in range(3):
            exact = series.log_milex[row, -1] + volatility[row] * np.sqrt(step + 1) * levels
            np.testing.assert_allclose(np.sort(drawn[:, row, step]), exact, atol=1e-9)
    assert abs(np.corrcoef(drawn[:, 0, 2], drawn[:, 1, 2])[0, 1]) < 0.15
    assert np.corrcoef(drawn[:, 0, 1], drawn[:, 0, 2])[0, 1] > 0.7


@pytest.mark.parametrize("make", [peers.analogs, peers.scaled, peers.linear])
def test_peers_see_the_past_only_and_know_calm_from_wild(make: object) -> None:
    whole = walks()
    origin = 1998
    past = whole.upto(origin)
    drawn = make(whole, 200, 1)(origin)(past, 3)  # type: ignore[operator]
    assert drawn.shape == (200, 30, 3)
    assert np.isfinite(drawn).all()
    low, high = np.quantile(drawn[:, :, 2] - past.log_milex[:, -1], [0.1, 0.9], axis=0)
    width = high - low
    assert 2 < np.median(width[1::2]) / np.median(width[::2]) < 8
    assert (np.median(width[1::2]) / (2 * 1.2816 * 0.15 * np.sqrt(3))) == pytest.approx(1, rel=0.35)
    later = Series(np.where(np.array(whole.years) > origin, 99.0, whole.log_milex), *list(vars(whole).values())[1:])
    np.testing.assert_array_equal(make(later, 200, 1)(origin)(past, 3), drawn)  # type: ignore[operator]


def test_scaled_is_the_fitted_volatility_times_pooled_quantiles() -> None:
    whole = walks()
    past = whole.upto(2000)
    found = peers.scaled(whole, 101, 1)(2000)(past, 1)[:, :, 0] - past.log_milex[:, -1]
    ratios = np.sort(found, axis=0)[:, 0] / np.sort(found, axis=0)[:, 1]
    np.testing.assert_allclose(ratios, ratios[0])


def test_two_way_blocks_are_wider_where_a_year_is_shared() -> None:
    """Errors shared by all of a year: blocks of countries alone see nothing of it."""
    random = stream(4, "two way")
    country, year = (part.ravel() for part in np.meshgrid(np.arange(40), np.arange(25), indexing="ij"))
    values = random.normal(0, 1, 25)[year] + random.normal(0, 1, 1000)
    ones = np.ones(1000)
    mean, low, high = scores.two_way_interval(values, ones, country, year, 500, stream(5, "boot"))
    assert mean == pytest.approx(values.mean())
    _, one_low, one_high = scores.block_interval(values, country, 500, stream(5, "boot"))
    assert high - low > 3 * (one_high - one_low)
    assert (high - low) / (2 * 1.96 / np.sqrt(25)) == pytest.approx(1, abs=0.4)
    ratio, *_ = scores.two_way_interval(2 * values**2, values**2, country, year, 100, stream(6, "boot"))
    assert ratio == pytest.approx(2)
