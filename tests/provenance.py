"""Read a rendered page and find every numeral that no record accounts for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

#: Elements without an end tag, and those whose text is no prose.
VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "col", "area", "base", "embed", "source", "track", "wbr"})
SILENT = frozenset({"style", "script", "svg", "math", "template"})


@dataclass
class _Open:
    tag: str
    classes: frozenset[str]
    attributes: Mapping[str, str | None]


@dataclass
class _Reader(HTMLParser):
    numbers: Mapping[str, Any]
    tables: Mapping[str, Any]
    found: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            attributes = dict(attrs)
            self.stack.append(_Open(tag, frozenset((attributes.get("class") or "").split()), attributes))

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].tag == tag:
                del self.stack[depth:]
                return

    def handle_data(self, data: str) -> None:
        if re.search(r"\d", data):
            problem = self._problem(data)
            if problem:
                self.found.append(f"{' '.join(data.split())[:100]!r}: {problem}")

    def _problem(self, text: str) -> str:
        """Return what is wrong with `text`, which holds a numeral, or nothing."""
        for element in self.stack:
            if element.tag in SILENT or "declared" in element.classes:
                return ""
        number = next((e for e in self.stack if "num" in e.classes), None)
        if number is not None:
            return self._number(text, str(number.attributes.get("data-id")))
        table = next((e for e in self.stack if "data-record" in e.attributes), None)
        if table is not None:
            known = str(table.attributes["data-record"]) in self.tables
            return "" if known else f"table {table.attributes['data-record']} has no record"
        if any(e.tag == "title" for e in self.stack):
            shown = {written for record in self.numbers.values() for written in record["shown"]}
            loose = [numeral for numeral in numerals(text) if not any(numeral in written for written in shown)]
            return f"{loose} in the page's title have no record" if loose else ""
        return "no record"

    def _number(self, text: str, id: str) -> str:
        record = self.numbers.get(id)
        if record is None:
            return f"{id} is not in numbers.json"
        return "" if text in record["shown"] else f"{id} was recorded as {record['shown']}"


def numerals(text: str) -> list[str]:
    """Return the numerals in `text`."""
    return re.findall(r"\d[\d,.]*\d|\d", text)


def unrecorded(page: str, numbers: Mapping[str, Any]) -> list[str]:
    """Return each text of `page` with a numeral that has no record in `numbers` (numbers.json), with what is wrong.

    Declared exceptions stand in elements of class `declared`: dates of publication, names of editions, claim and
    reference numbers, hashes. Drawings are skipped: their data are in recorded tables.
    """
    reader = _Reader(numbers["numbers"], numbers["tables"])
    reader.feed(page)
    reader.close()
    return reader.found
