"""A figure: two drawings of the same data, with all that a reader who cannot see it, or wants its data, needs."""

from __future__ import annotations

import base64
import csv
import html
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.errors import OvertakeError
from overtake.show import style
from overtake.show.formats import Format

#: Rows of a figure's table that the page shows; the CSV has them all.
SHOWN_ROWS = 60
NOTHING = Markup("")
#: A drawing of more height over width than this gets more of a printed page.
TALL = 0.62


@dataclass(frozen=True)
class Column:
    """A column of a figure's table: its heading with unit, how numbers are written, and where it comes from."""

    heading: str
    fmt: Format | None = None
    origin: str = ""


@dataclass(frozen=True)
class Figure:
    """Title (the message), subtitle (the unit), drawings, alt text, long description, table and source."""

    id: str
    title: Markup
    subtitle: Markup
    alt: str
    description: Markup
    source: Markup
    table: pd.DataFrame
    columns: dict[str, Column]
    wide: str
    narrow: str
    note: Markup = NOTHING

    def html(self) -> Markup:
        """Return the figure element: heading, both drawings, caption, description, table."""
        rows, (width, height) = shown_rows(self.table), extent(self.wide)
        parts = {
            "id": self.id,
            "tall": " tall" if height / width > TALL else "",
            "title": self.title,
            "subtitle": self.subtitle,
            "wide": self._drawing(self.wide, "wide"),
            "narrow": self._drawing(self.narrow, "narrow"),
            "note": Markup('<p class="fig-note">{}</p>').format(self.note) if self.note else Markup(""),
            "source": self.source,
            "description": self.description,
            "table": data_table(self.id, rows, self.columns, str(striptags(self.title))),
            "rest": Markup("<p>The file has every row; the page shows some of them.</p>")
            if len(rows) < len(self.table)
            else Markup(""),
        }
        return Markup(
            '<figure id="fig-{id}" class="chart{tall}" aria-labelledby="fig-{id}-title">'
            '<div class="fig-head"><p class="fig-title" id="fig-{id}-title">{title}</p>'
            '<p class="fig-sub">{subtitle}</p></div>{wide}{narrow}'
            '<figcaption>{note}<p class="fig-source">{source}</p>'
            '<details class="fig-data"><summary>Description and data</summary><p>{description}</p>'
            '{table}{rest}<p class="download">Download: <a href="tables/{id}.csv">table (CSV)</a>, '
            '<a href="figures/{id}.svg">drawing (SVG)</a>, <a href="../png/{id}.png">drawing (PNG)</a>, '
            '<a href="figures/{id}.html">page to embed</a></p>'
            "</details></figcaption></figure>"
        ).format(**parts)

    def _drawing(self, svg: str, size: str) -> Markup:
        marked = style.inline(svg, f"{self.id}-{size}").replace(
            "<svg", f'<svg class="{size}" role="img" aria-label="{html.escape(self.alt, quote=True)}"', 1
        )
        return Markup(marked)

    def standalone(self) -> str:
        """Return one SVG file with title, subtitle and source in it, and the typeface embedded."""
        return standalone(self.wide, [str(striptags(x)) for x in (self.title, self.subtitle, self.source)], self.alt)

    def to_json(self) -> dict[str, str]:
        """Return what the publisher needs beside the drawings in the page."""
        return {
            "id": self.id,
            "svg": self.standalone(),
            "csv": to_csv(self.table, {name: column.heading for name, column in self.columns.items()}),
        }


def extent(svg: str) -> tuple[float, float]:
    """Return a drawing's width and height in CSS pixels; one without a viewBox is refused."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    if match is None:
        raise OvertakeError("figure", "drawing has no viewBox")
    return float(match[1]), float(match[2])


def shown_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows the page shows: all of a short table, each n-th of a long one, the last always."""
    if len(table) <= SHOWN_ROWS:
        return table
    step = math.ceil(len(table) / SHOWN_ROWS)
    return table.iloc[sorted({*range(0, len(table), step), len(table) - 1})]


def data_table(id: str, rows: pd.DataFrame, columns: Mapping[str, Column], caption: str) -> Markup:
    """Return `rows` as an HTML table in a scroll container that the keyboard reaches; cells recorded as a table."""
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="r"') if column.fmt else Markup(""), column.heading)
        for column in columns.values()
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                _cell(value, column, first=position == 0)
                for position, (value, column) in enumerate(zip(row, columns.values(), strict=True))
            )
        )
        for row in rows.itertuples(index=False, name=None)
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Data of figure {0}: {2}">'
        '<table class="data" data-record="{0}">'
        "<thead><tr>{3}</tr></thead><tbody>{4}</tbody></table></div>"
    ).format(id, "", caption, head, body)


def _cell(value: Any, column: Column, first: bool) -> Markup:
    text = column.fmt(value) if column.fmt else ("" if pd.isna(value) else str(value))
    tag = 'th scope="row"' if first else ('td class="r"' if column.fmt else "td")
    return Markup("<{}>{}</{}>").format(Markup(tag), text, Markup(tag.split()[0]))


def striptags(text: str) -> str:
    """Return HTML as plain text."""
    return html.unescape(re.sub(r"<[^>]+>", "", str(text)))


def to_csv(table: pd.DataFrame, headings: Mapping[str, str]) -> str:
    """Return `table` as CSV: ten significant digits, and no text that a spreadsheet would run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([inert(heading) for heading in headings.values()])
    for row in table.loc[:, list(headings)].itertuples(index=False, name=None):
        writer.writerow([_plain(value) for value in row])
    return out.getvalue()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, float) or hasattr(value, "dtype"):
        return f"{value:.10g}" if not isinstance(value, str) else inert(value)
    return str(value) if isinstance(value, int) else inert(str(value))


def inert(text: str) -> str:
    """Return `text` with a quote before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def standalone(svg: str, lines: list[str], alt: str) -> str:
    """Return `svg` under its title and subtitle and over its source, with the typeface embedded."""
    (width, height), margin = extent(svg), 16
    title = wrap(lines[0], 19, width, bold=True)
    subtitle, source = wrap(lines[1], 14, width), wrap(lines[2], 12, width)
    texts, y = [], 10.0
    for line in title:
        y += 23
        texts.append(_line(line, margin, y, 19, 600, style.INK))
    for line in subtitle:
        y += 18
        texts.append(_line(line, margin, y, 14, 400, style.MUTED))
    top = y + 10
    y = top + height + 4
    for line in source:
        y += 15
        texts.append(_line(line, margin, y, 12, 400, style.MUTED))
    full_width, full_height = width + 2 * margin, y + 14
    inner = svg.replace("<svg", f'<svg x="{margin}" y="{top:g}" width="{width:g}" height="{height:g}"', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full_width:g} {full_height:g}" role="img">'
        f"<title>{html.escape(lines[0])}</title><desc>{html.escape(alt)}</desc>"
        f"<style>{font_faces()}</style>"
        f'<rect width="{full_width:g}" height="{full_height:g}" fill="{style.PAPER}"/>{"".join(texts)}{inner}</svg>\n'
    )


def _line(text: str, x: float, y: float, size: int, weight: int, colour: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" style="font: {weight} {size}px \'Source Sans 3\', sans-serif; '
        f'fill: {colour}">{html.escape(text)}</text>'
    )


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Return `text` in lines no wider than `width` CSS pixels; widths are summed word by word, as words recur."""
    lines: list[str] = []
    space, used = style.text_width(" ", size, bold), 0.0
    for word in text.split():
        wide = style.text_width(word, size, bold)
        if lines and used + space + wide <= width:
            lines[-1], used = f"{lines[-1]} {word}", used + space + wide
        else:
            lines.append(word)
            used = wide
    return lines


def font_faces(ending: str = "woff2") -> str:
    """Return the CSS that embeds the typeface (Source Sans 3, SIL Open Font License), as `woff2` or `ttf`."""
    rules = []
    for weight in (400, 600):
        data = (style.FONTS / f"source-sans-3-latin-{weight}-normal.{ending}").read_bytes()
        code = base64.b64encode(data).decode()
        rules.append(
            f"@font-face{{font-family:'Source Sans 3';font-weight:{weight};font-display:swap;"
            f"src:url(data:font/{ending};base64,{code}) format('{'truetype' if ending == 'ttf' else ending}')}}"
        )
    return "".join(rules)
