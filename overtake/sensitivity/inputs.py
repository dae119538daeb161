"""What an evaluation needs, read once from data/raw and params.yaml, and cut to any edition: no stage has to run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from overtake import paths
from overtake.config.base import Section
from overtake.config.core import Data, Run
from overtake.config.params import Params
from overtake.edition import clean
from overtake.futures.knowledge import Knowledge
from overtake.futures.plans import Promises
from overtake.rulers.base import Figures
from overtake.sensitivity.local import Case
from overtake.sources import raw


@dataclass(frozen=True)
class Inputs:
    """Parameters and tables of data/raw, by the names of their files; pickled once for every worker."""

    params: Params
    milex: pd.DataFrame
    macro: pd.DataFrame
    editions: pd.DataFrame
    hyperparameters: pd.DataFrame
    panel_regression: pd.DataFrame
    model_scores: pd.DataFrame
    plans: pd.DataFrame
    crosswalk: pd.DataFrame
    realisation: pd.DataFrame
    composition: pd.DataFrame
    china_estimates: pd.DataFrame


def read_inputs(params: Params, folder: Path = paths.RAW) -> Inputs:
    """Return the inputs of `params` with the tables in `folder`, checked as they are read."""
    tables = [field.name for field in fields(Inputs) if field.name != "params"]
    return Inputs(params, **{name: raw.load(f"{name}.csv", folder) for name in tables})


def narrowed(params: Params, balances: Iterable[str]) -> Params:
    """Return the parameters of which only what an evaluation reads is kept, all else at its default.

    So a run's fingerprint moves with what its answers depend on, not with the brief's headline or another balance.
    Balances that are not declared are left out here and refused where they are asked for.
    """
    kept = {name: params.balances[name] for name in dict.fromkeys(balances) if name in params.balances}
    read = {name: getattr(params, name) for name in ("data", "futures", "rulers", "crossing")}
    return Params().model_copy(update={**read, "run": Run(seed=params.run.seed), "balances": kept})


def case_of(inputs: Inputs, data: Data, draws: int) -> Case:
    """Return the case of an edition, its tables cleaned as the stage `clean` does."""
    params = inputs.params
    macro = clean.clean_macro(inputs.macro, clean.weo_edition(data, inputs.editions))
    spending = clean.clean_spending(inputs.milex, macro, inputs.editions, data)
    known = Knowledge(
        data.edition, inputs.hyperparameters, inputs.panel_regression, inputs.model_scores, inputs.macro, macro
    )
    sipri = inputs.editions.loc[inputs.editions["publisher"] == "sipri", "edition"].astype(str)
    return Case(
        Figures(spending, macro, inputs.composition, inputs.china_estimates),
        inputs.milex,
        known,
        params.futures,
        params.rulers,
        params.crossing,
        params.balances,
        params.run.model_copy(update={"draws": draws}),
        Promises(macro, inputs.plans, inputs.crosswalk, inputs.realisation, tuple(sipri)),
    )


def fingerprint(*choices: object) -> str:
    """Return a digest of all that a result depends on: inputs and choices, our code, the libraries' releases."""
    digest = hashlib.sha256(f"{code()} {np.__version__} {pd.__version__}".encode())
    for part in _told(choices):
        digest.update(part)
    return digest.hexdigest()[:16]


def _told(value: object) -> Iterator[bytes]:
    """Yield `value` as bytes that differ where values differ: tables by their cells, containers item by item."""
    yield f"<{type(value).__name__}>".encode()
    if isinstance(value, pd.DataFrame):
        yield json.dumps([str(column) for column in value.columns]).encode()
        yield pd.util.hash_pandas_object(value, index=False).to_numpy().tobytes()
    elif isinstance(value, Section):
        yield value.model_dump_json().encode()
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _told({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, dict):
        for key, item in value.items():
            yield repr(key).encode()
            yield from _told(item)
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
