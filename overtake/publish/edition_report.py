"""One page and its tables on what an edition changed against the one before, for the day on which it appears.

Nothing is computed here: revisions, crossing years and verdicts are those of `claims`, forecasts those of `skill`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.blocks import prose, table
from overtake.brief.context import RULERS
from overtake.claims import editions
from overtake.claims.evaluate import as_then, load
from overtake.claims.model import Claim
from overtake.claims.stage import known_then
from overtake.config.params import Params
from overtake.edition import Edition, shipped
from overtake.errors import OvertakeError
from overtake.publish.embed import whole_page
from overtake.show.formats import PERCENT1, PROBABILITY, RATIO, SHARE, YEAR, month_words
from overtake.skill import realtime
from overtake.sources import excerpt
from overtake.sources.package import write_text
from overtake.sources.raw import load as load_table

#: An interval is said to hold four fifths.
INSIDE = "in80"


@dataclass(frozen=True)
class Report:
    """What `edition` changed against `before`. tables: file without ending -> all rows; names: of economies by code."""

    edition: Edition
    before: Edition
    params: Params
    claims: tuple[Claim, ...]
    names: dict[str, str]
    tables: dict[str, pd.DataFrame]


def report(name: str, params: Params, raw: Path) -> Report:
    """Return the report on edition `name` of the tables in `raw`; refuse one that is the first or not there.

    Both editions are judged alike: rulers at their defaults, odds from past growth, the ledgers of their time.
    """
    whole = shipped(name, raw)
    earlier = [each for each in whole.names() if each < name]
    known = sorted(whole.published["milex"]["edition"].unique())
    if name not in known or not earlier:
        raise OvertakeError(
            "overtake edition-report", "no edition with an earlier one in data/raw/milex.csv",
            found=name, allowed=", ".join(known[1:]), next_step="overtake ingest sipri PATH",
        )  # fmt: skip
    now, then = known_then(whole, name), known_then(whole, earlier[-1])
    settings, claims = as_then(params), load(raw / "claims.yaml")
    both = [then, now]
    milex = whole.published["milex"]
    crossed = editions.crossing_years(both, params.balances, params.crossing)
    judged = editions.verdicts(both, claims, settings, None)
    said = realtime.said_by(now, then.name, params.balances, params.futures, params.run)
    tables = {
        "revisions": editions.revisions(milex[milex["edition"].isin([then.name, name])], name),
        "crossings": crossed[crossed["edition"] == then.name],
        "verdicts": judged[judged["edition"] == then.name],
        "forecasts": pd.DataFrame(said, columns=list(realtime.SAID)),
        "coverage": realtime.points_of(now, then.name, params.futures, params.run),
    }
    economies = load_table("economies.csv", raw)
    named = dict(zip(economies["iso3"], economies["name"], strict=True))
    return Report(now, then, params, claims, named, tables)


def write(found: Report, folder: Path) -> list[Path]:
    """Write report.html and a CSV a table into `folder`, each whole or not at all; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.csv": excerpt.to_csv(rows) for name, rows in found.tables.items()}
    for name, text in {**texts, "report.html": page(found)}.items():
        write_text(folder / name, text)
    return [folder / "report.html", *(folder / name for name in texts)]


def page(found: Report) -> str:
    """Return the page."""
    now, then = (month_words(each.name) for each in (found.edition, found.before))
    title = f"What SIPRI’s edition of {now} changed"
    parts = [
        Markup("<h1>{}</h1>").format(title),
        Markup('<p class="lead">{}</p>').format(_summary(found)),
        Markup("<h2>Revisions by economy</h2>"),
        prose(f"Real spending in the edition of {now} over that of {then}, the price bases aligned: a new base alone "
              "changes nothing. A change below a twentieth of one per cent counts as rounding."),
        _revisions(found),
        Markup("<h2>Crossing years</h2>"),
        prose("First year of the challenger’s present lead, by either edition’s figures up to the same last year: new "
              "years alone move nothing."),
        _crossings(found),
        Markup("<h2>Verdicts on the commentary</h2>"),
        prose("Every claim judged on either edition with the rulers at their defaults, odds from past growth and the "
              "ledgers of that time."),
        _verdicts(found),
        Markup("<h2>What was forecast, and what came</h2>"),
        _forecasts(found, then),
        _source(found),
    ]  # fmt: skip
    return whole_page(title, str(Markup("\n").join(parts)), "main{margin:0 auto}")


def _summary(found: Report) -> str:
    """Return the lead: how many of how many moved, each a count of the tables below."""
    rows = found.tables
    revised = rows["revisions"].groupby("subject")["moved"].any()
    said = [
        f"Data to {found.edition.last} in place of {found.before.last}, in prices of {found.edition.price_base}.",
        f"Earlier years were revised for {int(revised.sum())} of {len(revised)} economies.",
        f"{int(rows['crossings']['moved'].sum())} of {len(rows['crossings'])} crossing years moved, and "
        f"{int(rows['verdicts']['moved'].sum())} of {len(rows['verdicts'])} verdicts.",
    ]
    inside = rows["coverage"]
    if len(inside):
        said.append(f"Intervals of four fifths held {int(inside[INSIDE].sum())} of {len(inside)} outcomes.")
    return " ".join(said)


def _revisions(found: Report) -> Markup:
    """Return the largest revision of each economy that has one, largest first."""
    largest = editions.summary(found.tables["revisions"])
    largest = largest[largest["revised"] > 0].sort_values("change_pct", key=abs, ascending=False, kind="stable")
    rows = [(found.names.get(row.subject, row.subject), PERCENT1(row.change_pct), YEAR(row.year), SHARE(row.revised))
            for row in _each(largest)]  # fmt: skip
    heads = [("Economy", ""), ("Largest revision", "r"), ("of the year", "r"), ("Years revised", "r")]
    return table("Largest revision of each economy", heads, rows) or prose("No economy’s earlier years were revised.")


def _crossings(found: Report) -> Markup:
    """Return the crossing years that moved."""
    moved = found.tables["crossings"].query("moved")
    label = {name: balance.label for name, balance in found.params.balances.items()}
    rows = [(label[row.subject], RULERS[row.ruler][0], _lead(row.value), _lead(row.compared_value))
            for row in _each(moved)]  # fmt: skip
    heads = [("Balance", ""), ("Ruler", ""), *((month_words(each.name), "r") for each in (found.before, found.edition))]
    return table("Crossing years that moved", heads, rows) or prose("No crossing year moved.")


def _each(rows: pd.DataFrame) -> Any:
    """Return the rows of a table, a name a column."""
    return rows.itertuples()


def _lead(year: float) -> str:
    return "no lead" if year != year else YEAR(year)


def _verdicts(found: Report) -> Markup:
    """Return the verdicts that moved."""
    sentences = {claim.id: claim.sentence for claim in found.claims}
    moved = found.tables["verdicts"].query("moved")
    rows = [(sentences[row.subject], str(row.verdict), str(row.compared_verdict)) for row in _each(moved)]
    heads = [("Claim", ""), *((month_words(each.name), "") for each in (found.before, found.edition))]
    return table("Verdicts that moved", heads, rows, "stack") or prose("No verdict moved.")


def _forecasts(found: Report, then: str) -> Markup:
    """Return what the method says from the earlier edition's figures beside the newer one's, or that nothing is due."""
    said = found.tables["forecasts"]
    said = said[said["year"] == said["year"].max()]
    if said.empty:
        return prose(f"The edition has no year beyond those of {then}: no forecast has come due.")
    told = prose(
        f"No forecast was frozen when the edition of {then} appeared. This is what the method of today says from that "
        "edition’s figures and the IMF’s forecast of that time, without announced plans. What came goes on from "
        "the level of the earlier figures with the growth of the newer ones, so that no levels are mixed."
    )
    rows = [(found.params.balances[row.balance].label, PROBABILITY(row.p_ahead),
             f"{RATIO(row.ratio_q50)} ({RATIO(row.ratio_q10)} to {RATIO(row.ratio_q90)})", RATIO(row.ratio_outcome))
            for row in _each(said)]  # fmt: skip
    heads = [
        ("Balance", ""),
        ("Probability of a lead", "r"),
        ("Ratio forecast (four fifths)", "r"),
        ("Ratio came", "r"),
    ]
    return told + table(f"The challenger over the coalition in {int(said['year'].iloc[0])}, constant US$", heads, rows)


def _source(found: Report) -> Markup:
    """Return the source line and the links to the tables."""
    links = Markup(", ").join(Markup('<a href="{0}.csv">{0}.csv</a>').format(name) for name in found.tables)
    both = " and ".join(month_words(each.name) for each in (found.before, found.edition))
    forecasts = " and ".join(month_words(each.weo) for each in (found.before, found.edition))
    return Markup(
        '<p class="away">Source: SIPRI Military Expenditure Database, editions of {}; IMF World Economic Outlook, '
        "editions of {}; Overtake, calculations. Tables: {}.</p>"
    ).format(both, forecasts, links)
