"""The PDF of the page: tagged (PDF/UA-1), with metadata and page numbers, by WeasyPrint, which fetches nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from overtake.publish.exporter import for_print, one_page, steady_epoch
from overtake.work import side_by_side

#: What is said where the PDF is left out.
LACKING = (
    "no PDF: Pango is missing (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0, then dvc repro --force pdf)"
)


def has_pango() -> bool:
    """Tell whether WeasyPrint finds the libraries that it draws with."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def write_all(reports: Path, folder: Path) -> None:
    """Write the brief, its one page and its annex, from their HTML under `reports`, into `folder`."""
    brief, annex = ((reports / name / f"{name}.html").read_text(encoding="utf-8") for name in ("brief", "annex"))
    side_by_side(
        [
            partial(write_pdf, page, folder / f"{name}.pdf")
            for name, page in (("annex", annex), ("brief", brief), ("one-page", one_page(brief)))
        ]
    )


def write_pdf(page: str, target: Path) -> None:
    """Write the HTML `page` to `target` as PDF/UA-1, the same bytes for the same page; only data URLs are read."""
    steady_epoch()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=for_print(page), base_url="about:blank", url_fetcher=fetcher)
    document.write_pdf(str(target), pdf_variant="pdf/ua-1")
