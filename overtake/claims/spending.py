"""Tests of claims about spending alone: rank, growth, shortfall, flat years, increments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.claims import statistics
from overtake.claims.model import UNTESTABLE, Claim, Result, all_or_some, both, detail, graded, not_yet
from overtake.claims.observed import log_growth, sides
from overtake.config.balances import members
from overtake.config.params import Params
from overtake.edition import Edition
from overtake.rulers.tables import of_spending, wide


def rank(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether an economy held a rank in every year: supported on all rulers, partly in some years."""
    economy, wanted = claim.params["economy"], int(claim.thresholds["rank"])
    ranks, details = [], []
    for ruler in claim.params["rulers"]:
        table = wide(edition, ruler, settings.rulers, settings.run.seed)
        if economy not in table:
            return UNTESTABLE
        table = table.dropna(subset=[economy])
        table = table[table.index >= claim.params["first_year"]]
        place = table.rank(axis=1, ascending=False)[economy].to_numpy()
        ranks.append(place)
        details += [
            detail(economy, float(value), "rank", ruler=ruler, window=str(year))
            for year, value in zip(table.index, place, strict=True)
        ]
    found = np.concatenate(ranks) if ranks else np.array([])
    if not found.size:
        return UNTESTABLE
    held = (found == wanted).tolist()
    low, high = float(found.min()), float(found.max())
    span = f"{claim.params['first_year']}-{edition.last}"
    return Result(all_or_some(held), high, low, high, details=details, years=span)


def growth_gap(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether an economy outgrew a coalition: its sum over the window, and most members over the recent years.

    value, lo, hi: yearly growth of the ratio, per cent; beside: members outgrown, per cent; detail `recent`: growth of
    the ratio over the recent years.
    """
    economy, coalition = claim.params["economy"], claim.params["coalition"]
    level, last = claim.params["interval_pct"], edition.last
    gap = _gap(edition, economy, coalition, (last - claim.params["window_years"], last), level)
    recent = (last - claim.params["recent_years"], last)
    of_members = {iso3: _gap(edition, economy, iso3, recent, level) for iso3 in members(coalition)}
    lately = _gap(edition, economy, coalition, recent, level)
    if gap is None or lately is None or None in of_members.values():
        return not_yet(edition.last)
    outgrown = float(np.mean([found.value > 0 for found in of_members.values() if found]))
    details = [_row(f"{economy} over {coalition}", (last - claim.params["window_years"], last), gap)]
    details.append({**_row(f"{economy} over {coalition}", recent, lately), "name": "recent"})
    details += [_row(f"{economy} over {iso3}", recent, found) for iso3, found in of_members.items() if found]
    for first, end in claim.params["windows"]:
        for name in ("five", "eleven"):
            found = _gap(edition, economy, name, (first, end), level)
            shown = (name, first, end) == (coalition, *recent)
            details += [_row(f"{economy} over {name}", (first, end), found)] if found and not shown else []
    verdict = both(gap.lo > claim.thresholds["gap"], outgrown > claim.thresholds["members"])
    # A coalition that gains on the economy beyond chance settles it, whatever its members did.
    verdict = "contradicted" if gap.hi < claim.thresholds["gap"] else verdict
    span = f"{last - claim.params['window_years']}-{last}"
    return Result(verdict, gap.value, gap.lo, gap.hi, 100 * outgrown, details, span)


def _gap(
    edition: Edition, economy: str, coalition: str, window: tuple[int, int], interval_pct: float
) -> statistics.Estimate | None:
    """Return the yearly growth of economy over coalition from the first to the last year of `window`, per cent."""
    both_sides = sides(edition, economy, coalition)
    inside = np.asarray((both_sides.index >= window[0]) & (both_sides.index <= window[1]))
    if inside.sum() <= window[1] - window[0]:
        return None
    ratio = both_sides["economy"].to_numpy()[inside] / both_sides["coalition"].to_numpy()[inside]
    return statistics.as_per_cent(statistics.mean_hac(np.diff(alike.log(ratio)), interval_pct))


def _row(item: str, window: tuple[int, int], found: statistics.Estimate) -> dict[str, object]:
    """Return the detail of a growth gap."""
    span = f"{window[0]}-{window[1]}"
    return detail(item, found.value, "per cent a year", window=span, lo=found.lo, hi=found.hi)


def shortfall(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether most of a coalition fell short of its earlier growth beyond chance.

    value: share of members with a shortfall beyond chance; beside: share with any. Partly also where nearly all have
    one, if none beyond chance.
    """
    fit_to, until, level = claim.params["fit_to"], claim.params["until"], claim.params["interval_pct"]
    if edition.last < until:
        return not_yet(edition.last)  # a forecast of GDP is no figure of spending
    spent = of_spending(edition)
    beyond, details = [], []
    for iso3 in members(claim.params["coalition"]):
        growth = log_growth(spent[iso3].dropna())
        before = growth[(growth.index >= claim.params["fit_from"]) & (growth.index <= fit_to)].to_numpy()
        after = growth.reindex(range(fit_to + 1, until + 1)).to_numpy(dtype=float)
        if len(before) < 5 or not np.isfinite(after).all():
            continue
        gap, chance = statistics.shortfall(before, float(np.sum(after)), len(after), level)
        beyond.append((gap < chance, gap < 0))
        window = f"{fit_to}-{until}"
        found = statistics.per_cent(gap)
        details.append(detail(iso3, found, "per cent of trend", window=window, lo=statistics.per_cent(chance)))
    if not beyond:
        return UNTESTABLE
    share, some = np.mean(beyond, axis=0)
    verdict = graded(float(share), claim.thresholds["supported"], claim.thresholds["partly"])
    if verdict == "contradicted" and some > claim.thresholds["partly_any"]:
        verdict = "partly"
    return Result(verdict, float(share), beside=float(some), details=details, years=f"{fit_to + 1}-{until}")


def flat_or_falling(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether most of a coalition was flat or falling, and its sum, in the years claimed that are known.

    value: the largest share of members in any of the years, lo the smallest; beside: change of the sum in the first,
    as a share. Supported needs most members in a year and the sum in a year.
    """
    flat, own = claim.params["flat_pct"], list(members(claim.params["coalition"]))
    spent = of_spending(edition).dropna(subset=own)[own]
    years = [year for year in claim.params["years"] if year in spent.index]
    if not years:
        return not_yet(edition.last)
    change = (100 * spent.pct_change()).loc[years]
    together = (100 * spent.sum(axis=1).pct_change()).loc[years]
    share = (change <= flat).mean(axis=1)
    details = [
        detail(iso3, grown, "per cent", window=str(year))
        for iso3 in own
        for year, grown in zip(years, change[iso3].tolist(), strict=True)
    ]
    details += [
        detail("coalition", grown, "per cent", window=str(year))
        for year, grown in zip(years, together.tolist(), strict=True)
    ]
    verdict = both(
        bool((share > claim.thresholds["share"]).any()), bool((together <= claim.thresholds["aggregate_pct"]).any())
    )
    beside = float(together.iloc[0]) / 100
    low, high = float(share.min()), float(share.max())
    return Result(verdict, high, low, high, beside, details, "-".join(map(str, dict.fromkeys((years[0], years[-1])))))


def increment_ratio(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether an economy's increase in a year exceeds that of a coalition together.

    value: over the net increase of the coalition, infinite where that is none; beside: over the increases alone.
    """
    economy, own = claim.params["economy"], list(members(claim.params["coalition"]))
    steps = of_spending(edition).dropna(subset=[economy, *own]).diff().dropna(subset=[economy])
    year = claim.params["year"]
    if year not in steps.index:
        return not_yet(edition.last)
    change = {str(iso3): float(step) for iso3, step in steps.T[year].items()}
    rise, net = change[economy], sum(change[iso3] for iso3 in own)
    gross = sum(max(change[iso3], 0.0) for iso3 in own)
    details = [detail(iso3, change[iso3], "US$ bn", window=str(year)) for iso3 in (economy, *own)]
    if rise <= 0:
        return Result("contradicted", rise / net if net > 0 else float("nan"), details=details, years=str(year))
    value = rise / net if net > 0 else float("inf")
    beside = rise / gross if gross > 0 else float("inf")
    verdict = graded(value, claim.thresholds["supported"], claim.thresholds["partly"])
    return Result(verdict, value, beside=beside, details=details, years=str(year))


def uneven_growth(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether real GDP of a coalition's members grew more unevenly over some years than is usual.

    value: standard deviation over members of growth over the years, percentage points; beside: its median over windows
    of as many years from `usual_from` on. Supported beyond it, partly beyond a part of it. Forecasts are no figures.
    """
    first, last, own = claim.params["first_year"], claim.params["last_year"], list(members(claim.params["coalition"]))
    if edition.last < last:
        return not_yet(edition.last)
    growth = edition.macro.pivot(index="year", columns="iso3", values="real_growth_pct").reindex(columns=own)
    steps = last - first + 1
    level = np.cumsum(alike.log(1 + growth.to_numpy(dtype=float) / 100), axis=0)
    grown = pd.DataFrame(level, index=growth.index, columns=own).diff(steps)
    grown = 100 * (grown.apply(lambda column: alike.exp(column.to_numpy())) - 1)
    spread = grown.std(axis=1, skipna=False)
    usual = spread[(spread.index - steps + 1 >= claim.params["usual_from"]) & (spread.index < first)].median()
    if last not in spread.index or not np.isfinite([spread[last], usual]).all():
        return UNTESTABLE
    details = [detail(iso3, float(grown[iso3][last]), "per cent", window=f"{first}-{last}") for iso3 in own]
    value, beside = float(spread[last]), float(usual)
    verdict = graded(value / beside, claim.thresholds["supported"], claim.thresholds["partly"])
    return Result(verdict, value, beside=beside, details=details, years=f"{first}-{last}")
