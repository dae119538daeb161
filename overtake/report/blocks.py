"""Pieces of a page: a block is HTML that a notebook shows and the exporter prints."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

MIME = "application/vnd.overtake+json"
NOTHING = Markup("")
#: A table of more rows may be broken between printed pages.
LONG = 12


@dataclass(frozen=True)
class Block:
    """HTML to show, with data for the publisher; an empty block shows nothing."""

    html: Markup = NOTHING
    data: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.html)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return what Jupyter stores: HTML, a short plain text, and the data where there are any."""
        html = str(self.html) or "<!-- left out: its table is not there -->"
        bundle: dict[str, Any] = {"text/plain": "a block of the brief", "text/html": html}
        if self.data:
            bundle[MIME] = self.data
        return bundle


@functools.cache
def _markdown() -> Callable[[str], Any]:
    import mistune

    return mistune.create_markdown(escape=False, plugins=["table"])


def prose(text: str) -> Markup:
    """Return markdown as HTML."""
    return Markup(_markdown()(text.strip()))


def anchor(title: str) -> str:
    """Return the id of a heading."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split())


def section(title: str, text: str, *parts: Any, kind: str = "section") -> Block:
    """Return a section with heading, prose (markdown) and parts; nothing where no part has content.

    Parts are blocks, figures or Markup; a section of prose alone is wanted by passing no part at all.
    """
    bodies = [body for body in (_body(part) for part in parts) if body]
    if parts and not bodies:
        return Block()
    return Block(
        Markup('<section class="{}" aria-labelledby="{}"><h2 id="{}">{}</h2>{}{}</section>').format(
            kind, anchor(title), anchor(title), title, prose(text) if text else Markup(""), Markup("").join(bodies)
        )
    )


def _body(part: Any) -> Markup:
    if part is None:
        return Markup("")
    if isinstance(part, Markup):
        return part
    return Markup(part.html() if callable(part.html) else part.html)


def table(caption: Any, heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], kind: str = "") -> Markup:
    """Return an HTML table in a container that the keyboard can scroll.

    heads: (heading, class) a column, class `r` for numbers; the first cell of each row is its header.
    """
    if not rows:
        return Markup("")
    head = Markup("").join(Markup('<th scope="col" class="{}">{}</th>').format(kind_, text) for text, kind_ in heads)
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>').format(value)
                if position == 0
                else Markup('<td class="{}">{}</td>').format(heads[position][1], value)
                for position, value in enumerate(row)
            )
        )
        for row in rows
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Table: {label}"><table class="{kind}">'
        "<caption><span>{caption}</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    ).format(
        label=Markup(caption).striptags(),
        kind=f"{kind} long".strip() if len(rows) > LONG else kind,
        caption=caption,
        head=head,
        body=body,
    )


def box(title: str, inner: Markup, kind: str = "box") -> Markup:
    """Return a boxed aside."""
    return Markup('<aside class="{}" aria-label="{}"><p class="box-title">{}</p>{}</aside>').format(
        kind, title, title, inner
    )
