"""From the clean tables to the joint futures: model, measurement error, one timeline from first year to horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from overtake import alike
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures import measurement, models, plans
from overtake.futures.series import Series, of_spending


def simulate(edition: Edition, settings: Futures, run: Run) -> Draws:
    """Return the futures of all economies of `edition`, constant US$ bn, from its first year to the horizon.

    Every year of a draw, observed ones included, carries that draw's level error, later ones that of the last observed;
    announced plans as the settings say.
    """
    series = of_spending(edition.spending)
    last = series.years[-1]
    if settings.horizon <= last:
        raise OvertakeError(
            "params.yaml: futures.horizon",
            "lies not after the last observed year",
            found=settings.horizon,
            allowed=f"{last + 1} or later",
        )
    growth = models.growth(series, edition, settings, settings.horizon - last, run)
    return assemble(growth, series, ground(series, edition, run), settings, run)


@dataclass(frozen=True)
class Ground:
    """What futures stand on whatever their growth: the edition, and log level errors of the last observed year.

    error: (draws, economies). observed: (draws, economies, observed years), levels with each draw's error.
    """

    edition: Edition
    error: FloatArray
    observed: FloatArray


def ground(series: Series, edition: Edition, run: Run) -> Ground:
    """Return the ground of `run.draws` futures."""
    error = measurement.level_error(edition.spending, series.economies, edition.published["milex"], run.draws, run.seed)
    return Ground(edition, error[:, :, -1], alike.exp(series.log_milex.astype(np.float32) + error))


def assemble(growth: FloatArray, series: Series, under: Ground, settings: Futures, run: Run) -> Draws:
    """Return the futures that log growth since the origin makes, (draws, economies, steps): levels, errors, plans."""
    last = series.years[-1]
    ahead = growth + series.log_milex[:, -1:].astype(np.float32)
    ahead += under.error[:, :, None]
    ahead = alike.exp(ahead)
    levels = np.concatenate([under.observed, ahead], axis=2)
    years = (*series.years, *range(last + 1, last + growth.shape[2] + 1))
    paths = Draws(levels, series.economies, years, last, f"constant {under.edition.price_base} US$ bn")
    return plans.apply(paths, under.edition, settings, run.seed)
