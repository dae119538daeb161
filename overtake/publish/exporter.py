"""nbconvert exporters: `overtake_brief` makes one self-contained, accessible page of an executed notebook."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from traitlets import Bool, Unicode, default

from overtake import paths
from overtake.brief import references
from overtake.brief.blocks import LOOK, anchor, bare, joined
from overtake.brief.figure import font_faces, striptags
from overtake.show import style

TEMPLATES = Path(__file__).parent / "templates"

#: Nothing is fetched and nothing runs: styles and data in the page itself are all there is.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)

HEADING = re.compile(r"<h2(?P<attributes>[^>]*)>(?P<inner>.*?)</h2>", re.S)


class BriefExporter(TemplateExporter):
    """Export to HTML in the brief's look: `jupyter nbconvert --to overtake_brief NOTEBOOK`."""

    export_from_notebook = "Overtake brief (HTML)"
    output_mimetype = "text/html"
    references_file = Unicode(str(paths.RAW / "references.json"), help="bibliography in CSL-JSON").tag(config=True)
    files = Bool(True, help="whether files lie beside the page: tables, drawings").tag(config=True)
    author = Unicode("", help="author in the page's metadata; Overtake where none is given").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "overtake_brief"

    @default("extra_template_basedirs")
    def _basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def _create_environment(self) -> Any:
        environment: Any = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.filters["markdown2html"] = markdown
        environment.tests["match_overtake"] = lambda key: str(key).startswith("application/vnd.overtake")
        return environment

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
        """Return the page and the resources for an executed notebook."""
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        resources["overtake"] = {
            "lang": "en-GB",
            "policy": POLICY,
            "fonts": font_faces(),
            "css": stylesheet(),
            "title": "@title@",
            "description": "@description@",
            "author": self.author or "Overtake",
            "picture": "@picture@",
            "contents": "@contents@",
            "references": "@references@",
        }
        page, resources = super().from_notebook_node(sectioned(nb), resources=resources, **kw)
        head, start, body = _only_linked(page).partition("<body")
        page = head + start + staying(body)
        page, cited = references.cite(page, references.load(Path(self.references_file)))
        page = page.replace("@references@", str(cited), 1)
        page = _identified(page)
        page = page.replace("@contents@", str(contents(page)), 1)
        if not self.files:
            page = re.sub(r'<p class="download">.*?</p>', "", page, flags=re.S)
        first = re.search(r'href="(\.\./png/[\w-]+\.png)"', page)
        page = page.replace("@picture@", f'<meta property="og:image" content="{first[1]}">' if first else "", 1)
        title, description = page_title(page), page_description(page)
        page = page.replace("@title@", title, 2).replace("@description@", description, 2)
        return re.sub(r"\n{2,}", "\n", page), resources


def sectioned(notebook: Any) -> Any:
    """Return a copy of a notebook whose cells tell where sections begin and end, from heading to next heading.

    A section with code cells none of which shows anything is left out, heading and all; figures that follow each other
    are joined two by two. What a cell shows outside of a section (its own section, a style) stands alone or goes.
    """
    cells: list[Any] = []
    for part in _parts(notebook.cells):
        head, *rest = part
        if not _headed(head):
            cells += part
        elif not any(each.cell_type == "code" for each in rest) or any(map(_html, rest)):
            joined(rest)
            title = head.source.strip().splitlines()[0].removeprefix("## ")
            head.metadata["opens"] = anchor(striptags(title))
            part[-1].metadata["closes"] = True
            cells += part
    return type(notebook)({**notebook, "cells": cells})


def _parts(cells: Sequence[Any]) -> list[list[Any]]:
    """Return copies of `cells` in groups, begun by a heading of level two or by a cell that brings a section."""
    parts: list[list[Any]] = []
    for cell in map(copy.deepcopy, cells):
        if cell.cell_type == "code":
            cell["outputs"] = [each for each in cell.outputs if not _shown(each).startswith(LOOK)]
            for data in (each["data"] for each in cell.outputs if "text/html" in each.get("data", {})):
                data["text/html"] = bare(data["text/html"])
        if not parts or _headed(cell) or _html(cell).startswith("<section"):
            parts.append([])
        parts[-1].append(cell)
    return parts


def _headed(cell: Any) -> bool:
    """Tell whether a cell begins a section."""
    return bool(cell.cell_type == "markdown" and cell.source.lstrip().startswith("## "))


def _html(cell: Any) -> str:
    """Return what a code cell shows, nothing where that is a comment alone."""
    outputs = cell.get("outputs", ())
    return "".join(text for text in map(_shown, outputs) if not text.startswith("<!--"))


def _shown(output: Any) -> str:
    """Return the HTML of an output, whatever it holds where it has none."""
    return str(output.get("data", {}).get("text/html") or output.get("data") or output.get("text", ""))


def staying(body: str) -> str:
    """Return `body` with every `<meta` as text: one that a cell showed would lead the reader away."""
    return re.sub(r"<(?=meta\b)", "&lt;", body, flags=re.IGNORECASE)


def _only_linked(page: str) -> str:
    """Return `page` without the sources of numbers that were recorded, and do not stand on it."""
    linked = set(re.findall(r'href="#n-([^"]+)"', page))
    return re.sub(
        r'<tr id="n-([^"]+)">.*?</tr>', lambda row: row.group() if row.group(1) in linked else "", page, flags=re.S
    )


def markdown(source: str) -> str:
    """Return a markdown cell as HTML, headings without nbconvert's pilcrow links."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))


def stylesheet() -> str:
    """Return the page's CSS, with the rules that turn drawings dark."""
    css = (TEMPLATES / "overtake_brief" / "brief.css").read_text(encoding="utf-8")
    return css.replace("/* drawings */", style.dark_rules())


def page_title(page: str) -> str:
    """Return the text of the first heading of level one, for the page's title."""
    match = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)
    return str(Markup.escape(" ".join(striptags(match.group(1)).split()))) if match else "Overtake"


def page_description(page: str) -> str:
    """Return the standfirst as text, for the page's description."""
    match = re.search(r'<p class="standfirst">(.*?)</p>', page, re.S)
    return str(Markup.escape(" ".join(striptags(match.group(1)).split()))) if match else page_title(page)


def _identified(page: str) -> str:
    """Return `page` with an id on every heading of level two."""

    def with_id(match: re.Match[str]) -> str:
        if " id=" in match["attributes"]:
            return match.group()
        return f'<h2{match["attributes"]} id="{anchor(striptags(match["inner"]))}">{match["inner"]}</h2>'

    return HEADING.sub(with_id, page)


def contents(page: str) -> Markup:
    """Return the table of contents: a link to every heading of level two."""
    entries = [
        (identity.group(1), striptags(match["inner"]))
        for match in HEADING.finditer(page)
        if (identity := re.search(r' id="([^"]+)"', match["attributes"]))
    ]
    if not entries:
        return Markup("")
    items = Markup("").join(Markup('<li><a href="#{}">{}</a></li>').format(*entry) for entry in entries)
    return Markup(
        '<nav class="toc" aria-labelledby="contents"><details><summary><h2 id="contents">Contents</h2></summary>'
        "<ol>{}</ol></details></nav>"
    ).format(items)
