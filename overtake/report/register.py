"""The forecast register: what earlier forecasters said, and what the figures say of it now."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.report.blocks import table
from overtake.report.context import Context, Frame
from overtake.report.formats import BN, CHANGE1, RATIO, YEAR, Format
from overtake.report.numbers import Cell, slug
from overtake.report.sentences import missing

#: How each measure is written.
FORMATS = {"milex_usd_bn": BN, "milex_growth_pct": CHANGE1, "official_budget_usd_bn": BN}

#: A level forecast as `near` holds within this share of it.
NEAR = 0.05


def register(ctx: Context) -> Markup:
    """Return the register as a table: made, by whom, claim, state with the measured value; empty without a ledger."""
    if not ctx.has("forecast_register"):
        return Markup("")
    rows = []
    for entry in ctx.need("forecast_register").to_dict("records"):
        id, path = str(entry["forecast"]), ctx.path("forecast_register")
        rows.append(
            (
                ctx.prose(str(entry["made"]), f"register.{id}.made", f"{id} made", path),
                str(entry["who"]),
                ctx.prose(str(entry["claim"]), f"register.{id}.claim", f"{id} claim", path),
                _state(ctx, entry),
            )
        )
    heads = [("Made", ""), ("Who", ""), ("Forecast", ""), ("On the figures of this edition", "")]
    return table("Earlier forecasts and how they stand", heads, rows)


def _state(ctx: Context, entry: dict[str, Any]) -> Markup:
    """Return `missed: 0.32 in 2023`, `open: 0.36 in 2025`, or a dash where the figures cannot say."""
    last = ctx.last_observed
    due = int(entry["target_year_hi"])
    year = min(due, last)
    value = measured(ctx, entry, year)
    if value is None:
        return Markup("not measured here")
    fmt: Format = FORMATS.get(str(entry["measure"]), RATIO)
    key = (("forecast", str(entry["forecast"])), ("year", year))
    table_ = ctx.path("macro" if entry["measure"] == "gdp_ratio" else "spending")
    cell = Cell(slug("register", str(entry["forecast"]), "value"), value, table_, key, str(entry["measure"]),
                ctx.edition, (), _how(entry))  # fmt: skip
    holds = held(str(entry["direction"]), value, float(entry["threshold"]))
    start: Any = entry.get("target_year_lo")
    early = due > last and holds and entry["direction"] == "at_least"
    if due > last:
        begun = not missing(start) and int(start) <= last
        word = "has come about" if early else ("due, and not yet so" if begun else "open")
    else:
        word = "held" if holds else "missed"
    shown = Cell(slug("register", str(entry["forecast"]), "year"), year, table_, key, "year", ctx.edition)
    return Markup("<strong>{}</strong>: {} in {}").format(word, ctx.num.show(cell, fmt), ctx.num.show(shown, YEAR))


def held(direction: str, value: float, threshold: float) -> bool:
    """Tell whether `value` meets `threshold` in the forecast's direction: at_least, at_most or near."""
    if direction == "at_least":
        return value >= threshold
    if direction == "at_most":
        return value <= threshold
    return abs(value / threshold - 1) <= NEAR


def measured(ctx: Context, entry: dict[str, Any], year: int) -> float | None:
    """Return the entry's measure in `year`, current US$ at market rates; nothing where the tables lack it."""
    measure, subject = str(entry["measure"]), str(entry["subject"])
    comparator = "" if missing(entry.get("comparator")) else str(entry["comparator"])
    if measure == "gdp_ratio":
        return _over(_wide(ctx, "macro", "gdp_usd_bn"), ctx, subject, comparator, year)
    if measure == "official_budget_usd_bn":
        return None
    wide = _wide(ctx, "spending", "milex_current_usd_bn")
    if wide is None or year not in wide.index or subject not in wide:
        return None
    if measure == "milex_ratio":
        return _over(wide, ctx, subject, comparator, year)
    if measure == "milex_usd_bn":
        return float(wide.loc[year, subject])
    base: Any = entry.get("base_year")
    if missing(base) or int(base) not in wide.index:
        return None
    if measure == "milex_factor":
        return float(wide.loc[year, subject] / wide.loc[int(base), subject])
    if measure == "milex_growth_pct":
        real = _wide(ctx, "spending", "milex_constant_usd_bn")
        return float(100 * ((real.loc[year, subject] / real.loc[int(base), subject]) ** (1 / (year - int(base))) - 1))
    return None


def _over(wide: Frame, ctx: Context, subject: str, comparator: str, year: int) -> float | None:
    members = group(ctx, comparator)
    if wide is None or year not in wide.index or subject not in wide or not set(members) <= set(wide.columns):
        return None
    total = sum(wide.loc[year, iso3] for iso3 in members)
    return float(wide.loc[year, subject] / total)


def group(ctx: Context, name: str) -> list[str]:
    """Return the members of a comparator: an economy, a declared balance, or `region` (the eleven and New Zealand)."""
    if name in ctx.balances:
        return list(ctx.balances[name].side)
    if name == "region" and "eleven" in ctx.balances:
        return [*ctx.balances["eleven"].side, "NZL"]
    return [name]


def _wide(ctx: Context, table_: str, column: str) -> Frame:
    frame = ctx.frame(table_)
    return None if frame is None else frame.pivot_table(index="year", columns="iso3", values=column, aggfunc="last")


def _how(entry: dict[str, Any]) -> str:
    over = "" if missing(entry.get("comparator")) else f" over {entry['comparator']}"
    return f"{str(entry['measure']).replace('_', ' ')} of {entry['subject']}{over}, market exchange rates"
