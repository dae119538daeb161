"""One page a figure, to embed elsewhere: the same drawing, source and data, nothing fetched."""

from __future__ import annotations

import html
import re

from overtake.brief.figure import font_faces, striptags
from overtake.publish.exporter import POLICY, stylesheet

FIGURE = re.compile(r'<figure id="fig-([\w-]+)".*?</figure>', re.S)

#: What an embedded page changes: no figure number, no frame, room to the edge.
FRAME = (
    "body{padding:.75rem}main{max-width:45rem;margin:0 auto}figure.chart{margin:0;border:0;padding:0}"
    ".fig-title::before{content:none}.away{font-size:.86rem;margin:.4rem 0 0}"
)


def figures(page: str, name: str) -> dict[str, str]:
    """Return the figure elements of the rendered page called `name` by id, their links leading back to it."""
    back = rf"\1../{name}#"
    return {
        m.group(1): re.sub(r'(<a [^>]*href=")#', back, m.group()).replace("<figure ", f'<figure data-page="{name}" ', 1)
        for m in FIGURE.finditer(page)
    }


def page_of(id: str, element: str) -> str:
    """Return a whole page with one figure; its links lead back to the brief in the folder above."""
    title = striptags(_first(r'<p class="fig-title"[^>]*>(.*?)</p>', element))
    element = _from_below(element)
    element = re.sub(r' id="fig-[\w-]+"| aria-labelledby="[^"]*"', "", element)
    element = element.replace('<p class="fig-title">', '<h1 class="fig-title">', 1)
    element = re.sub(r'(<h1 class="fig-title">.*?)</p>', r"\1</h1>", element, count=1, flags=re.S)
    page = _first(r'data-page="([^"]*)"', element)
    away = f'<p class="away"><a href="../{page}#fig-{id}">From the {page.removesuffix(".html")}</a></p>'
    return whole_page(title, f"{element}\n{away}", FRAME)


def gallery(elements: dict[str, str]) -> str:
    """Return one page with all figures under their ids, for whoever adds one (see docs/figures.md)."""
    parts = []
    for id, element in sorted(elements.items()):
        element = _from_below(element)
        parts.append(f"<h2><code>{html.escape(id)}</code></h2>\n{element}")
    return whole_page("Gallery of figures", "<h1>Gallery of figures</h1>\n" + "\n".join(parts), "main{margin:0 auto}")


def _from_below(element: str) -> str:
    """Return a figure whose links to files lead there from a folder below."""
    return re.sub(r'href="(tables/|figures/|\.\./png/)', r'href="../\1', element)


def whole_page(title: str, body: str, css: str) -> str:
    """Return a page of the brief's look around the HTML `body`; it needs nothing but itself."""
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n<style>{font_faces()}\n{stylesheet()}\n{css}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.S)
    return match.group(1) if match else "Figure"
