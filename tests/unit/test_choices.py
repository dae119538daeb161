"""Who leads by tiers of plans and by China's level: equal to the run's own where the choice is the run's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overtake.balances import choices, stage
from overtake.config.balances import Balance
from overtake.config.params import Params
from overtake.config.scenario import Scenario
from overtake.draws import Draws
from overtake.edition import read
from overtake.futures.simulate import simulate
from overtake.rulers.china import at_factor
from overtake.scenarios.adjust import planned
from tests.unit.test_reversal import PAIR, even

PARAMS = Params()
PARAMS = PARAMS.model_copy(
    update={
        "run": PARAMS.run.model_copy(update={"draws": 400}),
        "rulers": PARAMS.rulers.model_copy(update={"use": PARAMS.crossing.reversal_rulers}),
    }
)
SEED = PARAMS.run.seed


@pytest.fixture(scope="module", params=[{}, {"JPN": {"share_pct": 3.5, "year": 2035}}], ids=["plain", "scenario"])
def found(request):
    edition, scenario = read(PARAMS.data), Scenario.of({"share_targets": request.param})
    without = simulate(edition, PARAMS.futures.model_copy(update={"plans": "off"}), PARAMS.run)
    by_plans = planned(lambda: without, edition, scenario, SEED)
    drawn = by_plans(PARAMS.futures)
    curves = stage.by_ruler(lambda: drawn, edition, PARAMS).curves
    return (
        choices.by_tier(by_plans, edition, PARAMS),
        choices.by_level(lambda: drawn, edition, PARAMS),
        curves.set_index(["balance", "ruler", "year"])["p_ahead"],
    )


def test_the_runs_own_choice_says_what_the_run_says(found) -> None:
    tiers, levels, curves = found
    for table, mine in ((tiers, tiers["tiers"] == "announced"), (levels, levels["level"] == "sipri")):
        rows = table[mine].set_index(["balance", "ruler", "year"])["p_ahead"]
        assert len(rows) == 3 * 2 * 4
        np.testing.assert_array_equal(rows, curves.reindex(rows.index))


def test_a_higher_china_leads_no_less_often(found) -> None:
    levels = found[1].sort_values("factor", kind="stable")
    assert levels["factor"].nunique() > 4
    for _, rows in levels.groupby(["balance", "ruler", "year"]):
        assert rows["p_ahead"].is_monotonic_increasing


def test_only_current_estimates_are_levels(found) -> None:
    levels = found[1]
    assert set(levels["level"]) == {"sipri", "careful_mer_2024", "dod_2024"}
    assert (levels["of_year"] >= 2020).all()


def leads(paths: Draws, pair: Balance = PAIR) -> pd.DataFrame:
    """Return who leads in these futures."""
    return choices.leads_table(lambda: paths, {"pair": pair}, PARAMS.crossing)


@given(st.lists(st.floats(0, 0.08), min_size=3, max_size=20), st.floats(0.7, 1.3), st.floats(1.0, 1.4))
def test_the_chance_of_leading_is_monotone_in_chinas_level_and_growth(growth, level, more) -> None:
    """What is said of the future of a crossed balance rises with the challenger, unlike a chance of a reversal."""
    for low, high in (
        (at_factor(even(growth), np.array([level])), at_factor(even(growth), np.array([level * more]))),
        (even(growth, china=0.03), even(growth, china=0.03 * more)),
        (even([one + 0.02 * (more - 1) for one in growth]), even(growth)),
    ):
        at_low, at_high = (leads(one)["p_ahead"] for one in (low, high))
        assert (at_low <= at_high).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_chance_of_leading_falls_with_the_weight_of_a_member(one, other) -> None:
    growth = list(np.linspace(0, 0.08, 9))
    light, heavy = sorted((one, other))
    at = [
        leads(even(growth), PAIR.model_copy(update={"side": {"JPN": 1.0, "KOR": weight}})) for weight in (light, heavy)
    ]
    assert (at[0]["p_ahead"] >= at[1]["p_ahead"]).all()
