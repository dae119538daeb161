"""How a number is written: one `Format` an idea, so that the same quantity looks the same everywhere."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable
from dataclasses import dataclass

MINUS = "\u2212"
WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Format:
    """A way to write a finite number: its unit, what it is rounded to, and the function that writes it."""

    unit: str
    rounding: str
    write: Callable[[float], str]

    def __call__(self, value: float) -> str:
        """Return `value` as text; a missing value is a dash."""
        return "–" if value is None or not math.isfinite(value) else self.write(float(value))


def fixed(value: float, places: int) -> str:
    """Return `value` with `places` decimals, thousands separated, a true minus sign and no negative zero."""
    text = f"{round(value, places) + 0.0:,.{places}f}"
    return text.replace("-", MINUS)


def signed(value: float, places: int) -> str:
    """Return `value` with `places` decimals and its sign, none where it is written as nought."""
    text = fixed(value, places)
    return text if text.startswith(MINUS) or float(text.replace(",", "")) == 0 else f"+{text}"


def _probability(value: float) -> str:
    """Return a probability in whole per cent; never 0 or 100, which a finite number of draws cannot show."""
    if round(100 * value) < 1:
        return "<1%"
    if round(100 * value) > 99:
        return ">99%"
    return f"{fixed(100 * value, 0)}%"


YEAR = Format("year", "whole year", lambda value: f"{round(value)}")
COUNT = Format("count", "whole number", lambda value: fixed(value, 0))
COUNT_IN_WORDS = Format("count", "whole number; a word up to twelve", lambda value: _counted(value))
PROBABILITY = Format("probability", "whole per cent; below 1% and above 99% as bounds", _probability)
PERCENT = Format("per cent", "whole per cent", lambda value: f"{fixed(value, 0)}%")
PERCENT1 = Format("per cent", "one decimal", lambda value: f"{fixed(value, 1)}%")
CHANGE1 = Format("per cent", "one decimal, signed", lambda value: f"{signed(value, 1)}%")
CHANGE = Format("per cent", "whole per cent, signed", lambda value: f"{signed(value, 0)}%")
SHARE = Format("share", "whole per cent", lambda value: f"{fixed(100 * value, 0)}%")
RATIO = Format("ratio", "two decimals", lambda value: fixed(value, 2))
POINTS1 = Format("percentage points", "one decimal", lambda value: fixed(value, 1))
STEP1 = Format("percentage points a year", "one decimal, signed", lambda value: signed(value, 1))
USD_BN = Format(
    "US$ bn", "whole billion; one decimal below 100", lambda v: f"US${fixed(v, 0 if abs(v) >= 99.95 else 1)} billion"
)
BN = Format("billion", "whole; one decimal below 100", lambda v: fixed(v, 0 if abs(v) >= 99.95 else 1))
SCORE = Format("score", "three decimals", lambda value: fixed(value, 3))
PLAIN = Format("", "up to three significant digits", lambda value: _plain(value))


def _counted(value: float) -> str:
    return WORDS[round(value)] if 0 <= round(value) < len(WORDS) else fixed(value, 0)


def _plain(value: float) -> str:
    if value == round(value) and abs(value) < 1e6:
        return fixed(value, 0)
    places = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = fixed(value, min(places, 4))
    return text.rstrip("0").rstrip(".") if "." in text else text


#: Units as the tables name them, and the format that fits.
BY_UNIT = {
    "year": YEAR,
    "probability": PROBABILITY,
    "per cent": PERCENT1,
    "per cent a year": PERCENT1,
    "percentage points": POINTS1,
    "percentage points a year": STEP1,
    "pct": PERCENT1,
    "%": PERCENT1,
    "percent": PERCENT1,
    "share": SHARE,
    "ratio": RATIO,
    "us$ bn": BN,
    "usd_bn": BN,
    "count": COUNT,
    "rank": COUNT,
    "years": COUNT,
    "score": SCORE,
}


def for_unit(unit: str) -> Format:
    """Return the format for a unit as a table names it; an unknown unit is written to three digits and its name."""
    return BY_UNIT.get(str(unit).strip().lower(), PLAIN)


def month_words(edition: str) -> str:
    """Return `2026-04` as `April 2026`."""
    year, _, month = edition.partition("-")
    return f"{calendar.month_name[int(month)]} {year}" if month.isdigit() else edition


def capital(text: str) -> str:
    """Return `text` with a capital at its beginning, the rest as it is: `GDP purchasing power` stays."""
    return text[:1].upper() + text[1:]
