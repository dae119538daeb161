"""The pipeline's own backtest: the model in use and the naive peer on the economies in use."""

from __future__ import annotations

import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.skill import Skill
from overtake.futures.series import Series, of_spending
from overtake.futures.simulate import future_growth
from overtake.skill import rolling, tables
from overtake.tables import FloatArray

PEER = "naive"


def model_forecaster(hyperparameters: pd.DataFrame, edition: str, settings: Futures, run: Run) -> rolling.Forecaster:
    """Return the model of `settings` as a forecaster that sees only hyper-parameters of its origin."""

    def forecast(series: Series, steps: int) -> FloatArray:
        ahead = settings.model_copy(update={"horizon": series.origin + steps})
        growth = future_growth(series, hyperparameters, edition, ahead, run)
        return series.log_milex[None, :, -1:] + growth

    return forecast


def evaluate(
    spending: pd.DataFrame, hyperparameters: pd.DataFrame, futures: Futures, settings: Skill, seed: int
) -> pd.DataFrame:
    """Return the contract's `skill` table of the rolling-origin backtest on the economies of `spending`."""
    series = of_spending(spending)
    edition = str(spending["edition"].iloc[0])
    run = Run(seed=seed, draws=settings.draws)
    origins = range(settings.first_origin, series.origin)
    contenders = {
        futures.model: model_forecaster(hyperparameters, edition, futures, run),
        PEER: rolling.naive(settings.draws, seed),
    }
    found = [
        rolling.backtest(name, forecaster, series, origins, settings.horizons)
        for name, forecaster in contenders.items()
    ]
    return tables.summarise(
        pd.concat([points for points, _ in found], ignore_index=True),
        pd.concat([pairs for _, pairs in found], ignore_index=True),
        backtest="rolling",
        bootstrap=settings.bootstrap,
        seed=seed,
        peer=PEER,
    )
