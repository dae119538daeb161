"""The observed series that growth models see: log real spending of the economies, checked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake import alike
from overtake.draws import FloatArray
from overtake.errors import raise_all

#: A growth model needs this many consecutive years up to the last.
SHORTEST = 8


@dataclass(frozen=True)
class Series:
    """What was observed up to an origin, the last of `years`.

    log_milex: (economies, years), log of constant US$ bn; log_share: log of the share of GDP in per cent; each NaN
    before an economy's first figure, the share also where no GDP is known.
    """

    log_milex: FloatArray
    log_share: FloatArray
    economies: tuple[str, ...]
    years: tuple[int, ...]

    @property
    def origin(self) -> int:
        """Return the last observed year."""
        return self.years[-1]

    def upto(self, origin: int) -> Series:
        """Return what was observed up to `origin`."""
        count = self.years.index(origin) + 1
        return Series(self.log_milex[:, :count], self.log_share[:, :count], self.economies, self.years[:count])

    def of(self, economies: tuple[str, ...]) -> Series:
        """Return the series of `economies` in their order; one that was not observed is NaN."""
        spending, share = (
            pd.DataFrame(values, index=self.economies).reindex(list(economies)).to_numpy()
            for values in (self.log_milex, self.log_share)
        )
        return Series(spending, share, economies, self.years)


def of_panel(panel: pd.DataFrame) -> Series:
    """Return the whole panel (data/panel) as a series; zeros count as missing."""
    years = tuple(range(int(panel["year"].min()), int(panel["year"].max()) + 1))
    wide = {
        column: panel.pivot(index="iso3", columns="year", values=column).sort_index().reindex(columns=list(years))
        for column in ("milex_constant_usd_m", "gdp_share_pct")
    }
    spending, share = (
        alike.log(np.where(values > 0, values, np.nan))
        for values in (frame.to_numpy(dtype=float) for frame in wide.values())
    )
    economies = tuple(str(iso3) for iso3 in wide["milex_constant_usd_m"].index)
    return Series(spending - alike.log(1000), share, economies, years)


def of_spending(spending: pd.DataFrame) -> Series:
    """Return the series in the clean `spending` table; refuse by name what is too short, gapped, zero or constant."""
    wide = spending.pivot(index="iso3", columns="year", values="milex_constant_usd_bn").sort_index()
    # A year that no economy reports is a gap of all of them.
    wide = wide.reindex(columns=range(int(wide.columns.min()), int(wide.columns.max()) + 1))
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
    share = spending.pivot(index="iso3", columns="year", values="gdp_share_pct").reindex(
        index=wide.index, columns=wide.columns
    )
    years = tuple(int(year) for year in wide.columns)
    return Series(alike.log(values), alike.log(share.to_numpy(dtype=float)), tuple(str(i) for i in wide.index), years)
