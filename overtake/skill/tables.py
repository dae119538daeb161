"""The skill table: scores by model and horizon with block-bootstrap intervals, and against the peer."""

from __future__ import annotations

import pandas as pd

from overtake.skill import scores
from overtake.streams import stream

COLUMNS = ("backtest", "model", "origin", "horizon", "score", "value", "lo", "hi", "n")
#: The model that all others are set beside.
PEER = "naive"
POINT_SCORES = ("crps", "pinball", "in50", "in80", "in95")


def summarise(points: pd.DataFrame, pairs: pd.DataFrame, *, backtest: str, bootstrap: int, seed: int) -> pd.DataFrame:
    """Return the contract's `skill` rows: each score by model, over all horizons (horizon 0) and by horizon.

    Intervals: 95 %, bootstrap over blocks of an economy (points) or a pair's first economy (pairs), all its origins
    and horizons together. Rows `..._over_<PEER>` give the ratio of mean scores to that model on the same tasks.
    """
    pairs = pairs.assign(brier=scores.brier(pairs["probability"].to_numpy(), pairs["happened"].to_numpy()))
    rows: list[tuple[object, ...]] = []
    for table, names, block in ((points, POINT_SCORES, "iso3"), (pairs, ("brier",), "i")):
        for model, part in table.groupby("model", sort=True):
            for horizon, chosen in [(0, part), *part.groupby("horizon", sort=True)]:
                for name in names:
                    generator = stream(seed, "bootstrap", backtest, str(model), name, str(horizon))
                    values = chosen[name].to_numpy(dtype=float)
                    blocks = pd.factorize(chosen[block])[0]
                    value, low, high = scores.block_interval(values, blocks, bootstrap, generator)
                    rows.append((backtest, model, 0, horizon, name, value, low, high, len(values)))
        rows += _against(table, names, block, backtest, bootstrap, seed)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _against(
    table: pd.DataFrame, names: tuple[str, ...], block: str, backtest: str, bootstrap: int, seed: int
) -> list[tuple[object, ...]]:
    """Return rows of the ratio of mean scores to those of `PEER`, bootstrapped over the same blocks of both."""
    keys = [key for key in ("origin", "horizon", "iso3", "i", "j") if key in table]
    base = table[table["model"] == PEER]
    rows: list[tuple[object, ...]] = []
    for model, part in table[table["model"] != PEER].groupby("model", sort=True):
        both = part.merge(base, on=keys, suffixes=("", "_peer"))
        index = pd.factorize(both[block])[0]
        for name in names:
            if name.startswith("in"):
                continue
            generator = stream(seed, "bootstrap", backtest, str(model), name, "over", PEER)
            own, other = (both[column].to_numpy(dtype=float) for column in (name, f"{name}_peer"))
            ratio, low, high = scores.ratio_interval(own, other, index, bootstrap, generator)
            rows.append((backtest, model, 0, 0, f"{name}_over_{PEER}", ratio, low, high, len(both)))
    return rows


def reliability(pairs: pd.DataFrame, backtest: str) -> pd.DataFrame:
    """Return backtest, model, forecast, observed, n: how often what was given a probability came about, by tenth."""
    parts = []
    for model, part in pairs.groupby("model", sort=True):
        found = scores.reliability(part["probability"].to_numpy(dtype=float), part["happened"].to_numpy(dtype=bool))
        table = pd.DataFrame(found, columns=["forecast", "observed", "n"]).astype({"n": int})
        parts.append(table.assign(backtest=backtest, model=model)[["backtest", "model", "forecast", "observed", "n"]])
    return pd.concat(parts, ignore_index=True)
