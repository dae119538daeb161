"""What the figures share: sums of a side by year, bands of draws, source lines, names of years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from overtake.balances.sides import weights
from overtake.brief.context import Context, Frame
from overtake.brief.figure import NOTHING, Column, Figure, striptags
from overtake.draws import Draws, FloatArray
from overtake.errors import OvertakeError
from overtake.show import style
from overtake.show.formats import BN, COUNT_IN_WORDS, YEAR, month_words
from overtake.show.numbers import Cell

Floats = npt.NDArray[np.float64]


def make(
    ctx: Context,
    id: str,
    *,
    title: Markup,
    subtitle: Markup,
    alt: str,
    description: Markup,
    source: Markup,
    table: pd.DataFrame,
    columns: Mapping[str, Column],
    plot: Callable[[Any, style.Size], None],
    height: int = 380,
    narrow_height: int = 360,
    note: Markup = NOTHING,
    edition: str | None = None,
) -> Figure:
    """Return the figure, drawn at both widths, its table recorded; what is missing for a reader is refused.

    edition: of the table's figures, by default the one in use.
    """
    missing = [
        name
        for name, value in {
            "title": title,
            "subtitle": subtitle,
            "alt": alt,
            "description": description,
            "source": source,
        }.items()
        if not str(value).strip()
    ]
    if missing or table.empty:
        raise OvertakeError(f"figure {id}", f"has no {', '.join(missing) or 'rows in its table'}")
    about = {
        name: {
            "heading": column.heading,
            "unit": column.fmt.unit if column.fmt else "text",
            "rounding": column.fmt.rounding if column.fmt else "",
            "origin": column.origin,
        }
        for name, column in columns.items()
    }
    ctx.num.table(id, str(striptags(source)), ctx.edition if edition is None else edition, about, len(table))
    return Figure(
        id,
        title,
        subtitle,
        " ".join(alt.split()),
        description,
        source,
        table.loc[:, list(columns)].reset_index(drop=True),
        dict(columns),
        style.draw(style.Size(style.WIDE, height), plot),
        style.draw(style.Size(style.NARROW, narrow_height), plot),
        note,
    )


def edition_name(edition: str) -> Markup:
    """Return `2026-04` as `April 2026`, declared: the name of an edition is no result."""
    return Markup('<span class="declared">{}</span>').format(month_words(edition))


def source_line(ctx: Context, ruler: str | None = None, extra: str = "", futures: bool = False) -> Markup:
    """Return the source of a figure: database, edition, price base, and whether futures are ours."""
    parts = [Markup("Source: SIPRI Military Expenditure Database, edition of {}").format(ctx.sipri_words())]
    if ruler in ("gdp_ppp", "military_ppp", "symmetric") or extra == "macro":
        parts.append(Markup("IMF World Economic Outlook"))
    parts.append(Markup("Overtake, futures and calculations") if futures else Markup("Overtake, calculations"))
    line = Markup("; ").join(parts) + Markup(".")
    if ruler in (None, "constant_usd", "stock", "symmetric"):
        line += Markup(" Prices of {}.").format(ctx.num.show(ctx.base_cell(), YEAR))
    if level := ctx.level_words():
        line += Markup(" {}.").format(ctx.prose(level, "params.level", "rulers.china_level"))
    if economy := ctx.economy_words():
        line += Markup(" {}.").format(ctx.prose(economy, "params.economy", "data.weo_edition"))
    if futures and (scenario := ctx.scenario_words()):
        line += Markup(" {}.").format(ctx.prose(scenario, "params.scenario", "scenario"))
    if extra and extra != "macro":
        line += Markup(" {}").format(extra)
    return line


def side_sums(ctx: Context, balance: str, ruler: str) -> Frame:
    """Return both sides' observed sums by year (columns against, side), years with every member only."""
    values = ctx.observed(ruler)
    both = {}
    for name, shares in zip(("against", "side"), weights(ctx.balances[balance]), strict=True):
        both[name] = sum(values[iso3] * weight for iso3, weight in shares.items())
    return pd.DataFrame(both).dropna()


def drawn_sums(ctx: Context, paths: Draws, balance: str) -> tuple[Floats, Floats]:
    """Return both sides' sums in every draw and year, (draws, years)."""
    against, side = weights(ctx.balances[balance])
    return _sum(paths, against), _sum(paths, side)


def _sum(paths: Draws, shares: Mapping[str, float]) -> Floats:
    total = np.zeros((paths.values.shape[0], len(paths.years)))
    for iso3, weight in shares.items():
        total += weight * paths.economy(iso3)
    return total


def bands(values: FloatArray) -> Floats:
    """Return the 10th, 50th and 90th percentile over draws of `values` (draws, years): (3, years)."""
    return np.asarray(np.quantile(values, [0.1, 0.5, 0.9], axis=0))


def fan(paths: Draws, iso3: str, first: int, ahead: int) -> pd.DataFrame:
    """Return an economy's spending from `first` to `ahead` years after the last observed: see FAN for the columns."""
    years = np.array(paths.years)
    shown = (years >= first) & (years <= paths.last_observed + ahead)
    low, middle, high = bands(paths.economy(iso3)[:, shown])
    return pd.DataFrame({"year": years[shown], "low": low, "median": middle, "high": high})


#: The columns of `fan` as a figure's table heads them.
FAN = {
    "year": Column("Year", YEAR, "year"),
    "low": Column("Low, US$ billion", BN, "10th percentile"),
    "median": Column("Median, US$ billion", BN, "observed; median over draws"),
    "high": Column("High, US$ billion", BN, "90th percentile"),
}


def year_cell(ctx: Context, name: str, year: int, table: str = "rulers") -> Cell:
    """Return a calendar year of a table as a cell, so that it can be printed."""
    return Cell(f"{name}.year-{year}", year, ctx.path(table), (("year", year),), "year", ctx.edition)


def counted(ctx: Context, id: str, count: int, of: int, table: str, how: str) -> Markup:
    """Return `none of twelve` or `three of 20`, recorded; to end a title whose grammar no count can spoil."""
    return Markup("{} of {}").format(
        *(
            ctx.num.show(Cell(f"{id}.{name}", value, ctx.path(table), (), "", ctx.edition, (), how), COUNT_IN_WORDS)
            for name, value in (("count", count), ("of", of))
        )
    )


def short(label: str) -> str:
    """Return a label short enough to stand at the end of a line."""
    swaps = {
        "Eleven allies and partners": "Eleven allies",
        "Five treaty allies": "Five allies",
        " and ": " + ",
        "% of US spending": "% US",
        "Japan, South Korea + Australia": "Japan, Korea, Australia",
        "without the United States": "without US",
        "United States alone": "US alone",
        ", half of South Korea + a quarter of India tied down": ", some tied down",
        "Eleven against China with Russia": "Eleven v. China + Russia",
    }
    for old, new in swaps.items():
        label = label.replace(old, new)
    return label


def of_several(ctx: Context, balance: str) -> bool:
    """Tell whether a balance is a declared coalition, and no variant for another's sensitivity: a figure holds few."""
    known = ctx.balances.get(balance)
    return known is not None and len(known.side) > 1 and not balance.endswith(("_tied_down", "_ex_vnm"))


def folded(text: str, width: int) -> str:
    """Return `text` in lines of about `width` letters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def row_names(ctx: Context, balances: Iterable[str], left: float, size: style.Size) -> list[str]:
    """Return the labels of `balances` as they name the rows of a chart with `left` CSS pixels beside it."""
    return [_tiny(short(ctx.label_text(name)), left - 8, size) for name in balances]


def _tiny(text: str, width: float, size: style.Size) -> str:
    """Return a label in as few lines as fit `width` CSS pixels."""
    font = 12 if not size.small else 11
    if style.text_width(text, font) <= width:
        return text
    for letters in range(40, 8, -2):
        lines = folded(text, letters)
        if max(style.text_width(line, font) for line in lines.split("\n")) <= width:
            return lines
    return text
