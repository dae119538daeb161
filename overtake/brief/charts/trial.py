"""The trial of the method on all countries: chances that random coalitions were given, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import COUNT, SHARE
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size
from overtake.skill.full import ERAS, OURS
from overtake.skill.reached import MEAN, rows

LATEST = list(ERAS)[-1]
#: Kinds of random coalitions, in words.
QUESTIONS = {"global": "of any countries", "regional": "of one region"}
#: A box with fewer forecasts says nothing.
FEWEST = 100


def calibration(ctx: Context) -> Figure | None:
    """Return how often random coalitions changed places, by the chance that the method gave, beside the diagonal."""
    if not ctx.has("skill_full"):
        return None
    each = {question: _boxes(ctx, question) for question in QUESTIONS}
    if each["global"].empty:
        return None
    table = pd.concat(each.values(), ignore_index=True)
    highest = each["global"]["box"].iloc[-1]
    said, came = (cells(ctx, "global", OURS, f"{name}_{highest}")[0] for name in ("said", "came"))
    told = "; ".join(
        f"{row['question']} {SHARE(row['said'])} said, {SHARE(row['came'])} came" for row in table.to_dict("records")
    )
    return common.make(
        ctx,
        "calibration",
        title=Markup("Of random coalitions given a chance of {} to change places, {} did").format(
            ctx.num.show(said, SHARE), ctx.num.show(came, SHARE)
        ),
        subtitle=Markup("How often it came about, by the chance that was given; three eras weigh alike"),
        alt=f"Lines of what came by what was said, beside the diagonal: {told}.",
        description=Markup(
            "One point a tenth of the chances: across, their mean; up, how often the side that was smaller had passed "
            "the other by then. Below the diagonal chances were too high."
        ),
        source=Markup("Source: SIPRI Military Expenditure Database, all countries; Overtake, back-test, not run anew."),
        table=table.drop(columns="box"),
        columns={
            "question": Column("Coalitions"),
            "said": Column("Chance given", SHARE, "value"),
            "came": Column("Came about", SHARE, "value"),
            "n": Column("Forecasts", COUNT, "n"),
        },
        plot=partial(_plot, table),
        height=340,
    )  # fmt: skip


def _plot(table: pd.DataFrame, figure: Any, size: Size) -> None:
    room = max(style.text_width(words, 13, True) for words in QUESTIONS.values()) + 14
    axes = style.panel(figure, size, 40, room, 14, 30)
    axes.plot([0, 1], [0, 1], color=style.INK, lw=1)
    axes.text(0.02, 0.06, "exact", fontsize=12, color=style.MUTED, va="bottom")
    labels = []
    parts = table.groupby("question", sort=False)
    for (words, part), colour in zip(parts, (style.CHINA, style.COALITION), strict=False):
        axes.plot(part["said"], part["came"], color=colour, marker="o", ms=5, lw=1.6)
        labels.append((float(part["came"].iloc[-1]), str(words), colour))
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=ticks, yticks=ticks)
    axes.set_xticklabels([SHARE(tick) for tick in ticks])
    axes.set_yticklabels([SHARE(tick) for tick in ticks])
    style.direct_labels(axes, size, labels, 1.0)


def cells(
    ctx: Context, question: str, model: str, score: str, columns: Sequence[str] = ("value",), era: str = MEAN
) -> list[Cell]:
    """Return cells of one row of the full comparison over all horizons; none where the model did not answer."""
    key = (("slice", era), ("question", question), ("model", model), ("horizon", 0), ("score", score))
    name = ("full", *([] if era == MEAN else [era]), question, model, score)
    return [
        Cell(slug(*name, column), float(row[column]), ctx.path("skill_full"), key, column)
        for _, row in rows(ctx.need("skill_full"), era, question, model, score).iterrows()
        for column in columns
    ]


def _boxes(ctx: Context, question: str) -> pd.DataFrame:
    """Return box, question, said, came and n of every box of a question that holds enough forecasts."""
    found = []
    for box in range(1, 11):
        said, came = (rows(ctx.need("skill_full"), MEAN, question, OURS, f"{name}_{box}") for name in ("said", "came"))
        if len(said) and said["n"].iloc[0] >= FEWEST:
            found.append((box, QUESTIONS[question], said["value"].iloc[0], came["value"].iloc[0], said["n"].iloc[0]))
    return pd.DataFrame(found, columns=["box", "question", "said", "came", "n"])
