"""An economy as data: its row of economies.csv, what of it came with an edition, and what it does without."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from overtake.config.params import Params
from overtake.errors import OvertakeError

#: What an economy that the IMF's edition lacks has to do without.
COST = (
    "no future on the rulers current_usd, gdp_ppp, military_ppp and symmetric; GDP goes on at its own mean growth, "
    "and no share of GDP is said of the futures"
)


def row(iso3: str, name: str | None, group: str) -> dict[str, str]:
    """Return the row of economies.csv for `iso3`; its English name is that of ISO 3166 where none is given.

    Its region and subregion are blank until a workbook says them (`placed`).
    """
    import pycountry

    country = pycountry.countries.get(alpha_3=iso3.upper())
    if country is None and name is None:
        raise OvertakeError(
            "overtake economy add",
            "no code of ISO 3166-1 alpha-3",
            found=iso3,
            allowed="three letters, such as CAN; for a code of SIPRI's own, such as XKX, give --name",
        )
    known = name or getattr(country, "common_name", None) or getattr(country, "name", "")
    return {"iso3": iso3.upper(), "name": str(known), "region": "", "subregion": "", "group": group}


def placed(economies: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return economies.csv with blank regions and subregions filled by SIPRI's headings.

    figures: iso3, region, subregion of a workbook. The growth model lets economies under one heading move together.
    """
    found = figures.groupby("iso3")[["region", "subregion"]].first().reindex(economies["iso3"])
    filled = economies.copy()
    for column in ("region", "subregion"):
        filled[column] = [old or new for old, new in zip(economies[column], found[column].fillna(""), strict=True)]
    return filled


def came(new: pd.DataFrame, old: pd.DataFrame | None, macro: pd.DataFrame | None) -> list[str]:
    """Return lines on what of each economy an excerpt holds, and who is new or without figures of the IMF.

    new: rows of milex.csv of one edition; old, macro: milex.csv and macro.csv in place.
    """
    before = new.iloc[:0] if old is None else old[old["edition"].isin(new["edition"])]
    known = set(before["iso3"])
    figures = new.dropna(subset=["milex_constant_usd_m"]).groupby("iso3")["year"]
    lines = ["  rows: " + ", ".join(f"{iso3} {count}" for iso3, count in new.groupby("iso3").size().items())]
    for iso3 in sorted(set(new["iso3"]) - known) if known else []:
        years = figures.get_group(iso3)
        lines.append(f"  new economy {iso3}: {len(years)} figures, {years.min()}-{years.max()}")
    return lines + [f"  note: {line}" for line in without_imf(sorted(new["iso3"].unique()), macro)]


def without_imf(economies: Iterable[str], macro: pd.DataFrame | None) -> list[str]:
    """Return a line where the newest edition of macro.csv lacks some of `economies`: who, what it costs, what to do."""
    newest = None if macro is None or macro.empty else str(macro["edition"].max())
    known = set() if macro is None else set(macro.loc[macro["edition"] == newest, "iso3"])
    absent = sorted(set(economies) - known)
    if not absent:
        return []
    where = f"the WEO of {newest}" if newest else "no WEO in data/raw"
    return [f"no IMF figures of {', '.join(absent)} ({where}): {COST}; to add them: `overtake ingest weo FILE`"]


def unlevelled(params: Params, estimates: pd.DataFrame) -> list[str]:
    """Return a line per level of China that the parameters name and china_estimates.csv does not."""
    known = {"sipri", "uncertain", *estimates["estimate"].astype(str)}
    asked: dict[str, tuple[str, ...]] = {"rulers.china_level": (params.rulers.china_level,)}
    asked["sensitivity.multiverse.china_levels"] = params.sensitivity.multiverse.china_levels
    return [f"{key}: no level {level:.40} in data/raw/china_estimates.csv"
            for key, levels in asked.items() for level in levels if level not in known]  # fmt: skip


def unfigured(params: Params, milex: pd.DataFrame) -> list[str]:
    """Return a line per economy that the parameters name and whose figures an edition in use lacks, both named."""
    present = milex.dropna(subset=["milex_constant_usd_m"]).groupby("edition")["iso3"].agg(set)
    axes = params.sensitivity.multiverse
    asked = [(params.data.edition, "data.edition", params.balances)]
    named = {name: params.balances[name] for name in axes.coalitions if name in params.balances}
    asked += [(edition, "sensitivity.multiverse.editions", named) for edition in axes.editions]
    lines = [f"{key}: {edition} is not in data/raw/milex.csv; known: {', '.join(present.index)}"
             for edition, key, _ in asked if edition not in present.index]  # fmt: skip
    for edition, key, balances in asked:
        for name, balance in balances.items():
            members = {*balance.members, *balance.breakeven}
            absent = sorted(members - present[edition]) if edition in present.index else []
            lines += [f"balances.{name}: {iso3} has no figures in edition {edition} ({key}); ingest that edition's "
                      "workbook too, or leave the economy or the edition out" for iso3 in absent]  # fmt: skip
    return list(dict.fromkeys(lines))
