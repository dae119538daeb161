"""The real-time backtest: forecasts from each past edition as it was printed, beside what the newest one reports."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances import ratio
from overtake.balances.sides import measurable
from overtake.config.balances import Balance
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures import models
from overtake.futures.series import Series, of_spending
from overtake.skill import peers, rolling, tables

#: Origins, on the newest edition's figures, of what the method would have said in the years after them.
LOOKING_BACK = (2004, 2009, 2014)
#: Years ahead at which the balances are read.
AHEAD = (5, 10)
QUANTILES = (0.1, 0.5, 0.9)
SAID = ("as_of", "edition", "origin", "balance", "year", "p_ahead", "ratio_q10", "ratio_q50", "ratio_q90",
        "ratio_outcome", "ahead_outcome")  # fmt: skip


def aligned(past: Series, newest: Series) -> Series:
    """Return `past` continued with the growth that `newest` reports after its origin: no levels are mixed."""
    rows = [newest.economies.index(iso3) for iso3 in past.economies]
    at = newest.years.index(past.origin)
    after = newest.log_milex[rows][:, at + 1 :] - newest.log_milex[rows][:, [at]]
    whole = np.concatenate([past.log_milex, past.log_milex[:, -1:] + after], axis=1)
    share = np.concatenate([past.log_share, newest.log_share[rows][:, at + 1 :]], axis=1)
    return Series(whole, share, past.economies, (*past.years, *newest.years[at + 1 :]))


def backtest(edition: Edition, futures: Futures, run: Run, horizons: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return points and pairs (see `rolling.backtest`) of the model in use and the naive peer from all past editions.

    edition: the one in use, whose figures are the outcomes. Plans are left out: the ledger holds those of today.
    """
    newest = of_spending(edition.spending)
    points, pairs = [], []
    for name in edition.names():
        then = edition.as_printed(name)
        past = of_spending(then.spending)
        if past.origin >= newest.origin:
            continue
        whole = aligned(past, newest)
        contenders = {
            futures.model: forecaster(then, futures, run),
            tables.PEER: peers.naive(run.draws, run.seed),
        }
        for contender, model in contenders.items():
            point, pair = rolling.backtest(contender, model, whole, [past.origin], horizons)
            points.append(point)
            pairs.append(pair)
    if not points:
        raise OvertakeError("data/raw/milex.csv", "holds no edition older than the one in use to forecast from")
    return pd.concat(points, ignore_index=True), pd.concat(pairs, ignore_index=True)


def forecaster(edition: Edition, settings: Futures, run: Run) -> rolling.Forecaster:
    """Return the model of `settings` as a forecaster with what is known of `edition`."""

    def forecast(series: Series, steps: int) -> FloatArray:
        return series.log_milex[None, :, -1:] + models.growth(series, edition, settings, steps, run)

    return forecast


def would_have_said(edition: Edition, balances: Mapping[str, Balance], futures: Futures, run: Run) -> pd.DataFrame:
    """Return, for each balance, what the method would have said from earlier origins beside what happened.

    Columns `SAID`: from the origins `LOOKING_BACK` of the newest edition, and from the oldest edition as printed.
    ahead: China's side spends more than the coalition in that year.
    """
    newest, blind = of_spending(edition.spending), edition.without_forecast()
    rows: list[dict[str, object]] = []
    for origin in LOOKING_BACK:
        if origin in newest.years[10:-1]:
            rows += _said(f"{origin + 1}", newest.upto(origin), newest, blind, balances, futures, run)
    rows += said_by(edition, edition.names()[0], balances, futures, run)
    return pd.DataFrame(rows, columns=list(SAID))


def said_by(
    edition: Edition, name: str, balances: Mapping[str, Balance], futures: Futures, run: Run
) -> list[dict[str, object]]:
    """Return rows (SAID) of what the method says from edition `name` as printed, beside what `edition` reports."""
    newest, then = of_spending(edition.spending), edition.as_printed(name)
    past = of_spending(then.spending)
    if past.origin >= newest.origin:
        return []
    return _said(then.name, past, aligned(past, newest), then, balances, futures, run)


def points_of(edition: Edition, name: str, futures: Futures, run: Run) -> pd.DataFrame:
    """Return the points (see `rolling.backtest`) of the model in use from edition `name` as printed."""
    newest, then = of_spending(edition.spending), edition.as_printed(name)
    past = of_spending(then.spending)
    steps = max(newest.origin - past.origin, 0)
    model = forecaster(then, futures, run)
    return rolling.backtest(futures.model, model, aligned(past, newest), [past.origin] * bool(steps), steps)[0]


def _said(
    label: str,
    past: Series,
    whole: Series,
    edition: Edition,
    balances: Mapping[str, Balance],
    futures: Futures,
    run: Run,
) -> list[dict[str, object]]:
    """Return the rows of one origin: balances at AHEAD years and at the last year with an outcome.

    A balance with a member of which nothing was known at the origin has none.
    """
    steps = whole.origin - past.origin
    drawn = alike.exp(forecaster(edition, futures, run)(past, steps))
    years = tuple(range(past.origin + 1, whole.origin + 1))
    ahead = Draws(drawn, past.economies, years, years[-1], "constant US$ bn")
    outcome = Draws(alike.exp(whole.log_milex[None, :, -steps:]), whole.economies, years, years[-1], "constant US$ bn")
    wanted = sorted({past.origin + step for step in AHEAD if step <= steps} | {whole.origin})
    rows: list[dict[str, object]] = []
    for name, balance in measurable(ahead, balances).items():
        forecast, truth = ratio(ahead, balance, name), ratio(outcome, balance, name)[0]
        for year in wanted:
            at = years.index(year)
            low, middle, high = np.quantile(forecast[:, at], QUANTILES)
            ahead_share = float((forecast[:, at] > balance.threshold).mean())
            found = (ahead_share, float(low), float(middle), float(high), float(truth[at]))
            key = (label, edition.name, past.origin, name, year)
            rows.append(dict(zip(SAID, (*key, *found, bool(truth[at] > balance.threshold)), strict=True)))
    return rows
