"""The statistics of the claims against second routes, and the register of forecasts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from overtake.claims import register, statistics
from overtake.edition import Edition
from overtake.errors import OvertakeError
from tests.unit.claims_case import REAL_LEDGERS, history, steady

RANDOM = np.random.default_rng(11)


def newey_west_mean(values: np.ndarray, lags: int) -> tuple[float, float, float]:
    """Return mean and interval by hand: Bartlett weights, small-sample factor n / (n - 1), fixed-b critical value."""
    count, mean = len(values), values.mean()
    errors = values - mean
    total = (errors**2).sum()
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * (errors[lag:] * errors[:-lag]).sum()
    b = (lags + 1) / count
    half = (1.6449 + 2.1859 * b + 0.3142 * b**2 - 0.3427 * b**3) * np.sqrt(total * count / (count - 1)) / count
    return mean, mean - half, mean + half


@pytest.mark.parametrize("count", [6, 10, 25])
def test_hac_mean_by_hand(count: int) -> None:
    values = RANDOM.normal(0.02, 0.03, count)
    found = statistics.mean_hac(values, 90)
    expected = newey_west_mean(values, statistics.bandwidth(count))
    assert (found.value, found.lo, found.hi) == pytest.approx(expected)


@pytest.mark.parametrize("count", [6, 10, 25, 60])
def test_hac_standard_error_is_that_of_statsmodels(count: int) -> None:
    linear = pytest.importorskip("statsmodels.regression.linear_model")
    values = np.cumsum(RANDOM.normal(0, 0.03, count))
    lags = statistics.bandwidth(count)
    fit = linear.OLS(values, np.ones((count, 1))).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
    )
    critical = sum(c * ((lags + 1) / count) ** power for power, c in enumerate(statistics.FIXED_B[90]))
    found = statistics.mean_hac(values, 90)
    assert (found.hi - found.value) / critical == pytest.approx(float(fit.bse[0]), rel=1e-9)


def test_autocorrelation_widens_the_interval() -> None:
    shocks = RANDOM.normal(0, 0.02, 60)
    persistent = np.array([shocks[max(0, i - 3) : i + 1].sum() for i in range(60)])
    plain = stats.t.interval(0.9, 59, persistent.mean(), persistent.std(ddof=1) / np.sqrt(60))
    found = statistics.mean_hac(persistent, 90)
    assert found.hi - found.lo > 1.2 * (plain[1] - plain[0])


def test_blocks_are_consecutive_years() -> None:
    index = statistics.block_index(10, 9, 50, 1, "test")
    assert index.shape == (50, 9)
    pairs = (index[:, 1] - index[:, 0]) % 10
    assert (pairs == 1).all()
    assert (statistics.block_index(10, 9, 50, 1, "test") == index).all()
    assert (statistics.block_index(10, 9, 50, 1, "other") != index).any()


@pytest.mark.parametrize("count", [10, 25])
def test_hac_intervals_cover_at_their_level(count: int) -> None:
    random = np.random.default_rng(6)
    found = [statistics.mean_hac(random.normal(0, 1, count), 90) for _ in range(400)]
    assert np.mean([one.lo < 0 < one.hi for one in found]) == pytest.approx(0.9, abs=0.04)


def test_unknown_level_is_refused() -> None:
    with pytest.raises(OvertakeError, match="allowed: 90, 95"):
        statistics.mean_hac(RANDOM.normal(0, 1, 12), 80)


def test_shift_is_the_largest_f_of_a_dummy_regression() -> None:
    from statsmodels.api import OLS, add_constant

    years = list(range(2000, 2026))
    values = RANDOM.normal(0.02, 0.03, 26)
    values[23:] += 0.12
    found = statistics.shift_in_mean(values, years, [2021, 2022, 2023], 90, 1, 499, "JPN")
    assert found is not None
    by_year = {}
    for year in (2021, 2022, 2023):
        dummy = (np.array(years) >= year).astype(float)
        by_year[year] = OLS(values, add_constant(dummy)).fit()
    best = max(by_year, key=lambda year: by_year[year].fvalue)
    fit = by_year[best]
    assert found.year == best
    assert found.size.value == pytest.approx(fit.params[1])
    assert (found.size.lo, found.size.hi) == pytest.approx(tuple(fit.conf_int(0.1)[1]))
    assert found.p_value < 0.05
    early = np.r_[values[:2] - 0.5, values[2:]]
    shift = statistics.shift_in_mean(early, years, [2001, 2002], 90, 1, 99, "JPN")
    assert shift is not None
    assert shift.year == 2002  # two years before it; one would be no mean
    assert statistics.shift_in_mean(early, years, [2000, 2001, 2025], 90, 1, 99, "JPN") is None


def test_break_test_keeps_its_size() -> None:
    """Without a break, one series in twenty is called one: between 2 and 9 per cent of 300."""
    years = list(range(2000, 2026))
    called = 0
    for number in range(300):
        values = np.random.default_rng(number).normal(0.03, 0.03, 26)
        found = statistics.shift_in_mean(values, years, [2021, 2022, 2023], 90, number, 199, "none")
        assert found is not None
        called += found.p_value < 0.05
    assert 0.02 <= called / 300 <= 0.09


def test_shortfall_by_simulation() -> None:
    """Of futures that follow the trend, one in twenty falls short beyond chance at 90 %."""
    random = np.random.default_rng(5)
    called = 0
    for _ in range(2000):
        past, after = random.normal(0.03, 0.02, 9), random.normal(0.03, 0.02, 3)
        gap, chance = statistics.shortfall(past, float(after.sum()), 3, 90)
        called += gap < chance
    assert called / 2000 == pytest.approx(0.05, abs=0.015)


def outcome(known: Edition, **cells: object) -> dict[str, object]:
    row = REAL_LEDGERS["forecast_register"].iloc[:1].assign(**cells)
    return dict(register.outcomes(replace(known, ledgers={**known.ledgers, "forecast_register": row})).iloc[0])


@pytest.mark.parametrize(
    ("direction", "value", "due", "expected"),
    [
        ("at_least", 1.2, True, "held"),
        ("at_least", 0.8, True, "missed"),
        ("at_least", 1.2, False, "early"),
        ("at_least", 0.8, False, "open"),
        ("at_most", 1.2, True, "missed"),
        ("at_most", 1.2, False, "broken"),
        ("at_most", 0.8, False, "open"),
        ("near", 1.04, True, "held"),
        ("near", 1.06, True, "missed"),
        ("near", 1.0, False, "open"),
        ("at_least", float("nan"), True, "not measured"),
    ],
)
def test_states_of_a_forecast(direction: str, value: float, due: bool, expected: str) -> None:
    assert register.state(direction, value, 1.0, due) == expected


def test_measures_of_a_forecast_by_hand() -> None:
    known = history(steady(CHN=5), noise_pct=0.0)
    common = {"subject": "CHN", "comparator": "USA", "direction": "at_least", "threshold": 1.0}
    ratio = outcome(known, measure="milex_ratio", target_year_lo=2030, target_year_hi=2030, **common)
    assert ratio["value"] == pytest.approx(100 * 1.05**36 / (600 * 1.02**36))
    assert ratio["state"] == "open"
    assert ratio["year"] == 2025
    needed = 1 + float(str(ratio["needed_pct"])) / 100
    assert float(str(ratio["value"])) * needed**5 == pytest.approx(1.0)
    common |= {"comparator": "", "base_year": 2011}
    factor = outcome(known, measure="milex_factor", target_year_lo=2015, target_year_hi=2015, **common)
    assert factor["value"] == pytest.approx(1.05**4)
    growth = outcome(known, measure="milex_growth_pct", target_year_lo=2020, target_year_hi=2020, **common)
    assert growth["value"] == pytest.approx(5)
    assert growth["state"] == "held"


def test_register_on_the_real_figures() -> None:
    from tests.unit.test_claims import known

    found = register.outcomes(known("2026-04")).set_index("forecast")
    assert found["state"]["economist_gdp_2010"] == "missed"
    assert found["state"]["economist_2023_2013"] == "missed"
    assert found["state"]["janes_260_2015"] == "held"
    assert found["state"]["iiss_270_2022"] == "broken"
    assert found["value"]["iiss_equality_2011"] == pytest.approx(0.352, abs=0.0005)
    macro = pd.DataFrame(known("2026-04").macro)
    gdp = macro[macro["year"] == 2019].set_index("iso3")["gdp_usd_bn"]
    assert found["value"]["economist_gdp_2010"] == pytest.approx(gdp["CHN"] / gdp["USA"])
    assert found["state"].ne("not measured").all()
