"""The PDF of the page: tagged (PDF/UA-1), with metadata and page numbers, by WeasyPrint, which fetches nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from overtake.publish.exporter import for_print, one_page, steady_epoch

#: What is said where the PDF is left out.
LACKING = (
    "no PDF: Pango is missing (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0, then"
    " dvc repro --force companions)"
)


def has_pango() -> bool:
    """Tell whether WeasyPrint finds the libraries that it draws with."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def jobs(reports: Path, folder: Path) -> list[Callable[[], None]]:
    """Return what writes the brief, its one page and its annex, from their HTML under `reports`, into `folder`.

    Nothing is written without Pango, and that is said.
    """
    if not has_pango():
        print(LACKING)
        return []
    brief, annex = ((reports / name / f"{name}.html").read_text(encoding="utf-8") for name in ("brief", "annex"))
    pages = {"annex": annex, "brief": brief, "one-page": one_page(brief)}
    return [partial(write_pdf, page, folder / f"{name}.pdf") for name, page in pages.items()]


def write_pdf(page: str, target: Path) -> None:
    """Write the HTML `page` to `target` as PDF/UA-1, the same bytes for the same page; only data URLs are read."""
    steady_epoch()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=for_print(page), base_url="about:blank", url_fetcher=fetcher)
    document.write_pdf(str(target), pdf_variant="pdf/ua-1")
