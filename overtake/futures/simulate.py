"""From the clean tables to the joint futures: model, measurement error, one timeline from first year to horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import FloatArray, Paths
from overtake.errors import OvertakeError
from overtake.futures import measurement, models, plans
from overtake.futures.knowledge import Knowledge
from overtake.futures.series import Series, of_spending


def simulate(
    spending: pd.DataFrame,
    milex: pd.DataFrame,
    known: Knowledge,
    settings: Futures,
    run: Run,
    promises: plans.Promises | None = None,
) -> Paths:
    """Return the futures of all economies in `spending`, constant US$ bn, from its first year to the horizon.

    milex: data/raw/milex.csv, for revisions between editions; known: what the models know beside the series;
    promises: what `settings.plans` reads, where it is not off. Every year of a draw, observed ones included, carries
    that draw's level error.
    """
    series = of_spending(spending)
    last = series.years[-1]
    if settings.horizon <= last:
        raise OvertakeError(
            "params.yaml: futures.horizon",
            "lies not after the last observed year",
            found=settings.horizon,
            allowed=f"{last + 1} or later",
        )
    growth = models.growth(series, known, settings, settings.horizon - last, run)
    return assemble(growth, series, ground(series, spending, milex, run, promises), settings, run)


@dataclass(frozen=True)
class Ground:
    """What futures stand on whatever their growth: log level errors (draws, economies), plans, price base.

    observed: (draws, economies, observed years), levels with each draw's error.
    """

    error: FloatArray
    observed: FloatArray
    floors: tuple[plans.Floor, ...] | None
    price_base: int


def ground(
    series: Series, spending: pd.DataFrame, milex: pd.DataFrame, run: Run, promises: plans.Promises | None
) -> Ground:
    """Return the ground of `run.draws` futures; without promises only futures without plans stand on it."""
    error = measurement.level_error(spending, series.economies, measurement.revision_sd(milex), run.draws, run.seed)
    floors = None if promises is None else plans.floors(spending, promises)
    observed = np.exp(series.log_milex.astype(np.float32) + error[:, :, None])
    return Ground(error, observed, floors, int(spending["price_base"].iloc[0]))


def assemble(growth: FloatArray, series: Series, under: Ground, settings: Futures, run: Run) -> Paths:
    """Return the futures that log growth since the origin makes, (draws, economies, steps): levels, errors, plans."""
    last = series.years[-1]
    ahead = growth + series.log_milex[:, -1:].astype(np.float32)
    ahead += under.error[:, :, None]
    np.exp(ahead, out=ahead)
    levels = np.concatenate([under.observed, ahead], axis=2)
    years = (*series.years, *range(last + 1, last + growth.shape[2] + 1))
    paths = Paths(levels, series.economies, years, last, f"constant {under.price_base} US$ bn")
    return plans.lifted(paths, under.floors, settings, run.seed)
