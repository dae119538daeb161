"""The head of the brief, and what its key findings speak of: each a number, its interval and a year."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup

from overtake.brief.charts.crossing import most_open
from overtake.brief.choices import level_range
from overtake.brief.context import Context
from overtake.brief.parts import citation, people
from overtake.brief.sentences import (
    View,
    breakeven_outlook,
    contrast,
    headline,
    interval_words,
    margin_phrase,
    others,
    otherwise,
    state_sentence,
    upper,
)
from overtake.show.formats import PROBABILITY, RATIO, SHARE, YEAR, capital
from overtake.show.numbers import Cell

#: Where a reader on a screen goes on.
LINKS = Markup(
    '<p class="no-print">More: <a href="../annex/annex.html">annex</a>, '
    '<a href="../explorer/explorer.html">explorer</a>, <a href="tables/">tables</a>.</p>'
)


def head(ctx: Context) -> Markup:
    """Return kicker, title, standfirst and dateline."""
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    return Markup(
        '<header><p class="kicker">Overtake: military expenditure{}</p>'
        '<h1 class="doc-title">{}</h1><p class="standfirst">In {}, {} spent {}{}. The probability that {}, measurement '
        'error allowed for, is {}.{}</p>{}{}<p class="dateline">SIPRI edition of {}, data to {}, futures to {}. '
        "Intervals hold {} of what measurement and the future leave open. Where no other ruler is named: "
        "{}.</p>{}</header>"
    ).format(
        " in the Indo-Pacific" if ctx.of_china else "",
        headline(ctx),
        ctx.num.show(ctx.last_cell(), YEAR),
        view.who(),
        margin_phrase(view),
        otherwise(ctx, view),
        view.does("it leads", "they lead"),
        _now_and_then(ctx, view),
        level_range(ctx, view),
        _departures(ctx),
        byline(ctx),
        ctx.sipri_words(),
        ctx.num.show(ctx.last_cell(), YEAR),
        ctx.num.show(ctx.horizon_cell(), YEAR),
        interval_words(ctx),
        ctx.unit_words(ctx.headline_ruler),
        LINKS,
    )


def byline(ctx: Context) -> Markup:
    """Return by whom, when, in which edition of the software, where to write, and the DOI, from CITATION.cff."""
    entry = citation(ctx.root)
    if not entry:
        return Markup("")
    released = entry.get("date-released")
    when = f"{released.day} {released:%B %Y}" if isinstance(released, date) else str(released or "")
    number = f"version {entry['version']}" if entry.get("version") else ""
    doi = entry.get("doi")
    identified = Markup('<a href="https://doi.org/{0}">doi:{0}</a>').format(doi) if doi else "no DOI yet"
    contact = (Markup('<a href="mailto:{0}">{0}</a>').format(each["email"]) if each.get("email") else
               each.get("website", "") for each in entry.get("contact", entry.get("authors", [])))  # fmt: skip
    said = [part for part in (people(entry), when, number, identified, *contact) if part]
    return Markup('<p class="byline declared">{}.</p>').format(Markup(", ").join(said))


def _now_and_then(ctx: Context, view: View) -> Markup:
    """Return the probability that China's side leads in the last observed year, and ten years on or at the horizon."""
    told = [view.leads_in(year) for year in (ctx.last_observed, ctx.ten_years_on)]
    return Markup(" and ").join(Markup("{1} in {0}").format(*each) for each in told)


def _departures(ctx: Context) -> Markup:
    """Return what the figures of this run depart from: SIPRI's level of China, the IMF of its date, no scenario."""
    said = [words for words in (ctx.level_words(), ctx.economy_words(), ctx.scenario_words()) if words]
    if not said:
        return Markup("")
    text = ". ".join(map(capital, said))
    return Markup('<p class="departure"><strong>{}.</strong></p>').format(
        ctx.prose(text, "params.departure", "rulers.china_level, data.weo_edition, scenario")
    )


def lead(ctx: Context) -> dict[str, Any]:
    """Return the finding on the headline balance: since when or how likely, and what measurement error leaves open."""
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    if view.ahead and view.cell("first_crossed").present:
        big = view.show("first_crossed", YEAR)
        small = "first year of the figures, led then already" if view.older else "first year of the present lead"
    elif view.cell("median_year").present:
        big, small = view.show("median_year", YEAR), "median year of the crossing"
    else:
        end = ctx.num.show(ctx.horizon_cell(), YEAR)
        big, small = ctx.num.show(view.by_horizon(), PROBABILITY), Markup("probability of a crossing by {}").format(end)
    first, low, high = (view.cell(name) for name in ("first_crossed", "lo_year", "hi_year"))
    told = view.ahead and low.present and high.present
    dated = told and not view.older
    year, led = (view.curve(name, int(first.value)) for name in ("year", "p_ahead")) if dated else (None, None)
    same = "same" if low.value == high.value else "apart"
    return {"big": big, "small": small, "sentence": state_sentence(view), "ends": same if told else "", "low": low,
            "high": high, "year": year, "led": led, "width": interval_words(ctx)}  # fmt: skip


def by_ruler(ctx: Context) -> dict[str, Any] | None:
    """Return the finding on the first other ruler that disagrees, or the first other one where none does."""
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    other = contrast(ctx, view)
    if other is None:
        ruler = next((r for r in ("gdp_ppp", *ctx.rulers) if r in ctx.rulers and r != view.ruler), None)
        if ruler is None:
            return None
        other = View(ctx, view.balance, ruler)
        if not other.measured:
            return None
    cell = ctx.cell("curves", "ratio_q50", balance=other.balance, ruler=other.ruler, year=ctx.last_observed)
    return {
        "big": ctx.num.show(cell, RATIO),
        "small": f"ratio in {ctx.ruler_name(other.ruler)}",
        "turned": other.more != view.more,
        "apart": any(one.more != view.more for one in others(ctx, view)),
        "ruler": ctx.ruler_name(other.ruler),
        "margin": margin_phrase(other),
        "year": ctx.last_cell(),
        "sentence": state_sentence(other),
    }


def american_share(ctx: Context) -> dict[str, Any] | None:
    """Return the finding on the share of US spending that levels the headline balance ten years on."""
    frame = ctx.frame("breakeven")
    if frame is None:
        return None
    name = ctx.headline_balance
    frame = frame[(frame["balance"] == name) & (frame["ruler"] == ctx.headline_ruler) & (frame["member"] == "USA")]
    year = ctx.ten_years_on
    if not (frame["year"] == year).any():
        return None
    keys = {"balance": name, "member": "USA", "ruler": ctx.headline_ruler}
    now, then = (
        {q: ctx.cell("breakeven", f"share_{q}", **keys, year=at) for q in ("lo", "q50", "hi")}
        for at in (ctx.last_observed, year)
    )
    return {
        "big": ctx.num.show(then["q50"], SHARE),
        "small": "break-even share of US spending",
        "outlook": breakeven_outlook(then["lo"].value, then["hi"].value),
        "coalition": upper(View(ctx, name, ctx.headline_ruler).whom()),
        "when": Cell("breakeven.year", year, ctx.path("breakeven"), (("year", year),), "year", ctx.edition),
        "year": ctx.last_cell(),
        "now": now,
        "then": then,
    }


def most_open_balance(ctx: Context) -> dict[str, Any] | None:
    """Return the finding on the balance whose outcome is the least certain."""
    name = most_open(ctx, ctx.headline_ruler)
    if name is None:
        return None
    view = View(ctx, name, ctx.headline_ruler)
    due = ctx.num.show(Cell("by-2035", 2035, view.cell("p_by_2035").table, (), "p_by_2035"), YEAR)
    return {
        "big": view.show("p_by_2035", PROBABILITY),
        "small": Markup("probability that the crossing comes by {}").format(due),
        "open": view,
        "sentence": state_sentence(view),
    }


def ahead(ctx: Context) -> dict[str, Any]:
    """Return the finding on who leads now, in five, in ten years and at the horizon."""
    view, last = View(ctx, ctx.headline_balance, ctx.headline_ruler), ctx.last_observed
    years = sorted({year for year in (last, last + 5, last + 10, ctx.horizon) if year <= ctx.horizon})
    told = {year: view.leads_in(year) for year in years}
    when, chance = told[ctx.ten_years_on]
    return {
        "big": chance,
        "small": Markup("probability that {} in {}").format(view.does("it leads", "they lead"), when),
        "challenger": upper(view.who()),
        "when": when,
        "chance": chance,
        "others": [Markup("in {} {}").format(*told[year]) for year in years if year != ctx.ten_years_on],
    }
