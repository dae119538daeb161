"""Numbered references from a bibliography in CSL-JSON: `[@key]` in prose becomes a numbered note."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup

from overtake.errors import OvertakeError

CITATION = re.compile(r"\[((?:@[\w.:-]+)(?:;\s*@[\w.:-]+)*)\]")


def load(path: Path) -> dict[str, dict[str, Any]]:
    """Return the works in the CSL-JSON file at `path` by id; no file, no works."""
    if not path.is_file():
        return {}
    try:
        works = json.loads(path.read_text(encoding="utf-8-sig"))
        return {str(work["id"]): work for work in works}
    except (ValueError, KeyError, TypeError) as error:
        raise OvertakeError(
            str(path), "is not CSL-JSON", found=error, allowed="a list of works, each with an id"
        ) from error


def cite(page: str, works: dict[str, dict[str, Any]]) -> tuple[str, Markup]:
    """Return `page` with each `[@key]` as a note, and the section of references, numbered in order of citation.

    A key that the bibliography lacks is refused.
    """
    order: dict[str, list[str]] = {}

    def note(match: re.Match[str]) -> str:
        links = []
        for key in re.findall(r"@([\w.:-]+)", match.group(1)):
            if key not in works:
                raise OvertakeError(
                    f"citation @{key}", "is not in data/raw/references.json", allowed=", ".join(sorted(works)) or "none"
                )
            places = order.setdefault(key, [])
            places.append(f"cite-{key}-{len(places)}")
            number = list(order).index(key) + 1
            links.append(f'<a id="{places[-1]}" href="#ref-{key}" aria-label="reference {number}">[{number}]</a>')
        return f'<sup class="cite declared">{" ".join(links)}</sup>'

    page = CITATION.sub(note, page)
    if not order:
        return page, Markup("")
    items = Markup("").join(
        Markup('<li id="ref-{0}">{1} <a href="#{2}" aria-label="back to the text">back</a></li>').format(
            key, entry(works[key]), places[0]
        )
        for key, places in order.items()
    )
    return page, Markup(
        '<section class="section" aria-labelledby="references"><h2 id="references">References</h2>'
        '<ol class="refs declared">{}</ol></section>'
    ).format(items)


def entry(work: dict[str, Any]) -> Markup:
    """Return one work: authors, title, where, when, identifier, date of access."""
    parts = [Markup("{}").format(text) for text in (_people(work.get("author", [])),) if text]
    parts.append(Markup("<cite>{}</cite>").format(work.get("title", "untitled")))
    for name in ("container-title", "publisher"):
        if work.get(name):
            parts.append(Markup.escape(work[name]))
    for name in ("edition", "version", "number"):
        if work.get(name):
            parts.append(Markup("{} {}").format("no." if name == "number" else "edition", work[name]))
    if _date(work.get("issued")):
        parts.append(Markup.escape(_date(work.get("issued"))))
    address = f"https://doi.org/{work['DOI']}" if work.get("DOI") else work.get("URL")
    if address:
        shown = f"doi:{work['DOI']}" if work.get("DOI") else address
        parts.append(Markup('<a href="{}">{}</a>').format(address, shown))
    if _date(work.get("accessed")):
        parts.append(Markup("accessed {}").format(_date(work.get("accessed"))))
    if work.get("note"):
        parts.append(Markup.escape(work["note"]))
    return Markup(", ").join(parts) + Markup(".")


def _people(people: list[dict[str, Any]]) -> str:
    names = [
        str(person.get("literal") or ", ".join(filter(None, (person.get("family"), person.get("given")))))
        for person in people
    ]
    if len(names) > 3:
        return f"{names[0]} and others"
    return " and ".join(names) if len(names) < 3 else f"{names[0]}, {names[1]} and {names[2]}"


def _date(date: Any) -> str:
    import calendar

    if not isinstance(date, dict):
        return ""
    if "raw" in date or "literal" in date:
        return str(date.get("raw") or date.get("literal"))
    parts = [int(part) for part in (date.get("date-parts") or [[]])[0]]
    if not parts:
        return ""
    words = [str(parts[0])]
    if len(parts) > 1:
        words.insert(0, calendar.month_name[parts[1]])
    if len(parts) > 2:
        words.insert(0, str(parts[2]))
    return " ".join(words)
