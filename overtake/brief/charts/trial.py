"""The trial of the method on all countries: chances that random coalitions were given, and what came."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.context import Context
from overtake.brief.figure import Column, Figure, make
from overtake.show import style
from overtake.show.formats import COUNT, SHARE
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size
from overtake.skill.reached import OURS

#: The mean over eras, each weighing alike, in the full comparison.
ERAS = "eras"
LATEST = "from 2015"
#: Kinds of random coalitions, in words.
QUESTIONS = {"global": "of any countries", "regional": "of one region"}
#: A box with fewer forecasts says nothing.
FEWEST = 100


def calibration(ctx: Context) -> Figure | None:
    """Return how often random coalitions changed places, by the chance that the method gave, beside the diagonal."""
    if not ctx.has("skill_full"):
        return None
    table = pd.DataFrame([row for question in QUESTIONS for row in _boxes(ctx, question)])
    if table.empty or not _boxes(ctx, "global"):
        return None
    highest = next(row["box"] for row in reversed(_boxes(ctx, "global")))
    said, came = (cell(ctx, "global", OURS, f"{name}_{highest}", "value") for name in ("said", "came"))

    said_so = [
        f"{row['question']} {SHARE(row['said'])} said, {SHARE(row['came'])} came" for row in table.to_dict("records")
    ]

    def plot(figure: Any, size: Size) -> None:
        room = max(style.text_width(words, 13, True) for words in QUESTIONS.values()) + 14
        axes = style.panel(figure, size, 40, room, 14, 30)
        axes.plot([0, 1], [0, 1], color=style.INK, lw=1)
        axes.text(0.02, 0.06, "exact", fontsize=12, color=style.MUTED, va="bottom")
        labels = []
        for (words, part), colour in zip(
            table.groupby("question", sort=False), (style.CHINA, style.COALITION), strict=False
        ):
            axes.plot(part["said"], part["came"], color=colour, marker="o", ms=5, lw=1.6)
            labels.append((float(part["came"].iloc[-1]), str(words), colour))
        ticks = [0, 0.25, 0.5, 0.75, 1]
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=ticks, yticks=ticks)
        axes.set_xticklabels([SHARE(tick) for tick in ticks])
        axes.set_yticklabels([SHARE(tick) for tick in ticks])
        style.direct_labels(axes, size, labels, 1.0)

    return make(
        ctx.num,
        "calibration",
        title=Markup("Of random coalitions given a chance of {} to change places, {} did").format(
            ctx.num.show(said, SHARE), ctx.num.show(came, SHARE)
        ),
        subtitle=Markup("How often it came about, by the chance that was given; three eras weigh alike"),
        alt="Lines of what came by what was said, beside the diagonal: " + "; ".join(said_so) + ".",
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
        plot=plot,
        height=340,
        edition=ctx.edition,
    )  # fmt: skip


def whole(ctx: Context, era: str = ERAS) -> pd.DataFrame:
    """Return the rows of the full comparison over all horizons."""
    frame: pd.DataFrame = ctx.need("skill_full")
    return frame[(frame["slice"] == era) & (frame["horizon"].astype(int) == 0)]


def cell(ctx: Context, question: str, model: str, score: str, column: str, era: str = ERAS) -> Cell:
    """Return a cell of the full comparison over all horizons."""
    key = (("slice", era), ("question", question), ("model", model), ("horizon", 0), ("score", score))
    frame = whole(ctx, era)
    found = frame[(frame["question"] == question) & (frame["model"] == model) & (frame["score"] == score)]
    id = slug("full", *([] if era == ERAS else ["latest"]), question, model, score, column)
    return Cell(id, float(found[column].iloc[0]), ctx.path("skill_full"), key, column)


def _boxes(ctx: Context, question: str) -> list[dict[str, Any]]:
    """Return said, came and n of every box of a question that holds enough forecasts."""
    frame = whole(ctx)
    found = {
        str(row["score"]): row
        for row in frame[(frame["question"] == question) & (frame["model"] == OURS)].to_dict("records")
    }
    boxes = [box for box in range(1, 11) if f"said_{box}" in found and found[f"said_{box}"]["n"] >= FEWEST]
    return [
        {"question": QUESTIONS[question], "box": box, "n": found[f"said_{box}"]["n"]}
        | {name: found[f"{name}_{box}"]["value"] for name in ("said", "came")}
        for box in boxes
    ]
