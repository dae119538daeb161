"""The whole workbook for one's own use: SIPRI's groups of countries, and the figures of those that a run names.

`data/panel` is not in git. What a run takes of it, `validate` writes to data/processed/own, which later stages read.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from overtake import paths
from overtake.config.economies import PANEL as PANEL
from overtake.errors import OvertakeError
from overtake.sources import raw
from overtake.sources.excerpt import FIRST_YEAR, of_sipri
from overtake.sources.sipri import Workbook

#: A growth model needs this many years of an economy, up to the last.
FEWEST = 8
OWN = "own"
STEP = "overtake ingest sipri WORKBOOK --all-countries"


def usable(book: Workbook) -> pd.DataFrame:
    """Return the economies of a workbook that a growth model can use: iso3, name, SIPRI's region and subregion.

    They have a figure above zero in the last year and in at least FEWEST years, none of them zero.
    """
    table = book.table[(book.table["year"] >= FIRST_YEAR) & book.table["milex_constant_usd_m"].notna()]
    kept = []
    for code, part in table.groupby("iso3"):
        whole = len(part) >= FEWEST and part["year"].max() == book.last_year and part["milex_constant_usd_m"].min() > 0
        if whole and len(str(code)) == 3:
            kept.append(part.iloc[0][["iso3", "country", "region", "subregion"]])
    return pd.DataFrame(kept, columns=["iso3", "country", "region", "subregion"]).rename(columns={"country": "name"})


def chosen(codes: Iterable[str]) -> pd.DataFrame:
    """Return rows of milex.csv for `codes` from all editions of the panel; one that none has is refused."""
    wanted = tuple(sorted(codes))
    parts = []
    for file in sorted(paths.PANEL.glob("milex_*.parquet")):
        table, edition = pd.read_parquet(file), file.stem.removeprefix("milex_")
        years = table["year"]
        book = Workbook(table, edition, 0, int(years.min()), int(years.max()), "", file.name)
        parts.append(of_sipri(book, tuple(code for code in wanted if code in set(table["iso3"]))))
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["iso3"])
    absent = sorted(set(wanted) - set(found["iso3"]))
    if absent:
        raise OvertakeError("data/panel", "has no figures", found=", ".join(absent), next_step=STEP)
    return found


def write(codes: Iterable[str], target: Path) -> None:
    """Write into the folder `target` what a run takes of the panel: economies.csv and milex.csv, whole or not at all.

    codes: the economies that the parameters name and data/raw lacks; without any, two tables without rows.
    """
    from overtake.sources import package

    wanted = sorted(codes)
    milex = chosen(wanted) if wanted else raw.load("milex.csv").iloc[:0]
    known = (
        pd.read_csv(paths.PANEL / PANEL) if wanted else pd.DataFrame(columns=["iso3", "name", "region", "subregion"])
    )
    rows_ = known[known["iso3"].isin(wanted)].assign(group="other")
    target.mkdir(parents=True, exist_ok=True)
    for name, table in (("economies.csv", rows_), ("milex.csv", milex)):
        package.write_text(target / name, table.to_csv(index=False, lineterminator="\n"))


def with_own(file: str, folder: Path = paths.RAW) -> pd.DataFrame:
    """Return the table `file` of data/raw, milex.csv or economies.csv, with what this run takes of the panel."""
    table = raw.milex(folder) if file == "milex.csv" else raw.load(file, folder)
    own = paths.PROCESSED / OWN / file
    if folder != paths.RAW or not own.is_file():
        return table
    more = pd.read_csv(own, dtype={"edition": str, "marks": str}, keep_default_na=True)
    if more.empty:
        return table
    text = [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    more[text] = more[text].fillna("").astype(str)
    keys = ["edition", "iso3", "year"] if "year" in table else ["iso3"]
    both = pd.concat([table, more[list(table.columns)]], ignore_index=True)
    return both.drop_duplicates(keys).sort_values(keys, ignore_index=True, kind="stable")
