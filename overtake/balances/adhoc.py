"""A balance from the command line: `JPN,KOR,AUS:0.5` against `CHN`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from pydantic import ValidationError

from overtake.config.balances import Balance
from overtake.config.economies import legal, unknown
from overtake.errors import OvertakeError, raise_all


def parse_side(text: str, option: str) -> dict[str, float]:
    """Return economies and shares of `JPN,KOR,AUS:0.5`; a share left out is 1.

    Raise one OvertakeError at `option` that lists everything wrong: empty, unknown or repeated economies, bad shares.
    """
    found: dict[str, float] = {}
    problems: list[str] = []
    for part in text.split(","):
        name, colon, number = part.strip().partition(":")
        iso3 = name.strip().upper()
        if not iso3:
            problems.append(f"`{text}`: an empty name; allowed: economies with commas between, such as JPN,KOR,AUS:0.5")
            continue
        if iso3 not in legal():
            problems.append(f"{iso3}: {unknown(iso3)}")
        if iso3 in found:
            problems.append(f"{iso3}: named twice; allowed once")
        share = _share(number) if colon else 1.0
        if share is None:
            problems.append(f"{iso3}: share `{number}`; allowed: a number from 0 to 1")
        found[iso3] = share if share is not None else 1.0
    raise_all(option, problems)
    return found


def adhoc_balance(side: str, against: str, *, threshold: float = 1.0, tie_downs: str | None = None) -> Balance:
    """Return the balance that the options describe, or raise one OvertakeError that says what is wrong with them."""
    raw = {
        "label": f"{side} against {against}"[:90],
        "side": parse_side(side, "--side"),
        "against": parse_side(against, "--against"),
        "threshold": threshold,
        "tie_downs": parse_side(tie_downs, "--tie-down") if tie_downs else {},
    }
    try:
        return Balance.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        raise_all("overtake balance", [_sentence(cast("Mapping[str, object]", problem)) for problem in error.errors()])
        raise OvertakeError("overtake balance", "is not a balance", found=error) from error


def _sentence(problem: Mapping[str, object]) -> str:
    """Return one line for a pydantic problem: option and what is wrong."""
    place = ".".join(str(part) for part in cast("tuple[object, ...]", problem["loc"])) or "sides"
    return f"{place}: {str(problem['msg']).removeprefix('Value error, ')}"


def _share(text: str) -> float | None:
    """Return the share in `text`, None where it is no number from 0 to 1."""
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
