"""Judge every claim twice: on the figures of the edition in use, and on those of October 2020."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from overtake.claims import ledgers, ratios, spending
from overtake.claims.known import Known
from overtake.claims.model import Claim, Result

Test = Callable[[Known, Claim, int], Result]

#: The tests that claims.yaml may name.
TESTS: Mapping[str, Test] = {
    "announced_growth": ledgers.announced_growth,
    "composition_trend": ledgers.composition_trend,
    "crossing_matrix": ratios.crossing_matrix,
    "flat_or_falling": spending.flat_or_falling,
    "growth_gap": spending.growth_gap,
    "increment_ratio": spending.increment_ratio,
    "lead": ratios.lead,
    "plan_and_outturn": ledgers.plan_and_outturn,
    "rank": spending.rank,
    "ratio_trend": ratios.ratio_trend,
    "shortfall": spending.shortfall,
    "structural_break": ratios.structural_break,
    "untestable": ledgers.untestable,
}

COLUMNS = (
    "claim",
    "sentence",
    "test",
    "edition",
    "value",
    "lo",
    "hi",
    "beside",
    "unit",
    "threshold",
    "verdict",
    "verdict_2020",
    "value_2020",
    "beside_2020",
    "result",
    "would_change",
)
DETAIL_COLUMNS = ("claim", "known", "edition", "item", "ruler", "window", "value", "lo", "hi", "unit")


def judge(claim: Claim, known: Known, seed: int) -> Result:
    """Return what the claim's test finds in `known`, found once for the same claim and seed."""
    key = (claim.model_dump_json(), seed)
    if key not in known.judged:
        known.judged[key] = TESTS[claim.test](known, claim, seed)
    return known.judged[key]


def evaluate(claims: Sequence[Claim], now: Known, then: Known, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contract's `claims` table, one row a claim, and the details behind it (columns DETAIL_COLUMNS).

    now: the edition in use; then: what was known when the commentary appeared. The texts `result` and `would_change`
    keep placeholders for columns of the row.
    """
    rows: list[dict[str, object]] = []
    details: list[dict[str, object]] = []
    for claim in claims:
        found, before = judge(claim, now, seed), judge(claim, then, seed)
        rows.append(_row(claim, now.edition, found, before))
        for label, known, result in (("now", now, found), ("then", then, before)):
            head = {"claim": claim.id, "known": label, "edition": known.edition}
            details += [{**head, **row} for row in result.details]
    return pd.DataFrame(rows, columns=list(COLUMNS)), pd.DataFrame(details, columns=list(DETAIL_COLUMNS))


def _row(claim: Claim, edition: str, found: Result, before: Result) -> dict[str, object]:
    """Return one row of the claims table."""
    return {
        "claim": claim.id,
        "sentence": claim.sentence,
        "test": claim.test,
        "edition": edition,
        "value": found.value,
        "lo": found.lo,
        "hi": found.hi,
        "beside": found.beside,
        "unit": claim.unit,
        "threshold": claim.threshold(),
        "verdict": found.verdict,
        "verdict_2020": before.verdict,
        "value_2020": before.value,
        "beside_2020": before.beside,
        "result": claim.text(claim.result),
        "would_change": claim.text(claim.would_change),
    }
