"""The two sides of a balance in every draw and year, their ratio, and the break-even share of a member."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from overtake.config.balances import Balance
from overtake.draws import Draws, FloatArray
from overtake.errors import OvertakeError, raise_all

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """Weighted sums of both sides: each (draws, years) in the unit of the paths; `years` start with the first whole."""

    against: FloatArray
    side: FloatArray
    years: tuple[int, ...]


def weights(balance: Balance) -> tuple[dict[str, float], dict[str, float]]:
    """Return the effective weights of `against` and `side`: shares less what is tied down, without the zeros."""

    def effective(shares: Mapping[str, float]) -> dict[str, float]:
        found = {iso3: share * (1.0 - balance.tie_downs.get(iso3, 0.0)) for iso3, share in shares.items()}
        return {iso3: weight for iso3, weight in found.items() if weight > 0}

    return effective(balance.against), effective(balance.side)


def presence(paths: Draws) -> Bools:
    """Return where an economy has a value in every draw, (economies, years)."""
    # An economy at a time: whether each value is there takes a quarter of the memory of the values.
    return np.stack([np.isfinite(paths.values[:, at]).all(axis=0) for at in range(len(paths.economies))])


def sides(paths: Draws, balance: Balance, name: str = "balance", present: Bools | None = None) -> Sides:
    """Return both sides of `balance` from the first year in which every member has a value.

    present: `presence(paths)`, where the caller has it already. Raise OvertakeError, naming each, for members that the
    paths lack or that lack a value after that year.
    """
    against, side = weights(balance)
    if not against or not side:
        raise OvertakeError(f"balances.{name}.tie_downs", "leave a side with nothing", allowed="below 1 for one member")
    first = first_whole_year(paths, [*against, *side], name, present)
    return Sides(
        _weighted(paths, against)[:, first:],
        _weighted(paths, side)[:, first:],
        paths.years[first:],
    )


def ratio(paths: Draws, balance: Balance, name: str = "balance", present: Bools | None = None) -> FloatArray:
    """Return against over side, shape (draws, years of `paths`); NaN before the first year with every member."""
    both = sides(paths, balance, name, present)
    found = np.full_like(paths.values[:, 0, :], np.nan)
    found[:, len(paths.years) - len(both.years) :] = both.against / both.side
    return found


def measurable(paths: Draws, balances: Mapping[str, Balance], present: Bools | None = None) -> dict[str, Balance]:
    """Return the balances of which every member has a value on the paths, from a year on, without a gap after it."""
    found = {}
    for name, balance in balances.items():
        with suppress(OvertakeError):
            first_whole_year(paths, [member for shares in weights(balance) for member in shares], name, present)
            found[name] = balance
    return found


def breakeven(
    paths: Draws, balance: Balance, member: str, name: str = "balance", present: Bools | None = None
) -> FloatArray:
    """Return the share of `member`'s spending at which the balance stands at its threshold, (draws, years of `paths`).

    The rest of the side keeps its weights; below 0 the coalition leads without the member, above 1 all of it is not
    enough. NaN before the first year with every member. A member of the other side is refused.
    """
    if member in balance.against:
        raise OvertakeError(
            f"balances.{name}.breakeven", "belongs to the other side", found=member, allowed="any other economy"
        )
    against, side = weights(balance)
    rest = {iso3: weight for iso3, weight in side.items() if iso3 != member}
    first = first_whole_year(paths, [*against, *rest, member], name, present)
    missing = _weighted(paths, against) / balance.threshold - _weighted(paths, rest)
    share: FloatArray = missing / paths.economy(member)
    share[:, :first] = np.nan
    return share


def first_whole_year(paths: Draws, members: list[str], name: str, present: Bools | None = None) -> int:
    """Return the index of the first year with a value for every member; refuse members without values after it."""
    place = f"balances.{name}, measured in {paths.unit}"
    absent = [iso3 for iso3 in members if iso3 not in paths.economies]
    raise_all(place, [f"{iso3}: no values on this ruler; known: {', '.join(paths.economies)}" for iso3 in absent])
    everyone = presence(paths) if present is None else present
    of_members = everyone[[paths.economies.index(iso3) for iso3 in members]]
    # The first year after which nobody has a gap, but never later than the last observed: a gap there is refused.
    last = paths.years.index(paths.last_observed)
    began = np.array([int(np.argmax(row)) if row.any() else len(paths.years) for row in of_members])
    first = min(int(began.max()), last)
    gaps = [
        f"{iso3}: no value in "
        + ", ".join(str(paths.years[index]) for index in np.flatnonzero(~row[first:])[:5] + first)
        for iso3, row in zip(members, of_members, strict=True)
        if not row[first:].all()
    ]
    raise_all(place, gaps, next_step="leave the member out of the balance, or choose another ruler or gap rule")
    return first


def _weighted(paths: Draws, shares: Mapping[str, float]) -> FloatArray:
    """Return the weighted sum over the members, (draws, years), in the dtype of the paths."""
    total = np.zeros_like(paths.values[:, 0, :])
    for iso3, weight in shares.items():
        total += paths.values.dtype.type(weight) * paths.economy(iso3)
    return total
