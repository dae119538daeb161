"""Judge every claim twice: on the figures of the edition in use, and on those of October 2020."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from overtake import paths
from overtake.claims import coalitions, ledgers, ratios, spending
from overtake.claims.model import Claim, Result
from overtake.config.params import Params
from overtake.config.rulers import Rulers
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.errors import OvertakeError, raise_all

Test = Callable[..., Result]
"""Of an edition, a claim and the parameters (rulers, balances, seed)."""

#: The tests that claims.yaml may name.
TESTS: Mapping[str, Test] = {
    "adds": coalitions.adds,
    "announced_growth": ledgers.announced_growth,
    "composition_trend": ledgers.composition_trend,
    "flat_or_falling": spending.flat_or_falling,
    "growth_gap": spending.growth_gap,
    "increment_ratio": spending.increment_ratio,
    "lead": ratios.lead,
    "plan_and_outturn": ledgers.plan_and_outturn,
    "rank": spending.rank,
    "ratio_trend": ratios.ratio_trend,
    "shortfall": spending.shortfall,
    "smallest_coalition": coalitions.smallest,
    "structural_break": ratios.structural_break,
    "uneven_growth": spending.uneven_growth,
    "untestable": ledgers.untestable,
    "who_leads": ratios.who_leads,
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
    "reach",
    "years",
    "verdict",
    "years_2020",
    "verdict_2020",
    "value_2020",
    "beside_2020",
    "result",
    "would_change",
)
DETAIL_COLUMNS = ("claim", "known", "edition", "name", "item", "ruler", "window", "value", "lo", "hi", "unit")


def judge(claim: Claim, edition: Edition, settings: Params, curves: pd.DataFrame | None = None) -> Result:
    """Return what the claim's test finds in `edition`, found once for the same claim and parameters.

    settings: rulers, balances and seed count. curves: the contract's table of the run, where the edition has one.
    """
    if curves is not None and claim.test == "who_leads":
        return TESTS[claim.test](edition, claim, settings, curves)
    read = (settings.rulers.model_dump_json(), str(settings.balances), settings.run.seed)
    return once(
        edition, ("verdict", claim.model_dump_json(), *read), lambda: TESTS[claim.test](edition, claim, settings)
    )


def as_then(settings: Params) -> Params:
    """Return the parameters by which earlier editions are judged: the rulers at their defaults."""
    return settings.model_copy(update={"rulers": Rulers()})


def evaluate(
    claims: Sequence[Claim], now: Edition, then: Edition, settings: Params, curves: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the contract's `claims` table, one row a claim, and the details behind it (columns DETAIL_COLUMNS).

    now: the edition in use, its `curves` the contract's table; then: what was known when the commentary appeared.
    The texts `result` and `would_change` keep placeholders for columns of the row.
    """
    rows: list[dict[str, object]] = []
    details: list[dict[str, object]] = []
    for claim in claims:
        found, before = judge(claim, now, settings, curves), judge(claim, then, as_then(settings))
        rows.append(_row(claim, now.name, found, before))
        for label, edition, result in (("now", now, found), ("then", then, before)):
            head = {"claim": claim.id, "known": label, "edition": edition.name}
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
        "reach": claim.reach,
        "years": found.years,
        "verdict": found.verdict,
        "years_2020": before.years,
        "verdict_2020": before.verdict,
        "value_2020": before.value,
        "beside_2020": before.beside,
        "result": claim.text(claim.result),
        "would_change": claim.text(claim.would_change),
    }


def load(path: Path = paths.RAW / "claims.yaml") -> tuple[Claim, ...]:
    """Return the claims of `path`, in order; raise one OvertakeError that lists everything wrong with them."""
    from overtake.config.load import read_yaml

    entries = read_yaml(path).get("claims", {})
    if not isinstance(entries, dict) or not entries:
        raise OvertakeError(str(path), "holds no claims", allowed="claims: an entry per claim")
    found, problems = [], []
    for name, entry in entries.items():
        try:
            claim = Claim.of({"id": str(name), **entry})
        except (ValidationError, TypeError) as error:
            problems.append(f"claims.{name}: {_first_line(error)}")
            continue
        if claim.test not in TESTS:
            problems.append(f"claims.{name}.test: no test {claim.test!r}; allowed: {', '.join(sorted(TESTS))}")
        if claim.testable == (claim.test == "untestable"):
            problems.append(f"claims.{name}: testable is {claim.testable}, test is {claim.test}")
        problems += claim.problems()
        found.append(claim)
    raise_all(str(path), problems)
    return tuple(found)


def _first_line(error: Exception) -> str:
    """Return what is wrong with an entry, in one line."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return str(error)
