"""The register of earlier forecasts: each judged by the same figures, so that no outcome is typed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.claims.regions import over_rest
from overtake.config.balances import members
from overtake.edition import Edition
from overtake.rulers.tables import of_spending

#: A forecast of a level counts as right within this share of it.
NEAR = 0.05
COLUMNS = ("forecast", "made", "who", "claim", "measure", "subject", "comparator", "denominator", "direction",
           "threshold", "target_year_lo", "target_year_hi", "year", "value", "unit", "state", "needed_pct",
           "remark", "reference")  # fmt: skip
#: What a ratio is over, in words: measure and comparator -> denominator. SIPRI adds up regions in constant US$ only.
DENOMINATORS = {
    ("gdp_ratio", "USA"): "the GDP of the United States, current US$",
    ("milex_ratio", "USA"): "the United States, current US$",
    ("milex_factor", ""): "its own of the first year, current US$",
    ("milex_ratio", "eleven"): "the eleven, current US$",
    ("milex_ratio", "asia_oceania"): "SIPRI's Asia and Oceania without China, constant US$",
}
UNITS = {
    "gdp_ratio": "ratio",
    "milex_ratio": "ratio",
    "milex_factor": "ratio",
    "milex_growth_pct": "per cent a year",
    "milex_usd_bn": "US$ bn",
    "official_budget_usd_bn": "US$ bn",
}


def outcomes(edition: Edition) -> pd.DataFrame:
    """Return every forecast with the year and value that judge it and its state, current US$ at market rates.

    denominator: what a ratio is over, in words, which say so where US$ are constant; empty for no ratio. remark: the
    condition that the forecast was made on, or whose figures it was meant for.
    state: held or missed once the target year is observed; before it, early (already met), broken (an upper bound
    already exceeded) or open. needed_pct: yearly growth of the measure that would still meet an open forecast.
    """
    register = edition.ledgers["forecast_register"].to_dict("records")
    rows = [_judged({str(k): v for k, v in row.items()}, edition) for row in register]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _judged(row: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """Return one forecast with its outcome."""
    series = measured(row, edition)
    # The IMF's and the budget's figures run ahead of SIPRI's: a forecast is not judged by another forecast.
    last = int(series.index.max()) if row["measure"] == "official_budget_usd_bn" else edition.last
    due = int(row["target_year_hi"])
    year = min(due, last)
    value = float(series.get(year, np.nan))
    found = {"year": year, "value": value, "unit": UNITS[row["measure"]], "needed_pct": np.nan}
    found["denominator"] = DENOMINATORS.get((str(row["measure"]), str(row["comparator"])), "")
    found["state"] = state(str(row["direction"]), value, float(row["threshold"]), due <= last)
    if found["state"] == "open" and row["direction"] != "at_most" and row["measure"] != "milex_growth_pct":
        found["needed_pct"] = alike.yearly_pct(float(row["threshold"]) / value, due - year)
    return {name: {**row, **found}[name] for name in COLUMNS}


def state(direction: str, value: float, threshold: float, due: bool) -> str:
    """Return what has become of a forecast whose measure stands at `value`."""
    if not np.isfinite(value):
        return "not measured"
    meets = {"at_least": value >= threshold, "at_most": value <= threshold}.get(
        direction, abs(value / threshold - 1) <= NEAR
    )
    if due:
        return "held" if meets else "missed"
    if direction == "at_least":
        return "early" if meets else "open"
    return "broken" if direction == "at_most" and not meets else "open"


def measured(row: Mapping[str, Any], edition: Edition) -> pd.Series:
    """Return the measure of a forecast by year."""
    measure, subject = str(row["measure"]), str(row["subject"])
    if measure == "official_budget_usd_bn":
        budget = edition.ledgers["china_official_budget"].set_index("year")
        found: pd.Series = budget[["usd_bn_lo", "usd_bn_hi"]].mean(axis=1).dropna()
        return found
    if measure == "gdp_ratio":
        gdp = edition.macro.pivot(index="year", columns="iso3", values="gdp_usd_bn")
        return _over(gdp, subject, str(row["comparator"]))
    if row["comparator"] == "asia_oceania":
        return over_rest(edition, "asia_oceania")
    wide = of_spending(edition, "constant_usd" if measure == "milex_growth_pct" else "current_usd")
    if measure == "milex_ratio":
        return _over(wide, subject, str(row["comparator"]))
    own = wide[subject].dropna()
    if measure == "milex_usd_bn":
        return own
    base = int(row["base_year"])
    factor = own[own.index > base] / float(own[base])
    if measure == "milex_factor":
        return factor
    years = factor.index.to_numpy() - base
    return pd.Series(100 * (alike.power(factor, 1 / years) - 1), index=factor.index)


def _over(wide: pd.DataFrame, subject: str, comparator: str) -> pd.Series:
    """Return subject over comparator by year: an economy or a coalition of those at hand."""
    own = list(members(comparator))
    found: pd.Series = wide[subject] / wide[own].sum(axis=1, min_count=len(own))
    return found.dropna()
