"""Announced plans in the page: as the brief's draws have them, or any part of the way for every economy alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.futures import Tier
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.explorer import encode
from overtake.futures.plans import moved, pledges, realised

#: Parts of the way to the announced targets that the page offers.
STEP = 0.05
PARTS = tuple(round(STEP * at, 2) for at in range(1, 21))


@dataclass(frozen=True)
class Plans:
    """The same draws without plans; lifts by part; and the part that plans have delivered so far.

    lifts: part, iso3, year, log_lift (log of an economy's level when it goes `part` of the way over that without).
    """

    without: Draws
    lifts: pd.DataFrame
    delivered: float


def of_edition(without: Draws, edition: Edition, tiers: Sequence[Tier]) -> Plans:
    """Return the plans of these tiers over futures without them, constant US$ bn."""
    frames = []
    for pledge in pledges(edition, tiers):
        if pledge.iso3 not in without.economies:
            continue
        middle = np.median(without.economy(pledge.iso3), axis=0).astype(float)
        factor = moved(middle, without, pledge, np.array(PARTS))
        frames.append(
            pd.DataFrame(
                {
                    "part": np.repeat(PARTS, len(without.years)),
                    "iso3": pledge.iso3,
                    "year": np.tile(without.years, len(PARTS)),
                    "log_lift": alike.log(factor).ravel(),
                }
            )
        )
    empty = pd.DataFrame(columns=["part", "iso3", "year", "log_lift"])
    return Plans(
        without,
        pd.concat(frames, ignore_index=True) if frames else empty,
        realised(edition.ledgers["realisation"])["all"],
    )


def embedded(paths: Draws, without: Draws, plans: Plans) -> tuple[dict[str, Any], encode.Layer]:
    """Return the page's JSON of `plans` and the layer of each draw's own lift, `paths` over `without`."""
    planned = set(plans.lifts["iso3"])
    at = [iso3 for iso3 in paths.economies if iso3 in planned]
    wide = plans.lifts.pivot(index=["iso3", "part"], columns="year", values="log_lift").reindex(
        columns=list(paths.years)
    )
    ahead = paths.years.index(paths.last_observed) + 1
    lifts = {
        iso3: np.round(wide.loc[iso3].reindex(list(PARTS)).to_numpy(dtype=float)[:, ahead:], 5).tolist() for iso3 in at
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        own = alike.log(paths.values.astype(float)) - alike.log(without.values.astype(float))
    layer = encode.layer(own, paths.economies, paths.years, np.zeros(own.shape[1:]), "futures_without_plans.parquet")
    # The slider's place while the page follows the brief: what plans have delivered, to the nearest step.
    place = round(round(plans.delivered / STEP) * STEP, 2)
    return {"step": STEP, "ahead": ahead, "lifts": lifts, "place": place}, layer
