"""The colour of a figure says its status: blue a SIPRI estimate, red highly uncertain, anything else reported."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Sequence
from typing import Any

from overtake.errors import OvertakeError
from overtake.sources.workbook import DOWNLOAD

#: Order in which the theme's colours are numbered by cells (light and dark stand swapped against the file).
THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")


def theme_palette(theme: bytes | str | None) -> tuple[str, ...]:
    """Return the RGB hex colours of a workbook's theme part in the order cells number them; empty without a theme."""
    if not theme:
        return ()
    text = theme.decode("utf-8", "replace") if isinstance(theme, bytes) else theme
    found = []
    for name in THEME_ORDER:
        block = re.search(rf"<a:{name}>(.*?)</a:{name}>", text, re.DOTALL)
        value = re.search(r'(?:lastClr|srgbClr val|val)="([0-9A-Fa-f]{6})"', block.group(1)) if block else None
        found.append(value.group(1) if value else "000000")
    return tuple(found)


def of_font(cell: Any, palette: Sequence[str], theme: Sequence[str]) -> str | None:
    """Return the colour of a cell's font as six hex digits, from RGB, indexed `palette` or `theme`; None without one.

    A cell names its style by number: one that the workbook does not have is refused.
    """
    try:
        colour = cell.font.color if cell.font else None
    except (IndexError, TypeError) as error:
        place = f"sheet '{cell.parent.title[:60]}', cell {cell.coordinate}"
        raise OvertakeError(place, "has a style that the workbook does not have", next_step=DOWNLOAD) from error
    if colour is None:
        return None
    kind = colour.type
    if kind == "rgb" and isinstance(colour.rgb, str):
        return colour.rgb[-6:]
    if kind == "indexed":
        return palette[colour.indexed][-6:] if 0 <= colour.indexed < len(palette) else None
    if kind == "theme":
        return theme[colour.theme] if 0 <= colour.theme < len(theme) else None
    return None


def status(hex_colour: str | None) -> str:
    """Return `estimate` for a clear blue, `highly uncertain` for a clear red, `reported` for all else."""
    if hex_colour is None or not re.fullmatch(r"[0-9A-Fa-f]{6}", hex_colour):
        return "reported"
    red, green, blue = (int(hex_colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < 0.5 or value < 0.4:
        return "reported"
    if 0.52 <= hue <= 0.75:
        return "estimate"
    return "highly uncertain" if hue >= 0.94 or hue <= 0.04 else "reported"
