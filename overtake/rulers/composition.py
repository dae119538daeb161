"""What the money is spent on: shares of personnel, operations and equipment from the ledger, else the default."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.config.rulers import Composition
from overtake.draws import FloatArray
from overtake.errors import raise_all

PARTS = ("personnel", "operations", "equipment")


def shares(ledger: pd.DataFrame, economies: tuple[str, ...], default: Composition) -> pd.DataFrame:
    """Return personnel, operations, equipment of each economy (index iso3, sums to one) and `known`: which are known.

    ledger: iso3, year, part, share (0 to 1); of an economy only the newest year counts. Parts that the ledger does
    not name share what is left in the proportions of the default.
    """
    rows = {iso3: _one(ledger[ledger["iso3"] == iso3], default, iso3) for iso3 in economies}
    return pd.DataFrame.from_dict(rows, orient="index")[[*PARTS, "known"]]


def weights(ledger: pd.DataFrame, economies: tuple[str, ...], default: Composition) -> FloatArray:
    """Return the shares as an array (economies, 3) in the order of `PARTS`."""
    found: FloatArray = shares(ledger, economies, default)[list(PARTS)].to_numpy(dtype=float)
    return found


def _one(rows: pd.DataFrame, default: Composition, iso3: str) -> dict[str, object]:
    """Return one economy's shares and the names of those the ledger gives."""
    newest = rows[rows["year"] == rows["year"].max()] if len(rows) else rows
    known = {str(part): float(share) for part, share in zip(newest["part"], newest["share"], strict=True)}
    place = f"data/raw/composition.csv, {iso3}"
    raise_all(place, [f"unknown part {part!r}; allowed: {', '.join(PARTS)}" for part in known if part not in PARTS])
    raise_all(
        place, [f"{part}: share {share:g}; allowed 0 to 1" for part, share in known.items() if not 0 <= share <= 1]
    )
    total = sum(known.values())
    if len(known) == len(PARTS):
        raise_all(place, [f"parts sum to {total:g}; allowed: 1"] if abs(total - 1) > 0.02 else [])
        return {**{part: known[part] / total for part in PARTS}, "known": " ".join(PARTS)}
    raise_all(place, [f"some parts sum to {total:g}; allowed: below 1"] if total >= 1 else [])
    fallback = default.model_dump()
    open_parts = [part for part in PARTS if part not in known]
    rest = (1 - total) / np.sum([fallback[part] for part in open_parts])
    filled = {part: known.get(part, fallback[part] * rest) for part in PARTS}
    return {**filled, "known": " ".join(part for part in PARTS if part in known)}
