"""The pipeline's own backtest: the model in use and the naive peer on the economies in use."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.skill import Skill
from overtake.errors import OvertakeError
from overtake.futures import models
from overtake.futures.knowledge import Knowledge
from overtake.futures.series import Series, of_spending
from overtake.skill import realtime, rolling, split, tables

PEER = "naive"


def evaluate(
    series: Series,
    known: Knowledge,
    raw: Mapping[str, pd.DataFrame],
    futures: Futures,
    settings: Skill,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contract's `skill` and `reliability` tables: rolling origins on `series`, and past editions.

    raw: `milex`, `macro`, `editions` of data/raw; editions newer than the one in use are left out.
    """
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
        futures.model: realtime.forecaster(known.at(known.edition, None), futures, run),
        PEER: rolling.naive(settings.draws, seed),
    }
    found = [
        rolling.backtest(name, forecaster, series, origins, settings.horizons)
        for name, forecaster in contenders.items()
    ]
    points, pairs = (pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True))
    scored = [_summary(points, pairs, "rolling", settings, seed)]
    tables_of_reliability = [tables.reliability(pairs, "rolling")]
    if upto(raw["milex"], known.edition)["edition"].nunique() > 1:
        past = realtime.backtest(
            {**raw, "milex": upto(raw["milex"], known.edition)}, known, series, futures, run, settings.horizons
        )
        scored.append(_summary(*past, "real time", settings, seed))
        tables_of_reliability.append(tables.reliability(past[1], "real time"))
    return pd.concat(scored, ignore_index=True), pd.concat(tables_of_reliability, ignore_index=True)


def upto(milex: pd.DataFrame, edition: str) -> pd.DataFrame:
    """Return the rows of the editions published up to `edition`."""
    return milex[milex["edition"] <= edition]


def _summary(points: pd.DataFrame, pairs: pd.DataFrame, backtest: str, settings: Skill, seed: int) -> pd.DataFrame:
    return tables.summarise(points, pairs, backtest=backtest, bootstrap=settings.bootstrap, seed=seed, peer=PEER)


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
        points, _ = rolling.backtest(name, realtime.forecaster(known, alone, run), series, origins, settings.horizons)
        tuning = points[points["iso3"].map(split.tuning_country)]
        rows.append((name, round(float(tuning["crps"].mean()), 5), len(tuning), origins[0], origins[-1], known.edition,
                     "derived", "overtake weights, tuning half of the economies"))  # fmt: skip
    columns = ("model", "crps", "n", "first_origin", "last_origin", "edition", "status", "source")
    return pd.DataFrame(rows, columns=list(columns))
