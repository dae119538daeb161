"""The SIPRI reader: any layout of an edition is read, whatever contradicts itself is refused with its place."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles.colors import Color
from workbook_case import (
    BLUE,
    CONSTANT,
    COUNTRIES,
    CURRENT,
    LAST,
    LOCAL,
    RED,
    SHARE,
    TOTALS,
    Book,
    build,
    cell_of,
    colour,
    figure,
    saved,
)

from overtake.errors import OvertakeError
from overtake.sources import regions, sipri, workbook
from overtake.sources.names import iso3


def value(book: sipri.Workbook, code: str, year: int, column: str) -> object:
    rows = book.table[(book.table["iso3"] == code) & (book.table["year"] == year)]
    return rows[column].iloc[0]


@pytest.mark.parametrize("header_row", [6, 7, 8])
@pytest.mark.parametrize("first_column", [3, 4, 5])
@pytest.mark.parametrize("floats", [False, True])
def test_every_layout_is_read_alike(tmp_path: Path, header_row: int, first_column: int, floats: bool) -> None:
    book = build(header_row=header_row, first_column=first_column, years_as_floats=floats)
    read = sipri.read(saved(tmp_path, book))
    assert (read.edition, read.price_base, read.first_year, read.last_year) == ("2026-04", 2024, 2015, LAST)
    assert set(read.table["iso3"]) == {"USA", "CHN", "JPN", "KOR", "VNM", "GBR"}
    for name, code in (("Korea, South", "KOR"), ("China", "CHN")):
        assert value(read, code, 2020, "milex_constant_usd_m") == pytest.approx(figure(name, 2020, CONSTANT))
        assert value(read, code, 2020, "gdp_share_pct") == pytest.approx(2.0)
    assert value(read, "CHN", 2020, "marks") == "†12"


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6])
def test_local_currency_comes_out_in_millions(tmp_path: Path, scale: float) -> None:
    read = sipri.read(saved(tmp_path, build(lcu_scale=scale)))
    assert value(read, "JPN", 2020, "milex_lcu_m") == pytest.approx(figure("Japan", 2020, LOCAL))


def test_a_unit_of_local_currency_that_cannot_be_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match="unit cannot be told"):
        sipri.read(saved(tmp_path, build(lcu_scale=37.0)))


@pytest.mark.parametrize(
    ("shade", "status"),
    [
        (BLUE, "estimate"),
        (RED, "highly uncertain"),
        (Color(indexed=12), "estimate"),
        (Color(indexed=10), "highly uncertain"),
        (Color(indexed=8), "reported"),  # plain black
        (Color(theme=4), "estimate"),  # the standard theme's blue accent
        (Color(theme=5), "highly uncertain"),
        (Color(theme=1), "reported"),
        (Color(rgb="FF000000"), "reported"),
        (Color(rgb="FF808080"), "reported"),
    ],
)
def test_colours_in_every_form(tmp_path: Path, shade: Color, status: str) -> None:
    read = sipri.read(saved(tmp_path, bend=lambda book: colour(book, CONSTANT, "China", 2020, shade)))
    assert value(read, "CHN", 2020, "status") == status
    assert value(read, "CHN", 2021, "status") == "reported"


@pytest.mark.parametrize("sheet", [CONSTANT, TOTALS])
def test_a_style_that_the_workbook_does_not_have_is_refused(tmp_path: Path, sheet: str) -> None:
    """A cell names its style by number; found by ten minutes of guided fuzzing."""
    path = saved(tmp_path)
    number = 1 + openpyxl.load_workbook(path).sheetnames.index(sheet)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    part = f"xl/worksheets/sheet{number}.xml"
    parts[part] = re.sub(rb'(<c r="[F-H]\d+")(?: s="\d+")?', rb'\1 s="999"', parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(OvertakeError, match=rf"sheet '{re.escape(sheet)}', cell F\d+: has a style that the workbook"):
        sipri.read(path) if sheet == CONSTANT else regions.read(path, sipri.read(path))


@pytest.mark.parametrize("mark", [". .", ". . ", "..", "...", "…", "xxx", "", " ", None])
def test_every_mark_for_missing(tmp_path: Path, mark: str | None) -> None:
    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
            cell_of(book, sheet, "Viet Nam", 2020).value = mark
        colour(book, CONSTANT, "Viet Nam", 2020, RED)  # a missing cell can be coloured

    read = sipri.read(saved(tmp_path, bend=bend))
    years = read.table.loc[read.table["iso3"] == "VNM", "year"]
    assert 2020 not in set(years)
    assert {2019, 2021} <= set(years)


def test_stray_columns_and_footnotes_are_no_figures(tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        page = book[CONSTANT]
        column = page.max_column + 1
        page.cell(6, column, f"{LAST} Current")  # editions to 2020 end so: nominal dollars
        page.cell(8, column, 123.0)
        page.cell(
            page.max_row + 3, 1, "Figures are in US$ m., at constant (2024) prices. Figures in blue are estimates."
        )
        page.cell(page.max_row + 1, 1, "12")

    read = sipri.read(saved(tmp_path, bend=bend))
    assert read.last_year == LAST
    assert read.table["iso3"].nunique() == len(COUNTRIES)


def test_last_year_is_that_of_the_numbers(tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
            for name in COUNTRIES:
                cell_of(book, sheet, name, LAST).value = ". ."

    assert sipri.read(saved(tmp_path, bend=bend)).edition == "2025-04"


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("USA", "USA"), ("United States of America", "USA"), ("UK", "GBR"), ("United Kingdom", "GBR"),
        ("China, P.R.", "CHN"), ("China, P. R.", "CHN"), ("China", "CHN"), ("Turkey", "TUR"), ("Türkiye", "TUR"),
        ("Viet Nam", "VNM"), ("Korea, South", "KOR"), ("Korea,  South ", "KOR"), ("Taiwan", "TWN"),
        ("Asia & Oceania", None), ("Sub-Saharan Africa", None), ("World total (excluding Iraq)", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_all_editions(printed: str, code: str | None) -> None:
    assert iso3(printed) == code


def text_for_number(book: Book) -> None:
    cell_of(book, CONSTANT, "Japan", 2019).value = "about 50"


def negative(book: Book) -> None:
    cell_of(book, CURRENT, "Japan", 2019).value = -5.0


def unit_error(book: Book) -> None:
    cell_of(book, CONSTANT, "USA", 2019).value = 9e8


def doubled(book: Book) -> None:
    book[CURRENT].cell(11, 1, "China, P.R.")


def unknown_country(book: Book) -> None:
    for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
        book[sheet].cell(10, 1, "Ruritania")


def mislabelled(book: Book) -> None:
    book[CONSTANT].title = "Constant (2019) US$"


def no_sheet(book: Book) -> None:
    del book[CONSTANT]


def two_sheets(book: Book) -> None:
    book.create_sheet("Constant (2023) US$")


def no_header(book: Book) -> None:
    book[SHARE].cell(6, 1, "Countries")


def gap_in_years(book: Book) -> None:
    book[CURRENT].cell(6, 6, 2050)


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (
            text_for_number,
            ["workbook.xlsx, sheet 'Constant (2024) US$'", "cell G10 (Japan 2019)", "'about 50'", "number"],
        ),
        (negative, ["sheet 'Current US$'", "cell G10 (Japan 2019)", "-5", "no negative figure"]),
        (unit_error, ["cell G8 (USA 2019)", "at most 5e+06", "unit error"]),
        (doubled, ["sheet 'Current US$'", "China, P.R.: stands twice, in A9 and A11"]),
        (unknown_country, ["not known", "Ruritania (sheet 'Constant (2024) US$', cell A10)"]),
        (mislabelled, ["'Constant (2019) US$'", "price base", "100% in 2024", "at least 90%"]),
        (no_sheet, ["sheet for milex_constant_usd_m", "is missing", "Front page, Current US$", "one sheet named like"]),
        (two_sheets, ["sheet for milex_constant_usd_m", "more than once", "Constant (2023) US$"]),
        (no_header, ["sheet 'Share of GDP'", "no header row", "a row whose first cell is Country"]),
        (gap_in_years, ["sheet 'Current US$'", "not consecutive", "2050"]),
    ],
)
def test_contradictions_are_refused_with_their_place(
    tmp_path: Path, bend: Callable[[Book], None], told: list[str]
) -> None:
    with pytest.raises(OvertakeError) as caught:
        sipri.read(saved(tmp_path, bend=bend))
    text = str(caught.value)
    for part in [*told, "next:"]:
        assert part in text, text


def test_all_bad_cells_of_a_sheet_are_named_at_once(tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        text_for_number(book)
        unit_error(book)

    with pytest.raises(OvertakeError, match="2 problems"):
        sipri.read(saved(tmp_path, bend=bend))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(OvertakeError, match="no such file") as caught:
        sipri.read(tmp_path / "absent.xlsx")
    assert "overtake fetch sipri" in str(caught.value)


def test_truncated_workbook(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(OvertakeError, match="truncated, damaged"):
        sipri.read(path)


def test_password_protected_workbook(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 4000)  # an OLE container, as encrypted ones are
    with pytest.raises(OvertakeError, match="password-protected"):
        sipri.read(path)


@pytest.mark.parametrize("content", [b"", b"Country,2024\nUSA,1\n", b"PK\x03\x04 and then nothing"])
def test_another_kind_of_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "workbook.xlsx"
    path.write_bytes(content)
    with pytest.raises(OvertakeError, match=r"is empty|is CSV|not a readable"):
        sipri.read(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(9):
            archive.writestr(f"xl/part{part}.xml", b"\0" * 50_000_000)
    with pytest.raises(OvertakeError, match="unpacks to more"):
        sipri.read(path)


def test_a_workbook_larger_than_any_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(workbook.MAX_BYTES + 1)
    with pytest.raises(OvertakeError, match="too large"):
        sipri.read(path)
