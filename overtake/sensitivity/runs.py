"""The commands' work: axes or ranges in, one executor, tables out, the same for any number of workers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from overtake import paths
from overtake.config.params import Params
from overtake.rulers.china import MARKET, pairs
from overtake.sensitivity import cost, multiverse, variance
from overtake.sensitivity.axes import CHOICES, QUESTION, SIPRI, Axes, check
from overtake.sensitivity.executor import How, Task, execute
from overtake.sensitivity.inputs import fingerprint, read_inputs
from overtake.sensitivity.store import Store, disk
from overtake.tables import write_parquet

MULTIVERSE = Task(multiverse.prepare, multiverse.evaluate)
TABLE, SHARES, CURVE = "multiverse.parquet", "multiverse_shares.parquet", "multiverse_curve.parquet"


@dataclass(frozen=True)
class Options:
    """What every run shares: where results go, how much may be asked for, and where it is evaluated."""

    how: How
    limit: int = cost.LIMIT
    out: Path = paths.PROCESSED
    count_only: bool = False


def run_multiverse(params: Params, axes: Axes, options: Options) -> Path | None:
    """Evaluate the multiverse and write table, variance shares and curve into `options.out`; return the table's path.

    Finished chunks live in a folder of `options.out` named by the fingerprint of everything that they depend on.
    """
    inputs = read_inputs(params)
    levels = {SIPRI, "uncertain"} | {
        name for name, pair in pairs(inputs.china_estimates).items() if pair.basis == MARKET
    }
    check(axes, params, set(inputs.milex["edition"].astype(str)), levels)
    chunks = axes.chunks()
    stated = cost.words(axes.count(), len(chunks), axes.draws, options.how.workers)
    cost.check("overtake multiverse", axes.count(), options.limit, stated)
    say(stated)
    if options.count_only:
        return None
    store = Store(options.out / "multiverse" / fingerprint(inputs, axes.model_dump_json()), len(chunks))
    table = execute(MULTIVERSE, (inputs, axes), chunks, store, options.how, progress)
    for name in CHOICES:
        if table[name].dtype == object or str(table[name].dtype) in ("str", "string"):
            table[name] = table[name].astype("category")
    measures = [column for column in table.columns if column not in CHOICES]
    write(table, options.out / TABLE)
    write(variance.shares(table, CHOICES, measures, QUESTION), options.out / SHARES)
    write(curves(table, axes), options.out / CURVE)
    return options.out / TABLE


def curves(table: pd.DataFrame, axes: Axes) -> pd.DataFrame:
    """Return the specification curves of P(China's side leads), one a year: measure, rank, value and the choices."""
    names = [f"p_ahead_{year}" for year in axes.years]
    parts = [variance.curve(table, CHOICES, name).assign(measure=name) for name in names]
    found = pd.concat(parts, ignore_index=True)
    return found[["measure", "rank", "value", *CHOICES]]


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all; a full disk is refused."""
    with disk(path):
        write_parquet(table, path)


def progress(done: int, count: int) -> None:
    """Say how far a run has come, on standard error, about ten times in all."""
    if done == count or done % max(count // 10, 1) == 0:
        say(f"{done} of {count} chunks")


def say(text: str) -> None:
    """Print to standard error: standard output is for answers."""
    print(text, file=sys.stderr, flush=True)
