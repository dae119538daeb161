"""One's own series: tables of any of the layouts are read, contradictions refused, figures put in SIPRI's place."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from overtake.edition.own import MEASURES, in_place
from overtake.errors import OvertakeError
from overtake.sources import own

KNOWN = ("CHN", "JPN", "KOR", "USA")
YEARS = range(2010, 2020)


def long(unit: str = "", change: dict[tuple[str, int], str] | None = None) -> str:
    lines = ["Economy,Year,Value,Unit"]
    for iso3, level in (("KOR", 40.0), ("Japan", 50.0)):
        for year in YEARS:
            lines.append(f"{iso3},{year},{(change or {}).get((iso3, year), level + year - 2010)},{unit}")
    return "\n".join(lines) + "\n"


def world_bank(indicator: str = "MS.MIL.XPND.CD") -> str:
    lines = ['"Data Source","World Development Indicators",', "", '"Last Updated Date","2026-05-01",', ""]
    lines.append(",".join(f'"{cell}"' for cell in ("Country Name", "Country Code", "Indicator Name", "Indicator Code",
                                                   *range(2008, 2020), "")))  # fmt: skip
    for name, code, level in (("Korea, Rep.", "KOR", 40e9), ("Arab World", "ARB", 1e11), ("France", "FRA", 5e10)):
        cells = [name, code, "Military expenditure (current USD)", indicator, "", ""]
        lines.append(",".join(f'"{cell}"' for cell in (*cells, *(level + 1e9 * (year - 2010) for year in YEARS), "")))
    return "\n".join(lines) + "\n"


def portal() -> str:
    """Return a table as the World Bank's newer portal writes it."""
    lines = ["FREQ,REF_AREA,REF_AREA_LABEL,INDICATOR,INDICATOR_LABEL,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,UNIT_MULT"]
    for code, level in (("KOR", 40e9), ("WLD", 2e12)):
        for year in YEARS:
            lines.append(f'A,{code},"x, y",WB_WDI_MS_MIL_XPND_CD,Military,USD,{year},{level + 1e9 * (year - 2010)},0')
    return "\n".join(lines) + "\n"


def put(folder: Path, text: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def value(table: own.Table, iso3: str, year: int) -> float:
    rows = table.rows[(table.rows["iso3"] == iso3) & (table.rows["year"] == year)]
    return float(rows["value"].iloc[0])


def test_every_layout_gives_the_same_figures(tmp_path: Path) -> None:
    wide = "Country,2010,2011,2012,2013,2014,2015,2016,2017,2018,2019\nSouth Korea," + ",".join(
        str(40.0 + at) for at in range(10)
    )
    book = openpyxl.Workbook()
    book.active.append(["a note"])
    sheet = book.create_sheet("Figures")
    sheet.append(["Notes on top"])
    for line in wide.split("\n"):
        sheet.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "wide.xlsx")
    tables = [
        own.read(put(tmp_path, long()), KNOWN, "usd_bn", ("KOR",)),
        own.read(put(tmp_path, long("usd_bn").replace(",", ";")), KNOWN, None, ("KOR",)),
        own.read(put(tmp_path, long().encode("utf-16")), KNOWN, "usd_bn", ("KOR",)),
        own.read(put(tmp_path, wide), KNOWN, "usd_bn"),
        own.read(tmp_path / "wide.xlsx", KNOWN, "usd_bn"),
        own.read(put(tmp_path, world_bank()), KNOWN),
        own.read(put(tmp_path, portal()), KNOWN),
    ]
    for table in tables:
        assert table.measure == "milex_current_usd_m"
        assert list(table.rows["iso3"].unique()) == ["KOR"]
        assert [value(table, "KOR", year) for year in YEARS] == [40_000.0 + 1_000 * at for at in range(10)]
    assert tables[5].left_out == ("FRA",)
    assert tables[4].rows["cell"].iloc[0] == "sheet 'Figures', row 3, column 2010"
    assert tables[5].rows["cell"].iloc[0] == "line 6, column 2010"


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_of_a_spreadsheet_is_read(tmp_path: Path, code: str) -> None:
    text = long().replace("Japan", "Côte d’Ivoire")
    table = own.read(put(tmp_path, text.encode(code)), (*KNOWN, "CIV"), "usd_bn")
    assert [value(table, "CIV", year) for year in YEARS] == [50_000.0 + 1_000 * at for at in range(10)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (long(change={("KOR", 2012): "about 5"}), "line 4 (KOR 2012): found 'about 5', expected a plain number"),
        (long(change={("KOR", 2012): "-4"}), "line 4 (KOR 2012): found -4, expected no negative figure"),
        (long() + "KOR,2012,3,\n", "line 22: KOR 2012 stands twice, before in line 4"),
        (long() + "Japam,2012,3,\n", "line 22: found 'Japam', expected an economy's code or English name"),
        (long() + "JPN,12,3,\n", "line 22 (JPN): found '12', expected a year"),
        (long() + "JPN,2009\n", "line 22: 2 cells, expected 4"),
        ("economy,year,value\nKOR,2012,3\n", "KOR: 1 years, expected at least 8"),
        ("economy,year,value\nFRA,2012,3\n", "holds no figure of an economy in use"),
        (long("usd_bn") + "JPN,2009,3,lcu\n", "holds more than one unit"),
        ("a,b,c\n1,2,3\n", "has no header of a table"),
        ("", "is empty"),
        ("<!doctype html><p>", "is a web page"),
        (b"%PDF-1.4", "is a PDF"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(OvertakeError) as caught:
        own.read(put(tmp_path, text), KNOWN, None if "more than" in told else "usd_bn")
    assert told in str(caught.value)


def test_a_unit_must_be_said_and_must_fit(tmp_path: Path) -> None:
    path = put(tmp_path, long())
    with pytest.raises(OvertakeError, match="needs its unit"):
        own.read(path, KNOWN)
    with pytest.raises(OvertakeError, match="needs its unit"):
        own.read(put(tmp_path, long("furlongs")), KNOWN)
    levels = {"KOR": 40e3, "JPN": 50e3}
    milex = pd.DataFrame(
        [("2026-04", iso3, year, levels[iso3] + year - 2010) for iso3 in levels for year in YEARS],
        columns=["edition", "iso3", "year", "milex_current_usd_m"],
    )
    good = own.read(put(tmp_path, long()), KNOWN, "usd_bn")
    both, problems = own.compared(good, milex, "2026-04")
    assert problems == []
    assert own.told(both)[1].startswith("  KOR: 10 years 2010-2019, in the middle 1.1")
    _, problems = own.compared(own.read(put(tmp_path, long()), KNOWN, "usd"), milex, "2026-04")
    assert "times SIPRI's in the middle, expected about 1 (a unit?)" in problems[0]
    _, problems = own.compared(good, milex[milex["iso3"] == "JPN"], "2026-04")
    assert problems == ["KOR: SIPRI's edition 2026-04 has 0 of these years to convert with, expected at least 8"]


def test_a_long_table_in_a_workbook_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active.append(["iso3", "year", "value"])
    for at in range(20):
        for year in range(1949, 2026):
            book.active.append(["KOR", year, 40.0] if at == 19 else ["..", year, ".."])
    book.save(tmp_path / "long.xlsx")
    table = own.read(tmp_path / "long.xlsx", KNOWN, "usd_bn")
    assert list(table.rows["year"]) == list(range(1949, 2026))  # below the rows that SIPRI's sheets have
    monkeypatch.setattr(own, "MAX_ROWS", 500)
    with pytest.raises(OvertakeError, match="is too long for a table of figures"):
        own.read(tmp_path / "long.xlsx", KNOWN, "usd_bn")


def test_a_file_that_is_no_table_is_told_what_is_wanted_here(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("table.csv", world_bank())
    with pytest.raises(OvertakeError, match="unpack it") as caught:
        own.read(tmp_path / "export.zip", KNOWN)
    assert "a table of economy, year and value" in str(caught.value)
    assert "SIPRI" not in str(caught.value)


def test_the_edition_that_a_publisher_reprints_is_found(tmp_path: Path) -> None:
    table = own.read(put(tmp_path, long()), KNOWN, "usd_bn")
    old = table.rows[["iso3", "year"]].assign(edition="2023-04", milex_current_usd_m=table.rows["value"] * 1.0001)
    new = old.assign(edition="2024-04", milex_current_usd_m=table.rows["value"] * (1.0 + 0.01 * (table.rows.index > 4)))
    told = own.nearest(table, pd.concat([new, old]))
    assert told == "nearest to SIPRI's edition 2023-04: 20 of 20 figures the same"
    assert own.nearest(table, new) == "nearest to SIPRI's edition 2024-04: 5 of 20 figures the same"


def test_years_without_a_figure_to_convert_with_are_told_whole(tmp_path: Path) -> None:
    table = own.read(put(tmp_path, long()), KNOWN, "usd_bn", ("KOR",))
    milex = table.rows[["iso3", "year"]].assign(edition="2024-04", milex_current_usd_m=table.rows["value"])
    both, _ = own.compared(table, milex[~milex["year"].isin([2010, 2011, 2012, 2017])], "2024-04")
    assert own.told(both)[1].endswith("not used: 2010-2012, 2017")


def test_a_series_moves_all_measures_of_its_economy_and_nothing_else() -> None:
    milex = pd.DataFrame(
        [(edition, iso3, year, 10.0, 20.0, 30.0, 2.0, "estimate", "A1")
         for edition in ("2025-04", "2026-04") for iso3 in ("JPN", "KOR") for year in (2020, 2021, 2022)],
        columns=["edition", "iso3", "year", *MEASURES, "status", "cell"],
    )  # fmt: skip
    series = pd.DataFrame(
        [("mine", "KOR", 2020, "milex_current_usd_m", 30.0, "reported", "line 2", "Ministry"),
         ("mine", "KOR", 2022, "milex_current_usd_m", 10.0, "reported", "line 4", "Ministry"),
         ("other", "JPN", 2022, "milex_current_usd_m", 10.0, "reported", "line 4", "x")],
        columns=list(own.COLUMNS),
    )  # fmt: skip
    found = in_place(milex, series, ("mine",), "2026-04").set_index(["edition", "iso3", "year"])
    assert found.loc[("2026-04", "KOR", 2020), list(MEASURES)].tolist() == [15.0, 30.0, 45.0, 3.0]
    assert found.loc[("2026-04", "KOR", 2022), list(MEASURES)].tolist() == [5.0, 10.0, 15.0, 1.0]
    assert np.isnan(found.loc[("2026-04", "KOR", 2021), list(MEASURES)].astype(float)).all()
    assert found.loc[("2026-04", "KOR", 2020), "status"] == "reported"
    others = milex.set_index(["edition", "iso3", "year"]).drop(
        [("2026-04", "KOR", year) for year in (2020, 2021, 2022)]
    )
    pd.testing.assert_frame_equal(found.loc[others.index], others)
    assert in_place(milex, series, (), "2026-04") is milex


def test_series_that_cannot_be_used_are_named() -> None:
    series = pd.DataFrame([("a", "KOR"), ("b", "KOR"), ("c", "JPN")], columns=["series", "iso3"])
    editions = pd.DataFrame(
        [("own", "a", np.nan), ("own", "b", np.nan), ("own", "c", 2015), ("sipri", "2026-04", 2024)],
        columns=["publisher", "edition", "price_base"],
    )
    assert own.misused(("a",), series, editions, "2026-04") == []
    told = own.misused(("a", "b", "c", "d"), series, editions, "2026-04")
    assert told[0] == "data.series: KOR stands in a and in b; allowed in one"
    assert "c is in prices of 2015, data.edition 2026-04 in those of 2024" in told[1]
    assert "no series d in data/raw/series.csv; known: a, b, c" in told[2]
