"""How balances stand in every draw and year, kept from run to run: what comes before any question of lasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from overtake.balances.sides import Bools, presence, ratio, weights
from overtake.balances.states import States, of_order
from overtake.config.balances import Balance
from overtake.draws import Draws, FloatArray, LazyDraws
from overtake.errors import OvertakeError
from overtake.kept import kept_arrays


@dataclass(frozen=True)
class Ratio:
    """A balance's ratio on paths, (draws, years), NaN before the first year with every member, and what it is of."""

    values: FloatArray
    paths: Draws
    balance: Balance
    name: str
    present: Bools

    @property
    def first(self) -> int:
        """Return the index of the first year with every member."""
        return int(np.argmax(np.isfinite(self.values).all(axis=0)))

    def of(self, year: int) -> FloatArray:
        """Return the ratio of a year of the paths, (draws,)."""
        drawn: FloatArray = self.values[:, self.paths.years.index(year)]
        return drawn


#: What is told of a ratio itself, by name.
Tell = Callable[[Ratio], Mapping[str, npt.NDArray[Any]]]


@dataclass(frozen=True)
class Standing:
    """A balance in futures: all that tables tell of it but who holds a lead, which `crossing.sustain` decides.

    above: whether the ratio exceeds the threshold, eight draws a byte, (years, draws / 8 rounded up); years: from the
    first in which every member has a value; told: see `Tell`.
    """

    above: npt.NDArray[np.uint8]
    draws: int
    years: tuple[int, ...]
    last_observed: int
    told: Mapping[str, npt.NDArray[Any]]

    def states(self, sustain: int) -> States:
        """Return who leads where a lead changes hands only once the new order lasts `sustain` years."""
        above = np.unpackbits(self.above, axis=1, count=self.draws).view(bool).T
        return of_order(above, self.years, self.last_observed, sustain)


def standings(measured: LazyDraws, balances: Mapping[str, Balance], tell: Tell) -> dict[str, Standing | str]:
    """Return `stand`, kept by what the futures are made from: `measured` is called only where that is new."""
    made_from = (
        measured,
        {name: (*weights(one), one.threshold, one.breakeven) for name, one in balances.items()},
        tell,
    )
    return _whole(kept_arrays("standings", made_from, lambda: _flat(stand(measured(), balances, tell))))


def stand(paths: Draws, balances: Mapping[str, Balance], tell: Tell) -> dict[str, Standing | str]:
    """Return how each balance stands, in their order; of one that the paths do not measure the reason why not."""
    found: dict[str, Standing | str] = {}
    present = presence(paths)
    for name, balance in balances.items():
        try:
            drawn = Ratio(ratio(paths, balance, name, present), paths, balance, name, present)
            told = tell(drawn)
        except OvertakeError as error:
            found[name] = " ".join(str(error).split())
            continue
        above = np.packbits((drawn.values[:, drawn.first :] > balance.threshold).T, axis=1)
        found[name] = Standing(above, len(drawn.values), paths.years[drawn.first :], paths.last_observed, told)
    return found


def _flat(found: Mapping[str, Standing | str]) -> dict[str, npt.NDArray[Any]]:
    """Return standings as arrays by `balance`, or `balance/what` where there is more to tell than a reason."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, one in found.items():
        if isinstance(one, str):
            arrays[name] = np.array(one)
            continue
        arrays[name] = one.above
        arrays[f"{name}/at"] = np.array([one.draws, one.last_observed, *one.years])
        arrays |= {f"{name}/told/{what}": values for what, values in one.told.items()}
    return arrays


def _whole(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Standing | str]:
    """Return what `_flat` was given."""
    found: dict[str, Standing | str] = {}
    told: dict[str, dict[str, npt.NDArray[Any]]] = {}
    for key, values in arrays.items():
        name, *what = key.split("/", 2)
        if what[:1] == ["told"]:
            told[name][what[1]] = values
        elif what:
            draws, last, *years = (int(number) for number in values)
            found[name] = Standing(arrays[name], draws, tuple(years), last, told.setdefault(name, {}))
        elif values.ndim == 0:
            found[name] = str(values)
    return found
