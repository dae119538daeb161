"""Frozen forecasts: what a run said, kept with hash, date and commit, and its scores once a later edition is there.

What is frozen cannot have seen what followed. A forecast is growth since the last year of its own edition, so that no
level of one edition is set against another's.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances import ratio
from overtake.config.balances import Balance
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures.series import of_spending
from overtake.skill import scores
from overtake.skill.realtime import aligned

FOLDER = Path("data") / "published" / "forecasts"
COLUMNS = ("kind", "name", "year", "level", "value")
#: Levels of the quantiles kept.
LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
SCORED = ("forecast", "kind", "name", "year", "horizon", "score", "value", "outcome")


@dataclass(frozen=True)
class Forecast:
    """One frozen forecast: its name, what is known of it, and its rows (COLUMNS).

    kind `growth`: quantile (level) of log growth of an economy since the last observed year; `ratio`: quantile of a
    balance's log ratio; `ahead`: probability that the challenger's side leads in that year (level empty).
    """

    name: str
    about: dict[str, Any]
    rows: pd.DataFrame


def rows(paths: Draws, balances: dict[str, Balance]) -> pd.DataFrame:
    """Return what is kept of a run: quantiles of growth and of ratios, probabilities of a lead, six decimals.

    paths: the run's futures in constant US$; years after the last observed.
    """
    last = paths.years.index(paths.last_observed)
    after = paths.years[last + 1 :]
    growth = alike.log(paths.values[:, :, last + 1 :]) - alike.log(paths.values[:, :, last : last + 1])
    parts = [_quantiles("growth", iso3, growth[:, at], after) for at, iso3 in enumerate(paths.economies)]
    for name, balance in balances.items():
        found = ratio(paths, balance, name)[:, -len(after) :]
        parts.append(_quantiles("ratio", name, alike.log(found), after))
        ahead = (found > balance.threshold).mean(axis=0)
        parts.append(
            pd.DataFrame({"kind": "ahead", "name": name, "year": after, "level": np.nan, "value": ahead.round(6)})
        )
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def freeze(
    root: Path, found: pd.DataFrame, edition: Edition, balances: dict[str, Balance], settings: Any, date: str
) -> Path:
    """Write a run's rows as CSV with a JSON of what they are beside it; return the CSV's path. Nothing is overwritten.

    settings: all parameters, plain; date: year-month-day.
    """
    target = root / FOLDER / f"{edition.name}_{date}.csv"
    if target.exists():
        raise OvertakeError(
            f"{FOLDER.as_posix()}/{target.name}",
            "is frozen already and stays as it is",
            next_step="freeze on another day, or leave it: one forecast of an edition is enough",
        )
    text = found.to_csv(index=False, lineterminator="\n")
    about = {
        "edition": edition.name,
        "weo": edition.weo,
        "last_observed": edition.last,
        "date": date,
        "commit": commit(root),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "balances": {name: balance.model_dump(mode="json") for name, balance in balances.items()},
        "settings": settings,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    # The description first: rows without one are never read.
    target.with_suffix(".json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    target.write_text(text, encoding="utf-8", newline="")
    return target


def commit(root: Path) -> str:
    """Return the commit of the checkout, marked where files differ from it; empty where there is no git."""
    try:
        told = [
            subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout.strip()
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        ]
    except (OSError, subprocess.CalledProcessError):
        return ""
    return told[0] + (" with changes" if told[1] else "")


def read(root: Path) -> list[Forecast]:
    """Return all frozen forecasts, oldest first; refuse one whose rows are not those that were frozen."""
    forecasts = []
    for file in sorted((root / FOLDER).glob("*.csv")):
        place = f"{FOLDER.as_posix()}/{file.name}"
        description = file.with_suffix(".json")
        if not description.is_file():
            raise OvertakeError(place, "has no description beside it", next_step="git checkout -- " + FOLDER.as_posix())
        about = json.loads(description.read_text(encoding="utf-8"))
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != about["sha256"]:
            raise OvertakeError(
                place,
                "is not what was frozen",
                found=found[:12],
                allowed=about["sha256"][:12],
                next_step="git checkout -- " + FOLDER.as_posix(),
            )
        forecasts.append(Forecast(file.stem, about, pd.read_csv(file)))
    return forecasts


def scored(forecast: Forecast, edition: Edition) -> pd.DataFrame:
    """Return the scores (SCORED) of a forecast by what `edition` reports after its last year; empty where it has none.

    Economies and balances: mean pinball loss of the quantiles (log) and whether the interval of 80 % holds the
    outcome; balances also the Brier score of the probability of a lead. The outcome continues the forecast's own
    edition with the growth that the later one reports.
    """
    last = int(forecast.about["last_observed"])
    newest = of_spending(edition.spending)
    if newest.origin <= last:
        return pd.DataFrame(columns=list(SCORED))
    past = of_spending(edition.as_printed(str(forecast.about["edition"])).spending)
    whole = aligned(past, newest)
    years = whole.years[len(past.years) :]
    level = Draws(
        alike.exp(whole.log_milex[None, :, -len(years) :]), whole.economies, years, years[-1], "constant US$ bn"
    )
    growth = whole.log_milex[:, -len(years) :] - past.log_milex[:, -1:]
    truth: dict[tuple[str, str], FloatArray] = {("growth", iso3): growth[at] for at, iso3 in enumerate(whole.economies)}
    thresholds = {}
    for name, told in forecast.about["balances"].items():
        balance = Balance.model_validate_json(json.dumps(told))
        truth["ratio", name] = alike.log(ratio(level, balance, name)[0])
        thresholds[name] = balance.threshold
    found: list[tuple[object, ...]] = []
    for (kind_, name_), group in forecast.rows.groupby(["kind", "name"], sort=False):
        kind, name = str(kind_), str(name_)
        outcome = truth.get(("ratio" if kind == "ahead" else kind, name))
        if outcome is None:
            continue
        for at, year in enumerate(years):
            said = group[group["year"] == year]
            if said.empty:
                continue
            key = (forecast.name, kind, name, year, year - last)
            value = float(outcome[at])
            if kind == "ahead":
                led = alike.exp(value) > thresholds[name]
                found.append((*key, "brier", float((said["value"].iloc[0] - led) ** 2), float(led)))
                continue
            levels = tuple(said["level"].astype(float))
            quantiles = said["value"].to_numpy(dtype=float)
            low, high = (float(quantiles[levels.index(level)]) for level in (0.1, 0.9))
            loss = scores.pinball(quantiles[:, None], np.array([value]), levels)
            found.append((*key, "pinball", float(loss[0]), value))
            found.append((*key, "in80", float(low <= value <= high), value))
    return pd.DataFrame(found, columns=list(SCORED))


def _quantiles(kind: str, name: str, values: FloatArray, years: tuple[int, ...]) -> pd.DataFrame:
    """Return the quantiles of (draws, years), a row a year and level."""
    found = np.quantile(values, LEVELS, axis=0).T
    return pd.DataFrame(
        {
            "kind": kind,
            "name": name,
            "year": np.repeat(years, len(LEVELS)),
            "level": np.tile(LEVELS, len(years)),
            "value": found.ravel().round(6),
        }
    )
