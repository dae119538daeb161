"""The panel regression's coefficients as figures: a wide table per edition, origin and horizon in data/raw.

Row kinds: coefficients and shares of common factors of a horizon; means that stand in for unknown terms; quantiles of
residuals with the world's median of log spending after them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from overtake.config.futures import PooledRandomWalk
from overtake.errors import OvertakeError
from overtake.futures import hyperparameters
from overtake.futures import panel_regression as model
from overtake.futures.features import MEDIAN_TERMS, SCALE_TERMS
from overtake.futures.series import of_panel

FILE = "panel_regression.csv"
SHARES = ("share_world", "share_region", "share_subregion")
TERMS = (*MEDIAN_TERMS, *(f"scale_{name}" for name in SCALE_TERMS), *SHARES)
#: Decimals of the figures.
DIGITS = 6
#: Countries with a whole recent past that "all countries" are at least: SIPRI's workbooks have about a hundred.
FEWEST = 30


def learned(panel: pd.DataFrame, edition: str) -> dict[str, pd.DataFrame]:
    """Return file of data/raw -> its rows of `edition`: what all countries of a full panel say of growth, by origin.

    panel: `table` of `sipri.Workbook`. Refuse one of too few countries, or that begins too late.
    """
    values, years = hyperparameters.logs(panel)
    last = years[int(np.flatnonzero(np.isfinite(values).any(axis=0))[-1])]
    origins = range(hyperparameters.FIRST_ORIGIN, last + 1)
    needed = hyperparameters.YEARS_NEEDED
    past = values[:, max(0, origins[0] - years[0] + 1 - needed) : max(0, origins[0] - years[0] + 1)]
    whole = int(np.isfinite(past).all(axis=1).sum()) if past.shape[1] == needed else 0
    if whole < FEWEST:
        raise OvertakeError(
            f"edition {edition}",
            "is too small a panel to say what all countries say of growth: "
            f"countries with figures in each of the {needed} years to {origins[0]}",
            found=whole,
            allowed=f"at least {FEWEST}: SIPRI's workbook of all countries and years",
        )
    return {
        hyperparameters.FILE: hyperparameters.estimate(panel, edition, origins, PooledRandomWalk()),
        FILE: estimate(panel, edition, origins),
    }


def estimate(panel: pd.DataFrame, edition: str, origins: Iterable[int]) -> pd.DataFrame:
    """Return the rows of panel_regression.csv: every origin is fitted on figures up to its year only."""
    whole = of_panel(panel)
    above = panel.groupby("iso3")[["region", "subregion"]].first().itertuples(index=False, name=None)
    headings = [(str(region), str(subregion)) for region, subregion in above]
    parts = []
    for origin in origins:
        past = whole.upto(origin)
        found = model.fit(past.log_milex, past.log_share, past.years, headings)
        parts.append(to_rows(found, edition, origin))
    return pd.concat(parts, ignore_index=True)


def to_rows(fitted: model.Coefficients, edition: str, origin: int) -> pd.DataFrame:
    """Return one origin's coefficients in the shape of the file."""
    both = np.concatenate([fitted.median, fitted.scale, fitted.shares], axis=1)
    fill = np.concatenate([fitted.fill_median, fitted.fill_scale, np.full(len(SHARES), np.nan)])
    # Residual quantiles and the world's median fill the same columns, row after row.
    shape = np.full(2 * len(TERMS), np.nan)
    shape[: len(fitted.shape)] = fitted.shape
    shape[len(fitted.shape)] = fitted.world
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
            next_step=hyperparameters.ESTIMATE,
        )
    values = {kind: rows.loc[rows["row"] == kind, list(TERMS)].to_numpy(dtype=float) for kind in set(rows["row"])}
    first, second = len(MEDIAN_TERMS), len(MEDIAN_TERMS) + len(SCALE_TERMS)
    residual = values["residual"].ravel()
    return model.Coefficients(
        values["coefficient"][:, :first],
        values["coefficient"][:, first:second],
        values["mean"][0, :first],
        values["mean"][0, first:second],
        residual[: len(model.LEVELS)],
        values["coefficient"][:, second:],
        float(residual[len(model.LEVELS)]),
    )
