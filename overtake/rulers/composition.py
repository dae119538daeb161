"""What the money is spent on: shares of personnel, operations and equipment from the ledger, else the default."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from overtake.config.rulers import Composition
from overtake.draws import FloatArray
from overtake.errors import raise_all

PARTS = ("personnel", "operations", "equipment")


def weights(ledger: pd.DataFrame, economies: tuple[str, ...], default: Composition) -> FloatArray:
    """Return the shares of PARTS of each economy, (economies, 3), which sum to one.

    ledger: iso3, year, part, share (0 to 1); of an economy only the newest year counts. Parts that the ledger does
    not name share what is left in the proportions of the default.
    """
    rows: dict[str, list[dict[Hashable, Any]]] = {iso3: [] for iso3 in economies}
    for row in ledger.to_dict("records"):
        rows.get(row["iso3"], []).append(row)
    return np.array([_one(own, default, iso3) for iso3, own in rows.items()], dtype=float)


def _one(rows: list[dict[Hashable, Any]], default: Composition, iso3: str) -> list[float]:
    """Return one economy's shares in the order of PARTS."""
    newest = max((row["year"] for row in rows), default=0)
    known = {str(row["part"]): float(row["share"]) for row in rows if row["year"] == newest}
    place = f"data/raw/composition.csv, {iso3}"
    raise_all(place, [f"unknown part {part!r}; allowed: {', '.join(PARTS)}" for part in known if part not in PARTS])
    raise_all(
        place, [f"{part}: share {share:g}; allowed 0 to 1" for part, share in known.items() if not 0 <= share <= 1]
    )
    total = sum(known.values())
    if len(known) == len(PARTS):
        raise_all(place, [f"parts sum to {total:g}; allowed: 1"] if abs(total - 1) > 0.02 else [])
        return [known[part] / total for part in PARTS]
    raise_all(place, [f"some parts sum to {total:g}; allowed: below 1"] if total >= 1 else [])
    fallback = default.model_dump()
    open_parts = [part for part in PARTS if part not in known]
    rest = (1 - total) / np.sum([fallback[part] for part in open_parts])
    return [known.get(part, fallback[part] * rest) for part in PARTS]
