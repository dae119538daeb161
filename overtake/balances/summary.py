"""Tables of the balances stage: one row per balance and ruler, with curves and break-even shares by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.balances.sides import Bools, breakeven, presence, ratio
from overtake.balances.states import STATES, States, crossing_curve, quantile_year, states
from overtake.config.balances import Balance, Crossing
from overtake.draws import Draws, FloatArray
from overtake.errors import OvertakeError

BY_YEARS = (2030, 2035, 2040)
RATIO_QUANTILES = (5, 10, 25, 50, 75, 90, 95)
SHARE_QUANTILES = (10, 25, 50, 75, 90)

CROSSINGS = (
    "balance",
    "ruler",
    "edition",
    "last_observed",
    "margin",
    "margin_lo",
    "margin_hi",
    "first_crossed",
    *(f"p_{state}" for state in STATES),
    *(f"p_by_{year}" for year in BY_YEARS),
    "median_year",
    "lo_year",
    "hi_year",
    "refused",
)
CURVES = ("balance", "ruler", "year", "p_crossed_by", "p_ahead", *(f"ratio_q{q:02d}" for q in RATIO_QUANTILES))
SHARES = (*(f"share_q{q:02d}" for q in SHARE_QUANTILES), "share_lo", "share_hi")
BREAKEVEN = ("balance", "member", "ruler", "year", *SHARES)


@dataclass(frozen=True)
class Tables:
    """The stage's tables as the contracts name them: `crossings`, `curves`, `breakeven`."""

    crossings: pd.DataFrame
    curves: pd.DataFrame
    breakeven: pd.DataFrame


def summarise(
    paths: Draws, observed: Draws, balances: Mapping[str, Balance], settings: Crossing, *, ruler: str, edition: str
) -> Tables:
    """Return the tables of all `balances` on one ruler.

    paths: the ruler over futures; observed: the ruler over the figures themselves, one draw, without measurement
    error: margin and first_crossed are theirs, all intervals and probabilities those of `paths`. A balance that the
    ruler cannot measure keeps its row, without numbers, with the reason in `refused`.
    """
    rows: list[dict[str, object]] = []
    curves: list[pd.DataFrame] = []
    shares: list[pd.DataFrame] = []
    present = presence(paths)
    for name, balance in balances.items():
        head = {"balance": name, "ruler": ruler, "edition": edition, "last_observed": paths.last_observed}
        try:
            row, curve = _one(paths, observed, balance, settings, name, present)
            even = [_breakeven_rows(paths, balance, member, name, present, settings) for member in balance.breakeven]
        except OvertakeError as error:
            rows.append({**head, "refused": " ".join(str(error).split())})
            continue
        rows.append({**head, **row, "refused": ""})
        curves.append(curve.assign(balance=name, ruler=ruler))
        shares += [frame.assign(balance=name, ruler=ruler) for frame in even]
    return Tables(
        pd.DataFrame(rows, columns=list(CROSSINGS)).astype(dict.fromkeys(CROSSINGS[4:-1], float)),
        _stack(curves, CURVES),
        _stack(shares, BREAKEVEN),
    )


def joined(tables: Iterable[Tables]) -> Tables:
    """Return the tables of several rulers as one, rows in the order given."""
    parts = list(tables)
    return Tables(
        pd.concat([part.crossings for part in parts], ignore_index=True),
        _joined([part.curves for part in parts]),
        _joined([part.breakeven for part in parts]),
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the frames one under the other; one of a ruler that measures nothing would take the numbers' type."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def first_crossed(observed: Draws, balance: Balance, settings: Crossing, name: str = "balance") -> float:
    """Return the first year of the lead that China's side holds at the last observed year, NaN where it holds none.

    observed: figures without error, one draw; only years up to the last observed count.
    """
    upto = observed.years.index(observed.last_observed) + 1
    shown = ratio(observed, balance, name)[:, :upto]
    found = states(shown, observed.years[:upto], observed.last_observed, settings.sustain, balance.threshold)
    return float(found.year[0])


def year_interval(found: States, settings: Crossing) -> tuple[float, float, float]:
    """Return median, low and high year of the crossing, NaN throughout unless its probability exceeds one half.

    Quantiles of all draws, those that never cross included, so they agree with the curve; a high end beyond the
    horizon is NaN.
    """
    tail = (100 - settings.interval_pct) / 200
    if np.isfinite(found.year).mean() <= 0.5:
        return (float("nan"),) * 3
    by_year, _ = crossing_curve(found)
    median, low, high = (quantile_year(found, level, by_year) for level in (0.5, tail, 1 - tail))
    return median, low, high


def quantiles(values: FloatArray, percents: tuple[float, ...]) -> FloatArray:
    """Return the `percents` quantiles over draws (axis 0) of `values` (draws, years), shape (quantiles, years).

    Sorted year by year in contiguous memory, linear between order statistics like numpy's default, several times
    faster than `np.quantile` on these shapes.
    """
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    at = np.array(percents) / 100 * (ordered.shape[1] - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, ordered.shape[1] - 1)
    found: FloatArray = (ordered[:, low] + (at - low) * (ordered[:, high] - ordered[:, low])).T
    return found


def _one(
    paths: Draws, observed: Draws, balance: Balance, settings: Crossing, name: str, present: Bools
) -> tuple[dict[str, float], pd.DataFrame]:
    """Return one balance's row of `crossings` and its rows of `curves`."""
    drawn = ratio(paths, balance, name, present)
    found = states(drawn, paths.years, paths.last_observed, settings.sustain, balance.threshold)
    by_year, ahead = crossing_curve(found)
    kept = drawn[:, -len(found.years) :]
    at = found.years.index(paths.last_observed)
    tail = (100 - settings.interval_pct) / 200
    low, high = np.quantile(kept[:, at], [tail, 1 - tail]) / balance.threshold - 1
    now = ratio(observed, balance, name)[0, observed.years.index(observed.last_observed)]
    median, first, last = year_interval(found, settings)
    row = {
        "margin": float(now / balance.threshold - 1),
        "margin_lo": float(low),
        "margin_hi": float(high),
        "first_crossed": first_crossed(observed, balance, settings, name),
        **{f"p_{state}": found.probability(state) for state in STATES},
        **{f"p_by_{year}": _at(by_year, found.years, year) for year in BY_YEARS},
        "median_year": median,
        "lo_year": first,
        "hi_year": last,
    }
    bands = quantiles(kept, RATIO_QUANTILES)
    ratios = {f"ratio_q{percent:02d}": band for percent, band in zip(RATIO_QUANTILES, bands.astype(float), strict=True)}
    return row, pd.DataFrame({"year": found.years, "p_crossed_by": by_year, "p_ahead": ahead, **ratios})


def _breakeven_rows(
    paths: Draws, balance: Balance, member: str, name: str, present: Bools, settings: Crossing
) -> pd.DataFrame:
    """Return the quantiles of the break-even share by year, from the first year that has it; its interval."""
    share = breakeven(paths, balance, member, name, present)
    first = int(np.argmax(np.isfinite(share).all(axis=0)))
    tail = (100 - settings.interval_pct) / 2
    bands = quantiles(share[:, first:], (*SHARE_QUANTILES, tail, 100 - tail)).astype(float)
    return pd.DataFrame({"member": member, "year": paths.years[first:], **dict(zip(SHARES, bands, strict=True))})


def _at(curve: FloatArray, years: tuple[int, ...], year: int) -> float:
    """Return the curve's value in `year`, NaN beyond its years."""
    return float(curve[years.index(year)]) if year in years else float("nan")


def _stack(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the frames one under the other with exactly `columns`."""
    return pd.concat(frames, ignore_index=True)[list(columns)] if frames else pd.DataFrame(columns=list(columns))
