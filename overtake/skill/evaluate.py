"""The pipeline's own backtest: the model in use and the naive peer on the economies in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.skill import Skill
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures import models
from overtake.futures.series import Series, of_spending
from overtake.skill import full, peers, realtime, rolling, split, tables
from overtake.work import side_by_side


def evaluate(edition: Edition, futures: Futures, settings: Skill, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contract's `skill` and `reliability` tables: rolling origins on `edition`, and editions up to it."""
    series = of_spending(edition.spending)
    if settings.first_origin >= series.origin:
        raise OvertakeError(
            "params.yaml: skill.first_origin",
            "leaves no outcome to score",
            found=settings.first_origin,
            allowed=f"before the last observed year, {series.origin}",
        )
    run = Run(seed=seed, draws=settings.draws)
    origins = range(settings.first_origin, series.origin)
    contenders = {
        futures.model: realtime.forecaster(edition.without_forecast(), futures, run),
        tables.PEER: peers.naive(settings.draws, seed),
    }
    jobs: list[Callable[[], tuple[pd.DataFrame, pd.DataFrame]]] = [
        partial(rolling.backtest, name, forecaster, series, [origin], settings.horizons)
        for name, forecaster in contenders.items()
        for origin in origins
    ]
    if len(edition.names()) > 1:
        jobs.insert(0, partial(realtime.backtest, edition, futures, run, settings.horizons))
    found = side_by_side(jobs)
    first = len(found) - len(origins) * len(contenders)
    backtests = {"rolling": found[first:], "real time": found[:first]}
    scored, reliable = [], []
    for name, parts in backtests.items():
        if parts:
            points, pairs = (pd.concat(one, ignore_index=True) for one in zip(*parts, strict=True))
            scored.append(tables.summarise(points, pairs, backtest=name, bootstrap=settings.bootstrap, seed=seed))
            reliable.append(tables.reliability(pairs, name))
    return pd.concat(scored, ignore_index=True), pd.concat(reliable, ignore_index=True)


def tuning_scores(series: Series, edition: Edition, futures: Futures, settings: Skill, seed: int) -> pd.DataFrame:
    """Return model_scores.csv but for its source: mean CRPS of each model on tuning countries and tuning origins.

    series: all countries of a panel; each origin's tasks are those of the full comparison.
    """
    run = Run(seed=seed, draws=settings.draws)
    origins = range(settings.first_origin, split.LAST_TUNING_ORIGIN + 1)
    contenders = {
        name: full.always(realtime.forecaster(edition, futures.model_copy(update={"model": name}), run))
        for name in models.MODELS
    }
    index, tasks = full.run(series, origins, settings.horizons, contenders)
    tuning = np.array([split.tuning_country(iso3) for iso3 in series.economies])[index["single"].block.astype(int)]
    scored = {name: found.scores["single"]["crps"][tuning] for name, found in tasks.items()}
    rows = [
        (name, round(float(crps.mean()), 5), int(tuning.sum()), origins[0], origins[-1], edition.name, "derived")
        for name, crps in scored.items()
    ]
    return pd.DataFrame(rows, columns=["model", "crps", "n", "first_origin", "last_origin", "edition", "status"])
