"""Write the table of licences in docs/dependencies.md from what is installed: `python -m tests.licences`."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

from overtake import paths
from overtake.cli.doctor import PIN, pins

PAGE = paths.ROOT / "docs" / "dependencies.md"
MARKS = ("<!-- licences -->", "<!-- /licences -->")
#: Long names of classifiers and free texts -> SPDX identifiers; the first that fits.
SHORT = (
    (r"bsd[- ]3|new bsd|3-clause bsd|bsd-3-clause", "BSD-3-Clause"), (r"bsd[- ]2|2-clause", "BSD-2-Clause"),
    (r"apache", "Apache-2.0"), (r"\bmit\b|expat", "MIT"), (r"mozilla|mpl", "MPL-2.0"), (r"isc", "ISC"),
    (r"lgpl|lesser", "LGPL"), (r"\bgpl|gnu general", "GPL"), (r"psf|python software", "PSF-2.0"),
    (r"unlicense", "Unlicense"), (r"public domain|cc0", "CC0-1.0"), (r"bsd", "BSD"), (r"hpnd", "HPND"),
)  # fmt: skip


def licence(name: str) -> str:
    """Return the licence that an installed package states: its expression, else its classifiers, else its free text."""
    meta = importlib.metadata.metadata(name)
    expression = meta.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [
        line.rsplit("::", 1)[1] for line in meta.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    for text in (*classifiers, str(meta.get("License") or "").strip().split("\n", 1)[0]):
        for pattern, short in SHORT:
            if re.search(pattern, text, re.IGNORECASE):
                return short
    return "unknown"


def table() -> str:
    """Return the table: licence, how many packages, which; every pin of a package that is installed here."""
    by_licence: dict[str, list[str]] = {}
    text = (paths.ROOT / "requirements-test.txt").read_text(encoding="utf-8")
    here = {name for name, _ in pins(text)}
    every = [(match[1], match[2]) for line in text.splitlines() if (match := PIN.match(line))]
    for name, version in (pin for pin in every if pin[0] in here):  # another Python takes another pin
        by_licence.setdefault(licence(name), []).append(f"{name} {version}")
    rows = sorted(by_licence.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [f"| {text} | {len(names)} | {', '.join(names)} |" for text, names in rows]
    return "\n".join(["| licence | packages | which |", "|---|---|---|", *lines])


def write(page: Path = PAGE) -> None:
    """Put the table between its marks in docs/dependencies.md."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0])
    page.write_text(f"{before}{MARKS[0]}\n{table()}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", encoding="utf-8")


if __name__ == "__main__":
    write()
