"""Tests of claims that the ledgers decide: an announced rise, a plan and its outturn, composition, and no data."""

from __future__ import annotations

import numpy as np

from overtake import alike
from overtake.claims import statistics
from overtake.claims.model import UNTESTABLE, Claim, Result, both, detail, graded
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
    return Result(verdict, value, beside=beside, details=details)


def plan_and_outturn(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge an exception: its plan promises a significant nominal rise, and its real growth exceeds the others' median.

    value, lo, hi: real growth over the window, per cent, HAC interval; beside: median of the coalition's others.
    """
    params, wide = claim.params, of_spending(edition)
    economy, years = params["economy"], params["window_years"]
    plans = edition.ledgers["plans"].set_index("plan")
    if params["plan"] not in plans.index or len(wide) <= years:
        return UNTESTABLE
    plan = plans.loc[params["plan"]]
    nominal = edition.spending[edition.spending["iso3"] == economy].set_index("year")["milex_lcu_bn"]
    start = params["from_year"] if params["from_year"] in nominal.index else edition.last
    promised = 100 * (_yearly(float(plan["value"]) / float(nominal[start]), int(plan["target_year"]) - start) - 1)
    grown = (wide.iloc[-1] / wide.iloc[-1 - years] - 1) * 100
    others = grown[[iso3 for iso3 in members(params["coalition"]) if iso3 != economy]]
    value, beside = float(grown[economy]), float(others.median())
    recent = log_growth(wide[economy]).to_numpy()[-years:]
    mean = statistics.mean_hac(recent, 90)
    window = f"{edition.last - years}-{edition.last}"
    details = [
        detail("promised, nominal", promised, "per cent a year", ruler="lcu", window=f"{start}-{plan['target_year']}")
    ]
    if start < edition.last:
        delivered = 100 * (_yearly(float(nominal[edition.last]) / float(nominal[start]), edition.last - start) - 1)
        row = detail("delivered, nominal", delivered, "per cent a year", ruler="lcu", window=f"{start}-{edition.last}")
        details.append(row)
    details += [detail(str(iso3), float(grown[iso3]), "per cent", window=window) for iso3 in (economy, *others.index)]
    verdict = both(promised > claim.thresholds["promised_growth_pct"], value > beside)
    lo, hi = (statistics.per_cent(years * end) for end in (mean.lo, mean.hi))
    return Result(verdict, value, lo, hi, beside, details)


def composition_trend(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge whether a part's share of spending rose by more than the threshold between two years of the ledger.

    value: share in the last year; beside: in the first.
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
    details += [detail(params["part"], float(rows[year] * money[year]), "US$ bn", ruler="current_usd", window=str(year))
                for year in rows.index if year in money.index]  # fmt: skip
    return Result(verdict, last, beside=first, details=details)


def untestable(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Return that spending cannot judge the claim."""
    return UNTESTABLE


def _yearly(factor: float, years: int) -> float:
    """Return the factor of one year that makes `factor` in so many `years`."""
    return float(alike.power(factor, 1 / years))
