"""The last block of the brief: where every number comes from, and what the publisher writes to files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from overtake.brief import plots
from overtake.brief.blocks import Block
from overtake.brief.context import Context
from overtake.brief.figure import Figure
from overtake.publish.manifest import manifest


def block(ctx: Context, figures: Iterable[Figure]) -> Block:
    """Return the sources of all numbers as a section, and numbers, figures and metrics as data."""
    data: dict[str, Any] = {
        "numbers": ctx.num.to_json(),
        "figures": [figure.to_json() for figure in figures],
        "metrics": metrics(ctx),
        "key_metrics": key_metrics(ctx),
        "plots": plots.tables(ctx),
        "manifest": manifest(ctx.root, ctx.params.model_dump(mode="json")),
    }
    return Block(sources(ctx), data)


def sources(ctx: Context) -> Markup:
    """Return the sources of all numbers that were printed as a section."""
    num = ctx.num
    printed = [(id, record) for id, record in sorted(num.records.items()) if record.shown]
    rows = Markup("").join(
        Markup('<tr id="n-{0}"><th scope="row"><code>{0}</code></th><td>{1}</td><td>{2}</td></tr>').format(
            id, " / ".join(sorted(set(record.shown))), record.cell.source()
        )
        for id, record in printed
    )
    return Markup(
        '<section class="no-print declared" aria-labelledby="sources-of-the-numbers">'
        '<h2 id="sources-of-the-numbers">Sources of the numbers</h2>'
        "<p>Every number above links to its row here. <code>overtake trace ID</code> follows it down to the workbook's "
        "cell.</p>"
        '<div class="scroll tall" tabindex="0" role="region" aria-label="Table of sources">'
        '<table class="sources"><thead><tr><th scope="col">Number</th><th scope="col">Printed as</th>'
        '<th scope="col">Source</th></tr></thead><tbody>{}</tbody></table></div></section>'
    ).format(rows)


def metrics(ctx: Context) -> dict[str, Any]:
    """Return the headline ruler's states by balance: probabilities, years and US share, rounded."""
    frame = ctx.need("crossings")
    frame = frame[frame["ruler"] == ctx.headline_ruler]
    columns = [c for c in frame.columns if c.startswith("p_") or c in ("margin", "first_crossed", "median_year")]
    found: dict[str, Any] = {}
    shares = plots.breakeven_now(ctx)
    for row in frame.to_dict("records"):
        values = {c: round(float(row[c]), 4) for c in columns if row[c] == row[c]}
        if row["balance"] in shares:
            values["breakeven_us_share"] = round(shares[row["balance"]], 4)
        if values:
            found[str(row["balance"])] = values
    return {ctx.headline_ruler: found}


def key_metrics(ctx: Context) -> dict[str, Any]:
    """Return what fits a screen, for `dvc metrics` and `dvc exp show`: P(the challenger leads in a year).

    Of the headline balance and of `sensitivity.balances` on the headline's ruler, in `sensitivity.years`.
    """
    asked = ctx.params.sensitivity
    ahead = plots.wide(ctx, ctx.need("curves"), "p_ahead")
    names = [name for name in dict.fromkeys((ctx.headline_balance, *asked.balances)) if name in ahead]
    years = [year for year in asked.years if year in ahead.index]
    return {
        ctx.headline_ruler: {
            name: {f"p_ahead_{year}": float(ahead.loc[year, name]) for year in years} for name in names
        }
    }
