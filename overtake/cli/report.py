"""Commands of the report: `trace`, `diff`, `publish`, `edition-report`, `quarto`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any


def register(commands: Any) -> None:
    """Add `trace ID`, `diff OLD NEW`, `publish`, `edition-report EDITION` and `quarto` to the subparsers `commands`."""
    trace = commands.add_parser(
        "trace",
        help="follow a printed number down to the workbook's cell",
        epilog="example: overtake trace crossings.eleven.constant_usd.margin",
    )
    trace.add_argument(
        "id", help="the number's id: shown at the foot of the page, listed in reports/brief/numbers.json"
    )
    trace.add_argument("--json", action="store_true", help="every record of the chain as JSON, by id")
    trace.set_defaults(func=_trace)
    diff = commands.add_parser(
        "diff",
        help="say which key numbers moved between two runs, and because of what",
        epilog="example: overtake diff data/published reports/brief",
    )
    diff.add_argument("old", type=Path, nargs="?", help="folder of the older run (default: data/published)")
    diff.add_argument("new", type=Path, nargs="?", help="folder of the newer run (default: reports/brief)")
    diff.add_argument("--json", action="store_true", help="what moved, and causes, as JSON")
    diff.set_defaults(func=_diff)
    publish = commands.add_parser(
        "publish", help="keep this run's key numbers in data/published: the next brief says what moved against them"
    )
    publish.set_defaults(func=_publish)
    edition = commands.add_parser(
        "edition-report",
        help="write a page and its tables on what an edition changed against the one before",
        epilog="example: overtake edition-report 2026-04",
    )
    edition.add_argument("edition", nargs="?", help="SIPRI edition in data/raw, year-month; left out: data.edition")
    edition.set_defaults(func=_edition_report)
    quarto = commands.add_parser(
        "quarto", help="render the executed brief through the Quarto command line (docx and html)"
    )
    quarto.set_defaults(func=_quarto)


def _trace(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.publish.trace import records, trace

    if arguments.json:
        print(json.dumps(records(arguments.id, paths.ROOT), indent=1))
    else:
        print(trace(arguments.id, paths.ROOT))
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.publish import diff

    old, new = arguments.old or paths.ROOT / diff.PUBLISHED, arguments.new or paths.BRIEF
    found = diff.compare(diff.read_run(old), diff.read_run(new))
    print(json.dumps(asdict(found), indent=1) if arguments.json else diff.as_text(found))
    return 0


def _publish(_: argparse.Namespace) -> int:
    import shutil

    from overtake import paths
    from overtake.publish import diff

    diff.read_run(paths.BRIEF)
    target = paths.ROOT / diff.PUBLISHED
    target.mkdir(parents=True, exist_ok=True)
    for name in ("metrics.json", "manifest.json"):
        shutil.copyfile(paths.BRIEF / name, target / name)
    print(f"kept {diff.PUBLISHED}/metrics.json and manifest.json: commit them with the brief")
    return 0


def _edition_report(arguments: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.config.load import load
    from overtake.publish import edition_report

    params = load(paths.PARAMS)
    edition = arguments.edition or params.data.edition
    found = edition_report.report(edition, params, paths.RAW)
    for path in edition_report.write(found, paths.REPORTS / f"edition-{edition}"):
        print(f"wrote {path.relative_to(paths.ROOT)}")
    return 0


def _quarto(_: argparse.Namespace) -> int:
    from overtake import paths
    from overtake.draws import whole
    from overtake.publish import quarto
    from overtake.publish.files import read_notebook

    quarto.find()
    notebook = read_notebook(paths.PROCESSED / "notebooks" / "brief.ipynb")
    for to in ("html", "docx"):
        exporter = quarto.QuartoExporter(to=to)  # type: ignore[no-untyped-call]
        output, _ = exporter.from_notebook_node(notebook)
        target = paths.REPORTS / "quarto" / f"brief.{to}"
        content = output.encode("utf-8") if isinstance(output, str) else output
        with whole(target) as partial:
            partial.write_bytes(content)
        print(f"wrote reports/quarto/{target.name}")
    return 0
