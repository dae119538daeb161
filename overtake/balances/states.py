"""The state of a balance in every draw: crossed, crossing, not within the horizon, crossed back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overtake.draws import FloatArray

Bools = npt.NDArray[np.bool_]

#: The four states, in the order of their probabilities in tables.
STATES = ("crossed", "crossing", "not_within", "crossed_back")

#: Observed years before the last that mostly settle who leads in it: see `settled`.
RECENT = 6


@dataclass(frozen=True)
class States:
    """Who leads in every draw.

    code: (draws,), index into `STATES`. year: (draws,), first year of the lead that China's side holds at the last
    observed year, or of the first that it takes later; NaN where neither. lead: (draws, years). years: of `lead`.
    """

    code: npt.NDArray[np.int8]
    year: npt.NDArray[np.float64]
    lead: Bools
    years: tuple[int, ...]

    def probability(self, state: str) -> float:
        """Return the share of draws in `state`."""
        return float(np.mean(self.code == STATES.index(state)))


def leads(above: Bools, sustain: int) -> Bools:
    """Return where China's side holds the lead: it changes hands only when the new order lasts `sustain` years.

    above: (draws, years), ratio over its threshold. Before the first order that lasts, China's side does not lead;
    an order too close to the last year to last does not count.
    """
    takes, loses = _lasting(above, sustain), _lasting(~above, sustain)
    held = np.zeros_like(above)
    now = np.zeros(above.shape[0], dtype=bool)
    for year in range(above.shape[1]):
        now = takes[:, year] | (now & ~loses[:, year])
        held[:, year] = now
    return held


def settled(above: Bools, at: int, sustain: int) -> bool:
    """Tell whether these years alone say who leads at index `at` in every draw: an order lasted that began by then.

    above: (draws, years), as in `leads`. Where they do, years before them move no lead at `at` or later.
    """
    until = above[:, : at + sustain]
    lasting = _lasting(until, sustain) | _lasting(~until, sustain)
    return bool(lasting[:, : at + 1].any(axis=1).all())


def states(ratio: FloatArray, years: tuple[int, ...], last_observed: int, sustain: int, threshold: float) -> States:
    """Return the states of a balance from its `ratio` (draws, years); leading years without a value are left out.

    With T the last observed year: crossed, led at T and to the end; crossed back, led at T and lost the lead later, or
    led before T and never again; crossing, not led at T, takes the lead later; else not within the horizon.
    """
    first = int(np.argmax(np.isfinite(ratio).all(axis=0)))
    return of_order(ratio[:, first:] > threshold, tuple(years[first:]), last_observed, sustain)


def of_order(above: Bools, years: tuple[int, ...], last_observed: int, sustain: int) -> States:
    """Return `states` where all that is known is the order of the sides: above, (draws, years), as in `leads`."""
    lead = leads(above, sustain)
    at = years.index(last_observed)
    ahead_now = lead[:, at]
    loses_later = (~lead[:, at + 1 :]).any(axis=1)
    takes_later = lead[:, at + 1 :].any(axis=1)
    led_before = lead[:, :at].any(axis=1)
    code = np.select(
        [ahead_now & ~loses_later, ~ahead_now & takes_later, ~ahead_now & ~takes_later & ~led_before],
        [STATES.index("crossed"), STATES.index("crossing"), STATES.index("not_within")],
        STATES.index("crossed_back"),
    ).astype(np.int8)
    return States(code, _year(lead, at, years), lead, years)


def crossing_curve(found: States) -> tuple[FloatArray, FloatArray]:
    """Return P(crossed by year) and P(ahead in year), each (years of `found`).

    Crossed by year y: the lead held at the last observed year began by then, or, where none was held, a later one
    did. It never falls; the second shows where leads are lost again.
    """
    year = np.sort(found.year[np.isfinite(found.year)])
    counts = np.searchsorted(year, np.array(found.years, dtype=float), side="right")
    return counts / len(found.year), found.lead.mean(axis=0)


def quantile_year(found: States, level: float, by_year: FloatArray) -> float:
    """Return the first year by which the balance is crossed in at least a share `level` of draws, else NaN.

    by_year: the first of `crossing_curve(found)`.
    """
    reached = np.flatnonzero(by_year >= level)
    return float(found.years[reached[0]]) if reached.size else float("nan")


def _lasting(order: Bools, sustain: int) -> Bools:
    """Return where `order` holds in this and the next sustain - 1 years; False where fewer years remain."""
    held = order.copy(order="K")
    for ahead in range(1, sustain):
        held[:, :-ahead] &= order[:, ahead:]
        held[:, -ahead:] = False
    return held


def _year(lead: Bools, at: int, years: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the first year of the lead held at index `at`, or of the first later one, else NaN."""
    calendar = np.array(years, dtype=float)
    # Where the lead is held at `at`: the year after the last one without it; else the first year with it after `at`.
    back = lead[:, at::-1]
    run = np.where((~back).any(axis=1), np.argmax(~back, axis=1), at + 1)
    present = calendar[np.clip(at - run + 1, 0, len(years) - 1)]
    later = lead[:, at + 1 :]
    future = np.full(len(lead), np.nan)
    if later.shape[1]:
        future = np.where(later.any(axis=1), calendar[at + 1 :][np.argmax(later, axis=1)], np.nan)
    return np.where(lead[:, at], present, future)
