"""The skill table: scores by model and horizon with block-bootstrap intervals, and against the peer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from overtake.skill import scores
from overtake.streams import stream

COLUMNS = ("backtest", "model", "origin", "horizon", "score", "value", "lo", "hi", "n")
POINT_SCORES = ("crps", "pinball", "in50", "in80", "in95")


def summarise(
    points: pd.DataFrame, pairs: pd.DataFrame, *, backtest: str, bootstrap: int, seed: int, peer: str | None = None
) -> pd.DataFrame:
    """Return the contract's `skill` rows: each score by model, over all horizons (horizon 0) and by horizon.

    Intervals: 95 %, bootstrap over blocks of an economy (points) or a pair's first economy (pairs), all its origins
    and horizons together. peer: rows `..._over_<peer>` give the ratio of mean scores to that model on the same tasks.
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
        if peer is not None:
            rows += _against(table, names, block, backtest, peer, bootstrap, seed)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _against(
    table: pd.DataFrame, names: tuple[str, ...], block: str, backtest: str, peer: str, bootstrap: int, seed: int
) -> list[tuple[object, ...]]:
    """Return rows of the ratio of mean scores to those of `peer`, bootstrapped over the same blocks of both."""
    keys = [key for key in ("origin", "horizon", "iso3", "i", "j") if key in table]
    base = table[table["model"] == peer].set_index(keys)
    rows: list[tuple[object, ...]] = []
    for model, part in table[table["model"] != peer].groupby("model", sort=True):
        both = part.set_index(keys).join(base, rsuffix="_peer", how="inner").reset_index()
        index = pd.factorize(both[block])[0]
        for name in names:
            if name.startswith("in"):
                continue
            own = np.bincount(index, weights=both[name].to_numpy(dtype=float))
            other = np.bincount(index, weights=both[f"{name}_peer"].to_numpy(dtype=float))
            generator = stream(seed, "bootstrap", backtest, str(model), name, "over", peer)
            chosen = generator.integers(0, len(own), (bootstrap, len(own)))
            ratios = own[chosen].sum(axis=1) / other[chosen].sum(axis=1)
            low, high = np.quantile(ratios, [0.025, 0.975])
            label = f"{name}_over_{peer}"
            rows.append((backtest, model, 0, 0, label, own.sum() / other.sum(), float(low), float(high), len(both)))
    return rows


def reliability(pairs: pd.DataFrame, backtest: str) -> pd.DataFrame:
    """Return backtest, model, forecast, observed, n: how often what was given a probability came about, by tenth."""
    parts = []
    for model, part in pairs.groupby("model", sort=True):
        found = scores.reliability(part["probability"].to_numpy(dtype=float), part["happened"].to_numpy(dtype=bool))
        table = pd.DataFrame(found, columns=["forecast", "observed", "n"]).astype({"n": int})
        parts.append(table.assign(backtest=backtest, model=model)[["backtest", "model", "forecast", "observed", "n"]])
    return pd.concat(parts, ignore_index=True)
