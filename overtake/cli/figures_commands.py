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
    ingest.add_argument("publisher", choices=("sipri", "weo", "table"), help="table: a series of your own")
    ingest.add_argument("path", type=Path)
    ingest.add_argument("--all-countries", action="store_true", help="write the full panel to data/panel (not in git)")
    ingest.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    ingest.add_argument("--edition", help="edition of a WEO extract that does not name it, such as 2026-04")
    own = ingest.add_argument_group("a series of your own: ingest table FILE --source NAME")
    own.add_argument("--source", help="who says so, as the brief names it, such as `World Bank`")
    own.add_argument("--unit", help="usd, usd_m, usd_bn, lcu, ..., constant_usd_m, gdp_share_pct")
    own.add_argument("--base", type=int, help="year of the prices of constant_usd")
    own.add_argument("--economies", default="", help="only these, with commas between, such as KOR,JPN")
    own.add_argument("--status", default="reported", choices=("reported", "estimate", "highly uncertain"))
    ingest.set_defaults(func=_ingest)
    economy = commands.add_parser("economy", help="add an economy: its row of data/raw/economies.csv")
    economy.add_argument("action", choices=("add",))
    economy.add_argument("iso3", help="code of ISO 3166-1 alpha-3, such as CAN")
    economy.add_argument("--name", help="English name in tables and sentences (default: that of ISO 3166)")
    economy.add_argument("--group", default="other", choices=("adversary", "ally", "partner", "other"))
    economy.set_defaults(func=_economy)
    fetch = commands.add_parser("fetch", help="download the newest edition from its publisher into data/downloads")
    fetch.add_argument("publisher", choices=("sipri", "weo"))
    fetch.add_argument("--url", help="another address of the same kind of file")
    fetch.set_defaults(func=_fetch)
    seal = commands.add_parser("seal", help="write the present hashes of data/raw after an edit that is meant")
    seal.set_defaults(func=_seal)


def _ingest(arguments: argparse.Namespace) -> int:
    run = {"sipri": _ingest_sipri, "weo": _ingest_weo, "table": _ingest_table}[arguments.publisher]
    return run(arguments)


def _in_place(file: str) -> pd.DataFrame | None:
    from overtake.sources import raw

    return raw.load(file) if (paths.RAW / file).is_file() else None


def _ingest_sipri(arguments: argparse.Namespace) -> int:
    from overtake.cli import update
    from overtake.draws import write_parquet
    from overtake.sources import economies as vocabulary
    from overtake.sources import excerpt, package, panel, raw, regions, sipri

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
        usable = panel.usable(book)
        package.write_text(paths.PANEL / panel.PANEL, excerpt.to_csv(usable))
        print(f"{len(usable)} economies are legal with data.panel: own; the others have no figure in {book.last_year}, "
              f"a zero, or fewer than {panel.FEWEST} years")  # fmt: skip
        print(f"wrote {target.relative_to(paths.ROOT)} for your own use (SIPRI's terms: do not republish it)")
        return 0
    new = excerpt.of_sipri(book, economies)
    _refuse_unsound(new, book, economies)
    regional = regions.read(arguments.path, book)
    ledgers = {} if regional is None else excerpt.ledgers(book, regional)
    old = _in_place("milex.csv")
    print("\n".join(excerpt.changes(old, new, sipri.MEASURES)))
    print("\n".join(vocabulary.came(new, old, _in_place("macro.csv"))))
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
        "economies.csv": vocabulary.placed(raw.load("economies.csv"), book.table),
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
    from overtake.sources import economies as vocabulary
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
    _refuse_loss(new, old, file)
    print("\n".join(vocabulary.without_imf(economies, new)))
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


def _ingest_table(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from overtake.sources import excerpt, own, package, raw

    if not arguments.source:
        raise OvertakeError(
            "--source", "is missing: the brief names it", next_step="--source NAME, such as `World Bank`"
        )
    file, name = _file_name(arguments.path), own.slug(arguments.source)
    only = tuple(code.strip().upper() for code in arguments.economies.split(",") if code.strip())
    read = own.read(arguments.path, tuple(raw.load("economies.csv")["iso3"]), arguments.unit, only)
    edition, base = _edition_of_prices(read.measure, arguments.base)
    both, problems = own.compared(read, raw.milex(), edition)
    raise_all(f"{file}: beside SIPRI's figures", problems, next_step="overtake ingest table FILE --unit UNIT")
    print(f"{file}: {len(read.rows)} figures, {read.measure}; beside SIPRI's edition {edition}:")
    print("\n".join(own.told(both)))
    print(own.nearest(read, raw.milex()))
    if read.left_out:
        print(f"note: left out, not in economies.csv: {', '.join(read.left_out[:12])}"
              f"{f' and {len(read.left_out) - 12} more' if len(read.left_out) > 12 else ''}")  # fmt: skip
    if arguments.dry_run:
        return 0
    new = read.rows.assign(series=name, measure=read.measure, status=arguments.status, source=arguments.source)
    known = raw.load("series.csv")
    table = pd.concat([known[known["series"] != name], new])[list(own.COLUMNS)]
    years = read.rows["year"]
    row = excerpt.edition_row(
        "own", name, _today(), title=arguments.source, full="true", price_base=base, first_year=int(years.min()),
        last_year=int(years.max()), file=file, sha256=package.sha256(arguments.path),
    )  # fmt: skip
    _write({"series.csv": table.sort_values(["series", "iso3", "year"], kind="stable")}, [row])
    print(
        f"to use it: data.series: [{name}] in params.yaml. Publish data/raw/series.csv only where its terms allow that"
    )
    return 0


def _edition_of_prices(measure: str, base: int | None) -> tuple[str, int | str]:
    """Return the SIPRI edition that a series of `measure` is compared with, and its price base, empty but for constant.

    The newest edition; for constant prices the newest of the base that the series states.
    """
    from overtake.sources import raw

    sipri = raw.load("editions.csv")
    sipri = sipri[sipri["publisher"] == "sipri"].sort_values("edition", kind="stable")
    if measure != "milex_constant_usd_m":
        if base is not None:
            raise OvertakeError(
                "--base", "is for constant prices alone", found=base, allowed="with --unit constant_usd_m"
            )
        return str(sipri["edition"].iloc[-1]), ""
    bases = {int(year): str(edition) for edition, year in zip(sipri["edition"], sipri["price_base"], strict=True)}
    if base not in bases:
        raise OvertakeError("--base", "is no price base of an edition in data/raw", found=base,
                            allowed=", ".join(map(str, bases)))  # fmt: skip
    return bases[base], base


def _refuse_loss(new: pd.DataFrame, old: pd.DataFrame | None, file: str) -> None:
    """Refuse a file that would take the IMF's figures from an economy that has them."""
    held = set() if old is None else set(old.loc[old["edition"].isin(new["edition"]), "iso3"])
    missing = [f"{iso3}: has figures of this edition in data/raw/macro.csv" for iso3 in sorted(held - set(new["iso3"]))]
    raise_all(f"{file}: economies without figures", missing, next_step="overtake fetch weo")


def _economy(arguments: argparse.Namespace) -> int:
    import pandas as pd

    from overtake.config.load import json_schema
    from overtake.sources import commit, economies, excerpt, package

    new = economies.row(arguments.iso3, arguments.name, arguments.group)
    known = _in_place("economies.csv")
    if known is not None and new["iso3"] in set(known["iso3"]):
        raise OvertakeError("data/raw/economies.csv", "has this economy", found=new["iso3"],
                            next_step="overtake ingest sipri WORKBOOK")  # fmt: skip
    table = pd.concat([known, pd.DataFrame([new])]).sort_values("iso3", kind="stable")
    commit.write(paths.RAW, {"economies.csv": excerpt.to_csv(table)})
    package.write_text(paths.ROOT / "params.schema.json", json_schema())
    print(f"added {new['iso3']}, {new['name']}; next: overtake ingest sipri WORKBOOK, overtake ingest weo FILE")
    return 0


def _write(tables: dict[str, pd.DataFrame], rows: list[dict[str, Any]], then: str = "dvc repro") -> None:
    """Write tables of figures by file name and their rows of editions.csv, all at once or none."""
    import pandas as pd

    from overtake.sources import commit, excerpt, raw

    tables = {"economies.csv": raw.load("economies.csv"), **tables}  # a row that was added by hand is sealed with it
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
