"""What an evaluation reads of the parameters, and the fingerprint of all that its answers depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from overtake.config.balances import Crossing
from overtake.config.base import Section
from overtake.config.core import Run
from overtake.config.params import Params
from overtake.config.rulers import Rulers


def narrowed(params: Params, balances: Iterable[str], sustain: int | None = None) -> Params:
    """Return the parameters of which only what an evaluation reads is kept, all else at its default.

    So a run's fingerprint moves with what its answers depend on, not with the brief's headline, a label or another
    balance. Balances that are not declared are left out here and refused where they are asked for.

    sustain: in place of the parameters' own, for what crosses it by itself.
    """
    kept = {
        name: params.balances[name].model_copy(update={"label": name})
        for name in dict.fromkeys(balances)
        if name in params.balances
    }
    read = {name: getattr(params, name) for name in ("data", "futures", "scenario")}
    read["rulers"] = params.rulers.model_copy(update={"use": Rulers().use})
    read["crossing"] = Crossing(sustain=sustain or params.crossing.sustain)
    return Params().model_copy(update={**read, "run": Run(seed=params.run.seed), "balances": kept})


def with_draws(params: Params, draws: int) -> Params:
    """Return the parameters with another number of joint futures."""
    return params.model_copy(update={"run": params.run.model_copy(update={"draws": draws})})


def fingerprint(*choices: object) -> str:
    """Return a digest of all that a result depends on: inputs and choices, our code, the libraries' releases."""
    digest = hashlib.sha256(f"{code()} {np.__version__} {pd.__version__}".encode())
    for part in _told(choices):
        digest.update(part)
    return digest.hexdigest()[:16]


def _told(value: object) -> Iterator[bytes]:
    """Yield `value` as bytes that differ where values differ: tables by their cells, containers item by item."""
    # Tables not yet read and tables sent to a worker are the same tables.
    yield f"<{'Mapping' if isinstance(value, Mapping) else type(value).__name__}>".encode()
    if isinstance(value, pd.DataFrame):
        yield json.dumps([str(column) for column in value.columns]).encode()
        yield pd.util.hash_pandas_object(value, index=False).to_numpy().tobytes()
    elif isinstance(value, Section):
        yield value.model_dump_json().encode()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield repr(key).encode()
            yield from _told(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _told({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _told(item)
    else:
        yield repr(value).encode()


def code() -> str:
    """Return a digest of the package's own modules, the same wherever the package is installed."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for file in sorted(package.rglob("*.py"), key=lambda file: file.relative_to(package).as_posix()):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
