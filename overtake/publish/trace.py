"""Follow one printed number down: what was printed, the table's cell, the figures under it, the workbook's cells."""

from __future__ import annotations

import csv
import difflib
import json
import re
from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError

CELL = re.compile(r"(?P<file>data/raw/[\w.]+)\[(?P<key>[^\]]+)\]")
INDENT = "  "


def trace(id: str, root: Path) -> str:
    """Return the chain under the number `id` of the brief or its annex, one step a line, deepest last."""
    numbers = _recorded(id, root)
    if id in numbers["tables"]:
        return _table(id, numbers["tables"][id])
    lines: list[str] = []
    _walk(id, numbers["numbers"], root, 0, lines, set())
    return "\n".join(lines)


def records(id: str, root: Path) -> dict[str, Any]:
    """Return the record of the number or table `id` and of every number under it, by id, deepest last."""
    numbers = _recorded(id, root)
    if id in numbers["tables"]:
        return {id: numbers["tables"][id]}
    found, waiting = {}, [id]
    while waiting:
        name = waiting.pop(0)
        found[name] = numbers["numbers"][name]
        parents = found[name].get("parents", [])
        waiting += [each for each in parents if each in numbers["numbers"] and each not in {*found, *waiting}]
    return found


def _recorded(id: str, root: Path) -> dict[str, Any]:
    """Return all numbers and tables of brief and annex, a table's file from the root; refuse an id that neither has."""
    numbers: dict[str, Any] = {"numbers": {}, "tables": {}}
    for name in ("annex", "brief"):
        if name == "brief" or (root / "reports" / name).is_dir():
            own = load_numbers(root / "reports" / name)
            numbers["numbers"] |= own["numbers"]
            for table, about in own["tables"].items():
                numbers["tables"][table] = about | {"file": f"reports/{name}/{about['file']}"}
    if id not in {*numbers["numbers"], *numbers["tables"]}:
        close = difflib.get_close_matches(id, [*numbers["numbers"], *numbers["tables"]], n=3, cutoff=0.3)
        raise OvertakeError(
            f"number {id}", "is not in numbers.json of reports/brief or reports/annex",
            allowed="nearest: " + ", ".join(close) if close else "an id that a number of the brief shows",
        )  # fmt: skip
    return numbers


def load_numbers(reports: Path) -> dict[str, Any]:
    """Return numbers.json of the folder `reports`."""
    path = reports / "numbers.json"
    try:
        numbers: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step="run `make brief`") from error
    except ValueError as error:
        raise OvertakeError(str(path), "is not JSON", found=error, next_step="run `dvc repro brief`") from error
    return numbers


def _walk(id: str, records: dict[str, Any], root: Path, depth: int, lines: list[str], seen: set[str]) -> None:
    record, pad = records[id], INDENT * depth
    printed = f", printed as {' / '.join(record['shown'])}" if record["shown"] else ""
    lines.append(f"{pad}{id} = {record['value']}{f' ({_unit(record)})' if record['unit'] else ''}{printed}")
    if record.get("how"):
        lines.append(f"{pad}{INDENT}{record['how']}")
    row = ", ".join(f"{key} = {value}" for key, value in record["row"].items())
    edition = f" (edition {record['edition']})" if record["edition"] else ""
    lines.append(
        f"{pad}{INDENT}{record['table']}: {row + ', ' if row else ''}column {record['column'] or '-'}{edition}"
    )
    parents = [parent for parent in record.get("parents", []) if parent in records and parent not in seen]
    for parent in parents:
        seen.add(parent)
        _walk(parent, records, root, depth + 1, lines, seen)
    if not parents:
        for raw in record["raw"]:
            lines += [f"{pad}{INDENT * 2}{line}" for line in raw_lines(raw, root)]


def _unit(record: dict[str, Any]) -> str:
    return f"{record['unit']}, {record['rounding']}" if record["rounding"] else str(record["unit"])


def raw_lines(raw: str, root: Path) -> list[str]:
    """Return the rows of data/raw behind `file[key=value, ...]`, each with its source; a long run is shortened."""
    match = CELL.fullmatch(raw)
    if match is None:
        return [raw]
    path = root / match["file"]
    rows = matching_rows(path, match["key"]) if path.is_file() else []
    if not rows:
        return [raw]
    shown = rows if len(rows) <= 3 else [rows[0], rows[-1]]
    lines = [raw] if len(rows) > 3 else []
    return lines + [line for row in shown for line in _row(match["file"], row, root)]


def matching_rows(path: Path, key: str) -> list[dict[str, str]]:
    """Return the rows of the CSV at `path` that meet `key`: `name=value` or `name<=number`, comma separated."""
    tests = []
    for part in key.split(", "):
        name, operator, value = next(
            (part.split(op, 1)[0], op, part.split(op, 1)[1]) for op in ("<=", "=") if op in part
        )
        tests.append((name, operator, value))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if all(_meets(row, *test) for test in tests)]


def _meets(row: dict[str, str], name: str, operator: str, value: str) -> bool:
    found = row.get(name, "")
    return found == value if operator == "=" else found != "" and float(found) <= float(value)


def _row(file: str, row: dict[str, str], root: Path) -> list[str]:
    """Return a row of data/raw, and under it the workbook, sheet and cell that it was read from, where known."""
    shown = ", ".join(f"{name} = {value}" for name, value in row.items() if value != "" and name != "cell")
    lines = [f"{file}: {shown}"]
    if row.get("cell"):
        book = _workbook(root, row.get("edition", "") or row.get("series", ""))
        lines.append(f"{INDENT}{book}, {row['cell'].replace('!', ', cell ')}")
    return lines


def _workbook(root: Path, edition: str) -> str:
    """Return the name and hash of the file of an edition or an own series, from data/raw/editions.csv."""
    path = root / "data" / "raw" / "editions.csv"
    publisher = "sipri" if edition[:1].isdigit() else "own"
    rows = matching_rows(path, f"publisher={publisher}, edition={edition}") if path.is_file() else []
    if not rows:
        return f"workbook of edition {edition}"
    return f"{rows[0].get('file', '')} (sha256 {rows[0].get('sha256', '')[:12]}...)"


def _table(id: str, about: dict[str, Any]) -> str:
    lines = [
        f"{id}: table of a figure, {about['rows']} rows, {about['file']}",
        f"{INDENT}{about['source']}",
    ]
    for name, column in about["columns"].items():
        unit = f" ({column['unit']}{', ' + column['rounding'] if column['rounding'] else ''})"
        lines.append(
            f"{INDENT}{name}: {column['heading']}{unit}{' from ' + column['origin'] if column['origin'] else ''}"
        )
    return "\n".join(lines)
