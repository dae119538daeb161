"""Forecast the rolling-origin tasks with statsforecast's models: quantiles of log spending, one row a task.

Run by run.sh in the peers' own environment: forecast.py PANEL OUT. Prints the CPU seconds of each model.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["NIXTLA_ID_AS_COL"] = "1"
import sys
import time
import warnings

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import (
    AutoARIMA,
    AutoCES,
    AutoETS,
    DynamicOptimizedTheta,
    Naive,
    RandomWalkWithDrift,
)
from statsforecast.utils import ConformalIntervals

ORIGINS, HORIZONS, SHORTEST = range(2000, 2025), 15, 12
#: Central intervals asked for: 2, 6, ... 98 per cent give 50 quantiles, evenly spaced.
CENTRAL = list(range(2, 100, 4))
LEVELS = sorted([(100 - c) / 200 for c in CENTRAL] + [(100 + c) / 200 for c in CENTRAL])


def models():
    """Return the peers by name, conformal variants of the two best last."""
    conformal = ConformalIntervals(h=HORIZONS, n_windows=2)
    return {
        "Naive": Naive(),
        "RandomWalkWithDrift": RandomWalkWithDrift(),
        "AutoETS": AutoETS(season_length=1),
        "AutoARIMA": AutoARIMA(season_length=1),
        "DynamicOptimizedTheta": DynamicOptimizedTheta(season_length=1),
        "AutoCES": AutoCES(season_length=1),
        "NaiveConformal": Naive(prediction_intervals=conformal),
        "ThetaConformal": DynamicOptimizedTheta(season_length=1, prediction_intervals=conformal),
    }


def main(panel_file, out):
    """Write `out`: model, origin, iso3, horizon, q01..q50."""
    panel = pd.read_parquet(panel_file, columns=["iso3", "year", "milex_constant_usd_m"])
    panel = panel[panel["milex_constant_usd_m"] > 0]
    wide = np.log(panel.pivot(index="year", columns="iso3", values="milex_constant_usd_m"))
    parts, cpu = [], {}
    for origin in ORIGINS:
        past = wide.loc[:origin]
        known = past.columns[past.iloc[-SHORTEST:].notna().all()]
        rows = []
        for iso3 in known:
            series = past[iso3]
            tail = series[series[::-1].notna().cummin()[::-1]]
            rows.append(pd.DataFrame({"unique_id": iso3, "ds": tail.index, "y": tail.to_numpy()}))
        frame = pd.concat(rows, ignore_index=True)
        counts = frame.groupby("unique_id")["y"].size()
        for name, model in models().items():
            # Conformal intervals need two windows of the full horizon before the origin; shorter series are left out.
            used = frame[frame["unique_id"].map(counts) > 2 * HORIZONS + 8] if "Conformal" in name else frame
            if used.empty:
                continue
            start = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = StatsForecast(models=[model], freq=1, n_jobs=1).forecast(df=used, h=HORIZONS, level=CENTRAL)
            cpu[name] = cpu.get(name, 0.0) + time.process_time() - start
            alias = next(name for name in found.columns if name not in ("unique_id", "ds") and "-" not in name)
            names = [f"{alias}-lo-{c}" for c in reversed(CENTRAL)] + [f"{alias}-hi-{c}" for c in CENTRAL]
            table = pd.DataFrame(found[names].to_numpy(), columns=[f"q{at:02d}" for at in range(1, len(names) + 1)])
            table.insert(0, "horizon", found["ds"].to_numpy() - origin)
            table.insert(0, "iso3", found["unique_id"].to_numpy())
            table.insert(0, "origin", origin)
            table.insert(0, "model", name)
            parts.append(table)
        print(f"origin {origin}: {len(known)} countries", flush=True)
    pd.concat(parts, ignore_index=True).to_parquet(out, index=False)
    pd.Series(cpu, name="cpu_seconds").rename_axis("model").reset_index().to_csv(out + ".cpu.csv", index=False)
    print(pd.Series(cpu).round(1).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
