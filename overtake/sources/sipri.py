"""Read any edition of SIPRI's military expenditure workbook, with the colours and marks of its cells.

Nothing is taken from the file's name. The price base stands in the sheet's name and is confirmed where constant and
current US$ are equal for nearly all countries of that year; the edition follows from the last year that has figures.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError, raise_all
from overtake.sources.colours import of_font, status, theme_palette
from overtake.sources.names import BROAD, heading, iso3
from overtake.sources.workbook import DOWNLOAD, open_book, rows

#: Measure -> what its sheet is called, and what its figures are multiplied by (shares stand as fractions).
SHEETS = {
    "milex_constant_usd_m": (re.compile(r"^Constant \((\d{4})\) US[D$]"), 1.0),
    "milex_current_usd_m": (re.compile(r"^Current US[D$]"), 1.0),
    "milex_lcu_m": (re.compile(r"^Local currency calendar years"), 1.0),
    "gdp_share_pct": (re.compile(r"^Share of GDP"), 100.0),
}
MEASURES = tuple(SHEETS)
MISSING = re.compile(r"^(\.\s?\.|\.\.\.|…|xxx|\s*)\s*$", re.IGNORECASE)
MARKS = re.compile(r"[†‡§¶‖|]+|\[[0-9, ]+\]|\d+")
#: What a row of local currency may say of its unit ("b. yen"), in millions of the currency.
ROW_UNITS = (
    (re.compile(r"^(th\.|thousands? )", re.IGNORECASE), 1e-3),
    (re.compile(r"^(mn?\.|millions? )", re.IGNORECASE), 1.0),
    (re.compile(r"^(bn?\.|billions? )", re.IGNORECASE), 1e3),
    (re.compile(r"^(trn?\.|tn\.|trillions? )", re.IGNORECASE), 1e6),
)
#: Text that is a number without doubt: a comma alone could be a decimal one.
NUMBER = re.compile(r"-?(\d+(\.\d+)?(e[+-]?\d+)?|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,})", re.IGNORECASE)
#: A sheet's title goes into the excerpt with each figure's cell: no markup, no formula, nothing hidden.
TITLE = re.compile(r"[\w ()$.,&-]{1,60}")
BLANK = "found a blank, expected a figure or a mark for missing (..)"
FIRST_YEAR, LAST_YEAR = 1949, 2100
#: Shares of countries for which constant must equal current in the price base year, and relative tolerance.
CONFIRMED, CLOSE = 0.9, 0.01


@dataclass(frozen=True)
class Workbook:
    """One edition as read.

    table: iso3, country, year, milex_constant_usd_m, milex_current_usd_m, milex_lcu_m (units as printed, millions or
    single units of currency, made millions), gdp_share_pct, status, marks, cell, region, subregion (SIPRI's headings);
    a row per country and year with a figure.
    blanks: code and sentence for each blank cell after a country's first figure, where SIPRI writes a figure or a mark.
    zeros: a sentence for each nought that stands beside a positive figure of that country and year: it is missing.
    odd: a sentence for each figure of a country not asked for that cannot be right, and is missing too.
    """

    table: pd.DataFrame
    edition: str
    price_base: int
    first_year: int
    last_year: int
    sha256: str
    file: str
    blanks: tuple[tuple[str, str], ...] = ()
    zeros: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One figure: its value, its colour's status and where it stands."""

    value: float
    status: str
    place: str


@dataclass(frozen=True)
class _State:
    """A row of a sheet: the state, the region and subregion it stands under, its cells, those with a figure by year."""

    code: str
    name: str
    region: tuple[str, str]
    row: tuple[Any, ...]
    present: dict[int, Any]


@dataclass
class _Found:
    """What the sheets have given so far: figures by code and year; names, marks, regions, units by code; odd ones."""

    figures: dict[tuple[str, int], dict[str, Cell]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    regions: dict[str, tuple[str, str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    blanks: list[tuple[str, str]] = field(default_factory=list)
    units: dict[str, float] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    economies: frozenset[str] | None = None


def read(path: Path, economies: Iterable[str] | None = None) -> Workbook:
    """Return the workbook at `path`; raise OvertakeError naming file, sheet, cell, found and expected.

    economies: codes whose figures must be sound, of all countries by default; those of others may be left out as `odd`.
    """
    book = open_book(path)
    try:
        sheets = {measure: one_sheet(book, measure, SHEETS[measure][0], path) for measure in MEASURES}
        theme = theme_palette(book.loaded_theme)
        palette = tuple(str(colour) for colour in book._colors)

        def colours(cell: Any) -> str | None:
            return of_font(cell, palette, theme)

        base = int(re.sub(r"\D", "", sheets["milex_constant_usd_m"].title))
        found = _Found(economies=None if economies is None else frozenset(economies))
        for measure, sheet in sheets.items():
            _read_sheet(sheet, measure, path, colours, found)
    finally:
        book.close()
    raise_all(f"{path.name}: countries that are not known", sorted(set(found.unknown)), next_step=DOWNLOAD)
    if not any("milex_constant_usd_m" in cells for cells in found.figures.values()):
        raise OvertakeError(str(path), "holds no figure in constant US$", next_step=DOWNLOAD)
    zeros = _without_zeros(found.figures)
    table = _table(found)
    confirm_price_base(table, base, path, sheets["milex_constant_usd_m"].title)
    last = int(table.loc[table["milex_constant_usd_m"].notna(), "year"].max())
    return Workbook(
        table=table,
        edition=f"{last + 1}-04",
        price_base=base,
        first_year=int(table["year"].min()),
        last_year=last,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        file=path.name,
        blanks=tuple(found.blanks),
        zeros=tuple(zeros),
        odd=tuple(found.odd),
    )


def one_sheet(book: Any, what: str, pattern: re.Pattern[str], path: Path) -> Any:
    """Return the one sheet of `book` whose name fits `pattern`; refuse none or several. what: what it holds."""
    plain = [sheet for sheet in book.worksheets if TITLE.fullmatch(sheet.title)]
    matching = [sheet for sheet in plain if pattern.match(sheet.title.strip())]
    if len(matching) != 1:
        raise OvertakeError(
            f"{path.name}: sheet for {what}",
            "is missing" if not matching else "stands more than once",
            found=", ".join(sheet.title for sheet in (matching or book.worksheets))[:300],
            allowed=f"one sheet named like {pattern.pattern}",
            next_step=DOWNLOAD,
        )
    return matching[0]


def year_columns(header: tuple[Any, ...]) -> dict[int, int]:
    """Return column index -> year for header cells that are whole numbers; a `YYYY Current` text is no year.

    Years may be text, as in a workbook that went through CSV.
    """
    years: dict[int, int] = {}
    for index, cell in enumerate(header):
        value = cell.value
        if isinstance(value, str) and re.fullmatch(r"\s*\d{4}(\.0+)?\s*", value):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if FIRST_YEAR <= value <= LAST_YEAR and value == int(value):
            years[index] = int(value)
    return years


def _read_sheet(sheet: Any, measure: str, path: Path, colours: Callable[[Any], str | None], found: _Found) -> None:
    """Add the figures of one sheet, its countries, its note marks and its blanks to `found`."""
    place = f"{path.name}, sheet '{sheet.title}'"
    lines = rows(sheet, path)
    years = _years(lines, place)
    first_figure = min(years)
    problems: list[str] = []
    blanks: list[tuple[str, int, str]] = []
    seen: dict[str, str] = {}
    last = min(years.values())
    for state in _states(lines, years, sheet.title, found):
        code, name, row = state.code, state.name, state.row
        if code in seen:
            problems.append(f"{name}: stands twice, in {seen[code]} and {row[0].coordinate}")
            continue
        seen[code] = row[0].coordinate
        found.names.setdefault(code, name)
        found.regions.setdefault(code, state.region)
        before = row[1:first_figure]
        if measure == "milex_constant_usd_m":
            found.marks[code] = "".join(MARKS.findall(" ".join(str(cell.value or "") for cell in before)))
        if measure == "milex_lcu_m" and (unit := _unit(before)):
            found.units[code] = unit
        last = max(last, *state.present)
        blanks += [(code, year, f"sheet '{sheet.title}', {said}") for year, said in _blanks(state, years)]
        for year, cell in state.present.items():
            value = _number(cell.value)
            problem = _problem(value, measure)
            if not problem:
                found.figures.setdefault((code, year), {})[measure] = Cell(
                    float(value) * SHEETS[measure][1], status(colours(cell)), f"{sheet.title}!{cell.coordinate}"
                )
                continue
            sentence = f"cell {cell.coordinate} ({name} {year}): {problem}"
            if found.economies is None or code in found.economies:
                problems.append(sentence)
            else:
                found.odd.append(f"sheet '{sheet.title}', {sentence}")
    # A state that ended owes no figure, and nobody does in a year that the sheet has none of.
    found.blanks += [(code, sentence) for code, year, sentence in blanks if year <= last]
    raise_all(place, problems, next_step=DOWNLOAD)


def _years(lines: Iterator[tuple[Any, ...]], place: str) -> dict[int, int]:
    """Return the years of the header row by column index, and read up to it; refuse none, and years with a gap."""
    header = next((row for row in lines if row and str(row[0].value or "").strip().lower() == "country"), None)
    if header is None:
        raise OvertakeError(place, "has no header row", allowed="a row whose first cell is Country", next_step=DOWNLOAD)
    years = year_columns(header)
    order = list(years.values())
    if len(order) < 2 or order != list(range(order[0], order[0] + len(order))):
        raise OvertakeError(
            place, "the years of the header row are not consecutive", found=str(order)[:120], next_step=DOWNLOAD
        )
    return years


def _states(lines: Iterable[tuple[Any, ...]], years: dict[int, int], title: str, found: _Found) -> Iterator[_State]:
    """Yield the rows of states that have a figure; a name that is none is noted among the unknown."""
    region, subregion = "", ""
    for row in lines:
        name = " ".join(str(row[0].value or "").split()) if row else ""
        values = {year: row[index] for index, year in years.items()} if name else {}
        present = {year: cell for year, cell in values.items() if not is_missing(cell.value)}
        above = heading(name)
        if above is not None:
            region, subregion = (above, above) if above in BROAD else (region, above)
        if not name or not present:
            continue
        code = iso3(name)
        if code is not None:
            yield _State(code, name, (region, subregion), row, present)
        elif len(present) >= 5 and len(name) <= 60 and name.lower() not in ("european union", "world"):
            found.unknown.append(f"{name} (sheet '{title}', cell {row[0].coordinate})")


def _blanks(state: _State, years: dict[int, int]) -> Iterator[tuple[int, str]]:
    """Yield the years after a state's first figure whose cell is empty, each with what is said of it."""
    from openpyxl.utils import get_column_letter

    for index, year in years.items():
        if year > min(state.present) and is_blank(state.row[index].value) and len(state.code) == 3:
            at = f"{get_column_letter(index + 1)}{state.row[0].row}"
            yield year, f"cell {at} ({state.name} {year}): {BLANK}"


def _unit(cells: tuple[Any, ...]) -> float | None:
    """Return what a figure of the row is in millions of its currency, where one of the `cells` before it says so."""
    for cell in cells:
        text = str(cell.value or "").strip()
        for pattern, factor in ROW_UNITS:
            if pattern.match(text):
                return factor
    return None


def _number(value: Any) -> Any:
    """Return a cell's number, also where it stands as text without doubt; anything else as it is."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value.strip().replace(",", ""))
    return value


def _without_zeros(figures: dict[tuple[str, int], dict[str, Cell]]) -> list[str]:
    """Take each nought beside a positive figure of its country and year out of `figures`; return what was taken."""
    taken = []
    for (code, year), cells in sorted(figures.items()):
        if any(cell.value > 0 for cell in cells.values()):
            for measure in [name for name, cell in cells.items() if cell.value == 0]:
                taken.append(f"{code} {year}: {cells.pop(measure).place} is nought beside a positive figure: missing")
    return taken


def is_blank(value: Any) -> bool:
    """Tell whether a cell holds nothing at all."""
    return value is None or (isinstance(value, str) and not value.strip())


def is_missing(value: Any) -> bool:
    """Tell whether a cell holds nothing or one of SIPRI's marks for missing."""
    return value is None or (isinstance(value, str) and bool(MISSING.match(value)))


def _problem(value: Any, measure: str) -> str | None:
    """Return what is wrong with a figure of `measure`, or nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"found {str(value)[:40]!r}, expected a number or a mark for missing"
    if value != value or value in (float("inf"), float("-inf")):
        return f"found {value}, expected a finite number"
    if value < 0:
        return f"found {value}, expected no negative figure"
    limit = {"gdp_share_pct": 1.5, "milex_lcu_m": 1e24}.get(measure, 5e6)
    if value > limit:
        return f"found {value}, expected at most {limit:g} (a unit error?)"
    return None


def _table(found: _Found) -> pd.DataFrame:
    """Return the tidy table, sorted by code and year; status and cell are those of the constant US$ figure first."""
    records = []
    for (code, year), cells in sorted(found.figures.items()):
        lead = cells.get("milex_constant_usd_m") or next(iter(cells.values()))
        records.append(
            {
                "iso3": code,
                "country": found.names[code],
                "year": year,
                **{measure: cells[measure].value if measure in cells else None for measure in MEASURES},
                "status": lead.status,
                "marks": found.marks.get(code, ""),
                "cell": lead.place,
                **dict(zip(("region", "subregion"), found.regions[code], strict=True)),
            }
        )
    table = pd.DataFrame(records)
    table[list(MEASURES)] = table[list(MEASURES)].astype(float)
    table["milex_lcu_m"] = _as_millions(table, found.units)
    return table


def _as_millions(table: pd.DataFrame, units: dict[str, float]) -> pd.Series:
    """Return local-currency figures in millions: editions print millions or single units, told apart by the US.

    In US dollars, local and current must agree; their ratio is one or a million. units: code -> millions, of rows that
    say their unit; where that of the US does, a row that says none is in single units.
    """
    told = table["iso3"].map(units)
    table = table.assign(milex_lcu_m=table["milex_lcu_m"] * told.fillna(1e-6 if "USA" in units else 1.0))
    values = _by_the_us(table)
    return values.where(told.isna(), table["milex_lcu_m"])


def _by_the_us(table: pd.DataFrame) -> pd.Series:
    """Return local-currency figures divided by what makes those of the United States equal to current US$."""
    dollars = table[(table["iso3"] == "USA") & table["milex_lcu_m"].notna() & table["milex_current_usd_m"].notna()]
    if dollars.empty:
        return table["milex_lcu_m"]
    scale = float((dollars["milex_lcu_m"] / dollars["milex_current_usd_m"]).median())
    for factor in (1.0, 1e3, 1e6):
        if abs(scale / factor - 1) < 0.05:
            return table["milex_lcu_m"] / factor
    raise OvertakeError(
        "sheet 'Local currency calendar years'",
        "the unit cannot be told: US figures differ from current US$",
        found=f"ratio {scale:.6g}",
        allowed="1, 1,000 or 1,000,000",
    )


def confirm_price_base(table: pd.DataFrame, base: int, path: Path, sheet: str) -> None:
    """Refuse a table whose constant US$ do not equal current US$ for nearly all countries of the year `base`."""
    both = table.dropna(subset=["milex_constant_usd_m", "milex_current_usd_m"])
    both = both[both["milex_current_usd_m"] > 0]
    agree = (both["milex_constant_usd_m"] / both["milex_current_usd_m"] - 1).abs() < CLOSE
    shares = agree.groupby(both["year"]).mean()
    confirmed = shares[shares >= CONFIRMED]
    if base not in confirmed.index:
        best = shares.idxmax() if len(shares) else None
        raise OvertakeError(
            f"{path.name}, sheet '{sheet}'",
            "the price base of the sheet's name is not that of its numbers",
            found=f"constant equals current US$ for {shares.get(base, 0.0):.0%} of countries in {base}"
            + (f", for {shares.max():.0%} in {best}" if best is not None else ""),
            allowed=f"at least {CONFIRMED:.0%} of countries in the year of the sheet's name",
            next_step=DOWNLOAD,
        )
