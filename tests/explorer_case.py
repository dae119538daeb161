"""A made-up case for the explorer: futures, rulers with errors, plans, estimates; and Python's answer to a setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake.balances import breakeven, ratio, states
from overtake.balances.summary import first_crossed, quantiles, year_interval
from overtake.config.balances import Balance, Crossing, default_balances
from overtake.draws import Draws, FloatArray
from overtake.explorer import Settings, write
from overtake.explorer.content import Content, content
from overtake.explorer.plans import PARTS, Plans
from overtake.rulers.china import levels
from overtake.show.formats import PROBABILITY, RATIO, SHARE
from overtake.streams import stream
from tests import synthetic

DRAWS = 1000
BY_YEARS = (2030, 2035, 2040)


@dataclass(frozen=True)
class Case:
    """What `write` takes."""

    paths: Draws
    rulers: pd.DataFrame
    balances: Mapping[str, Balance]
    estimates: pd.DataFrame
    settings: Settings
    observed: Draws
    plans: Plans
    errors: dict[str, FloatArray]

    def write(self, out: Path) -> None:
        """Write the page."""
        write(self.paths, self.rulers, self.balances, self.estimates, out, self.settings,
              observed=self.observed, plans=self.plans, errors=self.errors)  # fmt: skip

    def content(self) -> Content:
        """Return what the page embeds."""
        return content(self.paths, self.rulers, self.balances, self.estimates, self.settings,
                       observed=self.observed, plans=self.plans, errors=self.errors)  # fmt: skip


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
    settings = Settings(names=names, edition="2026-04", draws=draws, balance="eleven_us10", source="fake figures")
    shocks = np.cumsum(rng.normal(0, 0.06, values.shape), axis=2) * (np.array(base.years) > base.last_observed)
    shocks[:, base.economies.index("USA")] = 0
    ppp = np.broadcast_to(rng.normal(0, 0.05, (*values.shape[:2], 1)), values.shape)
    errors = {"current_usd": shocks, "gdp_ppp": ppp, "military_ppp": ppp}
    lifts = plans(paths)
    with_plans = paths.values.copy()
    full = lifts[lifts["part"] == 1].pivot(index="iso3", columns="year", values="log_lift")
    for iso3, lift in full.iterrows():
        part = rng.beta(4, 2, (draws, 1))
        with_plans[:, paths.economies.index(str(iso3))] *= np.exp(part * lift.to_numpy()).astype(np.float32)
    drawn = paths.with_values(with_plans, paths.unit)
    return Case(
        drawn, rulers(paths), default_balances(), estimates(), settings, observed, Plans(paths, lifts, 0.66), errors
    )


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


def plans(paths: Draws) -> pd.DataFrame:
    """Return made-up plans of three economies by part: log of the level over that without, with a floor."""
    rows = [
        (part, iso3, year, max(0.0, part - 0.2) * rate * min(max(year - 2025, 0), 8))
        for iso3, rate in (("JPN", 0.03), ("TWN", 0.04), ("AUS", 0.01))
        for part in PARTS
        for year in paths.years
    ]
    return pd.DataFrame(rows, columns=["part", "iso3", "year", "log_lift"])


def embedded(found: Content, setting: Mapping[str, Any], made: Case) -> tuple[Draws, Draws]:
    """Return the embedded draws and the published figures on the setting's ruler, by overtake's own tables."""
    config = found.config
    economies = tuple(each["iso3"] for each in config["economies"])
    years = tuple(range(config["years"][0], config["years"][1] + 1))
    ruler = next(each for each in config["rulers"] if each["name"] == setting["ruler"])
    level: FloatArray | float = 1.0
    known = levels(made.estimates, made.paths.last_observed)[["china_lo", "china_hi"]].mean(axis=1).to_dict()
    central = known.get(setting["level"], 1.0)
    if setting["level"] == "uncertain":
        level = np.exp(found.layers["level"].steps[:, 0, :] / 512)
        central = float(np.median([known["ministry"], known["institute"], known["own"]]))
    lift = np.zeros((len(economies), len(years)))
    if setting["plans"] != "brief" and setting["plans"] > 0:
        rows = made.plans.lifts[np.isclose(made.plans.lifts["part"], setting["plans"])]
        for iso3, row in rows.pivot(index="iso3", columns="year", values="log_lift").iterrows():
            lift[economies.index(str(iso3))] = np.round(row.to_numpy(), 5)
    own = found.layers["plans"].logs() if setting["plans"] == "brief" else 0.0
    flows = np.exp(found.layers["draws"].logs() + own + lift)
    flows[:, economies.index("CHN")] *= central if setting["level"] != "uncertain" else level
    upto = len(config["observed"][0])
    seen = np.array(config["observed"], dtype=float)[None]
    seen[:, economies.index("CHN")] *= central
    if ruler["kind"] == "flow":
        factor = np.full((len(economies), len(years)), np.nan)
        for at, row in enumerate(ruler["centre"]):
            factor[at, len(years) - len(row) :] = row
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
        for year in range(own.shape[1]):
            ages = year - np.arange(1, year + 1)
            later = (own[:, 1 : year + 1] * keep**ages).sum(axis=1)
            found[:, at, first + year] = share[at] * (own[:, 0] / (growth + about["rate"]) * keep**year + later)
    return found


def answer(found: Content, setting: Mapping[str, Any], made: Case) -> dict[str, str]:
    """Return what the page must print for `setting` (side in per cent), by overtake.balances on the embedded draws."""
    paths, seen = embedded(found, setting, made)
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
    year = state.year[np.isfinite(state.year)]
    told = {f"p-{name}": PROBABILITY(state.probability(name))
            for name in ("crossed", "crossing", "not_within", "crossed_back")}  # fmt: skip
    told |= {f"by-{by}": PROBABILITY(float(np.count_nonzero(year <= by) / len(state.year))) for by in BY_YEARS}
    told["ratio"] = RATIO(now)
    told["margin"] = _signed(now / balance.threshold - 1)
    told["margin-interval"] = f"{_signed(low)} to {_signed(high)}"
    middle, first, last = year_interval(state, rule)
    end = f"{last:.0f}" if np.isfinite(last) else f"after {paths.years[-1]}"
    told["median"] = f"{middle:.0f} ({first:.0f} to {end})" if np.isfinite(middle) else "–"
    share = quantiles(breakeven(paths, balance, "USA"), (10, 50, 90))
    for by in BY_YEARS:
        low, middle, high = (SHARE(float(value)) for value in share[:, paths.years.index(by)])
        told[f"share-{by}"] = f"{middle} ({low} to {high})"
    since = first_crossed(seen, balance, rule)
    told["since"] = f"{since:.0f}" if np.isfinite(since) else ""
    return told


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + SHARE(float(value))
