"""Check the whole of data/raw before anything runs: schemas, keys, references between tables, hashes."""

from __future__ import annotations

import json
from pathlib import Path

from overtake.config.load import read_yaml
from overtake.errors import OvertakeError, raise_all
from overtake.sources import ledgers, package, raw, regions, weo

#: Table of all editions -> who published them.
PUBLISHERS = {"milex.csv": "sipri", "regions.csv": "sipri", "ranks.csv": "sipri", "macro.csv": "imf"}


def _parsed(path: Path) -> None:
    """Refuse a file of YAML or JSON that is none."""
    if path.suffix == ".yaml":
        read_yaml(path)
    else:
        try:
            json.loads(raw.read_text(path))
        except ValueError as error:
            raise OvertakeError(f"data/raw/{path.name}", "is not JSON", found=error) from error


def check_all(folder: Path) -> dict[str, str]:
    """Return file -> SHA-256 of every table in `folder` after all checks passed; raise one error with all offenders."""
    descriptor = package.load(folder)
    problems: list[str] = []
    tables = {}
    for item in descriptor["resources"]:
        file = item["path"]
        try:
            if item.get("format") == "csv":
                tables[file] = raw.milex(folder) if file == "milex.csv" else raw.load(file, folder)
            elif not (folder / file).is_file():
                problems.append(f"data/raw/{file}: is missing")
            else:
                _parsed(folder / file)
        except OvertakeError as error:
            problems.append(str(error))
    undescribed = {path.name for path in folder.iterdir() if path.suffix in (".csv", ".yaml", ".json")}
    undescribed -= {item["path"] for item in descriptor["resources"]} | {package.NAME}
    problems += [f"data/raw/{name}: is not described in {package.NAME}" for name in sorted(undescribed)]
    if not problems:
        problems += _references(tables)
        problems += _ledgers(folder, tables)
        problems += _regional(tables)
        problems += raw.levels(tables["milex.csv"], tables["macro.csv"])
        problems += [f"data/raw/macro.csv: {line}" for line in weo.implausible(tables["macro.csv"])]
        problems += [
            f"data/raw/{item['path']}: differs from its hash; where the change is meant: `overtake seal`"
            for item in descriptor["resources"]
            if item.get("hash") != f"sha256:{package.sha256(folder / item['path'])}"
        ]
    raise_all("data/raw", problems, next_step=raw.RESTORE)
    return {item["path"]: package.sha256(folder / item["path"]) for item in descriptor["resources"]}


def _ledgers(folder: Path, tables: dict) -> list[str]:  # type: ignore[type-arg]
    """Return what contradicts itself in the ledgers, where the folder has them."""
    if not {f"{name}.csv" for name in ledgers.LEDGERS} <= set(tables):
        return []
    try:
        ledgers.load_all(folder)
    except OvertakeError as error:
        return [str(error)]
    return []


def _regional(tables: dict) -> list[str]:  # type: ignore[type-arg]
    """Return what contradicts itself in the sums of regions and the ranks, where the folder has them."""
    lines = []
    if "regions.csv" in tables:
        countries = tables["milex.csv"].groupby("edition")
        for edition, sums in tables["regions.csv"].groupby("edition"):
            if edition in countries.groups:
                lines += [f"data/raw/regions.csv: {edition} {line}"
                          for line in regions.contradictions(sums, countries.get_group(edition))]  # fmt: skip
    if "ranks.csv" in tables:
        for (edition, scope), rows in tables["ranks.csv"].groupby(["edition", "scope"]):
            falls = rows["milex_current_usd_m"].is_monotonic_decreasing and rows["iso3"].is_unique
            if not falls or rows["rank"].tolist() != list(range(1, len(rows) + 1)) or rows["year"].nunique() > 1:
                lines.append(f"data/raw/ranks.csv: {edition} {scope}: is no ranking of one year from the first down")
    return lines


def _references(tables: dict) -> list[str]:  # type: ignore[type-arg]
    """Return a line per economy or edition that one table names and its register does not."""
    economies = set(tables["economies.csv"]["iso3"])
    editions = tables["editions.csv"]
    lines = []
    for file, publisher in PUBLISHERS.items():
        if file not in tables:
            continue
        known = set(editions.loc[editions["publisher"] == publisher, "edition"])
        lines += [f"data/raw/{file}: edition {name} is not in editions.csv"
                  for name in sorted(set(tables[file]["edition"]) - known)]  # fmt: skip
    own = set(editions.loc[editions["publisher"] == "own", "edition"])
    given = set(tables["series.csv"]["series"]) if "series.csv" in tables else set()
    lines += [f"data/raw/series.csv: series {name} is not in editions.csv" for name in sorted(given - own)]
    lines += [f"data/raw/economies.csv: {name} has no figures in milex.csv; `overtake ingest sipri WORKBOOK` takes them"
              for name in sorted(economies - set(tables["milex.csv"]["iso3"]))]  # fmt: skip
    for file, table in tables.items():
        if "iso3" in table and file not in ("economies.csv", "ranks.csv"):  # ranks are among all economies
            lines += [f"data/raw/{file}: unknown economy {name}" for name in sorted(set(table["iso3"]) - economies)]
    return lines
