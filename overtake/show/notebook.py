"""What a cell of a notebook shows: a drawing with its headline and its words, a table with its units."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.show import style
from overtake.show.formats import PLAIN, Format


@dataclass(frozen=True)
class Picture:
    """A drawing: its headline, what is drawn and in which unit, the words for who cannot see it, the SVG."""

    title: str
    subtitle: str
    alt: str
    svg: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter stores: SVG, the figure as HTML, and markdown with the drawing as data."""
        drawing = self.svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="720"', 1)
        named = self.svg.replace(
            "<svg", f'<svg role="img" aria-label="{html.escape(self.alt)}" style="max-width:45em"', 1
        )
        head = f"<strong>{html.escape(self.title)}</strong><br>{html.escape(self.subtitle)}"
        code = base64.b64encode(drawing.encode()).decode()
        return {
            "text/plain": f"{self.title} ({self.subtitle})\n{self.alt}",
            "image/svg+xml": drawing,
            "text/html": f'<figure style="margin:0"><figcaption>{head}</figcaption>{named}</figure>',
            "text/markdown": f"**{self.title}** {self.subtitle}\n\n![{self.alt}](data:image/svg+xml;base64,{code})",
        }


def picture(title: str, subtitle: str, alt: str, plot: Callable[[Any, style.Size], None], height: int = 360) -> Picture:
    """Return what `plot(figure, size)` draws, 720 CSS pixels across; title, unit and words must be there."""
    if not (title.strip() and subtitle.strip() and alt.strip()):
        raise OvertakeError("picture", "needs a headline, a unit and words for who cannot see it", found=title or None)
    return Picture(title, subtitle, " ".join(alt.split()), style.draw(style.Size(style.WIDE, height), plot))


@dataclass(frozen=True)
class Table:
    """A table to read: rows as texts under headings with their units."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter stores: HTML, markdown, and the rows as plain text."""
        lined = [list(self.heads), ["--:" if right else ":--" for right in self.right], *map(list, self.rows)]
        markdown = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lined)
        head, body = self._row(self.heads, "th"), "".join(self._row(row, "td") for row in self.rows)
        inner = f"<caption>{html.escape(self.caption)}</caption><thead>{head}</thead><tbody>{body}</tbody>"
        return {
            "text/plain": "\n".join([self.caption, *("  ".join(row) for row in (self.heads, *self.rows))]),
            "text/html": f"<table>{inner}</table>",
            "text/markdown": f"{markdown}\n\n: {self.caption}",
        }

    def _row(self, row: tuple[str, ...], tag: str) -> str:
        """Return a row as HTML, each cell set left or right as its column is."""
        cells = (
            f'<{tag} style="text-align:{"right" if right else "left"}">{html.escape(text)}</{tag}>'
            for text, right in zip(row, self.right, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"


def table(
    frame: pd.DataFrame, caption: str, columns: Mapping[str, str], formats: Mapping[str, Format] | None = None
) -> Table:
    """Return the `columns` of `frame` (name to heading with unit) as a table; numbers by `formats`, else three digits.

    Years and whole numbers stand as they are; an empty frame gives a table without rows.
    """
    kinds = formats or {}
    numbers = {name for name in columns if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].dtype != bool}

    def written(name: str, value: Any) -> str:
        if name in kinds:
            return kinds[name](value)
        if frame[name].dtype == bool:
            return "yes" if value else "no"
        if pd.isna(value):
            return "–"
        if pd.api.types.is_integer_dtype(frame[name]) or name not in numbers:
            return str(value)
        return PLAIN(value)

    rows = tuple(
        tuple(written(name, value) for name, value in zip(columns, row, strict=True))
        for row in frame[list(columns)].itertuples(index=False, name=None)
    )
    return Table(caption, tuple(columns.values()), rows, tuple(name in numbers for name in columns))


def frame(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with named columns."""
    return pd.DataFrame(list(rows), columns=list(columns))
