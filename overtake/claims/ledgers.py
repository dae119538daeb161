"""Tests of claims that the ledgers decide: an announced rise, a plan and its outturn, composition, and no data."""

from __future__ import annotations

import numpy as np

from overtake import alike
from overtake.claims import statistics
from overtake.claims.model import UNTESTABLE, Claim, Result, all_or_some, detail, graded, not_yet
from overtake.claims.observed import log_growth
from overtake.config.balances import members
from overtake.config.params import Params
from overtake.edition import Edition
from overtake.rulers.tables import of_spending


def announced_growth(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge an announced rise of the official budget against the announced sums, both of one scope, nominal.

    value: budget over the year before, per cent; beside: real growth of military expenditure of that year in the
    edition, where it has it. Supported and partly within the thresholds, in percentage points.
    """
    year = claim.params["year"]
    budget = edition.ledgers["china_official_budget"].set_index("year")
    if not {year, year - 1} <= set(budget.index):
        return UNTESTABLE
    scope = f"{budget['scope'][year]}_rmb_bn"
    value = 100 * (float(budget[scope][year]) / float(budget[scope][year - 1]) - 1)
    off = abs(value - claim.params["claimed_pct"])
    if not np.isfinite(off):
        return UNTESTABLE
    real = of_spending(edition)["CHN"].pct_change() * 100
    beside = float(real[year]) if year in real.index else float("nan")
    verdict = graded(-off, -claim.thresholds["supported"], -claim.thresholds["partly"])
    details = [
        detail("budget, nominal", value, "per cent", ruler="rmb", window=str(year)),
        detail("announced", float(budget["announced_growth_pct"][year]), "per cent", ruler="rmb", window=str(year)),
        detail("military expenditure, real", beside, "per cent", window=str(year)),
    ]
    return Result(verdict, value, beside=beside, details=details, years=str(year))


def plan_and_outturn(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge a promised rise since the year it was made: significant, kept in its own money, and more than others' rise.

    value, lo, hi: real growth since `from_year`, per cent, HAC interval; beside: median of the coalition's others;
    details `promised` and `delivered`: nominal growth a year, national currency. Supported needs all three.
    """
    params, wide = claim.params, of_spending(edition)
    economy, start, last = params["economy"], params["from_year"], edition.last
    plans = edition.ledgers["plans"].set_index("plan")
    if params["plan"] not in plans.index or last <= start:
        return not_yet(last)
    plan = plans.loc[params["plan"]]
    nominal = edition.spending[edition.spending["iso3"] == economy].set_index("year")["milex_lcu_bn"]
    promised = alike.yearly_pct(float(plan["value"]) / float(nominal[start]), int(plan["target_year"]) - start)
    delivered = alike.yearly_pct(float(nominal[last]) / float(nominal[start]), last - start)
    grown = (wide.loc[last] / wide.loc[start] - 1) * 100
    others = grown[[iso3 for iso3 in members(params["coalition"]) if iso3 != economy]]
    value, beside = float(grown[economy]), float(others.median())
    recent = log_growth(wide[economy])
    mean = statistics.mean_hac(recent[recent.index > start].to_numpy(), 90)
    window = f"{start}-{last}"
    details = [
        detail("promised, nominal", promised, "per cent a year", ruler="lcu", window=f"{start}-{plan['target_year']}",
               name="promised"),
        detail("delivered, nominal", delivered, "per cent a year", ruler="lcu", window=window, name="delivered"),
        *(detail(str(iso3), float(grown[iso3]), "per cent", window=window) for iso3 in (economy, *others.index)),
    ]  # fmt: skip
    verdict = all_or_some((promised > claim.thresholds["promised_growth_pct"], delivered >= promised, value > beside))
    lo, hi = (statistics.per_cent((last - start) * end) for end in (mean.lo, mean.hi))
    return Result(verdict, value, lo, hi, beside, details, window)


def composition_trend(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether a part's share of spending rose by more than the threshold between two years of the ledger.

    value: share in the last year; beside: in the first; detail `billions`: the last share of SIPRI's total, US$ bn.
    """
    params, ledger = claim.params, edition.ledgers["composition"]
    rows = ledger[(ledger["iso3"] == params["economy"]) & (ledger["part"] == params["part"])].set_index("year")["share"]
    if not {params["first_year"], params["last_year"]} <= set(rows.index):
        return UNTESTABLE
    first, last = float(rows[params["first_year"]]), float(rows[params["last_year"]])
    rise = last - first
    verdict = graded(rise, claim.thresholds["supported"], -claim.thresholds["supported"])
    money = of_spending(edition, "current_usd")[params["economy"]]
    details = [detail(params["part"], float(rows[year]), "share", window=str(year)) for year in rows.index]
    details += [detail(params["part"], float(rows[year] * money[year]), "US$ bn", ruler="current_usd", window=str(year),
                       name="billions" if year == params["last_year"] else "")
                for year in rows.index if year in money.index]  # fmt: skip
    return Result(verdict, last, beside=first, details=details, years=f"{params['first_year']}-{params['last_year']}")


def untestable(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Return that spending cannot judge the claim."""
    return UNTESTABLE
