"""Announced plans: targets of the ledger in SIPRI's definition, cut by what such plans have delivered.

A plan moves an economy's middle path to the share of GDP that it promises, up or down. Plans come in tiers, from money
spent to mere aims; which tiers count is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.futures import TIERS, Futures, Tier
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.edition.shares import gdp_path, has_gdp, sipri_per_government
from overtake.errors import OvertakeError
from overtake.sources.ledgers import evidence
from overtake.streams import stream

#: The futures of a run, constant US$ bn, with plans as other settings have them: from the same draws, asked for where
#: they are used, since they are large.
Planned = Callable[[Futures], Draws]


@dataclass(frozen=True)
class Pledge:
    """An economy's plans made ready: what depends on no draw.

    knots: the last observed year and the goals' years; shares: of GDP at the knots, per cent, today's first; gdp: from
    the last observed year to the last goal's, constant US$ bn; delivered: of what its plans promise, 0 to 1.
    """

    iso3: str
    knots: tuple[int, ...]
    shares: tuple[float, ...]
    gdp: FloatArray
    delivered: float


def apply(paths: Draws, edition: Edition, settings: Futures, seed: int) -> Draws:
    """Return futures (constant US$ bn) with announced plans as `settings.plans` has it: off, cut or at face value.

    Only plans of `settings.plan_tiers` count. Cut: of the way from today's share of GDP to the promised one, each draw
    goes a part of its own, a beta variable around what the economy's plans have delivered (all economies' where it has
    no record).
    """
    if settings.plans == "off":
        return paths
    values = paths.values.copy(order="K")
    for pledge in pledges(edition, settings.plan_tiers):
        if pledge.iso3 not in paths.economies:
            continue
        at = paths.economies.index(pledge.iso3)
        part: FloatArray = np.ones(1)
        if settings.plans == "cut":
            part = parts(pledge.delivered, settings.plan_realisation_sd, values.shape[0], seed, pledge.iso3)
        first = paths.years.index(paths.last_observed) + 1
        # Only the years up to the last goal: a median over draws is what takes the time.
        ahead = slice(first, first + len(_ahead(paths, pledge)))
        middle = np.full(len(paths.years), np.nan)
        middle[ahead] = np.median(np.ascontiguousarray(values[:, at, ahead].T), axis=1)
        values[:, at, first:] *= moved(middle, paths, pledge, part)[:, first:].astype(values.dtype)
    return paths.with_values(values, paths.unit)


def pledges(edition: Edition, tiers: Sequence[Tier]) -> tuple[Pledge, ...]:
    """Return the plans of these tiers of every economy that has some, by name; they depend on no draw."""
    return once(edition, f"pledges {' '.join(tiers)}", lambda: _pledges(edition, tiers))


def ladder(edition: Edition) -> dict[str, tuple[Tier, ...]]:
    """Return the tiers that have a plan, one more a step: `none`, then each step by the name of its softest tier."""
    known = targets(edition, TIERS)
    steps = [tier for tier in TIERS if tier in set(known.loc[known["used"], "tier"])]
    return {"none": (), **{tier: tuple(steps[: at + 1]) for at, tier in enumerate(steps)}}


def counting(settings: Futures, tiers: Sequence[Tier]) -> Futures:
    """Return the settings of which the plans of `tiers` count; cut, where the settings leave plans out."""
    plans = "cut" if settings.plans == "off" else settings.plans
    return settings.model_copy(update={"plans": plans, "plan_tiers": tuple(tiers)})


def stepwise(planned: Planned, edition: Edition, settings: Futures) -> Iterator[tuple[str, Draws]]:
    """Yield the name and the futures of every step of `ladder`, one after the other: each is as large as all else."""
    for step, tiers in ladder(edition).items():
        yield step, planned(counting(settings, tiers))


def _pledges(edition: Edition, tiers: Sequence[Tier]) -> tuple[Pledge, ...]:
    goals = targets(edition, tiers)
    delivered = realised(edition.ledgers["realisation"])
    return tuple(
        _pledge(str(iso3), rows, edition, delivered.get(str(iso3), delivered["all"]))
        for iso3, rows in goals[goals["used"]].groupby("iso3", sort=True)
    )


def _pledge(iso3: str, goals: pd.DataFrame, edition: Edition, delivered: float) -> Pledge:
    """Return an economy's plans from its `goals` (year, share_pct, tier); of two for a year the softer one counts.

    The softer one is asked for by whoever lets its tier count: an aim stands above the budget on the way to it.
    """
    spending, last = edition.spending, edition.last
    now = spending[(spending["iso3"] == iso3) & (spending["year"] == last)]["gdp_share_pct"].iloc[0]
    softest = goals.assign(tier=goals["tier"].map(TIERS.index)).sort_values(["year", "tier"], kind="stable")
    promised = softest.groupby("year")["share_pct"].last().sort_index()
    knots = (last, *(int(year) for year in promised.index))
    gdp = gdp_path(spending, edition.macro, iso3, last, knots[-1])
    return Pledge(iso3, knots, (float(now), *promised.astype(float)), gdp, delivered)


def targets(edition: Edition, tiers: Sequence[Tier]) -> pd.DataFrame:
    """Return the ledger's plans as shares of GDP in SIPRI's definition: plan, iso3, tier, year, share_pct, used,
    reason.

    A target counts where it is one (`role`), known at the edition, ahead of the last observed year, convertible and of
    these `tiers`; `reason` says why another does not.
    """
    found = once(edition, "targets", lambda: _targets(edition)).copy()
    left_out = found["used"] & ~found["tier"].isin(tiers)
    found.loc[left_out, "used"], found.loc[left_out, "reason"] = False, "its tier is not asked for"
    return found


def _targets(edition: Edition) -> pd.DataFrame:
    """Return `targets` where every tier counts."""
    register = edition.published["editions"]
    known_by = _next_edition(edition.name, register.loc[register["publisher"] == "sipri", "edition"])
    rows = [_target(row, edition, known_by) for row in edition.ledgers["plans"].to_dict("records")]
    return pd.DataFrame(rows, columns=["plan", "iso3", "tier", "year", "share_pct", "used", "reason"])


def implied_shares(by_step: Iterable[tuple[str, Draws]], edition: Edition, years: Sequence[int]) -> pd.DataFrame:
    """Return the share of GDP that the futures imply: tiers, iso3, year, share_pct (median), share_q10, share_q90.

    by_step: tiers of plans and their futures, constant US$ bn; years: after the last observed one, those beyond the
    horizon are left out; the last observed year comes first, as published (no quantiles). GDP is the IMF's, its last
    growth held, in all draws alike: see `gdp_path`; an economy without is left out.
    """
    last, rows = edition.last, []
    now = edition.spending[edition.spending["year"] == last].set_index("iso3")["gdp_share_pct"]
    gdp = {
        iso3: gdp_path(edition.spending, edition.macro, str(iso3), last, max([last, *years]))
        for iso3 in now.index
        if has_gdp(edition.macro, str(iso3)) and np.isfinite(now[iso3])
    }
    for tiers, drawn in by_step:
        inside = [year for year in years if last < year <= drawn.years[-1]]
        for iso3 in filter(gdp.__contains__, drawn.economies):
            rows.append((tiers, iso3, last, float(now[iso3]), np.nan, np.nan))
            for year in inside:
                level = np.quantile(drawn.economy(iso3)[:, drawn.years.index(year)], [0.5, 0.1, 0.9])
                rows.append((tiers, iso3, year, *(100 * level / gdp[iso3][year - last])))
        del drawn  # before the next step is made: each is as large as all else
    return pd.DataFrame(rows, columns=["tiers", "iso3", "year", "share_pct", "share_q10", "share_q90"])


def realised(realisation: pd.DataFrame) -> dict[str, float]:
    """Return by economy the part of planned growth that was delivered, 0 to 1, and their mean as `all`.

    A level with a planned growth rate: log of what was delivered over log of what was planned, from the year the plan
    was made; a growth rate, or a level without one: delivered over planned. The mean of an economy's rows.
    """
    seen = evidence(realisation)
    part = seen["factor"].clip(0, 1)
    found = {str(iso3): float(mean) for iso3, mean in part.groupby(seen["iso3"]).mean().items()}
    if not found:
        raise OvertakeError("data/raw/realisation.csv", "has no row to learn from", allowed="at least one")
    return {**found, "all": float(np.mean(list(found.values())))}


def moved(middle: FloatArray, paths: Draws, pledge: Pledge, part: FloatArray) -> FloatArray:
    """Return the factor of an economy's plans, (draws or 1, years), below one where they lower its middle path.

    middle: (years,), the economy's middle path, constant US$ bn; part: (draws or 1,), of the way to each promised share
    that is gone. Shares move log-linearly between goals; after the last the factor stays.
    """
    last = paths.last_observed
    years = _ahead(paths, pledge)
    now, shares = pledge.shares[0], np.array(pledge.shares)
    reached = alike.log(now + part[:, None] * (shares - now))
    # Each column: how much of a knot's log share a year takes, linear between knots.
    between = np.stack([np.interp(years, pledge.knots, knot) for knot in np.eye(len(pledge.knots))])
    first, gdp = paths.years.index(last) + 1, pledge.gdp[1 : 1 + len(years)]
    factor = np.ones((part.size, len(paths.years)))
    factor[:, first : first + len(years)] = (
        alike.exp(reached @ between) / 100 * gdp / middle[first : first + len(years)]
    )
    factor[:, first + len(years) :] = factor[:, [first + len(years) - 1]]
    return factor


def _ahead(paths: Draws, pledge: Pledge) -> np.ndarray:
    """Return the years after the last observed one, up to the last goal or the end of the paths."""
    return np.arange(paths.last_observed + 1, min(pledge.knots[-1], paths.years[-1]) + 1)


def _target(row: Mapping[Any, Any], edition: Edition, known_by: str | None) -> dict[str, object]:
    """Return one row of `_targets`."""
    year = float("nan") if pd.isna(row["target_year"]) else float(row["target_year"])
    tier = str(row["stage"])
    iso3 = str(row["iso3"])
    found = {"plan": row["plan"], "iso3": iso3, "tier": tier, "year": year, "share_pct": np.nan, "used": False}
    last, announced = edition.last, row["announced"]
    if row["role"] != "target":
        return {**found, "reason": "context, not a target"}
    if known_by is not None and not (isinstance(announced, str) and announced < known_by):
        return {**found, "reason": f"not announced before {known_by}"}
    if not year > last:
        return {**found, "reason": f"not after {last}"}
    if not has_gdp(edition.macro, iso3):
        return {**found, "reason": "no GDP of the IMF's to convert it with"}
    share = _share(row, edition, last)
    if share is None or not np.isfinite(share):
        return {**found, "reason": "no factor from the government's definition to SIPRI's"}
    return {**found, "year": int(year), "share_pct": share, "used": True, "reason": ""}


def _share(row: Mapping[Any, Any], edition: Edition, last: int) -> float | None:
    """Return the promised share of GDP in SIPRI's definition, per cent, None where it cannot be converted.

    A share: times the crosswalk's factor. The next year's budget with its announced growth: today's share times that
    growth over the growth of GDP, both nominal. Another amount: times the factor, over nominal GDP.
    """
    iso3, year = str(row["iso3"]), int(row["target_year"])
    factor = sipri_per_government(edition.ledgers["crosswalk"], iso3, str(row["basis"]))
    value, growth = float(row["value"]), float(row["growth_pct"])
    if row["kind"] == "gdp_share":
        return None if factor is None else value * factor
    gdp = edition.macro[edition.macro["iso3"] == iso3].set_index("year")["gdp_lcu_bn"]
    if year not in gdp.index or last not in gdp.index:
        return None
    if np.isfinite(growth) and year == last + 1:
        spending = edition.spending
        now = spending[(spending["iso3"] == iso3) & (spending["year"] == last)]["gdp_share_pct"].iloc[0]
        return float(now * (1 + growth / 100) / (gdp[year] / gdp[last]))
    return None if factor is None else float(value * factor / gdp[year] * 100)


@lru_cache(maxsize=64)
def parts(mean: float, sd: float, draws: int, seed: int, iso3: str) -> FloatArray:
    """Return beta variables of this mean and about this standard deviation, (draws,); the mean where sd is 0.

    Kept, since the same plans lift many futures: not to be written to.
    """
    if sd == 0 or not 0 < mean < 1:
        return np.full(1, mean)
    # The spread of a beta variable is bounded by its mean; near 0 or 1 it is narrower than asked.
    weight = max(mean * (1 - mean) / sd**2 - 1, 2.0)
    return stream(seed, "plans", iso3).beta(mean * weight, (1 - mean) * weight, draws)


def _next_edition(edition: str, editions: Iterable[str]) -> str | None:
    """Return the edition after this one, None for the newest."""
    later = sorted(name for name in editions if name > edition)
    return later[0] if later else None
