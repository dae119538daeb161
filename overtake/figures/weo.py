"""Read the IMF's World Economic Outlook: the tab-separated database file, or a long or wide CSV extract of it.

The database file names its edition in its last line; an extract has an `edition` column or is told it.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd

from overtake.errors import OvertakeError, raise_all

#: WEO subject code -> column of macro.csv, each in the unit of the name.
CONCEPTS = {
    "NGDP_RPCH": "real_growth_pct",
    "NGDPD": "gdp_usd_bn",
    "NGDP": "gdp_lcu_bn",
    "NGDP_D": "gdp_deflator_index",
    "PCPI": "cpi_index",
    "PPPEX": "ppp_lcu_per_intl_usd",
    "GGX": "gov_spending_lcu_bn",
    "LP": "population_m",
}
MEASURES = tuple(CONCEPTS.values())
MISSING = {"", "n/a", "--", "nan"}
MAX_BYTES = 100_000_000
MONTHS = {"April": "04", "October": "10"}
#: An edition is full where it has levels for at least this many economies, not growth rates alone.
FULL_ECONOMIES = 12


def read(path: Path, economies: tuple[str, ...], edition: str | None = None) -> pd.DataFrame:
    """Return edition, iso3, year, the eight measures of `CONCEPTS` and is_forecast ("true", "false" or "").

    One row per edition, economy and year; `edition` names that of a file that does not say it. Raise OvertakeError
    for a file of another kind, a value that is no number, a duplicate or an economy without any figure.
    """
    text = _text(path)
    head = text.split("\n", 1)[0].lower()
    if "weo subject code" in head:
        long = _database(text, path)
    elif "concept" in head and "value" in head:
        long = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    elif "iso3" in head and "ngdp_rpch" in head:
        long = _unpivot(pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False))
    else:
        raise OvertakeError(
            str(path),
            "is no WEO file that is known",
            found=head[:100],
            allowed="the WEO database (tab-separated), or a CSV extract of it, long or with a column a concept",
            next_step="overtake fetch weo",
        )
    if "edition" not in long:
        if edition is None:
            raise OvertakeError(
                str(path), "does not say its edition", next_step=f"overtake ingest weo {path} --edition 2026-04"
            )
        long["edition"] = edition
    return _tidy(long, economies, path)


def is_full(rows: pd.DataFrame) -> bool:
    """Tell whether one edition's rows hold levels (GDP and PPP factors) for most economies, not growth alone."""
    levels = rows.dropna(subset=["gdp_lcu_bn", "ppp_lcu_per_intl_usd"])
    return int(levels["iso3"].nunique()) >= FULL_ECONOMIES


def _text(path: Path) -> str:
    if not path.is_file():
        raise OvertakeError(str(path), "no such file", next_step="overtake fetch weo")
    if path.stat().st_size > MAX_BYTES:
        raise OvertakeError(str(path), "is too large for a WEO file", allowed=f"up to {MAX_BYTES} bytes")
    content = path.read_bytes()
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1")
    if b"\x00" in content and encodings[0] != "utf-16":
        raise OvertakeError(str(path), "is not text", next_step="overtake fetch weo")
    for encoding in encodings:
        try:
            return content.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise OvertakeError(str(path), "is not readable text", next_step="overtake fetch weo")


def _database(text: str, path: Path) -> pd.DataFrame:
    """Return the tab-separated database in long form: edition, iso3, concept, year, value, lastactualdate."""
    named = re.search(r"World Economic Outlook Database, (April|October) (\d{4})", text)
    if named is None:
        raise OvertakeError(str(path), "lacks the closing line that names its edition: truncated?")
    wide = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, on_bad_lines="skip")
    wide = wide[wide["WEO Subject Code"].isin(CONCEPTS)]
    years = [column for column in wide.columns if re.fullmatch(r"\d{4}", column)]
    long = wide.melt(["ISO", "WEO Subject Code", "Estimates Start After"], years, "year", "value")
    long.columns = pd.Index(["iso3", "concept", "lastactualdate", "year", "value"])
    return long.assign(edition=f"{named.group(2)}-{MONTHS[named.group(1)]}")


def _unpivot(wide: pd.DataFrame) -> pd.DataFrame:
    concepts = [column for column in wide.columns if column.upper() in CONCEPTS]
    long = wide.melt(["iso3", "year"], concepts, "concept", "value")
    return long.assign(concept=long["concept"].str.upper(), lastactualdate="")


def _tidy(long: pd.DataFrame, economies: tuple[str, ...], path: Path) -> pd.DataFrame:
    """Return the wide table from long text rows; every offender is listed."""
    rows = long[long["iso3"].isin(economies) & long["concept"].isin(CONCEPTS)].copy()
    rows["value"] = rows["value"].str.replace(",", "", regex=False).str.strip()
    rows = rows[~rows["value"].str.lower().isin(MISSING)]
    number = pd.to_numeric(rows["value"], errors="coerce")
    year = pd.to_numeric(rows["year"], errors="coerce")
    bad = rows[number.isna() | (number.abs() == float("inf")) | year.isna()]
    labels = bad["edition"] + " " + bad["iso3"] + " " + bad["concept"] + " " + bad["year"] + ": found " + bad["value"]
    raise_all(f"{path.name}: values that are no numbers", list(labels))
    rows = rows.assign(value=number, year=year.astype(int))
    keys = ["edition", "iso3", "concept", "year"]
    doubled = rows[rows.duplicated(keys)]
    raise_all(
        f"{path.name}: figures that stand twice",
        [f"{row.edition} {row.iso3} {row.concept} {row.year}" for row in doubled.itertuples()],
    )
    absent = sorted(set(economies) - set(rows["iso3"]))
    raise_all(f"{path.name}: economies without figures", absent, next_step="overtake fetch weo")
    table = rows.pivot(index=["edition", "iso3", "year"], columns="concept", values="value").rename(columns=CONCEPTS)
    table = table.reindex(columns=list(MEASURES)).reset_index()
    return table.merge(_forecasts(rows), on=["edition", "iso3", "year"], how="left").fillna({"is_forecast": ""})


def _forecasts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return is_forecast by edition, economy and year: later than the last actual year of real growth, where known."""
    growth = rows[rows["concept"] == "NGDP_RPCH"]
    last = pd.to_numeric(growth["lastactualdate"], errors="coerce")
    mark = (growth["year"] > last).map({True: "true", False: "false"}).where(last.notna(), "")
    return growth[["edition", "iso3", "year"]].assign(is_forecast=mark)
