"""Commands of the pipeline: `run`, `schema`, `params`, `outputs`, `readme`, and those of stages."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    run = commands.add_parser("run", help="run the notebooks of one stage (dvc repro calls this)")
    run.add_argument("stage")
    run.set_defaults(func=_run)
    schema = commands.add_parser("schema", help="write params.schema.json for editors, from the models")
    schema.set_defaults(func=_schema)
    params = commands.add_parser("params", help="write params.yaml anew, every key at its default")
    params.add_argument("--example", metavar="FILE", help="with the sections of FILE, such as examples/iran_gulf.yaml")
    params.set_defaults(func=_params)
    outputs = commands.add_parser("outputs", help="name the files that the last run made for reading")
    outputs.set_defaults(func=_outputs)
    companions = commands.add_parser(
        "companions", help="write what is made from the brief: explorer, paper, PNG, results for machines"
    )
    companions.set_defaults(func=_companions)
    economies = commands.add_parser("economies", help="write the page of every economy (dvc repro calls this)")
    economies.set_defaults(func=_economies)
    readme = commands.add_parser("readme", help="write today's answer into README.md, scores and tables into docs/")
    readme.set_defaults(func=_readme)


def _run(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.pipeline.run import run_stage

    with _at_work(arguments.stage):
        if arguments.stage != "brief":
            run_stage(arguments.stage)
            return 0
        from overtake.draws import folder_of
        from overtake.publish.files import write_all

        # Both are written before either takes its place: a brief and an annex of one run, or the last good ones.
        with folder_of(paths.REPORTS / "annex") as annex, folder_of(paths.REPORTS / "brief") as brief:
            fresh = {"annex": annex, "brief": brief}
            run_stage(arguments.stage, then=lambda executed: write_all(executed, fresh[executed.stem]))
    return 0


@contextmanager
def _at_work(name: str) -> Iterator[None]:
    """Run the body as the stage `name`: alone, ended with its parent, and refused where its inputs moved meanwhile."""
    import os

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


def _schema(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import json_schema

    target = paths.ROOT / "params.schema.json"
    target.write_text(json_schema(), encoding="utf-8")
    print(f"wrote {target.name}")
    return 0


def _params(arguments: argparse.Namespace) -> int:
    from pathlib import Path

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


def _companions(_: argparse.Namespace) -> int:
    from functools import partial

    from overtake import paths
    from overtake.config.load import load
    from overtake.draws import folder_of
    from overtake.explorer.publish import publish
    from overtake.publish import exchange, pdf, png
    from overtake.work import at_once, side_by_side

    params = load(paths.PARAMS)
    with (
        _at_work("companions"),
        folder_of(paths.REPORTS / "explorer") as explorer,
        folder_of(paths.REPORTS / "pdf") as papers,
        folder_of(paths.REPORTS / "png") as drawings,
    ):
        page = partial(publish, params, explorer / "explorer.html")
        # Papers and drawings take little memory: they stand beside what takes the most.
        jobs: list[Callable[[], None]] = [
            page,
            *pdf.jobs(paths.REPORTS, papers),
            exchange.write,
            *png.jobs(paths.REPORTS, drawings),
        ]
        side_by_side(jobs, workers=at_once(params.run.draws))
    return 0


def _economies(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import load
    from overtake.draws import folder_of, read_parquet
    from overtake.pipeline.run import together
    from overtake.publish import economies
    from overtake.work import at_once

    draws = load(paths.PARAMS).run.draws
    codes = sorted(set(read_parquet(paths.PROCESSED / "spending.parquet")["iso3"]) - {"CHN"})
    with _at_work("economies"), folder_of(paths.REPORTS / "economies") as pages:
        together(economies.jobs(codes, pages), workers=at_once(draws))
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
