"""From the executed notebook to reports/: everything is written beside, then put in place at once."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.brief.blocks import MIME
from overtake.draws import put_back, remove, write_parquet
from overtake.errors import OvertakeError
from overtake.publish import crate, embed, hubverse
from overtake.publish.exchange import exchange
from overtake.publish.exporter import page_description

#: Folders of the brief; whatever else lies in them is an earlier brief's.
FOLDERS = ("figures", "tables", "plots")


def publish(executed: Path, out: Path, *, pdf: bool = True) -> list[Path]:
    """Write the brief of the executed notebook to the folder `out`; return the files, relative to it.

    brief.html, brief.pdf, numbers.json, metrics.json, manifest.json, figures/*.svg and *.html, tables/*.csv and
    *.parquet, plots/*.csv, ro-crate-metadata.json. All are written to a sibling folder first: a failure leaves the last
    good brief as it was.
    """
    fresh = out.parent / f".{out.name}.new"
    remove(fresh)
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
    for name in FOLDERS:
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
        from overtake.publish.pdf import write_pdf

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
    from overtake.publish.exporter import BriefExporter

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

    All at one moment: the two folders change places by one rename, after `fresh` was given what else lies in `out`.
    Where the system cannot do that, file by file (see `_one_by_one`).
    """
    files = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
    if not out.is_dir():
        fresh.rename(out)
        return files
    _carry(out, fresh)
    if not exchange(fresh, out):
        _one_by_one(files, fresh, out)
    return files


def _carry(out: Path, fresh: Path) -> None:
    """Give `fresh` what lies in `out` and is not the brief's: the explorer, an analyst's own files."""
    for path in sorted(out.rglob("*")):
        target = fresh / path.relative_to(out)
        if target.exists() or path.relative_to(out).parts[0] in FOLDERS:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            target.symlink_to(path.readlink())
        elif path.is_file():
            _name_again(path, target)


def _one_by_one(files: list[Path], fresh: Path, out: Path) -> None:
    """Put the `files` of `fresh` in place under `out` one after the other: all or none.

    The old files are kept aside meanwhile and put back where one cannot be replaced. After a kill in the middle they
    lie in `.reports.old`, and `overtake doctor --mend` puts them back.
    """
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
    for folder in FOLDERS:
        for path in sorted((out / folder).glob("*")):
            if path.relative_to(out) not in files:
                path.unlink()


def _keep(files: list[Path], out: Path, aside: Path) -> None:
    """Keep the present `files` of `out` aside."""
    fresh = aside.with_suffix(".keeping")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)
    fresh.mkdir()
    for name in files:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        _name_again(out / name, fresh / name)
    fresh.rename(aside)


def _name_again(path: Path, target: Path) -> None:
    """Make `target` a second name of the same bytes, or a copy where the file system has no such names."""
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copy2(path, target)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
