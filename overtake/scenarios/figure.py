"""The figure of the scenarios: the ratio of the sides by 2035 under each, a panel a balance, a mark a ruler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from overtake.config.params import Params

#: Year whose ratios the figure shows.
YEAR = 2035
#: Rulers drawn at most, and panels in a row.
MARKS, ACROSS = 2, 3
ROW, HEAD, FOOT, LEFT = 26, 46, 26, 150


def drawing(table: pd.DataFrame, params: Params) -> str:
    """Return the SVG of `table` (see `overtake.scenarios.compare.compare`): dots are medians, lines 80% intervals."""
    from overtake.brief.figure import standalone
    from overtake.show import style

    balances = list(params.scenarios.balances)
    rows = list(dict.fromkeys(table["scenario"]))
    deep = -(-len(balances) // ACROSS)
    size = style.Size(style.WIDE, deep * (HEAD + ROW * len(rows) + FOOT))
    svg = style.draw(size, lambda figure, at: _plot(figure, at, table, params, balances, rows))
    edition, last = table["edition"].iloc[0], table["last_observed"].iloc[0]
    lines = [
        f"What would move the balance by {YEAR}",
        f"The challengers' side over the coalition in {YEAR}, median and 80% interval; right of the line it leads. "
        + _marks(params),
        f"Source: SIPRI edition {edition}, observed to {last}; Overtake's futures. Scenarios carry no probability.",
    ]
    return standalone(svg, lines, _alt(table, balances, params))


def _marks(params: Params) -> str:
    """Return what the marks stand for."""
    from overtake.rulers import RULERS

    names = [RULERS[ruler].label for ruler in params.scenarios.rulers[:MARKS]]
    return "; ".join(f"{mark}: {name}" for mark, name in zip(("Dots", "squares"), names, strict=False)) + "."


def _alt(table: pd.DataFrame, balances: list[str], params: Params) -> str:
    """Return the figure in words: the middle ratio of every scenario, first balance and ruler."""
    rows = table[(table["balance"] == balances[0]) & (table["ruler"] == params.scenarios.rulers[0])]
    said = ", ".join(
        f"{label} {ratio:.2f}"
        for label, ratio in zip(rows["scenario_label"], rows[f"ratio_{YEAR}_median"], strict=True)
    )
    return f"Dot plots, a panel for each of {len(balances)} balances. {params.balances[balances[0]].label}: {said}."


def _plot(figure: Any, size: Any, table: pd.DataFrame, params: Params, balances: list[str], rows: list[str]) -> None:
    """Draw one panel for each of `balances`, in rows of `ACROSS`."""
    from overtake.show import style

    labels = dict(zip(table["scenario"], table["scenario_label"], strict=True))
    rulers = list(params.scenarios.rulers)[:MARKS]
    width = (size.width - LEFT - 10) / ACROSS
    deep = HEAD + ROW * len(rows) + FOOT
    for index, balance in enumerate(balances):
        across, down = index % ACROSS, index // ACROSS
        left, top = LEFT + across * width, down * deep + HEAD
        axes = style.panel(
            figure, size, left + 6, size.width - left - width + 6, top, size.height - top - ROW * len(rows)
        )
        threshold = params.balances[balance].threshold
        for mark, ruler in enumerate(rulers):
            part = table[(table["balance"] == balance) & (table["ruler"] == ruler)].set_index("scenario").reindex(rows)
            colour = (style.CHINA, style.COALITION)[mark]
            places = [place + (mark - 0.5) * 0.3 for place in range(len(rows))]
            axes.hlines(places, part[f"ratio_{YEAR}_lo"], part[f"ratio_{YEAR}_hi"], color=colour, linewidth=1.6)
            axes.plot(
                part[f"ratio_{YEAR}_median"],
                places,
                "os"[mark],
                color=colour,
                markersize=6,
                markerfacecolor=colour if mark == 0 else style.PAPER,
            )
        axes.axvline(threshold, color=style.INK, linewidth=1)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), [labels[row] for row in rows] if across == 0 else [])
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.locator_params(axis="x", nbins=4)
        axes.tick_params(labelsize=11)
        axes.set_title(_wrapped(params.balances[balance].label), fontsize=12, loc="left", color=style.INK)


def _wrapped(label: str) -> str:
    """Return a panel's title in at most two lines."""
    import textwrap

    return "\n".join(textwrap.wrap(label, 28)[:2])
