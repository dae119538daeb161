"""Read one's own series: a table of economy, year and value, long or wide, CSV or workbook, the World Bank's exports.

The header is the first row with a column of economies and one of years, or years as columns. One table is one measure
in one unit; whatever contradicts itself is refused by line or cell.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.text import unsafe
from overtake.errors import OvertakeError, raise_all
from overtake.sources.kinds import encoding, kind
from overtake.sources.names import iso3 as code_of
from overtake.sources.panel import FEWEST
from overtake.sources.workbook import open_book, rows

#: Unit -> the measure of milex.csv that it is, and what its figures are multiplied by.
UNITS = {
    "usd": ("milex_current_usd_m", 1e-6),
    "usd_m": ("milex_current_usd_m", 1.0),
    "usd_bn": ("milex_current_usd_m", 1e3),
    "lcu": ("milex_lcu_m", 1e-6),
    "lcu_m": ("milex_lcu_m", 1.0),
    "lcu_bn": ("milex_lcu_m", 1e3),
    "constant_usd": ("milex_constant_usd_m", 1e-6),
    "constant_usd_m": ("milex_constant_usd_m", 1.0),
    "constant_usd_bn": ("milex_constant_usd_m", 1e3),
    "gdp_share_pct": ("gdp_share_pct", 1.0),
}
#: Indicators of the World Bank that say their unit; its newer portal writes them as WB_WDI_MS_MIL_XPND_CD.
INDICATORS = {"ms.mil.xpnd.cd": "usd", "ms.mil.xpnd.cn": "lcu", "ms.mil.xpnd.gd.zs": "gdp_share_pct"}
#: Column -> how it may be headed, the surest first; lower case.
HEADS = {
    "code": ("iso3", "country code", "countrycode", "code", "ref_area", "iso"),
    "name": ("economy", "country name", "country", "name", "state"),
    "year": ("year", "time", "time_period", "date"),
    "value": ("value", "obs_value", "amount", "spending", "expenditure"),
    "unit": ("unit", "units", "indicator code", "series code", "indicator"),
}
YEAR = re.compile(r"(\d{4})(?:\.0)?(?: \[YR\d{4}\])?")
MISSING = {"", "..", ". .", "...", "n/a", "na", "nan", "-", "–", "xxx"}
MAX_BYTES = 20_000_000
#: A ratio to SIPRI's beyond this is a unit, not a definition; one within this of 1 is the same figure, rounded.
FAR = 30.0
SAME = 1e-3
#: The rows of a workbook's sheet: all economies and years, one a row, several times over.
MAX_ROWS = 50_000
AGAIN = "save the table as .xlsx or CSV, then ingest it again"
WANTED = "a table of economy, year and value, or of economies with years as columns, as CSV or .xlsx"
COLUMNS = ("series", "iso3", "year", "measure", "value", "status", "cell", "source")


@dataclass(frozen=True)
class Table:
    """A table as read: rows of iso3, year, value (in the measure's unit of milex.csv), cell; who was left out."""

    rows: pd.DataFrame
    measure: str
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Entry:
    """One figure as it stands in the file."""

    economy: str
    year: str
    value: str
    unit: str
    at: str


def slug(source: str) -> str:
    """Return the name of a series for `data.series`: small letters, digits and underscores."""
    found = re.sub(r"[^a-z0-9]+", "_", source.lower()).strip("_")[:40]
    if unsafe(source) or not re.match(r"[a-z]", found):
        raise OvertakeError("--source", "names no source", found=source, allowed="words such as `World Bank`")
    return found


def read(path: Path, known: tuple[str, ...], unit: str | None = None, only: tuple[str, ...] = ()) -> Table:
    """Return the table at `path` for the economies `known`, or `only` some of them.

    Raise one OvertakeError for what is no table, an economy or year that stands twice, two units, an unknown economy, a
    negative or broken figure, fewer than FEWEST years.
    """
    entries = _entries(_grid(path), path)
    told = {_unit(entry) for entry in entries if entry.unit}
    wanted = unit or (next(iter(told)) if len(told) == 1 else None)
    if len(told) > 1 and (unit is None or unit not in told):
        raise OvertakeError(path.name, "holds more than one unit", found=", ".join(sorted(told))[:200],
                            next_step="one table a unit, or --unit with one of them")  # fmt: skip
    if wanted not in UNITS or (told and wanted not in told):
        raise OvertakeError(path.name, "needs its unit", found=", ".join(sorted(told))[:80] or wanted or "none",
                            allowed=", ".join(UNITS), next_step="overtake ingest table FILE --unit usd_m")  # fmt: skip
    kept = [entry for entry in entries if not told or _unit(entry) == wanted]
    measure, factor = UNITS[wanted]
    return _checked(kept, path, known, only, measure, factor)


def _indicator(entry: _Entry) -> str:
    return entry.unit.lower().removeprefix("wb_wdi_").replace("_", ".")


def _unit(entry: _Entry) -> str:
    return INDICATORS.get(_indicator(entry), entry.unit.lower())


def _checked(
    entries: list[_Entry], path: Path, known: tuple[str, ...], only: tuple[str, ...], measure: str, factor: float
) -> Table:
    world_bank = any(_indicator(entry) in INDICATORS for entry in entries)
    problems: list[str] = []
    found: dict[tuple[str, int], tuple[float, str]] = {}
    left_out: set[str] = set()
    strangers: set[str] = set()
    for entry in entries:
        code = entry.economy.upper() if entry.economy.upper() in known else code_of(entry.economy)
        if code is None and not world_bank and entry.economy not in strangers:
            strangers.add(entry.economy)
            problems.append(f"{entry.at}: found {entry.economy[:40]!r}, expected an economy's code or English name")
        if code is None or (only and code not in only):
            continue
        if code not in known:
            left_out.add(code)
            continue
        year = YEAR.fullmatch(entry.year)
        value = _number(entry.value)
        if year is None or not 1949 <= int(year[1]) <= 2100:
            problems.append(f"{entry.at} ({code}): found {entry.year[:20]!r}, expected a year from 1949 on")
        elif value is None:
            problems.append(f"{entry.at} ({code} {year[1]}): found {entry.value[:40]!r}, expected a plain number or ..")
        elif value < 0:
            problems.append(f"{entry.at} ({code} {year[1]}): found {value:g}, expected no negative figure")
        elif (code, int(year[1])) in found:
            problems.append(f"{entry.at}: {code} {year[1]} stands twice, before in {found[code, int(year[1])][1]}")
        else:
            found[code, int(year[1])] = (value * factor, entry.at)
    counts = pd.Series([code for code, _ in found], dtype=str).value_counts()
    problems += [
        f"{code}: {count} years, expected at least {FEWEST}" for code, count in counts.items() if count < FEWEST
    ]
    problems += [f"{code}: no figure" for code in only if code not in counts.index]
    raise_all(f"{path.name}: figures", problems, next_step="mend the file, then ingest it again")
    if not found:
        raise OvertakeError(path.name, "holds no figure of an economy in use", found=", ".join(sorted(left_out))[:200],
                            allowed=", ".join(known), next_step="overtake economy add CODE")  # fmt: skip
    rows_ = [(code, year, round(value, 6), at) for (code, year), (value, at) in sorted(found.items())]
    return Table(pd.DataFrame(rows_, columns=["iso3", "year", "value", "cell"]), measure, tuple(sorted(left_out)))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _grid(path: Path) -> list[tuple[str, list[str]]]:
    """Return the file's rows as text, each with its place: `line 5`, or `sheet 'Data', row 5`."""
    if not path.is_file():
        raise OvertakeError(str(path), "no such file", next_step="overtake ingest table FILE --source NAME")
    if path.stat().st_size > MAX_BYTES:
        raise OvertakeError(str(path), "is too large for a table of figures", allowed=f"up to {MAX_BYTES} bytes")
    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        return _sheets(path)
    what = kind(content[:2048])
    if what == "empty" or what.startswith(("a ", "an ", "another", "JSON")):
        raise OvertakeError(path.name, f"is {what}", allowed=WANTED)
    found = encoding(content)
    if found is None:
        raise OvertakeError(path.name, "is not readable text", allowed=WANTED)
    try:
        text = content.decode(found)
    except UnicodeDecodeError as error:
        raise OvertakeError(path.name, "is not readable text", found=error, allowed=WANTED) from error
    # Lines above the header say nothing of the separator: the one that the most lines have alike.
    lines = text.splitlines()[:60]
    separator = max(",;\t", key=lambda sign: sum(line.count(sign) for line in lines))
    try:
        return [(f"line {at}", row) for at, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1)]
    except csv.Error as error:
        raise OvertakeError(path.name, "is not valid CSV", found=error, allowed=WANTED) from error


def _sheets(path: Path) -> list[tuple[str, list[str]]]:
    """Return the rows of the first sheet with a header of this kind."""
    book = open_book(path, WANTED, AGAIN)
    try:
        for sheet in book.worksheets:
            grid = [
                (f"sheet '{sheet.title[:60]}', row {at}", [_text(cell.value) for cell in row])
                for at, row in enumerate(rows(sheet, path, MAX_ROWS + 1, AGAIN), 1)
            ]
            if any(_header(row) for _, row in grid):
                break
        else:
            raise OvertakeError(path.name, "has no sheet with such a table", allowed=WANTED)
    finally:
        book.close()
    if len(grid) > MAX_ROWS:
        raise OvertakeError(path.name, "is too long for a table of figures", allowed=f"up to {MAX_ROWS} rows")
    return grid


def _text(value: Any) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value).strip()


def _header(row: list[str]) -> dict[str, Any]:
    """Return column numbers by kind, `years` (number -> year) for a wide table; empty where the row is no header."""
    heads = [cell.strip().lower() for cell in row]
    found: dict[str, Any] = {
        key: next((heads.index(name) for name in names if name in heads), None) for key, names in HEADS.items()
    }
    found["years"] = {at: cell.strip() for at, cell in enumerate(row) if YEAR.fullmatch(cell.strip())}
    if found["code"] is None and found["name"] is None:
        return {}
    whole = found["years"] or (found["year"] is not None and found["value"] is not None)
    return found if whole else {}


def _entries(grid: list[tuple[str, list[str]]], path: Path) -> list[_Entry]:
    """Return the figures below the header; marks for missing are none, a ragged row is refused by line."""
    top = next((at for at, (_, row) in enumerate(grid) if _header(row)), None)
    if top is None:
        raise OvertakeError(path.name, "has no header of a table", allowed=WANTED,
                            found="; ".join(",".join(row) for _, row in grid[:2])[:200])  # fmt: skip
    header = grid[top][1]
    columns = _header(header)
    where = columns["name"] if columns["code"] is None else columns["code"]
    ragged, found = [], []
    for place, row in grid[top + 1 :]:
        cells = [cell.strip() for cell in row]
        if not any(cells) or len(cells) < 2 or (where < len(cells) and not cells[where]):
            continue  # blank lines, notes below the table
        if len(cells) > len(header) or (len(cells) < len(header) and any(header[len(cells) :]) and "line" in place):
            ragged.append(f"{place}: {len(cells)} cells, expected {len(header)}")
            continue
        cells += [""] * (len(header) - len(cells))
        unit = "" if columns["unit"] is None else cells[columns["unit"]]
        pairs = columns["years"] or {columns["value"]: cells[columns["year"]]}
        for at, year in pairs.items():
            if cells[at].lower() not in MISSING:
                spot = f"{place}, column {header[at].strip()}" if columns["years"] else place
                found.append(_Entry(cells[where], year, cells[at], unit, spot))
    raise_all(f"{path.name}: rows that have not {len(header)} cells", ragged, next_step="mend the file")
    return found


def compared(table: Table, milex: pd.DataFrame, edition: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the series beside SIPRI's edition (iso3, year, value, sipri, ratio) and what is wrong with it.

    Wrong: an economy of which no year can be set beside SIPRI's, whose prices and exchange rates are needed; a middle
    ratio beyond FAR, a unit error.
    """
    sipri = milex[milex["edition"] == edition][["iso3", "year", table.measure]]
    both = table.rows.merge(sipri, on=["iso3", "year"], how="left").rename(columns={table.measure: "sipri"})
    both["ratio"] = both["value"] / both["sipri"]
    problems = []
    for iso3, part in both.groupby("iso3"):
        ratios = part["ratio"][np.isfinite(part["ratio"]) & (part["ratio"] > 0)]
        if len(ratios) < FEWEST:
            problems.append(f"{iso3}: SIPRI's edition {edition} has {len(ratios)} of these years to convert with, "
                            f"expected at least {FEWEST}")  # fmt: skip
        elif abs(float(alike.log(ratios.median()))) > float(alike.log(FAR)):
            problems.append(f"{iso3}: {ratios.median():.3g} times SIPRI's in the middle, expected about 1 (a unit?)")
    return both, problems


def told(both: pd.DataFrame) -> list[str]:
    """Return a line an economy: years, the middle ratio to SIPRI's figure, the year that differs most."""
    lines = []
    for iso3, part in both.groupby("iso3"):
        known = part[np.isfinite(part["ratio"]) & (part["ratio"] > 0)]
        off = np.abs(alike.log(known["ratio"].to_numpy(dtype=float)))
        most = known.iloc[int(np.argmax(off))]
        lines.append(
            f"  {iso3}: {len(part)} years {part['year'].min()}-{part['year'].max()}, in the middle "
            f"{known['ratio'].median():.3f} times SIPRI's, furthest from it in {most['year']:.0f} ({most['ratio']:.3f})"
        )
        lost = sorted(set(part["year"]) - set(known["year"]))
        if lost:
            lines.append(f"    without a figure of SIPRI's to convert with, not used: {_spans(lost)}")
    return lines


def _spans(years: list[int]) -> str:
    """Return years with each run of them as first-last: `1960-1988, 1991`."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def nearest(table: Table, milex: pd.DataFrame) -> str:
    """Return which edition of SIPRI's has most of the series' figures, as a sentence: other publishers reprint them.

    In constant prices only editions of the series' own base can have them.
    """
    counts = {}
    for edition in sorted(set(milex["edition"])):
        ratios = compared(table, milex, edition)[0]["ratio"].to_numpy(dtype=float)
        counts[edition] = (int((np.abs(ratios - 1.0) < SAME).sum()), int(np.isfinite(ratios).sum()))
    best = max(counts, key=lambda edition: counts[edition])
    same, both = counts[best]
    return f"nearest to SIPRI's edition {best}: {same} of {both} figures the same"


def misused(names: tuple[str, ...], series: pd.DataFrame, editions: pd.DataFrame, edition: str) -> list[str]:
    """Return a line per name of `data.series` that cannot be used: not there, of other prices, or twice an economy."""
    register = editions[editions["publisher"] == "own"].set_index("edition")
    bases = editions[(editions["publisher"] == "sipri") & (editions["edition"] == edition)]["price_base"]
    lines: list[str] = []
    taken: dict[str, str] = {}
    for name in names:
        if name not in register.index:
            known = ", ".join(register.index) or "none yet: `overtake ingest table FILE --source NAME`"
            lines.append(f"data.series: no series {name:.40} in data/raw/series.csv; known: {known}")
            continue
        base = float(register["price_base"].astype(float).fillna(0.0)[name])
        if base and len(bases) and base != float(bases.iloc[0]):
            lines.append(f"data.series: {name} is in prices of {base:.0f}, data.edition {edition} in those of "
                         f"{int(bases.iloc[0])}; give the series in current prices or for that base")  # fmt: skip
        for iso3 in sorted(set(series.loc[series["series"] == name, "iso3"])):
            if iso3 in taken:
                lines.append(f"data.series: {iso3} stands in {taken[iso3]} and in {name}; allowed in one")
            taken[iso3] = name
    return lines
