"""The PDF of the page: tagged (PDF/UA-1), with metadata and page numbers, by WeasyPrint, which fetches nothing."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from overtake import paths
from overtake.brief.figure import font_faces

#: What is said where the PDF is left out.
LACKING = (
    "no PDF: Pango is missing (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0, then dvc repro --force brief)"
)


def has_pango() -> bool:
    """Tell whether WeasyPrint finds the libraries that it draws with."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def write(page: Path, folder: Path) -> None:
    """Write an HTML page into `folder` as PDF of its name; beside a brief its one page.

    Nothing is written where WeasyPrint does not work, and that is said once a brief.
    """
    html = page.read_text(encoding="utf-8")
    brief = page.stem == "brief"
    if has_pango():
        write_pdf(html, folder / f"{page.stem}.pdf")
        if brief:
            write_pdf(one_page(html), folder / "one-page.pdf")
    elif brief:
        print(LACKING)


def write_pdf(page: str, target: Path) -> None:
    """Write the HTML `page` to `target` as PDF/UA-1, the same bytes for the same page; only data URLs are read."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", paths.EPOCH)  # no clock in it
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=for_print(page), base_url="about:blank", url_fetcher=fetcher)
    document.write_pdf(str(target), pdf_variant="pdf/ua-1")


#: What only paper knows: the title at the foot of every page but the first.
RUNNING = """
h1 { string-set: running content() }
@page { @bottom-left { content: string(running); font: 400 8pt 'Source Sans 3', sans-serif; color: #55616d } }
@page :first { @bottom-left { content: none } }
</style>"""


def for_print(page: str) -> str:
    """Return `page` for paper: plain colours, numbers without links, formulas as text, drawings as images.

    A figure alone keeps its wide drawing, one of a pair the narrow one. As images they need not be styled node by node.
    The typeface goes in as the plain file, so that WeasyPrint need not unpack it first.
    """
    page = page.replace(font_faces(), font_faces("ttf"), 1)
    page = page.replace("</style>", RUNNING, 1)
    page = re.sub(r"@media screen.*?\n}\n", "", page, flags=re.S)
    page = re.sub(r'<figure [^>]*class="chart([^"]*)".*?</figure>', _drawing_for_print, page, flags=re.S)
    page = re.sub(r'<a class="num"[^>]*>(.*?)</a>', r"\1", page, flags=re.S)
    page = re.sub(r"<data [^>]*>(.*?)</data>", r"\1", page, flags=re.S)
    page = re.sub(r"<details.*?</details>", "", page, flags=re.S)
    page = re.sub(r'<section class="no-print.*?</section>', "", page, flags=re.S)
    return re.sub(r"<math[^>]*alttext=\"([^\"]*)\".*?</math>", r"<i>\1</i>", page, flags=re.S)


#: What the one page keeps of the brief, in its order.
ONE_PAGE = (
    r"<header>.*?</header>",
    r'<section[^>]*aria-labelledby="key-findings".*?</section>',
    r'<figure id="fig-stack".*?</figure>',
)
#: The section of limitations up to the end of its list.
LIMITATIONS = r'<section[^>]*aria-labelledby="methods-and-limitations".*?</ul>'


def one_page(page: str) -> str:
    """Return `page` with title, findings, the lead figure and the reasons for doubt, for who reads one page."""
    before, rest = page.split('<main id="main">', 1)
    main, after = rest.rsplit("</main>", 1)
    found = [match.group() for match in (re.search(part, main, re.S) for part in ONE_PAGE) if match]
    found = [re.sub(r"<aside.*?</aside>", "", part, flags=re.S) for part in found]
    doubt = re.search(LIMITATIONS, main, re.S)
    if doubt:
        found.append(doubt.group().replace("Methods and limitations", "Reasons for doubt") + "</section>")
    more = '<p class="note">One page of the brief; the brief holds the other rulers, tests, method and sources.</p>'
    return f'{before}<main id="main">{"".join(found)}{more}</main>{after}'


def _drawing_for_print(figure: re.Match[str]) -> str:
    """Return a figure with the one drawing that fits its place on paper, as an image with its text alternative."""
    unwanted, wanted = ("wide", "narrow") if "half" in figure.group(1).split() else ("narrow", "wide")
    html = re.sub(rf'<svg class="{unwanted}".*?</svg>', "", figure.group(), flags=re.S)

    def image(drawing: re.Match[str]) -> str:
        alt = re.search(r'aria-label="([^"]*)"', drawing.group())
        svg = drawing.group()
        if "xmlns=" not in svg[: svg.index(">")]:
            svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        code = base64.b64encode(svg.encode()).decode()
        return f'<img class="{wanted}" alt="{alt.group(1) if alt else ""}" src="data:image/svg+xml;base64,{code}">'

    return re.sub(rf'<svg class="{wanted}".*?</svg>', image, html, flags=re.S)
