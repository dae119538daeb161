"""The brief in real Chromium: axe-core, keyboard, silence on the network, policy, phone width; its PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from overtake.publish.pdf import write, write_pdf
from tests import synthetic
from tests.browser.conftest import missing

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true })"


def resize(page: Any, width: int) -> None:
    """Give a page another width: it has no script, so it is as if it were opened anew, without a second load."""
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("innerWidth") == width


@pytest.fixture(scope="module")
def brief() -> Path:
    """Return the brief over made-up tables."""
    return synthetic.rendered() / "brief.html"


@pytest.fixture(
    scope="module", params=["brief.html", "../annex/annex.html", "../economies/JPN.html", "../economies/USA.html"]
)
def each(request: pytest.FixtureRequest, brief: Path) -> Path:
    """Return each kind of page."""
    return brief.parent / request.param


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_nothing_is_fetched(each, opened: Open, violations, scheme):
    watched = opened(each, scheme=scheme)
    watched.page.evaluate(OPEN_ALL)
    for width in (1280, 390):
        resize(watched.page, width)
        assert violations(watched.page) == [], width
    assert watched.requests == []
    assert watched.errors == []


def test_axe_would_find_a_figure_without_text(brief, opened: Open, violations):
    watched = opened(brief)
    watched.page.evaluate("document.querySelector('svg[role=img]').removeAttribute('aria-label')")
    assert any("svg-img-alt" in line for line in violations(watched.page))


@pytest.mark.parametrize("name", ["surplus", "fans"])
def test_an_embedded_figure_has_no_violation(brief, opened: Open, violations, name):
    watched = opened(brief.parent / "figures" / f"{name}.html", width=720)
    assert violations(watched.page) == []
    assert watched.requests == []


def test_the_policy_refuses_scripts_and_requests(brief, opened: Open):
    watched = opened(brief)
    watched.page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'https://example.org/x.png'; document.body.append(i)"
    )
    watched.page.wait_for_timeout(100)
    assert watched.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in error for error in watched.errors)


def test_the_page_is_no_wider_than_the_screen(each, opened: Open):
    page = opened(each).page
    page.evaluate(OPEN_ALL)
    for width in (320, 390, 768, 1280):
        resize(page, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_gets_the_narrow_drawings(brief, opened: Open):
    shown = """[...document.querySelectorAll('figure svg')]
      .filter(s => s.getBoundingClientRect().width).map(s => s.className.baseVal)"""
    page = opened(brief, width=390).page
    assert set(page.evaluate(shown)) == {"narrow"}
    resize(page, 1280)
    assert set(page.evaluate(shown)) == {"wide"}


def test_text_in_drawings_is_large_enough_on_a_phone(each, opened: Open):
    sizes = opened(each, width=390).page.evaluate(
        "[...document.querySelectorAll('figure svg.narrow text')].map(t => t.getBoundingClientRect().height)"
    )
    assert min(sizes) > 9


def test_the_keyboard_reaches_skip_link_contents_numbers_tables_and_data(brief, opened: Open):
    page = opened(brief).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(160):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.className.split(' ')[0] || document.activeElement.tagName"))
    assert {"num", "SUMMARY", "scroll", "A"} <= reached
    everything = page.evaluate("document.querySelectorAll('a[href], summary, [tabindex=\"0\"]').length")
    assert page.evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"])').length") == 0
    assert everything > 160


def test_focus_on_a_number_shows_its_source(brief, opened: Open):
    page = opened(brief).page
    number = page.locator("main a.num").first
    number.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    shown = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "Source" in shown
    assert "data/" in shown


def test_text_of_drawings_stays_inside_them(each, opened: Open):
    """No label is cut off: every text lies within its drawing, but for a few pixels of slack."""
    outside = """(size) => [...document.querySelectorAll(`figure svg.${size}`)].flatMap(svg => {
      const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter(t => {
        const b = t.getBoundingClientRect();
        return b.left < box.left - 4 || b.right > box.right + 4 || b.top < box.top - 4 || b.bottom > box.bottom + 4;
      }).map(t => svg.closest('figure').id + ': ' + t.textContent);
    })"""
    page = opened(each).page
    assert page.evaluate(outside, "wide") == []
    resize(page, 390)
    assert page.evaluate(outside, "narrow") == []


def test_the_nu_checker_finds_no_error(brief, checkers):
    if shutil.which("java") is None:
        missing("no java: the Nu HTML checker needs it")
    jar = checkers / "vnu-jar" / "build" / "dist" / "vnu.jar"
    pages = [
        brief,
        brief.parents[1] / "annex" / "annex.html",
        *sorted(brief.parents[1].glob("economies/*.html")),
        *sorted(brief.parents[1].glob("*/figures/*.html")),
    ]
    done = subprocess.run(
        ["java", "-jar", str(jar), "--errors-only", *map(str, pages)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_the_pdf_is_tagged_titled_and_readable_in_order(brief, tmp_path):
    if shutil.which("pdfinfo") is None:
        missing("no pdfinfo: PDF tests need poppler-utils")
    pdf = tmp_path / "brief.pdf"
    write_pdf(brief.read_text(encoding="utf-8"), pdf)
    about = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", about)
    assert re.search(r"Title:\s+The eleven allies and partners ", about)
    assert int(re.search(r"Pages:\s+(\d+)", about).group(1)) <= 7
    assert b"pdfuaid:part" in pdf.read_bytes() or "PDF/UA" in about or "pdfuaid" in _metadata(pdf)
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    headings = ("Key findings", "What is so now", "How much of America", "Methods and limitations", "References")
    places = [text.index(heading) for heading in headings]
    assert places == sorted(places)
    fonts = subprocess.run(["pdffonts", str(pdf)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert all(" yes " in line for line in fonts)
    assert any("Source-Sans" in line for line in fonts)


def test_the_one_page_is_one_page_with_title_findings_and_figure(brief, tmp_path):
    if shutil.which("pdfinfo") is None:
        missing("no pdfinfo: PDF tests need poppler-utils")
    write(brief, tmp_path)
    pdf = tmp_path / "one-page.pdf"
    about = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+1\b", about)
    assert re.search(r"Tagged:\s+yes", about)
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    whole = subprocess.run(
        ["pdftotext", str(tmp_path / "brief.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.split("Key findings")[0] == whole.split("Key findings")[0]
    assert "Figure 1." in text
    assert "Reasons for doubt" in text
    assert "It is not power" in text
    assert "What is so now" not in text
    assert "The method in brief" not in text
    write(brief.parents[1] / "annex" / "annex.html", tmp_path)
    annex = subprocess.run(["pdfinfo", str(tmp_path / "annex.pdf")], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Title:\s+Annex", annex)


def _metadata(pdf: Path) -> str:
    return subprocess.run(["pdfinfo", "-meta", str(pdf)], capture_output=True, text=True, check=True).stdout
