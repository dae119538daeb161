"""The tables of balances hold their contracts: columns, types, each quantile in its own column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from overtake.balances import summarise
from overtake.balances.summary import BREAKEVEN, CROSSINGS, CURVES, Tables, joined
from overtake.config.balances import Balance, Crossing
from overtake.draws import Draws
from overtake.pipeline.contracts import CONTRACTS

YEARS = tuple(range(2020, 2046))
BALANCE = Balance(label="Japan and Korea", side={"JPN": 1.0, "KOR": 0.5}, breakeven=("JPN",), threshold=0.8)


@pytest.mark.parametrize(("table", "columns"), [("crossings", CROSSINGS), ("curves", CURVES), ("breakeven", BREAKEVEN)])
def test_columns_are_the_contracts(table: str, columns: tuple[str, ...]) -> None:
    described = CONTRACTS[table]
    assert all(described.column(name) for name in columns)
    assert [name for name in columns if "20" not in name] == [c.name for c in described.columns if "YEAR" not in c.name]


def world(draws: int = 400) -> Draws:
    """Return random walks of three economies in logs, the first year without Korea."""
    steps = np.random.default_rng(3).normal(0.03, 0.06, (draws, 3, len(YEARS)))
    values = 100.0 * np.exp(np.cumsum(steps, axis=2)) * np.array([1.0, 0.7, 0.4])[:, None]
    values[:, 2, 0] = np.nan
    return Draws(values, ("CHN", "JPN", "KOR"), YEARS, 2025, "US$ bn")


@pytest.fixture
def tables() -> Tables:
    drawn = world()
    middle = Draws(np.median(drawn.values, axis=0, keepdims=True), drawn.economies, YEARS, 2025, "US$ bn")
    return summarise(drawn, middle, {"pair": BALANCE}, Crossing(), ruler="constant_usd", edition="2026-04")


def ratios() -> np.ndarray:
    values = world().values
    return values[:, 0] / (values[:, 1] + 0.5 * values[:, 2])


def test_each_quantile_stands_in_its_own_column(tables: Tables) -> None:
    rows = tables.curves.set_index("year")
    assert list(rows.index) == list(YEARS[1:])  # Korea's first year is missing
    for name in [column for column in CURVES if column.startswith("ratio_q")]:
        by_hand = np.quantile(ratios()[:, 1:], int(name[-2:]) / 100, axis=0)
        np.testing.assert_allclose(rows[name].to_numpy(dtype=float), by_hand)
    values = world().values[:, :, YEARS.index(2030)]
    share = (values[:, 0] / BALANCE.threshold - 0.5 * values[:, 2]) / values[:, 1]
    assert list(tables.breakeven["year"]) == list(YEARS[1:])
    even = tables.breakeven.set_index("year").loc[2030]
    for name in [column for column in BREAKEVEN if column.startswith("share_q")]:
        assert even[name] == pytest.approx(np.quantile(share, int(name[-2:]) / 100))


def test_margins_are_those_of_the_last_observed_year(tables: Tables) -> None:
    row = tables.crossings.iloc[0]
    tail = (100 - Crossing().interval_pct) / 200
    now = ratios()[:, YEARS.index(2025)]
    assert row["margin_lo"] == pytest.approx(np.quantile(now, tail) / 0.8 - 1)
    assert row["margin_hi"] == pytest.approx(np.quantile(now, 1 - tail) / 0.8 - 1)
    middle = np.median(world().values, axis=0)[:, YEARS.index(2025)]
    assert row["margin"] == pytest.approx(middle[0] / (middle[1] + 0.5 * middle[2]) / 0.8 - 1)


def test_numbers_are_floats_and_rows_are_numbered(tables: Tables) -> None:
    kinds = tables.crossings.dtypes
    assert all(pd.api.types.is_float_dtype(kinds[name]) for name in CROSSINGS[4:-1])
    assert (tables.crossings["refused"] == "").all()
    twice = joined([tables, tables])
    for table in (twice.crossings, twice.curves, twice.breakeven):
        assert list(table.index) == list(range(len(table)))
    assert len(twice.curves) == 2 * len(tables.curves)
    pd.testing.assert_frame_equal(twice.curves.iloc[: len(tables.curves)], tables.curves)


def test_rows_of_several_balances_are_numbered_through() -> None:
    drawn = world(50)
    middle = Draws(np.median(drawn.values, axis=0, keepdims=True), drawn.economies, YEARS, 2025, "US$ bn")
    pair = {"pair": BALANCE, "again": BALANCE}
    found = summarise(drawn, middle, pair, Crossing(), ruler="constant_usd", edition="2026-04")
    for table in (found.crossings, found.curves, found.breakeven):
        assert list(table.index) == list(range(len(table)))
        assert list(dict.fromkeys(table["balance"])) == ["pair", "again"]
