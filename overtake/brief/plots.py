"""Tables for `dvc plots`: a row a year, a column a balance by its own name, so that two runs lay over each other."""

from __future__ import annotations

from overtake.brief.context import Context, Frame

#: Whose share breaks even, and the quantile that is plotted.
MEMBER, MIDDLE = "USA", "share_q50"


def tables(ctx: Context) -> dict[str, str]:
    """Return CSV by name: `ahead`, P(China's side leads); `breakeven`, the median share of US spending that levels."""
    found = {"ahead": wide(ctx, ctx.need("curves"), "p_ahead")}
    if ctx.has("breakeven"):
        frame = ctx.need("breakeven")
        found["breakeven"] = wide(ctx, frame[frame["member"] == MEMBER], MIDDLE)
    return {name: str(table.to_csv(lineterminator="\n")) for name, table in found.items() if not table.empty}


def breakeven_now(ctx: Context) -> dict[str, float]:
    """Return by balance the median share of US spending at which the sides are equal in the last observed year."""
    if not ctx.has("breakeven"):
        return {}
    frame = ctx.need("breakeven")
    frame = frame[(frame["member"] == MEMBER) & (frame["ruler"] == ctx.headline_ruler)]
    frame = frame[frame["year"] == ctx.last_observed].dropna(subset=[MIDDLE])
    return {str(balance): float(share) for balance, share in zip(frame["balance"], frame[MIDDLE], strict=True)}


def wide(ctx: Context, frame: Frame, column: str) -> Frame:
    """Return years from the last observed on by balances, on the headline's ruler, rounded as they are told."""
    frame = frame[(frame["ruler"] == ctx.headline_ruler) & (frame["year"] >= ctx.last_observed)]
    frame = frame.dropna(subset=[column])
    return frame.pivot(index="year", columns="balance", values=column).round(4)
