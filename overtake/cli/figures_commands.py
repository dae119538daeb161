"""Commands of the figures: `ingest`, `fetch`, `seal`."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overtake import paths
from overtake.config.text import unsafe
from overtake.errors import OvertakeError, raise_all

if TYPE_CHECKING:
    import pandas as pd


def register(commands: Any) -> None:
    """Add the commands to the `argparse` subparsers `commands`."""
    ingest = commands.add_parser("ingest", help="read a downloaded edition into data/raw and say what changed")
    ingest.add_argument("publisher", choices=("sipri", "weo"))
    ingest.add_argument("path", type=Path)
    ingest.add_argument("--all-countries", action="store_true", help="write the full panel to data/panel (not in git)")
    ingest.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    ingest.add_argument("--edition", help="edition of a WEO extract that does not name it, such as 2026-04")
    ingest.set_defaults(func=_ingest)
    fetch = commands.add_parser("fetch", help="download the newest edition from its publisher into data/downloads")
    fetch.add_argument("publisher", choices=("sipri", "weo"))
    fetch.add_argument("--url", help="another address of the same kind of file")
    fetch.set_defaults(func=_fetch)
    seal = commands.add_parser("seal", help="write the present hashes of data/raw after an edit that is meant")
    seal.set_defaults(func=_seal)


def _ingest(arguments: argparse.Namespace) -> int:
    run = _ingest_sipri if arguments.publisher == "sipri" else _ingest_weo
    return run(arguments)


def _in_place(file: str) -> pd.DataFrame | None:
    from overtake.sources import raw

    return raw.load(file) if (paths.RAW / file).is_file() else None


def _ingest_sipri(arguments: argparse.Namespace) -> int:
    from overtake.cli import update
    from overtake.draws import write_parquet
    from overtake.sources import excerpt, raw, regions, sipri

    _file_name(arguments.path)
    economies = tuple(raw.load("economies.csv")["iso3"])
    book = sipri.read(arguments.path, economies)
    print(
        f"{book.file}: edition {book.edition}, data {book.first_year}-{book.last_year}, "
        f"constant {book.price_base} US$, {book.table['iso3'].nunique()} countries"
    )
    if arguments.all_countries:
        target = paths.PANEL / f"milex_{book.edition}.parquet"
        write_parquet(book.table, target)
        print(f"wrote {target.relative_to(paths.ROOT)} for your own use (SIPRI's terms: do not republish it)")
        return 0
    new = excerpt.of_sipri(book, economies)
    _refuse_unsound(new, book, economies)
    regional = regions.read(arguments.path, book)
    ledgers = {} if regional is None else excerpt.ledgers(book, regional)
    old = _in_place("milex.csv")
    print("\n".join(excerpt.changes(old, new, sipri.MEASURES)))
    update.say_ledgers(ledgers)
    update.watch_the_tenth(book, new, ledgers.get("ranks.csv"), arguments.path, arguments.dry_run)
    if arguments.dry_run:
        return 0
    row = excerpt.edition_row(
        "sipri",
        book.edition,
        _today(),
        title=f"{excerpt.SIPRI_SOURCE}, {book.first_year}-{book.last_year}",
        full="true",
        price_base=book.price_base,
        first_year=book.first_year,
        last_year=book.last_year,
        doi=excerpt.SIPRI_DOIS.get(book.edition, ""),
        file=book.file,
        sha256=book.sha256,
    )
    tables = {
        "milex.csv": excerpt.merged(old, new),
        **update.with_ledgers(book.edition, ledgers, _in_place),
        **update.learned(book, _in_place),
    }
    update.say_forecast(book.edition, _in_place("editions.csv"))
    _write(tables, [row], f'set data.edition: "{book.edition}" in params.yaml, then dvc repro')
    update.write_changes(excerpt.moved(old, new, sipri.MEASURES), book.edition)
    return 0


def _refuse_unsound(new: pd.DataFrame, book: Any, economies: tuple[str, ...]) -> None:
    """Refuse an excerpt that `overtake validate` would refuse later, and blanks where a series should go on.

    book: the `Workbook` it was taken from; blanks of other countries are only said.
    """
    from overtake.sources import raw, sipri
    from overtake.sources.workbook import DOWNLOAD

    money = [measure for measure in sipri.MEASURES if measure.startswith("milex_")]
    counts = new.groupby("iso3")["milex_constant_usd_m"].count()
    problems = [f"{iso3}: no figure in constant US$" for iso3 in counts.index[counts == 0]]
    problems += [sentence for code, sentence in book.blanks if code in economies]
    problems += [line for measure in money for line in raw.jumps(new, measure)]
    macro = _in_place("macro.csv")
    problems += raw.levels(new, macro) if macro is not None else []
    raise_all(f"{book.file}: figures of the economies in use", problems, next_step=DOWNLOAD)
    others = [sentence for code, sentence in book.blanks if code not in economies]
    if others:
        print(f"note: {len(others)} blanks of other countries read as missing; the first: {others[0]}")
    if book.odd:
        print(
            f"note: {len(book.odd)} figures of other countries cannot be right and are left out; first: {book.odd[0]}"
        )
    if book.zeros:
        print(f"note: {len(book.zeros)} noughts read as missing; the first: {book.zeros[0]}")


def _file_name(path: Path) -> str:
    """Return the file's name, for editions.csv; one that a spreadsheet or a reader could take for more is refused."""
    problem = unsafe(path.name)
    if problem:
        raise OvertakeError(repr(path.name), f"the file's name {problem}", next_step="rename the file")
    return path.name


def _ingest_weo(arguments: argparse.Namespace) -> int:
    from overtake.sources import excerpt, package, raw, weo

    economies = tuple(raw.load("economies.csv")["iso3"])
    table = weo.read(arguments.path, economies, arguments.edition)
    table = table[table["edition"] >= "2020-04"]
    if table.empty:
        raise OvertakeError(str(arguments.path), "holds no edition from 2020-04 on", next_step="overtake fetch weo")
    file = _file_name(arguments.path)
    new = excerpt.of_weo(table)
    raise_all(f"{file}: figures of the economies in use", weo.implausible(new), next_step="overtake fetch weo")
    old = _in_place("macro.csv")
    for _, part in new.groupby("edition"):
        print("\n".join(excerpt.changes(old, part, ("real_growth_pct",))))
    if arguments.dry_run:
        return 0
    sha = package.sha256(arguments.path)
    rows = [
        excerpt.edition_row(
            "imf",
            str(edition),
            _today(),
            title=f"{excerpt.WEO_SOURCE}, {edition}",
            full="true" if weo.is_full(part) else "false",
            first_year=int(part["year"].min()),
            last_year=int(part["year"].max()),
            file=file,
            sha256=sha,
        )
        for edition, part in new.groupby("edition")
    ]
    _write({"macro.csv": excerpt.merged(old, new)}, rows)
    return 0


def _write(tables: dict[str, pd.DataFrame], rows: list[dict[str, Any]], then: str = "dvc repro") -> None:
    """Write tables of figures by file name and their rows of editions.csv, all at once or none."""
    import pandas as pd

    from overtake.sources import commit, excerpt

    known = _in_place("editions.csv")
    new = pd.DataFrame(rows).astype(str)
    if known is not None:
        replaced = set(zip(new["publisher"], new["edition"], strict=True))
        old = known.astype(str).replace("<NA>", "")
        old["full"] = old["full"].str.lower()
        kept = [key not in replaced for key in zip(old["publisher"], old["edition"], strict=True)]
        new = pd.concat([old[kept], new], ignore_index=True)
    editions = new.sort_values(["publisher", "edition"], ignore_index=True, kind="stable")
    texts = {file: excerpt.to_csv(table) for file, table in {**tables, "editions.csv": editions}.items()}
    commit.write(paths.RAW, texts)
    print(f"wrote {', '.join(f'data/raw/{file}' for file in texts)}; next: {then}")


def _today() -> str:
    return datetime.date.today().isoformat()


def _fetch(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from overtake.sources.fetch import SOURCES, download, file_name

    source = SOURCES[arguments.publisher]
    if arguments.url:
        source = replace(source, url=arguments.url, file=file_name(arguments.url, source.file))
    target = download(source, paths.DOWNLOADS)
    print(f"wrote {target}; next: overtake ingest {arguments.publisher} {target}")
    return 0


def _seal(_: argparse.Namespace) -> int:
    from overtake.sources import package

    files = [item["path"] for item in package.load(paths.RAW)["resources"]]
    package.seal(paths.RAW, files)
    print(f"sealed {len(files)} files; next: overtake validate")
    return 0
