"""What others' machines read: reports/hub, reports/tables and reports/open, each written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from overtake import paths
from overtake.config.load import load, read_yaml
from overtake.draws import folder_of, read_parquet
from overtake.publish import headline, hub, package, readme
from overtake.rulers.china import of_run
from overtake.sources import raw


def write(root: Path = paths.ROOT) -> None:
    """Write the three folders from the tables of the last run under `root`."""
    processed, reports = root / "data" / "processed", root / "reports"
    citation, params = read_yaml(root / "CITATION.cff"), load(root / "params.yaml")
    tables = {name: read_parquet(processed / f"{name}.parquet") for name in package.TABLES}
    edition = str(tables["crossings"]["edition"].iloc[0])
    with folder_of(reports / "hub") as folder:
        hub.write(of_run(processed, params), tables["curves"], citation, folder)
    with folder_of(reports / "tables") as folder:
        package.write(tables, citation, edition, folder)
    answer = readme.answer((reports / "brief" / "brief.html").read_text(encoding="utf-8"))
    statement = readme.plain(answer.split("\n", 1)[0].lstrip("> ")).replace("**", "")
    names = {str(row["iso3"]): str(row["name"]) for row in raw.load("economies.csv").to_dict("records")}
    labels = {name: balance.label for name, balance in params.balances.items()}
    content = headline.headline(params, tables["crossings"], tables["curves"], statement, citation)
    with folder_of(reports / "open") as folder:
        files = {
            "headline.json": _json(content),
            "headline.schema.json": _json(headline.SCHEMA),
            "llms.txt": headline.plain_text(citation, answer, edition),
            "feed.xml": headline.feed(read_parquet(processed / "editions.parquet"), labels, names),
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")


def _json(content: object) -> str:
    """Return `content` as JSON text."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
