"""Hyper-parameters from the full panel of a workbook, per edition and origin, shipped as figures in data/raw."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.futures import PooledRandomWalk
from overtake.draws import FloatArray
from overtake.errors import OvertakeError
from overtake.futures import pooled

FILE = "hyperparameters.csv"
COLUMNS = ("edition", "origin", "model", "parameter", "value", "countries", "status", "source")
FIRST_ORIGIN = 2000
#: A country counts at an origin when it has figures in each of this many years up to it.
YEARS_NEEDED = 12
ESTIMATE = "overtake ingest sipri PATH, with the whole workbook of that edition"
#: What is shipped of the pooled random walk.
PARAMETERS = ("drift", "drift_sd", "log_volatility", "autocorrelation")


def logs(panel: pd.DataFrame) -> tuple[FloatArray, tuple[int, ...]]:
    """Return log constant US$ of a full panel (countries, years) and its years; zeros count as missing."""
    wide = panel.pivot(index="iso3", columns="year", values="milex_constant_usd_m").sort_index()
    wide = wide.reindex(columns=range(int(wide.columns.min()), int(wide.columns.max()) + 1))
    values = wide.to_numpy(dtype=float)
    return alike.log(np.where(values > 0, values, np.nan)), tuple(int(year) for year in wide.columns)


def estimate(panel: pd.DataFrame, edition: str, origins: Iterable[int], settings: PooledRandomWalk) -> pd.DataFrame:
    """Return the rows of hyperparameters.csv for one edition: each origin sees figures up to its year only."""
    values, years = logs(panel)
    rows = []
    for origin in origins:
        seen = values[:, : years.index(origin) + 1]
        whole = seen[np.isfinite(seen[:, -YEARS_NEEDED:]).all(axis=1)]
        world = pooled.world(whole, settings.window, settings.cut)
        source = f"overtake hyperparameters, SIPRI edition {edition}"
        for parameter in PARAMETERS:
            value = round(getattr(world, parameter), 6)
            rows.append((edition, origin, "pooled_random_walk", parameter, value, len(whole), "derived", source))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def world(shipped: pd.DataFrame, edition: str, origin: int) -> pooled.World:
    """Return the pooled random walk's hyper-parameters of an edition at an origin; refuse what is not shipped."""
    rows = shipped[
        (shipped["edition"] == edition) & (shipped["origin"] == origin) & (shipped["model"] == "pooled_random_walk")
    ]
    values = dict(zip(rows["parameter"], rows["value"].astype(float), strict=True))
    try:
        return pooled.World(*(values[name] for name in PARAMETERS))
    except KeyError as error:
        raise OvertakeError(
            f"data/raw/{FILE}",
            f"has no {error.args[0]} of edition {edition} at origin {origin}",
            next_step=ESTIMATE,
        ) from error
