"""Economies one by one: small multiples with fans, and slopes of the share of GDP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context
from overtake.brief.figure import Column, Figure, make
from overtake.show import style
from overtake.show.formats import PERCENT1, YEAR
from overtake.show.style import Size

FIRST_SHOWN, YEARS_AHEAD = 2000, 15


def multiples(ctx: Context, balance: str | None = None) -> Figure | None:
    """Return one small fan an economy of the balance, each on its own scale from zero."""
    paths = ctx.draws
    if paths is None or not ctx.has("spending"):
        return None
    known = ctx.balances[balance or ctx.headline_balance]
    level = {
        iso3: float(np.median(paths.economy(iso3)[:, paths.years.index(paths.last_observed)])) for iso3 in known.side
    }
    order = [*known.against, *sorted(known.side, key=lambda iso3: -level[iso3])][:12]
    years = np.array(paths.years)
    parts = []
    for iso3 in order:
        rows = common.fan(paths, iso3, FIRST_SHOWN, YEARS_AHEAD)
        rows.insert(0, "economy", ctx.name(iso3))
        parts.append(rows)
    table = pd.concat(parts, ignore_index=True)
    last = paths.last_observed
    doubled = [
        iso3
        for iso3 in order
        if np.median(paths.economy(iso3)[:, list(years).index(last + 10)])
        > 1.5 * level.get(iso3, float(np.median(paths.economy(iso3)[:, list(years).index(last)])))
    ]
    title = Markup("Economies that will probably spend half as much again within ten years: {}").format(
        common.counted(ctx, "multiples.fast", len(doubled), len(order), "futures",
                       "economies whose median future rises by half or more in ten years")
    )  # fmt: skip

    def plot(figure: Any, size: Size) -> None:
        columns = 3 if size.small else 4
        rows = -(-len(order) // columns)
        cell_w, cell_h = size.width / columns, size.height / rows
        for position, iso3 in enumerate(order):
            row, column = divmod(position, columns)
            axes = style.panel(
                figure, size, column * cell_w + 28, size.width - (column + 1) * cell_w + 8,
                row * cell_h + 26, size.height - (row + 1) * cell_h + 24,
            )  # fmt: skip
            part = parts[position]
            colour = style.CHINA if iso3 in known.against else style.COALITION
            style.fan(axes, part, [("low", "high")], "median", last, colour, colour)
            top = float(part["high"].max()) * 1.02
            axes.set_ylim(0, top)
            axes.set_yticks(np.arange(0, top, _nice(top / 4)))
            axes.tick_params(labelsize=11 if size.small else 12, length=3)
            axes.set_xticks([2000, 2020, 2040], ["2000", "" if size.small else "2020", "2040"])
            axes.set_xlim(FIRST_SHOWN, max(int(part["year"].max()), 2040))
            for tick, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
                tick.set_ha(side)
            style.bold(axes, -0.12, 1.05, ctx.name(iso3), transform=axes.transAxes, fontsize=12 if size.small else 12.5,
                       va="bottom", color=style.DARK[colour])  # fmt: skip

    return make(
        ctx.num,
        "economies",
        title=title,
        subtitle=Markup("Military expenditure, constant ({}) US$ billion, each on its own scale").format(
            ctx.num.show(ctx.base_cell(), YEAR)
        ),
        note=Markup("Solid: figures. Dashed: median of the futures; the fan holds four fifths of them."),
        alt=(
            f"Small multiples of {len(order)} economies. Median spending {last} to {last + 10}, billion dollars: "
            + "; ".join(
                f"{ctx.name(iso3)} {p.loc[p['year'] == last, 'median'].iloc[0]:.0f} to "
                f"{p.loc[p['year'] == last + 10, 'median'].iloc[0]:.0f}"
                for iso3, p in zip(order, parts, strict=True)
            )
            + "."
        ),
        description=Markup("One panel an economy, largest first after China; the vertical scales differ."),
        source=common.source_line(ctx, "constant_usd", futures=True),
        table=table,
        columns={"economy": Column("Economy"), **common.FAN},
        plot=plot,
        height=470,
        narrow_height=560,
        edition=ctx.edition,
    )


def slopes(ctx: Context, balance: str | None = None, span: int = 9) -> Figure | None:
    """Return slopes of military expenditure as a share of GDP over the last `span` years."""
    if not ctx.has("spending"):
        return None
    known = ctx.balances[balance or ctx.headline_balance]
    last, first = ctx.last_observed, ctx.last_observed - span
    wide = ctx.need("spending").pivot(index="iso3", columns="year", values="gdp_share_pct")
    members = [iso3 for iso3 in (*known.against, *known.side, "USA") if iso3 in wide.index]
    wide = wide.loc[list(dict.fromkeys(members)), [first, last]].dropna()
    if wide.empty:
        return None
    table = wide.reset_index().rename(columns={first: "first", last: "last"})
    table["name"] = table["iso3"].map(ctx.name)
    table = table.sort_values(["last", "iso3"], ascending=[False, True], ignore_index=True, kind="stable")
    rose = int((table["last"] > table["first"]).sum())
    title = Markup("Economies that spend a larger share of GDP in {} than in {}: {}").format(
        ctx.num.show(common.year_cell(ctx, "slopes", last, "spending"), YEAR),
        ctx.num.show(common.year_cell(ctx, "slopes", first, "spending"), YEAR),
        common.counted(ctx, "slopes.rose", rose, len(table), "spending", "economies with a higher share"),
    )

    def plot(figure: Any, size: Size) -> None:
        gap = 15.5
        font = 13 if not size.small else 12
        room = max(style.text_width(f"{name} 0.0", font, True) for name in table["name"]) + 14
        side = room if size.small else max(room, 200)
        axes = style.panel(figure, size, 74 if size.small else 200, side, 30, 12)
        axes.set_xlim(0, 1)
        shares = table[["first", "last"]]
        axes.set_ylim(0.5 * float(shares.min().min()), 1.06 * float(shares.max().max()))
        labels_right, labels_left = [], []
        rises = table["last"] > table["first"]
        colours = [
            style.CHINA if iso3 in known.against else style.COALITION if rise else style.MUTED
            for iso3, rise in zip(table["iso3"], rises, strict=True)
        ]
        ends = table.set_index("name")[["first", "last"]].T.set_axis([0, 1])
        style.lines(axes, ends, colours, ["" if rise else (4, 1.5) for rise in rises], marker="o", ms=5, clip_on=False)
        for row, colour in zip(table.itertuples(), colours, strict=True):
            labels_right.append((row.last, f"{row.last:.1f} {row.name}", colour))
            labels_left.append((row.first, f"{row.first:.1f}" if size.small else f"{row.name} {row.first:.1f}", colour))
        style.direct_labels(axes, size, labels_right, 1, font)
        low, high = axes.get_ylim()
        per_px = (high - low) / (axes.get_position().height * size.height)
        places = style.spread([y for y, _, _ in labels_left], gap * per_px, low + gap * per_px / 2, high)
        for (_, text, colour), place in zip(labels_left, places, strict=True):
            axes.annotate(text, (0, place), xytext=(-8, 0), textcoords="offset points", ha="right", va="center",
                          fontsize=font, color=style.DARK.get(colour, colour), annotation_clip=False)  # fmt: skip
        axes.set_yticks([])
        axes.grid(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_xticks([0, 1], [str(first), str(last)])
        axes.xaxis.tick_top()
        axes.tick_params(axis="x", length=0, labelsize=13)
        for x in (0, 1):
            axes.axvline(x, color=style.RULE, lw=1, zorder=0)

    return make(
        ctx.num,
        "slopes",
        title=title,
        subtitle=Markup("Military expenditure as a percentage of GDP"),
        alt=(
            f"Slope chart of the share of GDP, {first} and {last}: "
            + "; ".join(f"{r.name} {r.first:.1f} to {r.last:.1f}" for r in table.itertuples())
            + " per cent."
        ),
        description=Markup("Solid lines rise, dashed lines fall. The shares are SIPRI's, not the governments' own."),
        source=common.source_line(ctx, "current_usd"),
        table=table,
        columns={
            "name": Column("Economy"),
            "first": Column(f"{first}, % of GDP", PERCENT1, "gdp_share_pct"),
            "last": Column(f"{last}, % of GDP", PERCENT1, "gdp_share_pct"),
        },
        plot=plot,
        height=420,
        narrow_height=420,
        edition=ctx.edition,
    )


def _nice(step: float) -> float:
    """Return a round step of at least `step`."""
    base = 10.0 ** np.floor(np.log10(step))
    return float(next(m * base for m in (1, 2, 2.5, 5, 10) if m * base >= step))
