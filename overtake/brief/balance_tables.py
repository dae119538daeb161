"""The brief's tables of balances: by ruler, economy, treatment of plans, and edition."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.charts.common import edition_name
from overtake.brief.context import EXPERIMENTAL, Context, articled
from overtake.brief.sentences import View, join, since, until, upper
from overtake.config.balances import default_balances
from overtake.show.formats import BN, CHANGE, CHANGE1, PERCENT, PERCENT1, PROBABILITY, RATIO, YEAR, Format, capital
from overtake.show.numbers import Cell, slug


def rulers(ctx: Context) -> Markup:
    """Return the headline balance on every ruler: margin with interval, since when, state."""
    if not ctx.has("crossings"):
        return Markup("")
    rows = []
    for ruler in ctx.rulers:
        view = View(ctx, ctx.headline_balance, ruler)
        if view.measured:
            mark = " (experimental)" if ruler in EXPERIMENTAL else ""
            rows.append((upper(ctx.ruler_name(ruler)) + mark, *_state_cells(ctx, view)))
    told = table(
        Markup("{} and {}, ruler by ruler").format(
            ctx.who_html(ctx.headline_balance), View(ctx, ctx.headline_balance, ctx.headline_ruler).whom()
        ),
        _state_heads("Ruler", ctx),
        rows,
    )
    return told + _unmeasured(ctx)


def _unmeasured(ctx: Context) -> Markup:
    """Return the sentence on rulers in use that cannot measure the headline balance, and why; nothing where all can."""
    absent = [ctx.ruler_name(one) for one in ctx.rulers if not View(ctx, ctx.headline_balance, one).measured]
    if not absent:
        return Markup("")
    members, without = ctx.balances[ctx.headline_balance].members, set(ctx.without_imf())
    lacking = [name for name in (articled(ctx.name(iso3)) for iso3 in members) if name in without]
    return Markup("<p>Not measured here: {}, since {}.</p>").format(
        join(absent),
        _lacking(lacking) if lacking else "a member has no value on them",
    )


def _lacking(names: list[str]) -> Markup:
    """Return whom the IMF's edition lacks, by name; many are listed in the method alone."""
    shown = join(names) if len(names) <= NAMED else "members that the method names"
    return Markup("the IMF's edition lacks {}").format(shown)


#: Economies that a sentence names before it points to the list.
NAMED = 6
#: Years over which long growth is shown, as in SIPRI's fact sheets.
DECADE = 9


def allies(ctx: Context) -> Markup:
    """Return China and each economy that stands alone against it: spending, growth, share of GDP, China's multiple."""
    if not ctx.has("crossings", "curves", "spending"):
        return Markup("")
    rows: list[tuple[Any, ...]] = []
    for name, known in ctx.balances.items():
        if len(known.side) != 1 or set(known.against) != {"CHN"}:
            continue
        view = View(ctx, name, ctx.headline_ruler)
        if view.measured:
            margin = view.cell("margin")
            ratio = ctx.num.derive(f"{margin.id}.ratio", (1 + margin.value) * known.threshold,
                                   "one plus the margin, times the threshold", [margin])  # fmt: skip
            rows.append(
                (
                    *_spent(ctx, next(iter(known.side))),
                    ctx.num.show(ratio, RATIO),
                    since(view, "by") if view.ahead else Markup("not passed"),
                    ctx.num.show(view.at_horizon(), PROBABILITY),
                )
            )
    last, first = (ctx.num.show(cell, YEAR) for cell in (ctx.last_cell(), _decade_cell(ctx)))
    return table(
        Markup("China and each economy alone; spending in {}, estimates in brackets").format(last),
        [
            ("Economy", ""),
            ("US$ bn, current", "r"),
            ("Real change, one year", "r"),
            (Markup("Since {}").format(first), "r"),
            ("Share of GDP", "r"),
            ("China as a multiple", "r"),
            ("Passed", ""),
            (Markup("China leads in {}").format(ctx.num.show(ctx.horizon_cell(), YEAR)), "r"),
        ],
        [(*_spent(ctx, "CHN"), "", "", ""), *rows] if rows else [],
    )


def _decade_cell(ctx: Context) -> Cell:
    year = ctx.last_observed - DECADE
    return Cell("decade-ago", year, ctx.path("spending"), (), "year", ctx.edition, (), f"last less {DECADE}")


def _spent(ctx: Context, iso3: str) -> list[Markup]:
    """Return an economy's name, spending in current dollars, real change over one year and DECADE, share of GDP."""
    year = ctx.last_observed
    spending = ctx.need("spending")
    row = spending[(spending["iso3"] == iso3) & (spending["year"] == year)].iloc[0]
    level = ctx.num.show(ctx.cell("spending", "milex_current_usd_bn", iso3=iso3, year=year), BN)
    share = ctx.num.show(ctx.cell("spending", "gdp_share_pct", iso3=iso3, year=year), PERCENT1)
    return [
        Markup.escape(ctx.name(iso3)),
        level if row["status"] == "reported" else Markup("[{}]").format(level),
        ctx.num.show(_real_change(ctx, iso3, 1), CHANGE1),
        ctx.num.show(_real_change(ctx, iso3, DECADE), CHANGE),
        share,
    ]


def _real_change(ctx: Context, iso3: str, years: int) -> Cell:
    """Return the change of constant dollars over the last `years`, in per cent."""
    last = ctx.last_observed
    new, old = (ctx.cell("spending", "milex_constant_usd_bn", iso3=iso3, year=year) for year in (last, last - years))
    change = 100 * (new.value / old.value - 1)
    return ctx.num.derive(slug("real-change", iso3, years), change, f"per cent, real, over {years} years", [new, old])


#: Treatments of announced plans, as the table heads them.
TREATMENTS = {"off": "without plans", "cut": "plans, cut", "face_value": "plans at face value"}
#: The year by which leads may change hands in the table of plans.
BY_YEAR = 2035


def reversal(ctx: Context) -> Markup:
    """Return the probability that a lead held now is lost again by a year, by treatment of announced plans."""
    if not ctx.has("reversal"):
        return Markup("")
    frame = ctx.need("reversal")
    column, ratio = f"p_regained_by_{BY_YEAR}", f"ratio_{BY_YEAR}_median"
    frame = frame[(frame["ruler"] == ctx.headline_ruler) & frame["balance"].isin(ctx.balances)]
    if frame.empty or column not in frame:
        return Markup("")

    def cell(name: str, treatment: str, measure: str) -> Markup:
        key = {"plans": treatment, "balance": name, "ruler": ctx.headline_ruler}
        return ctx.num.show(ctx.cell("reversal", measure, **key), PROBABILITY if measure == column else RATIO)

    known = [treatment for treatment in TREATMENTS if (frame["plans"] == treatment).any()]
    rows = [
        (ctx.label(name), *(Markup("{} ({})").format(cell(name, one, column), cell(name, one, ratio)) for one in known))
        for name in dict.fromkeys(frame["balance"].astype(str))
    ]
    year = ctx.num.show(Cell("reversal.year", BY_YEAR, ctx.path("reversal"), (), column), YEAR)
    caption = Markup(
        "Of the futures in which the challenger leads now, those in which it loses the lead by {0}; in brackets the "
        "median ratio of {0} in all futures"
    ).format(year)
    return table(caption, [("Balance", ""), *((TREATMENTS[one], "r") for one in known)], rows)


def by_edition(ctx: Context) -> Markup:
    """Return in which year the headline balance was crossed, as each edition had it."""
    if not ctx.has("editions"):
        return Markup("")
    frame = ctx.need("editions")
    if "kind" not in frame:
        return Markup("")
    frame = frame[(frame["kind"] == "crossing") & (frame["subject"] == ctx.headline_balance)]
    rulers = list(dict.fromkeys(frame["ruler"].astype(str)))
    rows = []
    for edition, part in frame.groupby("edition", sort=True):
        by_ruler = {str(row["ruler"]): row for row in part.to_dict("records")}
        cells = [_edition_cell(ctx, by_ruler.get(ruler), column) for ruler in rulers
                 for column in ("value", "compared_value")]  # fmt: skip
        rows.append((edition_name(str(edition)), *cells))
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    heads = [(f"{capital(ctx.ruler_name(ruler))}, {when}", "r") for ruler in rulers
             for when in ("as published", "the same years now")]  # fmt: skip
    caption = Markup("The year in which {} passed {}, by edition").format(ctx.who_html(view.balance), view.whom())
    return table(caption, [("Edition", ""), *heads], rows)


def as_first_published(ctx: Context) -> dict[str, Any] | None:
    """Return since when the headline's challenger led on the oldest edition, and for the same years now.

    Nothing where no earlier edition measures the balance on the headline's ruler, or where revisions moved nothing.
    """
    frame = ctx.frame("editions")
    if frame is None or "kind" not in frame:
        return None
    mine = (frame["subject"] == ctx.headline_balance) & (frame["ruler"] == ctx.headline_ruler)
    rows = frame[(frame["kind"] == "crossing") & mine & (frame["edition"] < ctx.edition)]
    if rows.empty:
        return None
    row = rows.sort_values("edition", kind="stable").iloc[0].to_dict()
    then, now = (_crossing(ctx, row, column) for column in ("value", "compared_value"))
    if then.value == now.value or not (then.present or now.present):
        return None
    return {"older": edition_name(str(row["edition"])), "newer": edition_name(ctx.edition), "then": then, "now": now}


def _edition_cell(ctx: Context, row: dict[Hashable, Any] | None, column: str) -> Markup:
    """Return the year of a crossing as an edition had it, in words."""
    if row is None:
        return Markup("")
    cell = _crossing(ctx, row, column)
    return ctx.num.show(cell, YEAR) if cell.present else Markup("not crossed")


def _crossing(ctx: Context, row: dict[Hashable, Any], column: str) -> Cell:
    """Return the year of a crossing as an edition had it."""
    key = (("kind", "crossing"), ("edition", str(row["edition"])), ("subject", str(row["subject"])),
           ("ruler", str(row["ruler"])))  # fmt: skip
    name = slug("editions", row["subject"], row["ruler"], row["edition"], column)
    return Cell(name, float(row[column]), ctx.path("editions"), key, column)


def on_paper(ctx: Context) -> dict[str, Any] | None:
    """Return when China passes the United States if both grow on as they did, by first year of growth.

    Nothing in a brief whose headline balance does not have China as a challenger: its reader did not ask; nor where
    China has another level than SIPRI's, by which such arithmetic goes.
    """
    frame = None if ctx.level_words() else ctx.shown("trend")
    rows = [] if frame is None else frame[frame["coalition"] == "usa"].to_dict("records")
    told = [
        Markup("{} at the growth since {}").format(_passing(ctx, row), _trend(ctx, row, "since"))
        for row in rows
        if row["state"] != "leads"
    ]
    return {"told": told} if told else None


def trend(ctx: Context) -> Markup:
    """Return that arithmetic for the coalitions with shares of US spending."""
    if not ctx.has("trend"):
        return Markup("")
    frame = ctx.need("trend")
    frame = frame[frame["state"] != "leads"]
    years = list(dict.fromkeys(frame["since"]))
    declared = default_balances()
    rows = []
    for (coalition, _), part in frame.groupby(["coalition", "us_share_pct"], sort=False):
        found = {row["since"]: row for row in part.to_dict("records")}
        cells = [_passing(ctx, found[year]) if year in found else Markup("–") for year in years]
        rows.append(
            (declared[coalition].label, _trend(ctx, part.to_dict("records")[0], "us_share_pct", PERCENT), *cells)
        )
    heads: list[tuple[Any, str]] = [("Coalition", ""), ("US spending", "r")]
    first = {row["since"]: row for row in reversed(frame.to_dict("records"))}
    heads += [(Markup("growth since {}").format(_trend(ctx, first[year], "since")), "r") for year in years]
    caption = f"Year in which China passes if both sides grow on as they did, constant dollars{ctx.as_sipri_has_it()}"
    return table(caption, heads, rows)


def _passing(ctx: Context, row: dict[Hashable, Any]) -> Markup:
    return Markup("in {}").format(_trend(ctx, row, "year")) if row["state"] == "passes" else Markup("never")


def _trend(ctx: Context, row: dict[Hashable, Any], column: str, how: Format = YEAR) -> Markup:
    key: dict[str, Any] = {name: row[name] for name in ("coalition", "us_share_pct", "since")}
    return ctx.num.show(ctx.cell("trend", column, **key), how)


def _state_heads(first: str, ctx: Context) -> list[tuple[Any, str]]:
    headline = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    return [
        (first, ""),
        ("Margin of the challenger", "r"),
        ("Interval", "r"),
        ("Challenger leads", ""),
        ("Crossing", ""),
        (Markup("Leads in {}").format(ctx.num.show(headline.curve("year", ctx.ten_years_on), YEAR)), "r"),
    ]


def _state_cells(ctx: Context, view: View) -> list[Markup]:
    percent = [
        ctx.num.derive(f"{cell.id}.signed-pct", 100 * cell.value, "margin in per cent", [cell])
        for cell in (view.cell(name) for name in ("margin", "margin_lo", "margin_hi"))
    ]
    now, low, high = (ctx.num.show(cell, PERCENT) for cell in percent)
    if view.ahead:
        crossing = Markup("has been crossed")
    elif view.cell("median_year").present:
        crossing = Markup("{} ({} to {})").format(
            view.show("median_year", YEAR), until(view, "lo_year"), until(view, "hi_year")
        )
    else:
        crossing = Markup("{} by {}").format(
            ctx.num.show(view.by_horizon(), PROBABILITY), ctx.num.show(ctx.horizon_cell(), YEAR)
        )
    return [
        now,
        Markup("{} to {}").format(low, high),
        Markup("since {}{}").format(_year_only(view), " or before" * view.older)
        if view.ahead
        else Markup("newly" if view.more else "not yet"),
        crossing,
        ctx.num.show(view.curve("p_ahead", ctx.ten_years_on), PROBABILITY),
    ]


def _year_only(view: View) -> Markup:
    cell = view.cell("first_crossed")
    return view.ctx.num.show(cell, YEAR) if cell.present else Markup("lately")
