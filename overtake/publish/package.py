"""`reports/tables`: the result tables as CSV with a Frictionless descriptor, so that others can load and check them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types

#: Tables of the pipeline that are handed on, and what tells their rows apart.
KEYS = {
    "crossings": ("balance", "ruler"),
    "curves": ("balance", "ruler", "year"),
    "breakeven": ("balance", "member", "ruler", "year"),
    "levels": ("level", "end", "balance", "ruler", "year"),
    "tiers": ("tiers", "balance", "ruler", "year"),
    "reversal": ("plans", "balance", "ruler"),
    "implied_shares": ("tiers", "iso3", "year"),
    "skill": ("backtest", "model", "origin", "horizon", "score"),
}
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
                "title": f"Table `{name}` of docs/architecture.md",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": schema(table, KEYS.get(name, ())),
            }
        )
    descriptor = {
        "name": "overtake-results",
        "title": str(citation.get("title", "Overtake")),
        "profile": "data-package",
        "version": str(citation.get("version", "")),
        "created": f"{citation['date-released']}T00:00:00Z" if citation.get("date-released") else None,
        "description": f"Results of the edition {edition}; the columns are explained in docs/architecture.md.",
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


def schema(table: pd.DataFrame, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return a table's Frictionless schema: names, types, bounds of probabilities, the primary key."""
    fields = [_field(str(name), table[name]) for name in table.columns]
    return {"fields": fields, **({"primaryKey": list(keys)} if keys else {})}


def _field(name: str, values: pd.Series[Any]) -> dict[str, Any]:
    """Return one field's descriptor."""
    kind = (
        "boolean"
        if types.is_bool_dtype(values)
        else "integer"
        if types.is_integer_dtype(values)
        else "number"
        if types.is_numeric_dtype(values)
        else "string"
    )
    probability = name.startswith("p_") and kind == "number"
    return {"name": name, "type": kind, **({"constraints": {"minimum": 0, "maximum": 1}} if probability else {})}
