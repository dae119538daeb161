"""Read the ledgers: hand-made tables of budgets, estimates, plans and forecasts, checked for contradictions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike, paths
from overtake.errors import OvertakeError, raise_all
from overtake.sources import raw

NEXT = "mend the row after its source, then seal the tables again"
#: Announced growth is on the base of the year before as executed, so it differs a little from budget over budget.
GROWTH_SLACK_POINTS = 0.6
#: Headline shares are published to one or two digits, so their ratio to SIPRI's is known to about this much.
FACTOR_SLACK = 0.04
#: Published ratios are rounded to whole per cent.
RATIO_SLACK = 0.02

LEDGERS = (
    "china_official_budget",
    "china_estimates",
    "plans",
    "crosswalk",
    "realisation",
    "adjustments",
    "composition",
    "forecast_register",
    "events",
    "footnotes",
)


def load(name: str, folder: Path = paths.RAW) -> pd.DataFrame:
    """Return the ledger data/raw/`name`.csv, its cells checked by schema and its rows against one another."""
    table = raw.load(f"{name}.csv", folder)
    raise_all(f"data/raw/{name}.csv", _CHECKS[name](table), next_step=NEXT)
    return table


def load_all(folder: Path = paths.RAW) -> dict[str, pd.DataFrame]:
    """Return every ledger by name, checked, also against one another and the bibliography; list all offenders."""
    tables, problems = {}, []
    for name in LEDGERS:
        try:
            tables[name] = load(name, folder)
        except OvertakeError as error:
            problems.append(str(error))
    if not problems:
        problems = [*unlinked(tables["plans"], tables["crosswalk"]), *uncited(tables, folder)]
    raise_all("data/raw: ledgers", problems, next_step=NEXT)
    return tables


#: What a page makes a link of.
ADDRESSES = {"URL": (r"https?://[^\s\"'<>]+", "https://..."), "DOI": (r"10\.\d{4,9}/[^\s\"'<>]+", "10.1234/...")}


def uncited(tables: dict[str, pd.DataFrame], folder: Path) -> list[str]:
    """Return a line per reference that the bibliography lacks, and per address in it that no page should follow."""
    path = folder / "references.json"
    try:
        works = {str(work["id"]): dict(work) for work in json.loads(path.read_text(encoding="utf-8-sig"))}
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"data/raw/references.json: is not a bibliography in CSL-JSON ({error})"]
    absent = [
        f"data/raw/{name}.csv: reference {key} is not in references.json"
        for name, table in tables.items()
        for key in sorted(set(table["reference"]) - set(works))
    ]
    return absent + [
        f"data/raw/references.json: {key}: {field} {str(work[field])[:60]!r}; allowed: {allowed}"
        for key, work in works.items()
        for field, (shape, allowed) in ADDRESSES.items()
        if field in work and not re.fullmatch(shape, str(work[field]))
    ]


def unlinked(plans: pd.DataFrame, crosswalk: pd.DataFrame) -> list[str]:
    """Return a line per target in shares of GDP whose definition the crosswalk does not name."""
    # A row without a factor says that none is known: such a target counts for nothing, and says so.
    links = set(zip(crosswalk["iso3"], crosswalk["basis"], strict=True))
    goals = plans[(plans["role"] == "target") & (plans["kind"] == "gdp_share")]
    return [
        f"data/raw/plans.csv: {row['plan']}: no factor for {row['iso3']} {row['basis']} in crosswalk.csv"
        for row in _rows(goals)
        if (row["iso3"], row["basis"]) not in links
    ]


def pairs(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of China's spending beside SIPRI's figures of the same year, one row each.

    Columns beside those of the ledger (estimate, label, year, basis, scope, bound, status, superseded_by): china_lo,
    china_hi (over SIPRI's China; NaN where not in dollars); us (over SIPRI's United States); equal_lo, equal_hi (China
    over the United States on one estimate's rules, NaN where it restates China alone: a derived or unverified figure of
    the United States makes no such pair); lift_lo, lift_hi (the same over SIPRI's ratio); alone (China over SIPRI's
    United States, the middle).
    """
    found = estimates.copy()
    us, sipri_us = found["us_usd_bn"], found["sipri_us_usd_bn"]
    reported = found["us_status"].eq("reported") | blank(found["us_status"])
    found["us"] = us / sipri_us
    for end in ("lo", "hi"):
        china, stated = found[f"china_usd_bn_{end}"], found[f"china_us_ratio_{end}"]
        found[f"china_{end}"] = china / found["sipri_china_usd_bn"]
        found[f"equal_{end}"] = (china / us).fillna(stated).where(reported)
    for low, high in (("equal_lo", "equal_hi"), ("equal_hi", "equal_lo")):
        found[low] = found[low].fillna(found[high])
    for end in ("lo", "hi"):
        found[f"lift_{end}"] = found[f"equal_{end}"] / (found["sipri_china_usd_bn"] / sipri_us)
    found["alone"] = found[["china_usd_bn_lo", "china_usd_bn_hi"]].mean(axis=1) / sipri_us
    return found.dropna(subset=["china_hi", "equal_hi"], how="all").reset_index(drop=True)


def blank(column: pd.Series) -> pd.Series:
    """Return where a column of text says nothing."""
    found: pd.Series = column.isna() | column.eq("")
    return found


def evidence(realisation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with `ratio` (delivered over planned) and `factor`: delivered over planned growth.

    A level that fell short by a ratio after h years of growth planned at g was reached by the factor
    1 + ln(ratio) / (h ln(1 + g)) of that growth; where the planned growth is not known the ratio itself stands.
    """
    planned = realisation[["planned", "planned_hi"]].mean(axis=1)
    ratio = realisation["delivered"] / planned
    years = (realisation["target_year"] - realisation["made"]).astype(float)
    planned_log = years * alike.log(1 + realisation["planned_growth_pct"] / 100)
    of_growth = pd.Series(1 + alike.log(ratio) / planned_log).where(realisation["measure"] == "level")
    return realisation.assign(ratio=ratio, factor=of_growth.fillna(ratio))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `table` as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _ranges(table: pd.DataFrame, *columns: str) -> list[str]:
    """Return a line per row whose lower end lies above its upper end, for columns `X_lo`, `X_hi` or `X`, `X_hi`."""
    lines = []
    key = str(table.columns[0])
    for name in columns:
        low, high = f"{name}_lo" if f"{name}_lo" in table else name, f"{name}_hi"
        bad = table[table[low] > table[high]]
        lines += [f"{row[key]}: {low} {row[low]:g} above {high} {row[high]:g}" for row in _rows(bad)]
    return lines


def _budget(table: pd.DataFrame) -> list[str]:
    """Return the contradictions of the official budget: scopes, ranges, growth against budget over budget."""
    lines = _ranges(table, "usd_bn")
    by_year = table.set_index("year")
    for year, row in zip(by_year.index, _rows(table), strict=True):
        if not np.isclose(row["announced_rmb_bn"], row[f"{row['scope']}_rmb_bn"], equal_nan=False):
            lines.append(f"{year}: announced {row['announced_rmb_bn']:g} is not the {row['scope']} figure")
        if np.isfinite(row["national_rmb_bn"]) and row["central_rmb_bn"] > row["national_rmb_bn"]:
            lines.append(f"{year}: the central figure exceeds the national one")
        if year - 1 not in by_year.index:
            lines += [f"{year}: the year before is missing"] if year > by_year.index.min() else []
            continue
        # Never across scopes: from a central to a national figure the budget seems to jump.
        for scope in ("national_rmb_bn", "central_rmb_bn"):
            grown = 100 * (row[scope] / float(by_year[scope][year - 1]) - 1)
            if abs(grown - row["announced_growth_pct"]) > GROWTH_SLACK_POINTS:
                lines.append(f"{year}: announced growth {row['announced_growth_pct']:g} %, {scope} grew {grown:.1f} %")
    return lines


def _estimates(table: pd.DataFrame) -> list[str]:
    """Return the contradictions of the estimates: ranges, ratios that do not follow from the pair."""
    names = ("china_usd_bn", "china_us_ratio", "ratio_to_official", "ratio_to_sipri")
    lines = _ranges(table, *names)
    for row in _rows(table):
        for end in ("lo", "hi"):
            stated, made = row[f"china_us_ratio_{end}"], row[f"china_usd_bn_{end}"] / row["us_usd_bn"]
            if abs(stated - made) > RATIO_SLACK:
                lines.append(f"{row['estimate']}: China over US is {made:.2f}, stated {stated:.2f}")
        if not (np.isfinite(row["china_usd_bn_lo"]) or np.isfinite(row["china_usd_bn_hi"])) and not np.isfinite(
            row["china_us_ratio_lo"]
        ):
            lines.append(f"{row['estimate']}: neither a figure nor a ratio")
    return lines


def _plans(table: pd.DataFrame) -> list[str]:
    """Return the contradictions of the plans: targets without a year, broken links between rows."""
    names = set(table["plan"])
    lines = [f"{row['plan']}: a target without a year" for row in _rows(table)
             if row['role'] == "target" and pd.isna(row['target_year'])]  # fmt: skip
    lines += [f"{row['plan']}: superseded by {row['superseded_by']}, which is no plan here" for row in _rows(table)
              if row['superseded_by'] and row['superseded_by'] not in names]  # fmt: skip
    lines += [f"{row['plan']}: share {row['value']:g} % of GDP" for row in _rows(table)
              if row['kind'] == "gdp_share" and row['value'] > 20]  # fmt: skip
    return lines + _ranges(table, "value")


def _crosswalk(table: pd.DataFrame) -> list[str]:
    """Return a line per factor that its two shares do not give."""
    headline = table[["headline_share_pct", "headline_share_pct_hi"]].mean(axis=1)
    made = table["sipri_share_pct"] / headline
    bad = (made - table["sipri_over_headline"]).abs() > FACTOR_SLACK
    return [
        f"{row['iso3']} {row['basis']}: factor {row['sipri_over_headline']:g}, shares give {row['made']:.2f}"
        for row in _rows(table.assign(made=made)[bad])
    ]


def _realisation(table: pd.DataFrame) -> list[str]:
    """Return the contradictions of the evidence on plans."""
    late = table[table["target_year"] < table["made"]]
    return _ranges(table, "planned") + [f"{row['plan']}: target year before the plan" for row in _rows(late)]


def _adjustments(table: pd.DataFrame) -> list[str]:
    """Return a line per row that sets a year beside itself."""
    return [f"{row['adjustment']}: beside itself" for row in _rows(table[table["year"] == table["as_year"]])]


def _composition(table: pd.DataFrame) -> list[str]:
    """Return a line per economy and year whose shares exceed a whole."""
    total = table.groupby(["iso3", "year"], as_index=False)["share"].sum()
    over = total[total["share"] > 1.01]
    return [f"{row['iso3']} {row['year']}: shares sum to {row['share']:.3f}" for row in _rows(over)]


def _register(table: pd.DataFrame) -> list[str]:
    """Return the contradictions of the register: targets before the forecast, growth without a base year."""
    lines = [f"{row['forecast']}: the target lies before the forecast" for row in _rows(table)
             if row['target_year_lo'] < row['made'] or row['target_year_hi'] < row['target_year_lo']]  # fmt: skip
    based = table["measure"].isin(["milex_factor", "milex_growth_pct"])
    lines += [f"{row['forecast']}: growth without a base year" for row in _rows(table[based])
              if pd.isna(row['base_year'])]  # fmt: skip
    paired = table["measure"].isin(["gdp_ratio", "milex_ratio"])
    return lines + [f"{row['forecast']}: a ratio of one" for row in _rows(table[paired]) if not row["comparator"]]


_CHECKS: dict[str, Callable[[pd.DataFrame], list[str]]] = {
    "china_official_budget": _budget,
    "china_estimates": _estimates,
    "plans": _plans,
    "crosswalk": _crosswalk,
    "realisation": _realisation,
    "adjustments": _adjustments,
    "composition": _composition,
    "forecast_register": _register,
    "events": lambda table: [],
    "footnotes": lambda table: [],
}
