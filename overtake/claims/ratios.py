"""Tests of claims about one economy against another: trend of the ratio, lead, crossings, a step up in growth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances import RECENT, leads, ratio, settled
from overtake.claims import statistics
from overtake.claims.model import UNTESTABLE, Claim, Result, Verdict, all_or_some, both, detail
from overtake.claims.observed import log_growth
from overtake.config.balances import Balance, default_balances
from overtake.config.params import Params
from overtake.draws import Paths
from overtake.edition import Edition
from overtake.rulers.tables import of_spending, wide


def ratio_trend(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether the ratio of two economies rises beyond chance: supported on every ruler, partly on some.

    value, lo, hi: mean growth of the ratio on the first ruler, per cent a year (a ratio of two levels wanders, so its
    trend is the mean of its changes); beside: the ratio in the last observed year, per cent.
    """
    trends, ratios, details = [], [], []
    for ruler in claim.params["rulers"]:
        along = _ratio(edition, claim, settings, ruler)
        along = along[along.index >= claim.params["first_year"]]
        if len(along) < 5:
            continue
        growth = log_growth(along).to_numpy()
        found = statistics.as_per_cent(statistics.mean_hac(growth, claim.params["interval_pct"]))
        trends.append(found)
        ratios.append(100 * float(along.iloc[-1]))
        span = f"{along.index[0]}-{along.index[-1]}"
        details.append(
            detail("trend", found.value, "per cent a year", ruler=ruler, window=span, lo=found.lo, hi=found.hi)
        )
        details += [detail("ratio", 100 * float(value), "per cent", ruler=ruler, window=str(year))
                    for year, value in along.items()]  # fmt: skip
    if not trends:
        return UNTESTABLE
    rising = [found.lo > claim.thresholds["trend"] for found in trends]
    first = trends[0]
    return Result(all_or_some(rising), first.value, first.lo, first.hi, ratios[0], details)


def _ratio(edition: Edition, claim: Claim, settings: Params, ruler: str) -> pd.Series:
    """Return economy over other by year on a ruler; empty where the ruler lacks them."""
    table = wide(edition, ruler, settings.rulers, settings.run.seed)
    economy, other = claim.params["economy"], claim.params["other"]
    if not {economy, other} <= set(table.columns):
        return pd.Series(dtype=float)
    found: pd.Series = (table[economy] / table[other]).dropna()
    return found


def lead(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether an economy leads another in the last year's flow and in the stock: supported in both.

    value: ratio of the flows; lo, hi: by the ledger's estimates of China, each relative to SIPRI's; beside: ratio of
    the stocks.
    """
    from overtake.sources.ledgers import pairs

    flow, stock = (_ratio(edition, claim, settings, claim.params[name]) for name in ("flow_ruler", "stock_ruler"))
    if flow.empty or stock.empty:
        return UNTESTABLE
    value, beside = float(flow.iloc[-1]), float(stock.iloc[-1])
    estimates = pairs(edition.ledgers["china_estimates"])
    lo, hi = value / estimates["multiplier"].max(), value / estimates["multiplier"].min()
    details = [detail("flow", value, "ratio", ruler=claim.params["flow_ruler"], window=str(flow.index[-1]))]
    details.append(detail("stock", beside, "ratio", ruler=claim.params["stock_ruler"], window=str(stock.index[-1])))
    details += [detail(row["estimate"], value / row["multiplier"], "ratio", ruler=row["basis"], window=str(row["year"]))
                for row in estimates.to_dict("records")]  # fmt: skip
    verdict = both(value > claim.thresholds["ratio"], beside > claim.thresholds["ratio"])
    return Result(verdict, value, float(lo), float(hi), beside, details)


def crossing_matrix(edition: Edition, claim: Claim, settings: Params, crossings: pd.DataFrame | None = None) -> Result:
    """Judge whether balances are crossed by a year on all declared balances and rulers: supported where all are more
    likely than not, contradicted where all are unlikely, else partly.

    value: share of balances and rulers with a probability above the upper threshold; lo: share that is near certain
    (1 less the lower threshold); hi: share that is not unlikely. crossings: the contract's table; without it the odds
    come from past growth alone.
    """
    table = odds(edition, claim, settings) if crossings is None else published(crossings, claim)
    chance = table["p"].dropna().to_numpy(dtype=float)
    if not chance.size:
        return UNTESTABLE
    likely, unlikely = claim.thresholds["supported"], claim.thresholds["contradicted"]
    details = [
        detail(row["balance"], row["p"], "probability", ruler=row["ruler"], window=f"by {claim.params['by_year']}")
        for row in table.to_dict("records")
    ]
    verdict: Verdict = "partly"
    if (chance >= likely).all():
        verdict = "supported"
    elif (chance <= unlikely).all():
        verdict = "contradicted"
    share = [float(np.mean(chance >= level)) for level in (likely, 1 - unlikely)]
    return Result(verdict, share[0], share[1], float(np.mean(chance > unlikely)), details=details)


def published(crossings: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """Return the probability of a crossing by the claim's year from the crossings table: balance, ruler, p."""
    column = f"p_by_{claim.params['by_year']}"
    chosen = crossings[
        crossings["balance"].isin(claim.params["balances"]) & crossings["ruler"].isin(claim.params["rulers"])
    ]
    return chosen[["balance", "ruler", column]].rename(columns={column: "p"})


def odds(edition: Edition, claim: Claim, settings: Params) -> pd.DataFrame:
    """Return the same from past growth alone: years of joint growth drawn in blocks from the last `history_years`."""
    from overtake.config.rulers import Rulers
    from overtake.rulers.tables import measure

    paths, seed = resampled(edition, claim, settings.run.seed), settings.run.seed
    by_year, sustain = claim.params["by_year"], claim.params["sustain"]
    # The commentary's coalitions are what they were, whether or not the analyst still declares them.
    declared = {**default_balances(), **settings.balances}
    rows: list[dict[str, object]] = []
    for ruler in claim.params["rulers"]:
        measured = measure(ruler, paths, edition, Rulers(), seed)
        recent = measured.by_draw(paths.last_observed - RECENT)
        for name in claim.params["balances"]:
            balance = declared[name]
            p = _crossed_by(recent, balance, by_year, sustain, name, whole=False)
            p = _crossed_by(measured, balance, by_year, sustain, name, whole=True) if p is None else p
            rows.append({"balance": name, "ruler": ruler, "p": p})
    return pd.DataFrame(rows)


def _crossed_by(paths: Paths, balance: Balance, year: int, sustain: int, name: str, *, whole: bool) -> float | None:
    """Return P(China's side leads in the last observed year or takes the lead up to `year`).

    None where the years of `paths`, unless they are the whole of them, do not settle who leads in the last observed.
    """
    above = ratio(paths, balance, name) > balance.threshold
    at, until = paths.years.index(paths.last_observed), paths.years.index(year)
    if not whole and not settled(above, at, sustain):
        return None
    return float(leads(above, sustain)[:, at : until + 1].any(axis=1).mean())


def resampled(edition: Edition, claim: Claim, seed: int) -> Paths:
    """Return history and futures of every economy, constant US$ bn, as many draws and years as the claim needs."""
    from overtake.rulers.base import observed

    past = observed(edition.spending)
    # A crossing must last, so the paths run on as long after the claim's year.
    ahead = claim.params["by_year"] + claim.params["sustain"] - past.last_observed
    growth = np.diff(alike.log(past.values[0]), axis=1)[:, -claim.params["history_years"] :]
    draws = claim.params["draws"]
    index = statistics.block_index(growth.shape[1], ahead, draws, seed, "crossings", edition.name)
    steps = np.moveaxis(growth[:, index], 0, 1).cumsum(axis=2)
    future = past.values[:, :, -1:] * alike.exp(steps)
    values = np.concatenate([np.repeat(past.values, draws, axis=0), future], axis=2)
    years = (*past.years, *range(past.last_observed + 1, past.last_observed + ahead + 1))
    return Paths(values, past.economies, years, past.last_observed, past.unit)


def structural_break(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether the economies' mean real growth stepped up: supported for all, partly for some.

    value, lo, hi: the step of the first economy, percentage points a year; beside: share of economies with a
    significant step up, per cent. Untestable before two years of growth lie after a candidate.
    """
    spent, params, seed = of_spending(edition), claim.params, settings.run.seed
    shifts: dict[str, statistics.Shift] = {}
    for iso3 in params["economies"]:
        growth = log_growth(spent[iso3].dropna())
        growth = growth[growth.index >= params["first_year"]]
        years = [int(year) for year in growth.index]
        found = statistics.shift_in_mean(
            growth.to_numpy(), years, params["break_years"], params["interval_pct"], seed, params["draws"], iso3
        )
        if found is None:
            return UNTESTABLE
        shifts[iso3] = found
    up = {iso3: s.size.value > 0 and s.p_value < claim.thresholds["p_value"] for iso3, s in shifts.items()}
    details = []
    for iso3, found in shifts.items():
        size, year = statistics.as_per_cent(found.size), str(found.year)
        details.append(detail(iso3, size.value, "per cent a year", window=year, lo=size.lo, hi=size.hi))
        details.append(detail(iso3, found.p_value, "p-value", window=year))
    first = statistics.as_per_cent(shifts[params["economies"][0]].size)
    return Result(
        all_or_some(up.values()), first.value, first.lo, first.hi, 100 * float(np.mean(list(up.values()))), details
    )
