"""Kinds of files that are in circulation: each is read with the right values, or told what it is and what is wanted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from test_figures_sipri import value
from test_figures_weo import ECONOMIES, database_text, wide_text
from workbook_case import (
    CONSTANT,
    COUNTRIES,
    CURRENT,
    FIRST,
    LAST,
    LOCAL,
    SHARE,
    TOTALS,
    Book,
    cell_of,
    figure,
    saved,
)

from overtake.errors import OvertakeError
from overtake.sources import regions, sipri, weo
from overtake.sources.kinds import encoding
from overtake.sources.names import iso3

#: As printed in editions with data to 2014 to 2025, or in other tables of the same states -> code.
NAMES = {
    "CHN": "China; China, P.R.; China, P. R.; China, People's Republic of; China‡; China 12",
    "TWN": "Taiwan; Taiwan (ROC)", "KOR": "Korea, South; South Korea; Korea, Rep.", "PRK": "Korea, North; North Korea",
    "VNM": "Viet Nam; Vietnam", "MMR": "Myanmar; Burma; Burma/Myanmar; Myanmar (Burma)", "LAO": "Laos; Lao PDR",
    "TLS": "Timor Leste; Timor-Leste; East Timor", "BRN": "Brunei; Brunei Darussalam", "GBR": "UK; United Kingdom",
    "USA": "USA; United States; United States of America; U.S.A.", "TUR": "Turkey; Türkiye; Turkiye",
    "CZE": "Czech Rep.; Czech Republic; Czechia", "SVK": "Slovakia; Slovak Rep.; Slovak Republic",
    "MKD": "Macedonia, FYR; Macedonia; FYR Macedonia; North Macedonia; Norh Macedonia", "SWZ": "Swaziland; eSwatini",
    "BIH": "Bosnia-Herzegovina; Bosnia and Herzegovina", "RUS": "Russia; USSR/Russia; Russian Federation",
    "SRB": "Serbia", "MNE": "Montenegro", "XKX": "Kosovo", "DEU": "Germany; Germany, West; West Germany; German FR",
    "CIV": "Cote d'Ivoire; Côte d'Ivoire; Côte d’Ivoire; Cote d’Ivoire", "CPV": "Cape Verde; Cabo Verde",
    "CAF": "Central African Rep.", "COD": "Congo, Dem. Rep.; Congo, DR; DR Congo; Zaire", "GMB": "Gambia; Gambia, The",
    "COG": "Congo; Congo, Republic; Congo, Republic of; Congo, Repubic of", "SSD": "South Sudan; Sudan, South",
    "DOM": "Dominican Rep.; Dominican Republic", "TTO": "Trinidad & Tobago; Trinidad and Tobago", "ARE": "UAE",
    "KGZ": "Kyrgyzstan; Kyrgyz Rep.", "YEM": "Yemen",
    "SUHH": "USSR; Soviet Union; USSR (former)", "YUCS": "Yugoslavia; Yugoslavia (former); Former Yugoslavia",
    "CSXX": "Serbia and Montenegro; Serbia & Montenegro; Yugoslavia (Serbia and Montenegro)", "CSHH": "Czechoslovakia",
    "DDDE": "German DR; German Democratic Republic; East Germany; GDR", "YEMN": "Yemen, North; North Yemen",
    "YDYE": "Yemen, South; South Yemen; Yemen, PDR",
}  # fmt: skip


@pytest.mark.parametrize("code", NAMES)
def test_every_spelling_has_its_code(code: str) -> None:
    assert {iso3(name) for name in NAMES[code].split("; ")} == {code}


@pytest.mark.parametrize(
    "heading", ["Central & South Asia", "Central and South Asia", "Europe", "Oceania", "† 12", "12"]
)
def test_headings_and_notes_are_no_states(heading: str) -> None:
    assert iso3(heading) is None


def add(name: str, cells: Callable[[int, str], object], unit: str | None = None) -> Callable[[Book], None]:
    """Return what adds a country to every sheet: a cell for each year and sheet, a unit in the local currency's row."""

    def bend(book: Book) -> None:
        for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
            page = book[sheet]
            row = page.max_row + 1
            page.cell(row, 1, name)
            if unit and sheet == LOCAL:
                page.cell(row, 2, unit)
            for offset, year in enumerate(range(FIRST, LAST + 1)):
                page.cell(row, 3 + offset, cells(year, sheet))

    return bend


def text_years(book: Book) -> None:
    for page in book.worksheets:
        for row in page.iter_rows():
            if row[0].value in ("Country", "Region"):
                for cell in row:
                    if isinstance(cell.value, int):
                        cell.value = f" {cell.value}"


def text_figures(book: Book) -> None:
    cell_of(book, CURRENT, "Japan", 2020).value = "51234.5"
    cell_of(book, CURRENT, "Japan", 2021).value = "51,234.5"


def nought(book: Book) -> None:
    cell_of(book, CURRENT, "Japan", 2020).value = 0


def all_nought(book: Book) -> None:
    add("Costa Rica", lambda year, sheet: 0)(book)


def rows_say_units(book: Book) -> None:
    for name, (unit, size) in {"Japan": ("b. yen", 1e3), "Korea, South": ("tr. won", 1e6), "China": ("m. yuan", 1.0),
                               "USA": ("m. dollars", 1.0), "Viet Nam": ("b. dong", 1e3)}.items():  # fmt: skip
        for year in range(FIRST, LAST + 1):
            cell = cell_of(book, LOCAL, name, year)
            cell.value /= size
        book[LOCAL].cell(cell.row, 2, unit)
    for year in range(FIRST, LAST + 1):  # a row that says none, beside one of the US that does: single units
        cell_of(book, LOCAL, "United Kingdom", year).value *= 1e6


def ended(year: int, sheet: str) -> object:
    return None if year > 2018 else 0.02 if sheet == SHARE else 500.0


def last_column_without_figures(book: Book) -> None:
    for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
        page = book[sheet]
        page.cell(6, page.max_column + 1, LAST + 1)


@pytest.mark.parametrize(
    ("bend", "code", "year", "measure", "expected"),
    [
        (text_years, "JPN", 2020, "milex_current_usd_m", figure("Japan", 2020, CURRENT)),
        (text_figures, "JPN", 2020, "milex_current_usd_m", 51234.5),
        (text_figures, "JPN", 2021, "milex_current_usd_m", 51234.5),
        (nought, "JPN", 2020, "milex_current_usd_m", None),
        (nought, "JPN", 2020, "milex_constant_usd_m", figure("Japan", 2020, CONSTANT)),
        (all_nought, "CRI", 2020, "milex_current_usd_m", 0.0),
        (rows_say_units, "JPN", 2020, "milex_lcu_m", figure("Japan", 2020, LOCAL)),
        (rows_say_units, "KOR", 2020, "milex_lcu_m", figure("Korea, South", 2020, LOCAL)),
        (rows_say_units, "VNM", 2020, "milex_lcu_m", figure("Viet Nam", 2020, LOCAL)),
        (rows_say_units, "USA", 2020, "milex_lcu_m", figure("USA", 2020, LOCAL)),
        (rows_say_units, "GBR", 2020, "milex_lcu_m", figure("United Kingdom", 2020, LOCAL)),
        (add("Yugoslavia (former)", ended), "YUCS", 2018, "milex_constant_usd_m", 500.0),
        (add("Czech Rep.", lambda year, sheet: 0.02 if sheet == SHARE else 500.0, "m. koruny"), "CZE", 2018,
         "milex_lcu_m", 500.0),
        (last_column_without_figures, "JPN", LAST, "milex_current_usd_m", figure("Japan", LAST, CURRENT)),
    ],
)  # fmt: skip
def test_workbooks_in_circulation(
    tmp_path: Path, bend: Callable[[Book], None], code: str, year: int, measure: str, expected: float | None
) -> None:
    book = sipri.read(saved(tmp_path, bend=bend))
    found = value(book, code, year, measure)
    assert found == pytest.approx(expected) if expected is not None else found != found
    assert book.edition == f"{LAST + 1}-04"
    assert book.blanks == ()
    assert len(book.zeros) == (1 if bend is nought else 0)
    assert book.table["iso3"].nunique() >= len(COUNTRIES)


@pytest.mark.parametrize("text", ["12,5", "1,234", "1.234.567", "1,23,456.0", "50 bn", "1e999x"])
def test_text_that_may_be_two_numbers_is_refused(tmp_path: Path, text: str) -> None:
    def bend(book: Book) -> None:
        cell_of(book, CURRENT, "Japan", 2020).value = text

    with pytest.raises(OvertakeError, match=r"Japan 2020\): found '.*', expected a number"):
        sipri.read(saved(tmp_path, bend=bend))


def test_a_figure_of_another_country_that_cannot_be_right_is_left_out_and_said(tmp_path: Path) -> None:
    path = saved(tmp_path, bend=add("Swaziland", lambda year, sheet: 100.0 if sheet == SHARE else 500.0))
    with pytest.raises(OvertakeError, match=r"Swaziland 2015\): found 100.* at most 1.5"):
        sipri.read(path)
    book = sipri.read(path, ["JPN"])
    assert len(book.odd) == LAST - FIRST + 1
    assert "sheet 'Share of GDP', cell C14 (Swaziland 2015): found 100" in book.odd[0]
    assert value(book, "SWZ", 2020, "gdp_share_pct") != value(book, "SWZ", 2020, "gdp_share_pct")  # missing
    assert value(book, "SWZ", 2020, "milex_current_usd_m") == 500.0


def test_central_and_south_asia_in_one_row_leave_south_asia_without_a_sum(tmp_path: Path) -> None:
    def bend(book: Book) -> None:
        for row in book[TOTALS].iter_rows():
            if row[0].value == "South Asia":
                row[0].value = "Central and South Asia"

    path = saved(tmp_path, bend=bend)
    regional = regions.read(path, sipri.read(path))
    assert regional is not None
    assert set(regional.sums["region"]) == set(regions.REGIONS) - {"south_asia"}


def archive(*names: str, stored: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, stored or b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "what", "then"),
    [
        (archive("mimetype", "content.xml", stored=b"application/vnd.oasis.opendocument.spreadsheet"),
         "is an OpenDocument spreadsheet", "save it as an open .xlsx workbook"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "is a binary workbook", "save it as an open"),
        (archive("milex.csv"), "is a zip archive without a workbook", "unpack it"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "is an XML spreadsheet", "save it as"),
        (b"<html><body><table><tr><td>Country</td></tr>", "is a web page (HTML), perhaps a table saved", "save it"),
        (b"<table><tr><td>Country</td></tr>", "is a web page (HTML)", "save it as"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "is a web archive", "save it as"),
        (b"Country,2020,2021\nJapan,1,2\n", "is CSV", "overtake fetch sipri"),
        ("Country;2020;2021\nJapan;1;2\n".encode("utf-16-le"), "is CSV with semicolons", "overtake fetch sipri"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old xls format", "save it as an open .xlsx workbook"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes, what: str, then: str) -> None:
    path = tmp_path / "given.xls"
    path.write_bytes(content)
    with pytest.raises(OvertakeError) as caught:
        sipri.read(path)
    assert what in str(caught.value)
    assert then in str(caught.value).split("next:")[1]


ENDINGS = {"\t": "\n", ",": "\r\n", ";": "\r"}
MARKED = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}
DATABASE = database_text().replace("\tUnits\t", "\tCountry\t").replace("\tx\t", "\tCôte d’Ivoire\t")


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("between", ["\t", ",", ";"])
@pytest.mark.parametrize("marked", [False, True])
def test_the_database_in_every_encoding_and_separator(tmp_path: Path, code: str, between: str, marked: bool) -> None:
    text = DATABASE.replace("’", "'") if code == "latin-1" else DATABASE
    if between != "\t":  # as a spreadsheet saves it: cells with the separator in quotes, the last line filled up
        *lines, last = [line.split("\t") for line in text.rstrip("\n").split("\n")]
        quoted = [[f'"{cell}"' if between in cell else cell for cell in line] for line in lines if line != [""]]
        text = "\n".join(between.join(line) for line in [*quoted, [f'"{last[0]}"', *[""] * 16]]) + "\n"
    path = tmp_path / "WEO.xls"
    path.write_bytes((MARKED.get(code, b"") if marked else b"") + text.replace("\n", ENDINGS[between]).encode(code))
    table = weo.read(path, ECONOMIES)
    row = table[(table["iso3"] == "CHN") & (table["year"] == 2025)].iloc[0]
    assert (row["gdp_lcu_bn"], row["real_growth_pct"], row["edition"]) == (9025.0, 2029.0, "2026-04")
    assert len(table) == 2 * 11


def german(text: str, thousands: bool) -> str:
    """Return a plain extract as a spreadsheet with decimal commas writes it."""
    lines = [line.replace('"', "").split(",") for line in text.strip().split("\n")]

    def number(cell: str) -> str:
        if not re.fullmatch(r"\d+\.\d+", cell):
            return cell
        grouped = f"{float(cell):,.2f}" if thousands else cell
        return grouped.replace(",", " ").replace(".", ",").replace(" ", ".")

    return "\n".join(";".join(number(cell) for cell in line) for line in lines) + "\n"


@pytest.mark.parametrize("thousands", [False, True])
@pytest.mark.parametrize("hint", ["", "sep=;\n"])
def test_decimal_commas_of_a_spreadsheet(tmp_path: Path, thousands: bool, hint: str) -> None:
    path = tmp_path / "weo.csv"
    path.write_text(hint + german(wide_text(), thousands), encoding="utf-8")
    table = weo.read(path, ECONOMIES, "2026-04")
    assert table.loc[table["year"] == 2021, "ppp_lcu_per_intl_usd"].tolist() == [2024.5, 2024.5]
    assert table.loc[table["year"] == 2021, "gdp_lcu_bn"].tolist() == [9021.0, 9021.0]


def test_decimals_in_two_ways_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weo.csv"
    path.write_text(wide_text({("CHN", 2021, "NGDP"): "9021,5"}), encoding="utf-8")
    with pytest.raises(OvertakeError, match=r"decimal commas and decimal points\n  found:   9021,5 and "):
        weo.read(path, ECONOMIES, "2026-04")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("9,021.5", 9021.5), ("9 021.5", 9021.5), ("9'021.5", 9021.5), ("9\u202f021.5", 9021.5), ("\u22121.25", -1.25),
     ("n/a", None), ("--", None), ("–", None), ("..", None), ("", None), ("NA", None)],
)  # fmt: skip
def test_numbers_and_marks_as_they_are_written(tmp_path: Path, cell: str, expected: float | None) -> None:
    path = tmp_path / "weo.csv"
    path.write_text(wide_text({("CHN", 2021, "NGDP"): cell}), encoding="utf-8")
    table = weo.read(path, ECONOMIES, "2026-04")
    found = table.loc[(table["iso3"] == "CHN") & (table["year"] == 2021), "gdp_lcu_bn"].iloc[0]
    assert found == expected if expected is not None else found != found


GROUPS = "WEO Country Group Code\tWEO Subject Code\tCountry Group Name\t2024\n001\tNGDP_RPCH\tWorld\t3.1\n"
QUERY = "Country\tSubject Descriptor\tUnits\tScale\t2024\nJapan\tGross domestic product\tx\t\t1.0\n"


@pytest.mark.parametrize(
    ("text", "what"), [(GROUPS, "is the IMF's file of country groups"), (QUERY, "is an export of the IMF's query page")]
)
@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_tables_of_the_imf_are_named(tmp_path: Path, text: str, what: str, code: str) -> None:
    path = tmp_path / "WEO.xls"
    path.write_bytes(text.encode(code))
    with pytest.raises(OvertakeError, match=what):
        weo.read(path, ECONOMIES)


def test_bytes_that_are_no_text_have_no_encoding() -> None:
    assert encoding(bytes(range(256)) * 8) is None
    assert encoding(b"a\x81b") == "latin-1"
