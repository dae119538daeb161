"""Commands of the pipeline: `run`, `schema`, `params`, `outputs`, `readme`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overtake.config.params import Params


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    run = commands.add_parser("run", help="run a stage, its notebook and what follows (dvc repro calls this)")
    run.add_argument("stage")
    run.set_defaults(func=_run)
    schema = commands.add_parser("schema", help="write params.schema.json for editors, from the models")
    schema.set_defaults(func=_schema)
    params = commands.add_parser("params", help="write params.yaml anew, every key at its default")
    params.add_argument("--example", metavar="FILE", help="with the sections of FILE, such as examples/iran_gulf.yaml")
    params.set_defaults(func=_params)
    outputs = commands.add_parser("outputs", help="name the files that the last run made for reading")
    outputs.set_defaults(func=_outputs)
    readme = commands.add_parser("readme", help="write today's answer into README.md, scores and tables into docs/")
    readme.set_defaults(func=_readme)


def _run(arguments: argparse.Namespace) -> int:
    from overtake.pipeline.run import run_stage

    own: dict[str, Callable[[], object]] = {"brief": _brief, "economies": _economies}
    with _at_work(arguments.stage):
        own.get(arguments.stage, partial(run_stage, arguments.stage))()
    return 0


def _brief() -> None:
    """Find what the answers hang on, write the brief and what follows it; beside it cross all choices, write the annex.

    The page is in place as soon as it is made, all else once all is made: where that fails, the last good ones stay.
    """
    from overtake import paths
    from overtake.config.load import load
    from overtake.draws import folder_of
    from overtake.pipeline.run import run_stage, together
    from overtake.work import aside, at_once

    params = load(paths.PARAMS)
    cores = at_once(params.run.draws)
    crossed = aside(_crossed, cores) if cores > 1 else _crossed
    run_stage("brief", only="06_sensitivity.ipynb")
    with (
        folder_of(paths.REPORTS / "annex") as annex,
        folder_of(paths.REPORTS / "explorer") as explorer,
        folder_of(paths.REPORTS / "pdf") as papers,
        folder_of(paths.REPORTS / "png") as drawings,
    ):
        page = partial(_page, params, explorer, papers, drawings)
        together([page, partial(_annex, crossed, cores, annex, papers, drawings)], cores)


def _crossed() -> None:
    """Cross all choices, while what the page needs goes first."""
    from overtake.pipeline.run import run_stage

    os.nice(10)
    run_stage("brief", only="07_multiverse.ipynb")


def _page(params: Params, explorer: Path, papers: Path, drawings: Path) -> None:
    """Write the brief, then the explorer, what machines read, the brief's paper and PNG."""
    from overtake import paths
    from overtake.draws import folder_of
    from overtake.explorer.publish import publish
    from overtake.pipeline.run import run_stage
    from overtake.publish import exchange, pdf, png
    from overtake.publish.files import write_all

    with folder_of(paths.BRIEF) as fresh:
        write_all(run_stage("brief", only="brief.ipynb"), fresh)
    print("brief: the page is in reports/brief", file=sys.stderr, flush=True)
    os.nice(19)  # from here on the annex has the longest way
    publish(params, explorer / "explorer.html")
    exchange.write()
    pdf.write(paths.BRIEF / "brief.html", papers)
    png.write(paths.BRIEF / "figures", drawings)


def _annex(crossed: Callable[[], object], cores: int, annex: Path, papers: Path, drawings: Path) -> None:
    """Write the annex once all choices are crossed, then its paper and PNG."""
    from overtake.pipeline.run import run_stage
    from overtake.publish import pdf, png
    from overtake.publish.files import write_all
    from overtake.work import aside

    os.nice(10)  # the page first
    crossed()
    write_all(run_stage("brief", only="annex.ipynb"), annex)
    drawn = aside(partial(png.write, annex / "figures", drawings), cores)
    pdf.write(annex / "annex.html", papers)
    drawn()


def _economies() -> None:
    """Write the page of every economy."""
    from overtake import paths
    from overtake.config.load import load
    from overtake.draws import folder_of, read_parquet
    from overtake.pipeline.run import together
    from overtake.publish import economies
    from overtake.work import at_once

    codes = sorted(set(read_parquet(paths.PROCESSED / "spending.parquet")["iso3"]) - {"CHN"})
    with folder_of(paths.REPORTS / "economies") as pages:
        together(economies.jobs(codes, pages), workers=at_once(load(paths.PARAMS).run.draws))


@contextmanager
def _at_work(name: str) -> Iterator[None]:
    """Run the body as the stage `name`: alone, ended with its parent, and refused where its inputs moved meanwhile."""
    from overtake import kept, paths
    from overtake.pipeline import guard
    from overtake.pipeline.stages import stages
    from overtake.work import end_with_parent

    root = paths.ROOT
    end_with_parent()
    os.environ[kept.AT_WORK] = name
    if name not in stages(root):  # refused, with the names of those there are, by whoever runs it
        yield
        return
    stage = stages(root)[name]
    with guard.alone(root), guard.told(name):
        before = guard.inputs(stage, root)
        yield
        guard.unchanged(before, guard.inputs(stage, root), name)
        kept.prune()
        with suppress(OSError):  # cells of a run that failed are still there
            (paths.PROCESSED / "failed").rmdir()


def _schema(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import json_schema

    target = paths.ROOT / "params.schema.json"
    target.write_text(json_schema(), encoding="utf-8")
    print(f"wrote {target.name}")
    return 0


def _params(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config import template
    from overtake.config.load import load
    from overtake.errors import OvertakeError

    text = template.text(load(Path(arguments.example)) if arguments.example else None)
    try:
        with paths.PARAMS.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        step = "move it away first; `git diff params.yaml` shows what you changed"
        raise OvertakeError(str(paths.PARAMS), "is there already, and is yours", next_step=step) from error
    print(f"wrote {paths.PARAMS.name}; next: dvc repro")
    return 0


def _readme(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.pipeline import contracts
    from overtake.publish import readme
    from overtake.skill import reached
    from overtake.sources import raw

    page = (paths.BRIEF / "brief.html").read_text(encoding="utf-8")
    readme.write(paths.ROOT / "README.md", "answer", readme.answer(page))
    full = raw.load("skill_full.csv")
    docs = paths.ROOT / "docs"
    readme.write(docs / "methods.md", "reached", reached.reached(full))
    readme.write(docs / "architecture.md", "contracts", contracts.overview())
    readme.write(docs / "tables.md", "contracts", contracts.in_full())
    print("wrote the answer into README.md")
    return 0


def _outputs(_: argparse.Namespace) -> int:
    from overtake import paths

    print("open:")
    for name in (
        "brief/brief.html",
        "annex/annex.html",
        "pdf/brief.pdf",
        "pdf/one-page.pdf",
        "pdf/annex.pdf",
        "explorer/explorer.html",
        "economies",
        "brief/tables",
        "png",
        "brief/numbers.json",
        "open/llms.txt",
        "hub",
        "tables",
    ):
        if (paths.REPORTS / name).exists():
            print(f"  reports/{name}")
    if not (paths.REPORTS / "pdf" / "brief.pdf").exists():
        from overtake.publish.pdf import LACKING

        print(LACKING)
    return 0
