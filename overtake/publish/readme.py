"""Figures in Markdown documents, between markers: today's answer in the README is the brief's own head, as text."""

from __future__ import annotations

import html
import re
from pathlib import Path

from overtake.errors import OvertakeError

BEGIN = "<!-- {0}:begin (written by `overtake readme` from the tables of the last run) -->"
END = "<!-- {0}:end -->"


def answer(page: str) -> str:
    """Return the README's answer from the brief's head and key findings."""
    title, standfirst, dateline = (
        plain(_one(page, pattern))
        for pattern in (r"<h1[^>]*>(.*?)</h1>", r'<p class="standfirst">(.*?)</p>', r'<p class="dateline">(.*?)</p>')
    )
    found = re.findall(r'<ol class="findings">.*?<div><p>(.*?)</p>', page, re.DOTALL)
    bullets = [f"- {plain(text)}" for text in found]
    return "\n".join([f"> **{title}.** {standfirst}", "", *bullets, "", f"*{dateline}*"])


def written(document: str, block: str, text: str) -> str:
    """Return a Markdown document with `text` between the markers of `block`; refuse one without them."""
    begin, end = BEGIN.format(block), END.format(block)
    pattern = re.compile(rf"<!-- {block}:begin.*?-->.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(document):
        raise OvertakeError("the document", "lacks its markers", allowed=f"{begin} ... {end}")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", document)


def write(path: Path, block: str, text: str) -> None:
    """Write `text` between the markers of `block` in the Markdown document at `path`."""
    path.write_text(written(path.read_text(encoding="utf-8"), block, text), encoding="utf-8")


def plain(text: str) -> str:
    """Return HTML as Markdown text on one line: emphasis kept, everything else without its tags."""
    text = re.sub(r"</?strong>", "**", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def _one(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    if found is None:
        raise OvertakeError("the brief's head", "lacks a part", found=pattern)
    return found.group(1)
