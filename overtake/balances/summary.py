"""Tables of the balances stage: one row per balance and ruler, with curves and break-even shares by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake.balances.sides import breakeven, ratio
from overtake.balances.standing import Ratio, Standing, stand
from overtake.balances.states import STATES, States, crossing_curve, of_order, quantile_year, states
from overtake.config.balances import Balance, Crossing
from overtake.draws import Draws, FloatArray, LazyDraws

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
    found = stand(paths, balances, partial(told, lambda: observed, settings.interval_pct))
    return tabulated(found, balances, settings, ruler=ruler, edition=edition, last=paths.last_observed)


def tabulated(
    found: Mapping[str, Standing | str],
    balances: Mapping[str, Balance],
    settings: Crossing,
    *,
    ruler: str,
    edition: str,
    last: int,
) -> Tables:
    """Return `summarise` of balances as they stand (`stand`, telling `told`); last: the last observed year."""
    rows: list[dict[str, object]] = []
    curves: list[pd.DataFrame] = []
    shares: list[pd.DataFrame] = []
    for name, balance in balances.items():
        head = {"balance": name, "ruler": ruler, "edition": edition, "last_observed": last}
        one = found[name]
        if isinstance(one, str):
            rows.append({**head, "refused": one})
            continue
        row, curve = _one(one, settings)
        rows.append({**head, **row, "refused": ""})
        curves.append(curve.assign(balance=name, ruler=ruler))
        for member in balance.breakeven:
            even = dict(zip(("year", *SHARES), one.told[f"even {member}"], strict=True))
            even["year"] = even["year"].astype(int)
            shares.append(pd.DataFrame({"member": member, **even}).assign(balance=name, ruler=ruler))
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
    shown = _shown(observed, balance, name)
    found = states(shown, observed.years[: shown.shape[1]], observed.last_observed, settings.sustain, balance.threshold)
    return float(found.year[0])


def _shown(observed: Draws, balance: Balance, name: str) -> FloatArray:
    """Return the ratio of the figures themselves up to the last observed year, (1, years)."""
    return ratio(observed, balance, name)[:, : observed.years.index(observed.last_observed) + 1]


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


def told(observed: LazyDraws, interval_pct: float, drawn: Ratio) -> dict[str, npt.NDArray[Any]]:
    """Return what `tabulated` needs to know of a balance beside who leads, by name; see `standing.Tell`.

    observed: the figures themselves, one draw. margin: as it is and its interval; shown: the years up to the last
    observed one that have a ratio, and whether it exceeds the threshold in the figures; bands: RATIO_QUANTILES by year;
    `even MEMBER`: years and SHARES.
    """
    figures, threshold = observed(), drawn.balance.threshold
    shown = _shown(figures, drawn.balance, drawn.name)
    tail = (100 - interval_pct) / 200
    low, high = np.quantile(drawn.of(drawn.paths.last_observed), [tail, 1 - tail]) / threshold - 1
    since = int(np.argmax(np.isfinite(shown[0])))
    return {
        "margin": np.array([shown[0, -1] / threshold - 1, low, high], dtype=float),
        "shown": np.array([figures.years[since : shown.shape[1]], shown[0, since:] > threshold]),
        "bands": quantiles(drawn.values[:, drawn.first :], RATIO_QUANTILES).astype(float),
        **{f"even {member}": _even(drawn, member, interval_pct) for member in drawn.balance.breakeven},
    }


def _one(found: Standing, settings: Crossing) -> tuple[dict[str, float], pd.DataFrame]:
    """Return one balance's row of `crossings` and its rows of `curves`."""
    future = found.states(settings.sustain)
    by_year, ahead = crossing_curve(future)
    years, above = found.told["shown"]
    past = of_order(above[None] > 0, tuple(int(year) for year in years), found.last_observed, settings.sustain)
    median, first, last = year_interval(future, settings)
    row = {
        **dict(zip(("margin", "margin_lo", "margin_hi"), map(float, found.told["margin"]), strict=True)),
        "first_crossed": float(past.year[0]),
        **{f"p_{state}": future.probability(state) for state in STATES},
        **{f"p_by_{year}": _at(by_year, future.years, year) for year in BY_YEARS},
        "median_year": median,
        "lo_year": first,
        "hi_year": last,
    }
    bands = zip(RATIO_QUANTILES, found.told["bands"], strict=True)
    ratios = {f"ratio_q{percent:02d}": band for percent, band in bands}
    return row, pd.DataFrame({"year": future.years, "p_crossed_by": by_year, "p_ahead": ahead, **ratios})


def _even(drawn: Ratio, member: str, interval_pct: float) -> FloatArray:
    """Return years, from the first that has one, and the quantiles of the break-even share in them; its interval."""
    share = breakeven(drawn.paths, drawn.balance, member, drawn.name, drawn.present)
    first = int(np.argmax(np.isfinite(share).all(axis=0)))
    tail = (100 - interval_pct) / 2
    bands = quantiles(share[:, first:], (*SHARE_QUANTILES, tail, 100 - tail)).astype(float)
    return np.vstack([np.array(drawn.paths.years[first:], dtype=float), bands])


def _at(curve: FloatArray, years: tuple[int, ...], year: int) -> float:
    """Return the curve's value in `year`, NaN beyond its years."""
    return float(curve[years.index(year)]) if year in years else float("nan")


def _stack(frames: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the frames one under the other with exactly `columns`."""
    return pd.concat(frames, ignore_index=True)[list(columns)] if frames else pd.DataFrame(columns=list(columns))
