"""What a cell of a notebook shows: a drawing with its headline and its words, a table with its units."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.show import style
from overtake.show.formats import COUNT, PLAIN, YEAR, Format, month_words
from overtake.show.say import AS_IT_STANDS

#: A column of whole numbers that all lie within holds years.
YEARS = (1800, 2200)
#: How the line of a source is set.
SMALL = "color:#5a6672;font-size:90%"


def credit(sipri: str = "", imf: str = "", *more: str) -> str:
    """Return the line of sources under what a chapter shows, for the `source` of a table or a drawing.

    sipri, imf: editions (year-month) that its figures come from, empty for none; more: what else, in words.
    """
    parts = [f"SIPRI Military Expenditure Database, edition of {month_words(sipri)}"] * bool(sipri)
    parts += [f"IMF World Economic Outlook, edition of {month_words(imf)}"] * bool(imf)
    return f"Source: {'; '.join((*parts, *more, 'Overtake, calculations'))}."


def _words(text: str) -> str:
    """Return plain text as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


@dataclass(frozen=True)
class Picture:
    """A drawing: its headline, what is drawn and in which unit, the words for who cannot see it, SVG, source."""

    title: str
    subtitle: str
    alt: str
    svg: str
    source: str = ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter stores: SVG, the figure as HTML, and markdown with the drawing as data."""
        drawing = self.svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="720"', 1)
        named = self.svg.replace(
            "<svg", f'<svg role="img" aria-label="{html.escape(self.alt)}" style="max-width:45em;overflow:visible"', 1
        )
        head = f"<strong>{_words(self.title)}</strong><br>{_words(self.subtitle)}"
        foot = f'<div style="{SMALL}">{_words(self.source)}</div>' if self.source else ""
        code = base64.b64encode(drawing.encode()).decode()
        return {
            "text/plain": "\n".join(filter(None, (f"{self.title} ({self.subtitle})", self.alt, self.source))),
            "image/svg+xml": drawing,
            "text/html": f'<figure class="{AS_IT_STANDS}" style="margin:0">'
            f"<figcaption>{head}</figcaption>{named}{foot}</figure>",
            "text/markdown": f"**{self.title}** {self.subtitle}\n\n![{self.alt}](data:image/svg+xml;base64,{code})"
            + f"\n\n{self.source}" * bool(self.source),
        }


def picture(
    title: str, subtitle: str, alt: str, plot: Callable[[Any, style.Size], None], height: int = 360, source: str = ""
) -> Picture:
    """Return what `plot(figure, size)` draws, 720 CSS pixels across; title, unit and words must be there.

    Between backticks, title, subtitle and source are code; source: the line under the drawing, see `credit`.
    """
    if not (title.strip() and subtitle.strip() and alt.strip()):
        raise OvertakeError("picture", "needs a headline, a unit and words for who cannot see it", found=title or None)
    return Picture(title, subtitle, " ".join(alt.split()), style.draw(style.Size(style.WIDE, height), plot), source)


@dataclass(frozen=True)
class Table:
    """A table to read: rows as texts under headings with their units, and its source."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    source: str = ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter stores: HTML, markdown, and the rows as plain text."""
        lined = [list(self.heads), ["--:" if right else ":--" for right in self.right], *map(list, self.rows)]
        markdown = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lined)
        head, body = self._row(self.heads, "th"), "".join(self._row(row, "td") for row in self.rows)
        inner = f"<caption>{_words(self.caption)}</caption><thead>{head}</thead><tbody>{body}</tbody>"
        if self.source:
            foot = f'<td colspan="{len(self.heads)}" style="text-align:left;{SMALL}">{_words(self.source)}</td>'
            inner += f"<tfoot><tr>{foot}</tr></tfoot>"
        return {
            "text/plain": "\n".join(
                [self.caption, *("  ".join(row) for row in (self.heads, *self.rows)), *filter(None, [self.source])]
            ),
            "text/html": f'<table class="{AS_IT_STANDS}">{inner}</table>',
            "text/markdown": f"{markdown}\n\n: {self.caption}" + f"\n\n{self.source}" * bool(self.source),
        }

    def _row(self, row: tuple[str, ...], tag: str) -> str:
        """Return a row as HTML, each cell set left or right as its column is."""
        cells = (
            f'<{tag} style="text-align:{"right" if right else "left"}">{html.escape(text)}</{tag}>'
            for text, right in zip(row, self.right, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"


def table(
    frame: pd.DataFrame, caption: str, columns: Mapping[str, str], formats: Mapping[str, Format] | None = None,
    source: str = "",
) -> Table:  # fmt: skip
    """Return the `columns` of `frame` (name to heading with unit) as a table; numbers by `formats`, else three digits.

    Whole numbers have their thousands separated but where all of a column are years. Between backticks, caption and
    source are code. source: the line under the table, see `credit`. An empty frame gives a table without rows.
    """
    kinds = dict(formats or {})
    for name in columns:
        if pd.api.types.is_integer_dtype(frame[name]):
            kinds.setdefault(name, YEAR if frame[name].between(*YEARS).all() else COUNT)
    numbers = {name for name in columns if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool}

    def written(name: str, value: Any) -> str:
        if name in kinds and value is not pd.NA:
            return kinds[name](value)
        if frame[name].dtype == bool:
            return "yes" if value else "no"
        if pd.isna(value):
            return "–"
        return PLAIN(value) if name in numbers else str(value)

    rows = tuple(
        tuple(written(name, value) for name, value in zip(columns, row, strict=True))
        for row in frame[list(columns)].itertuples(index=False, name=None)
    )
    return Table(caption, tuple(columns.values()), rows, tuple(name in numbers for name in columns), source)


def frame(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with named columns."""
    return pd.DataFrame(list(rows), columns=list(columns))
