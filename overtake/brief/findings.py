"""The head of the brief and its key findings: each a number, its interval and a year."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from overtake.brief.charts.common import edition_name
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
    join,
    margin_phrase,
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
        '<header><p class="kicker">Overtake: military expenditure in the Indo-Pacific</p>'
        '<h1 class="doc-title">{}</h1><p class="standfirst">In {}, {} spent {}{}. The probability that {}, measurement '
        'error allowed for, is {}.{}</p>{}{}<p class="dateline">SIPRI edition of {}, data to {}, futures to {}. '
        "Intervals hold {} of what measurement and the future leave open. Where no other ruler is named: "
        "{}.</p>{}</header>"
    ).format(
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
        edition_name(ctx.edition),
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


def findings(ctx: Context) -> Markup:
    """Return three to five findings, each with a number, its interval and a year."""
    made = [
        finding
        for finding in (
            _headline_finding(ctx),
            _ruler_finding(ctx),
            _breakeven_finding(ctx),
            _open_finding(ctx),
            _ahead_finding(ctx),
        )
        if finding
    ]
    return Markup('<ol class="findings">{}</ol>').format(Markup("").join(made)) if made else Markup("")


def _item(big: Markup, small: str | Markup, *sentences: Markup) -> Markup:
    return Markup('<li><div class="big">{}<small>{}</small></div><div>{}</div></li>').format(
        big, small, Markup("").join(Markup("<p>{}</p>").format(sentence) for sentence in sentences)
    )


def _headline_finding(ctx: Context) -> Markup:
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    if view.ahead and view.cell("first_crossed").present:
        big, small = view.show("first_crossed", YEAR), "first year of the present lead"
    elif view.cell("median_year").present:
        big, small = view.show("median_year", YEAR), "median year of the crossing"
    else:
        big, small = view.show("p_crossing", PROBABILITY), "probability of a crossing"
    interval = Markup("")
    if view.ahead and view.cell("lo_year").present and view.cell("hi_year").present:
        interval = (
            Markup(" Measurement error leaves the year unchanged.")
            if view.value("lo_year") == view.value("hi_year")
            else Markup(" With measurement error the lead began between {} and {}.").format(
                view.show("lo_year", YEAR), view.show("hi_year", YEAR)
            )
        )
        first = int(view.value("first_crossed"))
        if first > ctx.need("spending")["year"].min():
            it = view.does("it", "they")
            interval += Markup(" That {} led in {} already has a probability of {}.").format(it, *view.leads_in(first))
    return _item(
        big,
        small,
        Markup("<strong>{}</strong>{}").format(state_sentence(view), interval),
    )


def _ruler_finding(ctx: Context) -> Markup:
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    other = contrast(ctx, view)
    if other is None:
        ruler = next((r for r in ("gdp_ppp", *ctx.rulers) if r in ctx.rulers and r != view.ruler), None)
        if ruler is None:
            return Markup("")
        other = View(ctx, view.balance, ruler)
        if not other.measured:
            return Markup("")
    cell = ctx.cell("curves", "ratio_q50", balance=other.balance, ruler=other.ruler, year=ctx.last_observed)
    lead = "The answer changes with the ruler." if other.ahead != view.ahead else "The other rulers agree."
    return _item(
        ctx.num.show(cell, RATIO),
        f"ratio in {ctx.ruler_name(other.ruler)}",
        Markup("<strong>{}</strong> Measured by {}, {} spent {} in {}.").format(
            lead, ctx.ruler_name(other.ruler), other.who(), margin_phrase(other),
            ctx.num.show(ctx.last_cell(), YEAR),
        ),
        Markup("On this ruler {}").format(state_sentence(other)),
    )  # fmt: skip


def _breakeven_finding(ctx: Context) -> Markup:
    if not ctx.has("breakeven"):
        return Markup("")
    frame = ctx.need("breakeven")
    name = ctx.headline_balance
    frame = frame[(frame["balance"] == name) & (frame["ruler"] == ctx.headline_ruler) & (frame["member"] == "USA")]
    year = ctx.ten_years_on
    if not (frame["year"] == year).any():
        return Markup("")
    keys = {"balance": name, "member": "USA", "ruler": ctx.headline_ruler}
    now = {q: ctx.cell("breakeven", f"share_{q}", **keys, year=ctx.last_observed) for q in ("lo", "q50", "hi")}
    then = {q: ctx.cell("breakeven", f"share_{q}", **keys, year=year) for q in ("lo", "q50", "hi")}
    shown = ctx.num.show
    when = shown(Cell("breakeven.year", year, ctx.path("breakeven"), (("year", year),), "year", ctx.edition), YEAR)
    whom = View(ctx, name, ctx.headline_ruler).whom()
    outlook = breakeven_outlook(then["lo"].value, then["hi"].value)
    if outlook == "needed":
        head_text = Markup("{} would need {} of US spending to match {} in {}.").format(
            upper(whom), shown(then["q50"], SHARE), ctx.who_html(name), when
        )
    elif outlook == "not needed":
        head_text = Markup("{} would match {} in {} without any US spending.").format(
            upper(whom), ctx.who_html(name), when
        )
    else:
        head_text = Markup("Whether {} would need US spending to match {} in {} is open.").format(
            whom, ctx.who_html(name), when
        )
    return _item(
        shown(then["q50"], SHARE),
        "break-even share of US spending",
        Markup(
            "<strong>{}</strong> The share has an interval of {} to {}; below zero means that none is needed."
        ).format(head_text, shown(then["lo"], SHARE), shown(then["hi"], SHARE)),
        Markup("In {} the share was {} (interval {} to {}).").format(
            shown(ctx.last_cell(), YEAR), shown(now["q50"], SHARE), shown(now["lo"], SHARE), shown(now["hi"], SHARE)
        ),
    )


def _open_finding(ctx: Context) -> Markup:
    """Return the balance whose outcome is the least certain."""
    name = most_open(ctx, ctx.headline_ruler)
    if name is None:
        return Markup("")
    view = View(ctx, name, ctx.headline_ruler)
    due = ctx.num.show(Cell("by-2035", 2035, view.cell("p_by_2035").table, (), "p_by_2035"), YEAR)
    return _item(
        view.show("p_by_2035", PROBABILITY),
        Markup("probability that the crossing comes by {}").format(due),
        Markup("<strong>The most open balance sets {} against {}.</strong> {}").format(
            ctx.who_html(name), view.whom(), state_sentence(view)
        ),
    )


def _ahead_finding(ctx: Context) -> Markup:
    """Return the probability that the challenger leads now, in five, in ten years and at the horizon."""
    view, last = View(ctx, ctx.headline_balance, ctx.headline_ruler), ctx.last_observed
    years = sorted({year for year in (last, last + 5, last + 10, ctx.horizon) if year <= ctx.horizon})
    told = {year: view.leads_in(year) for year in years}
    middle = ctx.ten_years_on
    others = join([Markup("in {} {}").format(*told[year]) for year in years if year != middle])
    return _item(
        told[middle][1],
        Markup("probability that {} in {}").format(view.does("it leads", "they lead"), told[middle][0]),
        Markup("<strong>{} {} {} in {} with a probability of {}.</strong> The probability is {}.").format(
            upper(view.who()), view.does("leads", "lead"), view.whom(), *told[middle], others
        ),
    )
