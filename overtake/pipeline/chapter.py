"""Open a notebook: the settings of its stage, as in `params.yaml` where nothing else is given; only a stage writes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from overtake import draws, paths
from overtake.config.load import override, parse, read_yaml
from overtake.config.params import Params
from overtake.errors import OvertakeError
from overtake.kept import AT_WORK
from overtake.pipeline import contracts
from overtake.pipeline.run import subset
from overtake.pipeline.stages import Stage, stage
from overtake.show import Table, table


@dataclass(frozen=True)
class Chapter:
    """A notebook that is open: its stage and the settings that it may see."""

    stage: Stage
    settings: Params

    @property
    def writes(self) -> bool:
        """Tell whether the pipeline runs this notebook as its stage."""
        return os.environ.get(AT_WORK) == self.stage.name

    def read(self, name: str) -> pd.DataFrame:
        """Return the table `name` of data/processed, without ending."""
        return draws.read_parquet(paths.PROCESSED / f"{name}.parquet")

    @cached_property
    def folder(self) -> Path:
        """Return where a stage that writes by itself is to write: data/processed, by hand a folder of this session."""
        return paths.PROCESSED if self.writes else Path(tempfile.mkdtemp(prefix=f"overtake-{self.stage.name}-"))

    def write(self, **tables: pd.DataFrame | draws.Draws) -> Table:
        """Write tables to data/processed, if the pipeline runs the notebook; return what goes out, as a table.

        tables: by name without ending, each an output of the stage in dvc.yaml. By hand nothing is written.
        """
        rows = []
        for name, content in tables.items():
            out = f"data/processed/{name}.parquet"
            if out not in self.stage.outs:
                allowed = ", ".join(self.stage.outs)
                raise OvertakeError(f"stage {self.stage.name}", "has no such output", found=out, allowed=allowed)
            if self.writes:
                contracts.write(content, paths.ROOT / out)
            shape = content.values.shape[:2] if isinstance(content, draws.Draws) else (1, len(content))
            rows.append((out, shape[0] * shape[1]))
        return table(pd.DataFrame(rows, columns=["file", "rows"]), "What goes out: written by `dvc repro`, not by hand",
                     {"file": "file", "rows": "rows"})  # fmt: skip


def open_chapter(name: str, sections: Mapping[str, Any], **values: Any) -> Chapter:
    """Return the notebook of the stage `name`, open.

    sections: of params.yaml as the notebook's parameters give them, None for what stands in the file; keys that the
    stage does not declare are checked and left out. values: single parameters by dotted key, underscores for the dot
    (`run__draws=500`), None likewise.
    """
    found, raw = stage(name), read_yaml(paths.PARAMS)
    where = found.notebooks[0] if len(found.notebooks) == 1 else f"of the stage {name}"
    for section, given in sections.items():
        if isinstance(given, str):
            step = f"papermill -y '{{{section}: ...}}' or -f params.yaml give a section, -p gives text"
            raise OvertakeError(f"notebook {where}: {section}", "is text, not a section", found=given,
                                next_step=step)  # fmt: skip
        if given is not None:
            raw[section] = {**raw.get(section, {}), **given}
    single = {key.replace("__", "."): value for key, value in values.items() if value is not None}
    params = parse(override(raw, single, where), where)
    return Chapter(found, Params.declared(subset(params, found.params)))
