"""Scenarios on paths: shifted growth and targeted shares of GDP, as one factor per economy and year."""

from __future__ import annotations

from functools import partial

import numpy as np

from overtake import alike
from overtake.config.futures import Futures
from overtake.config.scenario import Scenario, ShareTarget
from overtake.draws import Draws, FloatArray, LazyDraws
from overtake.edition import Edition
from overtake.edition.shares import gdp_constant_usd, sipri_per_government
from overtake.errors import OvertakeError, raise_all
from overtake.futures import plans
from overtake.rulers.base import scaled


def adjust(paths: Draws, scenario: Scenario, edition: Edition) -> Draws:
    """Return futures (constant US$ bn) under `scenario`: every draw of an economy moves by the same factor.

    The crosswalk is read only for shares in government definitions. The paths themselves where nothing changes.
    """
    if scenario.changes_nothing():
        return paths
    return scaled(paths, factors(paths, scenario, edition), paths.unit)


def planned(without: LazyDraws, edition: Edition, scenario: Scenario, seed: int) -> plans.Planned:
    """Return what gives the futures of a run with plans as other settings have them, and then under `scenario`.

    without: the run's futures without plans, constant US$ bn, asked for each time.
    """
    return partial(_planned, without, edition, scenario, seed)


def _planned(without: LazyDraws, edition: Edition, scenario: Scenario, seed: int, settings: Futures) -> Draws:
    return adjust(plans.apply(without(), edition, settings, seed), scenario, edition)


def factors(paths: Draws, scenario: Scenario, edition: Edition) -> FloatArray:
    """Return spending under `scenario` over spending in `paths`, (economies, years), the same in any draw."""
    unknown = sorted({*scenario.growth_shift_pct, *scenario.share_targets} - set(paths.economies))
    raise_all("scenario", [f"{iso3}: not among the futures; allowed: {', '.join(paths.economies)}" for iso3 in unknown])
    factor = growth_factor(paths, scenario)
    for iso3, target in scenario.share_targets.items():
        at = paths.economies.index(iso3)
        middle = np.median(paths.values[:, at], axis=0) * factor[at]
        factor[at] *= target_factor(middle, paths, iso3, target, edition)
    return factor


def growth_factor(paths: Draws, scenario: Scenario) -> FloatArray:
    """Return the level relative to the futures from shifted growth alone, (economies, years), one until it begins.

    A shift of x percentage points multiplies each year's growth factor by 1 + x/100.
    """
    years = np.array(paths.years)
    shifted = (years > paths.last_observed) & (years >= scenario.from_year) & (years <= scenario.to_year)
    rates = np.array([scenario.growth_shift_pct.get(iso3, 0.0) for iso3 in paths.economies])
    factor: FloatArray = alike.power(1 + rates[:, None] / 100, np.cumsum(shifted))
    return factor


def target_factor(middle: FloatArray, paths: Draws, iso3: str, target: ShareTarget, edition: Edition) -> FloatArray:
    """Return the factor (years,) that lifts the middle path of an economy to its target share of GDP by its year.

    middle: (years,), constant US$ bn. Log-linear from the last observed year, constant after the target year, never
    below one.
    """
    last, reached = paths.last_observed, target.year
    place = f"scenario.share_targets.{iso3}.year"
    if not last < reached <= paths.years[-1]:
        raise OvertakeError(place, "is not ahead", found=reached, allowed=f"{last + 1} to {paths.years[-1]}")
    per: float | None = 1.0
    if target.definition == "government":
        per = sipri_per_government(edition.ledgers["crosswalk"], iso3)
    if per is None:
        raise OvertakeError(
            f"scenario.share_targets.{iso3}.definition",
            "data/raw/crosswalk.csv has no factor for this economy",
            found="government",
            allowed="sipri",
        )
    share = target.share_pct * per
    goal = share / 100 * gdp_constant_usd(edition.spending, edition.macro, iso3, last, reached)
    lift = max(float(goal / middle[paths.years.index(reached)]), 1.0)
    way = np.clip((np.array(paths.years) - last) / (reached - last), 0, 1)
    factor: FloatArray = lift**way
    return factor
