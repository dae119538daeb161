"""From an executed notebook to its folder in reports: everything is written beside, then the folders change places."""

from __future__ import annotations

import io
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.brief import parts
from overtake.brief.blocks import MIME
from overtake.config.load import load
from overtake.draws import write_parquet
from overtake.errors import OvertakeError
from overtake.publish import crate, embed, hubverse
from overtake.publish.exporter import page_description

#: Layout of numbers.json, which lies beside it; the version rises when a key goes or changes its meaning.
NUMBERS_SCHEMA, NUMBERS_VERSION = Path(__file__).parent / "templates" / "numbers.schema.json", 1


def write_all(executed: Path, folder: Path) -> None:
    """Write the brief or annex of the executed notebook into the empty `folder`.

    NAME.html, numbers.json, manifest.json, figures/*.svg and *.html, tables/*.csv and *.parquet, the crate;
    of the brief also metrics.json, key_metrics.json, plots/*.csv and the projections.
    """
    notebook = read_notebook(executed)
    data = published_data(notebook)
    works = bibliography(executed)
    name = f"{executed.stem}.html"
    page = render(notebook, works)
    (folder / name).write_text(page, encoding="utf-8")
    elements = embed.figures(page, name)
    _write_json(folder / "numbers.json", {"version": NUMBERS_VERSION, **data.get("numbers", {})})
    shutil.copyfile(NUMBERS_SCHEMA, folder / NUMBERS_SCHEMA.name)
    _write_json(folder / "manifest.json", data.get("manifest", {}))
    for each in ("figures", "tables"):
        (folder / each).mkdir()
    if executed.stem == "brief":
        _write_run(data, executed.resolve().parents[1], folder)
    for figure in data.get("figures", []):
        id = figure["id"]
        (folder / "figures" / f"{id}.svg").write_text(figure["svg"], encoding="utf-8")
        (folder / "tables" / f"{id}.csv").write_text(figure["csv"], encoding="utf-8")
        write_parquet(pd.read_csv(io.StringIO(figure["csv"])), folder / "tables" / f"{id}.parquet")
        if id in elements:
            (folder / "figures" / f"{id}.html").write_text(embed.page_of(id, elements[id]), encoding="utf-8")
    if elements:
        (folder / "figures" / "index.html").write_text(embed.gallery(elements), encoding="utf-8")
    about = crate.metadata(folder, citation(executed), data.get("manifest", {}), page_description(page))
    (folder / crate.NAME).write_text(about, encoding="utf-8")


def _write_run(data: dict[str, Any], processed: Path, folder: Path) -> None:
    """Write what is of the run, not of a page: key numbers, the tables of `dvc plots`, the projections."""
    _write_json(folder / "metrics.json", data.get("metrics", {}))
    _write_json(folder / "key_metrics.json", data.get("key_metrics", {}))
    (folder / "plots").mkdir()
    for name, text in data.get("plots", {}).items():
        (folder / "plots" / f"{name}.csv").write_text(text, encoding="utf-8")
    hub = hubverse.projections(processed, load(processed.parents[1] / "params.yaml"))
    if len(hub):
        hub.to_csv(folder / "tables" / "projections.csv", index=False, lineterminator="\n")
        write_parquet(hub, folder / "tables" / "projections.parquet")


def read_notebook(path: Path) -> Any:
    """Return the notebook at `path`; a missing, damaged or failed one is refused."""
    import nbformat

    broken: dict[str, Exception] = {}
    try:
        notebook: Any = nbformat.read(str(path), as_version=4, capture_validation_error=broken)  # type: ignore[no-untyped-call]
        if broken:  # nbformat only logs what its schema finds
            raise broken["ValidationError"]
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step="run `dvc repro brief`") from error
    except Exception as error:  # nbformat raises whatever its schema and its upgrades raise on a damaged file
        raise OvertakeError(str(path), "is not a notebook", next_step="run `dvc repro brief`") from error
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise OvertakeError(f"{path}, cell {number}", f"failed: {output.ename}: {output.evalue}")
    return notebook


def bibliography(executed: Path) -> Path | None:
    """Return data/raw/references.json of the project that the executed notebook lies in, nothing outside of one."""
    return _beside(executed, "data/raw/references.json")


def citation(executed: Path) -> dict[str, Any]:
    """Return CITATION.cff of the project that the executed notebook lies in, empty outside of one."""
    path = _beside(executed, "CITATION.cff")
    return parts.citation(path.parent) if path else {}


def _beside(executed: Path, name: str) -> Path | None:
    return next((folder / name for folder in executed.resolve().parents if (folder / name).is_file()), None)


def render(notebook: Any, works: Path | None = None, files: bool = True) -> str:
    """Return the page of an executed notebook.

    works: its bibliography in CSL-JSON, by default the project's; files: whether tables and drawings lie beside it.
    """
    page, _ = _exporter(works, files).from_notebook_node(notebook)
    return str(page)


@cache
def _exporter(works: Path | None, files: bool) -> Any:
    """Return the exporter of such pages, its templates read once for all of them."""
    from overtake.publish.exporter import BriefExporter

    # Nothing is left to execute, remove or convert: each of nbconvert's preprocessors would check the whole notebook.
    exporter = BriefExporter(default_preprocessors=[], files=files)  # type: ignore[no-untyped-call]
    if works is not None:
        exporter.references_file = str(works)
    return exporter


def published_data(notebook: Any) -> dict[str, Any]:
    """Return what the notebook's last block of records holds, nothing for an analyst's own notebook."""
    found: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(MIME, {})
    return found


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
