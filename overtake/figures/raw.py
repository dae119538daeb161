"""Load the tables of data/raw, checked against their schema: every offender by file, row, column and value."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import paths
from overtake.errors import OvertakeError, raise_all
from overtake.figures import package

STATUSES = ("reported", "estimate", "highly uncertain", "derived", "unverified")
#: A year-on-year factor beyond this, gone again or undone by the next, is a unit error by 1,000, not a budget.
UNIT_JUMP = 30.0
RESTORE = "mend the row, or `git checkout -- data/raw` and ingest again"
MAX_BYTES = 20_000_000


def load(file: str, folder: Path = paths.RAW) -> pd.DataFrame:
    """Return data/raw/`file` with the types of its schema; raise one OvertakeError that lists every bad cell."""
    return check(file, read_text(folder / file), package.resource(package.load(folder), file))


def milex(folder: Path = paths.RAW) -> pd.DataFrame:
    """Return milex.csv: military expenditure by edition, economy and year, checked for gaps and unit errors."""
    table = load("milex.csv", folder)
    measures = ["milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m"]
    problems = gaps(table) + [line for measure in measures for line in jumps(table, measure)]
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
        return path.read_text(encoding="utf-8")
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
    raw = pd.DataFrame(rows[1:], columns=names, dtype=str)
    problems: list[str] = []
    table = pd.DataFrame({field["name"]: _column(raw[field["name"]], field, problems) for field in fields})
    keys = resource["schema"].get("primaryKey", [])
    if keys and not problems:
        for index in np.flatnonzero(table.duplicated(keys)):
            problems.append(f"row {index + 2}: {' '.join(str(raw.loc[index, key]) for key in keys)} stands twice")
    raise_all(place, problems, next_step=RESTORE)
    return table


def _column(raw: pd.Series, field: dict[str, Any], problems: list[str]) -> pd.Series:
    """Return a column typed by its field; add a line per offending cell to `problems`."""
    rules = field.get("constraints", {})
    empty = raw == ""

    def offend(bad: Any, why: str) -> None:
        for index in np.flatnonzero(np.asarray(bad, dtype=bool)):
            problems.append(f"row {index + 2}, {field['name']}={str(raw.iloc[index])[:40]!r}: {why}")

    if rules.get("required"):
        offend(empty, "must not be empty")
    if field["type"] in ("number", "integer"):
        values = pd.to_numeric(raw.where(~empty), errors="coerce").astype(float)
        offend(~empty & ~np.isfinite(values), "is not a finite number")
        if "minimum" in rules:
            offend(values < rules["minimum"], f"is below {rules['minimum']} {field.get('unit', '')}".rstrip())
        if "maximum" in rules:
            offend(values > rules["maximum"], f"is above {rules['maximum']} {field.get('unit', '')} (a unit error?)")
        if field["type"] == "integer":
            offend(np.isfinite(values) & (values != np.floor(values)), "is not a whole number")
            return values.astype("Int64") if empty.any() else values.fillna(0).astype(int)
        return values
    if field["type"] == "boolean":
        offend(~empty & ~raw.isin(["true", "false"]), "is neither true nor false")
        return raw.map({"true": True, "false": False}).astype("boolean")
    if "enum" in rules:
        offend(~empty & ~raw.isin(rules["enum"]), f"is unknown; allowed: {', '.join(rules['enum'])[:120]}")
    if "pattern" in rules:
        offend(~empty & ~raw.str.fullmatch(rules["pattern"]), f"does not match {rules['pattern']}")
    return raw


def gaps(table: pd.DataFrame) -> list[str]:
    """Return a line per missing row inside an economy's series: a gap must stand as a row with empty figures."""
    lines = []
    for (edition, iso3), rows in table.groupby(["edition", "iso3"]):
        years = set(rows["year"])
        missing = sorted(set(range(min(years), max(years))) - years)
        if missing:
            lines.append(f"{edition} {iso3}: no row for {', '.join(map(str, missing[:6]))}")
    return lines


def jumps(table: pd.DataFrame, measure: str) -> list[str]:
    """Return a line per figure that stands apart from its neighbours by a factor that only a unit error explains."""
    lines = []
    for (edition, iso3), rows in table.groupby(["edition", "iso3"]):
        known = rows.dropna(subset=[measure])
        known = known[known[measure] > 0]
        steps = np.abs(np.diff(np.log(known[measure].to_numpy())))
        for index in np.flatnonzero(steps > np.log(UNIT_JUMP)):
            row = known.iloc[index + 1]
            lines.append(f"{edition} {iso3} {row['year']} {measure}={row[measure]:g}: {np.exp(steps[index]):.0f} times "
                         "its neighbour (a unit error?)")  # fmt: skip
    return lines
