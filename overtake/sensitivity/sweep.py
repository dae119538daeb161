"""A sweep: a grid over parameters of the analyst's choice, read from the command line."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from overtake.config.sensitivity import Range
from overtake.errors import OvertakeError, raise_all
from overtake.sensitivity import cost
from overtake.sensitivity.world import Point

FORMS = "`parameter=value,value,...` or `parameter=low:high:count`"


def grid(given: Sequence[str], ranges: Mapping[str, Range], limit: int) -> dict[str, tuple[float, ...]]:
    """Return the values of every parameter that `given` names; refuse unknown ones, empty ranges, too many points.

    ranges: parameters that can be moved; a value may lie outside its declared range.
    """
    found: dict[str, tuple[float, ...]] = {}
    problems = []
    for text in given:
        name, equals, values = text.partition("=")
        if not equals or name not in ranges:
            problems.append(f"{text}: no parameter that can be moved; known: {', '.join(ranges)}")
        elif name in found:
            problems.append(f"{text}: {name} is named twice")
        else:
            try:
                found[name] = _values(values, limit)
            except ValueError as error:
                problems.append(f"{text}: {error}")
    raise_all("overtake sweep", problems, next_step=f"write {FORMS}")
    # Counted before it is made: a mistyped count must not fill the memory.
    count = math.prod(len(values) for values in found.values()) if found else 0
    each = f"about {cost.span(count * cost.POINT_SECONDS)} of one core at 1000 draws"
    cost.check("overtake sweep", count, limit, f"{count:,} points, {each}")
    return found


def points(found: Mapping[str, Sequence[float]]) -> list[Point]:
    """Return every combination, the last parameter moving fastest."""
    return [tuple(zip(found, values, strict=True)) for values in itertools.product(*found.values())]


def frame(many: Sequence[Point]) -> pd.DataFrame:
    """Return the points as a table, a column a parameter."""
    return pd.DataFrame([dict(point) for point in many])


def _values(text: str, limit: int) -> tuple[float, ...]:
    """Return the numbers that a list or a `low:high:count` names; ValueError says what is wrong."""
    parts = text.split(":")
    numbers = [float(part) for part in (parts if len(parts) == 3 else text.split(",")) if part.strip()]
    if not numbers or not np.isfinite(numbers).all():
        raise ValueError("no finite number")
    if len(parts) != 3:
        return tuple(numbers)
    low, high, count = numbers
    if low >= high:
        raise ValueError(f"low {low:g} is not below high {high:g}")
    if count != int(count) or count < 2:
        raise ValueError(f"a count of {count:g}; allowed: 2 or more")
    if count > limit:
        raise OvertakeError(
            "overtake sweep", "is more than the limit", found=f"{int(count):,} values", allowed=f"{limit:,}"
        )
    return tuple(float(value) for value in np.linspace(low, high, int(count)))
