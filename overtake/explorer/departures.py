"""What the reader may change about the futures: growth, shares of GDP, the yuan; and the scenarios that do so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.futures import TIERS
from overtake.config.params import Params
from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.edition.shares import gdp_path, sipri_per_government
from overtake.errors import OvertakeError
from overtake.explorer.factors import table, wide
from overtake.explorer.plans import Plans
from overtake.kept import kept_arrays
from overtake.scenarios.compare import NamedScenario

#: Real appreciation of the yuan that the page offers, per cent a year: low, high, step.
YUAN = (-5.0, 5.0, 0.5)


def shares(paths: Draws, edition: Edition) -> dict[str, Any]:
    """Return by economy what turns a share of GDP into spending; none of an economy without figures of its GDP.

    gdp: constant US$ bn, each year after the last observed one; perGovernment: a per cent in its government's
    definition in SIPRI's (None where unknown); basis: that definition.
    """
    found = {}
    crosswalk = edition.ledgers["crosswalk"]
    for iso3 in paths.economies:
        try:
            gdp = gdp_path(edition.spending, edition.macro, iso3, paths.last_observed, paths.years[-1])[1:]
        except OvertakeError:
            continue
        rows = crosswalk[(crosswalk["iso3"] == iso3) & crosswalk["sipri_over_headline"].notna()]
        found[iso3] = {
            "gdp": [float(f"{each:.9g}") for each in gdp],
            "perGovernment": sipri_per_government(crosswalk, iso3),
            "basis": str(rows["basis"].iloc[0]) if len(rows) else "",
        }
    return found


def yuan(paths: Draws, edition: Edition, settings: Rulers, seed: int, rulers: pd.DataFrame) -> dict[str, FloatArray]:
    """Return by ruler the log of China's factor over that of `rulers` (`factors.table`), (grid of `YUAN`, years).

    None where the parameters' own appreciation is not on the grid; rulers that do not see the yuan are left out.
    """
    made_from = (paths, edition, settings, seed, rulers)
    return kept_arrays("yuan", made_from, lambda: _yuan(*made_from))


def _yuan(paths: Draws, edition: Edition, settings: Rulers, seed: int, rulers: pd.DataFrame) -> dict[str, FloatArray]:
    low, high, step = YUAN
    own = settings.prices.real_appreciation_pct.get("CHN", 0.0)
    if not (low <= own <= high and abs(own / step - round(own / step)) < 1e-9) or "CHN" not in paths.economies:
        return {}
    # Prices are relative to the United States: with China's, no other row is needed.
    rows = [at for at, iso3 in enumerate(paths.economies) if iso3 in ("CHN", "USA")]
    paths = replace(paths, values=paths.values[:, rows], economies=tuple(paths.economies[row] for row in rows))
    at = paths.economies.index("CHN")
    flows = [name for name in settings.use if (rulers.loc[rulers["ruler"] == name, "kind"] == "flow").all()]
    found: dict[str, list[FloatArray]] = {name: [] for name in flows}
    before = {name: wide(rulers, name, paths)[at] for name in flows}
    for rate in np.arange(low, high + step / 2, step):
        moved = {**settings.prices.real_appreciation_pct, "CHN": float(rate)}
        prices = settings.prices.model_copy(update={"real_appreciation_pct": moved})
        asked = settings.model_copy(update={"use": tuple(flows), "prices": prices})
        factor = table(paths, edition, asked, seed)
        for name in flows:
            found[name].append(alike.log(wide(factor, name, paths)[at] / before[name]))
    stacked = {name: np.stack(each) for name, each in found.items()}
    return {name: logs for name, logs in stacked.items() if np.nanmax(np.abs(logs)) > 1e-9}


def of_params(params: Params, plans: Plans | None) -> dict[str, Any]:
    """Return the part of the page's setting that the parameters' plans, scenario and prices make."""
    scenario = params.scenario
    return {
        "plans": plans.way if plans else "cut",
        "tiers": plans.start if plans else "none",
        "growth": {iso3: rate for iso3, rate in scenario.growth_shift_pct.items() if rate},
        "from": scenario.from_year,
        "to": scenario.to_year,
        "reach": {
            iso3: {"share": target.share_pct, "year": target.year, "definition": target.definition}
            for iso3, target in scenario.share_targets.items()
        },
        "yuan": params.rulers.prices.real_appreciation_pct.get("CHN", 0.0),
    }


def presets(scenarios: Iterable[NamedScenario], base: Params, plans: Plans | None) -> list[dict[str, Any]]:
    """Return the scenarios that the page's controls can show: name, label, description, the setting's part.

    A scenario that changes anything but plans, growth, shares of GDP, the yuan, China's level or `sustain` is left out.
    """
    found = []
    for scenario in scenarios:
        params = scenario.params
        if _stripped(params) != _stripped(base):
            continue
        part = of_params(params, plans)
        if plans:
            asked = params.futures.plans
            part["plans"] = {"face_value": 1.0, "cut": "cut", "off": plans.way}[asked]
            part["tiers"] = "none" if asked == "off" else _tiers(plans, params, base)
        if plans and part["tiers"] is None:
            continue
        part |= {"level": params.rulers.china_level, "sustain": params.crossing.sustain}
        found.append({"key": scenario.name, "label": scenario.label, "description": scenario.description, "part": part})
    return found


def _tiers(plans: Plans, params: Params, base: Params) -> str | None:
    """Return the page's name of the tiers that `params` let count, None where it has none."""
    if params.futures.plan_tiers == base.futures.plan_tiers and base.futures.plans != "off":
        return plans.start
    asked = set(params.futures.plan_tiers)
    up_to: dict[str, set[str]] = {"none": set(), **{name: set(TIERS[: at + 1]) for at, name in enumerate(TIERS)}}
    return next((name for name in plans.tiers if up_to.get(name) == asked), None)


def _stripped(params: Params) -> Mapping[str, Any]:
    """Return the parameters without what the page's controls move."""
    values = params.model_dump(mode="json")
    values.pop("scenario")
    for section, key in (("futures", "plans"), ("futures", "plan_tiers"), ("rulers", "china_level"),
                         ("crossing", "sustain")):  # fmt: skip
        values[section].pop(key)
    values["rulers"]["prices"]["real_appreciation_pct"].pop("CHN", None)
    return values
