"""`reports/tables`: the result tables as CSV with a Frictionless descriptor, so that others can load and check them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.pipeline.contracts import CONTRACTS, TYPES, Column, Contract

#: Tables of the pipeline that are handed on; `overtake/pipeline/contracts.py` describes them.
TABLES = ("crossings", "curves", "breakeven", "levels", "tiers", "reversal", "implied_shares", "skill")
NAME = "datapackage.json"


def write(tables: Mapping[str, pd.DataFrame], citation: Mapping[str, Any], edition: str, folder: Path) -> None:
    """Write each of `tables` as CSV into `folder`, six significant digits, and datapackage.json."""
    resources = []
    for name, table in tables.items():
        content = table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()
        (folder / f"{name}.csv").write_bytes(content)
        resources.append(
            {
                "name": name.replace("_", "-"),
                "path": f"{name}.csv",
                "title": CONTRACTS[name].about,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": schema(CONTRACTS[name], map(str, table.columns)),
            }
        )
    descriptor = {
        "name": "overtake-results",
        "title": str(citation.get("title", "Overtake")),
        "profile": "data-package",
        "version": str(citation.get("version", "")),
        "created": f"{citation['date-released']}T00:00:00Z" if citation.get("date-released") else None,
        "description": f"Results of the edition {edition}; docs/tables.md has all tables.",
        "licenses": [{"name": "MIT", "path": "https://opensource.org/licenses/MIT"}],
        "sources": [
            {"title": f"SIPRI Military Expenditure Database, edition {edition}",
             "path": "https://doi.org/10.55163/CQGC9685"},
            {"title": "World Economic Outlook Database, IMF", "path": "https://www.imf.org/en/Publications/WEO"},
        ],
        "resources": resources,
    }  # fmt: skip
    kept = {key: value for key, value in descriptor.items() if value}
    (folder / NAME).write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def schema(contract: Contract, names: Iterable[str]) -> dict[str, Any]:
    """Return the Frictionless schema of a table with columns `names`: types, units, meanings, the primary key."""
    fields = [_field(name, column) for name in names if (column := contract.column(name))]
    return {"fields": fields, **({"primaryKey": list(contract.key)} if contract.key else {})}


def _field(name: str, column: Column) -> dict[str, Any]:
    """Return one field's descriptor; a probability has its bounds."""
    about = {"name": name, "type": TYPES[column.kind], "description": column.meaning}
    unit = {"unit": column.unit} if column.unit else {}
    bounds = {"constraints": {"minimum": 0, "maximum": 1}} if column.unit == "probability" else {}
    return {**about, **unit, **bounds}
