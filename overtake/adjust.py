"""Scenarios on paths: shifted growth and targeted shares of GDP, as one factor per economy and year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.config.scenario import Scenario, ShareTarget
from overtake.errors import OvertakeError, raise_all
from overtake.tables import FloatArray, Paths


def adjust(
    paths: Paths, scenario: Scenario, spending: pd.DataFrame, macro: pd.DataFrame, crosswalk: pd.DataFrame
) -> Paths:
    """Return futures (constant US$ bn) under `scenario`: every draw of an economy moves by the same factor.

    spending, macro: clean tables; crosswalk: data/raw/crosswalk.csv, read only for shares in government definitions.
    The paths themselves where the scenario changes nothing.
    """
    if scenario.changes_nothing():
        return paths
    factor = factors(paths, scenario, spending, macro, crosswalk)
    return paths.with_values(paths.values * factor.astype(paths.values.dtype), paths.unit)


def factors(
    paths: Paths, scenario: Scenario, spending: pd.DataFrame, macro: pd.DataFrame, crosswalk: pd.DataFrame
) -> FloatArray:
    """Return spending under `scenario` over spending in `paths`, (economies, years), the same in any draw."""
    unknown = sorted({*scenario.growth_shift_pct, *scenario.share_targets} - set(paths.economies))
    raise_all("scenario", [f"{iso3}: not among the futures; allowed: {', '.join(paths.economies)}" for iso3 in unknown])
    factor = growth_factor(paths, scenario)
    for iso3, target in scenario.share_targets.items():
        at = paths.economies.index(iso3)
        middle = np.median(paths.values[:, at], axis=0) * factor[at]
        factor[at] *= target_factor(middle, paths, iso3, target, spending, macro, crosswalk)
    return factor


def growth_factor(paths: Paths, scenario: Scenario) -> FloatArray:
    """Return the level relative to the futures from shifted growth alone, (economies, years), one until it begins.

    A shift of x percentage points multiplies each year's growth factor by 1 + x/100.
    """
    years = np.array(paths.years)
    shifted = (years > paths.last_observed) & (years >= scenario.from_year) & (years <= scenario.to_year)
    rates = np.array([scenario.growth_shift_pct.get(iso3, 0.0) for iso3 in paths.economies])
    factor: FloatArray = (1 + rates[:, None] / 100) ** np.cumsum(shifted)
    return factor


def target_factor(
    middle: FloatArray,
    paths: Paths,
    iso3: str,
    target: ShareTarget,
    spending: pd.DataFrame,
    macro: pd.DataFrame,
    crosswalk: pd.DataFrame,
) -> FloatArray:
    """Return the factor (years,) that lifts the middle path of an economy to its target share of GDP by its year.

    middle: (years,), constant US$ bn. Log-linear from the last observed year, constant after the target year, never
    below one.
    """
    last, reached = paths.last_observed, target.year
    place = f"scenario.share_targets.{iso3}.year"
    if not last < reached <= paths.years[-1]:
        raise OvertakeError(place, "is not ahead", found=reached, allowed=f"{last + 1} to {paths.years[-1]}")
    share = target.share_pct * (sipri_per_government(crosswalk, iso3) if target.definition == "government" else 1.0)
    goal = share / 100 * gdp_constant_usd(spending, macro, iso3, last, reached)
    lift = max(float(goal / middle[paths.years.index(reached)]), 1.0)
    way = np.clip((np.array(paths.years) - last) / (reached - last), 0, 1)
    factor: FloatArray = lift**way
    return factor


def gdp_constant_usd(spending: pd.DataFrame, macro: pd.DataFrame, iso3: str, last: int, year: int) -> float:
    """Return GDP of `year` in the price base of the spending table, US$ bn.

    GDP at the last observed year is spending over its share of GDP; then the IMF's real growth, its last forecast
    year's growth held for the years beyond.
    """
    row = spending[(spending["iso3"] == iso3) & (spending["year"] == last)]
    share = float(row["gdp_share_pct"].iloc[0]) if len(row) else float("nan")
    growth = macro[macro["iso3"] == iso3].set_index("year")["real_growth_pct"].dropna().sort_index()
    if not np.isfinite(share) or growth.empty:
        raise OvertakeError(
            f"scenario.share_targets.{iso3}", f"no share of GDP in {last} or no growth forecast to build on"
        )
    years = range(last + 1, year + 1)
    path = growth.reindex(range(int(growth.index[0]), max(year, int(growth.index[-1])) + 1)).ffill()
    factors = 1 + path.reindex(list(years)).to_numpy(dtype=float) / 100
    return float(row["milex_constant_usd_bn"].iloc[0]) / (share / 100) * float(np.prod(factors))


def sipri_per_government(crosswalk: pd.DataFrame, iso3: str) -> float:
    """Return what one per cent of GDP in the government's definition is in SIPRI's, from data/raw/crosswalk.csv.

    The first row of an economy is the definition that its announced targets use.
    """
    factors = crosswalk.loc[crosswalk["iso3"] == iso3, "sipri_over_headline"].dropna()
    if factors.empty:
        raise OvertakeError(
            f"scenario.share_targets.{iso3}.definition",
            "data/raw/crosswalk.csv has no factor for this economy",
            found="government",
            allowed="sipri",
        )
    return float(factors.iloc[0])
