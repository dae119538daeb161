"""The pages of economies: one notebook, run by papermill once for each, exported like the brief."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from overtake import paths
from overtake.draws import read_draws
from overtake.pipeline.run import run_notebook
from overtake.publish.files import bibliography, read_notebook, render

NOTEBOOK = "economy.ipynb"


def jobs(economies: Iterable[str], folder: Path, root: Path = paths.ROOT) -> list[Callable[[], None]]:
    """Return what writes `ISO3.html` into `folder`, a job for each of `economies`.

    Executed notebooks stay under data/processed. Futures are read here: the jobs, forks of this process, remember them.
    """
    futures = root / "data" / "processed" / "futures.parquet"
    if futures.is_file():
        read_draws(futures)
    return [partial(_page, iso3, folder, root) for iso3 in economies]


def _page(iso3: str, folder: Path, root: Path) -> None:
    """Write the page of one economy."""
    executed = run_notebook(
        root / "notebooks" / NOTEBOOK,
        root / "data" / "processed" / "notebooks" / "economies" / f"{iso3}.ipynb",
        {"economy": iso3},
        root,
    )
    page = render(read_notebook(executed), bibliography(executed), files=False)
    (folder / f"{iso3}.html").write_text(page, encoding="utf-8")
