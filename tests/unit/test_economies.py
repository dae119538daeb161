"""Economies as data: who is legal, what came of them, and what goes on without the IMF's figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_rulers import ECONOMIES, FIGURES, FUTURES, LAST, SETTINGS

from overtake.config.economies import economies
from overtake.config.load import parse
from overtake.config.params import Params
from overtake.edition.shares import has_gdp
from overtake.errors import OvertakeError
from overtake.rulers.prices import current_factor
from overtake.sources.economies import came, placed, row, unfigured, unlevelled, without_imf


def milex(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["edition", "iso3", "year", "milex_constant_usd_m"])


def test_the_vocabulary_follows_the_file(tmp_path: Path) -> None:
    file = tmp_path / "economies.csv"
    file.write_text("iso3,name\nUSA,x\nCHN,y\n", encoding="utf-8")
    assert economies(tmp_path) == ("CHN", "USA")
    file.write_text("\ufeffiso3,name\nUSA,x\nCHN,y\nPAK,z\nbad,q\n", encoding="utf-8")
    assert economies(tmp_path) == ("CHN", "PAK", "USA")
    with pytest.raises(OvertakeError, match=r"economies\.csv: is missing"):
        economies(tmp_path / "none")


def test_a_row_is_named_as_iso_names_it() -> None:
    assert row("can", None, "other") == {
        "iso3": "CAN",
        "name": "Canada",
        "region": "",
        "subregion": "",
        "group": "other",
    }
    assert row("BOL", None, "other")["name"] == "Bolivia"
    assert row("XKX", "Kosovo", "other")["name"] == "Kosovo"
    with pytest.raises(OvertakeError, match=r"no code of ISO 3166-1[^$]*XKX"):
        row("XKX", None, "other")


def test_a_workbook_says_where_an_economy_stands() -> None:
    listed = pd.DataFrame(
        [row("CAN", None, "other"), row("PAK", None, "other") | {"region": "Asia", "subregion": "South"}]
    )
    figures = pd.DataFrame(
        [
            ("CAN", "Americas", "North America"),
            ("PAK", "Asia & Oceania", "South Asia"),
            ("FRA", "Europe", "Western Europe"),
        ],
        columns=["iso3", "region", "subregion"],
    )
    found = placed(listed, figures).set_index("iso3")[["region", "subregion"]]
    assert found.loc["CAN"].tolist() == ["Americas", "North America"]
    assert found.loc["PAK"].tolist() == ["Asia", "South"]  # what a person wrote stays
    assert placed(listed, figures.iloc[2:])["region"].tolist() == ["", "Asia"]


def test_what_came_is_told_by_economy() -> None:
    old = milex(("2025-04", "CAN", 2023, 1.0), ("2026-04", "USA", 2024, 1.0))
    new = milex(("2026-04", "CAN", 2023, np.nan), ("2026-04", "CAN", 2024, 2.0), ("2026-04", "USA", 2024, 1.0))
    told = came(new, old, pd.DataFrame({"edition": ["2026-04"], "iso3": ["USA"]}))
    assert told[:2] == ["  rows: CAN 2, USA 1", "  new economy CAN: 1 figures, 2024-2024"]
    assert "no IMF figures of CAN (the WEO of 2026-04)" in told[2]
    assert without_imf(["USA"], pd.DataFrame({"edition": ["2026-04"], "iso3": ["USA"]})) == []
    assert "no WEO in data/raw" in without_imf(["USA"], None)[0]


def test_an_edition_without_a_member_is_named_with_the_balance() -> None:
    params = Params()
    held = [(edition, iso3, 2019, 1.0) for edition in ("2020-04", "2023-04", "2026-04") for iso3 in economies()]
    assert unfigured(params, milex(*held)) == []
    lacking = milex(*(one for one in held if one[:2] != ("2020-04", "VNM")))
    told = unfigured(params, lacking)
    assert any(
        "balances.eleven: VNM has no figures in edition 2020-04 (sensitivity.multiverse" in line for line in told
    )
    assert not any("data.edition" in line for line in told)
    older = milex(*(one for one in held if one[0] != "2020-04"))
    assert unfigured(params, older) == [
        "sensitivity.multiverse.editions: 2020-04 is not in data/raw/milex.csv; known: 2023-04, 2026-04"
    ]


def test_a_level_of_china_that_nobody_estimated_is_named() -> None:
    estimates = pd.DataFrame({"estimate": [*Params().sensitivity.multiverse.china_levels, "dod_2024"]})
    assert unlevelled(Params(), estimates) == []
    raw = {"rulers": {"china_level": "nonsense"}, "sensitivity": {"multiverse": {"china_levels": ["sipri", "none"]}}}
    assert unlevelled(parse(raw), estimates) == [
        "rulers.china_level: no level nonsense in data/raw/china_estimates.csv",
        "sensitivity.multiverse.china_levels: no level none in data/raw/china_estimates.csv",
    ]


def test_current_dollars_without_the_imf_end_with_the_figures() -> None:
    """The last observed year is SIPRI's own; later ones have no value, and nobody else's change."""
    macro = FIGURES.macro[FIGURES.macro["iso3"] != "IND"]
    without = current_factor(FUTURES, replace(FIGURES, macro=macro), SETTINGS.prices)
    with_it = current_factor(FUTURES, FIGURES, SETTINGS.prices)
    at, last = ECONOMIES.index("IND"), FUTURES.years.index(LAST)
    np.testing.assert_array_equal(without[at, : last + 1], with_it[at, : last + 1])
    assert np.isnan(without[at, last + 1 :]).all()
    np.testing.assert_array_equal(np.delete(without, at, 0), np.delete(with_it, at, 0))
    assert not has_gdp(macro, "IND")
    assert has_gdp(FIGURES.macro, "IND")
