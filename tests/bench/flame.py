"""Draw where a run spends its processors: `py-spy record -s -f raw -o RAW -- dvc repro -f`, then `python -m
tests.bench.flame RAW SVG`.

Samples of all processes, from the top down: the stage, then this package's functions as they call each other, then the
library at work; imports and DVC are rows of their own. What is narrower than a third of a per cent is left out.
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path
from typing import Any

WIDTH, ROW, LEAST, DEEPEST = 1200, 18, 1 / 300, 14
STAGE = re.compile(r'process \d+:"[^"]*-m overtake (?:run )?(\w+)')
FRAME = re.compile(r"(?P<function>.+) \((?P<file>[^:)]*)(?::\d+)?\)$")
PACKAGE = re.compile(r"(?:site-packages|lib/python3\.\d+)/(\w+)")
COLOURS = {"DVC": "#b8b8b8", "import": "#d9a441", "library": "#9fc3dd"}


def tower(stack: str) -> list[str]:
    """Return what is drawn of a sample, from the stage down."""
    frames = stack.split(";")
    stage = next((found[1] for frame in reversed(frames) if (found := STAGE.match(frame))), "DVC")
    rows = [stage]
    for frame in frames if stage != "DVC" else ():
        found = FRAME.match(frame)
        if not found:
            continue
        if found["file"] == "<frozen importlib._bootstrap>":
            return [stage, "import"]
        if "overtake/" in found["file"] and not re.search(r"pipeline/|/work\.py|/cli/|__main__", found["file"]):
            name = f"{Path(found['file']).stem}: {found['function'].split('.<locals>')[0]}"
            rows += [name] if rows[-1] != name else []
    library = PACKAGE.search(frames[-1])
    return [*rows[:DEEPEST], *([f"library {library[1]}"] if library and stage != "DVC" else [])]


def tree(lines: list[str]) -> tuple[int, dict[str, Any]]:
    """Return the number of samples, and by name how many fall there and what is below."""
    top: dict[str, Any] = {}
    whole = 0
    for line in lines:
        stack, _, count = line.rpartition(" ")
        whole += int(count)
        node = top
        for name in tower(stack):
            entry = node.setdefault(name, [0, {}])
            entry[0] += int(count)
            node = entry[1]
    return whole, top


def drawn(node: dict[str, Any], whole: int, x: float, level: int, boxes: list[str]) -> int:
    """Add a box for everything wide enough, the widest first; return the deepest level."""
    deepest = level
    for name, (count, below) in sorted(node.items(), key=lambda item: -item[1][0]):
        width = WIDTH * count / whole
        if count / whole < LEAST:
            continue
        kind = name.split()[0]
        fill = COLOURS.get(kind, "#e8e2d4" if level else "#7f9c6a")
        fits = int(width / 5.6)
        said = escape(name if len(name) <= fits else name[: max(fits - 1, 0)] + "…" if fits > 4 else "")
        boxes.append(
            f'<g><title>{escape(name)}: {100 * count / whole:.1f} %</title><rect x="{x:.1f}" y="{level * ROW}" '
            f'width="{width:.1f}" height="{ROW - 1}" fill="{fill}" stroke="#fff"/>'
            f'<text x="{x + 3:.1f}" y="{level * ROW + 12}">{said}</text></g>'
        )
        deepest = max(deepest, drawn(below, whole, x, level + 1, boxes))
        x += width
    return deepest


def main() -> int:
    """Read RAW, write SVG."""
    whole, top = tree(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    boxes: list[str] = []
    height = (drawn(top, whole, 0.0, 0, boxes) + 1) * ROW
    Path(sys.argv[2]).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n' + "\n".join(boxes) + "\n</svg>\n",
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
