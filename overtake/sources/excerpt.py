"""The project's excerpt of a workbook: the economies in use, what changed against the one in place, its provenance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake.sources import commit, weo
from overtake.sources.regions import Regional
from overtake.sources.sipri import MEASURES, Workbook

FIRST_YEAR = 1989
#: First year of the IMF's rows that are kept.
WEO_FIRST_YEAR = 1990
#: A revision is named when a figure moves by more than this share.
REVISED = 0.01
SIPRI_DOIS = {"2026-04": "10.55163/CQGC9685"}
SIPRI_SOURCE = "SIPRI Military Expenditure Database"
WEO_SOURCE = "IMF World Economic Outlook"
EDITION_COLUMNS = (
    "publisher", "edition", "title", "full", "price_base", "first_year",
    "last_year", "doi", "file", "sha256", "accessed",
)  # fmt: skip
#: Ranking -> how many economies it has. China has long outspent the next ten of its region: twenty tell where it ends.
RANKED = {"world": 10, "asia_oceania": 20}
RANK_COLUMNS = ("edition", "scope", "rank", "country", "iso3", "year", "milex_current_usd_m", "status", "source")
#: SIPRI allows less than this share of a data set; a workbook of fewer countries is itself an excerpt of one.
ALLOWED, WHOLE = 0.1, 100
MOVED_COLUMNS = ("edition", "compared_with", "iso3", "year", "measure", "what", "before", "after", "change_pct")
#: What coefficients are sorted by.
OF_ORIGIN = ("edition", "origin")
#: Decimals kept: 1,000 dollars for sums in millions, 1e-6 percentage points for shares.
DECIMALS = {"milex_constant_usd_m": 3, "milex_current_usd_m": 3, "milex_lcu_m": 3, "gdp_share_pct": 6}


def of_sipri(book: Workbook, economies: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of milex.csv for `economies`, from FIRST_YEAR on, a row for every year, gaps left empty."""
    kept = book.table[book.table["iso3"].isin(economies) & (book.table["year"] >= FIRST_YEAR)]
    index = pd.MultiIndex.from_product([sorted(economies), range(FIRST_YEAR, book.last_year + 1)])
    rows = kept.set_index(["iso3", "year"]).reindex(index).rename_axis(["iso3", "year"]).reset_index()
    rows = rows.round(DECIMALS)
    money = rows[list(MEASURES)]
    rows[list(MEASURES)] = money.where(money.gt(0) | ~money.gt(0).any(axis=1).to_numpy()[:, None])  # see raw.noughts
    marks = rows.groupby("iso3")["marks"].transform("first")
    return pd.DataFrame(
        {
            "edition": book.edition,
            "iso3": rows["iso3"],
            "year": rows["year"],
            **{measure: rows[measure] for measure in MEASURES},
            "status": rows["status"].fillna(""),
            "marks": marks.fillna(""),
            "cell": rows["cell"].fillna(""),
            "source": f"{SIPRI_SOURCE}, {book.first_year}-{book.last_year}",
        }
    )


def of_weo(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of macro.csv: editions with levels whole, the others with real growth and CPI only."""
    parts = []
    for edition, rows in table[table["year"] >= WEO_FIRST_YEAR].groupby("edition", sort=True):
        kept = rows.copy()
        if not weo.is_full(rows):
            kept[[name for name in weo.MEASURES if name != "real_growth_pct"]] = float("nan")
        kept["status"] = "reported"
        kept["source"] = f"{WEO_SOURCE}, {edition}"
        parts.append(kept.dropna(subset=["real_growth_pct", "gdp_lcu_bn"], how="all"))
    columns = ["edition", "iso3", "year", *weo.MEASURES, "is_forecast", "status", "source"]
    return pd.concat(parts, ignore_index=True)[columns]


def of_regions(book: Workbook, regional: Regional) -> pd.DataFrame:
    """Return the rows of regions.csv: SIPRI's own sums from FIRST_YEAR on, US$ bn to 1,000 dollars, none for a gap."""
    rows = regional.sums[regional.sums["year"] >= FIRST_YEAR]
    return pd.DataFrame(
        {
            "edition": book.edition,
            "region": rows["region"],
            "year": rows["year"],
            "milex_constant_usd_bn": rows["milex_constant_usd_bn"].round(6),
            "price_base": book.price_base,
            "status": rows["status"],
            "cell": rows["cell"],
            "source": f"{SIPRI_SOURCE}, {book.first_year}-{book.last_year}",
        }
    ).sort_values(["region", "year"], ignore_index=True, kind="stable")


def of_ranks(book: Workbook, regional: Regional) -> pd.DataFrame:
    """Return the rows of ranks.csv: the largest economies of the last observed year, in current US$ million.

    The world's first ten and the first twenty of Asia and Oceania, among economies with a figure in that year; former
    countries, whose codes have four letters, are none.
    """
    last = book.table[(book.table["year"] == book.last_year) & (book.table["iso3"].str.len() == 3)]
    last = last.dropna(subset=["milex_current_usd_m"])
    last = last.sort_values(["milex_current_usd_m", "iso3"], ascending=[False, True], kind="stable")
    parts = []
    for scope, count in RANKED.items():
        rows = (last if scope == "world" else last[last["iso3"].isin(regional.members)]).head(count)
        parts.append(rows.assign(scope=scope, rank=range(1, len(rows) + 1)))
    table = pd.concat(parts, ignore_index=True).round(DECIMALS)
    table = table.assign(edition=book.edition, source=f"{SIPRI_SOURCE}, {book.first_year}-{book.last_year}")
    return table[list(RANK_COLUMNS)]


#: Table of the workbook's own sums -> what its rows are sorted by.
LEDGERS = {"regions.csv": ("edition", "region", "year"), "ranks.csv": ("edition", "scope", "rank")}


def ledgers(book: Workbook, regional: Regional) -> dict[str, pd.DataFrame]:
    """Return the rows of regions.csv and ranks.csv by file."""
    return {"regions.csv": of_regions(book, regional), "ranks.csv": of_ranks(book, regional)}


def merged(
    old: pd.DataFrame | None, new: pd.DataFrame, keys: tuple[str, ...] = ("edition", "iso3", "year")
) -> pd.DataFrame:
    """Return `old` with the editions in `new` replaced or added, sorted by `keys`."""
    kept = [] if old is None else [old[~old["edition"].isin(new["edition"].unique())]]
    table = pd.concat([*kept, new], ignore_index=True)
    return table.sort_values(list(keys), ignore_index=True, kind="stable")


def moved(old: pd.DataFrame | None, new: pd.DataFrame, measures: tuple[str, ...]) -> pd.DataFrame:
    """Return MOVED_COLUMNS, a row a figure or a status of `new` (one edition) that differs from what is in place.

    Against the same edition where it is in place, else against the newest earlier one, measure by measure where
    units are the same (constant US$ are not, between editions). what: `new year`, `new`, `gone`, `revised` (by more
    than REVISED) or `status`.
    """
    edition = str(new["edition"].iloc[0])
    base = compared_with(old, edition)
    if old is None or base is None:
        return pd.DataFrame(columns=list(MOVED_COLUMNS))
    before = old[old["edition"] == base]
    both = before.merge(new, on=["iso3", "year"], how="outer", suffixes=("_old", "_new"))
    parts = []
    for measure in measures:
        rows = both[["iso3", "year"]].assign(
            measure=measure, before=both[f"{measure}_old"], after=both[f"{measure}_new"]
        )
        rows["change_pct"] = ((rows["after"] / rows["before"] - 1) * 100).round(4)
        known = rows["before"].notna(), rows["after"].notna()
        rows["what"] = np.select(
            [known[0] & ~known[1], ~known[0] & known[1] & (rows["year"] > before["year"].max()), ~known[0] & known[1],
             rows["change_pct"].abs() > 100 * REVISED],
            ["gone", "new year", "new", "revised"], "",
        )  # fmt: skip
        apart = base != edition and measure == "milex_constant_usd_m"  # in other prices: only new years are told
        parts.append(rows[rows["what"].isin(["new year"] if apart else ["gone", "new year", "new", "revised"])])
    flags = both[(both["status_old"] != both["status_new"]) & both["status_old"].notna() & (both["status_new"] != "")]
    flags = flags[flags["status_new"].notna()]
    parts.append(flags[["iso3", "year"]].assign(measure="status", before=flags["status_old"], after=flags["status_new"],
                                                what="status"))  # fmt: skip
    table = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    return table.assign(edition=edition, compared_with=base)[list(MOVED_COLUMNS)]


def compared_with(old: pd.DataFrame | None, edition: str) -> str | None:
    """Return the edition that a new `edition` is compared with: itself, the newest earlier one, or the oldest."""
    known = [] if old is None else sorted(str(name) for name in old["edition"].unique())
    earlier = [name for name in known if name <= edition]
    return max(earlier) if earlier else min(known, default=None)


def changes(old: pd.DataFrame | None, new: pd.DataFrame, measures: tuple[str, ...]) -> list[str]:
    """Return lines that say what `moved` holds: new years, figures revised by more than REVISED, changed statuses."""
    edition = str(new["edition"].iloc[0])
    base = compared_with(old, edition)
    if old is None or base is None:
        return [f"edition {edition}: first excerpt, {len(new)} rows"]
    table = moved(old, new, measures)
    years = sorted(set(new["year"]) - set(old.loc[old["edition"] == base, "year"]))
    lines = [f"edition {edition} against {base}:", f"  new years: {', '.join(map(str, years)) if years else 'none'}"]
    for measure in measures:
        if base != edition and measure == "milex_constant_usd_m":
            continue
        rows = table[table["measure"] == measure]
        revised = rows[rows["what"] == "revised"].astype({"change_pct": float})
        lines.append(f"  {measure}: {len(revised)} figures revised by more than {REVISED:.0%}")
        largest = revised.sort_values("change_pct", key=abs, ascending=False, kind="stable").head(5)
        lines += [f"    {row['iso3']} {row['year']}: {row['change_pct'] / 100:+.1%}"
                  for row in largest.to_dict("records")]  # fmt: skip
        for what in ("new", "gone"):
            places = [f"{row.iso3} {row.year}" for row in rows[rows["what"] == what].itertuples()]
            more = f" and {len(places) - 5} more" if len(places) > 5 else ""
            lines += [f"    {what}: {', '.join(places[:5])}{more}"] * bool(places)
    flags = table[table["what"] == "status"]
    lines.append(f"  changed status: {len(flags)}")
    return lines + [f"    {row.iso3} {row.year}: {row.before!s} -> {row.after!s}" for row in flags.head(5).itertuples()]


def kept(book: Workbook, new: pd.DataFrame, ranks: pd.DataFrame | None) -> float:
    """Return the share of a workbook's figures that an excerpt keeps: those of `new`, and of `ranks` beyond it."""
    mine = int(new[list(MEASURES)].notna().to_numpy().sum())
    mine += 0 if ranks is None else int(ranks.loc[~ranks["iso3"].isin(new["iso3"]), "iso3"].nunique())
    return mine / int(book.table[list(MEASURES)].notna().to_numpy().sum())


def to_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV text, numbers in their shortest exact form, one line feed a row."""
    return table.to_csv(index=False, lineterminator="\n")


def edition_row(publisher: str, edition: str, accessed: str, **known: Any) -> dict[str, Any]:
    """Return a row of editions.csv; what is not known stays empty."""
    row = {"publisher": publisher, "edition": edition, "accessed": accessed, **known}
    return {column: row.get(column, "") for column in EDITION_COLUMNS}


def write(folder: Path, file: str, table: pd.DataFrame) -> None:
    """Write a table of data/raw and seal its hash in the data package."""
    commit.write(folder, {file: to_csv(table)})
