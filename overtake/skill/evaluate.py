"""The pipeline's own backtest: the model in use and the naive peer on the economies in use."""

from __future__ import annotations

import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.skill import Skill
from overtake.futures import models
from overtake.futures.knowledge import Knowledge
from overtake.futures.series import Series, of_spending
from overtake.skill import rolling, split, tables
from overtake.tables import FloatArray

PEER = "naive"


def model_forecaster(known: Knowledge, settings: Futures, run: Run) -> rolling.Forecaster:
    """Return the model of `settings` as a forecaster that sees only what was known at its origin: no later IMF path."""

    def forecast(series: Series, steps: int) -> FloatArray:
        return series.log_milex[None, :, -1:] + models.growth(series, known, settings, steps, run)

    return forecast


def evaluate(spending: pd.DataFrame, known: Knowledge, futures: Futures, settings: Skill, seed: int) -> pd.DataFrame:
    """Return the contract's `skill` table of the rolling-origin backtest on the economies of `spending`."""
    series = of_spending(spending)
    run = Run(seed=seed, draws=settings.draws)
    origins = range(settings.first_origin, series.origin)
    contenders = {
        futures.model: model_forecaster(known.at(known.edition, None), futures, run),
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


def tuning_scores(
    spending: pd.DataFrame, known: Knowledge, futures: Futures, settings: Skill, seed: int
) -> pd.DataFrame:
    """Return model_scores.csv: mean CRPS of each model on the tuning half of the economies and origins only."""
    series = of_spending(spending)
    run = Run(seed=seed, draws=settings.draws)
    origins = range(settings.first_origin, split.LAST_TUNING_ORIGIN + 1)
    rows = []
    for name in models.MODELS:
        alone = futures.model_copy(update={"model": name})
        points, _ = rolling.backtest(name, model_forecaster(known, alone, run), series, origins, settings.horizons)
        tuning = points[points["iso3"].map(split.tuning_country)]
        rows.append((name, round(float(tuning["crps"].mean()), 5), len(tuning), origins[0], origins[-1], known.edition,
                     "derived", "overtake weights, tuning half of the economies"))  # fmt: skip
    columns = ("model", "crps", "n", "first_origin", "last_origin", "edition", "status", "source")
    return pd.DataFrame(rows, columns=list(columns))
