"""The layouts in which the IMF's World Economic Outlook comes as text, each brought into one long table.

- the *database*: tab-separated, or as a spreadsheet has saved it, a row an economy and subject, a column a year, the
  edition in the last line;
- the data portal's *series* file: CSV, a row a series code such as `USA.NGDPD.A`, a column a year, `SCALE` in words;
- the data portal's *observations*, SDMX-CSV: a row a figure, in single units whatever `SCALE` says;
- a plain *extract*: long (edition, iso3, concept, year, value) or with a column a concept.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from overtake.errors import OvertakeError, raise_all
from overtake.sources.kinds import kind

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
#: What the unit of a column of macro.csv is in single dollars, units of currency or persons; 1 for the others.
UNITS = {"NGDPD": 1e9, "NGDP": 1e9, "GGX": 1e9, "LP": 1e6}
SCALES = {"": 1.0, "units": 1.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "trillions": 1e12}
MONTHS = {"April": "04", "October": "10"}
MAX_COLUMNS = 500
YEAR = re.compile(r"\d{4}")


def long_table(text: str, path: Path) -> pd.DataFrame:
    """Return line, iso3, concept, year, value (text), lastactualdate, factor (to the unit of macro.csv), [edition]."""
    head, between = text.split("\n", 1)[0].lower(), separator(text)
    if "country group" in head:
        raise OvertakeError(
            str(path), "is the IMF's file of country groups", found=head[:100],
            allowed="that of countries, whose rows begin with a country code and ISO", next_step="overtake fetch weo",
        )  # fmt: skip
    if "weo subject code" in head:
        return _database(text, path)
    if "subject descriptor" in head:
        raise OvertakeError(
            str(path), "is an export of the IMF's query page, without codes of economies and subjects",
            found=head[:100], allowed="the whole database, or the query with ISO and WEO subject codes",
            next_step="overtake fetch weo",
        )  # fmt: skip
    if "series_code" in head and "scale" in head:
        return _series(_rows(text, between, path, ("series_code", "scale")), path)
    if "obs_value" in head and "time_period" in head:
        return _observations(_rows(text, between, path, ("country", "indicator", "time_period", "obs_value")))
    if "concept" in head and "value" in head:
        table = _rows(text, between, path, ("iso3", "concept", "year", "value"))
        return table.assign(lastactualdate=table.get("lastactualdate", ""), factor=1.0)
    if "iso3" in head and "ngdp_rpch" in head:
        return _extract(_rows(text, between, path, ("iso3", "year")))
    raise OvertakeError(
        str(path),
        f"is no WEO file that is known, but {kind(text[:2048].encode())}",
        found=head[:100],
        allowed="the WEO database, the data portal's CSV, or a CSV extract, long or a column a concept",
        next_step="overtake fetch weo",
    )


def separator(text: str) -> str:
    """Return what stands between the cells of the first line most often: a tab, a semicolon or a comma."""
    head = text.split("\n", 1)[0]
    return max(("\t", ";", ","), key=head.count)


def _rows(text: str, delimiter: str, path: Path, needed: tuple[str, ...], notes: bool = False) -> pd.DataFrame:
    """Return the table in `text`, all cells text, headings in lower case, with the line each row ends in.

    Every row must have as many cells as the header; `notes` allows lines of one cell, which are left out.
    """
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows: list[list[str]] = []
    ragged: list[str] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if len(header) > MAX_COLUMNS:
            raise OvertakeError(f"{path.name}, line 1", "has too many columns", found=len(header), allowed=MAX_COLUMNS)
        for cells in reader:
            if notes and cells and not "".join(cells[1:]).strip():
                continue  # a spreadsheet fills the closing line up with separators
            if len(cells) <= 1 and (notes or not "".join(cells).strip()):
                continue
            if len(cells) > len(header) and not "".join(cells[len(header) :]).strip():
                cells = cells[: len(header)]  # a delimiter too many at the end says nothing
            if len(cells) == len(header):
                rows.append([*cells, str(reader.line_num)])
            else:
                ragged.append(f"line {reader.line_num}: {len(cells)} cells")
    except csv.Error as error:
        raise OvertakeError(
            f"{path.name}, line {reader.line_num}", "is not valid CSV", found=error, next_step="overtake fetch weo"
        ) from error
    raise_all(f"{path.name}: lines that have not {len(header)} cells", ragged, next_step="overtake fetch weo")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    raise_all(f"{path.name}, line 1: columns that stand twice", twice)
    raise_all(f"{path.name}, line 1: columns that are missing", [name for name in needed if name not in header])
    return pd.DataFrame(rows, columns=[*header, "line"], dtype=str)


def _database(text: str, path: Path) -> pd.DataFrame:
    named = re.search(r"World Economic Outlook Database, (April|October) (\d{4})", text)
    if named is None:
        raise OvertakeError(str(path), "lacks the closing line that names its edition: truncated?")
    needed = ("iso", "weo subject code", "estimates start after")
    wide = _rows(text, separator(text), path, needed, notes=True).rename(
        columns={"iso": "iso3", "weo subject code": "concept", "estimates start after": "lastactualdate"}
    )
    long = _melted(wide).assign(factor=1.0)
    return long.assign(edition=f"{named.group(2)}-{MONTHS[named.group(1)]}")


def _melted(wide: pd.DataFrame) -> pd.DataFrame:
    """Return a row a year from a table with a column a year."""
    wide = wide[wide["concept"].isin(CONCEPTS)]
    years = [column for column in wide.columns if YEAR.fullmatch(column)]
    kept = [name for name in ("line", "iso3", "concept", "lastactualdate", "factor", "edition") if name in wide]
    return wide.melt(kept, years, "year", "value")


def _series(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    code = table["series_code"].str.extract(r"^([A-Z0-9]+)\.([A-Z_0-9]+)\.A$")
    table = table.assign(iso3=code[0], concept=code[1])
    table = table[table["concept"].isin(CONCEPTS)]
    scale = table["scale"].str.strip().str.lower()
    odd = table[~scale.isin(SCALES)]
    raise_all(
        f"{path.name}: scales that are not known", [f"line {row.line}: {row.scale!r}" for row in odd.itertuples()]
    )
    factor = scale.map(SCALES).astype(float) / _unit(table)
    return _melted(_portal(table.assign(factor=factor)))


def _observations(table: pd.DataFrame) -> pd.DataFrame:
    annual = table[table["frequency"] == "A"] if "frequency" in table else table
    named = annual.rename(
        columns={"country": "iso3", "indicator": "concept", "time_period": "year", "obs_value": "value"}
    )
    return _portal(named.assign(factor=1.0 / _unit(named)))


def _unit(table: pd.DataFrame) -> pd.Series:
    return table["concept"].map(UNITS).astype(float).fillna(1.0)


def _portal(table: pd.DataFrame) -> pd.DataFrame:
    """Return a portal's table with `edition` from its date of publication and the last actual year."""
    published = table["publication_date"].str[:7] if "publication_date" in table else ""
    return table.assign(edition=published, lastactualdate=table.get("latest_actual_annual_data", ""))


def _extract(wide: pd.DataFrame) -> pd.DataFrame:
    concepts = [column for column in wide.columns if column.upper() in CONCEPTS]
    long = wide.melt(["line", "iso3", "year"], concepts, "concept", "value")
    return long.assign(concept=long["concept"].str.upper(), lastactualdate="", factor=1.0)
