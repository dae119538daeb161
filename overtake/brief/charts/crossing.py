"""Who crosses when: probability curves, the matrix of balances and rulers, and the years with their intervals."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import COUNT_IN_WORDS, PROBABILITY, RATIO, YEAR
from overtake.show.numbers import Cell, term
from overtake.show.style import Size

#: A balance is open where its crossing by the horizon is more than near impossible.
OPEN_LOW = 0.02


def measured(ctx: Context, ruler: str) -> Frame:
    """Return the crossings on `ruler` that have numbers, in the order of the parameters."""
    frame = ctx.need("crossings")
    return frame[(frame["ruler"] == ruler) & frame["p_crossed"].notna()]


def open_balances(ctx: Context, ruler: str, limit: int = 5) -> list[str]:
    """Return up to `limit` of `open_of`, spread over the range, the most open balance one of them."""
    names = open_of(ctx, ruler)
    if len(names) <= limit:
        return names
    at = np.unique(np.linspace(0, len(names) - 1, limit).round().astype(int))
    wanted = most_open(ctx, ruler)
    if wanted in names and names.index(wanted) not in at:
        inner = at[1:-1]
        inner[np.abs(inner - names.index(wanted)).argmin()] = names.index(wanted)
    return [names[i] for i in at]


def open_of(ctx: Context, ruler: str) -> list[str]:
    """Return the balances in which the coalition spends more now but that may be crossed, from likely to unlikely."""
    frame = measured(ctx, ruler)
    frame = frame[frame["first_crossed"].isna() & (frame["margin"] <= 0) & (frame["p_crossing"] > OPEN_LOW)]
    return list(frame.sort_values(["p_by_2040", "p_crossing"], ascending=False, kind="stable")["balance"].astype(str))


def most_open(ctx: Context, ruler: str) -> str | None:
    """Return the balance, other than the headline's, whose outcome by 2035 is the least certain; ties by name."""
    frame = measured(ctx, ruler)
    frame = frame[frame["first_crossed"].isna() & (frame["balance"] != ctx.headline_balance)]
    away = frame.assign(away=(frame["p_by_2035"] - 0.5).abs()).sort_values(["away", "balance"], kind="stable")
    return None if away.empty else str(away["balance"].iloc[0])


def curves(ctx: Context) -> Figure | None:
    """Return P(crossed by year) of the open balances, with the rule at one half."""
    if not ctx.has("curves", "crossings"):
        return None
    ruler = ctx.headline_ruler
    chosen = {name: ctx.label_text(name) for name in open_balances(ctx, ruler)}
    if not chosen:
        return None
    last, end = ctx.last_observed, ctx.horizon
    frame = ctx.need("curves")
    frame = frame[(frame["ruler"] == ruler) & frame["balance"].isin(chosen) & (frame["year"] >= last)]
    wide = frame.pivot(index="year", columns="balance", values="p_crossed_by")[list(chosen)]
    every = open_of(ctx, ruler)
    tipped = sum(ctx.cell("curves", "p_crossed_by", balance=n, ruler=ruler, year=end).value > 0.5 for n in every)
    title = Markup("Open balances that will more likely than not have tipped to {} by {}: {}").format(
        ctx.challenger(every),
        ctx.num.show(ctx.horizon_cell(), YEAR),
        common.counted(ctx, "curves.tipped", tipped, len(every), "curves", "balances above one half, and open"),
    )
    some = Markup("Shown are some of the {}, spread over the range.").format(
        _count(ctx, "curves.open", len(every), "balances not led now whose crossing is more than near impossible")
    )
    ends = {name: ctx.cell("curves", "p_crossed_by", balance=name, ruler=ruler, year=end) for name in chosen}
    listed = Markup("; ").join(
        Markup("{} {} ({})").format(ctx.label(name), ctx.num.show(cell, PROBABILITY), term(cell.value))
        for name, cell in ends.items()
    )
    told = "; ".join(f"{chosen[name]} {PROBABILITY(cell.value)}" for name, cell in ends.items())
    return common.make(
        ctx,
        "curves",
        title=title,
        subtitle=Markup("Probability that {} has taken the lead by each year, {}").format(
            ctx.challenger(chosen), ctx.unit_words(ruler)
        ),
        alt=f"Curves of the probability of a crossing by each year from {last} to {end}. By {end}: {told}.",
        description=Markup(
            "One line a balance in which the coalition spends more now. A line that reaches the middle rule marks the "
            "median year. By the last year: {}."
        ).format(listed),
        note=some if len(every) > len(chosen) else Markup(""),
        source=common.source_line(ctx, ruler, futures=True),
        table=wide.reset_index(),
        columns={"year": Column("Year", YEAR, "year")}
        | {name: Column(label, PROBABILITY, "p_crossed_by") for name, label in chosen.items()},
        plot=partial(_plot_curves, wide, list(chosen.values()), last, end),
        height=400,
        narrow_height=400,
    )


def _plot_curves(wide: Frame, names: list[str], last: int, end: int, figure: Any, size: Size) -> None:
    labels = [common.folded(common.short(name), 26 if not size.small else 13) for name in names]
    room = max(style.text_width(line, 13, True) for label in labels for line in label.split("\n"))
    axes = style.panel(figure, size, 40, min(room, 190) + 14, 14, 30)
    style.lines(axes, wide)
    axes.axhline(0.5, color=style.INK, lw=1)
    spot = _clear(wide, last, end, 9 if not size.small else 14)
    axes.text(spot, 0.51, "as likely as not", fontsize=12, color=style.MUTED, va="bottom")
    style.year_axis(axes, last, end, Size(size.width - int(room), size.height))
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    style.direct_labels(axes, size, list(zip(wide.iloc[-1], labels, style.SERIES, strict=False)), end)


def _clear(wide: Frame, first: int, last: int, width: int) -> float:
    """Return the year from which `width` years of the middle rule are farthest from every curve."""
    years = range(first, max(first + 1, last - width + 1))
    near = [float((wide.loc[y : y + width] - 0.53).abs().min().min()) for y in years]
    return float(years[int(np.argmax(near))]) + 0.3


def dots(ctx: Context) -> Figure | None:
    """Return the crossing years of all coalitions: dots for the past, medians with intervals for the future."""
    if not ctx.has("crossings"):
        return None
    ruler = ctx.headline_ruler
    frame = measured(ctx, ruler)
    frame = frame[[common.of_several(ctx, name) for name in frame["balance"]]]
    frame = frame[frame["first_crossed"].notna() | frame["median_year"].notna()]
    if frame.empty:
        return None
    frame = frame.assign(at=frame["first_crossed"].where(frame["first_crossed"].notna(), frame["median_year"]),
                         label=[ctx.label_text(name) for name in frame["balance"]])  # fmt: skip
    frame = frame.sort_values(["at", "balance"], kind="stable", ignore_index=True)
    past = int(frame["first_crossed"].notna().sum())
    title = Markup("Coalitions passed so far: {}; that probably will be by {}: {} more").format(
        _count(ctx, "dots.past", past, "coalitions led by the challenger's side"),
        ctx.num.show(ctx.horizon_cell(), YEAR),
        _count(ctx, "dots.future", len(frame) - past, "coalitions with a crossing probability above one half"),
    )
    told = "; ".join(f"{row['label']} {row['at']:.0f}" for row in frame.to_dict("records"))
    return common.make(
        ctx,
        "dots",
        title=title,
        subtitle=Markup("Year of the crossing with its interval, {}").format(ctx.unit_words(ruler)),
        note=Markup("Circles: already crossed. Diamonds: median of the futures; an arrow runs past the horizon."),
        alt=f"Dot plot of crossing years. {told}.",
        description=Markup(
            "One row a coalition of more than one economy, earliest crossing on top. The bar is the interval that "
            "measurement error and, for years to come, the futures leave open."
        ),
        source=common.source_line(ctx, ruler, futures=True),
        table=frame,
        columns={
            "label": Column("Balance"),
            "first_crossed": Column("First year of the challenger's lead", YEAR, "first_crossed"),
            "median_year": Column("Median year", YEAR, "median_year"),
            "lo_year": Column("Low", YEAR, "lo_year"),
            "hi_year": Column("High", YEAR, "hi_year"),
            "margin": Column("Lead now, as a share of the coalition", RATIO, "margin"),
        },
        plot=partial(_plot_dots, ctx, frame),
        height=30 * len(frame) + 50,
        narrow_height=31 * len(frame) + 50,
    )


def _plot_dots(ctx: Context, frame: Frame, figure: Any, size: Size) -> None:
    import seaborn as sns

    left, end = 206 if not size.small else 118, ctx.horizon
    axes = style.panel(figure, size, left, 16, 8, 30)
    low, high = frame["lo_year"].fillna(frame["at"]), frame["hi_year"].fillna(end)
    beyond, state = frame["hi_year"].isna(), frame["first_crossed"].notna()
    colours = [style.CHINA if gone else style.COALITION for gone in state]
    axes.hlines(frame.index, low.clip(upper=frame["at"]), high.clip(lower=frame["at"]), colours, lw=3, alpha=0.45)
    axes.scatter(high[beyond], frame.index[beyond], 30, style.COALITION, marker=">", alpha=0.6, lw=0, clip_on=False)
    sns.scatterplot(x=frame["at"], y=frame.index, hue=state, palette={True: style.CHINA, False: style.COALITION},
                    style=state, markers={True: "o", False: "D"}, s=52, lw=0, legend=False, ax=axes)  # fmt: skip
    for i, (at, colour) in enumerate(zip(frame["at"], colours, strict=True)):
        style.beside(axes, f"{at:.0f}", (at, i), (0, 6), ha="center", va="bottom", fontsize=11.5,
                     color=style.DARK[colour])  # fmt: skip
    axes.axvline(ctx.last_observed + 0.5, color=style.MUTED, lw=0.8, ls=(0, (1, 2)))
    style.row_axis(axes, size, common.row_names(ctx, frame["balance"], left, size))
    axes.set_ylim(top=-0.8)
    axes.grid(True, axis="y")
    axes.grid(False, axis="x")
    start = int(min(frame["at"].min(), frame["lo_year"].min()))
    style.year_axis(axes, start - 1, end, Size(size.width - left, size.height))


def _count(ctx: Context, id: str, value: int, how: str) -> Markup:
    cell = Cell(id, value, ctx.path("crossings"), (), "balance", ctx.edition, (), how)
    return ctx.num.show(cell, COUNT_IN_WORDS)
