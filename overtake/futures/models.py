"""The growth models by name, and their combination: a linear pool that deals draws to models by weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import FloatArray
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.futures import coefficients, gdp, macro_models, panel_regression, pooled, time_series, weights
from overtake.futures import hyperparameters as hyper
from overtake.futures.series import Series
from overtake.streams import stream

Model = Callable[[Series, Edition, Futures, int, Run], FloatArray]


def _pooled_random_walk(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    shipped, origin = edition.learned["hyperparameters"], series.origin
    world = once(edition, ("world", origin), lambda: hyper.world(shipped, edition.name, origin))
    return pooled.forecast(series, world, settings.pooled_random_walk, steps, run)


def _panel_regression(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    shipped, origin = edition.learned["panel_regression"], series.origin
    fitted = once(edition, ("panel", origin), lambda: coefficients.of_origin(shipped, edition.name, origin))
    above = once(edition, "headings", lambda: edition.headings)
    return panel_regression.simulate(fitted, series, settings.panel_regression, steps, run.draws, run.seed, above)


def _damped_trend(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    return time_series.damped_trend(series, steps, run.draws, run.seed)


def _state_space(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    return time_series.state_space(series, steps, run.draws, run.seed)


def _gdp_share(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    expected = gdp.expected_growth(series, edition.macro, steps)
    return macro_models.gdp_share(series, expected, _forecast_error(edition), run.draws, run.seed)


def _error_correction(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    expected = gdp.expected_growth(series, edition.macro, steps)
    return macro_models.error_correction(series, expected, _forecast_error(edition), run.draws, run.seed)


def _forecast_error(edition: Edition) -> float:
    return once(edition, "forecast error", lambda: gdp.forecast_error(edition.published["macro"]))


#: Each returns log growth since the origin, (draws, economies, steps), float32.
MODELS: dict[str, Model] = {
    "pooled_random_walk": _pooled_random_walk,
    "panel_regression": _panel_regression,
    "damped_trend": _damped_trend,
    "state_space": _state_space,
    "gdp_share": _gdp_share,
    "error_correction": _error_correction,
}


def growth(series: Series, edition: Edition, settings: Futures, steps: int, run: Run) -> FloatArray:
    """Return log growth since the origin of `series` by the model or the combination of `settings`, float32.

    Shape (draws, economies, steps). In the combination every draw belongs to one model for all economies and years.
    """
    if settings.model != "combined":
        return MODELS[settings.model](series, edition, settings, steps, run)
    shares = weights.of_settings(edition.learned["model_scores"], settings.combination)
    return pool(lambda name: MODELS[name](series, edition, settings, steps, run), shares, run.seed)


def pool(part: Callable[[str], FloatArray], shares: Mapping[str, float], seed: int) -> FloatArray:
    """Return draws dealt to models in the proportions of `shares`: draw d is draw d of the model that it was dealt to.

    part: (draws, economies, steps) of a model, asked for one after the other. The deal is a fixed permutation of the
    seed, so a draw keeps its shocks.
    """
    shares, first = weights.normalised(shares), 0
    out: FloatArray | None = None
    for name, until in zip(shares, np.cumsum(list(shares.values())), strict=True):
        drawn = part(name)
        if out is None:
            out, order = np.empty_like(drawn), stream(seed, "pool").permutation(len(drawn))
        last = int(np.round(until * len(drawn)))
        chosen, first = order[first:last], last
        out[chosen] = drawn[chosen]
        del drawn  # before the next is made: each is as large as what goes out
    assert out is not None, "a pool has a model"
    return out
