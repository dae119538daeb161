"""Every number that the brief prints passes through `Numbers`, which records where it came from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from overtake.errors import OvertakeError
from overtake.show.formats import PLAIN, Format

Key = str | int | float


@dataclass(frozen=True)
class Cell:
    """One value with its origin: table, the row's key, column, edition, and the raw cells under it.

    `how` says in words how a derived value follows from `parents`; a cell read from a table has neither.
    """

    id: str
    value: float
    table: str
    row: tuple[tuple[str, Key], ...] = ()
    column: str = ""
    edition: str = ""
    raw: tuple[str, ...] = ()
    how: str = ""
    parents: tuple[str, ...] = ()

    @property
    def present(self) -> bool:
        """Tell whether there is a number at all."""
        return self.value is not None and math.isfinite(self.value)

    def source(self) -> str:
        """Return the origin in one line, as shown on hover and focus."""
        where = [f"{key} {value}" for key, value in self.row] + [f"column {self.column}"] * bool(self.column)
        place = f"{self.table}: {', '.join(where)}" if where else self.table
        how = f"{self.how}; from " if self.how else ""
        return how + place + (f"; edition {self.edition}" if self.edition else "")


def slug(*parts: Key) -> str:
    """Return an id of lower-case letters, digits, dots, hyphens and underscores made of `parts`."""
    return ".".join(re.sub(r"[^a-z0-9_-]+", "-", str(part).lower()).strip("-") for part in parts if str(part) != "")


@dataclass
class Record:
    """What numbers.json says of one id: the cell, its unit and rounding, and the texts it was printed as."""

    cell: Cell
    unit: str
    rounding: str
    shown: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON types, value rounded to ten significant digits."""
        cell = self.cell
        record: dict[str, Any] = {
            "value": None if not cell.present else float(f"{cell.value:.10g}"),
            "unit": self.unit,
            "rounding": self.rounding,
            "shown": sorted(set(self.shown)),
            "table": cell.table,
            "row": dict(cell.row),
            "column": cell.column,
            "edition": cell.edition,
            "raw": list(cell.raw),
        }
        if cell.how:
            record |= {"how": cell.how, "parents": list(cell.parents)}
        return record


class Numbers:
    """The recorder. `show` prints a number into HTML, `text` into plain text (alt texts, chart labels)."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.tables: dict[str, dict[str, Any]] = {}

    def text(self, cell: Cell, fmt: Format = PLAIN) -> str:
        """Record `cell` and return it as plain text; the same id with another value is refused."""
        known = self.records.get(cell.id)
        if known is None or (not known.shown and known.cell == cell):
            known = self.records[cell.id] = Record(cell, fmt.unit, fmt.rounding)
        elif known.cell.value != cell.value and (known.cell.present or cell.present):
            raise OvertakeError(
                f"number {cell.id}", "was printed before with another value", found=cell.value, allowed=known.cell.value
            )
        written = fmt(cell.value)
        known.shown.append(written)
        return written

    def show(self, cell: Cell, fmt: Format = PLAIN) -> Markup:
        """Record `cell` and return it as HTML: a link to its source that shows the source on hover and focus."""
        written = self.text(cell, fmt)
        value = f"{cell.value:.10g}" if cell.present else ""
        return Markup(
            '<a class="num" href="#n-{0}" data-id="{0}" data-source="{1}"><data value="{2}">{3}</data></a>'
        ).format(cell.id, cell.source(), value, written)

    def derive(self, id: str, value: float, how: str, cells: Iterable[Cell]) -> Cell:
        """Return a cell computed from `cells`; it inherits their table and edition and adds up their raw cells."""
        parents = list(cells)
        first = parents[0]
        for parent in parents:
            self.records.setdefault(parent.id, Record(parent, "", "not printed"))
        raw = tuple(dict.fromkeys(item for parent in parents for item in parent.raw))
        cell = Cell(
            id,
            float(value),
            first.table,
            first.row,
            first.column,
            first.edition,
            raw,
            how,
            tuple(parent.id for parent in parents),
        )
        self.records.setdefault(id, Record(cell, "", "not printed"))
        return cell

    def table(self, id: str, source: str, edition: str, columns: Mapping[str, Mapping[str, str]], rows: int) -> None:
        """Record a whole table of figures under `id`: its source, and unit, rounding and origin of each column."""
        self.tables[id] = {
            "source": source,
            "edition": edition,
            "columns": {name: dict(about) for name, about in columns.items()},
            "rows": rows,
            "file": f"tables/{id}.csv",
        }

    def to_json(self) -> dict[str, Any]:
        """Return numbers.json as JSON types: the records by id and the recorded tables."""
        return {"numbers": {id: record.to_json() for id, record in self.records.items()}, "tables": self.tables}


#: Calibrated words for probabilities (US Intelligence Community Directive 203): upper bound, word.
TERMS: tuple[tuple[float, str], ...] = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.01, "almost certain"),
)


def term(probability: float) -> str:
    """Return the calibrated word for `probability` (0 to 1)."""
    return next(word for bound, word in TERMS if probability < bound)
