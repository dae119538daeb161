"""The projections in hubverse's long form, so that others can score and combine them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from overtake.config.params import Params
from overtake.draws import Draws, read_parquet
from overtake.rulers.china import of_run

COLUMNS = ("origin_date", "target", "horizon", "location", "output_type", "output_type_id", "value")
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


def projections(processed: Path, params: Params) -> pd.DataFrame:
    """Return model output from the tables in the folder `processed`; empty where a table is absent.

    params: of the run, for China's level.

    origin_date: the last day of the last observed year. Two targets: `milex_constant_usd_bn` by economy (quantiles;
    horizon in years), and `crossing_year` by balance and ruler (a cumulative distribution: output_type_id is the
    year, value the probability that the balance is crossed by it; horizon is left empty).
    """
    futures, curves = processed / "futures.parquet", processed / "curves.parquet"
    parts = []
    if futures.is_file():
        paths = of_run(processed, params)
        parts.append(levels(paths))
        if curves.is_file():
            parts.append(crossings(read_parquet(curves), paths.last_observed))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def levels(paths: Draws) -> pd.DataFrame:
    """Return quantiles of military expenditure by economy and horizon, constant US$ bn, six significant digits."""
    at = [index for index, year in enumerate(paths.years) if year > paths.last_observed]
    found = np.quantile(paths.values[:, :, at], QUANTILES, axis=0)
    index = pd.MultiIndex.from_product(
        [QUANTILES, paths.economies, [paths.years[i] - paths.last_observed for i in at]],
        names=["output_type_id", "location", "horizon"],
    )
    frame = pd.DataFrame({"value": [float(f"{value:.6g}") for value in found.ravel()]}, index=index).reset_index()
    frame["output_type_id"] = frame["output_type_id"].map("{:g}".format)
    frame = frame.assign(
        origin_date=f"{paths.last_observed}-12-31", target="milex_constant_usd_bn", output_type="quantile"
    )
    return frame.sort_values(["location", "horizon", "output_type_id"], ignore_index=True, kind="stable")


def crossings(curves: pd.DataFrame, last_observed: int) -> pd.DataFrame:
    """Return P(crossed by year) of every balance and ruler after the last observed year."""
    after = curves[curves["year"] > last_observed]
    frame = pd.DataFrame(
        {
            "origin_date": f"{last_observed}-12-31",
            "target": "crossing_year",
            "horizon": pd.array([pd.NA] * len(after), dtype="Int64"),
            "location": after["balance"] + "@" + after["ruler"],
            "output_type": "cdf",
            "output_type_id": after["year"].astype(str),
            "value": after["p_crossed_by"].round(6),
        }
    )
    return frame.sort_values(["location", "output_type_id"], ignore_index=True, kind="stable")
