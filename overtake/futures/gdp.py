"""GDP ahead: the IMF's forecast of the edition, then convergence, with the errors its forecasts have had."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from overtake import alike
from overtake.draws import FloatArray, draws_last
from overtake.futures.series import Series
from overtake.streams import stream

#: Real growth to which all economies converge after the IMF's last year, per cent, and years that it takes.
LONG_RUN_PCT, YEARS_TO_CONVERGE = 2.0, 20
#: Where no edition of the IMF's forecast is known: years of own growth that the path starts from.
OWN_YEARS = 10
#: Standard deviation of a year's growth error where fewer than this many pairs of editions tell it, per cent.
FEWEST_PAIRS, DEFAULT_ERROR_PCT = 30, 2.5


def expected_growth(series: Series, macro: pd.DataFrame, steps: int) -> FloatArray:
    """Return expected real GDP growth, log, (economies, steps).

    macro: clean macro table (iso3, year, real_growth_pct) of an edition of the origin, maybe empty. An economy
    that it lacks starts from its own mean growth of GDP over OWN_YEARS.
    """
    gdp = series.log_milex - series.log_share
    own = np.array([_own(row) for row in gdp])
    ahead = range(series.origin + 1, series.origin + steps + 1)
    table = None if macro.empty else macro.pivot(index="iso3", columns="year", values="real_growth_pct")
    out = np.empty((len(series.economies), steps))
    for at, iso3 in enumerate(series.economies):
        known: list[float] = []
        if table is not None and iso3 in table.index:
            rates = table.loc[[iso3]].reindex(columns=list(ahead)).to_numpy(dtype=float)[0]
            known = rates[np.isfinite(rates)].tolist()
        last = known[-1] if known else own[at]
        rest = steps - len(known)
        weight = np.minimum(np.arange(1, rest + 1) / YEARS_TO_CONVERGE, 1.0)
        path = np.concatenate([known[:steps], (1 - weight) * last + weight * LONG_RUN_PCT])[:steps]
        out[at] = alike.log(1 + path / 100)
    return out


def forecast_error(macro: pd.DataFrame) -> float:
    """Return the standard deviation of the IMF's growth forecasts one to five years ahead, per cent.

    macro: all editions of data/raw/macro.csv; each forecast is compared with the newest edition's figure of a past
    year. Cut at six robust deviations.
    """
    newest = str(macro["edition"].max())
    truth = macro[macro["edition"] == newest].set_index(["iso3", "year"])["real_growth_pct"]
    made = macro["edition"].str[:4].astype(int)
    ahead = macro[(macro["year"] > made) & (macro["year"] < int(newest[:4])) & (macro["edition"] < newest)]
    error = ahead["real_growth_pct"].to_numpy(dtype=float) - truth.reindex(
        pd.MultiIndex.from_frame(ahead[["iso3", "year"]])
    ).to_numpy(dtype=float)
    error = error[np.isfinite(error)]
    if error.size < FEWEST_PAIRS:
        return DEFAULT_ERROR_PCT
    limit = 6 * 1.4826 * float(np.median(np.abs(error)))
    return float(np.sqrt(np.mean(np.minimum(np.abs(error), limit) ** 2)))


def paths(series: Series, expected: FloatArray, error_pct: float, draws: int, seed: int) -> Iterator[FloatArray]:
    """Yield cumulated log growth of GDP by economy, (draws, steps): half of each error common to all, half own.

    Fifteen sixteenths of the error's variance are drawn every year; one sixteenth is drawn once and stays for good (a
    trend is misjudged).
    """
    steps, sd = expected.shape[1], error_pct / 100
    common = stream(seed, "gdp", "world").standard_normal((draws, steps))
    for at, iso3 in enumerate(series.economies):
        random = stream(seed, "gdp", iso3)
        yearly = np.sqrt(0.5) * (common + random.standard_normal((draws, steps)))
        lasting = random.standard_normal((draws, 1))
        yield draws_last(np.cumsum(expected[at] + sd * (np.sqrt(15 / 16) * yearly + lasting / 4), axis=1))


def _own(log_gdp: FloatArray) -> float:
    """Return mean growth of GDP over the last years known, per cent; the long-run rate where none is."""
    growth = np.diff(log_gdp[np.isfinite(log_gdp)])[-OWN_YEARS:]
    return 100 * (float(alike.exp(growth.mean())) - 1) if growth.size else LONG_RUN_PCT
