"""Headless Chromium by playwright, for every test that looks at a page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
#: One more, for a page that might ask for the network: no name leads anywhere.
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND"


def missing(reason: str) -> None:
    """Skip with `reason`, or fail where nothing may skip."""
    if os.environ.get("OVERTAKE_NOTHING_MAY_SKIP") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def started(*flags: str) -> Iterator[Any]:
    """Yield a headless Chromium with `FLAGS` and `flags`; skip where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing("no Chromium on PATH: browser tests need Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *flags])
        yield browser
        browser.close()
