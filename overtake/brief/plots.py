"""Tables for `dvc plots`: a row a year, a column a balance by its own name, so that two runs lay over each other."""

from __future__ import annotations

from overtake.brief.context import Context, Frame

#: Whose share breaks even, and the quantile that is plotted.
MEMBER, MIDDLE = "USA", "share_q50"


def tables(ctx: Context) -> dict[str, str]:
    """Return CSV by name: `ahead`, P(China's side leads); `breakeven`, the median share of US spending that levels."""
    found = {"ahead": _wide(ctx, ctx.need("curves"), "p_ahead")}
    if ctx.has("breakeven"):
        frame = ctx.need("breakeven")
        found["breakeven"] = _wide(ctx, frame[frame["member"] == MEMBER], MIDDLE)
    return {name: table for name, table in found.items() if table}


def breakeven_now(ctx: Context) -> dict[str, float]:
    """Return by balance the median share of US spending at which the sides are equal in the last observed year."""
    if not ctx.has("breakeven"):
        return {}
    frame = ctx.need("breakeven")
    frame = frame[(frame["member"] == MEMBER) & (frame["ruler"] == ctx.headline_ruler)]
    frame = frame[frame["year"] == ctx.last_observed].dropna(subset=[MIDDLE])
    return {str(balance): float(share) for balance, share in zip(frame["balance"], frame[MIDDLE], strict=True)}


def _wide(ctx: Context, frame: Frame, column: str) -> str:
    """Return years from the last observed on by balances, on the headline's ruler; empty where there are none."""
    frame = frame[(frame["ruler"] == ctx.headline_ruler) & (frame["year"] >= ctx.last_observed)]
    frame = frame.dropna(subset=[column])
    wide = frame.pivot(index="year", columns="balance", values=column).round(4)
    return "" if wide.empty else str(wide.to_csv(lineterminator="\n"))
