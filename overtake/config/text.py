"""What a text from outside may hold: it is shown in pages, printed in terminals and opened in spreadsheets."""

from __future__ import annotations

import unicodedata

#: A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Control characters, and those that turn the direction of what follows or hide it.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def unsafe(text: str) -> str | None:
    """Return what makes `text` unfit as a label, a note or a file's name; None where it is fit.

    Markup is fit: pages show it as text. A minus before a number is fit, too.
    """
    for character in text:
        if unicodedata.category(character) in HIDDEN:
            return f"holds the control character U+{ord(character):04X}"
    if text.startswith(FORMULA) and not _is_number(text):
        return f"begins with {text[0]!r}, which a spreadsheet takes for a formula"
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
