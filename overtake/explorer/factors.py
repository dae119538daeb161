"""Rulers as the browser needs them: central factors per economy and year, and each draw's departure from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.rulers import Rulers
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.rulers import RULERS
from overtake.rulers.composition import weights

COLUMNS = ("ruler", "label", "unit", "kind", "iso3", "year", "factor")


def table(paths: Draws, edition: Edition, settings: Rulers, seed: int) -> pd.DataFrame:
    """Return ruler, label, unit, kind (flow or stock), iso3, year, factor for every ruler in use.

    factor: value on the ruler per constant US$, without the errors that draws carry; for a stock the share of spending
    that enters it. NaN where the ruler has no value.
    """
    parts = [_one(name, paths, edition, settings, seed) for name in settings.use]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def errors(paths: Draws, edition: Edition, settings: Rulers, seed: int, rulers: pd.DataFrame) -> dict[str, FloatArray]:
    """Return each flow ruler's log departure from its central factor, (draws, economies, years), where it has any."""
    found: dict[str, FloatArray] = {}
    for name in dict.fromkeys(rulers.loc[rulers["kind"] == "flow", "ruler"]):
        measured = RULERS[str(name)].measure(paths, edition, settings, seed)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = alike.log(measured.values / paths.values) - alike.log(wide(rulers, str(name), paths))
        if np.nanmax(np.abs(off), initial=0.0) > 1e-4:  # more than float32's own rounding
            found[str(name)] = off
    return found


def wide(rulers: pd.DataFrame, ruler: str, paths: Draws) -> FloatArray:
    """Return one ruler's factors, (economies, years) of `paths`."""
    rows = rulers[rulers["ruler"] == ruler].pivot(index="iso3", columns="year", values="factor")
    found: FloatArray = rows.reindex(index=list(paths.economies), columns=list(paths.years)).to_numpy(dtype=float)
    return found


def _one(name: str, paths: Draws, edition: Edition, settings: Rulers, seed: int) -> pd.DataFrame:
    """Return the rows of one ruler."""
    one = Draws(
        np.ones((1, len(paths.economies), len(paths.years))),
        paths.economies,
        paths.years,
        paths.last_observed,
        paths.unit,
    )
    measured = RULERS[name].measure(one, edition, settings, seed)
    factor = measured.values[0]
    if RULERS[name].kind == "stock":
        own = weights(edition.ledgers["composition"], paths.economies, settings.composition)[:, 2]
        share = own if name == "stock_own" else np.full(len(paths.economies), settings.stock.investment_share)
        factor = np.repeat(share[:, None], len(paths.years), axis=1)
    return pd.DataFrame(
        {
            "ruler": name,
            "label": RULERS[name].label,
            "unit": measured.unit,
            "kind": RULERS[name].kind,
            "iso3": np.repeat(np.array(paths.economies, dtype=object), len(paths.years)),
            "year": np.tile(np.array(paths.years), len(paths.economies)),
            "factor": factor.ravel(),
        }
    )
