"""Headless Chromium for all browser tests: offline, watched for requests and errors, with axe-core at hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import missing, started

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


@dataclass
class Watched:
    """A page and what went wrong on it: `requests` beyond the file itself, `errors` of scripts and policies."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """Yield a headless Chromium; it ends with these tests: its loop would be in the way of others."""
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def checkers() -> Path:
    """Return the folder of what npm brings (axe-core, the Nu checker), fetched where it is not there yet."""
    wanted = [MODULES / name for name in json.loads((HERE / "package.json").read_text())["devDependencies"]]
    if not all(path.is_dir() for path in wanted):
        if shutil.which("npm") is None:
            missing("no npm: run `npm install` in tests/browser")
        done = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=HERE, capture_output=True, text=True
        )
        if done.returncode or not all(path.is_dir() for path in wanted):
            missing(f"npm could not fetch {', '.join(path.name for path in wanted)}: {done.stderr[-300:]}")
    return MODULES


@pytest.fixture(scope="session")
def axe_source(checkers: Path) -> str:
    """Return axe-core."""
    return (checkers / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Watched]]:
    """Return open(path, fragment="", width=1280, height=900, scheme="light", **context) -> Watched."""
    contexts = []

    def open_page(
        path: Path, fragment: str = "", width: int = 1280, height: int = 900, scheme: str = "light", **context: Any
    ) -> Watched:
        made = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **context)
        contexts.append(made)
        watched = Watched(made.new_page())
        address = path.resolve().as_uri()

        def seen(request: Any) -> None:
            if request.url.split("#")[0] != address and not request.url.startswith(("data:", "blob:")):
                watched.requests.append(request.url)

        watched.page.on("request", seen)
        watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
        watched.page.on("console", lambda m: watched.errors.append(m.text) if m.type in ("error", "warning") else None)
        watched.page.goto(address + fragment)
        return watched

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def violations(axe_source: str) -> Callable[[Any], list[str]]:
    """Return check(page) -> one line for each violation of WCAG 2.2 A and AA or of axe's good practice."""

    def check(page: Any) -> list[str]:
        # Not add_script_tag: the page's own policy rightly refuses a foreign script; evaluation stands outside it.
        page.evaluate(axe_source + "; undefined")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {each['help']} ({node['target']}) {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    return check
