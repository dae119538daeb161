"""The drawings as PNG, for who cannot place an SVG: 1,200 pixels across, by resvg, with the typeface of the page."""

from __future__ import annotations

import re
from functools import partial
from importlib.metadata import version
from pathlib import Path

from overtake.kept import kept
from overtake.show import style

#: Pixels from side to side.
WIDTH = 1200
#: What of a page on its own is drawn: the fonts in it are those that `style` has as files.
EMBEDDED = re.compile(r"<style>@font-face.*?</style>", re.S)


def write(figures: Path, folder: Path) -> None:
    """Write each drawing of `figures`, ID.svg, into `folder` as ID.png."""
    release = version("resvg-py")
    for drawing in sorted(figures.glob("*.svg")):
        svg = drawing.read_text(encoding="utf-8")
        (folder / f"{drawing.stem}.png").write_bytes(kept("png", (svg, release), partial(png, svg)))


def png(svg: str) -> bytes:
    """Return an SVG as PNG; the same bytes for the same drawing."""
    import resvg_py

    # Semi-bold goes by the name of its own file.
    svg = svg.replace(' font-weight="600"', f' font-weight="600" font-family="\'{style.BOLD}\'"')
    svg = re.sub(r"(font: 600 \d+px )'Source Sans 3'", rf"\1'{style.BOLD}'", svg)
    fonts = [str(path) for path in sorted(style.FONTS.glob("*.ttf"))]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=EMBEDDED.sub("", svg),
            width=WIDTH,
            background=style.PAPER,
            font_files=fonts,
            skip_system_fonts=True,
            font_family=style.FAMILY,
            sans_serif_family=style.FAMILY,
        )
    )
