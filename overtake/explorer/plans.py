"""Announced plans in the page: whose, of which tiers, and how far each draw goes towards them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from overtake.config.futures import Futures
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.futures.plans import Pledge, ladder, parts, pledges, realised

#: Steps of the part of the way to the announced targets that the page offers.
STEP = 0.05
#: Name of tiers that are none of the ladder's steps.
OTHER = "as set"


@dataclass(frozen=True)
class Plans:
    """Announced plans over futures without them.

    tiers: by step of the ladder the pledges of each economy. parts: by economy the part of the way that each draw goes,
    (draws,). middle: the middle paths, (economies, years), constant US$ bn. delivered: the part that plans have
    delivered so far. start, way: the tiers that the parameters let count, and how far (`cut`: each draw's own part).
    """

    tiers: Mapping[str, tuple[Pledge, ...]]
    parts: Mapping[str, FloatArray]
    middle: FloatArray
    delivered: float
    start: str
    way: Literal["cut"] | float


def of_edition(without: Draws, edition: Edition, settings: Futures, seed: int) -> Plans:
    """Return the plans of an edition over futures `without` them (constant US$ bn), counted as `settings` say."""
    steps = {name: pledges(edition, tiers) for name, tiers in ladder(edition).items()}
    asked = pledges(edition, settings.plan_tiers)
    same = [name for name, found in steps.items() if _goals(found) == _goals(asked)]
    tiers = steps if same else {**steps, OTHER: asked}
    draws = without.values.shape[0]
    delivered = {pledge.iso3: pledge.delivered for found in tiers.values() for pledge in found}
    return Plans(
        {name: tuple(each for each in found if each.iso3 in without.economies) for name, found in tiers.items()},
        {
            iso3: np.broadcast_to(parts(part, settings.plan_realisation_sd, draws, seed, iso3), draws)
            for iso3, part in sorted(delivered.items())
            if iso3 in without.economies
        },
        np.median(without.values, axis=0).astype(float),
        realised(edition.ledgers["realisation"])["all"],
        "none" if settings.plans == "off" else (same or [OTHER])[0],
        1.0 if settings.plans == "face_value" else "cut",
    )


def embedded(paths: Draws, kept: np.ndarray, plans: Plans) -> dict[str, Any]:
    """Return the page's JSON of `plans`; kept: the draws of `paths` that it holds.

    Of each economy: what a per cent of GDP is over the middle path (by year after the last observed one), the draws'
    parts, and by tiers the years and shares of GDP (per cent, the last observed year's first) of its goals.
    """
    ahead = paths.years.index(paths.last_observed) + 1
    found: dict[str, Any] = {}
    for tier, listed in plans.tiers.items():
        for pledge in listed:
            middle = plans.middle[paths.economies.index(pledge.iso3), ahead:]
            per_cent = pledge.gdp[1 : 1 + len(middle)] / 100 / middle[: len(pledge.gdp) - 1]
            one = found.setdefault(pledge.iso3, {"perCent": [], "tiers": {}})
            one["perCent"] = max(one["perCent"], [float(f"{each:.9g}") for each in per_cent], key=len)
            one["parts"] = [round(float(each), 4) for each in plans.parts[pledge.iso3][kept]]
            one["tiers"][tier] = {"knots": list(pledge.knots), "shares": [round(each, 6) for each in pledge.shares]}
    return {
        "step": STEP,
        "ahead": ahead,
        "tiers": list(plans.tiers),
        # Where the slider stands while each draw goes its own part: what plans have delivered, to the nearest step.
        "place": round(round(plans.delivered / STEP) * STEP, 2),
        "economies": dict(sorted(found.items())),
    }


def _goals(found: tuple[Pledge, ...]) -> list[tuple[object, ...]]:
    """Return what tells two sets of pledges apart."""
    return [(pledge.iso3, pledge.knots, pledge.shares) for pledge in found]
