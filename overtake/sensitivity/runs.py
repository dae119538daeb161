"""The commands' work: axes or ranges in, one executor, tables out, the same for any number of workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from overtake import paths
from overtake.config.multiverse import SIPRI, Axes
from overtake.config.params import Params
from overtake.draws import write_parquet
from overtake.edition import Edition, read
from overtake.kept import fingerprint
from overtake.pipeline import contracts
from overtake.rulers.china import levels
from overtake.sensitivity import cost, local, multiverse, sweep, variance, verdicts, world
from overtake.sensitivity.axes import CHOICES, QUESTION, check
from overtake.sensitivity.executor import execute
from overtake.sensitivity.inputs import narrowed
from overtake.sensitivity.store import Store, disk
from overtake.sensitivity.task import How, Task
from overtake.work import side_by_side

MULTIVERSE = Task(multiverse.prepare, multiverse.evaluate)
POINTS = Task(world.prepare, world.evaluate)
FLIPS = Task(verdicts.Search, verdicts.evaluate)
TORNADO, SOBOL, FLIP, SWEEP = "sensitivity.parquet", "sobol.parquet", "flips.parquet", "sweep.parquet"
TABLE, SHARES = "multiverse.parquet", "multiverse_shares.parquet"


def say(text: str) -> None:
    """Print to standard error: standard output is for answers."""
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Options:
    """What every run shares: where results go, how much may be asked for, where it is evaluated, who hears of it."""

    how: How = field(default_factory=How)
    limit: int = cost.LIMIT
    out: Path = paths.PROCESSED
    count_only: bool = False
    say: Callable[[str], None] = say
    keep_others: bool = True
    """Whether finished chunks of other parameters stay on the disk."""

    def progress(self, done: int, count: int) -> None:
        """Say how far a run has come, about ten times in all."""
        if done == count or done % max(count // 10, 1) == 0:
            self.say(f"{done} of {count} chunks")


def run_multiverse(edition: Edition, params: Params, axes: Axes, options: Options) -> Path | None:
    """Evaluate the multiverse and write table and variance shares into `options.out`; return the table's path.

    Finished chunks live in a folder of `options.out` named by the fingerprint of everything that they depend on.
    """
    known = {SIPRI, "uncertain", *levels(edition.ledgers["china_estimates"], edition.last).index}
    check(axes, params, set(edition.published["milex"]["edition"].astype(str)), known)
    chunks = axes.chunks()
    stated = cost.words(axes.count(), len(chunks), axes.draws, options.how.workers)
    table = _run(
        "multiverse",
        MULTIVERSE,
        (edition, narrowed(params, axes.coalitions, sustain=max(axes.sustain)), axes),
        chunks,
        axes.count(),
        stated,
        options,
    )
    if table is None:
        return None
    for name in CHOICES:
        if table[name].dtype == object or str(table[name].dtype) in ("str", "string"):
            table[name] = table[name].astype("category")
    measures = [column for column in table.columns if column not in CHOICES]
    write(table, options.out / TABLE)
    shares = variance.shares(table, CHOICES, measures, QUESTION, options.how.workers)
    write(shares.assign(specifications=len(table), draws=axes.draws), options.out / SHARES)
    return options.out / TABLE


def run_tornado(edition: Edition, params: Params, options: Options) -> Path | None:
    """Move every uncertain parameter alone to either end of its range; write and return `sensitivity.parquet`."""
    points = local.points(params.sensitivity)
    table = _points("tornado", edition, params, points, params.sensitivity.draws, options)
    return None if table is None else write(local.rows(table, params.sensitivity), options.out / TORNADO)


def run_sobol(edition: Edition, params: Params, options: Options) -> Path | None:
    """Move all continuous parameters together and write their Sobol indices; return the path of `sobol.parquet`."""
    settings, seed = params.sensitivity, params.run.seed
    world.check_samples(settings.samples)
    ranges = world.continuous(settings.ranges)
    design = world.sample(ranges, settings.samples, seed)
    table = _points("sobol", edition, params, world.named(design, list(ranges)), settings.search_draws, options)
    if table is None:
        return None
    found = world.indices(ranges, table.iloc[1:], settings.samples, seed)
    return write(found.assign(draws=settings.search_draws), options.out / SOBOL)


def run_sweep(edition: Edition, params: Params, given: Sequence[str], options: Options) -> Path | None:
    """Evaluate the grid that `given` (`parameter=value,value` or `parameter=low:high:count`) spans; return its path."""
    grid = sweep.grid(given, params.sensitivity.ranges, options.limit)
    points = sweep.points(grid)
    table = _points("sweep", edition, params, points, params.sensitivity.search_draws, options)
    if table is None:
        return None
    return write(pd.concat([sweep.frame(points), table.iloc[1:].reset_index(drop=True)], axis=1), options.out / SWEEP)


def run_flips(edition: Edition, params: Params, options: Options) -> Path | None:
    """Search the smallest change that flips each balance and each claim; return the path of `flips.parquet`."""
    parts = [_flips(kind, given, params, options) for kind, given in verdicts.questions(edition, params).items()]
    return _write_flips(parts, params, options)


def _write_flips(parts: Sequence[pd.DataFrame | None], params: Params, options: Options) -> Path | None:
    """Write the flips of all kinds of questions as one table and return its path; nothing where there are none."""
    found = [part.assign(draws=params.sensitivity.draws) for part in parts if part is not None]
    if not found:
        return None
    # Claims in the order of their numbers, whatever they were judged on.
    whole = pd.concat(found, ignore_index=True)
    number = whole["subject"].str.extract(r"^[A-Z](\d+)$", expand=False).astype(float).fillna(0)
    order = whole.assign(number=number).sort_values("number", kind="stable").index
    return write(whole.loc[order].reset_index(drop=True), options.out / FLIP)


def _flips(kind: str, given: verdicts.Question, params: Params, options: Options) -> pd.DataFrame | None:
    """Return the flips of one kind of questions; nothing where only their count was asked for.

    Of balances the steps outward come first: they are points, which serve for every value of `crossing.sustain`.
    """
    if given.settings.balances:
        points = verdicts.steps(given)
        table = _points("flips/steps", given.edition, params, points, given.settings.draws, options)
        if table is not None:
            given = replace(given, known=verdicts.known(points, table.iloc[1:]))
    chunks, count, draws = verdicts.chunks(given), verdicts.most_evaluations(given), given.settings.draws
    stated = cost.words(count, len(chunks), draws, options.how.workers, each=cost.POINT_SECONDS)
    return _run(f"flips/{kind.replace(' ', '-')}", FLIPS, given, chunks, count, f"{kind}: at most {stated}", options)


def _points(
    name: str, edition: Edition, params: Params, points: Sequence[world.Point], draws: int, options: Options
) -> pd.DataFrame | None:
    """Return the answers where nothing is moved and at `points`, a row each; only the balances that are watched count.

    Each point is evaluated for every value of `crossing.sustain` in its range, which costs little: where that moves
    alone, the chunks serve again.
    """
    settings, sustain = params.sensitivity, params.crossing.sustain
    bounds = settings.ranges.get("crossing.sustain")
    sustains = tuple(range(int(bounds.low), int(bounds.high) + 1)) if bounds else ()
    sustains = sustains if sustain in sustains else (sustain,)
    chunks = world.chunked([(), *points])
    stated = cost.words(len(points), len(chunks), draws, options.how.workers, each=cost.POINT_SECONDS)
    watched = settings.model_copy(update={"multiverse": Axes()})
    shared = (edition, narrowed(params, settings.balances, sustain=max(sustains)), watched, draws, sustains)
    shares = _run(name, POINTS, shared, chunks, len(points), stated, options)
    return None if shares is None else world.answers(shares, sustain, local.as_printed(edition, params))


def _run(
    name: str, task: Task, shared: Any, chunks: Sequence[Any], count: int, stated: str, options: Options
) -> pd.DataFrame | None:
    """Return the table of a run, nothing where only its count was asked for; say count and cost before it starts."""
    cost.check(f"overtake {name.partition('/')[0]}", count, options.limit, stated)
    options.say(stated)
    if options.count_only:
        return None
    store = Store(options.out / "chunks" / name / fingerprint(shared, chunks), len(chunks))
    table = execute(task, shared, chunks, store, options.how, options.progress)
    if not options.keep_others:
        store.only()
    return table


def run_alone(params: Params, out: Path = paths.PROCESSED, curves: pd.DataFrame | None = None) -> None:
    """Write the tables of the stage `sensitivity`; chunks that depend on nothing that changed are not run again.

    curves: as in `local.as_printed`.
    """
    edition, quiet = _begun(params, out, curves)
    flips = [partial(_flips, kind, given, params, quiet) for kind, given in verdicts.questions(edition, params).items()]
    jobs: list[Callable[[], Any]] = [*flips, partial(run_tornado, edition, params, quiet)]
    _write_flips(side_by_side(jobs)[: len(flips)], params, quiet)


def run_together(params: Params, out: Path = paths.PROCESSED, curves: pd.DataFrame | None = None) -> None:
    """Write the tables of the chapter on the multiverse, as `run_alone` does those of its stage."""
    edition, quiet = _begun(params, out, curves)
    axes = params.sensitivity.multiverse
    jobs: list[Callable[[], Path | None]] = [
        partial(run_sobol, edition, params, quiet),
        partial(run_multiverse, edition, params, axes, quiet),
    ]
    side_by_side(jobs)


def _begun(params: Params, out: Path, curves: pd.DataFrame | None) -> tuple[Edition, Options]:
    """Return the edition, which remembers the printed answers before forks of this process ask, and quiet options."""
    edition = read(params.data)
    local.as_printed(edition, params, curves)
    return edition, Options(out=out, say=lambda text: None, keep_others=False)


def write(table: pd.DataFrame, path: Path) -> Path:
    """Write a table whole or not at all and return its path; a full disk is refused."""
    with disk(path):
        if path.stem in contracts.CONTRACTS:
            contracts.write(table, path)
        else:  # a sweep has the columns that were asked for
            write_parquet(table, path)
    return path
