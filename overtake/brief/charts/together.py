"""Figures of the parameters moved together: whose uncertainty makes the answer's."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.brief.charts import checks, common
from overtake.brief.context import Context
from overtake.brief.figure import Column, Figure, make
from overtake.show import style
from overtake.show.formats import COUNT, SHARE
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size


def sobol(ctx: Context) -> Figure | None:
    """Return total Sobol indices with intervals, the design's size doubling from faint to full."""
    if not ctx.has("sobol"):
        return None
    frame = ctx.need("sobol")
    frame = frame[(frame["balance"] == ctx.headline_balance)].dropna(subset=["total"])
    if frame.empty:
        return None
    measure = max(frame["measure"])
    frame = frame[frame["measure"] == measure]
    sizes = sorted(frame["samples"].unique())[-3:]
    last = frame[frame["samples"] == sizes[-1]].sort_values(
        ["total", "parameter"], ascending=[False, True], kind="stable"
    )
    names = [str(name) for name in last["parameter"]]
    table = last[["parameter", "first", "first_conf", "total", "total_conf"]].reset_index(drop=True)
    for size in sizes[:-1]:
        earlier = frame[frame["samples"] == size].set_index("parameter")["total"]
        table[f"total_{size}"] = table["parameter"].map(earlier)
    top = names[0]
    key = {"balance": ctx.headline_balance, "measure": measure, "parameter": top, "samples": int(sizes[-1])}
    row = last.iloc[0]
    cells = [
        Cell(slug("sobol", *key.values(), column), float(row[column]), ctx.path("sobol"),
             tuple((name, value) for name, value in key.items()), column, ctx.edition)
        for column in ("total", "total_conf")
    ]  # fmt: skip
    words = checks.parameter_name(top).split(",")[0]
    title = Markup("Moved together, {} accounts for {} of the variance, give or take {}").format(
        words, *(ctx.num.show(cell, SHARE) for cell in cells)
    )
    label = common.articled(ctx.side_text(ctx.headline_balance))
    named = ctx.prose(label, f"params.balances.{ctx.headline_balance}.label", f"balances.{ctx.headline_balance}.label")

    def plot(figure: Any, size: Size) -> None:
        left = 214 if not size.small else 128
        axes = style.panel(figure, size, left, 20, 12, 30)
        style.intervals(
            axes, table["total"], table["total"] - table["total_conf"], table["total"] + table["total_conf"]
        )
        for step, smaller in enumerate(sizes[:-1]):
            axes.scatter(table[f"total_{smaller}"], table.index + 0.3 - 0.08 * step, 16, style.MUTED, lw=0)
        axes.axvline(0, color=style.INK, lw=1)
        style.row_axis(axes, size, [checks.parameter_label(name, size) for name in names])
        style.value_ticks(axes, size, SHARE)

    shown_sizes = Markup(" and ").join(
        ctx.num.show(Cell(f"sobol.samples-{size}", int(size), ctx.path("sobol"), (), "samples"), COUNT)
        for size in sizes[:-1]
    )
    return make(
        ctx.num,
        "sobol",
        title=title,
        subtitle=Markup("{}: {}, total Sobol indices").format(checks.measure_words(ctx, measure, "sobol"), named),
        alt="Total Sobol indices with intervals. "
        + " ".join(
            f"{checks.parameter_name(str(entry['parameter']))}: {SHARE(entry['total'])} give or take "
            f"{SHARE(entry['total_conf'])}."
            for entry in table.to_dict("records")
        ),
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
        table=table.assign(parameter=[checks.parameter_name(name) for name in names]),
        columns={
            "parameter": Column("Parameter"),
            "first": Column("First-order index", SHARE, "first"),
            "first_conf": Column("First-order, give or take", SHARE, "first_conf"),
            "total": Column("Total index", SHARE, "total"),
            "total_conf": Column("Total, give or take", SHARE, "total_conf"),
        }
        | {f"total_{size}": Column(f"Total index from {size} base samples", SHARE, "total") for size in sizes[:-1]},
        plot=plot,
        height=34 * len(table) + 60,
        narrow_height=38 * len(table) + 60,
        edition=ctx.edition,
    )
