"""China beside SIPRI's own sums of regions: a paragraph for the brief, a table for the annex."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.context import Context
from overtake.brief.sentences import upper
from overtake.show.formats import BN, COUNT, RATIO, SHARE, YEAR
from overtake.show.numbers import Cell

#: SIPRI's regions by name in a sentence.
NAMES = {
    "world": "the world",
    "asia_oceania": "Asia and Oceania",
    "east_asia": "East Asia",
    "south_asia": "South Asia",
    "south_east_asia": "South-East Asia",
    "oceania": "Oceania",
}


def asia(ctx: Context) -> dict[str, Any] | None:
    """Return China's share of all Asia and Oceania, how many of the next it outspends, and what the rest amounts to."""
    frame = ctx.shown("regions")
    rows = {} if frame is None else {str(row["region"]): row for row in frame.to_dict("records")}
    whole = rows.get("asia_oceania")
    if whole is None:
        return None
    told = [
        Markup("{} times {}'s").format(ctx.num.show(_cell(ctx, region, "china_over_rest"), RATIO), NAMES[region])
        for region in ("south_asia", "south_east_asia")
        if region in rows
    ]
    if whole["next_n"] > 0:
        least = "at least " if whole["next_n"] == whole["ranked"] else ""
        nearest = ctx.num.show(_cell(ctx, "asia_oceania", "next_n"), COUNT)
        told.insert(0, Markup("more than {}the next {} economies of the region together").format(least, nearest))
    share, year = (_cell(ctx, "asia_oceania", column) for column in ("china_share", "year"))
    return {"share": share, "year": year, "told": told}


def regions(ctx: Context) -> Markup:
    """Return the table of China beside every region."""
    frame = ctx.shown("regions")
    if frame is None:
        return Markup("")
    rows, oldest, older = [], int(ctx.need("spending")["year"].min()), Markup(" or before")
    for row in frame.to_dict("records"):
        region = str(row["region"])
        rows.append(
            (
                upper(NAMES[region]),
                ctx.num.show(_cell(ctx, region, "region_usd_bn"), BN),
                _shown(ctx, region, row, "china_share", SHARE, "not in it"),
                ctx.num.show(_cell(ctx, region, "china_over_rest"), RATIO),
                _shown(ctx, region, row, "first_outspent", YEAR, "never")
                + (older if row["first_outspent"] <= oldest else ""),
            )
        )
    first = str(frame["region"].iloc[0])
    caption = Markup(
        "China beside SIPRI's regions in {}, constant ({}) US$ billion; China ranks number {} of all economies"
    ).format(
        ctx.num.show(_cell(ctx, first, "year"), YEAR),
        ctx.num.show(_cell(ctx, first, "price_base"), YEAR),
        _shown(ctx, first, frame.to_dict("records")[0], "china_rank", COUNT, "eleven or later"),
    )
    heads = [
        ("Region", ""),
        ("Spending", "r"),
        ("China's share", "r"),
        ("China over the rest", "r"),
        ("First year above the rest", "r"),
    ]
    return table(caption, heads, rows)


def _shown(ctx: Context, region: str, row: dict[Any, Any], column: str, how: Any, otherwise: str) -> Markup:
    known = row[column] == row[column]
    return ctx.num.show(_cell(ctx, region, column), how) if known else Markup(otherwise)


def _cell(ctx: Context, region: str, column: str) -> Cell:
    return ctx.cell("regions", column, region=region)
