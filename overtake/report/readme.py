"""Today's answer in the README: the brief's own title, standfirst and key findings, as plain Markdown."""

from __future__ import annotations

import html
import re
from pathlib import Path

from overtake.errors import OvertakeError

BEGIN = "<!-- answer:begin (written by `overtake readme` from the tables of the last run) -->"
END = "<!-- answer:end -->"


def answer(head: str, findings: str) -> str:
    """Return the README's answer from the HTML of the brief's head and key findings."""
    title, standfirst, dateline = (
        plain(_one(head, pattern))
        for pattern in (r"<h1[^>]*>(.*?)</h1>", r'<p class="standfirst">(.*?)</p>', r'<p class="dateline">(.*?)</p>')
    )
    bullets = [f"- {plain(text)}" for text in re.findall(r"<div><p>(.*?)</p>", findings, re.DOTALL)]
    return "\n".join([f"> **{title}.** {standfirst}", "", *bullets, "", f"*{dateline}*"])


def written(readme: str, text: str) -> str:
    """Return the README with `text` between its markers; refuse one without them."""
    pattern = re.compile(r"<!-- answer:begin.*?-->.*?" + re.escape(END), re.DOTALL)
    if not pattern.search(readme):
        raise OvertakeError("README.md", "lacks its markers", allowed=f"{BEGIN} ... {END}")
    return pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", readme)


def write(path: Path, head: str, findings: str) -> None:
    """Write the answer into the README at `path`."""
    path.write_text(written(path.read_text(encoding="utf-8"), answer(head, findings)), encoding="utf-8")


def plain(text: str) -> str:
    """Return HTML as Markdown text on one line: emphasis kept, everything else without its tags."""
    text = re.sub(r"</?strong>", "**", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def _one(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    if found is None:
        raise OvertakeError("the brief's head", "lacks a part", found=pattern)
    return found.group(1)
