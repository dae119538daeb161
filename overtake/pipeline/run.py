"""Run one notebook: validated parameters in, the same bytes out for the same inputs, a short error on failure."""

from __future__ import annotations

import json
import os
import re
import sysconfig
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from overtake import paths
from overtake.config.load import load
from overtake.config.params import Params
from overtake.draws import whole
from overtake.errors import OvertakeError
from overtake.pipeline.stages import stage as stage_of
from overtake.work import side_by_side

#: Seconds that one cell may run.
CELL_TIMEOUT = 1200

#: What would otherwise make two runs differ: hash order, threads, locale, clock zone, a drawing or terminal window.
STEADY = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "COLUMNS": "80",
    "LINES": "24",
    "SOURCE_DATE_EPOCH": paths.EPOCH,
}


def subset(params: Params, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON form of the dotted `keys` of `params`, nested as in the file: all that a stage may see.

    Balances have their labels, futures their plans, where these are among the keys.
    """
    every = params.sections()
    chosen: dict[str, Any] = {}
    for key in keys:
        source, target = every, chosen
        *parents, leaf = key.split(".")
        for part in parents:
            source, target = source[part], target.setdefault(part, {})
        target[leaf] = source[leaf]
    if {"balances", "labels"} <= chosen.keys():
        labels = chosen.pop("labels")
        chosen["balances"] = {name: {"label": labels[name], **one} for name, one in chosen["balances"].items()}
    if {"futures", "plans"} <= chosen.keys():
        chosen["futures"] |= chosen.pop("plans")
    return chosen


def run_stage(name: str, root: Path = paths.ROOT, only: str = "") -> Path:
    """Run the notebooks of stage `name` in turn, each with those of the stage's parameters that it declares.

    only: one of them alone. Returns the last one, executed. Raises OvertakeError for an unknown stage, a bad parameter
    or a failing cell. An executed notebook is in place only after success; a failed one is kept under
    data/processed/failed.
    """
    import papermill

    stage = stage_of(name, root)
    parameters = subset(load(root / "params.yaml"), stage.params)
    for notebook in [only] if only else stage.notebooks:
        source, executed = root / "notebooks" / notebook, root / "data" / "processed" / "notebooks" / notebook
        declared = papermill.inspect_notebook(str(source)) if len(stage.notebooks) > 1 else parameters
        given = {key: value for key, value in parameters.items() if key in declared}
        run_notebook(source, executed, given, root)
    return executed


def together(jobs: Sequence[Callable[[], object]], workers: int | None = None) -> None:
    """Do jobs that run notebooks side by side; what all import is imported once, before they fork.

    workers: as in `side_by_side`.
    """
    from overtake.pipeline import engine
    from overtake.show import style

    engine.register()
    style.ready()
    side_by_side(jobs, workers)


def run_notebook(source: Path, target: Path, parameters: dict[str, Any], root: Path) -> Path:
    """Execute `source` with papermill in `root`, write the steady result to `target`; raise on a failing cell."""
    os.environ.update(STEADY)
    os.environ["OVERTAKE_ROOT"] = str(root)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from overtake.pipeline import engine

    if not source.is_file():
        raise OvertakeError(str(source), "is missing", next_step=f"git checkout -- notebooks/{source.name}")
    unfinished = root / "data" / "processed" / "failed" / target.name
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            str(source),
            str(unfinished),
            parameters=parameters,
            engine_name=engine.register(),
            kernel_name="python3",
            cwd=str(root),
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
        )
    except PapermillExecutionError as error:
        raise OvertakeError(
            f"notebooks/{source.name}, cell In [{error.exec_count}]",
            _plain(f"{error.ename}: {error.evalue}" if error.ename != "OvertakeError" else str(error.evalue)),
            found=_last_frame(error.traceback),
            next_step=f"open {unfinished.relative_to(root)} to see the cells up to the failure; mend, then `dvc repro`",
        ) from None
    except TimeoutError as error:
        raise OvertakeError(
            f"notebooks/{source.name}",
            f"no answer in time ({_plain(str(error).splitlines()[0])})",
            allowed=f"{CELL_TIMEOUT} s a cell",
            next_step="rerun `dvc repro`; on a slow machine lower run.draws in params.yaml",
        ) from None
    steady = steady_notebook(json.loads(unfinished.read_text(encoding="utf-8")))
    text = json.dumps(steady, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    with whole(target) as fresh:
        fresh.write_text(text, encoding="utf-8")
    with suppress(OSError):
        unfinished.unlink()
    return target


def steady_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return `notebook` without what differs between two equal runs: times, random ids, versions, paths."""
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        metadata = {key: value for key, value in cell["metadata"].items() if key in ("tags", "jupyter")}
        kept = {**cell, "metadata": metadata, "id": f"cell-{number:02d}"}
        if cell["cell_type"] == "code":
            kept["outputs"] = [_steady_output(output) for output in cell["outputs"]]
        cells.append(kept)
    metadata = {"kernelspec": notebook["metadata"].get("kernelspec", {}), "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _steady_output(output: dict[str, Any]) -> dict[str, Any]:
    kept = {key: ({} if key == "metadata" else value) for key, value in output.items() if key != "transient"}
    if output["output_type"] == "stream":
        kept["text"] = _without_folders("".join(output["text"])).splitlines(keepends=True)
    return kept


def _without_folders(text: str) -> str:
    """Return `text`, a library's warning perhaps, without the folders of this machine that modules lie in."""
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), str(paths.ROOT)):
        text = text.replace(f"{folder}{os.sep}", "")
    return text


def _plain(text: str) -> str:
    """Return `text` without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _last_frame(lines: list[str]) -> str | None:
    """Return the last place of the traceback that lies in our own package, or nothing where none does."""
    text = _plain("\n".join(lines))
    places = re.findall(r"(?:File\s+)?\S*?(overtake/[\w/]+\.py)(?::|, line )(\d+)", text)
    return f"raised at {places[-1][0]}, line {places[-1][1]}" if places else None
