"""The PDF of the page: tagged (PDF/UA-1), with metadata and page numbers, by WeasyPrint, which fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError
from overtake.report.exporter import for_print, steady_epoch


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    """Refuse every address but data in the page itself."""
    from weasyprint import default_url_fetcher

    if url.startswith("data:"):
        return default_url_fetcher(url)
    raise ValueError(f"the brief fetches nothing, found {url}")


def write_pdf(page: str, target: Path) -> None:
    """Write the HTML `page` to `target` as PDF/UA-1, the same bytes for the same page."""
    steady_epoch()
    try:
        from weasyprint import HTML
    except OSError as error:
        raise OvertakeError(
            "brief.pdf", "WeasyPrint does not find Pango", found=str(error).splitlines()[0],
            next_step="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error  # fmt: skip
    HTML(string=for_print(page), url_fetcher=_refuse).write_pdf(str(target), pdf_variant="pdf/ua-1")
