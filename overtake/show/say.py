"""`say(template, ...)`: a sentence in markdown whose every number is a cell of a table, and leads back to it."""

from __future__ import annotations

import functools
import html
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from overtake.errors import OvertakeError
from overtake.show import formats
from overtake.show.numbers import Cell, Key, Numbers, slug, term

#: The filters of a template, and how each writes a number.
FILTERS: Mapping[str, formats.Format] = {
    "year": formats.YEAR,
    "count": formats.COUNT,
    "in_words": formats.COUNT_IN_WORDS,
    "percent": formats.PERCENT,
    "percent1": formats.PERCENT1,
    "change": formats.CHANGE1,
    "share": formats.SHARE,
    "ratio": formats.RATIO,
    "usd_bn": formats.USD_BN,
    "probability": formats.PROBABILITY,
    "score": formats.SCORE,
    "number": formats.PLAIN,
}


#: The class of what JupyterLab shows as it stands: two dollars in a sentence are no formula.
AS_IT_STANDS = "tex2jax_ignore mathjax_ignore"

#: How a cell becomes HTML: the cell, its format, the records that it joins.
Writer = Callable[[Cell, formats.Format, Numbers], Markup]


@dataclass(frozen=True)
class Source:
    """A table that knows its file, the columns of its key and its edition: each value leaves it as a cell."""

    table: pd.DataFrame
    file: str
    key: tuple[str, ...]
    edition: str = ""

    def cell(self, column: str, **row: Key) -> Cell:
        """Return the value of `column` in the one row that `row` names; none or several are refused."""
        found = self.table
        for name, value in row.items():
            found = found[found[name] == value]
        place = f"{self.file}: {', '.join(f'{name} {value}' for name, value in row.items())}"
        if len(found) != 1:
            raise OvertakeError(
                place, "is not one row", found=f"{len(found)} rows", allowed=f"key {', '.join(self.key)}"
            )
        key = tuple((name, _plain(found[name].iloc[0])) for name in self.key)
        stem = self.file.rsplit("/", 1)[-1].split(".")[0]
        return Cell(slug(stem, *(value for _, value in key), column), float(found[column].iloc[0]), self.file, key,
                    column, self.edition)  # fmt: skip

    def made(self, name: str, value: float, how: str) -> Cell:
        """Return a value worked out from the whole table, `how` in words."""
        stem = self.file.rsplit("/", 1)[-1].split(".")[0]
        return Cell(slug(stem, name), float(value), self.file, (), "", self.edition, (), how)


@dataclass(frozen=True)
class Said:
    """A sentence as markdown and as HTML; its numbers are recorded."""

    text: Markup
    numbers: Numbers = field(repr=False, compare=False)

    def __str__(self) -> str:
        """Return the words without markup."""
        return html.unescape(re.sub(r"<[^>]+>", "", str(self.text)))

    def html(self) -> Markup:
        """Return the sentence as HTML."""
        return Markup(markdown()(str(self.text)))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what Jupyter stores: markdown for Quarto, HTML for the page, the bare words for a terminal."""
        shown = str(self.html())
        shown = f'<div class="{AS_IT_STANDS}">{shown}</div>' if "$" in shown else shown
        return {"text/plain": str(self), "text/markdown": str(self.text), "text/html": shown}


def say(template: str, numbers: Numbers | None = None, write: Writer | None = None, **values: Any) -> Said:
    """Return `template` (Jinja, markdown) filled with `values`: cells through the filters, names as they are.

    A number that is no cell, a cell without a number and a name that is not given are refused, so that no sentence
    says what no table holds. What a value says is text: no markup, template or formula in it is carried out. write:
    how a number becomes HTML, by default a span that tells its source.
    """
    from jinja2 import TemplateError

    numbers = numbers or Numbers()
    for name, value in values.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise OvertakeError(f"say: {name}", "is a bare number", found=value, allowed="a cell of a table")
    try:
        written = _environment().from_string(_coded(template)).render(**values, numbers_=numbers, write_=write or shown)
    except TemplateError as error:
        raise OvertakeError(f"say: {template[:60]!r}", str(error)) from error
    return Said(Markup(written.strip()), numbers)


@functools.cache
def _environment() -> Any:
    """Return the templates' environment: names that are missing stop, texts are escaped, filters record."""
    from jinja2 import Environment, StrictUndefined, pass_context

    def of(style: formats.Format) -> Any:
        @pass_context
        def written(context: Any, value: Any) -> Markup:
            write: Writer = context["write_"]
            return write(_cell(value), style, context["numbers_"])

        return written

    environment = Environment(undefined=StrictUndefined, autoescape=True, keep_trailing_newline=False)
    environment.filters.update({name: of(style) for name, style in FILTERS.items()})
    environment.filters["chance"] = _chance
    environment.filters["listed"] = _listed
    environment.tests["present"] = lambda value: isinstance(value, Cell) and value.present
    environment.finalize = _no_bare_number
    return environment


#: A code span of a template, and the expressions and statements in one.
CODE, JINJA = re.compile(r"`([^`]*)`"), re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.S)


def _coded(template: str) -> str:
    """Return `template` with each code span that has an expression as a tag: markdown reads no entity in backticks."""

    def tag(span: re.Match[str]) -> str:
        if "{{" not in span[1]:
            return span[0]
        parts = (part if at % 2 else str(literal(part)) for at, part in enumerate(JINJA.split(span[1])))
        return f"<code>{''.join(parts)}</code>"

    return CODE.sub(tag, template)


def shown(cell: Cell, style: formats.Format, numbers: Numbers) -> Markup:
    """Return a number as a recorded span that tells its source on hover."""
    if not cell.present:
        raise OvertakeError(f"number {cell.id}", "is missing: its sentence must not be said", found=cell.source())
    return Markup('<span class="num" data-id="{}" title="{}">{}</span>').format(
        cell.id, cell.source(), numbers.text(cell, style)
    )


def _chance(value: Any) -> str:
    """Return the calibrated word for a probability that is there."""
    cell = _cell(value)
    if not cell.present:
        raise OvertakeError(f"number {cell.id}", "is missing: its sentence must not be said", found=cell.source())
    return term(cell.value)


def _cell(value: Any) -> Cell:
    if not isinstance(value, Cell):
        raise OvertakeError("say", "writes cells of tables alone", found=repr(value)[:60])
    return value


def _no_bare_number(value: Any) -> Any:
    """Let texts through; a number without a filter would be printed unrecorded."""
    if isinstance(value, Cell) or (isinstance(value, int | float) and not isinstance(value, bool)):
        raise OvertakeError("say", "a number needs a filter", found=repr(value)[:60], allowed=", ".join(FILTERS))
    return literal(value)


#: What markdown, a formula or a template would be made of, outside of tags and entities.
ACTIVE = re.compile(r"<[^>]*>|&[#\w]+;|[\\`*_{}\[\]$~|^@]")


def literal(value: Any) -> Markup:
    """Return a value as HTML whose text markdown leaves as it is."""
    return Markup(ACTIVE.sub(lambda found: f"&#{ord(found[0])};" if len(found[0]) == 1 else found[0], escape(value)))


def _listed(values: Any) -> Markup:
    """Return `a`, `a and b` or `a, b and c`."""
    *texts, last = [literal(value) for value in values]
    return Markup("{} and {}").format(Markup(", ").join(texts), last) if texts else last


@functools.cache
def markdown() -> Any:
    """Return what makes HTML of markdown."""
    import mistune

    return mistune.create_markdown(escape=False, plugins=["table"])


def _plain(value: Any) -> Key:
    """Return a key's value as a plain Python one."""
    found = value.item() if hasattr(value, "item") else value
    whole = isinstance(found, float) and math.isfinite(found) and found == int(found)
    return int(found) if whole else found
