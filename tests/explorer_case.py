"""A made-up case for the explorer: futures, rulers with errors, plans, estimates; and Python's answer to a setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake.balances import breakeven, ratio, states
from overtake.balances.summary import first_crossed, quantiles, year_interval
from overtake.config.balances import Balance, Crossing, default_balances
from overtake.config.params import Params
from overtake.config.scenario import Scenario
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.edition.shares import gdp_path, sipri_per_government
from overtake.explorer import Settings, departures, write
from overtake.explorer.content import Content, Tables, content
from overtake.explorer.plans import Plans
from overtake.explorer.settings import of_params
from overtake.futures.plans import Pledge, moved
from overtake.rulers.china import levels
from overtake.scenarios.adjust import adjust
from overtake.show.formats import PROBABILITY, RATIO, SHARE
from overtake.streams import stream
from tests import synthetic
from tests.edition_case import made

DRAWS = 1000
BY_YEARS = (2030, 2035, 2040)


@dataclass(frozen=True)
class Case:
    """What `write` takes, and the edition that shares of GDP are reckoned with."""

    tables: Tables
    settings: Settings
    edition: Edition

    @cached_property
    def levels(self) -> dict[str, float]:
        """Return the middle of each estimate of China's level, by name."""
        known = levels(self.tables.estimates, self.tables.paths.last_observed)
        return known[["china_lo", "china_hi"]].mean(axis=1).to_dict()

    def write(self, out: Path) -> None:
        """Write the page."""
        write(self.tables, out, self.settings)

    def content(self) -> Content:
        """Return what the page embeds."""
        return content(self.tables, self.settings)


def case(draws: int = DRAWS) -> Case:
    """Return the case: Russia starts in 1992, Viet Nam's purchasing power in 1995, exchange rates carry errors."""
    base = synthetic.paths()
    values = np.resize(base.values, (draws, *base.values.shape[1:])).copy()
    rng = stream(11, "explorer case")
    values *= np.exp(rng.normal(0, 0.05, (*values.shape[:2], 1)))  # level errors
    ahead = base.years.index(base.last_observed) + 1
    values[:, :, ahead:] *= np.exp(np.cumsum(rng.normal(0, 0.02, values[:, :, ahead:].shape), axis=2))
    values[:, base.economies.index("RUS"), :3] = np.nan
    paths = base.with_values(values.astype(np.float32), base.unit)
    observed = base.with_values(base.values[:1].copy(), base.unit)
    observed.values[:, base.economies.index("RUS"), :3] = np.nan
    names = {iso3: (about[0], about[1]) for iso3, about in synthetic.ECONOMIES.items()}
    edition = figures(observed)
    planned = plans(paths, edition, rng)
    start = {"plans": "cut", "tiers": planned.start, "growth": {}, "from": 2026, "to": 2035, "reach": {}, "yuan": 0.0}
    settings = replace(of_params(Params(), names, "2026-04", "fake figures", start), seed=0, balance="eleven_us10")
    shocks = np.cumsum(rng.normal(0, 0.06, values.shape), axis=2) * (np.array(base.years) > base.last_observed)
    shocks[:, base.economies.index("USA")] = 0
    ppp = np.broadcast_to(rng.normal(0, 0.05, (*values.shape[:2], 1)), values.shape)
    tables = Tables(
        paths,
        np.arange(draws),
        rulers(paths),
        default_balances(),
        estimates(),
        observed,
        planned,
        {"current_usd": shocks, "gdp_ppp": ppp, "military_ppp": ppp},
        departures.shares(paths, edition),
        {"current_usd": appreciation(paths)},
        scenarios(start),
    )
    return Case(tables, settings, edition)


def figures(observed: Draws) -> Edition:
    """Return an edition of the observed years: all at 2% of GDP, which grows by 3%; two definitions of governments."""
    table = [
        (iso3, year, observed.values[0, at, observed.years.index(year)], 2.0)
        for at, iso3 in enumerate(observed.economies)
        for year in (observed.last_observed - 1, observed.last_observed)
    ]
    macro = [(iso3, year, 3.0) for iso3 in observed.economies for year in (2025, 2026, 2031)]
    crosswalk = [("JPN", "nato_like", 0.7), ("TWN", "nato", 0.8), ("KOR", "mnd", 1.1), ("VNM", "none", np.nan)]
    return made(
        pd.DataFrame(table, columns=["iso3", "year", "milex_constant_usd_bn", "gdp_share_pct"]),
        pd.DataFrame(macro, columns=["iso3", "year", "real_growth_pct"]),
        crosswalk=pd.DataFrame(crosswalk, columns=["iso3", "basis", "sipri_over_headline"]),
    )


def appreciation(paths: Draws) -> FloatArray:
    """Return logs of a yuan that gains the rates of the page's grid for ten years."""
    low, high, step = departures.YUAN
    years = np.clip(np.array(paths.years) - paths.last_observed, 0, 10)
    return np.log1p(np.arange(low, high + step / 2, step) / 100)[:, None] * years


def plans(paths: Draws, edition: Edition, rng: np.random.Generator) -> Plans:
    """Return made-up plans: Japan up, then a second goal as an aim; Taiwan up; Australia down."""
    last = paths.last_observed
    gdp = {iso3: gdp_path(edition.spending, edition.macro, iso3, last, last + 8) for iso3 in ("JPN", "TWN", "AUS")}
    soon = Pledge("JPN", (last, last + 2), (2.0, 2.6), gdp["JPN"][:3], 0.7)
    announced = (
        soon,
        Pledge("TWN", (last, last + 5), (2.0, 3.0), gdp["TWN"][:6], 0.6),
        Pledge("AUS", (last, last + 8), (2.0, 1.8), gdp["AUS"], 0.8),
    )
    aim = Pledge("JPN", (last, last + 2, last + 6), (2.0, 2.6, 3.3), gdp["JPN"][:7], 0.7)
    return Plans(
        {"none": (), "spent": (soon,), "announced": announced, "aim": (aim, *announced[1:])},
        {iso3: np.round(rng.beta(4, 2, len(paths.values)), 4) for iso3 in ("JPN", "TWN", "AUS")},
        np.median(paths.values, axis=0).astype(float),
        0.66,
        "announced",
        "cut",
    )


def scenarios(start: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return two scenarios."""
    rows = [
        ("slow", "China slows", "China grows more slowly.", {"growth": {"CHN": -3}}),
        ("up", "Allies at 3.5%", "Two reach it.", {"reach": {
            iso3: {"share": 3.5, "year": 2035, "definition": "sipri"} for iso3 in ("JPN", "KOR")}}),
    ]  # fmt: skip
    plain = {**start, "level": "sipri", "sustain": 2}
    return [
        {"key": key, "label": label, "description": words, "part": {**plain, **part}}
        for key, label, words, part in rows
    ]


def rulers(paths: Draws) -> pd.DataFrame:
    """Return made-up factors by ruler, economy and year; purchasing power of Viet Nam is missing before 1995."""
    about = [
        ("constant_usd", "constant US$ at market exchange rates", "constant US$ bn", "flow"),
        ("current_usd", "current US$", "current US$ bn", "flow"),
        ("gdp_ppp", "GDP purchasing-power parity", "international $ bn", "flow"),
        ("military_ppp", "military purchasing-power parity", "military $ bn", "flow"),
        ("stock", "cumulative stock, equal shares", "stock, constant US$ bn", "stock"),
        ("stock_own", "cumulative stock of equipment, own shares", "stock, constant US$ bn", "stock"),
    ]
    parts = []
    for ruler, label, unit, kind in about:
        for at, iso3 in enumerate(paths.economies):
            years = np.array(paths.years)
            lift = synthetic.UPLIFT.get(ruler, 1.0) * (1.5 if iso3 in ("IND", "VNM", "IDN", "CHN") else 0.9)
            factor = {
                "constant_usd": np.ones(len(years)),
                "current_usd": 1.02 ** (years - 2024),
                "stock": np.full(len(years), 1.0),
                "stock_own": np.full(len(years), 0.2 + 0.01 * at),
            }.get(ruler, lift * 0.995 ** (years - 2025))
            if iso3 == "VNM" and ruler == "gdp_ppp":
                factor = np.where(years < 1995, np.nan, factor)
            parts.append(
                pd.DataFrame({"ruler": ruler, "label": label, "unit": unit, "kind": kind, "iso3": iso3, "year": years,
                              "factor": factor})
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def estimates() -> pd.DataFrame:
    """Return a made-up ledger; two are in purchasing power, one is too old, and none of the three must be offered."""
    rows = [
        ("ministry_old", "Ministry", 2014, "mer", 200, 200, 600),
        ("ministry", "Ministry", 2024, "mer", 330, 450, 850),
        ("institute", "Institute", 2023, "mer", 219, 219, 905),
        ("own", "Own", 2024, "mer", 314, 314, 997),
        ("parity", "Parity", 2024, "ppp", 470, 480, 1300),
        ("half", "Half", 2022, "ppp", 300, 320, np.nan),
    ]
    columns = ["estimate", "label", "year", "basis", "china_usd_bn_lo", "china_usd_bn_hi", "us_usd_bn"]
    nothing = dict.fromkeys(("china_us_ratio_lo", "china_us_ratio_hi"), np.nan)
    return pd.DataFrame(rows, columns=columns).assign(
        scope="full",
        bound="",
        us_status="reported",
        superseded_by="",
        sipri_china_usd_bn=314.0,
        sipri_us_usd_bn=997.0,
        **nothing,
    )


def spending(found: Content, setting: Mapping[str, Any], made_: Case) -> Draws:
    """Return the embedded draws under a setting's plans and departures, constant US$, by overtake's own functions."""
    config, tables = found.config, made_.tables
    economies = tuple(each["iso3"] for each in config["economies"])
    years = tuple(range(config["years"][0], config["years"][1] + 1))
    values = np.exp(found.layers["draws"].logs())
    paths = Draws(values, economies, years, config["lastObserved"], "x")
    assert tables.plans is not None
    for pledge in tables.plans.tiers[setting["tiers"]]:
        if pledge.iso3 in setting["without"] or setting["plans"] == 0:
            continue
        at = economies.index(pledge.iso3)
        own = tables.plans.parts[pledge.iso3][made_.tables.rows]
        part = own if setting["plans"] == "cut" else np.array([setting["plans"]])
        values[:, at] *= moved(tables.plans.middle[at], paths, pledge, part)
    return adjust(paths, scenario(setting, economies, made_.edition), made_.edition)


def scenario(setting: Mapping[str, Any], economies: tuple[str, ...], edition: Edition) -> Scenario:
    """Return a setting's departures as the scenario of the parameters: `members` by name, definitions that exist."""
    members = [iso3 for iso3, percent in setting["side"].items() if percent > 0 and iso3 != "USA"]
    targets = {}
    for iso3 in economies:
        target = setting["reach"].get(iso3) or (setting["reach"].get("members") if iso3 in members else None)
        if target:
            known = sipri_per_government(edition.ledgers["crosswalk"], iso3) is not None
            targets[iso3] = {"share_pct": target["share"], "year": target["year"],
                             "definition": target["definition"] if known else "sipri"}  # fmt: skip
    growth = {**{iso3: setting["growth"].get("members", 0) for iso3 in members}, **setting["growth"]}
    growth.pop("members", None)
    return Scenario.model_validate(
        {"growth_shift_pct": growth, "from_year": setting["from"], "to_year": setting["to"], "share_targets": targets}
    )


def embedded(found: Content, setting: Mapping[str, Any], made_: Case) -> tuple[Draws, Draws]:
    """Return the embedded draws and the published figures on the setting's ruler, by overtake's own tables."""
    config = found.config
    paths = spending(found, setting, made_)
    economies, years, flows = paths.economies, paths.years, paths.values.copy()
    ruler = next(each for each in config["rulers"] if each["name"] == setting["ruler"])
    level: FloatArray | float = 1.0
    known = made_.levels
    central = known.get(setting["level"], 1.0)
    if setting["level"] == "uncertain":
        level = np.exp(found.layers["level"].steps[:, 0, :] / 512)
        central = float(np.median([known["ministry"], known["institute"], known["own"]]))
    flows[:, economies.index("CHN")] *= central if setting["level"] != "uncertain" else level
    upto = len(config["observed"][0])
    seen = np.array(config["observed"], dtype=float)[None]
    seen[:, economies.index("CHN")] *= central
    if ruler["kind"] == "flow":
        factor = np.full((len(economies), len(years)), np.nan)
        for at, row in enumerate(ruler["centre"]):
            factor[at, len(years) - len(row) :] = row
        if ruler["name"] in made_.tables.yuan:
            gained = np.clip(np.array(years) - paths.last_observed, 0, 10) * np.log1p(setting["yuan"] / 100)
            factor[economies.index("CHN")] += gained
        off = found.layers[ruler["errors"]].steps / 512 if ruler["errors"] else 0.0
        flows = flows * np.exp(factor + off)
        seen = seen * np.exp(factor[:, :upto])
    else:
        flows, seen = (_stock(each, ruler["share"], config["stock"]) for each in (flows, seen))
    last = config["lastObserved"]
    return Draws(flows, economies, years, last, "x"), Draws(seen, economies, years[:upto], last, "x")


def _stock(flows: FloatArray, share: list[float], about: Mapping[str, Any]) -> FloatArray:
    """Return stocks as a sum of decayed outlays, a second route beside the recursion of the page."""
    found = np.full_like(flows, np.nan)
    keep = 1 - about["rate"]
    for at in range(flows.shape[1]):
        first = int(np.argmax(np.isfinite(flows[0, at])))
        own = flows[:, at, first:]
        span = min(about["startYears"], own.shape[1] - 1)
        growth = np.maximum(np.log(own[:, span] / own[:, 0]) / span, 0)
        ages = np.arange(own.shape[1]) - np.arange(own.shape[1])[:, None]
        left = np.where(ages >= 0, keep ** np.maximum(ages, 0), 0.0)
        start = own[:, 0] / (growth + about["rate"])
        found[:, at, first:] = share[at] * (np.outer(start, left[0]) + own[:, 1:] @ left[1:])
    return found


def answer(found: Content, setting: Mapping[str, Any], made_: Case) -> dict[str, str]:
    """Return what the page must print for `setting` (side in per cent), by overtake.balances on the embedded draws."""
    paths, seen = embedded(found, setting, made_)
    balance = Balance(
        label="x",
        side={iso3: percent / 100 for iso3, percent in setting["side"].items()},
        against=dict.fromkeys(setting["against"], 1.0),
        threshold=setting["threshold"],
    )
    rule = Crossing(sustain=setting["sustain"], interval_pct=found.config["intervalPct"])
    drawn = ratio(paths, balance)
    state = states(drawn, paths.years, paths.last_observed, rule.sustain, balance.threshold)
    tail = (100 - rule.interval_pct) / 200
    at = paths.years.index(paths.last_observed)
    low, high = np.quantile(drawn[:, at], [tail, 1 - tail]) / balance.threshold - 1
    now = float(ratio(seen, balance)[0, -1])
    ahead = {year: float(state.lead[:, state.years.index(year)].mean()) for year in (*BY_YEARS, setting["year"])}
    told = {f"p-{name}": PROBABILITY(state.probability(name))
            for name in ("crossed", "crossing", "not_within", "crossed_back")}  # fmt: skip
    told |= {f"in-{by}": PROBABILITY(ahead[by]) for by in BY_YEARS} | {"lead": PROBABILITY(ahead[setting["year"]])}
    told["ratio"] = RATIO(now)
    told["margin"] = _signed(now / balance.threshold - 1)
    told["margin-interval"] = f"{_signed(low)} to {_signed(high)}"
    middle, first, last = year_interval(state, rule)
    end = f"{last:.0f}" if np.isfinite(last) else f"after {paths.years[-1]}"
    told["median"] = f"{middle:.0f} ({first:.0f} to {end})" if np.isfinite(middle) and now <= balance.threshold else "–"
    share = quantiles(breakeven(paths, balance, "USA"), (10, 50, 90))
    for by in BY_YEARS:
        low, middle, high = (SHARE(float(value)) for value in share[:, paths.years.index(by)])
        told[f"share-{by}"] = f"{middle} ({low} to {high})"
    since = first_crossed(seen, balance, rule)
    told["since"] = f"{since:.0f}" if np.isfinite(since) else ""
    return told


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + SHARE(float(value))
