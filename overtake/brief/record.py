"""Tables of the record: what the method would have said, and how it compares with peers over all countries."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.charts import trial
from overtake.brief.charts.common import edition_name
from overtake.brief.context import Context
from overtake.show.formats import COUNT, PROBABILITY, RATIO, SCORE, SHARE, YEAR, Format, capital
from overtake.show.numbers import Cell, slug
from overtake.skill import full, reached

#: Scores that the brief shows: caption and format.
SCORES = {
    "crps": ("Error of the whole distribution (CRPS of log spending, lower is better), by horizon", SCORE),
    "brier": ("Error of the probability that one economy passes another (Brier score, lower is better)", SCORE),
    "in80": ("Share of outcomes inside the interval that should hold four fifths of them", SHARE),
}

#: Balances whose record is shown, where they are declared: the headline and those that were open at the time.
SHOWN = ("five", "eleven", "five_us20", "five_us30", "quad_ex_us", "usa")
#: Scores of the full comparison that are shown: question, score, head and format.
FULL_SCORES = (
    ("global", "brier", "Random coalitions, Brier", SCORE),
    ("regional", "brier", "Regional coalitions, Brier", SCORE),
    ("single", "crps", "Single countries, CRPS", SCORE),
    ("global", "in80", "Coalitions in the interval of four fifths", SHARE),
)

#: Slices of the full comparison that are shown, with the captions of their tables.
PARTS = {
    reached.MEAN: "All countries with full series, three eras weighing alike; not recomputed in this run",
    full.REAL_TIME: "The same in real time, from past editions as they were printed; not recomputed in this run",
}


def would_have_said(ctx: Context) -> Markup:
    """Return, for earlier origins, the probability of the time beside what happened by the last year with figures."""
    if not ctx.has("would_have_said"):
        return Markup("")
    frame = _told(ctx)
    if frame.empty:
        return Markup("")
    origins = frame.drop_duplicates("as_of").sort_values(["origin", "as_of"], kind="stable").to_dict("records")
    rows = [
        (ctx.label(name), *_forecasts(ctx, frame[frame["balance"] == name], origins))
        for name in sorted(frame["balance"].unique())
    ]
    first = origins[0]
    year = ctx.num.show(_cell(ctx, first, _key(first), "year"), YEAR)
    caption = Markup(
        "What the method would have said of {}, beside what happened: "
        "probability that the challenger leads; ratio (interval of four fifths)"
    ).format(year)
    heads = [("Balance", ""), *((_origin(ctx, row, _key(row)), "r") for row in origins), ("Outcome", "r")]
    return table(caption, heads, rows)


def leaning(ctx: Context) -> dict[str, Any] | None:
    """Return how often the outcome lay above the forecast's middle and inside its interval.

    Of the forecasts in the table, cut from the newest edition.
    """
    if not ctx.has("would_have_said"):
        return None
    frame = _told(ctx)
    frame = frame[~(frame["as_of"] == frame["edition"])]
    if frame.empty:
        return None
    above = int((frame["ratio_outcome"] > frame["ratio_q50"]).sum())
    inside = int(frame["ratio_outcome"].between(frame["ratio_q10"], frame["ratio_q90"]).sum())

    def count(id: str, value: int, how: str) -> Cell:
        return Cell(f"would-have-said.{id}", value, ctx.path("would_have_said"), (), "ratio", how=how)

    part = above / len(frame)
    return {
        "count": count("count", len(frame), "rows shown, from the newest edition cut at a year"),
        "above": count("above", above, "of them with the outcome above the median"),
        "inside": count("inside", inside, "of them with the outcome between the quantiles of 10 and 90 per cent"),
        "lean": "too low as a rule"
        if part > 2 / 3
        else "too high as a rule"
        if part < 1 / 3
        else "neither too low nor too high",
    }


def coverage(ctx: Context) -> Markup:
    """Return how often intervals of four fifths held single economies' outcomes, over all origins and horizons."""
    frame = ctx.frame("skill")
    if frame is None:
        return Markup("")
    key: dict[str, Any] = {"backtest": "rolling", "model": "combined", "origin": 0, "horizon": 0, "score": "in80"}
    if not (frame[list(key)] == pd.Series(key)).all(axis=1).any():
        return Markup("")
    held = ctx.cell("skill", "value", **key)
    said = (
        "wider than their name" if held.value > 0.83 else "narrower" if held.value < 0.77 else "about as wide as named"
    )
    return Markup(
        "<p>For single economies, on the figures of today, intervals of four fifths held {} of the outcomes at all "
        "horizons together: there they are {}.</p>"
    ).format(ctx.num.show(held, SHARE), said)


def _told(ctx: Context) -> pd.DataFrame:
    """Return the rows of `would_have_said` that the table shows: the last year with figures, of a few balances."""
    frame: pd.DataFrame = ctx.need("would_have_said")
    frame = frame[(frame["year"] == frame["year"].max()) & frame["balance"].isin([*SHOWN, ctx.headline_balance])]
    return frame[frame["balance"].isin(ctx.balances)]


def _forecasts(ctx: Context, rows: pd.DataFrame, origins: list[dict[Hashable, Any]]) -> list[Markup]:
    """Return a balance's forecasts, a cell for each origin, and what happened."""
    cells: list[Markup] = []
    outcome = Markup("")
    by_origin = {row["as_of"]: row for row in rows.to_dict("records")}
    for origin in origins:
        row = by_origin.get(origin["as_of"])
        if row is None:
            cells.append(Markup(""))
            continue
        shown = {name: ctx.num.show(_cell(ctx, row, _key(row), name), PROBABILITY if name == "p_ahead" else RATIO)
                 for name in ("p_ahead", "ratio_q50", "ratio_q10", "ratio_q90", "ratio_outcome")}  # fmt: skip
        told = Markup("{p_ahead}<br><small>{ratio_q50} ({ratio_q10} to {ratio_q90})</small>").format(**shown)
        if _as_printed(row):
            # An older edition's level is another: its forecast goes with the outcome that continues that level.
            told += Markup("<br><small>came to {}</small>").format(shown["ratio_outcome"])
        else:
            who = "challenger ahead" if row["ahead_outcome"] else "coalition ahead"
            outcome = Markup("{}<br><small>{}</small>").format(shown["ratio_outcome"], who)
        cells.append(told)
    return [*cells, outcome]


def _as_printed(row: Mapping[Hashable, Any]) -> bool:
    """Tell whether a forecast was made from an older edition as printed, not from the newest one cut at a year."""
    return bool(row["as_of"] == row["edition"])


def _key(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Return the key of a row of `would_have_said`."""
    return {"as_of": str(row["as_of"]), "balance": str(row["balance"]), "year": int(row["year"])}


def skill(ctx: Context) -> Markup:
    """Return the headline scores by model and horizon, all horizons together in the last column."""
    if not ctx.has("skill"):
        return Markup("")
    frame = ctx.need("skill")
    frame = frame[frame["origin"].astype(str).isin(("0", "all"))]
    made = []
    for score, (caption, fmt) in SCORES.items():
        part = frame[frame["score"] == score]
        horizons = [h for h in (1, 3, 5, 10, 0) if (part["horizon"] == h).any()]
        rows = []
        for (backtest, model), group in part.groupby(["backtest", "model"], sort=False):
            by = group.groupby("horizon")["value"].first()
            key = (("backtest", str(backtest)), ("model", str(model)), ("origin", 0), ("score", score))
            cells = [
                Cell(
                    slug("skill", str(backtest), str(model), score, h),
                    float(by.get(h, float("nan"))),
                    ctx.path("skill"),
                    (*key, ("horizon", h)),
                    "value",
                )
                for h in horizons
            ]
            name = str(model).replace("_", " ")
            rows.append((f"{capital(name)}, {backtest}", *(ctx.num.show(cell, fmt) for cell in cells)))
        heads = [("Model and backtest", "")] + [(_horizon(ctx, h), "r") for h in horizons]
        made.append(table(caption, heads, rows))
    return Markup("").join(made)


def _horizon(ctx: Context, horizon: int) -> Markup:
    if horizon == 0:
        return Markup("all")
    cell = Cell(f"skill.horizon.{horizon}", horizon, ctx.path("skill"), (), "horizon")
    return Markup("{} {}").format(ctx.num.show(cell, COUNT), "year" if horizon == 1 else "years")


def peers(ctx: Context) -> Markup:
    """Return the full comparison over all countries, of our models and the peers: in the eras, then in real time."""
    if not ctx.has("skill_full"):
        return Markup("")
    frame = ctx.need("skill_full")
    heads = [("Model", ""), *((head, "r") for _, _, head, _ in FULL_SCORES)]
    made = []
    for part, caption in PARTS.items():
        rows = []
        for model in reached.ranked(frame):
            cells = (_score(ctx, part, question, model, score, fmt) for question, score, _, fmt in FULL_SCORES)
            rows.append((model.replace("_", " "), *cells))
        if any(any(cells) for _, *cells in rows):
            made.append(table(caption, heads, rows))
    return Markup("").join(made)


def _score(ctx: Context, part: str, question: str, model: str, score: str, fmt: Format) -> Markup:
    """Return a mean score and its interval; nothing where the model did not answer."""
    cells = trial.cells(ctx, question, model, score, ("value", "lo", "hi"), part)
    return Markup("{} ({} to {})" if cells else "").format(*(ctx.num.show(cell, fmt) for cell in cells))


def held(ctx: Context) -> dict[str, Any] | None:
    """Return what part of outcomes of random coalitions the intervals of four fifths held: all eras, the latest, then.

    then: from past editions as they were printed, if the comparison holds them.
    """
    if not ctx.has("skill_full"):
        return None
    parts = {"whole": reached.MEAN, "late": trial.LATEST, "then": full.REAL_TIME}
    found = {name: trial.cells(ctx, "global", full.OURS, "in80", era=part) for name, part in parts.items()}
    return {name: cells[0] for name, cells in found.items() if cells}


def _origin(ctx: Context, row: Mapping[Hashable, Any], key: dict[str, Any]) -> Markup:
    """Return where a forecast was made: an edition as printed, or the newest one cut at a year."""
    if _as_printed(row):
        return Markup("{} edition, as printed").format(edition_name(str(row["edition"])))
    return Markup("figures to {}").format(ctx.num.show(_cell(ctx, row, key, "origin"), YEAR))


def _cell(ctx: Context, row: Mapping[Hashable, Any], key: dict[str, Any], column: str) -> Cell:
    return Cell(slug("said", *key.values(), column), float(row[column]), ctx.path("would_have_said"),
                tuple(key.items()), column)  # fmt: skip
