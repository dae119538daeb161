"""Weights of the combination from the models' scores at tuning origins, shrunk towards equal."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from overtake import alike
from overtake.config.futures import Combination
from overtake.errors import OvertakeError, raise_all

FILE = "model_scores.csv"


def of_settings(scores: pd.DataFrame, settings: Combination) -> dict[str, float]:
    """Return weights by model, above zero and summing to one.

    scores: data/raw/model_scores.csv (model, crps). Equal, or falling exponentially with the excess over the best
    score and then shrunk: weight = (1 - shrink) * scored + shrink / count.
    """
    members = tuple(dict.fromkeys(settings.members))
    if settings.weights == "equal":
        return normalised(dict.fromkeys(members, 1.0))
    known = dict(zip(scores["model"], scores["crps"].astype(float), strict=True))
    missing = [f"{name}: has no score" for name in members if name not in known]
    raise_all(f"data/raw/{FILE}", missing, next_step="overtake weights, or futures.combination.weights: equal")
    values = np.array([known[name] for name in members])
    scored = alike.exp(-settings.sharpness * (values / values.min() - 1))
    shrunk = (1 - settings.shrink) * scored / scored.sum() + settings.shrink / len(members)
    return normalised(dict(zip(members, shrunk.tolist(), strict=True)))


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights above zero, scaled to sum to one; refuse negative ones and weights that are all zero."""
    total = sum(weights.values())
    if total <= 0 or min(weights.values()) < 0 or not np.isfinite(total):
        raise OvertakeError(
            "weights of the combination", "cannot be scaled to sum to one", found=dict(weights), allowed="0 or more"
        )
    return {name: weight / total for name, weight in weights.items() if weight > 0}
