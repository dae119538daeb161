"""What a new edition brings besides its figures: coefficients, the share that is kept, what changed, its forecast."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overtake import paths
from overtake.errors import OvertakeError

if TYPE_CHECKING:
    import pandas as pd

#: Reads a table of data/raw, None where there is none.
InPlace = Callable[[str], "pd.DataFrame | None"]


def say_ledgers(ledgers: dict[str, pd.DataFrame]) -> None:
    """Say how many sums of regions and ranks a workbook has, or that it has none."""
    if not ledgers:
        print("note: the workbook has no sheet of sums of regions: this edition has none, and no ranks")
        return
    sums, ranks = ledgers["regions.csv"], ledgers["ranks.csv"]
    print(f"  {len(sums)} sums of {sums['region'].nunique()} regions; {len(ranks)} rows of the largest economies")


def with_ledgers(edition: str, ledgers: dict[str, pd.DataFrame], in_place: InPlace) -> dict[str, pd.DataFrame]:
    """Return regions.csv and ranks.csv `in_place` with the rows of `edition` replaced by those of `ledgers`, if any."""
    from overtake.sources import excerpt

    found = {}
    for file, keys in excerpt.LEDGERS.items():
        old = in_place(file)
        if file in ledgers:
            found[file] = excerpt.merged(old, ledgers[file], keys)
        elif old is not None:
            found[file] = old[old["edition"] != edition]  # of another workbook than the one that is now in place
    return found


def watch_the_tenth(book: Any, new: pd.DataFrame, ranks: pd.DataFrame | None, path: Path, dry: bool) -> None:
    """Say what share of the `Workbook` would stand in data/raw; refuse beyond SIPRI's terms (if `dry` only say it)."""
    from overtake.sources import excerpt

    countries = book.table["iso3"].nunique()
    if countries < excerpt.WHOLE:
        print(f"note: a workbook of {countries} countries is an excerpt itself; its share of SIPRI's is not known")
        return
    share = excerpt.kept(book, new, ranks)
    print(f"  {share:.1%} of the edition's figures in data/raw; SIPRI's terms: less than {excerpt.ALLOWED:.0%}")
    if share < excerpt.ALLOWED:
        return
    refusal = OvertakeError(
        f"edition {book.edition}",
        "more of it would stand in data/raw than SIPRI's terms allow to be republished",
        found=f"{share:.1%}, {new['iso3'].nunique()} economies",
        allowed=f"less than {excerpt.ALLOWED:.0%}",
        next_step="take economies out of data/raw/economies.csv; the whole workbook goes to data/panel, which is not "
        f"in git: overtake ingest sipri {path} --all-countries",
    )
    if not dry:
        raise refusal
    print(f"note: without --dry-run this is refused: {refusal}")


def learned(book: Any, in_place: InPlace) -> dict[str, pd.DataFrame]:
    """Return the tables of coefficients `in_place` with those of the `Workbook` put in, none where it is too small."""
    from overtake.futures import coefficients
    from overtake.sources import excerpt

    try:
        found = coefficients.learned(book.table, book.edition)
    except OvertakeError as error:
        print(f"note: coefficients stay as they are: {error}")
        return {}
    print(f"  coefficients of {book.edition} from {book.table['iso3'].nunique()} countries; other editions' are kept")
    return {file: excerpt.merged(in_place(file), rows, excerpt.OF_ORIGIN) for file, rows in found.items()}


def write_changes(table: pd.DataFrame, edition: str) -> None:
    """Write what an edition changed as a table, beside its report."""
    from overtake.sources import excerpt, package

    target = paths.REPORTS / f"edition-{edition}" / "changes.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    package.write_text(target, excerpt.to_csv(table))
    print(f"wrote {target.relative_to(paths.ROOT)}: {len(table)} figures that are new or moved")


def say_forecast(edition: str, editions: pd.DataFrame | None) -> None:
    """Say where no full IMF edition of the date of a SIPRI edition is in place, and what is done about it."""
    from overtake.config.core import Data
    from overtake.edition import clean

    found = edition if editions is None else clean.weo_edition(Data(edition=edition), editions)
    if found < edition:
        print(
            f"note: data/raw has no IMF edition of {edition} or later: with data.weo_edition: matching that of {found} "
            "is used, and the brief says so; for the right one: overtake fetch weo, overtake ingest weo FILE"
        )
