"""Editions: how each edition of the figures revised history, and whether a crossing year or a verdict moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from overtake.claims.model import Claim
from overtake.config.balances import Balance, Crossing
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.rulers.tables import AS_PUBLISHED, of_spending

COLUMNS = ("kind", "edition", "compared_with", "subject", "ruler", "year", "value", "compared_value", "change_pct",
           "verdict", "compared_verdict", "moved")  # fmt: skip
#: A revision below this, in per cent, is rounding in the workbooks.
ROUNDING_PCT = 0.05


def revisions(milex: pd.DataFrame, newest: str) -> pd.DataFrame:
    """Return how `newest` differs from each earlier edition, by economy and year, the price bases aligned.

    milex: data/raw/milex.csv. value: the earlier edition's real spending in prices of the newest, US$ bn (its series
    times the median ratio of the two over common years, so that a new price base alone changes nothing);
    compared_value: the newest; change_pct: newest over earlier.
    """
    if newest not in set(milex["edition"]):
        raise OvertakeError("data/raw/milex.csv", "has no such edition", found=newest)
    known = milex.dropna(subset=["milex_constant_usd_m"])[["edition", "iso3", "year", "milex_constant_usd_m"]]
    latest = known[known["edition"] == newest].drop(columns="edition")
    both = known[known["edition"] < newest].merge(latest, on=["iso3", "year"], suffixes=("", "_new"))
    ratio = both["milex_constant_usd_m_new"] / both["milex_constant_usd_m"]
    base = ratio.groupby([both["edition"], both["iso3"]]).transform("median")
    found = pd.DataFrame(
        {
            "kind": "revision",
            "edition": both["edition"],
            "compared_with": newest,
            "subject": both["iso3"],
            "ruler": "constant_usd",
            "year": both["year"].astype(float),
            "value": both["milex_constant_usd_m"] * base / 1000,
            "compared_value": both["milex_constant_usd_m_new"] / 1000,
            "change_pct": 100 * (ratio / base - 1),
        }
    )
    found["moved"] = found["change_pct"].abs() > ROUNDING_PCT
    return _ordered(found)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return the largest revision by edition and economy: edition, subject, year, change_pct, revised (share)."""
    revised = table[table["kind"] == "revision"]
    size = revised["change_pct"].abs()
    largest = revised.loc[size.groupby([revised["edition"], revised["subject"]]).idxmax()]
    share = revised.groupby(["edition", "subject"])["moved"].mean().rename("revised").reset_index()
    columns = ["edition", "subject", "year", "change_pct"]
    return largest[columns].merge(share, on=["edition", "subject"]).reset_index(drop=True)


def crossing_years(editions: Sequence[Edition], balances: Mapping[str, Balance], settings: Crossing) -> pd.DataFrame:
    """Return the first year of the present lead by edition, balance and ruler (constant and current US$).

    editions: oldest first; the last is compared with. value: the year by the edition itself, NaN where China's side
    does not lead at its end; compared_value: by the newest edition's figures up to the same last year, so that new
    years alone move nothing. A balance that an edition cannot measure on a ruler is left out.
    """
    newest, rows = editions[-1], []
    for edition in editions:
        for ruler in AS_PUBLISHED:
            paths, latest = observed(edition, ruler), observed(newest, ruler, edition.last)
            for name, balance in balances.items():
                value = first_year(paths, balance, settings, name)
                compared = first_year(latest, balance, settings, name)
                if value is None or compared is None:
                    continue
                moved = value != compared and not (np.isnan(value) and np.isnan(compared))
                rows.append(("crossing", edition.name, newest.name, name, ruler, value, value, compared, moved))
    columns = ["kind", "edition", "compared_with", "subject", "ruler", "year", "value", "compared_value", "moved"]
    return _ordered(pd.DataFrame(rows, columns=columns))


def first_year(paths: Draws, balance: Balance, settings: Crossing, name: str) -> float | None:
    """Return the first year of the present lead, NaN where there is none, None where a member has a gap."""
    from overtake.balances.summary import first_crossed

    try:
        return first_crossed(paths, balance, settings, name)
    except OvertakeError:
        return None


def observed(edition: Edition, ruler: str, until: int | None = None) -> Draws:
    """Return the observed years of an edition on a ruler up to `until`, as paths of one draw."""
    wide = of_spending(edition, ruler)
    wide = wide[wide.index <= (edition.last if until is None else until)]
    years = tuple(int(year) for year in wide.index)
    economies = tuple(str(iso3) for iso3 in wide.columns)
    return Draws(wide.to_numpy(dtype=float).T[None], economies, years, years[-1], ruler)


def verdicts(
    editions: Sequence[Edition], claims: Sequence[Claim], settings: Params, curves: pd.DataFrame | None
) -> pd.DataFrame:
    """Return every claim's verdict and value by edition, beside the newest edition's."""
    from overtake.claims.evaluate import as_then, judge

    newest, then, rows = editions[-1], as_then(settings), []
    latest = {claim.id: judge(claim, newest, settings, curves) for claim in claims}
    for edition in editions:
        for claim in claims:
            last = latest[claim.id]
            found = last if edition is newest else judge(claim, edition, then)
            moved = found.verdict != last.verdict
            rows.append(("verdict", edition.name, newest.name, claim.id, "", found.value, last.value, found.verdict,
                         last.verdict, moved))  # fmt: skip
    columns = ["kind", "edition", "compared_with", "subject", "ruler", "value", "compared_value", "verdict",
               "compared_verdict", "moved"]  # fmt: skip
    return _ordered(pd.DataFrame(rows, columns=columns))


def table(
    editions: Sequence[Edition], claims: Sequence[Claim], settings: Params, curves: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the contract's `editions` table: revisions, crossing years and verdicts, a `kind` each.

    editions: what each told, oldest first; the last is the one in use, its `curves` the contract's table.
    """
    newest = editions[-1]
    milex = newest.published["milex"]
    parts = [
        revisions(milex[milex["edition"] <= newest.name], newest.name),
        crossing_years(editions, settings.balances, settings.crossing),
        verdicts(editions, claims, settings, curves),
    ]
    return pd.concat(parts, ignore_index=True)


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the table in their order, missing ones empty."""
    text = ("verdict", "compared_verdict")
    found = found.assign(**{name: "" if name in text else np.nan for name in COLUMNS if name not in found})
    numbers = ["year", "value", "compared_value", "change_pct"]
    return found[list(COLUMNS)].astype(dict.fromkeys(numbers, float)).reset_index(drop=True)
