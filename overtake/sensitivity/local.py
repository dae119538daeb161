"""One-at-a-time sensitivity: move one parameter to either end of its range, everything else as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from overtake.balances import leads, ratio
from overtake.config.balances import Balance, Crossing
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.rulers import Rulers
from overtake.config.sensitivity import Sensitivity
from overtake.errors import OvertakeError, raise_all
from overtake.futures.knowledge import Knowledge
from overtake.futures.plans import Promises
from overtake.futures.simulate import simulate
from overtake.rulers.base import Figures
from overtake.rulers.tables import measure
from overtake.tables import Paths

COLUMNS = ("parameter", "low", "high", "balance", "ruler", "measure", "at_low", "at_base", "at_high", "reason")


@dataclass(frozen=True)
class Case:
    """All that an evaluation needs, before anything is moved."""

    figures: Figures
    milex: pd.DataFrame
    known: Knowledge
    futures: Futures
    rulers: Rulers
    crossing: Crossing
    balances: Mapping[str, Balance]
    run: Run
    promises: Promises


def tornado(case: Case, settings: Sensitivity) -> pd.DataFrame:
    """Return the contract's `sensitivity` table: P(China's side leads in a year) at low, base and high.

    All evaluations share their random numbers (same seed and streams), so that differences are the parameter's.
    """
    unknown = [name for name in settings.balances if name not in case.balances]
    raise_all("params.yaml: sensitivity.balances", [f"{name}: no such balance" for name in unknown])
    case = Case(**{**vars(case), "run": case.run.model_copy(update={"draws": settings.draws})})
    base = answers(case, settings, None, 0.0)
    rows = []
    for parameter, bounds in settings.ranges.items():
        low = answers(case, settings, parameter, bounds.low, base_paths=base[1])[0]
        high = answers(case, settings, parameter, bounds.high, base_paths=base[1])[0]
        for (balance, name), value in base[0].items():
            key = (balance, name)
            rows.append((parameter, bounds.low, bounds.high, balance, settings.ruler, name,
                         low[key], value, high[key], bounds.reason))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def answers(
    case: Case, settings: Sensitivity, parameter: str | None, value: float, *, base_paths: Paths | None = None
) -> tuple[dict[tuple[str, str], float], Paths]:
    """Return P(China's side leads) by balance and measure with `parameter` at `value`, and the futures behind it."""
    futures, sustain, threshold, level = case.futures, case.crossing.sustain, 1.0, 1.0
    shifts: dict[str, float] = {}
    if parameter is None:
        pass
    elif parameter.startswith("futures."):
        futures = with_value(case.futures, parameter.removeprefix("futures."), value)
        base_paths = None
    elif parameter == "crossing.sustain":
        sustain = int(value)
    elif parameter == "threshold":
        threshold = value
    elif parameter == "china_level":
        level = value
    elif parameter.startswith("growth_shift_pct."):
        shifts[parameter.removeprefix("growth_shift_pct.")] = value
    else:
        raise OvertakeError(f"params.yaml: sensitivity.ranges.{parameter}", "is no parameter that can be moved")
    paths = base_paths or simulate(case.figures.spending, case.milex, case.known, futures, case.run, case.promises)
    measured = measure(settings.ruler, paths, case.figures, case.rulers, case.run.seed)
    found = {}
    for name in settings.balances:
        balance = case.balances[name]
        moved = _shifted(measured, balance, shifts, level)
        drawn = ratio(moved, balance, name) / (balance.threshold * threshold)
        first = int(np.argmax(np.isfinite(drawn).all(axis=0)))
        lead = leads(drawn[:, first:] > 1, sustain).mean(axis=0)
        for year in settings.years:
            found[name, f"p_ahead_{year}"] = float(lead[paths.years.index(year) - first])
    return found, paths


def with_value(settings: Futures, dotted: str, value: float) -> Futures:
    """Return the futures' settings with one dotted key replaced, checked like the file."""
    raw = settings.model_dump(mode="json")
    *parents, leaf = dotted.split(".")
    node = raw
    for key in parents:
        node = node[key]
    node[leaf] = int(value) if isinstance(node[leaf], int) else value
    return Futures.of(raw)


def _shifted(paths: Paths, balance: Balance, shifts: Mapping[str, float], level: float) -> Paths:
    """Return paths with growth shifted after the last observed year and China's level multiplied."""
    if not shifts and level == 1.0:
        return paths
    ahead = np.maximum(np.array(paths.years) - paths.last_observed, 0)
    factor = np.ones((len(paths.economies), len(paths.years)))
    for who, points in shifts.items():
        for iso3 in balance.side if who == "side" else (who,):
            factor[paths.economies.index(iso3)] *= (1 + points / 100) ** ahead
    factor[paths.economies.index("CHN")] *= level
    return paths.with_values(paths.values * factor.astype(paths.values.dtype), paths.unit)
