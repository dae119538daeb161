"""From the executed notebook to reports/: everything is written beside, then put in place at once."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.errors import OvertakeError
from overtake.report import crate, embed, hubverse
from overtake.report.blocks import MIME
from overtake.report.exporter import page_description
from overtake.tables import put_back, write_parquet


def publish(executed: Path, out: Path, *, pdf: bool = True) -> list[Path]:
    """Write the brief of the executed notebook to the folder `out`; return the files, relative to it.

    brief.html, brief.pdf, numbers.json, metrics.json, manifest.json, figures/*.svg and *.html, tables/*.csv and
    *.parquet, plots/*.csv, ro-crate-metadata.json. All are written to a sibling folder first: a failure leaves the last
    good brief as it was.
    """
    fresh = out.parent / f".{out.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        write_all(executed, fresh, pdf=pdf)
        return replace(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_all(executed: Path, folder: Path, *, pdf: bool = True) -> None:
    """Write every published file into the empty `folder`."""
    notebook = read_notebook(executed)
    data = published_data(notebook)
    page = render(notebook, bibliography(executed))
    (folder / "brief.html").write_text(page, encoding="utf-8")
    _write_json(folder / "numbers.json", data.get("numbers", {}))
    _write_json(folder / "metrics.json", data.get("metrics", {}))
    _write_json(folder / "manifest.json", data.get("manifest", {}))
    for name in ("figures", "tables", "plots"):
        (folder / name).mkdir()
    for name, text in data.get("plots", {}).items():
        (folder / "plots" / f"{name}.csv").write_text(text, encoding="utf-8")
    hub = hubverse.projections(executed.resolve().parents[1])
    if len(hub):
        hub.to_csv(folder / "tables" / "projections.csv", index=False, lineterminator="\n")
        write_parquet(hub, folder / "tables" / "projections.parquet")
    elements = embed.figures(page)
    for figure in data.get("figures", []):
        id = figure["id"]
        (folder / "figures" / f"{id}.svg").write_text(figure["svg"], encoding="utf-8")
        (folder / "tables" / f"{id}.csv").write_text(figure["csv"], encoding="utf-8")
        write_parquet(pd.read_csv(io.StringIO(figure["csv"])), folder / "tables" / f"{id}.parquet")
        if id in elements:
            (folder / "figures" / f"{id}.html").write_text(embed.page_of(id, elements[id]), encoding="utf-8")
    if elements:
        (folder / "figures" / "index.html").write_text(embed.gallery(elements), encoding="utf-8")
    if pdf:
        from overtake.report.pdf import write_pdf

        write_pdf(page, folder / "brief.pdf")
    about = crate.metadata(folder, citation(executed), data.get("manifest", {}), page_description(page))
    (folder / crate.NAME).write_text(about, encoding="utf-8")


def read_notebook(path: Path) -> Any:
    """Return the notebook at `path`; a missing, damaged or failed one is refused."""
    import nbformat

    try:
        notebook: Any = nbformat.read(str(path), as_version=4)  # type: ignore[no-untyped-call]
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
    from overtake.config.load import read_yaml

    path = _beside(executed, "CITATION.cff")
    return read_yaml(path) if path else {}


def _beside(executed: Path, name: str) -> Path | None:
    return next((folder / name for folder in executed.resolve().parents if (folder / name).is_file()), None)


def render(notebook: Any, works: Path | None = None) -> str:
    """Return the page of an executed notebook; works: its bibliography in CSL-JSON, by default the project's."""
    from overtake.report.exporter import BriefExporter

    # Nothing is left to execute, remove or convert: each of nbconvert's preprocessors would check the whole notebook.
    exporter = BriefExporter(default_preprocessors=[])  # type: ignore[no-untyped-call]
    if works is not None:
        exporter.references_file = str(works)
    page, _ = exporter.from_notebook_node(notebook)
    return str(page)


def published_data(notebook: Any) -> dict[str, Any]:
    """Return what the notebook's last block of records holds, nothing for an analyst's own notebook."""
    found: dict[str, Any] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(MIME, {})
    return found


def replace(fresh: Path, out: Path) -> list[Path]:
    """Put the files of `fresh` in place under `out`, and remove what an earlier brief left; return the files.

    All or none: the old files are kept aside meanwhile and put back where one cannot be replaced. After a kill in the
    middle they lie in `.reports.old`, and `overtake doctor --mend` puts them back.
    """
    files = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
    aside = out.parent / f".{out.name}.old"
    _keep([name for name in files if (out / name).is_file()], out, aside)
    try:
        for name in files:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).replace(out / name)
    except OSError:
        put_back(aside, out)
        raise
    shutil.rmtree(aside)
    for folder in ("figures", "tables", "plots"):
        for path in sorted((out / folder).glob("*")):
            if path.relative_to(out) not in files:
                path.unlink()
    return files


def _keep(files: list[Path], out: Path, aside: Path) -> None:
    """Keep the present `files` of `out` aside, as second names of the same bytes where the file system has them."""
    fresh = aside.with_suffix(".keeping")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)
    fresh.mkdir()
    for name in files:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            (fresh / name).hardlink_to(out / name)
        except OSError:
            shutil.copyfile(out / name, fresh / name)
    fresh.rename(aside)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
