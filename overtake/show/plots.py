"""Five kinds of drawing that the chapters use: lines, a fan, intervals in rows, bars, a table of shades.

Each takes the line of its `source`, see `overtake.show.credit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from overtake.show import style
from overtake.show.formats import PLAIN, Format
from overtake.show.notebook import Picture, picture

#: CSS pixels between the rows of a chart, and what its axes need around them.
ROW, AROUND = 26, 70


def lines(
    table: pd.DataFrame, title: str, subtitle: str, alt: str, *, level: float | None = None, marks: Any = None,
    last: int | None = None, right: int = 150, source: str = "",
) -> Picture:  # fmt: skip
    """Return each column of `table` as a line over its index (years), named at its end.

    level: a rule across. marks: a table of the same shape, true where a point is to be circled. last: the last observed
    year; later ones stand on shaded ground. Up to five columns have colours of their own, more are drawn alike.
    """

    def plot(figure: Any, size: style.Size) -> None:
        axes = style.panel(figure, size, 46, right, 14, 30)
        names = list(table.columns)
        colours = [style.SERIES[at % len(style.SERIES)] for at in range(len(names))]
        dashes = [style.DASHES[at % len(style.DASHES)] for at in range(len(names))]
        if len(names) > len(style.SERIES):
            colours = [style.CHINA if name in ("CHN", "China") else style.COALITION for name in names]
            dashes = ["" for _ in names]
        for name, colour, dash in zip(names, colours, dashes, strict=True):
            series = table[name].dropna()
            drawn = "-" if dash == "" else (0, dash)
            axes.plot(series.index, series.to_numpy(dtype=float), color=colour, ls=drawn, lw=2)
            if marks is not None:
                circled = series[marks[name].reindex(series.index).fillna(False).astype(bool)]
                axes.scatter(circled.index, circled, s=34, facecolors=style.PAPER, edgecolors=colour, lw=1.4, zorder=3)
        _ground(axes, size, table.index, last, level)
        ends = [(float(table[name].dropna().iloc[-1]), str(name), colour)
                for name, colour in zip(names, colours, strict=True) if table[name].notna().any()]  # fmt: skip
        style.direct_labels(axes, size, ends, float(table.index.max()), font=12)

    return picture(title, subtitle, alt, plot, source=source)


def fan(
    table: pd.DataFrame, bands: Sequence[tuple[str, str]], middle: str, last: int, title: str, subtitle: str, alt: str,
    *, level: float | None = None, source: str = "",
) -> Picture:  # fmt: skip
    """Return the column `middle` over `year` with `bands` (low, high), widest first; what is to come is dashed."""

    def plot(figure: Any, size: style.Size) -> None:
        axes = style.panel(figure, size, 46, 30, 14, 30)
        style.fan(axes, table, bands, middle, last, style.CHINA, style.CHINA)
        _ground(axes, size, table["year"], last, level)

    return picture(title, subtitle, alt, plot, source=source)


def intervals(
    rows: pd.DataFrame, title: str, subtitle: str, alt: str, *, level: float | None = None, fmt: Format = PLAIN,
    source: str = "",
) -> Picture:  # fmt: skip
    """Return a dot for `value` on a bar from `lo` to `hi` for every row, named by its index from the top."""

    def plot(figure: Any, size: style.Size) -> None:
        axes = style.panel(figure, size, 230, 20, 8, 30)
        places = pd.Series(range(len(rows)), index=rows.index)
        style.intervals(axes, rows["value"], rows["lo"], rows["hi"], places)
        style.row_axis(axes, size, [str(name) for name in rows.index])
        if level is not None:
            axes.axvline(level, color=style.INK, lw=1)
        style.value_ticks(axes, size, fmt)

    return picture(title, subtitle, alt, plot, height=ROW * len(rows) + AROUND, source=source)


def bars(
    rows: pd.DataFrame, title: str, subtitle: str, alt: str, *, start: float = 0.0, fmt: Format = PLAIN,
    source: str = "",
) -> Picture:  # fmt: skip
    """Return a bar from `lo` to `hi` for every row, named by its index, on either side of `start`."""

    def plot(figure: Any, size: style.Size) -> None:
        axes = style.panel(figure, size, 250, 20, 8, 30)
        for at, (low, high) in enumerate(zip(rows["lo"], rows["hi"], strict=True)):
            axes.barh(at, low - start, left=start, color=style.COALITION, height=0.55)
            axes.barh(at, high - start, left=start, color=style.CHINA, height=0.55)
        axes.axvline(start, color=style.INK, lw=1)
        style.row_axis(axes, size, [str(name) for name in rows.index])
        style.value_ticks(axes, size, fmt)

    return picture(title, subtitle, alt, plot, height=ROW * len(rows) + AROUND, source=source)


def shades(table: pd.DataFrame, title: str, subtitle: str, alt: str, fmt: Format, *, source: str = "") -> Picture:
    """Return `table` as cells with their numbers written in them, blue below a half and orange above it."""

    def plot(figure: Any, size: style.Size) -> None:
        axes = style.panel(figure, size, 210, 10, 34, 6)
        values = table.to_numpy(dtype=float)
        far = float(np.nanmax(np.abs(values - 0.5))) or 1.0
        for row, column in np.ndindex(values.shape):
            value = float(values[row, column])
            colour = style.CHINA if value > 0.5 else style.COALITION
            alpha = 0.75 * abs(value - 0.5) / far
            axes.fill_between([column, column + 1], row, row + 1, color=colour, alpha=alpha, lw=0)
            axes.text(column + 0.5, row + 0.5, fmt(value), ha="center", va="center", fontsize=12, color=style.INK)
        axes.set(xlim=(0, values.shape[1]), ylim=(values.shape[0], 0))
        axes.set_xticks([at + 0.5 for at in range(values.shape[1])], [str(name) for name in table.columns], fontsize=12)
        axes.set_yticks([at + 0.5 for at in range(values.shape[0])], [str(name) for name in table.index], fontsize=12)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)

    return picture(title, subtitle, alt, plot, height=ROW * len(table) + AROUND - 20, source=source)


def _ground(axes: Any, size: style.Size, years: Any, last: int | None, level: float | None) -> None:
    """Set the axis of years, shade those to come, rule the level."""
    first, end = int(min(years)), int(max(years))
    if level is not None:
        axes.axhline(level, color=style.INK, lw=1)
    if last is not None and end > last:
        axes.axvspan(last, end, color=style.SHADE, lw=0, zorder=0)
    style.year_axis(axes, first, end, size)
