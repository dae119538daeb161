"""The forecast register: what earlier forecasters said, and what the figures say of it now."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.context import Context
from overtake.brief.sentences import missing
from overtake.show.formats import CHANGE1, YEAR, for_unit
from overtake.show.numbers import Cell, slug

#: States of the register table in the brief's words.
STATES = {
    "held": "held",
    "missed": "missed",
    "early": "met already, on this measure",
    "broken": "already exceeded",
    "open": "open",
}


def register(ctx: Context) -> Markup:
    """Return the judged register as a table: made, who, forecast, denominator, outcome; empty where it is absent."""
    if not ctx.has("register"):
        return Markup("")
    rows = []
    for entry in ctx.need("register").to_dict("records"):
        id, path = str(entry["forecast"]), "data/raw/forecast_register.csv"
        rows.append(
            (
                ctx.prose(str(entry["made"]), f"register.{id}.made", f"{id} made", path),
                Markup("{}{}").format(entry["who"], _cited(entry)),
                ctx.prose(_said(entry), f"register.{id}.claim", f"{id} claim", path),
                _denominator(entry),
                _outcome(ctx, entry),
            )
        )
    heads = [("Made", ""), ("Who", ""), ("Forecast", ""), ("Ratio over", ""), ("On the figures of this edition", "")]
    return table("Earlier forecasts and how they stand", heads, rows, "stack")


def _outcome(ctx: Context, entry: dict[str, Any]) -> Markup:
    """Return `missed: 0.32 in 2023`, with the growth an open forecast still needs, or that it is not measured."""
    if missing(entry["value"]):
        return Markup("not measured here")
    fmt = for_unit(str(entry["unit"]))
    shown = {
        column: ctx.num.show(
            Cell(slug("register", str(entry["forecast"]), column), float(entry[column]), ctx.path("register"),
                 (("forecast", str(entry["forecast"])),), column, ctx.edition),
            how,
        )
        for column, how in (("value", fmt), ("year", YEAR), ("needed_pct", CHANGE1), ("target_year_hi", YEAR))
        if not missing(entry.get(column))
    }  # fmt: skip
    words = STATES.get(str(entry["state"]), str(entry["state"]))
    told = Markup("<strong>{}</strong>: {} {} {}").format(
        words,
        shown["value"],
        "a year on average, to" if entry["measure"] == "milex_growth_pct" else "in",
        shown["year"],
    )
    if "needed_pct" in shown:
        told += Markup("; needs {} a year to {}").format(shown["needed_pct"], shown["target_year_hi"])
    return told


def _said(entry: dict[str, Any]) -> str:
    """Return the forecast with the condition or the figures that it was made on, which are part of it."""
    remark = "" if missing(entry.get("remark")) else str(entry["remark"])
    return f"{entry['claim']} ({remark})" if remark else str(entry["claim"])


def _denominator(entry: dict[str, Any]) -> str:
    """Return what the forecast's ratio is over, a dash where it is a level or a growth."""
    words = entry.get("denominator")
    return "–" if missing(words) or not words else str(words)


def _cited(entry: dict[str, Any]) -> Markup:
    return Markup("") if missing(entry.get("reference")) else Markup(" [@{}]").format(entry["reference"])
