"""Coalitions: who makes up the sum, and what share of US spending would level it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.balances.sides import weights
from overtake.brief.charts import common
from overtake.brief.context import Context, Frame, articled
from overtake.brief.figure import Column, Figure
from overtake.brief.sentences import breakeven_outlook, upper
from overtake.show import style
from overtake.show.formats import BN, SHARE, YEAR
from overtake.show.numbers import Cell
from overtake.show.style import Size

FIRST_SHOWN = 2000
#: Height above a drawing's columns that the names of events take, as a part of the columns.
ROOM_FOR_EVENTS = 0.3
#: Events: year and label.
Dated = list[tuple[int, str]]


def stack(ctx: Context) -> Figure | None:
    """Return stacked columns of the coalition's largest members and the rest, with China's side as a line."""
    if not ctx.has("rulers"):
        return None
    balance, ruler = ctx.headline_balance, "constant_usd"
    members, challengers = _spent(ctx, balance, ruler)
    large = list(members.iloc[-1].sort_values(ascending=False, kind="stable").index[:3])
    rest = members.drop(columns=large)
    parts = members[large].assign(**({"others": rest.sum(axis=1)} if len(rest.columns) else {}))
    table = parts.assign(china=challengers).reset_index(names="year")
    last, now = int(table["year"].iloc[-1]), table.iloc[-1]
    top_two = ctx.num.derive(
        f"stack.{balance}.top-two",
        float(members[large[:2]].iloc[-1].sum() / members.iloc[-1].sum()),
        "the two largest members over the sum",
        [ctx.cell("rulers", "value", ruler=ruler, iso3=iso3, year=last) for iso3 in members],
    )
    names = {name: ctx.name(name) for name in large} | {"others": f"{len(rest.columns)} others"}
    who, whom, dated = ctx.who(balance), ctx.whom(balance), _events(ctx, FIRST_SHOWN, last)
    told = ", ".join(f"{names[part]} {now[part]:.0f}" for part in parts)
    title = Markup("What {} spent beside {}").format(whom, ctx.who_html(balance))
    if len(members.columns) > 2:
        title = Markup("{} and {} make up {} of what {} spend").format(
            upper(articled(ctx.name(large[0]))), articled(ctx.name(large[1])), ctx.num.show(top_two, SHARE), whom
        )
    return common.make(
        ctx,
        "stack",
        title=title,
        subtitle=Markup("Military expenditure, constant ({}) US$ billion at market exchange rates").format(
            ctx.num.show(ctx.base_cell(), YEAR)
        ),
        alt=(
            f"Stacked columns of the coalition's spending with a line for {who}, {FIRST_SHOWN} to {last}. In {last}: "
            f"{told}; {who} {now['china']:.0f} billion dollars."
            + f" Named in their years: {', '.join(f'{year} {label}' for year, label in dated)}."
            * bool(dated)
        ),
        description=Markup(
            "Columns add up the coalition's members, the largest at the bottom; the line is the challenger's side. "
            "Where the line runs above the columns, the challenger spends more."
        ),
        source=common.source_line(ctx, ruler),
        table=table,
        columns={"year": Column("Year", YEAR, "year")}
        | {part: Column(f"{names[part]}, US$ billion", BN, "value") for part in parts}
        | {"china": Column(f"{who}, US$ billion", BN, "value")},
        plot=partial(_plot_stack, table, names, who, dated),
    )


def _spent(ctx: Context, balance: str, ruler: str) -> tuple[Frame, Frame]:
    """Return what counts of each member's spending by year, and the challengers' sum, in years that have them all."""
    against, side = weights(ctx.balances[balance])
    values = ctx.observed(ruler)
    values = values[values.index >= FIRST_SHOWN].dropna(subset=[*against, *side])
    challengers = sum(values[iso3] * weight for iso3, weight in against.items())
    return pd.DataFrame({iso3: values[iso3] * weight for iso3, weight in side.items()}), challengers


def _plot_stack(table: pd.DataFrame, names: Mapping[str, str], who: str, dated: Dated, figure: Any, size: Size) -> None:
    import seaborn as sns

    room = max(style.text_width(text, 13, True) for text in (*names.values(), who)) + 14
    axes = style.panel(figure, size, 38, min(room, 120), 14, 30)
    parts, last = [part for part in names if part in table], int(table["year"].iloc[-1])
    colours = [style.COALITION, style.GREEN, style.PURPLE, "#9aa5b1"][: len(parts)]
    # seaborn stacks the first of the order on top.
    sns.histplot(table.melt("year", parts, "part", "spent"), x="year", weights="spent", hue="part",
                 hue_order=parts[::-1], palette=colours[::-1], multiple="stack", discrete=True,
                 shrink=0.82, alpha=0.85, legend=False, ax=axes)  # fmt: skip
    axes.set(xlabel="", ylabel="")
    tops = table[parts].iloc[-1].cumsum()
    labels = [
        (tops[part] - table[part].iloc[-1] / 2, names[part], style.MUTED if part == "others" else colour)
        for part, colour in zip(parts, colours, strict=True)
    ]
    axes.plot(table["year"], table["china"], color=style.PAPER, lw=5)
    axes.plot(table["year"], table["china"], color=style.CHINA, lw=2.6)
    labels.append((float(table["china"].iloc[-1]), who, style.CHINA))
    style.year_axis(axes, FIRST_SHOWN, last, Size(size.width - int(room), size.height))
    axes.set_xlim(FIRST_SHOWN - 0.6, last + 0.6)
    top = max(table[parts].sum(axis=1).max(), table["china"].max()) * 1.06
    axes.set_ylim(0, top * (1 + ROOM_FOR_EVENTS * bool(dated)))
    _name_events(axes, size, dated, top)
    style.direct_labels(axes, size, labels, last + 0.5)


def _events(ctx: Context, first: int, last: int) -> Dated:
    """Return year and label of the ledger's events from `first` to `last`, none without the ledger."""
    ledger = ctx.ledger("events")
    if ledger is None:
        return []
    rows = ledger[ledger["year"].between(first, last)].sort_values("year", kind="stable")
    return [(int(year), str(label)) for year, label in zip(rows["year"], rows["label"], strict=True)]


def _name_events(axes: Any, size: Size, dated: Dated, top: float) -> None:
    """Mark each event by a thin rule up from the columns and name it left of the rule, each a line higher."""
    step = top * ROOM_FOR_EVENTS / (len(dated) + 1)
    for place, (year, label) in enumerate(dated):
        height = top + step * (place + 0.4)
        axes.vlines(year, 0, height, style.MUTED, lw=0.8, ls=(0, (2, 2)), zorder=0)
        style.beside(axes, label, (year, height), (-4, 0), ha="right", va="center", color=style.MUTED,
                     fontsize=11 if size.small else 12, bbox={"facecolor": style.PAPER, "pad": 0.5})  # fmt: skip


def breakeven(ctx: Context, member: str = "USA", ruler: str | None = None) -> Figure | None:
    """Return the share of `member`'s spending that levels each balance, by year, with 50 and 80 per cent bands."""
    if not ctx.has("breakeven"):
        return None
    ruler, last, then = ruler or ctx.headline_ruler, ctx.last_observed, ctx.ten_years_on
    frame = ctx.need("breakeven")
    frame = frame[(frame["ruler"] == ruler) & (frame["member"] == member) & (frame["year"] >= FIRST_SHOWN)]
    chosen = _without(ctx, member, frame["balance"])
    if not chosen:
        return None
    frame = frame[frame["year"] <= last + 15]
    until = int(frame["year"].max())
    frame = frame[frame["balance"].isin(chosen)]
    share = partial(ctx.cell, "breakeven", balance=chosen[0], member=member, ruler=ruler)
    now, later = share("share_q50", year=last), share("share_q50", year=then)
    outlook = breakeven_outlook(share("share_lo", year=then).value, share("share_hi", year=then).value)
    who, whom = "US" if member == "USA" else ctx.name(member), ctx.whom(chosen[0])
    percents = ["share_q10", "share_q25", "share_q50", "share_q75", "share_q90"]
    return common.make(
        ctx,
        "breakeven" if member == "USA" else f"breakeven-{member.lower()}",
        title=Markup("{} {} {} spending to match {} in {}; {}").format(
            upper(whom),
            Markup("needed {} of").format(ctx.num.show(now, SHARE)) if now.value > 0 else "needed no",
            who if member == "USA" else f"{who}'s",
            ctx.who_html(chosen[0]),
            ctx.num.show(common.year_cell(ctx, "breakeven", last, "breakeven"), YEAR),
            _outlook_words(ctx, outlook, later, one=len(ctx.balances[chosen[0]].side) == 1),
        ),
        subtitle=Markup("Share of {} military expenditure at which the sides are level, {}").format(
            who, ctx.ruler_name(ruler)
        ),
        note=Markup("Dashed: median of the futures; the bands hold half and four fifths of them."),
        alt=(
            f"Line with bands for the break-even share of {who} spending. For {whom.striptags()}: "
            f"{100 * now.value:.0f} per cent in {last}, {100 * later.value:.0f} per cent in {then}."
        ),
        description=Markup(
            "For each coalition the share of {} spending that would have to be counted on its side to level the "
            "balance. For {} it was {} in the last observed year. Below zero the coalition leads without it; above the "
            "top all of it is not enough."
        ).format(who, whom, ctx.num.show(now, SHARE)),
        source=common.source_line(ctx, ruler, futures=True),
        table=frame.assign(balance=frame["balance"].map(ctx.label_text)),
        columns={"balance": Column("Balance"), "year": Column("Year", YEAR, "year")}
        | {name: Column(f"Share, {name[-2:]}th percentile", SHARE, name) for name in percents},
        plot=partial(_plot_breakeven, frame, {name: ctx.label_text(name) for name in chosen}, last, until),
        height=330,
        narrow_height=520,
    )


def _without(ctx: Context, member: str, balances: Iterable[str]) -> list[str]:
    """Return up to two of `balances` that `member` does not stand in, those of the headline first."""
    found = dict.fromkeys(balances)
    wanted = dict.fromkeys([ctx.headline_balance, "five", "eleven", *found])
    return [name for name in wanted if name in found and member not in ctx.balances[name].side][:2]


def _outlook_words(ctx: Context, outlook: str, later: Cell, one: bool) -> Markup:
    """Return what the coalition, `one` economy or several, would need ten years on."""
    told, needs = Markup("in {} {} {}"), Markup("would need none")
    if outlook == "needed":
        needs = Markup("would need {} of it").format(ctx.num.show(later, SHARE))
    elif outlook != "not needed":
        told, needs = Markup("whether in {} {} {} is open"), Markup("would need any")
    year = common.year_cell(ctx, "breakeven", ctx.ten_years_on, "breakeven")
    return told.format(ctx.num.show(year, YEAR), "it" if one else "they", needs)


def _plot_breakeven(
    frame: pd.DataFrame, labels: Mapping[str, str], last: int, until: int, figure: Any, size: Size
) -> None:
    low = min(0.0, float(frame["share_q10"].clip(lower=-0.3).min()))
    high = max(0.4, min(1.0, float(frame["share_q90"].max()) * 1.05))
    for position, (name, label) in enumerate(labels.items()):
        axes = style.panel_of(figure, size, position, len(labels), (42, 18, 30, 26 if size.small else 30))
        colour = (style.COALITION, style.GREEN)[position]
        bands = [("share_q10", "share_q90"), ("share_q25", "share_q75")]
        style.fan(axes, frame[frame["balance"] == name], bands, "share_q50", last, colour, colour)
        axes.axhline(0, color=style.INK, lw=1)
        axes.axvline(last + 0.5, color=style.MUTED, lw=0.8, ls=(0, (1, 2)))
        style.year_axis(axes, FIRST_SHOWN, until, Size(size.width if size.small else 300, size.height))
        axes.set_ylim(low, high)
        ticks = [t / 10 for t in range(-2, 11, 2) if low <= t / 10 <= high]
        axes.set_yticks(ticks, [f"{100 * t:.0f}%".replace("-", "−") for t in ticks])
        style.bold(axes, 0, 1.03, label, transform=axes.transAxes, fontsize=13, va="bottom", color=style.DARK[colour])
        if position == 0:
            axes.text(FIRST_SHOWN + 0.4, high, "below zero: level without it", fontsize=12, color=style.MUTED, va="top")
