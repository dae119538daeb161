"""Figures of the parameters moved together: whose uncertainty makes the answer's."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import checks, common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import COUNT, SHARE, Format, fixed
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size

#: Half the width of an interval of a share.
POINTS = Format("percentage points", "whole, of a share", lambda value: fixed(100 * value, 0))


def sobol(ctx: Context) -> Figure | None:
    """Return total Sobol indices with intervals, the design's size doubling from faint to full."""
    table, sizes = _indices(ctx) if ctx.has("sobol") else (pd.DataFrame(), [])
    if table.empty:
        return None
    measure, names = table["measure"].iloc[0], [checks.parameter_name(str(name)) for name in table["parameter"]]
    key = {"balance": ctx.headline_balance, "measure": measure, "parameter": str(table["parameter"].iloc[0]),
           "samples": int(sizes[-1])}  # fmt: skip
    cells = [
        Cell(slug("sobol", *key.values(), column), float(table[column].iloc[0]), ctx.path("sobol"), tuple(key.items()),
             column, ctx.edition)
        for column in ("total", "total_conf")
    ]  # fmt: skip
    smaller = {f"total_{size}": size for size in sizes[:-1]}
    shown_sizes = Markup(" and ").join(
        ctx.num.show(Cell(f"sobol.samples-{size}", int(size), ctx.path("sobol"), (), "samples"), COUNT)
        for size in smaller.values()
    )
    told = " ".join(
        f"{name}: {SHARE(total)} give or take {POINTS(conf)} points."
        for name, total, conf in zip(names, table["total"], table["total_conf"], strict=True)
    )
    return common.make(
        ctx,
        "sobol",
        title=Markup("Moved together, {} accounts for {} of the variance, give or take {} points").format(
            names[0].split(",")[0], *(ctx.num.show(cell, fmt) for cell, fmt in zip(cells, (SHARE, POINTS), strict=True))
        ),
        subtitle=Markup("{}: {}, total Sobol indices").format(
            checks.measure_words(ctx, measure, "sobol"), ctx.whom(ctx.headline_balance)
        ),
        alt=f"Total Sobol indices with intervals. {told}",
        description=Markup(
            "The part of the answer's variance that goes when a parameter is fixed, its interactions included, when "
            "all continuous parameters move over their ranges together. Where the small dots lie inside the bars, the "
            "design is large enough."
        ),
        note=Markup(
            "Bars hold the index nineteen times in twenty. Small grey dots: the same index from the first {} base "
            "samples of the design alone."
        ).format(shown_sizes),
        source=common.source_line(ctx, "gdp_ppp", futures=True),
        table=table.assign(parameter=names),
        columns={
            "parameter": Column("Parameter"),
            "first": Column("First-order index", SHARE, "first"),
            "first_conf": Column("First-order, give or take", SHARE, "first_conf"),
            "total": Column("Total index", SHARE, "total"),
            "total_conf": Column("Total, give or take", SHARE, "total_conf"),
        }
        | {name: Column(f"Total index from {size} base samples", SHARE, "total") for name, size in smaller.items()},
        plot=partial(_plot_sobol, table, list(smaller)),
        height=34 * len(table) + 60,
        narrow_height=38 * len(table) + 60,
    )


def _indices(ctx: Context) -> tuple[Frame, list[int]]:
    """Return the indices of the headline's last measure, largest first, beside those of smaller designs; the sizes."""
    frame = ctx.need("sobol")
    frame = frame[frame["balance"] == ctx.headline_balance].dropna(subset=["total"])
    frame = frame[frame["measure"] == max(frame["measure"], default="")]
    sizes = sorted(frame["samples"].unique())[-3:]
    table = frame[frame["samples"] == max(sizes, default=0)].sort_values(
        ["total", "parameter"], ascending=[False, True], kind="stable", ignore_index=True
    )
    for size in sizes[:-1]:
        earlier = frame[frame["samples"] == size].set_index("parameter")["total"]
        table[f"total_{size}"] = table["parameter"].map(earlier)
    return table, sizes


def _plot_sobol(table: pd.DataFrame, smaller: list[str], figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 214 if not size.small else 128, 20, 12, 30)
    style.intervals(axes, table["total"], table["total"] - table["total_conf"], table["total"] + table["total_conf"])
    for step, name in enumerate(smaller):
        axes.scatter(table[name], table.index + 0.3 - 0.08 * step, 16, style.MUTED, lw=0)
    axes.axvline(0, color=style.INK, lw=1)
    style.row_axis(axes, size, [checks.parameter_label(name, size) for name in table["parameter"]])
    style.value_ticks(axes, size, SHARE)
