"""Read the IMF's World Economic Outlook: the tab-separated database, the data portal's CSV files, or a plain extract.

The database names its edition in its last line, the portal its date of publication in a column; an extract has an
`edition` column or is told it. Every line must be whole: a file that is damaged anywhere is refused by line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from overtake.errors import OvertakeError, raise_all
from overtake.sources import weo_layouts
from overtake.sources.kinds import encoding, kind
from overtake.sources.weo_layouts import CONCEPTS

MEASURES = tuple(CONCEPTS.values())
MISSING = {"", "n/a", "n.a.", "na", "#n/a", "--", "-", "–", "—", "..", "...", "…", "nan"}
#: What is read here.
WANTED = "the WEO database of countries (tab-separated), the data portal's CSV, or a CSV extract"
MAX_BYTES = 100_000_000
EDITION = re.compile(r"\d{4}-(04|10)")
#: An edition is full where it has levels for at least this many economies, not growth rates alone.
FULL_ECONOMIES = 12
FIRST_YEAR, LAST_YEAR = 1950, 2100
#: Between which values, with room to spare, every economy in use has lain since 1990: a unit error by 1,000 in any of
#: the series involved, in one year or in all, falls outside.
PER_HEAD_USD, PER_HEAD_PPP, PPP_OVER_MARKET = (50.0, 500_000.0), (200.0, 500_000.0), (0.2, 60.0)
SPENDING_SHARE, GROWTH_PCT, LARGEST_INDEX = (0.02, 1.0), (-50.0, 50.0), (50.0, 5_000.0)
#: The US dollar is the unit of both accounts and of the PPP factors: these agree but for rounding.
US_SLACK = 0.01


def read(path: Path, economies: tuple[str, ...], edition: str | None = None) -> pd.DataFrame:
    """Return edition, iso3, year, the eight measures of `CONCEPTS` and is_forecast ("true", "false" or "").

    One row per edition, economy and year; `edition` names that of a file that does not say it. Raise OvertakeError
    for a file of another kind, a damaged line, a value that is no number, a duplicate or no figure of `economies`.
    """
    text = _text(path)
    long = weo_layouts.long_table(text, path)
    if edition is not None and not EDITION.fullmatch(edition):
        raise OvertakeError("--edition", "is no edition", found=edition, allowed="year-month: 2026-04 or 2026-10")
    if "edition" not in long:
        long["edition"] = ""
    blank = long["edition"] == ""
    if blank.any() and edition is None:
        raise OvertakeError(
            str(path), "does not say its edition", next_step=f"overtake ingest weo {path} --edition 2026-04"
        )
    long.loc[blank, "edition"] = edition
    return _tidy(long, economies, path, weo_layouts.separator(text) == ";")


def is_full(rows: pd.DataFrame) -> bool:
    """Tell whether one edition's rows hold levels (GDP and PPP factors) for most economies, not growth alone."""
    levels = rows.dropna(subset=["gdp_lcu_bn", "ppp_lcu_per_intl_usd"])
    return int(levels["iso3"].nunique()) >= FULL_ECONOMIES


def implausible(table: pd.DataFrame) -> list[str]:
    """Return a line per figure of `table` that only an error explains: signs, units by 1,000, US accounts apart."""
    t = table
    usa = t[t["iso3"] == "USA"]
    lines = [
        *(line for name in MEASURES[1:] for line in _outside(t, t[name], name, (0.0, float("inf")))),
        *_outside(t, t["real_growth_pct"], "real_growth_pct", GROWTH_PCT),
        *_outside(t, 1000 * t["gdp_usd_bn"] / t["population_m"], "GDP per head, US$", PER_HEAD_USD),
        *_outside(
            t,
            1000 * t["gdp_lcu_bn"] / t["ppp_lcu_per_intl_usd"] / t["population_m"],
            "GDP per head, international $",
            PER_HEAD_PPP,
        ),
        *_outside(
            t,
            t["gdp_lcu_bn"] / t["ppp_lcu_per_intl_usd"] / t["gdp_usd_bn"],
            "GDP in international $ over GDP in US$",
            PPP_OVER_MARKET,
        ),
        *_outside(t, t["gov_spending_lcu_bn"] / t["gdp_lcu_bn"], "government spending over GDP", SPENDING_SHARE),
        *_outside(usa, usa["gdp_lcu_bn"] / usa["gdp_usd_bn"], "US GDP, local over US$", (1 - US_SLACK, 1 + US_SLACK)),
        *_outside(usa, usa["ppp_lcu_per_intl_usd"], "US PPP factor", (1 - US_SLACK, 1 + US_SLACK)),
    ]
    for name in ("gdp_deflator_index", "cpi_index"):
        known = t.dropna(subset=[name])
        largest = known.loc[known.groupby(["edition", "iso3"])[name].idxmax()]
        lines += _outside(largest, largest[name], f"largest {name}", LARGEST_INDEX)
    return lines


def _outside(table: pd.DataFrame, values: pd.Series, name: str, limits: tuple[float, float]) -> list[str]:
    """Return a line per row of `table` whose value of `values` is known and not between (or at) `limits`."""
    low, high = limits
    bad = (values < low) | (values > high) | ((values == 0.0) & (low == 0.0))
    return [
        f"{row.edition} {row.iso3} {row.year}: {name} is {value:g}, expected {low:g} to {high:g} (a unit error?)"
        for row, value in zip(table[bad].itertuples(), values[bad], strict=True)
    ]


def _text(path: Path) -> str:
    if not path.is_file():
        raise OvertakeError(str(path), "no such file", next_step="overtake fetch weo")
    if path.stat().st_size > MAX_BYTES:
        raise OvertakeError(str(path), "is too large for a WEO file", allowed=f"up to {MAX_BYTES} bytes")
    content = path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise OvertakeError(
            str(path),
            "is a workbook",
            allowed="text: the tab-separated database, or CSV",
            next_step="open it, save its sheet `Countries` as CSV in UTF-8, then ingest that file",
        )
    what, found = kind(content[:2048]), encoding(content)
    if what.startswith(("a ", "an ", "empty")):
        raise OvertakeError(str(path), f"is {what}", allowed=WANTED, next_step="overtake fetch weo")
    if found is None:
        raise OvertakeError(str(path), f"is not text but {what}", allowed=WANTED, next_step="overtake fetch weo")
    try:
        text = content.decode(found)
    except UnicodeDecodeError as error:
        raise OvertakeError(
            str(path), f"is not readable text in {found}", found=error, next_step="overtake fetch weo"
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n", 1)[-1] if text[:4].lower() == "sep=" else text  # a spreadsheet's note to itself


def _plain(values: pd.Series, semicolons: bool, path: Path) -> pd.Series:
    """Return numbers as text with a decimal point alone; refuse a file that writes decimals in two ways.

    values: text. A comma is decimal where one stands before other than three digits, or behind four; a file with
    `semicolons` between cells comes from a spreadsheet that writes decimal commas, unless its numbers show points.
    """
    values = values.str.replace(r"(?<=\d)[\s'\u2019](?=\d{3})", "", regex=True).str.replace("\u2212", "-")
    comma = values.str.contains(r",\d{1,2}$|,\d{4,}$|\d{4},\d|^-?0,\d|\.\d{3},\d")
    point = values.str.contains(r",\d{3}\.\d|\.\d{1,2}$|\.\d{4,}$|\d{4}\.\d|^-?0\.\d|^-?\d{1,3}(?:,\d{3}){2,}$")
    if comma.any() and point.any():
        both = f"{values[comma].iloc[0]:.40} and {values[point].iloc[0]:.40}"
        raise OvertakeError(path.name, "has decimal commas and decimal points", found=both,
                            allowed="one of them throughout", next_step="overtake fetch weo")  # fmt: skip
    if comma.any() or (semicolons and not point.any() and values.str.contains(",").any()):
        values = values.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return values.str.replace(",", "", regex=False)


def _tidy(long: pd.DataFrame, economies: tuple[str, ...], path: Path, semicolons: bool) -> pd.DataFrame:
    """Return the wide table from long text rows; every offender is listed."""
    rows = long[long["iso3"].isin(economies) & long["concept"].isin(CONCEPTS)].copy()
    text = ["edition", "year", "value", "lastactualdate"]
    rows[text] = rows[text].astype(str)  # a table without rows has no type
    rows["value"] = rows["value"].str.strip()
    rows = rows[~rows["value"].str.lower().isin(MISSING)]
    rows["value"] = _plain(rows["value"], semicolons, path)
    number = pd.to_numeric(rows["value"], errors="coerce").astype(float)
    year = pd.to_numeric(rows["year"], errors="coerce").astype(float)
    good = number.abs().lt(float("inf")) & year.between(FIRST_YEAR, LAST_YEAR) & (year % 1 == 0)
    good &= rows["edition"].str.fullmatch(EDITION)
    raise_all(
        f"{path.name}: values that are no numbers, or years or editions that are none",
        [
            f"line {row['line']}: {row['edition']:.10} {row['iso3']} {row['concept']} {row['year']:.10}: "
            f"found {row['value']:.40}"
            for row in rows[~good].to_dict("records")
        ],
    )
    rows = rows.assign(value=number * rows["factor"], year=year.astype(int))
    keys = ["edition", "iso3", "concept", "year"]
    doubled = rows[rows.duplicated(keys)]
    raise_all(
        f"{path.name}: figures that stand twice",
        [f"line {row.line}: {row.edition} {row.iso3} {row.concept} {row.year}" for row in doubled.itertuples()],
    )
    absent = [] if len(rows) else sorted(economies)  # one that the file lacks is for the caller to judge
    raise_all(f"{path.name}: economies without figures", absent, next_step="overtake fetch weo")
    table = rows.pivot(index=["edition", "iso3", "year"], columns="concept", values="value").rename(columns=CONCEPTS)
    table = table.reindex(columns=list(MEASURES)).reset_index()
    return table.merge(_forecasts(rows), on=["edition", "iso3", "year"], how="left").fillna({"is_forecast": ""})


def _forecasts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return is_forecast by edition, economy and year: later than the last actual year of real growth, where known.

    The last actual year is `2024`, or a fiscal year `FY2024/25`, which the IMF counts as its first.
    """
    growth = rows[rows["concept"] == "NGDP_RPCH"]
    last = pd.to_numeric(growth["lastactualdate"].str.extract(r"(\d{4})")[0], errors="coerce")
    mark = (growth["year"] > last).map({True: "true", False: "false"}).where(last.notna(), "")
    return growth[["edition", "iso3", "year"]].assign(is_forecast=mark)
