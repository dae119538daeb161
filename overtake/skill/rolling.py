"""The rolling-origin backtest: forecast from each origin with what lies before it, score what followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from overtake.draws import FloatArray
from overtake.futures.series import Series
from overtake.skill import scores

#: A forecaster takes what was observed up to an origin and the number of years ahead, and returns draws of log
#: spending, (draws, economies, years ahead).
Forecaster = Callable[[Series, int], FloatArray]


def backtest(
    name: str, forecaster: Forecaster, series: Series, origins: Iterable[int], horizons: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return points (model, origin, horizon, iso3, crps, pinball, pit, in50, in80, in95) and pairs (model, origin,
    horizon, i, j, probability, happened), one row per forecast and outcome.

    Only economies with figures in the last eight years of an origin are forecast, only outcomes that exist scored.
    """
    points, pairs = [], []
    for origin in origins:
        if min(horizons, series.origin - origin) < 1:
            continue
        past, outcome, steps = tasks(series, origin, horizons, 8)
        drawn = forecaster(past, steps)
        points.append(_points(drawn, outcome, past, origin).assign(model=name))
        pairs.append(_pairs(drawn, outcome, past, origin).assign(model=name))
    return pd.concat(points, ignore_index=True), pd.concat(pairs, ignore_index=True)


def tasks(series: Series, origin: int, horizons: int, needed: int) -> tuple[Series, FloatArray, int]:
    """Return what was observed up to `origin`, what followed (economies, years ahead), and the years ahead.

    Of economies with figures in the last `needed` years of the origin and in all that followed.
    """
    past = series.upto(origin)
    steps = min(horizons, series.origin - origin)
    after = series.log_milex[:, len(past.years) : len(past.years) + steps]
    keep = np.asarray(np.isfinite(past.log_milex[:, -needed:]).all(axis=1) & np.isfinite(after).all(axis=1))
    names = tuple(np.array(past.economies, dtype=object)[keep])
    return Series(past.log_milex[keep], past.log_share[keep], names, past.years), after[keep], steps


def _points(drawn: FloatArray, outcome: FloatArray, series: Series, origin: int) -> pd.DataFrame:
    # Draws side by side in memory, and every quantile from one pass.
    by_draw = np.ascontiguousarray(np.moveaxis(drawn, 0, -1))
    levels = (*scores.LEVELS, *(level for percent in scores.INTERVALS for level in scores.tails(percent)))
    quantiles = np.quantile(by_draw, levels, axis=-1)
    economies, steps = outcome.shape
    frame = pd.DataFrame(
        {
            "origin": origin,
            "horizon": np.tile(np.arange(1, steps + 1), economies),
            "iso3": np.repeat(np.array(series.economies, dtype=object), steps),
            "crps": scores.crps(drawn, outcome).ravel(),
            "pinball": scores.pinball(quantiles[: len(scores.LEVELS)], outcome).ravel(),
            "pit": scores.pit(drawn, outcome).ravel(),
        }
    )
    for at, percent in enumerate(scores.INTERVALS):
        low, high = quantiles[len(scores.LEVELS) + 2 * at : len(scores.LEVELS) + 2 * at + 2]
        frame[f"in{percent}"] = ((low <= outcome) & (outcome <= high)).ravel()
    return frame


def _pairs(drawn: FloatArray, outcome: FloatArray, series: Series, origin: int) -> pd.DataFrame:
    chosen = scores.pairs(series.log_milex[:, -1])
    probability, happened = scores.passing(drawn, outcome, chosen)
    names = np.array(series.economies, dtype=object)
    steps = outcome.shape[1]
    return pd.DataFrame(
        {
            "origin": origin,
            "horizon": np.tile(np.arange(1, steps + 1), len(chosen)),
            "i": np.repeat(names[chosen[:, 0]], steps),
            "j": np.repeat(names[chosen[:, 1]], steps),
            "probability": probability.ravel(),
            "happened": happened.ravel(),
        }
    )
