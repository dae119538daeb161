"""Read what SIPRI itself adds up: the sums of regions, and which countries stand under Asia and Oceania.

The sums stand on a sheet of their own, in US$ billion at the constant prices of the edition; a column of current prices
at its end is no year. The sum of a region is not the sum of the countries printed: SIPRI estimates what is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError, raise_all
from overtake.sources.colours import of_font, status, theme_palette
from overtake.sources.names import REGIONS as HEADINGS
from overtake.sources.names import iso3
from overtake.sources.sipri import SHEETS, Workbook, is_blank, is_missing, one_sheet, year_columns
from overtake.sources.workbook import DOWNLOAD, open_book, rows

SHEET = re.compile(r"^Regional totals", re.IGNORECASE)
#: Region -> its name in any edition. Of two sums of the world the whole one is taken, with Iraq.
REGIONS = {
    "world": re.compile(r"world( total)?( \(including iraq\))?", re.IGNORECASE),
    "asia_oceania": re.compile(r"asia (&|and) oceania", re.IGNORECASE),
    "east_asia": re.compile(r"east asia", re.IGNORECASE),
    "south_asia": re.compile(r"south asia", re.IGNORECASE),
    "south_east_asia": re.compile(r"south[- ]?east asia", re.IGNORECASE),
    "oceania": re.compile(r"oceania", re.IGNORECASE),
}
#: The parts of Asia and Oceania that are kept; Central Asia is the part that is not.
PARTS = ("east_asia", "south_asia", "south_east_asia", "oceania")
#: Editions to 2018 add Central and South Asia up in one row: then South Asia has none of its own.
TOGETHER = re.compile(r"central (&|and) south asia", re.IGNORECASE)
#: Headings under Asia and Oceania on the sheets of countries; any other heading after it begins another region.
WITHIN = re.compile(r"^(oceania|(south|east|central|south[- ]?east|central (and|&) south) asia)$", re.IGNORECASE)
STATED_BASE = re.compile(r"constant \(?(\d{4})\)? prices", re.IGNORECASE)
#: US$ bn above which a sum is in another unit; share by which parts may exceed the whole ("conventions of rounding").
LARGEST, ROUNDING = 10_000.0, 0.001


@dataclass(frozen=True)
class Regional:
    """What one edition says of regions.

    sums: region (a key of REGIONS), year, milex_constant_usd_bn (US$ bn, constant prices of the edition), status,
    cell; a row a figure, none where SIPRI gives no sum. members: codes of the countries under Asia and Oceania.
    """

    sums: pd.DataFrame
    members: frozenset[str]


def read(path: Path, book: Workbook) -> Regional | None:
    """Return the regional sums of the workbook at `path`, of which `book` holds the countries; None without the sheet.

    Raise OvertakeError naming file, sheet, cell, found and expected: for a region that is
    missing or stands twice, a cell that is no figure, another price base than that of the countries, parts that
    exceed their whole.
    """
    opened = open_book(path)
    try:
        if not any(SHEET.match(each.title.strip()) for each in opened.worksheets):
            return None
        sheet = one_sheet(opened, "sums of regions", SHEET, path)
        palette = tuple(str(colour) for colour in opened._colors)
        sums = _sums(sheet, path, book.price_base, palette, theme_palette(opened.loaded_theme))
        measure = "milex_current_usd_m"
        members = _members(one_sheet(opened, measure, SHEETS[measure][0], path), path)
    finally:
        opened.close()
    raise_all(f"{path.name}, sheet '{sheet.title}'", contradictions(sums, book.table), next_step=DOWNLOAD)
    return Regional(sums, members)


def contradictions(sums: pd.DataFrame, countries: pd.DataFrame) -> list[str]:
    """Return a line per year in which a part exceeds its whole: China, East Asia, Asia and Oceania, the world.

    sums: of `Regional`; countries: iso3, year, milex_constant_usd_m in the same prices.
    """
    wide = sums.pivot(index="year", columns="region", values="milex_constant_usd_bn").reindex(columns=list(REGIONS))
    china = countries[countries["iso3"] == "CHN"].set_index("year")["milex_constant_usd_m"] / 1000
    pairs = (
        ("China", china.reindex(wide.index), "east_asia"),
        ("the parts", wide[list(PARTS)].sum(axis=1), "asia_oceania"),
        ("asia_oceania", wide["asia_oceania"], "world"),
    )
    return [
        f"{year}: {name} {part[year]:.6g} above {whole} {wide[whole][year]:.6g} US$ bn (another unit or price base?)"
        for name, part, whole in pairs
        for year in wide.index[part > wide[whole] * (1 + ROUNDING)]
    ]


def _sums(sheet: Any, path: Path, base: int, palette: tuple[str, ...], theme: tuple[str, ...]) -> pd.DataFrame:
    """Return the table `sums` of `Regional` from the sheet; base: year of constant prices of the countries."""
    place = f"{path.name}, sheet '{sheet.title}'"
    lines = rows(sheet, path)
    years = _years(lines, place, base)
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    seen: dict[str, str] = {}
    for row in lines:
        if row and TOGETHER.fullmatch(" ".join(str(row[0].value or "").split())):
            seen.setdefault("south_asia", row[0].coordinate)
        region = _region(row[0].value if row else None)
        if region is None:
            continue
        if region in seen:
            problems.append(f"{region}: stands twice, in {seen[region]} and {row[0].coordinate}")
            continue
        seen[region] = row[0].coordinate
        began = False
        for index, year in years.items():
            cell = row[index]
            if is_missing(cell.value):
                if began and is_blank(cell.value):
                    problems.append(f"{region} {year}: found a blank, expected a figure or a mark for missing (..)")
                continue
            began = True
            if not _is_sum(cell.value):
                what = f"found {str(cell.value)[:40]!r}, expected a figure up to {LARGEST:,.0f} US$ bn"
                problems.append(f"cell {cell.coordinate} ({region} {year}): {what}")
                continue
            colour = of_font(cell, palette, theme)
            found.append({"region": region, "year": year, "milex_constant_usd_bn": float(cell.value),
                          "status": status(colour), "cell": f"{sheet.title}!{cell.coordinate}"})  # fmt: skip
    problems += [f"{region}: is missing" for region in REGIONS if region not in seen]
    raise_all(place, problems, next_step=DOWNLOAD)
    columns = ["region", "year", "milex_constant_usd_bn", "status", "cell"]
    return pd.DataFrame(found, columns=columns)


def _years(lines: Any, place: str, base: int) -> dict[int, int]:
    """Return column index -> year from the header row, up to which `lines` are read; refuse another price base."""
    for row in lines:
        first = str(row[0].value or "").strip() if row else ""
        stated = STATED_BASE.search(first)
        if stated and int(stated.group(1)) != base:
            raise OvertakeError(place, "is in other prices than the countries", found=stated.group(), allowed=base,
                                next_step=DOWNLOAD)  # fmt: skip
        if first.lower() != "region":
            continue
        years = year_columns(row)
        order = list(years.values())
        if len(order) > 1 and order == list(range(order[0], order[0] + len(order))):
            return years
        raise OvertakeError(place, "the years of the header row are not consecutive", found=str(order)[:120],
                            next_step=DOWNLOAD)  # fmt: skip
    raise OvertakeError(place, "has no header row", allowed="a row whose first cell is Region", next_step=DOWNLOAD)


def _region(name: Any) -> str | None:
    """Return the region that `name` means in any edition, None for one that is not kept or for text."""
    plain = " ".join(str(name or "").split())
    return next((region for region, pattern in REGIONS.items() if pattern.fullmatch(plain)), None)


def _is_sum(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 < value <= LARGEST


def _members(sheet: Any, path: Path) -> frozenset[str]:
    """Return the codes of the countries between the heading of Asia and Oceania and that of the next region."""
    inside, found = False, set()
    for row in rows(sheet, path):
        name = " ".join(str(row[0].value or "").split()) if row else ""
        if HEADINGS.match(name):
            inside = _region(name) == "asia_oceania" or (inside and bool(WITHIN.match(name)))
        elif inside and (code := iso3(name)):
            found.add(code)
    if "CHN" not in found:
        raise OvertakeError(f"{path.name}, sheet '{sheet.title}'", "does not list China under Asia & Oceania",
                            found=", ".join(sorted(found))[:120] or "nothing", next_step=DOWNLOAD)  # fmt: skip
    return frozenset(found)
