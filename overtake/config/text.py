"""What a text from outside may hold: it is shown in pages, printed in terminals and opened in spreadsheets."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

#: A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Control characters, and those that turn the direction of what follows or hide it.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
#: Every letter up to this is in the fonts of the brief (Latin, extended A): no font is asked.
LATIN = 0x17F
#: Nor for these: SIPRI's marks, dashes, quotation marks.
PLAIN = frozenset("–—‘’“”„†‡•…€−")


def unsafe(text: str) -> str | None:
    """Return what makes `text` unfit as a label, a note or a file's name; None where it is fit.

    Markup is fit: pages show it as text. A minus before a number is fit, too.
    """
    for character in text:
        if unicodedata.category(character) in HIDDEN:
            return f"holds the control character U+{ord(character):04X}"
    if text.startswith(FORMULA) and not _is_number(text):
        return f"begins with {text[0]!r}, which a spreadsheet takes for a formula"
    signs = undrawn(text)
    return f"holds signs that no font of the brief draws: {', '.join(signs)}" if signs else None


def undrawn(text: str) -> list[str]:
    """Return each sign of `text`, with its number, that figures and PDF cannot draw: DejaVu Sans, their last font."""
    beyond = sorted({sign for sign in text if ord(sign) > LATIN and sign not in PLAIN})
    return [f"{sign} (U+{ord(sign):04X})" for sign in beyond if ord(sign) not in _drawn()]


@cache
def _drawn() -> frozenset[int]:
    """Return the numbers of the signs in DejaVu Sans, which comes with matplotlib and with Debian's Pango."""
    import matplotlib
    from matplotlib.ft2font import FT2Font

    font = FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    return frozenset(font.get_charmap())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
