"""The page of one economy beside China: pieces of `notebooks/economy.ipynb`, each a function of context and code."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.balances.sides import weights
from overtake.brief.blocks import declared, table
from overtake.brief.charts import common
from overtake.brief.context import EXPERIMENTAL, Context, articled
from overtake.brief.figure import Column, Figure
from overtake.brief.sentences import join, upper
from overtake.errors import OvertakeError
from overtake.show import style
from overtake.show.formats import COUNT, PERCENT, PERCENT1, RATIO, USD_BN, YEAR, capital
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size

#: Whom every page sets its economy against.
AGAINST = "CHN"
#: First year of the drawings, and how far they look ahead.
FIRST_SHOWN, YEARS_AHEAD = 2000, 10


def economies(ctx: Context) -> list[str]:
    """Return the economies that have a page: all with figures but China, in the order of their names."""
    return sorted(set(ctx.need("spending")["iso3"]) - {AGAINST}, key=ctx.name)


def head(ctx: Context, iso3: str) -> Markup:
    """Return title and standfirst: who spends more, since when, and what it is that is spent."""
    if iso3 not in economies(ctx):
        raise OvertakeError("economy", "has no page", found=iso3, allowed=", ".join(economies(ctx)))
    now, ratio = _spent(ctx, iso3, ctx.last_observed), _ratio(ctx, iso3, "constant_usd")
    before = _spent(ctx, iso3, ctx.last_observed - 10)
    change = ctx.num.derive(
        slug("economy", iso3, "change"), 100 * abs(now.value / before.value - 1), "change in ten years", [now, before]
    )
    share = ctx.cell("spending", "gdp_share_pct", iso3=iso3, year=ctx.last_observed)
    return Markup(
        '<header><p class="kicker"><a href="../brief/brief.html">Overtake</a>: one economy beside China</p>'
        '<h1 class="doc-title">{}</h1><p class="standfirst">{} spent {} in {}, {} of its GDP and {} {} than ten years '
        'before in constant dollars. China spent {} times as much{}.</p><p class="dateline">SIPRI edition of {}. Where '
        "no other ruler is named: {}.</p></header>"
    ).format(
        _title(ctx, iso3),
        upper(_the(ctx, iso3)),
        ctx.num.show(now, USD_BN),
        ctx.num.show(ctx.last_cell(), YEAR),
        ctx.num.show(share, PERCENT1),
        ctx.num.show(change, PERCENT),
        "more" if now.value >= before.value else "less",
        ctx.num.show(ratio, RATIO),
        _otherwise(ctx, iso3, ratio.value > 1),
        ctx.sipri_words(),
        ctx.unit_words("constant_usd"),
    )


def since(ctx: Context, iso3: str, ruler: str) -> int | None:
    """Return the first year since which China has spent more in every observed year, None where it does not.

    Observed figures, a single year counted: no rule of lasting, since nothing later is left out.
    """
    above = _ratios(ctx, iso3, ruler) > 1
    if above.empty or not above.iloc[-1]:
        return None
    below = above.index[~above]
    return int(above.index[above.index > below.max()].min() if len(below) else above.index.min())


def rulers(ctx: Context, iso3: str) -> Markup:
    """Return the table: China over the economy on every ruler, and since when China has spent more."""
    rows = []
    for ruler in ctx.rulers:
        if ruler in EXPERIMENTAL or _ratios(ctx, iso3, ruler).empty:
            continue
        first = since(ctx, iso3, ruler)
        rows.append(
            (
                capital(ctx.ruler_name(ruler)),
                ctx.num.show(_ratio(ctx, iso3, ruler), RATIO),
                Markup("not ahead") if first is None else _since_words(ctx, iso3, ruler, first),
            )
        )
    caption = Markup("China over {} in {}, and since when China has spent more").format(
        _the(ctx, iso3), ctx.num.show(ctx.last_cell(), YEAR)
    )
    return table(caption, [("Ruler", ""), ("China over it", "r"), ("China ahead", "")], rows)


def gap(ctx: Context, iso3: str) -> Markup:
    """Return a paragraph: what it would have to spend for the headline's coalition to be level, all else as it is."""
    name, last = ctx.headline_balance, ctx.last_observed
    against, side = weights(ctx.balances[name])
    if not side.get(iso3) or iso3 in against:
        return Markup("")
    cells = {one: _spent(ctx, one, last) for one in {**against, **side}}
    total = sum(cells[one].value * weight for one, weight in against.items())
    others = sum(cells[one].value * weight for one, weight in side.items() if one != iso3)
    needed = max((total - others) / side[iso3], 0.0)
    how = "China's side less the other members, over the share that counts"
    level = ctx.num.derive(slug("economy", iso3, "needed"), needed, how, list(cells.values()))
    times = ctx.num.derive(slug("economy", iso3, "times"), needed / cells[iso3].value, "over what it spends", [level])
    whom = ctx.whom(name)
    if needed == 0:
        return Markup("<p>Without {} {} would be ahead of {} all the same.</p>").format(
            _the(ctx, iso3), whom, ctx.who_html(name)
        )
    return Markup(
        "<p>For {} to be level with {} in {}, all others as they are, {} would have to spend {}, {} times what it "
        "did.</p>"
    ).format(
        whom, ctx.who_html(name), ctx.num.show(ctx.last_cell(), YEAR), _the(ctx, iso3),
        ctx.num.show(level, USD_BN), ctx.num.show(times, RATIO),
    )  # fmt: skip


def plans(ctx: Context, iso3: str) -> Markup:
    """Return the ledger's rows on the economy: what was announced, how firm it is, and who says so."""
    ledger = ctx.ledger("plans")
    own = [] if ledger is None else ledger[ledger["iso3"] == iso3].to_dict("records")
    rows = [
        (
            declared(str(row["label"])),
            declared(str(row["stage"])),
            declared("" if pd.isna(row["target_year"]) else f"{row['target_year']:.0f}"),
            "may count" if row["role"] == "target" else "context",
            declared(f"{row['source']} ({row['status']})"),
        )
        for row in own
    ]
    if not rows:
        return Markup("<p>The ledger holds no plan of {} that names a number.</p>").format(_the(ctx, iso3))
    heads = [("Plan", ""), ("Tier", ""), ("By", "r"), ("In the futures", ""), ("Source", "")]
    return table("Announced plans, in the words and the definition of those who made them", heads, rows, "stack")


def outlook(ctx: Context, iso3: str) -> Markup:
    """Return a paragraph: the share of GDP that the middle futures imply, and how far four fifths of them reach."""
    frame = ctx.frame("implied_shares")
    if frame is None:
        return Markup("")
    mine = frame[(frame["tiers"] == "as set") & (frame["iso3"] == iso3) & (frame["year"] > ctx.last_observed)]
    told = []
    for year in mine["year"]:
        key: dict[str, Any] = {"tiers": "as set", "iso3": iso3, "year": int(year)}
        middle, low, high = (ctx.cell("implied_shares", f"share_{name}", **key) for name in ("pct", "q10", "q90"))
        shown = [ctx.num.show(cell, PERCENT1) for cell in (middle, low, high)]
        when = ctx.num.show(ctx.cell("implied_shares", "year", **key), YEAR)
        told.append(Markup("{} in {} (four fifths of the futures: {} to {})").format(shown[0], when, *shown[1:]))
    if not told:
        return Markup("")
    return Markup("<p>{} {} spends {} of its GDP in the middle future.</p>").format(
        _supposed(ctx, iso3), _the(ctx, iso3), join(told)
    )


def _supposed(ctx: Context, iso3: str) -> str:
    """Return what is made of the economy's own plans in this run, as the beginning of a sentence."""
    futures, ledger = ctx.params.futures, ctx.ledger("plans")
    counting = [] if ledger is None else ledger[(ledger["iso3"] == iso3) & (ledger["role"] == "target")]["stage"]
    if futures.plans == "off" or not set(counting) & set(futures.plan_tiers):
        return "Without a plan of its own that counts"
    if futures.plans == "face_value":
        return "With its announced plans at face value, where they count,"
    return "With its announced plans, cut by what earlier ones delivered, where they count,"


def figures(ctx: Context, iso3: str) -> Markup:
    """Return a paragraph: how many years SIPRI reports, estimates or calls highly uncertain, and which were filled."""
    frame = ctx.need("spending")
    own = frame[frame["iso3"] == iso3]
    printed = own[~own["gap_filled"].astype(bool)]
    count = printed["status"].replace("", "without a status").value_counts()
    told: list[Markup] = []
    for status in ("reported", "estimate", "highly uncertain", "without a status"):
        if count.get(status):
            cell = _count(ctx, iso3, status, int(count[status]), "status")
            told.append(
                Markup("{} for {}{}").format(
                    "estimates" if status == "estimate" else status, ctx.num.show(cell, COUNT), "" if told else " years"
                )
            )
    filled = int(own["gap_filled"].sum())
    whose = declared(ctx.own[iso3][1]) if iso3 in ctx.own else "SIPRI"
    text = Markup("The figures of {} are {}.").format(whose, join(told))
    if filled:
        cell = _count(ctx, iso3, "filled", filled, "gap_filled")
        text += Markup(" {} years had no figure and were filled.").format(ctx.num.show(cell, COUNT))
    return Markup("<p>{}</p>").format(text)


def notes(ctx: Context, iso3: str) -> Markup:
    """Return a paragraph: what SIPRI's footnotes say of the figures in the edition in use, nothing where none."""
    ledger = ctx.ledger("footnotes")
    own = [] if ledger is None else ledger[(ledger["edition"] == ctx.edition) & (ledger["iso3"] == iso3)]["says"]
    return Markup("").join(
        Markup("<p>SIPRI's note on these figures: {}.</p>").format(declared(str(says))) for says in own
    )


def spending(ctx: Context, iso3: str) -> Figure | None:
    """Return the economy's spending with the fan of its futures, constant US$."""
    paths = ctx.draws(iso3)
    if paths is None or iso3 not in paths.economies:
        return None
    last, data = paths.last_observed, common.fan(paths, iso3, FIRST_SHOWN, YEARS_AHEAD)
    end = int(data["year"].iloc[-1])
    at_end = data.iloc[-1]

    def plot(figure: Any, size: Size) -> None:
        axes = style.panel(figure, size, 42, 14, 14, 30)
        style.fan(axes, data, [("low", "high")], "median", last, style.COALITION, style.COALITION)
        axes.set_ylim(0, float(data["high"].max()) * 1.06)
        style.year_axis(axes, FIRST_SHOWN, end, size)

    return common.make(
        ctx,
        "spending",
        title=Markup("What {} spends, and may spend").format(_the(ctx, iso3)),
        subtitle=Markup("Military expenditure, constant ({}) US$ billion").format(ctx.num.show(ctx.base_cell(), YEAR)),
        note=Markup("Solid: figures. Dashed: median of the futures; the fan holds four fifths of them."),
        alt=f"A line from {FIRST_SHOWN} to {last}, then a fan to {end}: median {at_end['median']:.0f}, four fifths of "
        f"the futures between {at_end['low']:.0f} and {at_end['high']:.0f} billion dollars.",
        description=Markup(
            "The line is the figure with its error of measurement as a thin band; the fan is the futures."
        ),
        source=common.source_line(ctx, "constant_usd", futures=True),
        table=data,
        columns=common.FAN,
        plot=plot,
        height=300,
        narrow_height=300,
    )


def beside(ctx: Context, iso3: str) -> Figure | None:
    """Return China over the economy by year, a line a ruler."""
    chosen = [ruler for ruler in ctx.rulers if ruler not in EXPERIMENTAL and not _ratios(ctx, iso3, ruler).empty][:5]
    data = pd.DataFrame({ruler: _ratios(ctx, iso3, ruler) for ruler in chosen})
    data = data[data.index >= FIRST_SHOWN].dropna(how="all")
    if data.empty:
        return None
    last, top = int(data.index.max()), float(data.max().max()) * 1.06
    parity = top > 1  # the rule is in the picture

    def plot(figure: Any, size: Size) -> None:
        room = max(style.text_width(capital(ctx.ruler_name(ruler)), 13, True) for ruler in chosen) + 22
        axes = style.panel(figure, size, 34, room, 14, 30)
        style.lines(axes, data)
        axes.axhline(1, color=style.INK, lw=1)
        axes.set_ylim(0, top)
        style.year_axis(axes, FIRST_SHOWN, last, Size(size.width - int(room), size.height))
        labels = [
            (float(data[ruler].dropna().iloc[-1]), capital(ctx.ruler_name(ruler)), colour)
            for ruler, colour in zip(chosen, style.SERIES, strict=False)
        ]
        style.direct_labels(axes, size, labels, last + 0.3)

    return common.make(
        ctx,
        "beside",
        title=Markup("China over {}, ruler by ruler").format(_the(ctx, iso3)),
        subtitle=Markup("China's military expenditure as a multiple{}").format("; the rule marks parity" * parity),
        alt="Lines by ruler. In "
        + f"{last}: "
        + ", ".join(f"{ctx.ruler_name(ruler)} {data[ruler].dropna().iloc[-1]:.2f}" for ruler in chosen)
        + ".",
        description=Markup("One line a ruler. Above one China spends more, below it less."),
        source=common.source_line(ctx, None, extra="macro"),
        table=data.reset_index(names="year"),
        columns={"year": Column("Year", YEAR, "year")}
        | {ruler: Column(capital(ctx.ruler_name(ruler)), RATIO, "value over value") for ruler in chosen},
        plot=plot,
        height=300,
        narrow_height=300,
    )


def links(ctx: Context) -> Markup:
    """Return a line of links to the pages of all economies, for the screen."""
    each = [Markup('<a href="../economies/{}.html">{}</a>').format(iso3, ctx.name(iso3)) for iso3 in economies(ctx)]
    return Markup('<p class="no-print">A page for each: {}.</p>').format(join(each))


def _title(ctx: Context, iso3: str) -> Markup:
    first = since(ctx, iso3, "constant_usd")
    if first is None:
        return upper(Markup("{} still outspends China").format(_the(ctx, iso3)))
    return Markup("China has outspent {} {}").format(_the(ctx, iso3), _since_words(ctx, iso3, "constant_usd", first))


def _since_words(ctx: Context, iso3: str, ruler: str, first: int) -> Markup:
    oldest = int(_ratios(ctx, iso3, ruler).index.min())
    row = (("ruler", ruler), ("iso3", iso3))
    how = "first year since which China's value exceeds it in every year"
    cell = Cell(slug("economy", iso3, ruler, "since"), first, ctx.path("rulers"), row, "year", ctx.edition, how=how)
    return Markup("since {}{}").format(ctx.num.show(cell, YEAR), " or before" if first == oldest else "")


def _otherwise(ctx: Context, iso3: str, more: bool) -> Markup:
    """Return on which rulers it is the other way round, as the end of a sentence."""
    other = [
        ctx.ruler_name(ruler)
        for ruler in ctx.rulers
        if ruler not in EXPERIMENTAL
        and not _ratios(ctx, iso3, ruler).empty
        and (_ratios(ctx, iso3, ruler).iloc[-1] > 1) != more
    ]
    return Markup("; by {} it spent {}").format(join(other), "less" if more else "more") if other else Markup("")


def _count(ctx: Context, iso3: str, what: str, value: int, column: str) -> Cell:
    return Cell(slug("economy", iso3, what), value, ctx.path("spending"), (("iso3", iso3),), column, ctx.edition)


def _the(ctx: Context, iso3: str) -> str:
    return articled(ctx.name(iso3))


def _spent(ctx: Context, iso3: str, year: int) -> Cell:
    return ctx.cell("spending", "milex_constant_usd_bn", iso3=iso3, year=year)


def _ratios(ctx: Context, iso3: str, ruler: str) -> pd.Series:
    """Return China over the economy by year on a ruler, years that have both."""
    wide = ctx.observed(ruler)
    if iso3 not in wide or AGAINST not in wide:
        return pd.Series(dtype=float)
    found: pd.Series = (wide[AGAINST] / wide[iso3]).dropna()
    return found


def _ratio(ctx: Context, iso3: str, ruler: str) -> Cell:
    """Return China over the economy in the last year of a ruler as a cell."""
    ratios = _ratios(ctx, iso3, ruler)
    cells = [ctx.cell("rulers", "value", ruler=ruler, iso3=one, year=int(ratios.index[-1])) for one in (AGAINST, iso3)]
    return ctx.num.derive(slug("economy", iso3, ruler, "ratio"), float(ratios.iloc[-1]), "China over it", cells)
