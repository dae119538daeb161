"""The headline balance: surplus and deficit, and the ratio's fan on three rulers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from overtake.balances.sides import weights
from overtake.brief.charts import common
from overtake.brief.context import Context
from overtake.brief.figure import NOTHING, Column, Figure
from overtake.brief.sentences import join, upper
from overtake.draws import Draws
from overtake.rulers import RULERS
from overtake.show import style
from overtake.show.formats import BN, RATIO, USD_BN, YEAR, capital
from overtake.show.numbers import Cell
from overtake.show.style import Size

FIRST_SHOWN = 1995
#: Years of the futures that the area shows; beyond, the interval dwarfs all that was observed.
YEARS_AHEAD = 15
#: The columns of the ratio's fan, from the lowest percentile to the highest.
QUANTILES = ("ratio_q05", "ratio_q10", "ratio_q25", "ratio_q50", "ratio_q75", "ratio_q90", "ratio_q95")


def surplus(ctx: Context) -> Figure | None:
    """Return the area of coalition minus China by year, constant US$, with the futures' 80 per cent interval."""
    if not ctx.has("rulers"):
        return None
    balance, ruler = ctx.headline_balance, "constant_usd"
    paths = ctx.draws(*ctx.balances[balance].members)
    sums = common.side_sums(ctx, balance, ruler)
    past = (sums["side"] - sums["against"])[sums.index >= FIRST_SHOWN]
    table = pd.DataFrame({"year": past.index, "low": np.nan, "median": past.to_numpy(), "high": np.nan})
    if paths is not None:
        table = pd.concat([table, _ahead(ctx, paths, balance)], ignore_index=True)
    last, now = int(past.index[-1]), float(past.iloc[-1])
    now_cell = ctx.num.derive(
        f"surplus.{balance}.{last}", now, "coalition minus the challenger's side", _members(ctx, balance, ruler, last)
    )
    gap = Cell(f"{now_cell.id}.gap", abs(now), now_cell.table, now_cell.row, now_cell.column, ctx.edition,
               now_cell.raw, "size of the gap", (now_cell.id,))  # fmt: skip
    who, whom, many = ctx.who(balance), ctx.whom(balance), ctx.many(balance)
    done = "outspent" if now < 0 else ("were outspent by" if many else "was outspent by")
    theirs = f"{who} {'spend' if many else 'spends'} more"
    alt = (
        f"Area chart of {whom.striptags()} minus {who}, {table['year'].iloc[0]} to {table['year'].iloc[-1]}. "
        f"The coalition's surplus was largest in {past.idxmax()}; in {last} "
        f"{theirs if now < 0 else 'the coalition spends more'}, by {abs(now):.1f} billion dollars."
    )
    if paths is not None:
        year, *values = table.iloc[-1][["year", "median", "low", "high"]]
        alt += " By {:.0f} the median future is {}, with an interval from {} to {}.".format(year, *map(_signed, values))
    return common.make(
        ctx,
        "surplus",
        title=Markup("{} {} {} by {} in {}{}").format(
            upper(ctx.who_html(balance)),
            done,
            whom,
            ctx.num.show(gap, USD_BN),
            ctx.num.show(ctx.last_cell(), YEAR),
            "" if ctx.headline_ruler == ruler else ", in constant dollars",
        ),
        subtitle=Markup("{} minus {}, constant ({}) US$ billion at market exchange rates").format(
            upper(whom), ctx.who_html(balance), ctx.num.show(ctx.base_cell(), YEAR)
        ),
        alt=alt,
        description=Markup(
            "Above the line the coalition spends more, below it the other side. Left of the dotted line are figures, "
            "right of it the median of the futures, with the interval that holds four in five of them."
        ),
        note=Markup("Dashed: median of the futures; the fan holds four fifths of them.") if paths else NOTHING,
        source=common.source_line(ctx, ruler, futures=paths is not None),
        table=table,
        columns={
            "year": Column("Year", YEAR, "year"),
            "low": Column("Low, US$ billion", BN, "10th percentile over draws"),
            "median": Column(
                f"Coalition less {who}, US$ billion", BN, "observed; median over draws after the last figure"
            ),
            "high": Column("High, US$ billion", BN, "90th percentile over draws"),
        },
        plot=partial(_plot_surplus, table, last, capital(theirs)),
    )


def _ahead(ctx: Context, paths: Draws, balance: str) -> pd.DataFrame:
    """Return the futures of coalition minus China: see `common.FAN` for the columns."""
    against, side = common.drawn_sums(ctx, paths, balance)
    low, middle, high = common.bands(side - against)
    table = pd.DataFrame({"year": paths.years, "low": low, "median": middle, "high": high})
    return table[table["year"].between(paths.last_observed + 1, paths.last_observed + YEARS_AHEAD)]


def _plot_surplus(table: pd.DataFrame, last: int, theirs: str, figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 44 if not size.small else 34, 14, 22, 30)
    x, y = table["year"].to_numpy(float), table["median"].to_numpy(float)
    seen, future = x <= last, x >= last
    low, high = (table[name].fillna(table["median"]).to_numpy(float) for name in ("low", "high"))
    for colour, sign in ((style.COALITION, 1), (style.CHINA, -1)):
        for rows, under, over, strength in ((seen, 0, y, 0.85), (future, 0, y, 0.3), (future, low, high, 0.22)):
            parts = [np.maximum(sign * edge, 0) * sign for edge in (under + 0 * x, over)]
            axes.fill_between(x, *parts, where=rows, color=colour, alpha=strength, lw=0)
    axes.plot(x[seen], y[seen], color=style.INK, lw=1.6)
    if not seen.all():
        axes.plot(x[future], y[future], color=style.INK, lw=1.6, ls=style.AHEAD)
        axes.axvline(last + 0.5, color=style.MUTED, lw=0.8, ls=(0, (1, 2)))
    axes.axhline(0, color=style.INK, lw=1)
    style.year_axis(axes, int(x[0]), int(x[-1]), size)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 0.04 * (top - bottom), top + 0.10 * (top - bottom))
    _corner(axes, "Coalition spends more", 1.0, style.COALITION, "top")
    _corner(axes, theirs, 0.0, style.CHINA, "bottom")
    if not seen.all():
        words = "Futures: median and\n80% interval" if not size.small else "Futures"
        axes.text(last + 1, axes.get_ylim()[1], words, va="top", ha="left", fontsize=12, color=style.MUTED)


def stock(ctx: Context) -> Figure | None:
    """Return the headline ratio of what has been built up, on the rulers of stocks."""
    rulers = tuple(ruler for ruler in ctx.rulers if ruler.startswith("stock")) if ctx.has("crossings") else ()
    return fans(ctx, rulers, id="stock") if rulers else None


def fans(ctx: Context, rulers: tuple[str, ...] = (), id: str = "fans") -> Figure | None:
    """Return the ratio of China to the coalition on up to three rulers, with 50, 80 and 90 per cent bands."""
    if not ctx.has("curves", "crossings"):
        return None
    balance, last = ctx.headline_balance, ctx.last_observed
    frame = ctx.need("curves")
    frame = frame[(frame["balance"] == balance) & (frame["year"] >= 2000)]
    shown = [ruler for ruler in (rulers or ctx.rulers) if (frame["ruler"] == ruler).any()][:3]
    chosen = {ruler: ctx.ruler_name(ruler) for ruler in shown}
    if not chosen:
        return None
    cells = {ruler: ctx.cell("curves", "ratio_q50", balance=balance, ruler=ruler, year=last) for ruler in chosen}
    frame = frame[frame["ruler"].isin(chosen)]
    told = "; ".join(f"{name} {cells[ruler].value:.2f}" for ruler, name in chosen.items())
    stocks = sum(RULERS[ruler].kind == "stock" for ruler in chosen)
    whole = {0: "Military expenditure", len(chosen): "What is left of past spending"}
    return common.make(
        ctx,
        id,
        title=_fans_title(ctx, balance, {chosen[ruler]: cell.value > 1 for ruler, cell in cells.items()}, stocks > 0),
        subtitle=Markup("{} of {} as a multiple of that of {}").format(
            whole.get(stocks, "Military expenditure or what is left of past spending"),
            ctx.who_html(balance),
            ctx.whom(balance),
        ),
        note=Markup(
            "The fans hold half, four fifths and nine tenths of the futures; before them, of the measurement error."
        ),
        alt=f"Fan charts of the ratio of {ctx.who(balance)} to {ctx.whom(balance).striptags()}. In {last}: {told}.",
        description=Markup(
            "One panel a ruler. Above the line at one the challenger spends more. The dark line is observed, the "
            "dashed line the median of the futures. In the last observed year the ratios are {}."
        ).format(join([Markup("{} in {}").format(ctx.num.show(cells[r], RATIO), chosen[r]) for r in chosen])),
        source=common.source_line(ctx, "gdp_ppp" if "gdp_ppp" in chosen else next(iter(chosen)), futures=True),
        table=frame.assign(ruler=frame["ruler"].map(ctx.ruler_name)),
        columns={"year": Column("Year", YEAR, "year"), "ruler": Column("Ruler")}
        | {name: Column(f"Ratio, {int(name[-2:])}th percentile", RATIO, name) for name in QUANTILES},
        plot=partial(_plot_fans, frame, chosen, last, ctx.horizon),
        height=300,
        narrow_height=20 + 200 * len(chosen),
    )


def _fans_title(ctx: Context, balance: str, ahead: Mapping[str, bool], stocks: bool) -> Markup:
    """Return on which rulers, by name, China spends more than the coalition; of stocks it has more."""
    who, whom, many = ctx.who_html(balance), ctx.whom(balance), ctx.many(balance)
    one, does = ("has", "have") if stocks else ("spends", "spend")
    if all(ahead.values()):
        return Markup("On every ruler shown {} {} more than {}").format(who, does if many else one, whom)
    if not any(ahead.values()):
        return Markup("On no ruler shown {} {} {} more than {}").format("do" if many else "does", who, does, whom)
    on, off = (join([name for name, more in ahead.items() if more is wanted]) for wanted in (True, False))
    does = does if many else one
    return Markup("{} {} more than {} in {}, not in {}").format(upper(who), does, whom, on, off)


def _plot_fans(frame: pd.DataFrame, names: Mapping[str, str], last: int, end: int, figure: Any, size: Size) -> None:
    top = min(max(float(frame["ratio_q95"].max()), 1.15), 3.0)  # parity is in the picture
    margins = (34, 12, 34, 26) if size.small else (34, 8, 34, 30)
    for position, (ruler, name) in enumerate(names.items()):
        axes = style.panel_of(figure, size, position, len(names), margins, spare=8)
        part = frame[frame["ruler"] == ruler]
        bands = [(QUANTILES[step], QUANTILES[-1 - step]) for step in range(3)]
        style.fan(axes, part, bands, "ratio_q50", last, style.CHINA, style.INK)
        axes.axhline(1, color=style.INK, lw=1)
        first = int(part["year"].min())
        style.year_axis(axes, first, end, Size(size.width if size.small else 240, size.height))
        axes.set_ylim(min(0.4, float(frame["ratio_q05"].min())), top)
        axes.set_yticks([tick for tick in (0.5, 1, 1.5, 2, 2.5, 3) if tick <= top])
        above = 1 + 8 / (axes.get_position().height * size.height)
        style.bold(axes, 0, above, capital(name), transform=axes.transAxes, fontsize=13, va="bottom")
        if position == 0:
            axes.text(first + 0.5, 1.02, "parity", fontsize=12, color=style.MUTED, va="bottom")


def _members(ctx: Context, balance: str, ruler: str, year: int) -> list[Cell]:
    against, side = weights(ctx.balances[balance])
    return [ctx.cell("rulers", "value", ruler=ruler, iso3=iso3, year=year) for iso3 in (*against, *side)]


def _signed(value: float) -> str:
    return f"{value:+.0f} billion".replace("-", "minus ").replace("+", "plus ")


def _corner(axes: Any, text: str, y: float, colour: str, va: str) -> None:
    style.bold(axes, 0.0, y, text, transform=axes.transAxes, color=style.DARK[colour], fontsize=13, va=va)
