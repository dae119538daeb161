"""Economies one by one: small multiples with fans, and slopes of the share of GDP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import PERCENT1, YEAR
from overtake.show.style import Size

FIRST_SHOWN, YEARS_AHEAD = 2000, 15


def multiples(ctx: Context) -> Figure | None:
    """Return one small fan an economy of the balance, each on its own scale from zero."""
    known = ctx.balances[ctx.headline_balance]
    paths = ctx.draws(*known.members)
    if paths is None or not ctx.has("spending"):
        return None
    last = paths.last_observed

    def median(iso3: str, year: int) -> float:
        return float(np.median(paths.economy(iso3)[:, paths.years.index(year)]))

    order = [*known.against, *sorted(known.side, key=lambda iso3: -median(iso3, last))][:12]
    parts = {ctx.name(iso3): common.fan(paths, iso3, FIRST_SHOWN, YEARS_AHEAD) for iso3 in order}
    colours = [style.CHINA if iso3 in known.against else style.COALITION for iso3 in order]
    fast = [iso3 for iso3 in order if median(iso3, last + 10) > 1.5 * median(iso3, last)]
    told = "; ".join(f"{ctx.name(iso3)} {median(iso3, last):.0f} to {median(iso3, last + 10):.0f}" for iso3 in order)
    return common.make(
        ctx,
        "economies",
        title=Markup("Economies that will probably spend half as much again within ten years: {}").format(
            common.counted(ctx, "multiples.fast", len(fast), len(order), "futures",
                           "economies whose median future rises by half or more in ten years")
        ),
        subtitle=Markup("Military expenditure, constant ({}) US$ billion, each on its own scale").format(
            ctx.num.show(ctx.base_cell(), YEAR)
        ),
        note=Markup("Solid: figures. Dashed: median of the futures; the fan holds four fifths of them."),
        alt=(
            f"Small multiples of {len(order)} economies. Median spending {last} to {last + 10}, billion dollars: "
            f"{told}."
        ),
        description=Markup("One panel an economy, largest first after China; the vertical scales differ."),
        source=common.source_line(ctx, "constant_usd", futures=True),
        table=pd.concat(parts, names=["economy"]).reset_index("economy"),
        columns={"economy": Column("Economy"), **common.FAN},
        plot=partial(_plot_multiples, parts, colours, last),
        height=470,
        narrow_height=560,
    )  # fmt: skip


def _plot_multiples(
    parts: Mapping[str, pd.DataFrame], colours: Sequence[str], last: int, figure: Any, size: Size
) -> None:
    columns = 3 if size.small else 4
    rows = -(-len(parts) // columns)
    width, height = size.width / columns, size.height / rows
    for position, ((name, part), colour) in enumerate(zip(parts.items(), colours, strict=True)):
        row, column = divmod(position, columns)
        axes = style.panel(
            figure, size, column * width + 28, size.width - (column + 1) * width + 8,
            row * height + 26, size.height - (row + 1) * height + 24,
        )  # fmt: skip
        style.fan(axes, part, [("low", "high")], "median", last, colour, colour)
        top = float(part["high"].max()) * 1.02
        axes.set_ylim(0, top)
        axes.set_yticks(np.arange(0, top, _nice(top / 4)))
        axes.tick_params(labelsize=11 if size.small else 12, length=3)
        axes.set_xticks([2000, 2020, 2040], ["2000", "" if size.small else "2020", "2040"])
        axes.set_xlim(FIRST_SHOWN, max(int(part["year"].max()), 2040))
        for tick, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
            tick.set_ha(side)
        style.bold(axes, -0.12, 1.05, name, transform=axes.transAxes, fontsize=12 if size.small else 12.5, va="bottom",
                   color=style.DARK[colour])  # fmt: skip


def slopes(ctx: Context) -> Figure | None:
    """Return slopes of military expenditure as a share of GDP over the last nine years."""
    if not ctx.has("spending"):
        return None
    known = ctx.balances[ctx.headline_balance]
    last, first = ctx.last_observed, ctx.last_observed - 9
    wide = ctx.need("spending").pivot(index="iso3", columns="year", values="gdp_share_pct")
    members = [iso3 for iso3 in (*known.members, "USA") if iso3 in wide.index]
    table = wide.loc[list(dict.fromkeys(members)), [first, last]].dropna().set_axis(["first", "last"], axis=1)
    if table.empty:
        return None
    table = table.reset_index().assign(name=lambda rows: rows["iso3"].map(ctx.name))
    table = table.sort_values(["last", "iso3"], ascending=[False, True], ignore_index=True, kind="stable")
    rises = table["last"] > table["first"]
    colours = [
        style.CHINA if iso3 in known.against else style.COALITION if rise else style.MUTED
        for iso3, rise in zip(table["iso3"], rises, strict=True)
    ]
    told = "; ".join(f"{row.name} {row.first:.1f} to {row.last:.1f}" for row in table.itertuples(index=False))
    return common.make(
        ctx,
        "slopes",
        title=Markup("Economies that spend a larger share of GDP in {} than in {}: {}").format(
            ctx.num.show(common.year_cell(ctx, "slopes", last, "spending"), YEAR),
            ctx.num.show(common.year_cell(ctx, "slopes", first, "spending"), YEAR),
            common.counted(
                ctx, "slopes.rose", int(rises.sum()), len(table), "spending", "economies with a higher share"
            ),
        ),
        subtitle=Markup("Military expenditure as a percentage of GDP"),
        alt=f"Slope chart of the share of GDP, {first} and {last}: {told} per cent.",
        description=Markup("Solid lines rise, dashed lines fall. The shares are SIPRI's, not the governments' own."),
        source=common.source_line(ctx, "current_usd"),
        table=table,
        columns={
            "name": Column("Economy"),
            "first": Column(f"{first}, % of GDP", PERCENT1, "gdp_share_pct"),
            "last": Column(f"{last}, % of GDP", PERCENT1, "gdp_share_pct"),
        },
        plot=partial(_plot_slopes, table, colours, (str(first), str(last))),
        height=420,
        narrow_height=420,
    )


def _plot_slopes(table: Frame, colours: Sequence[str], years: tuple[str, str], figure: Any, size: Size) -> None:
    font = 13 if not size.small else 12
    room = max(style.text_width(f"{name} 0.0", font, True) for name in table["name"]) + 14
    axes = style.panel(figure, size, 74 if size.small else 200, room if size.small else max(room, 200), 30, 12)
    shares = table.set_index("name")[["first", "last"]]
    axes.set(xlim=(0, 1), ylim=(0.5 * float(shares.min().min()), 1.06 * float(shares.max().max())))
    dashes = ["" if rises else (4, 1.5) for rises in table["last"] > table["first"]]
    style.lines(axes, shares.T.set_axis([0, 1]), colours, dashes, marker="o", ms=5, clip_on=False)
    left, right = [], []
    for (name, first, last), colour in zip(shares.itertuples(name=None), colours, strict=True):
        left.append((first, f"{first:.1f}" if size.small else f"{name} {first:.1f}", colour))
        right.append((last, f"{last:.1f} {name}", colour))
    style.direct_labels(axes, size, right, 1, font)
    for y, text, colour in style.apart(axes, size, left, 15.5):
        style.beside(axes, text, (0, y), (-8, 0), ha="right", va="center", fontsize=font, color=colour,
                     annotation_clip=False)  # fmt: skip
    axes.set_yticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([0, 1], years)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, labelsize=13)
    for x in (0, 1):
        axes.axvline(x, color=style.RULE, lw=1, zorder=0)


def _nice(step: float) -> float:
    """Return a round step of at least `step`."""
    base = 10.0 ** np.floor(np.log10(step))
    return float(next(m * base for m in (1, 2, 2.5, 5, 10) if m * base >= step))
