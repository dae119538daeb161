"""Coalitions: who makes up the sum, and what share of US spending would level it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context, articled
from overtake.brief.figure import Column, Figure, make
from overtake.brief.sentences import breakeven_outlook, upper
from overtake.show import style
from overtake.show.formats import BN, SHARE, YEAR
from overtake.show.style import Size

FIRST_SHOWN = 2000
#: Height above a drawing's columns that the names of events take, as a part of the columns.
ROOM_FOR_EVENTS = 0.3


def stack(ctx: Context, balance: str | None = None) -> Figure | None:
    """Return stacked columns of the coalition's largest members and the rest, with China's side as a line."""
    if not ctx.has("rulers"):
        return None
    balance, ruler = balance or ctx.headline_balance, "constant_usd"
    against, side = common.weights(ctx, balance)
    values = ctx.observed(ruler)
    values = values[values.index >= FIRST_SHOWN].dropna(subset=[*against, *side])
    weighted = pd.DataFrame({iso3: values[iso3] * weight for iso3, weight in side.items()})
    large = list(weighted.iloc[-1].sort_values(ascending=False, kind="stable").index[:3])
    rest = [iso3 for iso3 in weighted if iso3 not in large]
    table = weighted[large].copy()
    if rest:
        table["others"] = weighted[rest].sum(axis=1)
    table["china"] = sum(values[iso3] * weight for iso3, weight in against.items())
    table = table.reset_index(names="year")
    parts = [name for name in table.columns if name not in ("year", "china")]
    names = {name: ctx.name(name) for name in large} | {"others": f"{len(rest)} others"}
    who = ctx.who(balance)
    last = int(table["year"].iloc[-1])
    biggest = large[0]
    top_two = ctx.num.derive(
        f"stack.{balance}.top-two",
        float(weighted[large[:2]].iloc[-1].sum() / weighted.iloc[-1].sum()),
        "the two largest members over the sum",
        [ctx.cell("rulers", "value", ruler=ruler, iso3=iso3, year=last) for iso3 in side],
    )
    label = common.articled(ctx.side_text(balance))
    named = ctx.prose(label, f"params.balances.{balance}.label", f"balances.{balance}.label")
    dated = _events(ctx, FIRST_SHOWN, last)
    colours = [style.COALITION, style.GREEN, style.PURPLE][: len(large)] + ["#9aa5b1"] * bool(rest)

    def plot(figure: Any, size: Size) -> None:
        import seaborn as sns

        room = max(style.text_width(text, 13, True) for text in (*names.values(), who)) + 14
        axes = style.panel(figure, size, 38, min(room, 120), 14, 30)
        long = table.melt("year", parts, "part", "spent")
        # seaborn stacks the first of the order on top.
        sns.histplot(long, x="year", weights="spent", hue="part", hue_order=parts[::-1], palette=colours[::-1],
                     multiple="stack", discrete=True, shrink=0.82, alpha=0.85, legend=False, ax=axes)  # fmt: skip
        axes.set(xlabel="", ylabel="")
        tops = table[parts].iloc[-1].cumsum()
        labels = [
            (tops[name] - table[name].iloc[-1] / 2, names[name], style.MUTED if name == "others" else colour)
            for name, colour in zip(parts, colours, strict=True)
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

    return make(
        ctx.num,
        "stack",
        title=Markup("{} and {} make up {} of what {} spend").format(
            upper(articled(ctx.name(biggest))), articled(ctx.name(large[1])), ctx.num.show(top_two, SHARE), named
        )
        if len(side) > 2
        else Markup("What {} spent beside {}").format(named, ctx.who_html(balance)),
        subtitle=Markup("Military expenditure, constant ({}) US$ billion at market exchange rates").format(
            ctx.num.show(ctx.base_cell(), YEAR)
        ),
        alt=(
            f"Stacked columns of the coalition's spending with a line for {who}, {FIRST_SHOWN} to {last}. In {last}: "
            + ", ".join(f"{names[name]} {table[name].iloc[-1]:.0f}" for name in parts)
            + f"; {who} {table['china'].iloc[-1]:.0f} billion dollars."
            + f" Named in their years: {', '.join(f'{year} {label}' for year, label in dated)}." * bool(dated)
        ),
        description=Markup(
            "Columns add up the coalition's members, the largest at the bottom; the line is the challenger's side. "
            "Where the line runs above the columns, the challenger spends more."
        ),
        source=common.source_line(ctx, ruler),
        table=table,
        columns={"year": Column("Year", YEAR, "year")}
        | {name: Column(f"{names[name]}, US$ billion", BN, "value") for name in parts}
        | {"china": Column(f"{who}, US$ billion", BN, "value")},
        plot=plot,
        edition=ctx.edition,
    )


def _events(ctx: Context, first: int, last: int) -> list[tuple[int, str]]:
    """Return year and label of the ledger's events from `first` to `last`, none without the ledger."""
    ledger = ctx.ledger("events")
    if ledger is None:
        return []
    rows = ledger[ledger["year"].between(first, last)].sort_values("year", kind="stable")
    return [(int(year), str(label)) for year, label in zip(rows["year"], rows["label"], strict=True)]


def _name_events(axes: Any, size: Size, dated: list[tuple[int, str]], top: float) -> None:
    """Mark each event by a thin rule up from the columns and name it left of the rule, each a line higher."""
    step = top * ROOM_FOR_EVENTS / (len(dated) + 1)
    for place, (year, label) in enumerate(dated):
        height = top + step * (place + 0.4)
        axes.vlines(year, 0, height, style.MUTED, lw=0.8, ls=(0, (2, 2)), zorder=0)
        axes.annotate(label, (year, height), xytext=(-4, 0), textcoords="offset points", ha="right", va="center",
                      color=style.MUTED, fontsize=11 if size.small else 12,
                      bbox={"facecolor": style.PAPER, "pad": 0.5})  # fmt: skip


def breakeven(ctx: Context, member: str = "USA", ruler: str | None = None) -> Figure | None:
    """Return the share of `member`'s spending that levels each balance, by year, with 50 and 80 per cent bands."""
    if not ctx.has("breakeven"):
        return None
    ruler = ruler or ctx.headline_ruler
    frame = ctx.need("breakeven")
    frame = frame[(frame["ruler"] == ruler) & (frame["member"] == member) & (frame["year"] >= FIRST_SHOWN)]
    wanted = [ctx.headline_balance, "five", "eleven", *dict.fromkeys(frame["balance"])]
    have = set(frame["balance"])
    chosen = [n for n in dict.fromkeys(wanted) if n in have and member not in ctx.balances[n].side][:2]
    if not chosen:
        return None
    last = ctx.last_observed
    until = min(int(frame["year"].max()), last + 15)
    frame = frame[(frame["year"] <= until) & frame["balance"].isin(chosen)]
    now = ctx.cell("breakeven", "share_q50", balance=chosen[0], member=member, ruler=ruler, year=last)
    then = ctx.ten_years_on
    later = ctx.cell("breakeven", "share_q50", balance=chosen[0], member=member, ruler=ruler, year=then)
    label = common.articled(ctx.side_text(chosen[0]))
    named = ctx.prose(label, f"params.balances.{chosen[0]}.label", f"balances.{chosen[0]}.label")
    who = "US" if member == "USA" else ctx.name(member)
    outlook = breakeven_outlook(
        *(
            ctx.cell("breakeven", f"share_{end}", balance=chosen[0], member=member, ruler=ruler, year=then).value
            for end in ("lo", "hi")
        )
    )
    they = "it" if len(ctx.balances[chosen[0]].side) == 1 else "they"
    told = Markup("in {} {} {}")
    if outlook == "needed":
        needs = Markup("would need {} of it").format(ctx.num.show(later, SHARE))
    elif outlook == "not needed":
        needs = Markup("would need none")
    else:
        told, needs = Markup("whether in {} {} {} is open"), Markup("would need any")
    title = Markup("{} {} {} spending to match {} in {}; {}").format(
        upper(named),
        Markup("needed {} of").format(ctx.num.show(now, SHARE)) if now.value > 0 else "needed no",
        who if member == "USA" else f"{who}'s",
        ctx.who_html(chosen[0]),
        ctx.num.show(common.year_cell(ctx, "breakeven", last, "breakeven"), YEAR),
        told.format(ctx.num.show(common.year_cell(ctx, "breakeven", then, "breakeven"), YEAR), they, needs),
    )

    def plot(figure: Any, size: Size) -> None:
        low = min(0.0, float(frame["share_q10"].clip(lower=-0.3).min()))
        high = max(0.4, min(1.0, float(frame["share_q90"].max()) * 1.05))
        for position, name in enumerate(chosen):
            if size.small:
                height = size.height / len(chosen)
                axes = style.panel(
                    figure, size, 42, 18, 30 + position * height, 26 + (len(chosen) - 1 - position) * height
                )
            else:
                width = size.width / len(chosen)
                axes = style.panel(
                    figure, size, 42 + position * width, size.width - (position + 1) * width + 18, 30, 30
                )
            part = frame[frame["balance"] == name]
            colour = (style.COALITION, style.GREEN)[position]
            bands = [("share_q10", "share_q90"), ("share_q25", "share_q75")]
            style.fan(axes, part, bands, "share_q50", last, colour, colour)
            axes.axhline(0, color=style.INK, lw=1)
            axes.axvline(last + 0.5, color=style.MUTED, lw=0.8, ls=(0, (1, 2)))
            style.year_axis(axes, FIRST_SHOWN, until, Size(size.width if size.small else 300, size.height))
            axes.set_ylim(low, high)
            ticks = [t / 10 for t in range(-2, 11, 2) if low <= t / 10 <= high]
            axes.set_yticks(ticks, [f"{100 * t:.0f}%".replace("-", "−") for t in ticks])
            style.bold(axes, 0, 1.03, ctx.label_text(name), transform=axes.transAxes, fontsize=13, va="bottom",
                       color=style.DARK[colour])  # fmt: skip
            if position == 0:
                axes.text(FIRST_SHOWN + 0.4, high, "below zero: level without it", fontsize=12,
                          color=style.MUTED, va="top")  # fmt: skip

    names = ["share_q10", "share_q25", "share_q50", "share_q75", "share_q90"]
    table = frame.assign(balance=frame["balance"].map(ctx.label_text))[["balance", "year", *names]]
    return make(
        ctx.num,
        "breakeven" if member == "USA" else f"breakeven-{member.lower()}",
        title=title,
        subtitle=Markup("Share of {} military expenditure at which the sides are level, {}").format(
            who, ctx.ruler_name(ruler)
        ),
        note=Markup("Dashed: median of the futures; the bands hold half and four fifths of them."),
        alt=(
            f"Line with bands for the break-even share of {who} spending. For {label}: {100 * now.value:.0f} per cent "
            f"in {last}, {100 * later.value:.0f} per cent in {then}."
        ),
        description=Markup(
            "For each coalition the share of {} spending that would have to be counted on its side to level the "
            "balance. For {} it was {} in the last observed year. Below zero the coalition leads without it; above the "
            "top all of it is not enough."
        ).format(who, named, ctx.num.show(now, SHARE)),
        source=common.source_line(ctx, ruler, futures=True),
        table=table,
        columns={"balance": Column("Balance"), "year": Column("Year", YEAR, "year")}
        | {name: Column(f"Share, {name[-2:]}th percentile", SHARE, name) for name in names},
        plot=plot,
        height=330,
        narrow_height=520,
        edition=ctx.edition,
    )
