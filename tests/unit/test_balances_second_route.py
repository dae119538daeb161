"""The package's ratios, break-even shares and stocks against plain pandas on the raw figures, three balances each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from overtake import paths as project
from overtake.balances import breakeven, ratio
from overtake.config.balances import default_balances
from overtake.config.core import Data
from overtake.config.rulers import Rulers
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.edition.clean import clean_macro, clean_spending
from overtake.rulers import RULERS, observed

EDITION = "2026-04"
GROUPS = {
    "five": ["JPN", "KOR", "AUS", "PHL", "THA"],
    "jpn_kor_aus": ["JPN", "KOR", "AUS"],
    "eleven": ["JPN", "KOR", "AUS", "PHL", "THA", "IND", "VNM", "IDN", "SGP", "MYS", "TWN"],
}
BALANCES = default_balances()
YEAR = 2025


def raw(name: str) -> pd.DataFrame:
    path = project.RAW / name
    if not path.exists():
        pytest.skip(f"data/raw/{name} is not there")
    table = pd.read_csv(path, dtype={"edition": str})
    return table[table["edition"] == EDITION]


@pytest.fixture(scope="module")
def figures() -> Edition:
    milex, macro, editions = raw("milex.csv"), raw("macro.csv"), pd.read_csv(project.RAW / "editions.csv", dtype=str)
    table = clean_macro(macro, EDITION)
    return Edition(EDITION, clean_spending(milex, table, editions, Data()), table)


def on(ruler: str, figures: Edition) -> Draws:
    return RULERS[ruler].measure(observed(figures.spending), figures, Rulers(), 1)


def last(values: np.ndarray, paths: Draws, year: int = YEAR) -> float:
    return float(values[0, paths.years.index(year)])


@pytest.mark.parametrize("name", list(GROUPS))
def test_break_even_share_of_the_united_states(name: str, figures: Edition) -> None:
    wide = raw("milex.csv").pivot(index="year", columns="iso3", values="milex_constant_usd_m")
    row = wide.loc[YEAR]
    expected = (row["CHN"] - row[GROUPS[name]].sum()) / row["USA"]
    paths = on("constant_usd", figures)
    assert last(breakeven(paths, BALANCES[name], "USA", name), paths) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", list(GROUPS))
@pytest.mark.parametrize("year", [2010, 2025])
def test_gdp_ppp_ratio(name: str, year: int, figures: Edition) -> None:
    spent = raw("milex.csv").pivot(index="year", columns="iso3", values="milex_current_usd_m").loc[year]
    macro = raw("macro.csv")
    macro = macro[macro["year"] == year].set_index("iso3")
    bought = spent * (macro["gdp_lcu_bn"] / macro["ppp_lcu_per_intl_usd"]) / macro["gdp_usd_bn"]
    expected = bought["CHN"] / bought[GROUPS[name]].sum()
    paths = on("gdp_ppp", figures)
    assert last(ratio(paths, BALANCES[name], name), paths, year) == pytest.approx(expected, rel=1e-9)


def test_gdp_ppp_ratio_of_the_dossier(figures: Edition) -> None:
    paths = on("gdp_ppp", figures)
    assert round(last(ratio(paths, BALANCES["eleven"]), paths), 3) == 0.835


@pytest.mark.parametrize("name", list(GROUPS))
def test_stock_ratio(name: str, figures: Edition) -> None:
    wide = raw("milex.csv").pivot(index="year", columns="iso3", values="milex_constant_usd_m").loc[1989:]
    wide["VNM"] = np.exp(np.log(wide["VNM"]).interpolate(limit_area="inside"))
    growth = np.maximum(np.log(wide.loc[1999] / wide.loc[1989]) / 10, 0)
    ages = YEAR - wide.index.to_numpy()
    # The sum of what is left of every year's spending, the first year's being the starting stock.
    spent = wide[["CHN", *GROUPS[name]]].copy()
    spent.loc[1989] = spent.loc[1989] / (growth[spent.columns] + 0.075)
    stock = spent.mul(0.925**ages, axis=0).sum()
    expected = stock["CHN"] / stock[GROUPS[name]].sum()
    paths = on("stock", figures)
    assert last(ratio(paths, BALANCES[name], name), paths) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("ruler", "low", "high"), [("stock", 0.80, 0.93)])
def test_the_eleven_are_not_crossed_in_stock(ruler: str, low: float, high: float, figures: Edition) -> None:
    """Dossier, first of the five things to get right."""
    paths = on(ruler, figures)
    assert low <= last(ratio(paths, BALANCES["eleven"]), paths) <= high


def test_us_lead_in_stock_is_larger_than_in_flow(figures: Edition) -> None:
    """Dossier A12: a stock ratio of 4.1 to 5.6 for depreciation of 5 to 10 per cent."""
    for percent in (5.0, 7.5, 10.0):
        settings = Rulers.model_validate({"stock": {"depreciation_pct": percent}})
        paths = RULERS["stock"].measure(observed(figures.spending), figures, settings, 1)
        assert 4.1 <= round(1 / last(ratio(paths, BALANCES["usa"]), paths), 1) <= 5.6
