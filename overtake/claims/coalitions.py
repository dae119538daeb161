"""Tests of claims about coalitions: how broad one must be to outspend an economy, and what partners would add."""

from __future__ import annotations

import numpy as np

from overtake.claims.model import Claim, Result, detail, graded, not_yet
from overtake.config.balances import members
from overtake.config.params import Params
from overtake.edition import Edition
from overtake.rulers.tables import of_spending


def smallest(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Judge how broad a coalition must be to outspend an economy in the last observed year.

    value: the whole coalition's spending over the economy's, per cent; beside: the same with `us_share_pct` of US
    spending; details `needed` and `needed_with_us`: how many members outspend it, the largest first, missing where not
    even all do. Supported where more than so many are needed without the United States, or all are not enough.
    """
    economy, own, share = (
        claim.params["economy"],
        list(members(claim.params["coalition"])),
        claim.params["us_share_pct"],
    )
    spent = of_spending(edition).iloc[-1].reindex([economy, *own, "USA"])
    if not np.isfinite(spent.to_numpy()).all():
        return not_yet(edition.last)
    rest, american = spent[own], share / 100 * float(spent["USA"])
    needed = fewest(rest.to_numpy(), float(spent[economy]))
    with_us = fewest(rest.to_numpy(), float(spent[economy]) - american)
    value, beside = (100 * float((rest.sum() + more) / spent[economy]) for more in (0.0, american))
    year = str(edition.last)
    details = [
        detail("members needed", needed, "count", window=year, name="needed"),
        detail("members needed beside US spending", with_us, "count", window=year, name="needed_with_us"),
        *(detail(iso3, float(spent[iso3]), "US$ bn", window=year) for iso3 in (economy, *own)),
    ]
    broad = needed if np.isfinite(needed) else len(own) + 1
    verdict = graded(broad, claim.thresholds["supported"], claim.thresholds["partly"])
    return Result(verdict, value, beside=beside, details=details, years=year)


def fewest(values: np.ndarray, than: float) -> float:
    """Return how many of `values`, the largest first, add up to more than `than`; NaN where all do not."""
    sums = np.concatenate([[0.0], np.cumsum(np.sort(values)[::-1])])
    enough = np.flatnonzero(sums > than)
    return float(enough[0]) if enough.size else float("nan")


def adds(edition: Edition, claim: Claim, settings: Params) -> Result:
    """Return what each of some economies would add to a coalition; advice is neither true nor false: no verdict.

    value: the coalition's spending over the economy's, per cent; beside: with all of them; details by economy: its own
    share of that economy's spending, per cent.
    """
    economy, own, more = claim.params["economy"], list(members(claim.params["coalition"])), claim.params["economies"]
    spent = of_spending(edition).iloc[-1].reindex([economy, *own, *more])
    if not np.isfinite(spent.to_numpy()).all():
        return not_yet(edition.last)
    share = 100 * spent / spent[economy]
    year = str(edition.last)
    details = [detail(iso3, float(share[iso3]), "per cent", window=year, name=iso3) for iso3 in more]
    value = float(share[own].sum())
    beside = value + float(share[more].sum())
    return Result("untestable", value, beside=beside, details=details, years=year)
