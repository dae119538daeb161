"""The five real workbooks against SIPRI's fact sheets (the dossier's check values, each edition its own)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import paths as project
from overtake.claims import regions
from overtake.config.core import Data
from overtake.edition import read as read_edition
from overtake.sources import excerpt, raw, sipri, weo
from overtake.sources import regions as reader

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
FILES = {
    "2020-04": "SIPRI-Milex-data-1949-2019.xlsx",
    "2021-04": "SIPRI-Milex-data-1949-2020.xlsx",
    "2023-04": "SIPRI-Milex-data-1949-2022.xlsx",
    "2025-04": "SIPRI-Milex-data-1949-2024.xlsx",
    "2026-04": "SIPRI-Milex-data-1949-2025_v1.2.xlsx",
}
BASES = {"2020-04": 2018, "2021-04": 2019, "2023-04": 2021, "2025-04": 2023, "2026-04": 2024}

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the publishers' files are not in ../shared/data"),
]


@cache
def book(edition: str) -> sipri.Workbook:
    return sipri.read(SHARED / "sipri" / FILES[edition])


def wide(edition: str, measure: str) -> pd.DataFrame:
    return book(edition).table.pivot(index="year", columns="iso3", values=measure)


def change_pct(edition: str, iso3: str, since: int, to: int) -> float:
    real = wide(edition, "milex_constant_usd_m")[iso3]
    return float(100 * (real[to] / real[since] - 1))


def printed(value: float, text: str) -> bool:
    """Tell whether `value` rounds to what the fact sheet prints, within half of its last digit."""
    digits = len(text.partition(".")[2])
    return abs(value - float(text)) <= 0.5 * 10**-digits + 1e-9


@pytest.mark.parametrize("edition", FILES)
def test_every_workbook_is_read(edition: str) -> None:
    found = book(edition)
    assert found.edition == edition
    assert found.price_base == BASES[edition]
    assert found.last_year == int(edition[:4]) - 1
    assert found.table["iso3"].nunique() >= 150
    assert not found.table.duplicated(["iso3", "year"]).any()


@pytest.mark.parametrize(
    ("edition", "iso3", "level", "year_change", "since", "since_change", "share", "share_then"),
    [
        # Check values 2-10: Trends in World Military Expenditure, 2025.
        ("2026-04", "USA", "954", "-7.5", 2016, "11", "3.1", "3.4"),
        ("2026-04", "CHN", "336", "7.4", 2016, "62", "1.7", "1.7"),
        ("2026-04", "JPN", "62.2", "9.7", 2016, "61", "1.4", "0.9"),
        ("2026-04", "KOR", "47.8", "2.6", 2016, "30", "2.6", "2.3"),
        ("2026-04", "AUS", "35.3", "3.0", 2016, "18", "1.9", "2.1"),
        ("2026-04", "IND", "92.1", "8.9", 2016, "39", "2.3", "2.5"),
        ("2026-04", "TWN", "18.2", "14", 2016, "59", "2.1", "1.8"),
        ("2026-04", "SGP", "17.4", "10", 2016, "40", "3.0", "3.1"),
        ("2026-04", "IDN", "15.0", "28", 2016, "96", "1.0", "0.8"),
        ("2026-04", "VNM", "10.5", "27", 2016, "49", "2.2", "2.5"),
        ("2026-04", "GBR", "89.0", "-2.0", 2016, "32", "2.4", None),
        # Check value 12: the fact sheet of the year before.
        ("2025-04", "USA", "997", "5.7", None, None, None, None),
        ("2025-04", "CHN", "314", "7.0", None, None, None, None),
        ("2025-04", "IND", "86.1", None, None, None, None, None),
        ("2025-04", "JPN", "55.3", "21", None, None, "1.4", None),
        ("2025-04", "TWN", "16.5", "1.8", None, None, None, None),
        # Check value 14: data to 2020.
        ("2021-04", "USA", "778", "4.4", None, None, None, None),
        ("2021-04", "CHN", "252", "1.9", 2011, "76", None, None),
        ("2021-04", "IND", "72.9", "2.1", None, None, None, None),
    ],
)
def test_fact_sheets(
    edition: str,
    iso3: str,
    level: str,
    year_change: str | None,
    since: int | None,
    since_change: str | None,
    share: str | None,
    share_then: str | None,
) -> None:
    last = book(edition).last_year
    assert printed(wide(edition, "milex_current_usd_m").loc[last, iso3] / 1000, level)
    shares = wide(edition, "gdp_share_pct")[iso3]
    if year_change is not None:
        assert printed(change_pct(edition, iso3, last - 1, last), year_change)
    if since is not None and since_change is not None:
        assert printed(change_pct(edition, iso3, since, last), since_change)
    if share is not None:
        assert printed(shares[last], share)
    if share_then is not None:
        assert printed(shares[2016], share_then)


@pytest.mark.parametrize(("iso3", "rank"), [("USA", 1), ("CHN", 2), ("IND", 5), ("JPN", 10), ("KOR", 13), ("AUS", 17)])
def test_ranks_of_2025(iso3: str, rank: int) -> None:
    ranks = wide("2026-04", "milex_current_usd_m").loc[2025].rank(ascending=False)
    assert ranks[iso3] == rank


def test_check_15_china_2019_before_and_after_the_new_method() -> None:
    assert printed(wide("2020-04", "milex_current_usd_m").loc[2019, "CHN"] / 1000, "261")
    assert printed(wide("2021-04", "milex_current_usd_m").loc[2019, "CHN"] / 1000, "240")
    assert wide("2021-04", "milex_lcu_m").loc[2019, "CHN"] / 1e6 == pytest.approx(1.660, abs=0.005)


@pytest.mark.parametrize(
    ("iso3", "current", "constant"),
    [
        ("USA", "954.4", "929.2"), ("CHN", "335.5", "335.0"), ("IND", "92.1", "93.3"), ("JPN", "62.2", "59.5"),
        ("KOR", "47.8", "48.8"), ("AUS", "35.3", "35.3"), ("TWN", "18.2", "17.3"), ("SGP", "17.4", "16.9"),
        ("IDN", "15.0", "15.3"), ("VNM", "10.5", "10.9"), ("PHL", "6.4", "6.3"), ("THA", "6.0", "5.6"),
        ("MYS", "4.9", "4.5"), ("GBR", "89.0", "88.0"),
    ],
)  # fmt: skip
def test_check_17_levels_of_2025(iso3: str, current: str, constant: str) -> None:
    assert printed(wide("2026-04", "milex_current_usd_m").loc[2025, iso3] / 1000, current)
    assert printed(wide("2026-04", "milex_constant_usd_m").loc[2025, iso3] / 1000, constant)


def test_check_26_structure() -> None:
    current = wide("2026-04", "milex_current_usd_m")
    ranks = current.rank(axis=1, ascending=False)["CHN"]
    assert (ranks.loc[2008:2025] == 2).all()
    real = wide("2026-04", "milex_constant_usd_m")["CHN"]
    assert (real.diff().loc[1995:2025] > 0).all()
    china = book("2026-04").table
    assert (china.loc[china["iso3"] == "CHN", "status"] == "estimate").all()


@pytest.mark.parametrize("edition", FILES)
def test_the_excerpt_in_place_is_what_the_workbook_says(edition: str) -> None:
    economies = tuple(raw.load("economies.csv")["iso3"])
    placed = raw.load("milex.csv")
    placed = placed[placed["edition"] == edition].reset_index(drop=True)
    read = excerpt.of_sipri(book(edition), economies).reset_index(drop=True)
    assert len(placed) == len(read)
    for column in sipri.MEASURES:
        np.testing.assert_allclose(placed[column], read[column], rtol=1e-12, err_msg=column)
    for column in ("iso3", "year", "status", "cell"):
        assert placed[column].astype(str).tolist() == read[column].astype(str).tolist(), column
    assert excerpt.changes(placed, read, sipri.MEASURES)[1:] == [
        "  new years: none",
        *(f"  {measure}: 0 figures revised by more than 1%" for measure in sipri.MEASURES),
        "  changed status: 0",
    ]


def test_the_project_ships_less_than_a_tenth_of_any_edition() -> None:
    placed = raw.load("milex.csv")
    for edition in FILES:
        whole = book(edition).table[list(sipri.MEASURES)].notna().to_numpy().sum()
        mine = placed.loc[placed["edition"] == edition, list(sipri.MEASURES)].notna().to_numpy().sum()
        ranked = raw.load("ranks.csv")
        abroad = ~ranked["iso3"].isin(raw.load("economies.csv")["iso3"])
        mine += ranked.loc[(ranked["edition"] == edition) & abroad, "iso3"].nunique()  # others stand in milex.csv
        assert mine < whole / 10, edition


#: Sheet of regional sums -> the project's names, written out anew for every edition.
PRINTED = {
    "World": "world", "World total (including Iraq)": "world", "Asia & Oceania": "asia_oceania",
    "Asia and Oceania": "asia_oceania", "East Asia": "east_asia", "South Asia": "south_asia",
    "South East Asia": "south_east_asia", "South-East Asia": "south_east_asia", "Oceania": "oceania",
}  # fmt: skip
#: SIPRI's East Asia but for North Korea, which it leaves out of the sum.
EAST_ASIA = ["CHN", "JPN", "KOR", "MNG", "TWN"]


@cache
def totals(edition: str) -> pd.DataFrame:
    """Return the sheet of regional sums as pandas reads it, year by region."""
    sheet = pd.read_excel(SHARED / "sipri" / FILES[edition], sheet_name="Regional totals", header=None)
    header = sheet.index[sheet[0] == "Region"][0]
    years = {column: int(year) for column, year in sheet.loc[header].items() if isinstance(year, int | float)
             and year == year}  # fmt: skip
    rows = sheet[sheet[0].isin(PRINTED)]
    found = rows[list(years)].apply(pd.to_numeric, errors="coerce").rename(columns=years)
    return found.set_axis([PRINTED[name] for name in rows[0]]).T


@pytest.mark.parametrize("edition", FILES)
def test_sums_of_regions_in_place_are_what_the_workbook_says(edition: str) -> None:
    placed = raw.load("regions.csv").query("edition == @edition")
    wide = placed.pivot(index="year", columns="region", values="milex_constant_usd_bn")
    printed = totals(edition).loc[1989:]
    assert wide.index[-1] == BASES[edition] + 1
    pd.testing.assert_frame_equal(
        wide, printed[list(wide.columns)], rtol=0, atol=1e-6, check_names=False, check_index_type=False,
        check_column_type=False,
    )  # fmt: skip
    assert (placed["price_base"] == BASES[edition]).all()


@pytest.mark.parametrize("edition", FILES)
def test_east_asia_is_the_sum_of_its_countries(edition: str) -> None:
    """SIPRI's sum by a second route: over the sheet of countries, where all five have a figure."""
    countries = wide(edition, "milex_constant_usd_m")[EAST_ASIA].loc[2000:].sum(axis=1, min_count=len(EAST_ASIA))
    ratio = totals(edition)["east_asia"] * 1000 / countries
    assert ratio.count() >= 19
    assert (ratio.dropna() - 1).abs().max() < 0.005


@pytest.mark.parametrize("edition", FILES)
def test_china_beside_its_region_from_the_workbook_alone(edition: str) -> None:
    known = Data(edition=edition, weo_edition="2020-10" if edition == "2020-04" else "matching")
    found = regions.table(read_edition(known)).set_index("region")
    last = BASES[edition] + 1
    china = wide(edition, "milex_constant_usd_m").loc[last, "CHN"] / 1000
    for name, inside in regions.REGIONS.items():
        whole = totals(edition).loc[last, name]
        assert found["china_over_rest"][name] == pytest.approx(china / (whole - china * inside), rel=1e-6)
    current = wide(edition, "milex_current_usd_m").loc[last]
    assert found["china_rank"]["world"] == 1 + (current > current["CHN"]).sum()


@pytest.mark.parametrize(
    ("edition", "ratio"), [("2020-04", 0.997), ("2023-04", 1.032), ("2025-04", 0.994), ("2026-04", 0.970)]
)
def test_china_over_the_rest_in_current_dollars_as_the_documents_say(edition: str, ratio: float) -> None:
    """The column of current prices, which the edition of 2021 has not and the ledger leaves out."""
    last = BASES[edition] + 1
    sheet = pd.read_excel(SHARED / "sipri" / FILES[edition], sheet_name="Regional totals", header=None)
    column = next(each for each in sheet if (sheet[each] == f"{last} (current prices)").any())
    whole = float(sheet.loc[sheet[0].map(PRINTED) == "asia_oceania", column].iloc[0])
    china = wide(edition, "milex_current_usd_m").loc[last, "CHN"] / 1000
    assert china / (whole - china) == pytest.approx(ratio, abs=5e-4)


@pytest.mark.parametrize("edition", FILES)
def test_ranks_in_place_are_what_the_workbook_says(edition: str) -> None:
    current = wide(edition, "milex_current_usd_m").iloc[-1].dropna().sort_values(ascending=False)
    placed = raw.load("ranks.csv").query("edition == @edition").set_index("scope")
    assert placed.loc["world", "iso3"].tolist() == current.index[:10].tolist()
    np.testing.assert_allclose(placed.loc["world", "milex_current_usd_m"], current.iloc[:10], atol=1e-3)
    members = reader.read(SHARED / "sipri" / FILES[edition], book(edition)).members
    assert {"CHN", "IND", "PAK", "KAZ", "AUS", "FJI", "AFG"} <= members
    assert not members & {"USA", "RUS", "TUR", "IRN", "ALB", "GBR", "UKR"}
    assert placed.loc["asia_oceania", "iso3"].tolist() == [code for code in current.index if code in members][:20]


def test_both_forms_of_the_imf_extract_agree() -> None:
    economies = tuple(raw.load("economies.csv")["iso3"])
    wide_form = weo.read(SHARED / "imf-weo" / "weo_apr2026_16_economies.csv", economies, "2026-04")
    long_form = weo.read(SHARED / "imf-weo" / "weo_editions_2019_2026_long.csv", economies)
    long_form = long_form[long_form["edition"] == "2026-04"]
    both = wide_form.merge(long_form, on=["iso3", "year"], suffixes=("", "_long"))
    assert len(both) >= 16 * 30
    for measure in ("real_growth_pct", "gdp_usd_bn", "gdp_lcu_bn"):
        np.testing.assert_allclose(both[measure], both[f"{measure}_long"], rtol=1e-3, atol=1e-3, err_msg=measure)


def test_macro_in_place_is_what_the_imf_says() -> None:
    economies = tuple(raw.load("economies.csv")["iso3"])
    read = weo.read(SHARED / "imf-weo" / "weo_apr2026_16_economies.csv", economies, "2026-04")
    placed = pd.read_csv(project.RAW / "macro.csv", dtype={"edition": str})
    placed = placed[placed["edition"] == "2026-04"]
    both = placed.merge(read, on=["iso3", "year"], suffixes=("", "_read"))
    assert len(both) == len(placed)
    for measure in weo.MEASURES:
        np.testing.assert_allclose(both[measure], both[f"{measure}_read"], rtol=1e-9, err_msg=measure)
