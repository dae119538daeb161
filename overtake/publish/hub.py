"""The forecasts as a hubverse folder (schemas v6): what is asked, who answers, what the answers are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.draws import Draws
from overtake.publish.hubverse import COLUMNS, QUANTILES, levels

SCHEMAS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"
TEAM, MODEL = "overtake", "pool"
NAME = f"{TEAM}-{MODEL}"
#: Outcomes of the second target.
OUTCOMES = ("leads", "does not lead")
#: Where CITATION.cff names no repository or address: names that nobody can own (RFC 2606).
NOWHERE = {"owner": "overtake", "name": "overtake", "email": "overtake@example.org"}


def write(futures: Draws, curves: pd.DataFrame, citation: Mapping[str, Any], folder: Path) -> None:
    """Write hub-config, model-metadata and model-output into the empty `folder`.

    futures: constant US$ bn; curves: the table of the balances stage; citation: CITATION.cff.
    """
    output = model_output(futures, curves)
    origin = str(output["origin_date"].iloc[0])
    files = {
        "hub-config/admin.json": admin(citation),
        "hub-config/tasks.json": tasks(output, futures.unit),
        "hub-config/model-metadata-schema.json": METADATA_SCHEMA,
        f"model-metadata/{NAME}.yml": metadata(citation),  # JSON is YAML
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path = folder / "model-output" / NAME / f"{origin}-{NAME}.csv"
    path.parent.mkdir(parents=True)
    output.to_csv(path, index=False, lineterminator="\n")


def model_output(futures: Draws, curves: pd.DataFrame) -> pd.DataFrame:
    """Return both targets in hubverse's long form: quantiles of spending, P(the challenger leads in a year)."""
    return pd.concat([levels(futures), leading(curves, futures.last_observed)], ignore_index=True)[list(COLUMNS)]


def leading(curves: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return P(the challenger leads) and its complement by balance, ruler and horizon, six decimals."""
    after = curves[curves["year"] > last]
    p = after["p_ahead"].round(6)
    parts = [
        pd.DataFrame(
            {
                "origin_date": f"{last}-12-31",
                "target": "lead",
                "horizon": after["year"] - last,
                "location": after["balance"] + "@" + after["ruler"],
                "output_type": "pmf",
                "output_type_id": outcome,
                "value": value,
            }
        )
        for outcome, value in zip(OUTCOMES, (p, (1 - p).round(6)), strict=True)
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.sort_values(["location", "horizon", "output_type_id"], ignore_index=True, kind="stable")


def tasks(output: pd.DataFrame, unit: str) -> dict[str, Any]:
    """Return hub-config/tasks.json: one round a last observed year, two targets; unit: of spending."""
    quantile = {
        "output_type_id": {"required": list(QUANTILES)},
        "value": {"type": "double", "minimum": 0},
        "is_required": True,
    }
    pmf = {
        "output_type_id": {"required": list(OUTCOMES)},
        "value": {"type": "double", "minimum": 0, "maximum": 1},
        "is_required": True,
    }
    return {
        "schema_version": f"{SCHEMAS}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [
                    _task(output, "milex_constant_usd_bn", "Military expenditure", unit, "continuous",
                          {"quantile": quantile}),
                    _task(output, "lead", "Whether the challenger leads: the ratio of the sides exceeds the threshold",
                          "outcome", "nominal", {"pmf": pmf}),
                ],
                # The editions that tell the outcome appear after the year in which the origin's edition did.
                "submissions_due": {"relative_to": "origin_date", "start": 0, "end": 365},
            }
        ],
        # Quantiles and names of outcomes share a column.
        "output_type_id_datatype": "character",
    }  # fmt: skip


def _task(
    output: pd.DataFrame, target: str, name: str, unit: str, kind: str, output_type: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one model task: every location and horizon of a target in `output`."""
    rows = output[output["target"] == target]
    horizons = sorted(int(each) for each in rows["horizon"].unique())
    return {
        "task_ids": {
            "origin_date": {"required": None, "optional": sorted(rows["origin_date"].unique())},
            "target": {"required": [target], "optional": None},
            "horizon": {"required": None, "optional": horizons},
            "location": {"required": None, "optional": sorted(rows["location"].unique())},
        },
        "output_type": dict(output_type),
        "target_metadata": [
            {
                "target_id": target,
                "target_name": name,
                "target_units": unit,
                "target_keys": {"target": target},
                "target_type": kind,
                "is_step_ahead": False,
                "description": "The horizon counts years after the origin, the last observed year of the edition.",
            }
        ],
    }


def admin(citation: Mapping[str, Any]) -> dict[str, Any]:
    """Return hub-config/admin.json; repository and address from CITATION.cff, else names that nobody can own."""
    author = (citation.get("authors") or [{}])[0]
    code = str(citation.get("repository-code", "")).rstrip("/").split("/")
    owner, name = code[-2:] if len(code) > 2 else (NOWHERE["owner"], NOWHERE["name"])
    maintainer = str(author.get("name", TEAM))
    return {
        "schema_version": f"{SCHEMAS}/admin-schema.json",
        "name": str(citation.get("title", "Overtake")),
        "maintainer": maintainer,
        "contact": {"name": maintainer, "email": str(author.get("email", NOWHERE["email"]))},
        "repository": {"host": "github", "owner": owner, "name": name},
        "file_format": ["csv"],
        "timezone": "Atlantic/Reykjavik",  # universal time all year
    }


def metadata(citation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model's metadata, valid by `METADATA_SCHEMA`."""
    return {
        "team_name": str((citation.get("authors") or [{}])[0].get("name", TEAM)),
        "team_abbr": TEAM,
        "model_name": "Pool of growth models with announced plans",
        "model_abbr": MODEL,
        "model_version": str(citation.get("version", "")),
        "license": str(citation.get("license", "")),
        "designated_model": True,
        "methods": "Linear pool of growth models, weighted by scores; announced plans cut by what plans delivered.",
        "data_inputs": "SIPRI Military Expenditure Database; IMF World Economic Outlook",
    }


_TEXT = {"type": "string"}
#: Schema of model metadata, as the hub asks for it.
METADATA_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Metadata of a model",
    "type": "object",
    "properties": {
        "team_name": _TEXT,
        "team_abbr": {"type": "string", "pattern": "^[a-zA-Z0-9_]+$", "maxLength": 16},
        "model_name": _TEXT,
        "model_abbr": {"type": "string", "pattern": "^[a-zA-Z0-9_]+$", "maxLength": 16},
        "model_version": _TEXT,
        "license": _TEXT,
        "designated_model": {"type": "boolean"},
        "methods": {"type": "string", "maxLength": 200},
        "data_inputs": _TEXT,
    },
    "required": ["team_name", "team_abbr", "model_name", "model_abbr", "designated_model", "methods"],
    "additionalProperties": False,
}
