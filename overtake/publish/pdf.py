"""The PDF of the page: tagged (PDF/UA-1), with metadata and page numbers, by WeasyPrint, which fetches nothing."""

from __future__ import annotations

from pathlib import Path

from overtake.errors import OvertakeError
from overtake.publish.exporter import for_print, steady_epoch


def write_pdf(page: str, target: Path) -> None:
    """Write the HTML `page` to `target` as PDF/UA-1, the same bytes for the same page; only data URLs are read."""
    steady_epoch()
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise OvertakeError(
            "brief.pdf",
            "WeasyPrint does not find Pango",
            found=str(error).splitlines()[0],
            next_step="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    document = HTML(string=for_print(page), base_url="about:blank", url_fetcher=fetcher)
    document.write_pdf(str(target), pdf_variant="pdf/ua-1")
