"""Load the tables of data/raw, checked against their schema: every offender by file, row, column and value."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import paths
from overtake.config.text import unsafe
from overtake.errors import OvertakeError, raise_all
from overtake.sources import package

#: A year-on-year factor beyond this, gone again or undone by the next, is a unit error by 1,000, not a budget.
UNIT_JUMP = 30.0
#: Measure of milex.csv -> measure of macro.csv: spending over its share of GDP is GDP, to within this factor.
GDP_OF = {"milex_current_usd_m": "gdp_usd_bn", "milex_lcu_m": "gdp_lcu_bn"}
GDP_FACTOR = 5.0
#: Constant over current US$ of one country and year: price bases lie within decades, not within factors of 1,000.
CONSTANT_OVER_CURRENT = 15.0
RESTORE = "mend the row, or `git checkout -- data/raw` and ingest again"
MAX_BYTES = 20_000_000


def load(file: str, folder: Path = paths.RAW) -> pd.DataFrame:
    """Return data/raw/`file` with the types of its schema; raise one OvertakeError that lists every bad cell.

    Read and checked once a process, as long as neither the file nor the package's descriptor changes.
    """
    # A shallow copy: under pandas' copy-on-write what a caller changes stays with the caller.
    return _load(file, folder, _stamp(folder / file), _stamp(folder / package.NAME)).copy(deep=False)


@lru_cache(maxsize=32)
def _load(file: str, folder: Path, *stamps: tuple[int, ...]) -> pd.DataFrame:
    """Return what `load` does; stamps: of the file and of the descriptor, so that a change is read again."""
    return check(file, read_text(folder / file), package.resource(package.load(folder), file))


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with a file's content: inode, size, time of change in nanoseconds; nothing for no file."""
    if not path.is_file():
        return ()
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def milex(folder: Path = paths.RAW) -> pd.DataFrame:
    """Return milex.csv: military expenditure by edition, economy and year, checked for gaps and unit errors."""
    table = load("milex.csv", folder)
    measures = ["milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m"]
    problems = gaps(table) + noughts(table) + [line for measure in measures for line in jumps(table, measure)]
    raise_all("data/raw/milex.csv", problems, next_step=RESTORE)
    return table


def read_text(path: Path) -> str:
    """Return the text of a table; refuse what is missing, too large or not UTF-8."""
    place = f"data/raw/{path.name}"
    if not path.is_file():
        raise OvertakeError(place, "is missing", next_step="git checkout -- data/raw")
    if path.stat().st_size > MAX_BYTES:
        raise OvertakeError(place, "is too large for a table of figures", allowed=f"up to {MAX_BYTES} bytes")
    try:
        return path.read_text(encoding="utf-8-sig")  # spreadsheets mark UTF-8 at the beginning
    except UnicodeDecodeError as error:
        raise OvertakeError(place, "is not UTF-8 text", found=error, next_step=RESTORE) from error


def check(file: str, text: str, resource: dict[str, Any]) -> pd.DataFrame:
    """Return the table in the CSV `text`, typed by the Table Schema of `resource`; list every cell that breaks it."""
    place = f"data/raw/{file}"
    fields = resource["schema"]["fields"]
    names = [field["name"] for field in fields]
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise OvertakeError(place, "is not valid CSV", found=error, next_step=RESTORE) from error
    if not rows or rows[0] != names:
        raise OvertakeError(place, "has another header", found=",".join(rows[0])[:200] if rows else "nothing",
                            allowed=",".join(names), next_step=RESTORE)  # fmt: skip
    ragged = [f"row {number}: {len(row)} cells" for number, row in enumerate(rows[1:], 2) if len(row) != len(names)]
    raise_all(f"{place}: rows that have not {len(names)} cells", ragged, next_step=RESTORE)
    columns = {name: [row[at] for row in rows[1:]] for at, name in enumerate(names)}
    problems: list[str] = []
    table = pd.DataFrame({field["name"]: _column(columns[field["name"]], field, problems) for field in fields})
    keys = resource["schema"].get("primaryKey", [])
    if keys and not problems:
        for index in np.flatnonzero(table.duplicated(keys)):
            problems.append(f"row {index + 2}: {' '.join(columns[key][index] for key in keys)} stands twice")
    raise_all(place, problems, next_step=RESTORE)
    return table


def _column(cells: Sequence[str], field: dict[str, Any], problems: list[str]) -> pd.Series:
    """Return a column typed by its field; add a line per offending cell to `problems`."""
    rules = field.get("constraints", {})
    filled = np.array([cell != "" for cell in cells], dtype=bool)

    def offend(bad: Any, why: str) -> None:
        for index in np.flatnonzero(bad).tolist():
            problems.append(f"row {index + 2}, {field['name']}={cells[index][:40]!r}: {why}")

    def offend_as(texts: Collection[str], why: str) -> None:
        if texts:  # cell by cell only where there is something to find
            offend([cell in texts for cell in cells], why)

    if rules.get("required"):
        offend(~filled, "must not be empty")
    if field["type"] in ("number", "integer"):
        values = np.asarray(pd.to_numeric(np.array(cells, dtype=object), errors="coerce"), dtype=float)
        finite = np.isfinite(values)
        offend(filled & ~finite, "is not a finite number")
        values = np.where(finite, values, np.nan)
        if "minimum" in rules:
            offend(values < rules["minimum"], f"is below {rules['minimum']} {field.get('unit', '')}".rstrip())
        if "maximum" in rules:
            offend(values > rules["maximum"], f"is above {rules['maximum']} {field.get('unit', '')} (a unit error?)")
        if field["type"] == "integer":
            offend(finite & (values != np.floor(values)), "is not a whole number")
            whole = pd.Series(values)
            return whole.fillna(0).astype(int) if filled.all() else whole.astype("Int64")
        return pd.Series(values)
    texts = set(cells) - {""}
    if field["type"] == "boolean":
        offend_as(texts - {"true", "false"}, "is neither true nor false")
        return pd.Series([{"true": True, "false": False}.get(cell) for cell in cells], dtype="boolean")
    for text in sorted(texts):
        if problem := unsafe(text):
            offend_as({text}, problem)
    if "enum" in rules:
        offend_as(texts - set(rules["enum"]), f"is unknown; allowed: {', '.join(rules['enum'])[:120]}")
    if "pattern" in rules:
        known = re.compile(rules["pattern"])
        offend_as({text for text in texts if not known.fullmatch(text)}, f"does not match {rules['pattern']}")
    return pd.Series(cells, dtype=str)


def gaps(table: pd.DataFrame) -> list[str]:
    """Return a line per missing row inside an economy's series: a gap must stand as a row with empty figures."""
    lines = []
    for (edition, iso3), rows in table.groupby(["edition", "iso3"]):
        years = set(rows["year"])
        missing = sorted(set(range(min(years), max(years))) - years)
        if missing:
            lines.append(f"{edition} {iso3}: no row for {', '.join(map(str, missing[:6]))}")
    return lines


def noughts(table: pd.DataFrame) -> list[str]:
    """Return a line per nought beside a positive figure of the same economy and year: a figure is missing."""
    measures = ["milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m", "gdp_share_pct"]
    positive = table[table[measures].gt(0).any(axis=1)]
    return [
        f"{row.edition} {row.iso3} {row.year} {measure}: is nought beside a positive figure: leave it empty"
        for measure in measures
        for row in positive[positive[measure] == 0].itertuples()
    ]


def jumps(table: pd.DataFrame, measure: str) -> list[str]:
    """Return a line per figure that stands apart from its neighbours by a factor that only a unit error explains.

    An error in a whole series has no such edge: `levels` looks for it.
    """
    known = table[table[measure] > 0]
    # All economies at once: a frame for each took half of the time in which an edition is read.
    steps = np.abs(np.log(known[measure]).groupby([known["edition"], known["iso3"]]).diff())
    apart = known.assign(times=np.exp(steps))[steps > np.log(UNIT_JUMP)]
    return [
        f"{row['edition']} {row['iso3']} {row['year']} {measure}={row[measure]:g}: {row['times']:.0f} times "
        "its neighbour (a unit error?)"
        for _, row in apart.sort_values(["edition", "iso3"], kind="stable").iterrows()
    ]


def levels(milex: pd.DataFrame, macro: pd.DataFrame) -> list[str]:
    """Return a line per edition, economy and measure whose level as a whole only a unit error explains.

    Second routes: current US$ and local currency over the share of GDP against GDP in `macro` (its newest edition with
    levels), constant against current US$. Medians over years, so that one odd year does not speak for the series.
    """
    known = macro.dropna(subset=list(GDP_OF.values()))
    gdp = known[known["edition"] == known["edition"].max()][["iso3", "year", *GDP_OF.values()]]
    rows = milex.merge(gdp, on=["iso3", "year"], how="left")
    ratios = {
        measure: (rows[measure] / rows["gdp_share_pct"] / (10.0 * rows[of]), f"{of} times the share", GDP_FACTOR)
        for measure, of in GDP_OF.items()
    }
    constant = rows["milex_constant_usd_m"] / rows["milex_current_usd_m"]
    ratios["milex_constant_usd_m"] = (constant, "current US$", CONSTANT_OVER_CURRENT)
    lines = []
    for measure, (ratio, than, factor) in ratios.items():
        middle = ratio[np.isfinite(ratio) & (ratio > 0)].groupby([rows["edition"], rows["iso3"]]).median()
        for (edition, iso3), value in middle[np.abs(np.log(middle)) > np.log(factor)].items():
            lines.append(f"{edition} {iso3} {measure}: {value:.3g} times {than} in the middle year (a unit error?)")
    return lines
