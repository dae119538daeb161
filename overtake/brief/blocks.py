"""Pieces of a page: a block is HTML that a notebook shows and the exporter prints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from overtake.show.say import AS_IT_STANDS, markdown

MIME = "application/vnd.overtake+json"
NOTHING = Markup("")
#: What JupyterLab shows within as it stands.
PLAIN = f'<div class="{AS_IT_STANDS}">'
#: How the HTML of a style begins that only a notebook shows.
LOOK = "<style>"
#: A table of more rows may be broken between printed pages.
LONG = 12
#: Columns from which a table on a phone keeps a width that can be read, and scrolls.
BROAD = 4


@dataclass(frozen=True)
class Block:
    """HTML to show, with data for the publisher; an empty block shows nothing."""

    html: Markup = NOTHING
    data: dict[str, Any] = field(default_factory=dict)
    markdown: str = ""

    def __bool__(self) -> bool:
        return bool(self.html)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what Jupyter stores: HTML, a short plain text, and the data where there are any."""
        html = str(self.html) or "<!-- left out: its table is not there -->"
        html = f"{PLAIN}{html}</div>" if "$" in html else html
        bundle: dict[str, Any] = {"text/plain": "a block of the brief", "text/html": html}
        if self.markdown:
            bundle["text/markdown"] = self.markdown
        if self.data:
            bundle[MIME] = self.data
        return bundle


def prose(text: str) -> Markup:
    """Return markdown as HTML."""
    return Markup(markdown()(text.strip()))


def anchor(title: str) -> str:
    """Return the id of a heading."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())


def declared(text: str) -> Markup:
    """Return text whose numerals are declared to be no results: dates, names, identifiers."""
    return Markup('<span class="declared">{}</span>').format(text)


def more(summary: str, *bodies: Markup) -> Markup:
    """Return tables behind a summary that opens them: for those who check, not on paper, not numbered."""
    inner = Markup("").join(body for body in bodies if body)
    html = Markup('<details class="more"><summary>{}</summary>{}</details>')
    return html.format(summary, inner) if inner else inner


def beside(*bodies: Markup) -> Markup:
    """Return small tables that share a line on paper; nothing where none has content."""
    inner = Markup("").join(body for body in bodies if body)
    return Markup('<div class="beside">{}</div>').format(inner) if inner else Markup("")


#: How the HTML of a figure begins; its class, and that of one which shares a line of paper with its neighbour.
FIGURE, CHART, HALF = "<figure ", 'class="chart', 'class="chart half'


#: Neighbours share a line where the taller drawing is at most so many times as tall as the other.
ALIKE = 1.5


def bare(html: str) -> str:
    """Return the HTML of an output without what only JupyterLab needs."""
    return html.removeprefix(PLAIN).removesuffix("</div>") if html.startswith(PLAIN) else html


def joined(cells: Sequence[Any]) -> None:
    """Join figures that follow each other in executed cells two by two: on paper they stand side by side."""
    waiting: Any = None
    for data in (output["data"] for cell in cells for output in cell.get("outputs", ()) if "data" in output):
        html = data.get("text/html", "")
        if html.startswith("<!--"):
            continue
        if waiting and html.startswith(FIGURE) and _alike(waiting["text/html"], html):
            one, other = (text.replace(CHART, HALF, 1) for text in (waiting["text/html"], html))
            waiting["text/html"], data["text/html"] = f'<div class="pair">{one}{other}</div>', ""
            waiting = None
        else:
            waiting = data if html.startswith(FIGURE) else None


def _alike(one: str, other: str) -> bool:
    """Tell whether the narrow drawings of two figures are about as tall."""
    found = [re.search(r'<svg class="narrow".*?viewBox="0 0 ([\d.]+) ([\d.]+)"', body) for body in (one, other)]
    tall = [float(match[2]) / float(match[1]) for match in found if match]
    return len(tall) == 2 and max(tall) <= ALIKE * min(tall)


def shown(part: Any) -> Block:
    """Return what a notebook shows of a figure, a table, a paragraph or nothing."""
    if part is None or isinstance(part, Block):
        return part or Block()
    return Block(part if isinstance(part, Markup) else Markup(part.html()))


def table(caption: Any, heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], kind: str = "") -> Markup:
    """Return an HTML table in a container that the keyboard can scroll.

    heads: (heading, class) a column, class `r` for numbers; the first cell of each row is its header. kind: classes of
    the table; one of kind `stack` shows a row as a card on a phone, each cell under its heading.
    """
    if not rows:
        return Markup("")
    stacked = kind == "stack"
    head = Markup("").join(Markup('<th scope="col" class="{}">{}</th>').format(kind_, text) for text, kind_ in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(value)
                if position == 0
                else Markup('<td class="{}"{}>{}</td>').format(kind_, _named(text) if stacked else NOTHING, value)
                for position, (value, (text, kind_)) in enumerate(zip(row, heads, strict=True))
            )
        )
        for row in rows
    )
    broad = len(heads) >= BROAD and not stacked
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Table: {label}"><table class="{kind}">'
        "<caption><span>{caption}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    ).format(
        label=Markup(caption).striptags(),
        kind=" ".join(word for word in (kind, "long" * (len(rows) > LONG), "broad" * broad) if word),
        caption=caption,
        head=head,
        body=body,
    )


def _named(heading: Any) -> Markup:
    """Return the attribute by which a cell shows its heading on a phone."""
    return Markup(' data-head="{}"').format(Markup(heading).striptags())


def box(title: str, inner: Markup) -> Markup:
    """Return a boxed aside."""
    return Markup('<aside class="box" aria-label="{}"><p class="box-title">{}</p>{}</aside>').format(
        title, title, inner
    )
