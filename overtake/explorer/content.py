"""Everything the page knows: settings, tables and draws as JSON and packed layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances.sides import weights
from overtake.balances.summary import BY_YEARS
from overtake.brief.context import articled
from overtake.config.balances import Balance
from overtake.draws import Draws, FloatArray
from overtake.errors import raise_all
from overtake.explorer import encode
from overtake.explorer.departures import YUAN
from overtake.explorer.factors import wide
from overtake.explorer.levels import offered
from overtake.explorer.plans import Plans, embedded
from overtake.explorer.sample import Rows
from overtake.explorer.settings import Settings

#: Thresholds that the page offers: low, high, step.
THRESHOLDS = (0.5, 2.0, 0.05)
#: The challengers that the page offers.
SIDES = ({"CHN": 1.0}, {"CHN": 1.0, "RUS": 1.0})


@dataclass(frozen=True)
class Tables:
    """What the page is made of.

    paths: futures without announced plans, constant US$ bn. rows: which of them the page holds (`sample`). rulers:
    `factors.table`. balances: offered as starting points. estimates: data/raw/china_estimates.csv. observed: the
    figures as published, one draw; without it the median of the draws. errors: `factors.errors` of those draws. shares,
    yuan, scenarios: `departures`. said: the brief's own numbers (`said.said`), of the setting in which the page starts.
    """

    paths: Draws
    rows: Rows
    rulers: pd.DataFrame
    balances: Mapping[str, Balance]
    estimates: pd.DataFrame
    observed: Draws | None = None
    plans: Plans | None = None
    errors: Mapping[str, FloatArray] = field(default_factory=dict)
    shares: Mapping[str, Any] = field(default_factory=dict)
    yuan: Mapping[str, FloatArray] = field(default_factory=dict)
    scenarios: Sequence[Mapping[str, Any]] = ()
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Content:
    """The page's JSON, and the layers it refers to by name: `draws`, then one a ruler's errors."""

    config: dict[str, Any]
    layers: dict[str, encode.Layer]


def content(tables: Tables, settings: Settings) -> Content:
    """Return what `build.write` puts into the page."""
    paths, balances, plans = tables.paths, tables.balances, tables.plans
    rows = tables.rows
    _check(paths, balances, settings, len(rows))
    kept = paths.with_values(paths.values[rows], paths.unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = alike.log(kept.values.astype(np.float64))
    draws = encode.layer(logs, kept.economies, kept.years, encode.middle(logs), "futures_without_plans.parquet")
    listed, layers = _rulers(kept, tables)
    levels, uncertain = offered(
        tables.estimates, kept.values.shape[0], settings.seed, settings.level, kept.last_observed
    )
    if uncertain is not None:
        layers["level"] = uncertain
    presets = _presets(balances)
    config = {
        "edition": settings.edition,
        "source": settings.source,
        "unit": paths.unit,
        "economies": [{"iso3": iso3, "name": settings.names[iso3][0], "group": settings.names[iso3][1]}
                      for iso3 in kept.economies],
        "years": [kept.years[0], kept.years[-1]],
        "lastObserved": kept.last_observed,
        "draws": int(kept.values.shape[0]),
        "drawsOfBrief": int(paths.values.shape[0]),
        "step": encode.STEP,
        "first": list(draws.first),
        "centre": _numbers(draws.centre, draws.first),
        "observed": _observed(paths, tables.observed),
        "rulers": listed,
        "stock": {"rate": settings.depreciation_pct / 100, "startYears": settings.start_growth_years},
        "levels": levels,
        "plans": embedded(paths, rows, plans) if plans else None,
        "shares": dict(tables.shares),
        "yuan": list(YUAN) if tables.yuan else None,
        "presets": presets,
        "scenarios": [dict(each) for each in tables.scenarios],
        "thresholds": list(THRESHOLDS),
        "breakeven": settings.breakeven,
        "intervalPct": settings.interval_pct,
        "byYears": [year for year in BY_YEARS if kept.last_observed < year <= kept.years[-1]] or [kept.years[-1]],
        **_words(),
    }  # fmt: skip
    start = _start(presets, settings, [each["name"] for each in listed], [each["key"] for each in levels])
    # The middle one of the years that the brief speaks of.
    told = tables.said if start["level"] == settings.level else {}
    start["year"] = config["byYears"][len(config["byYears"]) // 2]
    return Content({**config, "start": start, "said": dict(told)}, {"draws": draws, **layers})


def _check(paths: Draws, balances: Mapping[str, Balance], settings: Settings, draws: int) -> None:
    """Refuse tables that do not fit together."""
    problems = [f"{iso3}: no name among the settings" for iso3 in paths.economies if iso3 not in settings.names]
    problems += [f"{iso3}: no futures" for iso3 in ("CHN", settings.breakeven) if iso3 not in paths.economies]
    if settings.balance not in balances:
        problems.append(f"{settings.balance}: no such balance to start from")
    if draws < 2:
        problems.append(f"{draws} draws; allowed: 2 or more")
    raise_all("explorer", problems)


def _rulers(paths: Draws, tables: Tables) -> tuple[list[Any], dict[str, Any]]:
    """Return the rulers of the page and the layers of their errors; equal errors share a layer."""
    rulers, ahead = tables.rulers, paths.years.index(paths.last_observed) + 1
    listed: list[dict[str, Any]] = []
    layers: dict[str, encode.Layer] = {}
    for name in dict.fromkeys(rulers["ruler"].astype(str)):
        about = rulers[rulers["ruler"] == name].iloc[0]
        factor = wide(rulers, name, paths)
        factor = np.where(np.isfinite(factor[:, [-1]]), factor, np.nan)  # no use to the page without the years ahead
        entry: dict[str, Any] = {key: str(about[key]) for key in ("label", "unit", "kind")} | {
            "name": name,
            "errors": None,
        }
        if about["kind"] == "stock":
            entry["share"] = [float(share) for share in factor[:, -1]]
        else:
            with np.errstate(invalid="ignore"):
                centre = np.round(alike.log(factor), 6)
            off = tables.errors.get(name, np.zeros((1, *centre.shape)))
            found = encode.layer(centre + off, paths.economies, paths.years, centre, f"rulers, {name}")
            entry |= {"first": list(found.first), "centre": _numbers(found.centre, found.first)}
            if found.steps.any():
                entry["errors"] = _shared(layers, f"errors-{name}", found)
            if name in tables.yuan:
                entry["yuan"] = np.round(tables.yuan[name][:, ahead:], 6).tolist()
        listed.append(entry)
    return listed, layers


def _shared(layers: dict[str, encode.Layer], name: str, found: encode.Layer) -> str:
    """Return the name of a layer with the same steps as `found`, adding it where there is none."""
    for known, layer in layers.items():
        if layer.first == found.first and np.array_equal(layer.steps, found.steps):
            return known
    layers[name] = found
    return name


def _presets(balances: Mapping[str, Balance]) -> list[dict[str, Any]]:
    """Return the balances that the page's controls can show: China with or without Russia, whole per cents."""
    found = []
    for name, balance in balances.items():
        against, side = weights(balance)
        cents = {iso3: round(100 * weight) for iso3, weight in side.items()}
        whole = all(abs(cents[iso3] - 100 * weight) < 1e-9 for iso3, weight in side.items())
        if against in SIDES and whole and _offered(balance.threshold):
            found.append({"key": name, "label": balance.label, "phrase": articled(balance.label), "side": cents,
                          "against": sorted(against), "threshold": balance.threshold})  # fmt: skip
    return found


def _offered(threshold: float) -> bool:
    """Tell whether the page's slider can stand at `threshold`."""
    low, high, step = THRESHOLDS
    return low <= threshold <= high and abs(threshold / step - round(threshold / step)) < 1e-9


def _start(presets: list[dict[str, Any]], settings: Settings, rulers: list[str], levels: list[str]) -> dict[str, Any]:
    """Return the state in which the page opens: the settings', or the first that its controls can show.

    A headline balance with broken per cents, a ruler out of use or a level of purchasing power must not stop the brief.
    """
    allies = [iso3 for iso3, (_, group) in sorted(settings.names.items()) if group == "ally" and iso3 != "USA"]
    fallback = {"side": dict.fromkeys(allies, 100), "against": ["CHN"], "threshold": 1.0}
    wanted = [preset for preset in presets if preset["key"] == settings.balance]
    preset = (wanted or presets or [fallback])[0]
    return {
        "side": preset["side"],
        "against": preset["against"],
        "threshold": preset["threshold"],
        "sustain": settings.sustain,
        "ruler": settings.ruler if settings.ruler in rulers else rulers[0],
        "level": settings.level if settings.level in levels else "sipri",
        "without": [],
        **settings.departures,
    }


def _observed(paths: Draws, observed: Draws | None) -> list[list[float | None]]:
    """Return the figures as published, (economies, observed years), None where there is none.

    Without `observed` the median of the draws stands in for them.
    """
    upto = paths.years.index(paths.last_observed) + 1
    if observed is None:
        values = np.median(paths.values[:, :, :upto], axis=0)
    else:
        rows = [observed.economies.index(iso3) for iso3 in paths.economies]
        columns = [observed.years.index(year) for year in paths.years[:upto]]
        values = observed.values[0][np.ix_(rows, columns)]
    return [[float(f"{value:.9g}") if np.isfinite(value) else None for value in row] for row in values]


def _numbers(values: FloatArray, first: tuple[int, ...]) -> list[list[float]]:
    """Return the rows of `values` from each one's first year on."""
    return [row[start:].tolist() for row, start in zip(values, first, strict=True)]


def _words() -> dict[str, Any]:
    """Return the brief's verbs and calibrated words with their upper bounds."""
    from overtake.brief.sentences import VERBS, plural_verb
    from overtake.show.numbers import TERMS

    # A probability inside each class, to ask for the verb of several subjects.
    return {
        "verbs": [[bound, words, plural_verb(bound - 0.02)] for bound, words in VERBS],
        "terms": [list(pair) for pair in TERMS],
    }
