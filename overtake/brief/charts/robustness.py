"""Figures of the multiverse: what every defensible choice would have said."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import COUNT, PROBABILITY, SHARE, YEAR
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size

#: Axes of the multiverse that say how a question is answered, in words; the others say what is asked.
CHOICES = {
    "ruler": "Ruler",
    "edition": "Edition",
    "model": "Growth model",
    "china_level": "Level of China",
    "plans": "Announced plans",
    "window_years": "Years of history",
    "sustain": "Years a lead must last",
}
#: What a source line adds where specifications go back to earlier editions.
EARLIER = "Earlier editions where a specification says so."
#: Points of a drawn curve.
POINTS = 120


def headline(ctx: Context) -> Frame:
    """Return the specifications of the headline's question without the United States; empty where it is not asked."""
    if not ctx.has("multiverse"):
        return pd.DataFrame()
    frame = ctx.need("multiverse")
    return frame[(frame["coalition"].astype(str) == ctx.headline_balance) & (frame["us_share"] == 0)]


def years(frame: Frame) -> list[int]:
    """Return the years that the multiverse reports."""
    return sorted(int(name.removeprefix("p_ahead_")) for name in frame.columns if name.startswith("p_ahead_"))


def middle_year(frame: Frame) -> int:
    """Return the year of which tables tell: the middle one."""
    found = years(frame)
    return found[len(found) // 2]


def count_cell(ctx: Context, id: str, value: int, how: str) -> Cell:
    """Return a count of specifications as a cell."""
    return Cell(f"multiverse.{id}", value, ctx.path("multiverse"), (), "", "", (), how)


def year_cell(ctx: Context, year: int) -> Cell:
    """Return a year of the multiverse as a cell."""
    return Cell(f"multiverse.year-{year}", year, ctx.path("multiverse"), (), f"p_ahead_{year}")


def specifications(ctx: Context) -> Figure | None:
    """Return the specification curve of the headline's question: all answers in rising order, a line a year."""
    frame = headline(ctx)
    if frame.empty:
        return None
    at = np.unique(np.round(np.linspace(0, len(frame) - 1, min(POINTS, len(frame)))).astype(int))
    lines = {year: np.sort(frame[f"p_ahead_{year}"].to_numpy(dtype=float))[at] for year in years(frame)}
    table = pd.DataFrame({"rank": (at + 1) / len(frame)} | {f"p_{year}": line for year, line in lines.items()})
    year = middle_year(frame)
    every = count_cell(ctx, "headline", len(frame), "specifications of the headline's question")
    share = ctx.num.derive(
        f"multiverse.headline.over-half-{year}", int((frame[f"p_ahead_{year}"] > 0.5).sum()) / len(frame),
        "specifications that put it above one half",
        [every],
    )  # fmt: skip
    balance = ctx.headline_balance
    who, whom, many = ctx.who_html(balance), ctx.whom(balance), ctx.many(balance)
    leads = "lead" if many else "leads"
    told = " ".join(
        f"{one}: from {PROBABILITY(float(line[0]))} over a median of {PROBABILITY(float(np.median(line)))} to "
        f"{PROBABILITY(float(line[-1]))}."
        for one, line in lines.items()
    )
    return common.make(
        ctx,
        "specifications",
        title=Markup("In {} of the {} specifications of this balance {} {} more likely than not to lead in {}").format(
            ctx.num.show(share, SHARE),
            ctx.num.show(every, COUNT),
            who,
            "are" if many else "is",
            ctx.num.show(year_cell(ctx, year), YEAR),
        ),
        subtitle=Markup("Probability that {} {} {}, specification by specification, in rising order").format(
            who, leads, whom
        ),
        alt=f"Specification curves of the probability that {ctx.who(balance)} {leads} {whom.striptags()}. {told}",
        description=Markup(
            "One line a year. Each point is one specification: a ruler, a level of China, an edition, a growth model, "
            "a window, a treatment of plans and a rule for what lasts. All share their random numbers."
        ),
        source=common.source_line(ctx, "gdp_ppp", EARLIER, futures=True),
        table=table,
        columns={"rank": Column("Share of specifications at or below", SHARE)}
        | {
            f"p_{one}": Column(f"Probability that the challenger leads in {one}", PROBABILITY, f"p_ahead_{one}")
            for one in lines
        },
        plot=partial(_plot_specifications, table.set_index("rank").set_axis(list(lines), axis=1)),
        height=340,
        narrow_height=320,
    )


def _plot_specifications(lines: pd.DataFrame, figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 44, 56, 14, 46)
    style.lines(axes, lines)
    axes.axhline(0.5, color=style.INK, lw=1)
    axes.set(xlim=(0, 1), ylim=(-0.02, 1.02))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], [SHARE(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])
    axes.set_xticks([0, 0.5, 1], [SHARE(tick) for tick in (0, 0.5, 1)])
    axes.set_xlabel("Share of specifications at or below")
    style.direct_labels(axes, size, list(zip(lines.iloc[-1], map(str, lines), style.SERIES, strict=False)), 1)


def options(ctx: Context) -> Figure | None:
    """Return the answers by option of every choice: median and the middle four fifths of its specifications."""
    frame = headline(ctx)
    if frame.empty:
        return None
    year = middle_year(frame)
    column = f"p_ahead_{year}"
    table = _answers(ctx, frame, column)
    if table.empty:
        return None
    widest = str(table["choice"].iloc[0])
    part = table[table["choice"] == widest]
    ends = [
        Cell(slug("multiverse", "option", widest, row["option"]), float(row["middle"]), ctx.path("multiverse"),
             (("choice", widest), ("option", str(row["option"]))), column, "", (), "median of the specifications")
        for row in (part.iloc[0], part.iloc[-1])
    ]  # fmt: skip
    told = " ".join(
        f"{row['choice']}, {row['option']}: {PROBABILITY(row['middle'])} "
        f"({PROBABILITY(row['low'])} to {PROBABILITY(row['high'])})."
        for row in table.to_dict("records")
    )
    height = int(19 * (len(table) + 1.3 * table["choice"].nunique()) + 50)
    return common.make(
        ctx,
        "choices",
        title=Markup("{} moves the middle answer most: from {} to {}").format(
            "The " + widest[:1].lower() + widest[1:], *(ctx.num.show(cell, PROBABILITY) for cell in ends)
        ),
        subtitle=Markup("Probability that the challenger leads in {}: median and middle four fifths of the "
                        "specifications that take each option").format(ctx.num.show(year_cell(ctx, year), YEAR)),
        alt=f"Answers by option. {told}",
        description=Markup(
            "Rows stand in groups, a group a choice, the choice that moves the middle answer most on top. The dot is "
            "the median over all specifications with that option, the bar holds the middle four fifths of them."
        ),
        source=common.source_line(ctx, "gdp_ppp", EARLIER, futures=True),
        table=table,
        columns={
            "choice": Column("Choice"),
            "option": Column("Option"),
            "count": Column("Specifications", COUNT),
            "low": Column("Tenth percentile", PROBABILITY, column),
            "middle": Column("Median", PROBABILITY, column),
            "high": Column("Ninetieth percentile", PROBABILITY, column),
        },
        plot=partial(_plot_options, table),
        height=height,
        narrow_height=height,
    )  # fmt: skip


def _answers(ctx: Context, frame: Frame, column: str) -> pd.DataFrame:
    """Return the answers by option, the choice that moves the middle answer most first; none of a choice of one."""
    rows = []
    for choice, words in CHOICES.items():
        for option, values in frame.groupby(choice, observed=True, sort=False)[column]:
            low, middle, high = np.quantile(values.to_numpy(dtype=float), [0.1, 0.5, 0.9])
            rows.append((words, _option(ctx, choice, option), len(values), low, middle, high))
    table = pd.DataFrame(rows, columns=["choice", "option", "count", "low", "middle", "high"])
    choices = table.groupby("choice")
    table["span"] = choices["middle"].transform("max") - choices["middle"].transform("min")
    table["place"] = table["choice"].map(list(CHOICES.values()).index)
    table = table[choices["option"].transform("size") > 1]
    order, rising = ["span", "place", "middle"], [False, True, True]
    return table.sort_values(order, ascending=rising, kind="stable", ignore_index=True)


def _plot_options(table: pd.DataFrame, figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 232 if not size.small else 138, 16, 10, 30)
    font = 12 if not size.small else 10
    # Each choice takes a row for its name and one an option, and a little room under them.
    new = table["choice"] != table["choice"].shift()
    places = table.index + new.cumsum() + 0.3 * (new.cumsum() - 1)
    style.intervals(axes, table["middle"], table["low"], table["high"], places)
    axes.axvline(0.5, color=style.INK, lw=1)
    style.row_axis(axes, size, list(table["option"]), font)
    axes.set_yticks(places, table["option"])
    axes.tick_params(axis="y", labelcolor=style.MUTED, pad=4)
    for choice, place in zip(table["choice"][new], places[new] - 1, strict=True):
        axes.text(-0.01, place, choice, transform=axes.get_yaxis_transform(), ha="right", va="center",
                  fontsize=font, color=style.INK, **style.STRONG)  # fmt: skip
    axes.set(xlim=(-0.02, 1.02), ylim=(places.iloc[-1] + 0.7, -0.7))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [SHARE(tick) for tick in (0, 0.25, 0.5, 0.75, 1)])


def _option(ctx: Context, choice: str, option: Any) -> str:
    """Return an option in words."""
    if choice == "ruler":
        return ctx.ruler_name(str(option))
    if choice == "edition":
        return str(common.edition_name(str(option)).striptags())
    if choice == "china_level":
        known = ctx.ledger("china_estimates")
        labels = {} if known is None else dict(zip(known["estimate"], known["label"], strict=True))
        return str({**labels, "sipri": "as SIPRI has it"}.get(str(option), option))
    return {"gdp_share": "GDP share", "off": "left out", "cut": "cut by experience", "face_value": "at face value"}.get(
        str(option), str(option).replace("_", " ")
    )
