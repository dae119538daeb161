"""The stages of the pipeline, read from `dvc.yaml`, the only place that lists them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from overtake import paths
from overtake.config.params import APART, Params
from overtake.errors import OvertakeError

#: Where `validate` puts each section of params.yaml. A stage names a long one there among its dependencies: DVC would
#: write all of it into dvc.lock, and read that again, at every stage.
SETTINGS = "data/processed/settings"


@dataclass(frozen=True)
class Stage:
    """A stage: its name, its notebooks in turn, the parameter keys it may see (dotted), what it reads and writes."""

    name: str
    notebooks: tuple[str, ...]
    params: tuple[str, ...]
    deps: tuple[str, ...]
    outs: tuple[str, ...]


@cache
def stages(root: Path = paths.ROOT) -> dict[str, Stage]:
    """Return the stages of `root`'s dvc.yaml in its order."""
    from overtake.config.load import read_yaml

    found = read_yaml(root / "dvc.yaml").get("stages", {})
    return {name: _stage(name, entry) for name, entry in found.items()}


def stage(name: str, root: Path = paths.ROOT) -> Stage:
    """Return the stage `name`; one that runs no notebook is refused."""
    known = [each.name for each in stages(root).values() if each.notebooks]
    if name not in known:
        raise OvertakeError(f"stage {name}", "no such stage", allowed=", ".join(known))
    return stages(root)[name]


def _stage(name: str, entry: dict[str, Any]) -> Stage:
    deps = tuple(map(str, entry.get("deps", ())))
    outs = tuple(str(next(iter(out))) if isinstance(out, dict) else str(out) for out in entry.get("outs", ()))
    executed = tuple(Path(out).name for out in outs if out.endswith(".ipynb"))
    every = [*Params.model_fields, *APART]
    keys = [*map(str, entry.get("params", ())), *(section for section in every if settings(section) in deps)]
    keys = every if SETTINGS in deps else sorted(keys, key=lambda key: every.index(key.split(".")[0]))
    return Stage(name, executed, tuple(keys), deps, outs)


def settings(section: str) -> str:
    """Return the file of a section of the parameters."""
    return f"{SETTINGS}/{section}.json"
