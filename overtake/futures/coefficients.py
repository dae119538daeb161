"""The panel regression's coefficients as figures: a wide table per edition, origin and horizon in data/raw.

Row kinds: coefficients of a horizon; means that stand in for unknown terms; quantiles and correlation of residuals.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from overtake import alike
from overtake.errors import OvertakeError
from overtake.futures import panel_regression as model
from overtake.futures.features import MEDIAN_TERMS, SCALE_TERMS

FILE = "panel_regression.csv"
KEYS = ("edition", "origin", "row", "horizon")
TERMS = (*MEDIAN_TERMS, *(f"scale_{name}" for name in SCALE_TERMS))
#: Decimals of the figures.
DIGITS = 6


def estimate(panel: pd.DataFrame, edition: str, origins: Iterable[int]) -> pd.DataFrame:
    """Return the rows of panel_regression.csv: every origin is fitted on figures up to its year only."""
    wide = {
        column: panel.pivot(index="iso3", columns="year", values=column).sort_index()
        for column in ("milex_constant_usd_m", "gdp_share_pct")
    }
    years = tuple(range(int(panel["year"].min()), int(panel["year"].max()) + 1))
    logs, shares = (
        alike.log(np.where(values > 0, values, np.nan))
        for values in (frame.reindex(columns=years).to_numpy(dtype=float) for frame in wide.values())
    )
    parts = []
    for origin in origins:
        count = years.index(origin) + 1
        parts.append(to_rows(model.fit(logs[:, :count], shares[:, :count], years[:count]), edition, origin))
    return pd.concat(parts, ignore_index=True)


def to_rows(fitted: model.Coefficients, edition: str, origin: int) -> pd.DataFrame:
    """Return one origin's coefficients in the shape of the file."""
    both = np.concatenate([fitted.median, fitted.scale], axis=1)
    fill = np.concatenate([fitted.fill_median, fitted.fill_scale])
    # Residual quantiles and their correlation fill the same columns, row after row.
    shape = np.full(2 * len(TERMS), np.nan)
    shape[: len(fitted.shape)] = fitted.shape
    shape[len(fitted.shape)] = fitted.correlation
    values = np.vstack([both, fill, shape.reshape(2, -1)]).round(DIGITS)
    kinds = ["coefficient"] * len(both) + ["mean", "residual", "residual"]
    rows = pd.DataFrame(values, columns=list(TERMS))
    rows.insert(0, "horizon", [*range(1, len(both) + 1), 0, 1, 2])
    rows.insert(0, "row", kinds)
    rows.insert(0, "origin", origin)
    rows.insert(0, "edition", edition)
    return rows.assign(status="derived", source=f"overtake hyperparameters, SIPRI edition {edition}")


def of_origin(shipped: pd.DataFrame, edition: str, origin: int) -> model.Coefficients:
    """Return the shipped coefficients of an edition at an origin; refuse what is not shipped."""
    rows = shipped[(shipped["edition"] == edition) & (shipped["origin"] == origin)]
    if rows.empty:
        raise OvertakeError(
            f"data/raw/{FILE}",
            f"has no coefficients of edition {edition} at origin {origin}",
            next_step="overtake ingest sipri PATH --all-countries, then overtake hyperparameters",
        )
    values = {kind: rows.loc[rows["row"] == kind, list(TERMS)].to_numpy(dtype=float) for kind in set(rows["row"])}
    split, residual = len(MEDIAN_TERMS), values["residual"].ravel()
    return model.Coefficients(
        values["coefficient"][:, :split],
        values["coefficient"][:, split:],
        values["mean"][0, :split],
        values["mean"][0, split:],
        residual[: len(model.LEVELS)],
        float(residual[len(model.LEVELS)]),
    )
