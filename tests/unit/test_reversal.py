"""Reversal and waterfall, by hand on even paths."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from test_plans import futures, promises

from overtake.balances.reversal import chosen, reversal, waterfall, waterfalls
from overtake.config.balances import Balance, Crossing
from overtake.config.futures import TREATMENTS, Futures
from overtake.config.params import Params
from overtake.config.scenario import Scenario
from overtake.draws import Draws
from overtake.errors import OvertakeError
from overtake.scenarios.adjust import planned

YEARS = tuple(range(2020, 2041))
ONE = Crossing()
PAIR = Balance(label="pair", side={"JPN": 1.0, "KOR": 0.5})


def even(japan_growth: list[float], china: float = 0.03) -> Draws:
    """Return a draw for each growth of Japan after 2025: China 110, Japan 80, Korea 40 at 2025."""
    values = np.empty((len(japan_growth), 3, len(YEARS)))
    ahead = np.maximum(np.array(YEARS) - 2025, 0)
    for draw, growth in enumerate(japan_growth):
        values[draw, 0] = 110 * (1 + china) ** ahead
        values[draw, 1] = 80 * (1 + growth) ** ahead
        values[draw, 2] = 40
    return Draws(values, ("CHN", "JPN", "KOR"), YEARS, 2025, "constant 2024 US$ bn")


def regained(by_plans: dict[str, Draws], balances: dict[str, Balance], settings: Crossing = ONE) -> pd.DataFrame:
    """Return the table of these futures, on a ruler of their own."""
    return reversal({name: partial(_same, paths) for name, paths in by_plans.items()}, balances, settings, ruler="x")


def _same(paths: Draws) -> Draws:
    return paths


def test_reversal_by_hand() -> None:
    # With 6 % Japan + half of Korea pass China's 3 % path in some year; with 3 % never.
    fast = next(
        year for year in YEARS if year > 2025 and 80 * 1.06 ** (year - 2025) + 20 >= 110 * 1.03 ** (year - 2025)
    )
    assert 2030 < fast <= 2035
    table = regained({"off": even([0.03] * 4), "cut": even([0.06] + [0.03] * 3)}, {"pair": PAIR})
    rows = table.set_index("plans")
    assert rows.loc["off", "p_behind_now"] == 1
    assert rows.loc["off", "p_regained_by_2040"] == 0
    assert rows.loc["cut", "p_regained_by_2030"] == 0
    assert rows.loc["cut", "p_regained_by_2035"] == 0.25
    assert rows.loc["cut", "p_leads_in_2040"] == 0.25
    expected = 110 * 1.03**10 / (80 * 1.03**10 + 20)
    assert rows.loc["off", "ratio_2035_median"] == pytest.approx(expected)


@pytest.mark.parametrize("percent", [50, 80, 99])
def test_the_interval_of_a_ratio_is_as_wide_as_asked(percent: int) -> None:
    growth = np.linspace(0.0, 0.06, 101)
    row = regained({"off": even(list(growth))}, {"pair": PAIR}, Crossing(interval_pct=percent)).iloc[0]
    ratio = np.sort(110 * 1.03**5 / (80 * (1 + growth) ** 5 + 20))
    low, high = (50 - percent / 2) / 100, (50 + percent / 2) / 100
    expected = [np.interp(100 * level, np.arange(101), ratio) for level in (low, high)]
    assert [row["ratio_2030_lo"], row["ratio_2030_hi"]] == pytest.approx(expected)


def test_a_lead_can_be_lost_only_where_it_is_held() -> None:
    """The denominator is the draws in which the challenger leads now: a draw in which it does not is no lead lost."""
    drawn = even([0.06, 0.03])
    behind = drawn.with_values(drawn.values * np.array([0.5, 1, 1])[None, :, None], drawn.unit)
    mixed = drawn.with_values(np.concatenate([drawn.values, behind.values]), drawn.unit)
    row = regained({"off": mixed}, {"pair": PAIR}).iloc[0]
    assert row["p_behind_now"] == 0.5
    assert row["p_regained_by_2035"] == 0.5
    assert row["p_leads_in_2035"] == 0.75
    never = regained({"off": behind}, {"pair": PAIR}).iloc[0]
    assert never["p_behind_now"] == 0
    assert np.isnan(never["p_regained_by_2035"])


def test_a_lead_that_is_lost_in_the_first_year_ahead_counts_as_regained() -> None:
    values = even([0.03]).values.copy()
    values[0, 1, YEARS.index(2026)] = 500
    drawn = even([0.03]).with_values(values, "US$ bn")
    for sustain, expected in ((1, 1.0), (2, 0.0)):
        row = regained({"off": drawn}, {"pair": PAIR}, Crossing(sustain=sustain)).iloc[0]
        assert row["p_regained_by_2030"] == expected
        assert row["p_leads_in_2030"] == 0


def test_more_plans_never_lower_the_chance_of_regaining() -> None:
    random = np.random.default_rng(4).normal(0.04, 0.03, 300)
    table = regained({"off": even(list(random)), "face_value": even(list(random + 0.01))}, {"pair": PAIR}).set_index(
        "plans"
    )
    for year in (2030, 2035, 2040):
        assert table.loc["face_value", f"p_regained_by_{year}"] >= table.loc["off", f"p_regained_by_{year}"]


def test_waterfall_adds_up_by_hand() -> None:
    without, planned = even([0.03, 0.01]), even([0.05, 0.03], china=0.04)
    steps = waterfall(without, planned, PAIR, 2030).set_index("step")
    japan = np.mean([80 * 1.05**5, 80 * 1.03**5]) - np.mean([80 * 1.03**5, 80 * 1.01**5])
    assert steps.loc["JPN", "adds"] == pytest.approx(japan)
    assert steps.loc["KOR", "adds"] == 0
    assert steps.loc["CHN", "adds"] == pytest.approx(-110 * (1.04**5 - 1.03**5))
    mean = np.mean(planned.economy("JPN")[:, 10] + 0.5 * planned.economy("KOR")[:, 10] - planned.economy("CHN")[:, 10])
    assert steps.loc["planned", "margin"] == pytest.approx(mean)
    assert list(steps.index) == ["without", "JPN", "KOR", "CHN", "planned"]


def test_waterfall_refuses_a_year_beyond_the_futures() -> None:
    with pytest.raises(OvertakeError) as caught:
        waterfall(even([0.03]), even([0.03]), PAIR, 2060)
    assert str(caught.value) == (
        "waterfall: wants two futures of the same years\n  found:   2060\n  allowed: up to 2040"
    )
    with pytest.raises(OvertakeError) as caught:
        waterfall(even([0.03]), even([0.03]), Balance(label="x", side={"JPN": 1.0, "IDN": 1.0, "AUS": 1.0}), 2030, "x")
    assert str(caught.value) == "balances.x: has members without futures\n  found:   AUS, IDN"


@pytest.mark.parametrize(("plans", "taken"), [("off", "cut"), ("cut", "cut"), ("face_value", "face_value")])
def test_waterfalls_are_of_the_treatment_in_use_and_of_cut_plans_where_none_is(plans: str, taken: str) -> None:
    params = Params().model_copy(
        update={
            "balances": {"pair": PAIR, "other": PAIR},
            "crossing": Crossing(reversal=("pair", "other"), reversal_years=(2030, 2035)),
            "futures": Futures(plans=plans),
        }
    )
    by_plans = {"off": even([0.01]), "cut": even([0.02]), "face_value": even([0.03])}
    found = waterfalls(lambda settings: by_plans[settings.plans], promises(), params)
    assert set(found["plans"]) == {taken}
    assert set(found["balance"]) == {"pair"}
    assert list(dict.fromkeys(found["year"])) == [2030, 2035]
    wanted = waterfall(by_plans["off"], by_plans[taken], PAIR, 2035, "pair")
    pd.testing.assert_frame_equal(found[found["year"] == 2035].drop(columns="plans").reset_index(drop=True), wanted)


def test_unknown_balances_are_refused_together() -> None:
    with pytest.raises(OvertakeError) as caught:
        chosen({"pair": PAIR}, ["pair", "per", "quod"])
    assert "per: no such balance" in str(caught.value)
    assert "quod: no such balance" in str(caught.value)
    assert chosen({"pair": PAIR}, ["pair"]) == {"pair": PAIR}


def test_treatments_share_their_draws() -> None:
    settings = Futures.of({"plans": "off"})
    given = planned(futures, promises(), Scenario(), 1)
    by_plans = {plans: given(settings.model_copy(update={"plans": plans})) for plans in TREATMENTS}
    assert list(by_plans) == ["off", "cut", "face_value"]
    np.testing.assert_array_equal(by_plans["off"].values, futures().values)
    np.testing.assert_array_equal(by_plans["cut"].economy("CHN"), by_plans["off"].economy("CHN"))
    assert (by_plans["face_value"].economy("KOR") >= by_plans["cut"].economy("KOR")).all()
