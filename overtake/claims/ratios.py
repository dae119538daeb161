"""Tests of claims about one economy against another: trend of the ratio, lead, who leads, a step up in growth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances import leads, ratio
from overtake.claims import statistics
from overtake.claims.model import UNTESTABLE, Claim, Result, Verdict, all_or_some, both, detail, graded, not_yet
from overtake.claims.observed import log_growth
from overtake.config.balances import Balance, default_balances
from overtake.config.params import Params
from overtake.draws import Draws
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
        return not_yet(edition.last)
    rising = [found.lo > claim.thresholds["trend"] for found in trends]
    first = trends[0]
    span = f"{claim.params['first_year']}-{edition.last}"
    return Result(all_or_some(rising), first.value, first.lo, first.hi, ratios[0], details, span)


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

    value: ratio of the flows; lo, hi: by the ledger's estimates that put both on the same rules, relative to SIPRI's;
    beside: ratio of the stocks.
    """
    from overtake.sources.ledgers import pairs

    flow, stock = (_ratio(edition, claim, settings, claim.params[name]) for name in ("flow_ruler", "stock_ruler"))
    if flow.empty or stock.empty:
        return UNTESTABLE
    value, beside = float(flow.iloc[-1]), float(stock.iloc[-1])
    estimates = pairs(edition.ledgers["china_estimates"]).dropna(subset=["lift_hi"])
    lo, hi = value / estimates["lift_hi"].max(), value / estimates["lift_lo"].min()
    details = [detail("flow", value, "ratio", ruler=claim.params["flow_ruler"], window=str(flow.index[-1]))]
    details.append(detail("stock", beside, "ratio", ruler=claim.params["stock_ruler"], window=str(stock.index[-1])))
    details += [detail(row["estimate"], value / row["lift_hi"], "ratio", ruler=row["basis"], window=str(row["year"]))
                for row in estimates.to_dict("records")]  # fmt: skip
    verdict = both(value > claim.thresholds["ratio"], beside > claim.thresholds["ratio"])
    return Result(verdict, value, float(lo), float(hi), beside, details, str(edition.last))


def who_leads(edition: Edition, claim: Claim, settings: Params, curves: pd.DataFrame | None = None) -> Result:
    """Judge whether China leads balances named in advance in a year: the verdict where all have the same, else partly.

    A balance that the analyst has given other challengers says nothing of China and is left out.

    value: the largest probability of the balances on the first ruler; lo, hi: smallest and largest; details by the
    balance's name, the other rulers beside. curves: the contract's table; without it the odds come from past growth
    alone.
    """
    year = claim.params["year"]
    if year <= edition.last:
        return UNTESTABLE  # what has come about needs no probability
    table = odds(edition, claim, settings) if curves is None else published(curves, claim)
    asked = [name for name, balance in named_in(claim, settings).items() if balance.against == {"CHN": 1.0}]
    table = table[table["balance"].isin(asked)].dropna(subset=["p"])
    first = claim.params["rulers"][0]
    chance = table[table["ruler"] == first]["p"]
    if chance.empty:
        return UNTESTABLE
    details = [
        detail(f"{row['balance']}: {_one(row['p'], claim)}", row["p"], "probability", ruler=row["ruler"],
               window=str(year), name=row["balance"] if row["ruler"] == first else "")
        for row in table.to_dict("records")
    ]  # fmt: skip
    verdicts = {_one(p, claim) for p in chance}
    verdict: Verdict = verdicts.pop() if len(verdicts) == 1 else "partly"
    low, high = float(chance.min()), float(chance.max())
    return Result(verdict, high, low, high, details=details, years=str(year))


def _one(p: float, claim: Claim) -> Verdict:
    """Return the verdict on one balance."""
    return graded(p, claim.thresholds["supported"], claim.thresholds["contradicted"])


def named_in(claim: Claim, settings: Params) -> dict[str, Balance]:
    """Return the balances that a claim names: the commentary's are what they were where none is declared any more."""
    declared = {**default_balances(), **settings.balances}
    return {name: declared[name] for name in claim.params["balances"]}


def published(curves: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """Return P(China's side leads in the claim's year) from the curves table: balance, ruler, p."""
    chosen = curves[curves["year"] == claim.params["year"]].set_index(["balance", "ruler"])["p_ahead"]
    pairs = [(balance, ruler) for ruler in claim.params["rulers"] for balance in claim.params["balances"]]
    rows = [(*pair, float(chosen[pair])) for pair in pairs if pair in chosen.index]
    return pd.DataFrame(rows, columns=["balance", "ruler", "p"])


def odds(edition: Edition, claim: Claim, settings: Params) -> pd.DataFrame:
    """Return the same from past growth alone: years of joint growth drawn in blocks from the last `history_years`."""
    from overtake.config.rulers import Rulers
    from overtake.rulers.tables import measure

    chosen = named_in(claim, settings)
    needed = {iso3 for balance in chosen.values() for iso3 in balance.members}
    rows: list[tuple[str, str, float]] = []
    if needed <= set(edition.spending["iso3"]):
        paths, seed = resampled(edition, claim, settings.run.seed), settings.run.seed
        year, sustain = claim.params["year"], claim.params["sustain"]
        # A lead must last, and a year before the claim's may begin it: earlier years than these settle nothing.
        since = min(paths.last_observed, year - sustain)
        for ruler in claim.params["rulers"]:
            near = measure(ruler, paths, edition, Rulers(), seed).since(since)
            for name, balance in chosen.items():
                ahead = leads(ratio(near, balance, name) > balance.threshold, sustain)[:, near.years.index(year)]
                rows.append((name, ruler, float(ahead.mean())))
    return pd.DataFrame(rows, columns=["balance", "ruler", "p"])


def resampled(edition: Edition, claim: Claim, seed: int) -> Draws:
    """Return history and futures of every economy, constant US$ bn, as many draws and years as the claim needs."""
    from overtake.rulers.base import observed

    past = observed(edition.spending)
    # A crossing must last, so the paths run on as long after the claim's year.
    ahead = claim.params["year"] + claim.params["sustain"] - past.last_observed
    growth = np.diff(alike.log(past.values[0]), axis=1)[:, -claim.params["history_years"] :]
    draws = claim.params["draws"]
    index = statistics.block_index(growth.shape[1], ahead, draws, seed, "crossings", edition.name)
    steps = np.moveaxis(growth[:, index], 0, 1).cumsum(axis=2)
    future = past.values[:, :, -1:] * alike.exp(steps)
    values = np.concatenate([np.repeat(past.values, draws, axis=0), future], axis=2)
    years = (*past.years, *range(past.last_observed + 1, past.last_observed + ahead + 1))
    return Draws(values, past.economies, years, past.last_observed, past.unit)


def structural_break(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether the economies' mean real growth stepped up: supported for all, partly for some.

    value, lo, hi: the step of the first economy, percentage points a year; beside: share of economies with a
    significant step up, per cent; details by economy. Untestable before two years of growth lie after a candidate.
    """
    spent, params, seed = of_spending(edition), claim.params, settings.run.seed
    shifts: dict[str, statistics.Shift] = {}
    for iso3 in params["economies"]:
        growth = 100 * spent[iso3].dropna().pct_change().dropna()
        growth = growth[growth.index >= params["first_year"]]
        years = [int(year) for year in growth.index]
        found = statistics.shift_in_mean(
            growth.to_numpy(), years, params["break_years"], params["interval_pct"], seed, params["draws"], iso3
        )
        if found is None:
            return not_yet(edition.last)
        shifts[iso3] = found
    up = {iso3: s.size.value > 0 and s.p_value < claim.thresholds["p_value"] for iso3, s in shifts.items()}
    details = []
    for iso3, found in shifts.items():
        size, year = found.size, str(found.year)
        row = detail(iso3, size.value, "percentage points a year", window=year, lo=size.lo, hi=size.hi, name=iso3)
        details += [row, detail(iso3, found.p_value, "p-value", window=year)]
    first, share = shifts[params["economies"][0]].size, 100 * float(np.mean(list(up.values())))
    span = f"{params['first_year']}-{edition.last}"
    return Result(all_or_some(up.values()), first.value, first.lo, first.hi, share, details, span)
