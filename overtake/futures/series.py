"""The observed series that growth models see: log real spending of the economies, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.errors import raise_all
from overtake.tables import FloatArray

#: A growth model needs this many consecutive years up to the last.
SHORTEST = 8


@dataclass(frozen=True)
class Series:
    """log_milex: (economies, years), log of constant US$ bn, NaN before an economy's first figure."""

    log_milex: FloatArray
    economies: tuple[str, ...]
    years: tuple[int, ...]


def of_spending(spending: pd.DataFrame) -> Series:
    """Return the series in the clean `spending` table; refuse by name what is too short, gapped, zero or constant."""
    wide = spending.pivot(index="iso3", columns="year", values="milex_constant_usd_bn").sort_index()
    values = wide.to_numpy(dtype=float)
    problems = []
    for iso3, row in zip(wide.index, values, strict=True):
        known = np.flatnonzero(np.isfinite(row))
        if known.size == 0 or len(row) - known[0] < SHORTEST:
            problems.append(f"{iso3}: fewer than {SHORTEST} years up to {wide.columns[-1]}")
            continue
        held = row[known[0] :]
        if np.isnan(held).any():
            missing = [str(wide.columns[known[0] + at]) for at in np.flatnonzero(np.isnan(held))]
            problems.append(f"{iso3}: no figure in {', '.join(missing[:5])}")
        elif (held <= 0).any():
            problems.append(f"{iso3}: zero or negative in {wide.columns[known[0] + int(np.argmax(held <= 0))]}")
        elif np.ptp(held) == 0:
            problems.append(f"{iso3}: the same figure in every year")
    raise_all(
        "data/processed/spending.parquet: series that no model can use",
        problems,
        next_step="mend data/raw/milex.csv or set data.gap_rule to interpolate, then `dvc repro`",
    )
    return Series(np.log(values), tuple(wide.index), tuple(int(year) for year in wide.columns))
