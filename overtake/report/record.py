"""Tables of the record: what the method would have said, and how it compares with peers over all countries."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.report.blocks import table
from overtake.report.charts.common import edition_name
from overtake.report.context import Context
from overtake.report.formats import PROBABILITY, RATIO, SCORE, SHARE, YEAR
from overtake.report.numbers import Cell, slug

#: Balances whose record is shown, where they are declared: the headline and those that were open at the time.
SHOWN = ("five", "eleven", "five_us20", "five_us30", "quad_ex_us", "usa")
#: Scores of the full comparison that are shown, with their heads.
FULL_SCORES = (("crps", "CRPS", SCORE), ("brier", "Brier", SCORE), ("in80", "In the 80 % interval", SHARE))


def would_have_said(ctx: Context) -> Markup:
    """Return, for earlier origins, the probability of the time beside what happened by the last year with figures."""
    if not ctx.has("would_have_said"):
        return Markup("")
    frame = ctx.need("would_have_said")
    frame = frame[(frame["year"] == frame["year"].max()) & frame["balance"].isin([*SHOWN, ctx.headline_balance])]
    rows = []
    for row in frame.sort_values(["balance", "as_of"]).to_dict("records"):
        if row["balance"] not in ctx.balances:
            continue
        key = {"as_of": str(row["as_of"]), "balance": str(row["balance"]), "year": int(row["year"])}
        cells = {column: _cell(ctx, row, key, column) for column in
                 ("year", "p_ahead", "ratio_q50", "ratio_q10", "ratio_q90", "ratio_outcome")}  # fmt: skip
        rows.append(
            (
                ctx.label(str(row["balance"])),
                _origin(ctx, row, key),
                ctx.num.show(cells["p_ahead"], PROBABILITY),
                Markup("{} ({} to {})").format(
                    *(ctx.num.show(cells[name], RATIO) for name in ("ratio_q50", "ratio_q10", "ratio_q90"))
                ),
                ctx.num.show(cells["ratio_outcome"], RATIO),
                "China ahead" if row["ahead_outcome"] else "coalition ahead",
            )
        )
    year = ctx.num.show(_cell(ctx, row, key, "year"), YEAR) if rows else ""
    caption = Markup("What the method would have said of {}, beside what happened").format(year)
    heads = [("Balance", ""), ("Forecast from", ""), ("China ahead", "r"), ("Ratio, interval", "r"),
             ("Outcome", "r"), ("", "")]  # fmt: skip
    return table(caption, heads, rows) if rows else Markup("")


def peers(ctx: Context) -> Markup:
    """Return the full comparison over all countries: our combination, its parts and the peers, tasks held back."""
    if not ctx.has("skill_full"):
        return Markup("")
    frame = ctx.need("skill_full")
    frame = frame[(frame["slice"] == "held back") & (frame["horizon"].astype(int) == 0)]
    # A peer that forecast only the longer series was scored on easier tasks: its mean is not comparable. Our own naive
    # forecast stands in for statsforecast's in the pipeline, which is here itself.
    whole = frame[(frame["score"] == "crps") & (frame["n"] == frame.loc[frame["score"] == "crps", "n"].max())]
    ranked = whole[whole["model"] != "naive"].sort_values("value")["model"]
    rows = []
    for model in ranked:
        cells: list[Any] = []
        for score, _, fmt in FULL_SCORES:
            part = frame[(frame["model"] == model) & (frame["score"] == score)]
            if part.empty:
                cells.append("")
                continue
            key = (("slice", "held back"), ("model", str(model)), ("horizon", 0), ("score", score))
            value, low, high = (
                Cell(slug("full", str(model), score, column), float(part[column].iloc[0]), ctx.path("skill_full"),
                     key, column)
                for column in ("value", "lo", "hi")
            )  # fmt: skip
            cells.append(Markup("{} ({} to {})").format(*(ctx.num.show(cell, fmt) for cell in (value, low, high))))
        rows.append((str(model).replace("_", " "), *cells))
    caption = "All countries with full series, tasks held back from tuning; not recomputed in this run"
    return table(caption, [("Model", ""), *((head, "r") for _, head, _ in FULL_SCORES)], rows)


def _origin(ctx: Context, row: dict[str, Any], key: dict[str, Any]) -> Markup:
    """Return where a forecast was made: an edition as printed, or the newest one cut at a year."""
    if row["as_of"] == row["edition"]:
        return Markup("the edition of {}, as printed").format(edition_name(str(row["edition"])))
    return Markup("figures to {}").format(ctx.num.show(_cell(ctx, row, key, "origin"), YEAR))


def _cell(ctx: Context, row: dict[str, Any], key: dict[str, Any], column: str) -> Cell:
    return Cell(slug("said", *key.values(), column), float(row[column]), ctx.path("would_have_said"),
                tuple(key.items()), column)  # fmt: skip
