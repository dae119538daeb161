"""The matrix of balances and rulers: since when, from when, or how likely China leads."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import EXPERIMENTAL, Context
from overtake.brief.figure import Column, Figure
from overtake.brief.sentences import View
from overtake.show import style
from overtake.show.formats import PROBABILITY, YEAR, capital
from overtake.show.style import Size

#: Fills by the probability that China's side leads at the horizon: not measured, then from blue for the coalition
#: through white to vermilion for China. They stay light on a dark page, and so does the ink on them stay dark.
BOUNDS = (-2.0, 0.0, 0.1, 0.4, 0.6, 0.9, 2.0)
TINTS = (style.SHADE, "#b9d7ea", "#dcebf5", "#f3f4f5", "#fbe3d3", "#f3c09c")
ON_TINT = "#1d2734"
#: Rows of the crossings by balance and ruler.
Cells = dict[tuple[str, str], Any]


def matrix(ctx: Context) -> Figure | None:
    """Return the heat map of balances and rulers: since when, by when, or how likely."""
    if not ctx.has("crossings"):
        return None
    names, rulers, cells = _grid(ctx)
    if not names:
        return None
    words = {key: _state_words(row, ctx) for key, row in cells.items()}
    heads = {ruler: ctx.ruler_name(ruler) for ruler in rulers}
    told = " ".join(
        f"{ctx.label_text(n)}: {', '.join(f'{heads[r]} {words[n, r]}' for r in rulers)}."
        for n in (ctx.headline_balance, names[0], names[-1])
        if n in names
    )
    return common.make(
        ctx,
        "matrix",
        title=_title(ctx, [[cells[n, r] for r in rulers if r not in EXPERIMENTAL] for n in names]),
        subtitle=Markup(
            "Year since which the challenger leads (bold), else the median year of crossing, else the probability "
            "that it leads now or takes the lead by {}"
        ).format(ctx.num.show(ctx.horizon_cell(), YEAR)),
        alt=f"Matrix of {len(names)} balances by {len(rulers)} rulers. {told}",
        description=Markup(
            "One row a balance, one column a ruler; the warmer a cell, the more likely the challenger leads in {}, "
            "which may be less likely than that it takes the lead for a time. Bold cells are led by it now and give "
            "the first year of that lead, or by when, where the figures begin with it. The other cells give the "
            "median year of the crossing where it is more likely than not, else the probability that it leads now or "
            "takes the lead by then."
        ).format(ctx.num.show(ctx.horizon_cell(), YEAR)),
        source=common.source_line(ctx, None, extra="macro" if len(rulers) > 2 else "", futures=True),
        table=pd.DataFrame([{"balance": ctx.label_text(n)} | {r: words[n, r] for r in rulers} for n in names]),
        columns={"balance": Column("Balance")} | {ruler: Column(capital(head)) for ruler, head in heads.items()},
        plot=partial(_plot, ctx, names, rulers, cells),
        height=24 * len(names) + 52,
        narrow_height=23 * len(names) + 72,
    )


def _grid(ctx: Context) -> tuple[list[str], list[str], Cells]:
    """Return balances, the most led by China first, rulers, and the row of the crossings where they meet."""
    frame = ctx.need("crossings")
    rulers = [r for r in ctx.rulers if frame.loc[frame["ruler"] == r, "p_crossed"].notna().any()][:6]
    names = [name for name in dict.fromkeys(frame["balance"]) if common.of_several(ctx, name)]
    end = ctx.need("curves").query("year == @ctx.horizon")[["balance", "ruler", "p_ahead", "p_crossed_by"]]
    shown = frame[frame["ruler"].isin(rulers) & frame["balance"].isin(names)].merge(end, "left", ["balance", "ruler"])
    cells = {
        (row["balance"], row["ruler"]): row | {"older": View(ctx, row["balance"], row["ruler"]).older}
        for row in shown.to_dict("records")
    }
    names.sort(key=lambda n: -np.nanmean([cells[n, r]["p_ahead"] for r in rulers]))
    return names, rulers, cells


def _title(ctx: Context, rows: list[list[Any]]) -> Markup:
    """Return how many balances are led on one ruler and not on another; rows: the cells of each that count."""
    differing = [row for row in rows if len({pd.notna(c["first_crossed"]) for c in row if pd.notna(c["margin"])}) > 1]
    if not differing:
        return Markup("Every balance stands the same way on every ruler that counts")
    how = "balances led by the challenger on one ruler and not on another, experimental rulers left out"
    return Markup("Balances that change sides with the ruler: {}").format(
        common.counted(ctx, "matrix.differing", len(differing), len(rows), "crossings", how)
    )


def _plot(ctx: Context, names: list[str], rulers: list[str], cells: Cells, figure: Any, size: Size) -> None:
    import seaborn as sns
    from matplotlib.colors import BoundaryNorm, ListedColormap

    left, font = (200, 12) if not size.small else (118, 11)
    axes = style.panel(figure, size, left, 0, 44 if not size.small else 64, 6)
    grid = [[cells[n, r] for r in rulers] for n in names]
    leads = [[np.nan_to_num(row["p_ahead"], nan=-1) for row in line] for line in grid]
    words = [[_cell_text(row, ctx, size.small) for row in line] for line in grid]
    sns.heatmap(leads, cmap=ListedColormap(list(TINTS)), norm=BoundaryNorm(BOUNDS, len(TINTS)), cbar=False,
                linewidths=2, linecolor=style.PAPER, annot=words, fmt="",
                annot_kws={"fontsize": font, "color": ON_TINT}, ax=axes)  # fmt: skip
    for text, row in zip(axes.texts, (row for line in grid for row in line), strict=True):
        if pd.isna(row["margin"]):
            text.set_color(style.MUTED)
        elif pd.notna(row["first_crossed"]):
            text.set(**style.STRONG)
    axes.tick_params(left=False, bottom=False, labelbottom=False, labeltop=True, pad=6)
    axes.set_yticks([i + 0.5 for i in range(len(names))], common.row_names(ctx, names, left, size), fontsize=font,
                    color=style.INK, rotation="horizontal")  # fmt: skip
    heads = [common.folded(_ruler_head(ctx.ruler_name(r)), 12 if not size.small else 9) for r in rulers]
    axes.set_xticks([j + 0.5 for j in range(len(rulers))], heads, fontsize=font - size.small, linespacing=1.0)
    sns.despine(ax=axes, left=True, bottom=True)


def _cell_text(row: Any, ctx: Context, small: bool) -> str:
    if pd.isna(row["margin"]):
        return "–"
    if pd.notna(row["first_crossed"]):
        return f"{'by ' * row['older']}{row['first_crossed']:.0f}"
    if pd.notna(row["median_year"]):
        return f"{row['median_year']:.0f}" if small else f"~{row['median_year']:.0f}"
    return PROBABILITY(row["p_crossed_by"])


def _state_words(row: Any, ctx: Context) -> str:
    if pd.isna(row["margin"]):
        return "not measured"
    if pd.notna(row["first_crossed"]):
        return f"crossed, since {row['first_crossed']:.0f}{' or before' * row['older']}"
    if pd.notna(row["median_year"]):
        return f"crossing, median {row['median_year']:.0f}"
    return f"{PROBABILITY(row['p_crossed_by'])} by {ctx.horizon}"


def _ruler_head(name: str) -> str:
    return name.replace("purchasing power", "PPP").replace("accounting", "").replace("military stock", "stock").strip()
