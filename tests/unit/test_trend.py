"""Crossing years at constant growth: by a second route from data/raw, and what becomes of any ratio."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overtake import paths
from overtake.balances.trend import COLUMNS, passes, trend
from overtake.config.balances import Crossing, members
from overtake.config.core import Data
from overtake.edition import read
from overtake.errors import OvertakeError


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return trend(read(Data()), Crossing())


def test_years_are_those_of_plain_arithmetic_on_the_raw_figures(found: pd.DataFrame) -> None:
    """A second route, year by year: let both sides grow until one is larger."""
    milex = pd.read_csv(paths.RAW / "milex.csv", dtype={"edition": str})
    spent = milex[milex["edition"] == "2026-04"].pivot(index="year", columns="iso3", values="milex_constant_usd_m")
    for row in found[found["state"] != "never"].to_dict("records"):
        own = () if row["coalition"] == "usa" else members(row["coalition"])
        side = spent[list(own)].sum(axis=1) + row["us_share_pct"] / 100 * spent["USA"]
        years = row["until"] - row["since"]
        pace = [(line[row["until"]] / line[row["since"]]) ** (1 / years) for line in (spent["CHN"], side)]
        china, other, year = spent["CHN"][row["until"]], side[row["until"]], row["until"]
        while china <= other:
            china, other, year = china * pace[0], other * pace[1], year + 1
        assert (row["state"], row["year"]) == ("passes", year) or (row["state"] == "leads" and year == row["until"])


def test_dates_of_the_dossier(found: pd.DataFrame) -> None:
    """The United States alone about 2050 at the growth since 2016, 2040 to 2043 at the others'; the first year alone
    moves the date by a decade."""
    year = found.set_index(["coalition", "us_share_pct", "since"])["year"]
    assert [year["usa", 100, since] for since in (2016, 2020, 2010)] == [2050, 2043, 2040]
    assert [year["five", 30, since] for since in (2016, 2020, 2010)] == [2033, 2032, 2030]
    assert set(found[(found["us_share_pct"] == 0)]["state"]) == {"leads"}


@given(st.floats(0.05, 2), st.floats(-5, 12), st.floats(-5, 12))
def test_any_ratio_leads_passes_or_never_does(ratio: float, growth: float, of_china: float) -> None:
    state, year = passes(ratio, growth, of_china, 2025)
    assert state == ("leads" if ratio > 1 else state)
    factor = (1 + of_china / 100) / (1 + growth / 100)
    if state == "passes":
        assert ratio * factor ** (year - 2025) > 1 - 1e-9
        assert ratio * factor ** (year - 2026) <= 1 + 1e-9
    else:
        assert math.isnan(year)
        assert ratio > 1 or factor <= 1


def test_a_window_that_an_edition_does_not_hold_is_left_out() -> None:
    early = trend(read(Data(edition="2020-04")), Crossing())
    assert set(early["since"]) == {2016, 2010}
    assert list(early) == list(COLUMNS)
    assert set(early["until"]) == {2019}
    # A window needs a year before the last.
    assert set(trend(read(Data(edition="2020-04")), Crossing(trend_from=(2016, 2018, 2019)))["since"]) == {2016, 2018}


def test_a_coalition_of_which_a_part_counts_has_no_members() -> None:
    """Summed as they are they would be another coalition."""
    for name in ("five_us10", "eleven_tied_down"):
        with pytest.raises(OvertakeError, match="unknown coalition"):
            members(name)
