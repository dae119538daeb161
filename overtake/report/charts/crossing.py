"""Who crosses when: probability curves, the matrix of balances and rulers, and the years with their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.report import style
from overtake.report.charts import common
from overtake.report.context import Context, Frame
from overtake.report.figure import Column, Figure, make
from overtake.report.formats import PROBABILITY, RATIO, YEAR
from overtake.report.numbers import term
from overtake.report.style import Size

#: A balance is open where its crossing by the horizon is neither near certain nor near impossible.
OPEN_LOW, OPEN_HIGH = 0.02, 0.97


def measured(ctx: Context, ruler: str) -> Frame:
    """Return the crossings on `ruler` that have numbers, in the order of the parameters."""
    frame = ctx.need("crossings")
    return frame[(frame["ruler"] == ruler) & frame["p_crossed"].notna()]


def ever(frame: Frame) -> Frame:
    """Return the probability that China's side leads at the last year or takes the lead within the horizon."""
    return frame["p_crossed"] + frame["p_crossing"]


def open_balances(ctx: Context, ruler: str, limit: int = 5) -> list[str]:
    """Return up to `limit` balances not led by China now that may be crossed, spread from likely to unlikely."""
    frame = measured(ctx, ruler)
    frame = frame[frame["first_crossed"].isna() & (frame["p_crossing"] > OPEN_LOW)]
    frame = frame.sort_values(["p_by_2040", "p_crossing"], ascending=False, kind="stable")
    if len(frame) <= limit:
        return list(frame["balance"])
    at = np.unique(np.linspace(0, len(frame) - 1, limit).round().astype(int))
    return [str(frame["balance"].iloc[i]) for i in at]


def curves(ctx: Context, ruler: str | None = None) -> Figure | None:
    """Return P(crossed by year) of the open balances, with the rule at one half."""
    if not ctx.has("curves", "crossings"):
        return None
    ruler = ruler or ctx.headline_ruler
    chosen = open_balances(ctx, ruler)
    if not chosen:
        return None
    last, end = ctx.last_observed, ctx.horizon
    frame = ctx.need("curves")
    frame = frame[(frame["ruler"] == ruler) & frame["balance"].isin(chosen) & (frame["year"] >= last)]
    wide = frame.pivot(index="year", columns="balance", values="p_crossed_by")[chosen]
    over = [name for name in chosen if wide[name].iloc[-1] > 0.5]
    title = Markup("{} open balances will more likely than not have tipped to China by {}").format(
        common.counted(ctx, "curves.tipped", len(over), len(chosen), "curves", "balances above one half, and shown"),
        ctx.num.show(ctx.horizon_cell(), YEAR),
    )

    def plot(figure: Any, size: Size) -> None:
        labels = [common.folded(common.short(ctx.label_text(name)), 16 if not size.small else 13) for name in chosen]
        room = max(style.text_width(line, 13, True) for label in labels for line in label.split("\n"))
        axes = style.panel(figure, size, 40, min(room, 170) + 14, 14, 30)
        for index, name in enumerate(chosen):
            axes.plot(wide.index, wide[name], color=style.SERIES[index], ls=style.LINES[index])
        axes.axhline(0.5, color=style.INK, lw=1)
        spot = _clear(wide, last, end, 9 if not size.small else 14)
        axes.text(spot, 0.51, "as likely as not", fontsize=12, color=style.MUTED, va="bottom")
        style.year_axis(axes, last, end, Size(size.width - int(room), size.height))
        axes.set_ylim(0, 1.0)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
        style.direct_labels(
            axes,
            size,
            [(float(wide[name].iloc[-1]), labels[i], style.SERIES[i]) for i, name in enumerate(chosen)],
            end,
        )

    ends = [ctx.cell("curves", "p_crossed_by", balance=name, ruler=ruler, year=end) for name in chosen]
    listed = Markup("; ").join(
        Markup("{} {} ({})").format(ctx.label(name), ctx.num.show(cell, PROBABILITY), term(cell.value))
        for name, cell in zip(chosen, ends, strict=True)
    )
    table = wide.reset_index()
    return make(
        ctx.num,
        "curves",
        title=title,
        subtitle=Markup("Probability that China spends more by each year, {}").format(_unit(ctx, ruler)),
        alt=(
            f"Curves of the probability of a crossing by each year from {last} to {end}. By {end}: "
            + "; ".join(
                f"{ctx.label_text(name)} {PROBABILITY(cell.value)}" for name, cell in zip(chosen, ends, strict=True)
            )
            + "."
        ),
        description=Markup(
            "One line a balance in which the coalition still leads. A line that reaches the middle rule marks the "
            "median year. By the last year: {}."
        ).format(listed),
        source=common.source_line(ctx, ruler, futures=True),
        table=table,
        columns={"year": Column("Year", YEAR, "year")}
        | {name: Column(ctx.label_text(name), PROBABILITY, "p_crossed_by") for name in chosen},
        plot=plot,
        height=400,
        narrow_height=400,
        edition=ctx.edition,
    )


def _clear(wide: Frame, first: int, last: int, width: int) -> float:
    """Return the year from which `width` years of the middle rule are farthest from every curve."""
    years = range(first, max(first + 1, last - width + 1))
    near = [float((wide.loc[y : y + width] - 0.53).abs().min().min()) for y in years]
    return float(years[int(np.argmax(near))]) + 0.3


def dots(ctx: Context, ruler: str | None = None) -> Figure | None:
    """Return the crossing years of all coalitions: dots for the past, medians with intervals for the future."""
    if not ctx.has("crossings"):
        return None
    ruler = ruler or ctx.headline_ruler
    frame = measured(ctx, ruler)
    frame = frame[[len(common.side(ctx, n)) > 1 and not common.variant(n) for n in frame["balance"]]]
    frame = frame[frame["first_crossed"].notna() | frame["median_year"].notna()].copy()
    if frame.empty:
        return None
    frame["at"] = frame["first_crossed"].where(frame["first_crossed"].notna(), frame["median_year"])
    frame = frame.sort_values(["at", "balance"], kind="stable", ignore_index=True)
    past, future = int(frame["first_crossed"].notna().sum()), int(frame["first_crossed"].isna().sum())
    last, end = ctx.last_observed, ctx.horizon
    start = int(min(frame["at"].min(), frame["lo_year"].min()))
    title = Markup("{} coalitions have been passed; {} more will probably be by {}").format(
        _count(ctx, "dots.past", past, "coalitions led by China's side"),
        _count(ctx, "dots.future", future, "coalitions with a crossing probability above one half"),
        ctx.num.show(ctx.horizon_cell(), YEAR),
    )

    def plot(figure: Any, size: Size) -> None:
        left = 206 if not size.small else 118
        axes = style.panel(figure, size, left, 16, 8, 30)
        for i, row in frame.iterrows():
            gone = pd.notna(row["first_crossed"])
            colour = style.CHINA if gone else style.COALITION
            low = row["lo_year"] if pd.notna(row["lo_year"]) else row["at"]
            high = row["hi_year"] if pd.notna(row["hi_year"]) else end
            low, high = min(low, row["at"]), max(high, row["at"])
            axes.plot([low, high], [i, i], color=colour, lw=3, alpha=0.45, solid_capstyle="butt")
            if pd.isna(row["hi_year"]):
                axes.plot([high], [i], marker=">", color=colour, ms=6, alpha=0.6, mew=0, clip_on=False)
            axes.plot([row["at"]], [i], marker="o" if gone else "D", color=colour, ms=8 if gone else 6.5, mew=0)
            axes.annotate(f"{row['at']:.0f}", (row["at"], i), xytext=(0, 6), textcoords="offset points", ha="center",
                          va="bottom", fontsize=11.5, color=style.DARK[colour])  # fmt: skip
        axes.axvline(last + 0.5, color=style.MUTED, lw=0.8, ls=(0, (1, 2)))
        axes.set_ylim(len(frame) - 0.4, -0.8)
        axes.set_yticks(
            range(len(frame)),
            [common.tiny(common.short(ctx.label_text(n)), left - 8, size) for n in frame["balance"]],
            fontsize=12 if not size.small else 11,
        )
        axes.tick_params(axis="y", labelcolor=style.INK, pad=6)
        style.year_axis(axes, start - 1, end, Size(size.width - left, size.height))

    return make(
        ctx.num,
        "dots",
        title=title,
        subtitle=Markup("Year of the crossing with its interval, {}").format(_unit(ctx, ruler)),
        note=Markup("Circles: already crossed. Diamonds: median of the futures; an arrow runs past the horizon."),
        alt="Dot plot of crossing years. "
        + "; ".join(f"{ctx.label_text(r['balance'])} {r['at']:.0f}" for _, r in frame.iterrows())
        + ".",
        description=Markup(
            "One row a coalition of more than one economy, earliest crossing on top. The bar is the interval that "
            "measurement error and, for years to come, the futures leave open."
        ),
        source=common.source_line(ctx, ruler, futures=True),
        table=frame.assign(label=[ctx.label_text(n) for n in frame["balance"]]),
        columns={
            "label": Column("Balance"),
            "first_crossed": Column("First year of China's lead", YEAR, "first_crossed"),
            "median_year": Column("Median year", YEAR, "median_year"),
            "lo_year": Column("Low", YEAR, "lo_year"),
            "hi_year": Column("High", YEAR, "hi_year"),
            "margin": Column("Lead now, as a share of the coalition", RATIO, "margin"),
        },
        plot=plot,
        height=30 * len(frame) + 50,
        narrow_height=31 * len(frame) + 50,
        edition=ctx.edition,
    )


def _count(ctx: Context, id: str, value: int, how: str) -> Markup:
    from overtake.report.formats import COUNT
    from overtake.report.numbers import Cell

    cell = Cell(id, value, ctx.path("crossings"), (), "balance", ctx.edition, (), how)
    return ctx.num.show(cell, COUNT)


def _unit(ctx: Context, ruler: str) -> Markup:
    unit = ctx.ruler_unit(ruler)
    base = str(ctx.price_base)
    if base in unit:
        before, after = unit.split(base, 1)
        return Markup("{}{}{}").format(before, ctx.num.show(ctx.base_cell(), YEAR), after)
    return Markup.escape(unit)
