"""The answer for machines: the headline as JSON with its schema, the findings as plain text, revisions as a feed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from overtake.balances.sides import weights
from overtake.config.params import Params
from overtake.rulers import RULERS

_PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
_ANY_NUMBER = {"type": ["number", "null"]}
_WEIGHTS = {"type": "object", "additionalProperties": {"type": "number"},
            "description": "ISO 3166: share of its spending that counts, less what is tied down elsewhere"}  # fmt: skip
#: Schema of headline.json.
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Overtake's headline",
    "type": "object",
    "properties": {
        "$schema": {"type": "string"},
        "statement": {"type": "string", "description": "one sentence, true alone"},
        "balance": {"type": "string"},
        "against": _WEIGHTS,
        "side": _WEIGHTS,
        "ruler": {"type": "string"},
        "threshold": {"type": "number"},
        "margin": {
            "type": "object",
            "description": "ratio of the sides over the threshold, less one, in the last observed year",
            "properties": {"value": {"type": "number"}, "low": _ANY_NUMBER, "high": _ANY_NUMBER,
                           "interval_pct": {"type": "number"}, "year": {"type": "integer"}},
            "required": ["value", "low", "high", "interval_pct", "year"],
            "additionalProperties": False,
        },
        "leads": {
            "type": "array",
            "description": "probability that the side `against` leads in a year, measurement error allowed for",
            "items": {"type": "object", "properties": {"year": {"type": "integer"}, "probability": _PROBABILITY},
                      "required": ["year", "probability"], "additionalProperties": False},
        },
        "edition": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "description": "SIPRI's, year-month"},
        "date": {"type": "string", "format": "date", "description": "release, from CITATION.cff"},
        "supposed": {"type": "object", "description": "parameters that depart from SIPRI's level and the futures"},
        "sources": {"type": "array", "items": {"type": "string"}},
        "license": {"type": "string"},
    },
    "required": ["statement", "balance", "against", "side", "ruler", "threshold", "margin", "leads", "edition",
                 "supposed", "sources", "license"],
    "additionalProperties": False,
}  # fmt: skip


def headline(
    params: Params, crossings: pd.DataFrame, curves: pd.DataFrame, statement: str, citation: Mapping[str, Any]
) -> dict[str, Any]:
    """Return headline.json: the headline balance on the headline ruler; statement: the brief's own sentence."""
    balance, ruler = params.brief.headline_balance, params.brief.headline_ruler
    row = crossings[(crossings["balance"] == balance) & (crossings["ruler"] == ruler)].iloc[0]
    mine = curves[(curves["balance"] == balance) & (curves["ruler"] == ruler)]
    ahead = mine[mine["year"] >= row["last_observed"]].sort_values("year", kind="stable")
    about = params.balances[balance]
    against, side = weights(about)
    found = {
        "$schema": "headline.schema.json",
        "statement": statement,
        "balance": about.label,
        "against": against,
        "side": side,
        "ruler": RULERS[ruler].label,
        "threshold": about.threshold,
        "margin": {
            "value": _six(row["margin"]),
            "low": _six(row["margin_lo"]),
            "high": _six(row["margin_hi"]),
            "interval_pct": params.crossing.interval_pct,
            "year": int(row["last_observed"]),
        },
        "leads": [
            {"year": int(year), "probability": _six(p)} for year, p in zip(ahead["year"], ahead["p_ahead"], strict=True)
        ],
        "edition": str(row["edition"]),
        "supposed": params.supposed(),
        "sources": sources(str(row["edition"])),
        "license": str(citation.get("license", "")),
    }
    released = citation.get("date-released")
    return {**found, **({"date": str(released)} if released else {})}


def sources(edition: str) -> list[str]:
    """Return what the figures are from."""
    return [
        f"SIPRI Military Expenditure Database, edition {edition}, https://doi.org/10.55163/CQGC9685",
        "World Economic Outlook Database, International Monetary Fund, https://www.imf.org/en/Publications/WEO",
    ]


def plain_text(citation: Mapping[str, Any], answer: str, edition: str) -> str:
    """Return llms.txt: title, the brief's answer (Markdown), sources, and where what lies; folders are its siblings."""
    links = [
        ("The brief", "../brief/brief.html", "findings, figures, every number with its source"),
        ("The annex", "../annex/annex.html", "every balance on every ruler, tests, register, editions"),
        ("The explorer", "../explorer/explorer.html", "any coalition, ruler and scenario"),
        ("Numbers", "../brief/numbers.json", "each printed number with table, row and source"),
        ("Headline", "headline.json", "value, interval, edition; see headline.schema.json"),
        ("Tables", "../tables/datapackage.json", "results as CSV with a Frictionless descriptor"),
        ("Forecasts", "../hub/hub-config/tasks.json", "a hubverse folder, to be scored"),
        ("Revisions", "feed.xml", "what each edition of the figures changed"),
    ]
    return "\n".join(
        [
            f"# {citation.get('title', 'Overtake')}",
            "",
            answer,
            "",
            "Probabilities are those of a statistical model of budgets, which are not forces; a scenario carries none.",
            "",
            "## Sources",
            "",
            *[f"- {source}" for source in sources(edition)],
            "",
            "## More",
            "",
            *[f"- [{name}]({path}): {what}" for name, path, what in links],
            "",
        ]
    )


def feed(editions: pd.DataFrame, labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return the revisions as an Atom feed, an entry for each older edition, newest first.

    editions: the table of the balances stage; labels: of balances; names: of economies by iso3. Dates: the editions'.
    """
    newest = str(editions["compared_with"].iloc[0])
    entries = [
        _entry(str(edition), rows, labels, names)
        for edition, rows in sorted(editions.groupby("edition"), key=lambda item: str(item[0]), reverse=True)
        if edition != newest
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Overtake: revisions</title>\n<id>{_id('feed')}</id>\n<updated>{_date(newest)}</updated>\n"
        '<author><name>Overtake</name></author>\n<link rel="alternate" href="../brief/brief.html"/>\n'
        + "".join(entries)
        + "</feed>\n"
    )


def _entry(edition: str, rows: pd.DataFrame, labels: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Return one entry: what the newest edition changed against `edition`."""
    newest = str(rows["compared_with"].iloc[0])
    figures = rows[rows["kind"] == "revision"]
    by = figures["change_pct"].abs()
    said = [f"{int(figures['moved'].sum())} of {len(figures)} yearly figures differ."]
    if by.max() > 0:
        most = figures.iloc[int(by.to_numpy().argmax())]
        name = names.get(str(most["subject"]), most["subject"])
        said.append(f"The largest change is {name} in {most['year']:.0f}: {most['change_pct']:+.1f}%.")
    crossings = rows[(rows["kind"] == "crossing") & rows["moved"]]
    for row in crossings.to_dict("records"):
        then, now = (f"{row[key]:.0f}" if pd.notna(row[key]) else "none" for key in ("value", "compared_value"))
        label = labels.get(str(row["subject"]), row["subject"])
        ruler = RULERS[str(row["ruler"])].label
        said.append(
            f"First year of the lead held in the last year of the edition of {edition}, {label}, {ruler}: {then} by "
            f"that edition, {now} by the newest over the same years."
        )
    verdicts = rows[(rows["kind"] == "verdict") & rows["moved"]]
    if len(verdicts):
        said.append(f"Verdicts that differ: {', '.join(sorted(verdicts['subject'].astype(str)))}.")
    return (
        f"<entry><title>From the edition of {edition} to that of {newest}</title><id>{_id(f'{edition} {newest}')}</id>"
        f'<updated>{_date(newest)}</updated><link href="../annex/annex.html"/>'
        f"<summary>{escape(' '.join(said))}</summary></entry>\n"
    )


def _id(name: str) -> str:
    """Return an address that is the same in every run."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'overtake {name}')}"


def _date(edition: str) -> str:
    """Return an edition's month as a time."""
    return f"{edition}-01T00:00:00Z"


def _six(value: float) -> float | None:
    """Return six significant digits, None of no number."""
    return None if pd.isna(value) else float(f"{value:.6g}")
