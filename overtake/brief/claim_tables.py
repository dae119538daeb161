"""The brief's tables of claims: the scorecard, and what would change each verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import declared, table
from overtake.brief.context import Context, articled
from overtake.brief.sentences import missing
from overtake.config.balances import default_balances
from overtake.show.formats import COUNT, PERCENT, SHARE, YEAR, Format, for_unit
from overtake.show.numbers import Cell

#: Verdicts as the claims table writes them, and the look of their tag.
VERDICTS = {
    "supported": ("yes", "supported"),
    "contradicted": ("no", "contradicted"),
    "partly": ("part", "partly supported"),
    "untestable": ("none", "not testable"),
}


def scorecard(ctx: Context) -> Markup:
    """Return the claims: sentence, result with interval, verdict then and now."""
    if not ctx.has("claims"):
        return Markup("")
    rows = []
    for row in ctx.need("claims").to_dict("records"):
        claim = str(row["claim"])
        rows.append(
            (
                Markup("{}").format(declared(claim)),
                ctx.prose(f"“{row['sentence']}”", f"claims.{claim}.sentence", claim, "data/raw/claims.yaml"),
                claim_result(ctx, row),
                _verdict(ctx, row, "_2020"),
                _verdict(ctx, row, ""),
            )
        )
    heads = [("No.", ""), ("Claim", ""), ("Result", ""), ("Verdict then", "verdict"), ("Verdict now", "verdict")]
    return table(
        Markup("What was claimed in {}, judged on the figures of the time and on those in use").format(
            declared("October 2020")
        ),
        heads,
        rows,
        "stack",
    )


def _verdict(ctx: Context, row: dict[str, Any], known: str) -> Markup:
    """Return a verdict as a tag, the years it is on, and that it is on spending alone where the words say more."""
    claim, verdict = str(row["claim"]), row[f"verdict{known}"]
    years = "" if missing(row[f"years{known}"]) else str(row[f"years{known}"]).replace("-", "–")
    limits = ["by spending alone"] if row["reach"] == "spending" and verdict != "untestable" else []
    if years:
        limits.append(f"figures {years}" if years.startswith("to ") else years)
    told = ctx.prose(", ".join(limits), f"claims.{claim}.years{known}", f"years{known}", ctx.path("claims"))
    return Markup("{} <small>{}</small>").format(verdict_tag(verdict), told) if limits else verdict_tag(verdict)


def claim_result(ctx: Context, row: dict[str, Any]) -> Markup:
    """Return a claim's result template with its numbers filled in and recorded."""
    claim = str(row["claim"])
    template = "" if missing(row.get("result")) else str(row["result"])
    if str(row["verdict"]) == "untestable" and "{" in template and missing(row["value"]):
        return Markup("Not testable with figures to {}.").format(ctx.num.show(ctx.last_cell(), YEAR))
    fmt = for_unit(str(row.get("unit", "")))
    filled = Markup("")
    for index, piece in enumerate(template.replace("{", "\0{").replace("}", "}\0").split("\0")):
        if piece.startswith("{"):
            column, _, group = piece[1:-1].partition(":of ")
            if column not in row:
                filled += _detail(ctx, claim, column)
            elif isinstance(row[column], int | float):
                cell = ctx.cell("claims", column, claim=claim)
                filled += _count(ctx, cell, int(group), str(row["unit"])) if group else _known(ctx, cell, fmt)
            else:
                filled += Markup.escape("" if missing(row.get(column)) else row.get(column, ""))
        else:
            filled += ctx.prose(piece, f"claims.{claim}.result.{index}", f"{claim} result", "data/raw/claims.yaml")
    return filled


def _known(ctx: Context, cell: Cell, fmt: Format) -> Markup:
    """Return a number of a sentence, printed and recorded, or that it is not known."""
    return ctx.num.show(cell, fmt) if cell.present else Markup("not known")


def _detail(ctx: Context, claim: str, named: str) -> Markup:
    """Return a number of the claim's details by its name (`recent`, `recent.lo`); a dash where there is none."""
    name, _, end = named.partition(".")
    frame = ctx.need("claim_details")
    frame = frame[(frame["claim"] == claim) & (frame["known"] == "now")]
    if name == "each":
        return _each(ctx, claim, [str(found) for found in frame["name"] if found])
    rows = frame[frame["name"] == name]
    if rows.empty:
        return Markup("–")
    cell = ctx.cell("claim_details", end or "value", claim=claim, known="now", name=name)
    return ctx.num.show(cell, for_unit(str(rows["unit"].iloc[0])))


def _each(ctx: Context, claim: str, balances: Sequence[str]) -> Markup:
    """Return the probability of every balance that was judged, each against the coalition by its name in the run."""

    def side(name: str) -> Markup:
        text = ctx.side_text(name) if name in ctx.balances else default_balances()[name].label
        return ctx.prose(articled(text), f"params.balances.{name}.label", f"balances.{name}.label")

    told = [Markup("{} against {}").format(_detail(ctx, claim, name), side(name)) for name in balances]
    return Markup(" and ").join(filter(None, [Markup(", ").join(told[:-1]), *told[-1:]]))


def _count(ctx: Context, cell: Cell, group: int, unit: str) -> Markup:
    """Return a share of `group` economies as `4 of 11`, in per cent where an edition lacks some of them."""
    share = cell.value if unit == "share" else cell.value / 100
    if not cell.present or abs(share * group - round(share * group)) > 1e-6:
        return ctx.num.show(cell, SHARE if unit == "share" else PERCENT)
    number = ctx.num.derive(f"{cell.id}.count", round(share * group), f"share of {group} economies", [cell])
    of = ctx.num.derive(f"{cell.id}.of", group, "economies that the claim names", [cell])
    return Markup("{} of {}").format(ctx.num.show(number, COUNT), ctx.num.show(of, COUNT))


def verdict_tag(verdict: Any) -> Markup:
    """Return a verdict as a tag, the word and a frame, not colour alone."""
    text = "–" if missing(verdict) else str(verdict)
    kind, text = VERDICTS.get(text, ("none", text))
    return Markup('<span class="tag {}">{}</span>').format(kind, text)


def would_change(ctx: Context) -> Markup:
    """Return what would change each verdict."""
    if not ctx.has("claims"):
        return Markup("")
    rows = [
        (
            declared(str(row["claim"])),
            verdict_tag(row["verdict"]),
            ctx.prose(
                str(row["would_change"]),
                f"claims.{row['claim']}.would-change",
                str(row["claim"]),
                "data/raw/claims.yaml",
            ),
        )
        for row in ctx.need("claims").to_dict("records")
        if not missing(row.get("would_change")) and str(row["would_change"]).strip()
    ]
    return table(
        "What would change each verdict", [("Claim", ""), ("Verdict now", ""), ("It would change with", "")], rows
    )
