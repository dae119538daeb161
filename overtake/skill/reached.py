"""What the full comparison reached, as a Markdown table for docs/methods.md: the goals, the numbers, the verdicts."""

from __future__ import annotations

import pandas as pd

#: Goals of the held-back half: at most these ratios to the best peer, and coverage of the 80 % interval within these.
CRPS_GOAL, BRIER_GOAL, COVERAGE_GOAL = 0.85, 0.92, (0.77, 0.83)
OURS = "combined"
#: Slices in the words of the page.
SLICES = {"held back": "held back", "all": "all tasks"}


def reached(full: pd.DataFrame) -> str:
    """Return the table of goals and what was reached; full: data/raw/skill_full.csv."""
    held = full[full["slice"] == "held back"]
    lines = ["| goal on the tasks held back | reached | all tasks | verdict |", "|---|---|---|---|"]
    for score, name, goal in (("crps", "mean CRPS", CRPS_GOAL), ("brier", "pairwise Brier score", BRIER_GOAL)):
        here, there = best_peer(held, score), best_peer(full[full["slice"] == "all"], score)
        verdict = "reached" if here["value"] <= goal else "missed"
        lines.append(f"| {name} {below(goal)} below the best peer | {told(here)} | {told(there)} | {verdict} |")
    covered = [coverage(full[full["slice"] == name], OURS) for name in SLICES]
    low, high = COVERAGE_GOAL
    inside = [low <= round(value, 2) <= high for value in covered[0][:10]]
    verdict = "reached" if all(inside) else f"holds at {sum(inside)} of {len(inside)} horizons"
    lines.append(
        f"| 80 % interval covers {100 * low:.0f} to {100 * high:.0f} % at horizons 1 to 10 | "
        f"{percents(covered[0])} | {percents(covered[1])} (horizons 1 to {len(covered[1])}) | {verdict} |"
    )
    lines += ["", "| model | " + " | ".join(f"CRPS, Brier, {name}" for name in SLICES.values()) + " |", "|---|---|---|"]
    for model in ranked(held):
        cells = [f"{mean(full, name, model, 'crps'):.4f}, {mean(full, name, model, 'brier'):.4f}" for name in SLICES]
        lines.append(f"| {model.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def best_peer(rows: pd.DataFrame, score: str) -> pd.Series:
    """Return the row of our ratio to the peer with the lowest mean score among those that forecast every task."""
    ours = rows[(rows["model"] == OURS) & (rows["horizon"] == 0)]
    ratios = ours[ours["score"].str.startswith(f"{score}_over_")]
    whole = ratios[ratios["n"] == ours.loc[ours["score"] == score, "n"].iloc[0]]
    found: pd.Series = whole.sort_values("value", kind="stable").iloc[-1]
    return found


def ranked(rows: pd.DataFrame) -> list[str]:
    """Return the models that forecast every task, by rising CRPS."""
    means = rows[(rows["score"] == "crps") & (rows["horizon"] == 0)]
    whole = means[means["n"] == means["n"].max()].sort_values("value", kind="stable")
    return [str(model) for model in whole["model"]]


def mean(full: pd.DataFrame, name: str, model: str, score: str) -> float:
    """Return a mean score over all horizons of a slice."""
    at = (full["slice"] == name) & (full["model"] == model) & (full["score"] == score) & (full["horizon"] == 0)
    return float(full.loc[at, "value"].iloc[0])


def coverage(rows: pd.DataFrame, model: str) -> list[float]:
    """Return the coverage of the 80 % interval by horizon, the first first."""
    own = rows[(rows["model"] == model) & (rows["score"] == "in80") & (rows["horizon"] > 0)]
    return own.sort_values("horizon", kind="stable")["value"].astype(float).tolist()


def told(row: pd.Series) -> str:
    """Return a ratio to a peer in words: how far below, which peer, and the ratio with its interval."""
    peer = str(row["score"]).split("_over_")[1]
    return f"{below(row['value'])} below {peer} (ratio {row['value']:.3f}, {row['lo']:.3f} to {row['hi']:.3f})"


def below(ratio: float) -> str:
    """Return how far a ratio lies below one."""
    return f"{100 * (1 - ratio):.3g} %"


def percents(values: list[float]) -> str:
    """Return shares as whole per cent."""
    return ", ".join(f"{100 * value:.0f}" for value in values) + " %"
