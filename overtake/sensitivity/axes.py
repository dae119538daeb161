"""The multiverse's axes as a run takes them: read from a file, checked against figures and parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from overtake.config.multiverse import OWN_LEVEL, SIPRI, Axes
from overtake.config.params import Params
from overtake.errors import OvertakeError, raise_all

#: Columns that name a specification, in their order; each is an axis.
CHOICES = ("edition", "window_years", "model", "plans", "ruler", "coalition", "china_level", "us_share", "sustain")
#: Those that say what is asked; all others say how it is answered.
QUESTION = ("coalition", "us_share")


def read_axes(path: Path, default: Axes) -> Axes:
    """Return the axes in the YAML file at `path`, those left out as in `default`; refuse with every problem."""
    from overtake.config.load import read_yaml

    return _checked({**default.model_dump(mode="json"), **read_yaml(path)}, path.name)


def with_draws(axes: Axes, draws: int | None) -> Axes:
    """Return the axes with another number of joint futures, where one is given."""
    return axes if draws is None else _checked({**axes.model_dump(mode="json"), "draws": draws}, "--draws")


def _checked(raw: dict[str, Any], place: str) -> Axes:
    try:
        return Axes.of(raw)
    except ValidationError as error:
        problems = [f"{'.'.join(str(part) for part in e['loc'])}: {str(e['msg']).lower()}" for e in error.errors()]
        raise_all(place, problems, next_step=f"known axes: {', '.join(Axes.model_fields)}")
        raise OvertakeError(place, "holds no axes", found=error) from error


def check(axes: Axes, params: Params, editions: set[str], levels: set[str]) -> None:
    """Refuse axes that name what is not there, repeat a choice, or a year that the horizon does not settle.

    editions: those in milex.csv; levels: names that China's level may have.
    """
    problems = []
    for name in Axes.model_fields:
        values = getattr(axes, name)
        if isinstance(values, tuple) and len(set(values)) < len(values):
            problems.append(f"{name}: a choice is named twice")
    problems += [f"editions: {one} is not in data/raw/milex.csv" for one in axes.editions if one not in editions]
    problems += [f"china_levels: no such level {one}" for one in axes.china_levels if one not in levels]
    if SIPRI not in axes.china_levels and set(axes.rulers) & set(OWN_LEVEL):
        problems.append(f"china_levels: {', '.join(OWN_LEVEL)} is only measured at `{SIPRI}`, which is left out")
    for name in axes.coalitions:
        balance = params.balances.get(name)
        if balance is None:
            problems.append(f"coalitions: no balance {name} in params.yaml")
        elif "USA" in {**balance.side, **balance.against, **balance.tie_downs}:
            problems.append(f"coalitions: {name} has the United States on a side already; us_shares adds it")
        elif balance.threshold != 1.0:
            problems.append(f"coalitions: {name} has a threshold of its own, {balance.threshold:g}; allowed: 1")
    latest = params.futures.horizon - max(axes.sustain) + 1
    problems += [f"years: {one} lies after {latest}, the last year settled" for one in axes.years if one > latest]
    raise_all("multiverse", problems)
