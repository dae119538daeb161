"""From the clean tables to the joint futures: model, measurement error, one timeline from first year to horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from overtake import alike
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import Draws, FloatArray, empty
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
    last = error[:, :, -1].copy(order="K")
    error += series.log_milex.astype(np.float32)
    return Ground(edition, last, alike.exp(error))


def assemble(growth: FloatArray, series: Series, under: Ground, settings: Futures, run: Run) -> Draws:
    """Return the futures that log growth since the origin makes, (draws, economies, steps): levels, errors, plans."""
    last, known = series.years[-1], len(series.years)
    years = (*series.years, *range(last + 1, last + growth.shape[2] + 1))
    levels = empty(len(growth), len(series.economies), len(years))
    levels[:, :, :known] = under.observed
    # An economy at a time: all of them in logs beside their levels are what takes the memory.
    for at, log_now in enumerate(series.log_milex[:, -1].astype(np.float32)):
        ahead = growth[:, at] + log_now
        ahead += under.error[:, at, None]
        levels[:, at, known:] = alike.exp(ahead)
    paths = Draws(levels, series.economies, years, last, f"constant {under.edition.price_base} US$ bn")
    return plans.apply(paths, under.edition, settings, run.seed)
