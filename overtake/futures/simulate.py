"""From the clean tables to the joint futures: model, measurement error, one timeline from first year to horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.errors import OvertakeError
from overtake.futures import measurement, pooled
from overtake.futures.series import Series, of_spending
from overtake.tables import Paths


def simulate(
    spending: pd.DataFrame, milex: pd.DataFrame, hyperparameters: pd.DataFrame, settings: Futures, run: Run
) -> Paths:
    """Return the futures of all economies in `spending`, constant US$ bn, from its first year to the horizon.

    milex: data/raw/milex.csv, for revisions between editions; hyperparameters: data/raw/hyperparameters.csv, for the
    edition's world medians. Every year of a draw, observed ones included, carries that draw's level error.
    """
    series = of_spending(spending)
    edition, base = str(spending["edition"].iloc[0]), int(spending["price_base"].iloc[0])
    last = series.years[-1]
    if settings.horizon <= last:
        raise OvertakeError(
            "params.yaml: futures.horizon",
            "lies not after the last observed year",
            found=settings.horizon,
            allowed=f"{last + 1} or later",
        )
    growth = future_growth(series, hyperparameters, edition, settings, run)
    error = measurement.level_error(spending, series.economies, measurement.revision_sd(milex), run.draws, run.seed)
    logs = np.empty((run.draws, len(series.economies), len(series.years) + growth.shape[2]), dtype=np.float32)
    logs[:, :, : len(series.years)] = series.log_milex
    np.add(growth, series.log_milex[:, -1:].astype(np.float32), out=logs[:, :, len(series.years) :])
    logs += error[:, :, None]
    np.exp(logs, out=logs)
    years = (*series.years, *range(last + 1, settings.horizon + 1))
    return Paths(logs, series.economies, years, last, f"constant {base} US$ bn")


def future_growth(
    series: Series, hyperparameters: pd.DataFrame, edition: str, settings: Futures, run: Run
) -> np.ndarray:
    """Return log growth since the last observed year, (draws, economies, years ahead)."""
    chosen = settings.pooled_random_walk
    growth = pooled.estimate(series.log_milex, world_of(hyperparameters, edition, series.years[-1]), chosen)
    steps = settings.horizon - series.years[-1]
    return pooled.simulate(growth, series.economies, steps, run.draws, chosen.tail_df, run.seed)


def world_of(hyperparameters: pd.DataFrame, edition: str, origin: int) -> pooled.World:
    """Return the shipped hyper-parameters of an edition at an origin; refuse an edition that has none."""
    rows = hyperparameters[
        (hyperparameters["edition"] == edition)
        & (hyperparameters["origin"] == origin)
        & (hyperparameters["model"] == "pooled_random_walk")
    ]
    values = dict(zip(rows["parameter"], rows["value"].astype(float), strict=True))
    try:
        return pooled.World(values["drift"], values["drift_sd"], values["log_volatility"])
    except KeyError as error:
        raise OvertakeError(
            "data/raw/hyperparameters.csv",
            f"has no {error.args[0]} of edition {edition} at origin {origin}",
            next_step="overtake ingest sipri PATH --all-countries, then overtake hyperparameters",
        ) from error
