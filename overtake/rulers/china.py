"""China's level: SIPRI's, that of a named estimate of what China spends, or each of them in a share of draws."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from overtake import paths as project
from overtake.config.params import Params
from overtake.draws import Draws, FloatArray, read_draws
from overtake.errors import OvertakeError
from overtake.rulers.base import scaled
from overtake.sources import raw
from overtake.sources.ledgers import blank, pairs
from overtake.streams import stream

LEDGER = "data/raw/china_estimates.csv"

#: Bases of what China spends, not what it buys; `mixed`: a range that begins at market exchange rates.
SPENT = ("mer", "mixed")
#: An estimate of a year further back than this says nothing of the present level.
CURRENT_YEARS = 5


def levels(estimates: pd.DataFrame, last: int) -> pd.DataFrame:
    """Return the estimates that may stand for China's present level: those of `pairs`, by name.

    They count all that SIPRI counts, in dollars, at market exchange rates or in a range that begins there, are no mere
    bound, no older than `CURRENT_YEARS` before the last observed year, and not superseded by their own author.
    """
    known = pairs(estimates)
    whole = (known["scope"] == "full") & known["china_lo"].notna() & blank(known["bound"])
    now = (known["year"] >= last - CURRENT_YEARS) & blank(known["superseded_by"])
    return known[whole & now & known["basis"].isin(SPENT)].set_index("estimate")


def newest(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the newest of `levels` of each label, by label: what `uncertain` chooses between."""
    ordered = levels.rename_axis("estimate").reset_index().sort_values(["label", "year", "estimate"], kind="stable")
    return ordered.groupby("label").tail(1).set_index("estimate")


def of_run(processed: Path, params: Params, needed: Sequence[str] = (), folder: Path = project.RAW) -> Draws:
    """Return the futures of the run in `processed`, constant US$ bn, with China's level as the parameters choose.

    needed: see `draws.read_draws`; folder: that of the ledger of estimates.
    """
    futures, level = read_draws(processed / "futures.parquet", needed), params.rulers.china_level
    if level == "sipri":
        return futures
    return at_level(futures, raw.load(Path(LEDGER).name, folder), level, params.run.seed, futures.last_observed)


def at_level(paths: Draws, estimates: pd.DataFrame, level: str, seed: int, last: int) -> Draws:
    """Return `paths` with China at the chosen `factor` against all others, who stay as SIPRI has them."""
    if level == "sipri" or "CHN" not in paths.economies:
        return paths
    return at_factor(paths, factor(estimates, level, paths.values.shape[0], seed, last))


def factor(estimates: pd.DataFrame, level: str, draws: int, seed: int, last: int) -> FloatArray:
    """Return China's level over SIPRI's, (draws,).

    level: `sipri`, `uncertain` or the name of an estimate of `levels` (last: its last observed year), which counts with
    the middle of its range; one in purchasing power, too old or of the official budget alone is refused.
    """
    if level == "sipri":
        return np.ones(draws)
    known = levels(estimates, last)
    if level == "uncertain":
        return _drawn(newest(known), draws, seed)
    if level not in known.index:
        raise _refused(level, estimates, sorted(known.index))
    return np.full(draws, float(known.loc[[level], ["china_lo", "china_hi"]].to_numpy().mean()))


def at_factor(paths: Draws, factor: FloatArray) -> Draws:
    """Return `paths` with China times `factor`, (draws,) or one for all."""
    every = np.where(np.array(paths.economies) == "CHN", np.asarray(factor)[..., None], 1.0)
    return scaled(paths, every[..., None], paths.unit)


def _drawn(chosen: pd.DataFrame, draws: int, seed: int) -> FloatArray:
    """Return each level in an equal share of the draws, even within its range; for a single draw the median one."""
    low, high = chosen[["china_lo", "china_hi"]].to_numpy(dtype=float).T
    if draws == 1:
        return np.array([np.median((low + high) / 2)])
    random = stream(seed, "rulers", "china level")
    which = random.permutation(np.resize(np.arange(len(chosen)), draws))
    found: FloatArray = low[which] + random.random(draws) * (high - low)[which]
    return found


def _refused(level: str, estimates: pd.DataFrame, known: list[str]) -> OvertakeError:
    """Return the error for a level that is not to be had."""
    place, allowed = "rulers.china_level", ", ".join(["sipri", "uncertain", *known])
    rows = estimates[estimates["estimate"] == level]
    if len(rows) and rows["basis"].iloc[0] not in SPENT:
        return OvertakeError(
            place,
            "is an estimate in purchasing power: it would adjust China alone",
            found=level,
            allowed=allowed,
            next_step="use the rulers gdp_ppp, military_ppp or symmetric, which treat all alike",
        )
    if len(rows):
        what = "is too old, superseded, a bound, no figure in dollars or not all that SIPRI counts: no present level"
        return OvertakeError(place, what, found=f"{level}, of {rows['year'].iloc[0]}", allowed=allowed)
    close = difflib.get_close_matches(level, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else None
    return OvertakeError(place, f"no such estimate in {LEDGER}", found=level, allowed=allowed, next_step=hint)
