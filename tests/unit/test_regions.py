"""Sums of regions: read in any layout or refused by cell; China's share and multiple by a second route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl.styles import Font
from workbook_case import BASE, CONSTANT, COUNTRIES, CURRENT, FIRST, LAST, RED, TOTALS, Book, saved, total

from overtake import paths as project
from overtake.claims import regions, register
from overtake.config.core import Data
from overtake.edition import Edition
from overtake.edition import read as read_edition
from overtake.errors import OvertakeError
from overtake.sources import regions as reader
from overtake.sources import sipri
from tests.unit.claims_case import REAL_LEDGERS, history, steady

WEO = {"2020-04": "2020-10"}
EDITIONS = ("2020-04", "2021-04", "2023-04", "2025-04", "2026-04")


def read(path: Path) -> reader.Regional:
    return reader.read(path, sipri.read(path))


@cache
def known(name: str) -> Edition:
    return read_edition(Data(edition=name, weo_edition=WEO.get(name, "matching")))


def place(book: Book, region: str, year: int) -> str:
    """Return the coordinate of a region's sum."""
    row = next(row[0].row for row in book[TOTALS].iter_rows() if row[0].value == region)
    return f"{book[TOTALS].cell(row, 2 + year - FIRST).coordinate}"


def older(book: Book) -> None:
    """Write the names of the editions to 2020, two sums of the world among them, and the header as floats."""
    names = {"World": "World total (including Iraq)", "Asia & Oceania": "Asia and Oceania",
             "South East Asia": "South-East Asia"}  # fmt: skip
    sheet = book[TOTALS]
    for row in sheet.iter_rows():
        row[0].value = names.get(row[0].value, row[0].value)
        if row[0].value == "Region":
            for cell in row[1 : 2 + LAST - FIRST]:
                cell.value = float(cell.value)
    sheet.append(["World total (excluding Iraq)", *[1.0] * (LAST - FIRST + 1)])


@pytest.mark.parametrize("bend", [None, older])
def test_sums_of_any_layout(tmp_path: Path, bend: Callable[[Book], None] | None) -> None:
    sums = read(saved(tmp_path, bend=bend)).sums
    assert list(sums.columns) == ["region", "year", "milex_constant_usd_bn", "status", "cell"]
    wide = sums.pivot(index="year", columns="region", values="milex_constant_usd_bn")
    assert list(wide.index) == list(range(FIRST, LAST + 1))  # the column of current prices is no year
    assert sorted(wide.columns) == sorted(reader.REGIONS)
    assert wide.loc[2020, "world"] == pytest.approx(total("World", 2020))
    assert wide.loc[2020, "south_east_asia"] == pytest.approx(total("South East Asia", 2020))
    assert set(sums["status"]) == {"reported"}
    assert sums["cell"].iloc[0] == f"{TOTALS}!B5"


@pytest.mark.parametrize("mark", [". .", "...", "…", "xxx"])
def test_a_sum_that_is_not_given_has_no_row_and_red_is_told(tmp_path: Path, mark: str) -> None:
    def bend(book: Book) -> None:
        book[TOTALS][place(book, "World", 2019)].value = mark
        book[TOTALS][place(book, "Oceania", 2020)].font = Font(color=RED)
        book[TOTALS][place(book, "World", FIRST)].value = None  # before the first figure nothing is owed

    sums = read(saved(tmp_path, bend=bend)).sums.set_index(["region", "year"])
    assert ("world", 2019) not in sums.index
    assert ("world", FIRST) not in sums.index
    assert len(sums) == 6 * (LAST - FIRST + 1) - 2
    assert sums["status"]["oceania", 2020] == "highly uncertain"


def test_members_stand_between_the_headings(tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT):
            page = book[sheet]
            page.insert_rows(9)  # USA, then the heading of a part, then all others
            page.cell(9, 1, "East Asia")
            page.insert_rows(14)
            page.cell(14, 1, "Europe")
        book[CURRENT].cell(7, 1, "Americas")
        book[CURRENT].cell(9, 1, "Asia & Oceania")

    assert read(saved(tmp_path, bend=bend)).members == {"CHN", "JPN", "KOR", "VNM"}


def no_sheet(book: Book) -> None:
    del book[TOTALS]


def two_sheets(book: Book) -> None:
    book.create_sheet("Regional totals (old)")


def no_header(book: Book) -> None:
    book[TOTALS]["A4"] = "Regions"


def gap_in_years(book: Book) -> None:
    book[TOTALS]["D4"] = 2050


def other_prices(book: Book) -> None:
    book[TOTALS]["A2"] = "Figures are in US$ b., at constant 2023 prices and exchange rates."


def text(book: Book) -> None:
    book[TOTALS][place(book, "East Asia", 2019)].value = "about 5"


def negative(book: Book) -> None:
    book[TOTALS][place(book, "East Asia", 2019)].value = -5


def blank(book: Book) -> None:
    book[TOTALS][place(book, "East Asia", 2019)].value = None


def missing_region(book: Book) -> None:
    book[TOTALS]["A12"] = "Oceanic islands"


def doubled(book: Book) -> None:
    book[TOTALS].append(["Oceania", *[1.0] * (LAST - FIRST + 1)])


def too_small(book: Book) -> None:
    book[TOTALS][place(book, "East Asia", 2019)].value = 1.0


def no_heading(book: Book) -> None:
    book[CURRENT].cell(7, 1, "Africa")


def test_a_workbook_without_the_sheet_has_no_sums(tmp_path: Path) -> None:
    path = saved(tmp_path, bend=no_sheet)
    assert reader.read(path, sipri.read(path)) is None


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (two_sheets, ["stands more than once", "Regional totals (old)"]),
        (no_header, ["sheet 'Regional totals'", "no header row", "a row whose first cell is Region"]),
        (gap_in_years, ["not consecutive", "2050"]),
        (other_prices, ["other prices than the countries", "constant 2023 prices", str(BASE)]),
        (text, ["cell F9 (east_asia 2019)", "found 'about 5'", "up to 10,000 US$ bn"]),
        (negative, ["cell F9 (east_asia 2019)", "found '-5'"]),
        (blank, ["east_asia 2019: found a blank"]),
        (missing_region, ["oceania: is missing"]),
        (doubled, ["oceania: stands twice, in A12 and A13"]),
        (too_small, ["2019: China", "above east_asia 1 US$ bn"]),
        (no_heading, ["sheet 'Current US$'", "does not list China under Asia & Oceania", "nothing"]),
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused(tmp_path: Path, bend: Callable[[Book], None], told: list[str]) -> None:
    path = saved(tmp_path, bend=bend)
    with pytest.raises(OvertakeError) as caught:
        read(path)
    for part in ["workbook.xlsx", *told, "next:"]:
        assert part in str(caught.value), str(caught.value)
    assert sipri.read(path).table["iso3"].nunique() == len(COUNTRIES)  # the countries can still be read


def made_up(**changes: pd.DataFrame) -> Edition:
    """Return an edition of 2026-04 in which China spends 100 bn in 1989 and 5 % more each year, with round sums."""
    edition = history(steady(CHN=5.0), noise_pct=0.0)
    years = range(1989, edition.last + 1)
    china = 100 * 1.05 ** np.arange(len(years))
    sums = {"world": 9000.0 + 0 * china, "asia_oceania": china + 300, "east_asia": 4 * china, "oceania": china / 2}
    table = pd.DataFrame(sums, index=pd.Index(years, name="year")).rename_axis(columns="region").stack()
    table = table.rename("milex_constant_usd_bn").reset_index().assign(edition="2026-04")
    ranks = pd.DataFrame(
        [("2026-04", "world", 1, "USA", 2025, 900.0), ("2026-04", "world", 2, "CHN", 2025, 579.0),
         ("2026-04", "asia_oceania", 1, "CHN", 2025, 579.0), ("2026-04", "asia_oceania", 2, "IND", 2025, 300.0),
         ("2026-04", "asia_oceania", 3, "JPN", 2025, 200.0), ("2026-04", "asia_oceania", 4, "KOR", 2025, 79.0)],
        columns=["edition", "scope", "rank", "iso3", "year", "milex_current_usd_m"],
    )  # fmt: skip
    return replace(edition, published={"regions": table, "ranks": ranks, **changes})


def test_the_table_by_hand() -> None:
    found = regions.table(made_up()).set_index("region")
    china = 100 * 1.05**36
    assert list(found.index) == ["world", "asia_oceania", "east_asia", "oceania"]  # of the other two there is no sum
    assert found["china_over_rest"]["asia_oceania"] == pytest.approx(china / 300)
    assert found["china_share"]["east_asia"] == pytest.approx(0.25)
    assert found["china_over_rest"]["east_asia"] == pytest.approx(1 / 3)
    assert found["china_over_rest"]["oceania"] == pytest.approx(2)
    assert np.isnan(found["china_share"]["oceania"])
    first = 1989 + int(np.ceil(np.log(3) / np.log(1.05)))
    assert found["first_outspent"]["asia_oceania"] == first
    assert found["last_outspent"]["asia_oceania"] == 2025
    assert found["first_outspent"][["world", "east_asia"]].isna().all()
    assert found["next_n"]["asia_oceania"] == 2  # 300 and 200, not 79 as well: equal is not more
    assert found["ranked"]["asia_oceania"] == 3
    assert (found["china_rank"] == 2).all()
    assert list(regions.table(made_up()).columns) == list(regions.COLUMNS)


def test_an_edition_without_sums_or_ranks_has_an_empty_table() -> None:
    bare = history(steady(), noise_pct=0.0)
    assert regions.table(bare).empty
    assert regions.over_rest(bare, "asia_oceania").empty
    kept = made_up()
    without = regions.table(replace(kept, published={"regions": kept.published["regions"]}))
    assert without[["next_n", "china_rank"]].isna().all(axis=None)


@pytest.mark.parametrize("name", EDITIONS)
def test_multiples_in_plain_pandas(name: str) -> None:
    """From the two files as they lie there, without the edition, the rulers or the clean stage."""
    milex = pd.read_csv(project.RAW / "milex.csv").query("edition == @name and iso3 == 'CHN'").set_index("year")
    sums = pd.read_csv(project.RAW / "regions.csv").query("edition == @name")
    ranks = pd.read_csv(project.RAW / "ranks.csv").query("edition == @name")
    last = int(milex["milex_constant_usd_m"].dropna().index.max())
    found = regions.table(known(name)).set_index("region")
    assert sorted(found.index) == sorted(sums["region"].unique())
    for region, rows in sums.groupby("region"):
        printed = rows.set_index("year")["milex_constant_usd_bn"]
        china = milex["milex_constant_usd_m"].reindex(printed.index) / 1000
        rest = printed - china if region in ("world", "asia_oceania", "east_asia") else printed
        ahead = sorted(year for year in printed.index if china[year] > rest[year])
        row = found.loc[region]
        assert (row["year"], row["region_usd_bn"]) == (last, printed[last])
        assert row["china_over_rest"] == pytest.approx(china[last] / rest[last], rel=1e-9)
        assert [row["first_outspent"], row["last_outspent"]] == (
            [ahead[0], ahead[-1]] if ahead else pytest.approx([np.nan, np.nan], nan_ok=True)
        )
        if rest is not printed:
            assert row["china_share"] == pytest.approx(china[last] / printed[last], rel=1e-9)
    own, *others = ranks.query("scope == 'asia_oceania'").sort_values("rank")["milex_current_usd_m"]
    count = max(n for n in range(len(others) + 1) if sum(others[:n]) < own)
    assert found["next_n"]["asia_oceania"] == count
    assert found["china_rank"]["world"] == ranks.query("scope == 'world' and iso3 == 'CHN'")["rank"].iloc[0]


def test_china_among_the_sums_of_the_newest_edition() -> None:
    found = regions.table(known("2026-04")).set_index("region")
    assert found["china_over_rest"].round(3).to_dict() == {
        "world": 0.138, "asia_oceania": 0.978, "east_asia": 2.661, "south_asia": 3.039, "south_east_asia": 5.072,
        "oceania": 8.736,
    }  # fmt: skip
    assert np.isnan(found["first_outspent"]["asia_oceania"])
    assert found["first_outspent"]["east_asia"] == 2005
    assert (found["next_n"]["asia_oceania"], found["ranked"]["asia_oceania"]) == (14, 19)


@pytest.mark.parametrize(
    ("name", "state_2018"),
    [("2020-04", "early"), ("2021-04", "open"), ("2023-04", "early"), ("2025-04", "early"), ("2026-04", "open")],
)
def test_forecasts_of_the_region_are_judged_on_sipris_region(name: str, state_2018: str) -> None:
    found = register.outcomes(known(name)).set_index("forecast")
    ratio = regions.over_rest(known(name), "asia_oceania")
    assert found["state"]["janes_rest_2018"] == state_2018
    assert found["value"]["janes_rest_2018"] == ratio[known(name).last]
    assert found["state"]["janes_rest_2012"] == "missed"
    assert found["value"]["janes_rest_2012"] == ratio[2015]
    words = "SIPRI's Asia and Oceania without China, constant US$"
    assert (found["denominator"][["janes_rest_2012", "janes_rest_2018"]] == words).all()


def test_every_ratio_has_a_denominator_in_words_and_nothing_else_has() -> None:
    found = register.outcomes(known("2026-04"))
    ratios = found["measure"].isin(["milex_ratio", "gdp_ratio", "milex_factor"])
    assert (found["denominator"] != "").equals(ratios)


def test_a_forecast_of_the_region_without_sums_is_not_measured() -> None:
    rows = REAL_LEDGERS["forecast_register"].query("forecast == 'janes_rest_2018'")
    found = register.outcomes(history(steady(), changes={"forecast_register": rows}))
    assert found["state"].tolist() == ["not measured"]
