"""A small workbook in SIPRI's layout, clearly fake in content, for tests that bend one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font
from openpyxl.styles.colors import Color

#: Name as printed: current US$ in the last year, m; yearly growth; local units per US$.
COUNTRIES = {
    "USA": (900_000.0, 1.02, 1.0),
    "China": (300_000.0, 1.06, 7.0),
    "Japan": (60_000.0, 1.03, 150.0),
    "Korea, South": (48_000.0, 1.03, 1350.0),
    "Viet Nam": (10_000.0, 1.05, 25_000.0),
    "United Kingdom": (88_000.0, 1.02, 0.8),
}
FIRST, LAST, BASE = 2015, 2025, 2024
CONSTANT, CURRENT = f"Constant ({BASE}) US$", "Current US$"
LOCAL, SHARE, TOTALS = "Local currency calendar years", "Share of GDP", "Regional totals"
#: Region as printed -> its share of all countries' constant US$, which stand whole under East Asia.
REGIONS = {"World": 2.0, "Africa": 0.01, "Asia & Oceania": 1.5, "Central Asia": 0.02, "East Asia": 1.1,
           "South Asia": 0.1, "South East Asia": 0.1, "Oceania": 0.1}  # fmt: skip
BLUE, RED = Color(rgb="FF0000FF"), Color(rgb="FFFF0000")
Book = openpyxl.Workbook


def figure(name: str, year: int, sheet: str) -> float:
    """Return what the workbook prints for a country and year; constant equals current in the price base year only."""
    level, growth, rate = COUNTRIES[name]
    current = level * growth ** (year - LAST)
    return {
        CURRENT: current,
        CONSTANT: current * 1.025 ** (BASE - year),
        LOCAL: current * rate,
        SHARE: 0.02,
    }[sheet]


def build(*, header_row: int = 6, first_column: int = 3, years_as_floats: bool = False, lcu_scale: float = 1.0) -> Book:
    """Return the workbook: header in `header_row`, years from `first_column` on, notes in column B, regions between."""
    book = openpyxl.Workbook()
    book.active.title = "Front page"
    for title in (CONSTANT, CURRENT, LOCAL, SHARE):
        sheet = book.create_sheet(title)
        sheet["A1"] = f"Military expenditure by country, {title}, 1948-2023 © SIPRI"
        sheet.cell(header_row, 1, "Country")
        sheet.cell(header_row, 2, "Notes")
        for offset, year in enumerate(range(FIRST, LAST + 1)):
            sheet.cell(header_row, first_column + offset, float(year) if years_as_floats else year)
        sheet.cell(header_row + 1, 1, "Asia & Oceania")
        for down, name in enumerate(COUNTRIES):
            row = header_row + 2 + down
            sheet.cell(row, 1, name)
            sheet.cell(row, 2, "† 12" if name == "China" else None)
            for offset, year in enumerate(range(FIRST, LAST + 1)):
                value = figure(name, year, title) * (lcu_scale if title == LOCAL else 1.0)
                sheet.cell(row, first_column + offset, value)
    add_totals(book)
    return book


def total(region: str, year: int) -> float:
    """Return what the workbook prints for a region and year, constant US$ bn."""
    return REGIONS[region] * sum(figure(name, year, CONSTANT) for name in COUNTRIES) / 1000


def add_totals(book: Book) -> None:
    """Add the sheet of regional sums: years from column B on, then current prices, which are no year, and omissions."""
    sheet = book.create_sheet(TOTALS)
    sheet["A1"] = "Military expenditure by region in constant US dollars"
    sheet["A2"] = f"Figures are in US$ b., at constant {BASE} prices and exchange rates."
    sheet.append([])
    sheet.append(["Region", *range(FIRST, LAST + 1), f"{LAST} (current prices)", "", "Omitted countries"])
    for region in REGIONS:
        sheet.append([region, *(total(region, year) for year in range(FIRST, LAST + 1)), 9_999.0, "", "Nowhere"])


def cell_of(book: Book, sheet: str, name: str, year: int) -> Any:
    """Return the cell of a country and year, wherever the layout put it."""
    page = book[sheet]
    header = next(row for row in page.iter_rows() if row[0].value == "Country")
    column = next(cell.column for cell in header if cell.value == year)
    row = next(row for row in page.iter_rows() if row[0].value == name)
    return page.cell(row[0].row, column)


def colour(book: Book, sheet: str, name: str, year: int, value: Color) -> None:
    """Give one figure a font colour."""
    cell_of(book, sheet, name, year).font = Font(color=value)


def saved(folder: Path, book: Book | None = None, bend: Callable[[Book], None] | None = None) -> Path:
    """Return the path of `book` (the plain one by default), bent and saved under a name that tells nothing."""
    book = build() if book is None else book
    if bend is not None:
        bend(book)
    path = folder / "workbook.xlsx"
    book.save(path)
    return path
