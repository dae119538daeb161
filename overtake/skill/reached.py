"""What the full comparison reached, as Markdown tables for docs/methods.md: the goals, the numbers, the verdicts."""

from __future__ import annotations

import pandas as pd

from overtake.skill.full import ERAS, OURS, REAL_TIME

#: All eras, each weighing alike, as the table of the comparison calls them.
MEAN = "eras"
#: Question and score in words, and the largest ratio to the best peer that was asked for.
RATIOS = {
    ("global", "brier"): ("Brier score of global balances 2.5 % below the best peer", 0.975),
    ("regional", "brier"): ("Brier score of regional balances 4 % below the best peer", 0.96),
    ("single", "crps"): ("CRPS of single countries no worse than the best peer", 1.0),
    ("pair", "brier"): ("Brier score of pairs 2.5 % below the best peer", 0.975),
}
#: Question in words; coverage of the 80 % interval asked for over all eras, and in each.
COVERED = {
    "global": ("80 % interval of global balances", (0.78, 0.84), (0.74, 0.88)),
    "regional": ("80 % interval of regional balances", (0.78, 0.84), (0.74, 0.88)),
    "single": ("80 % interval of single countries", (0.79, 0.83), (0.76, 0.87)),
}
#: Columns of the second table: head, question, score.
SHOWN = (
    ("global balances, Brier", "global", "brier"),
    ("regional balances, Brier", "regional", "brier"),
    ("single, CRPS", "single", "crps"),
    ("pairs, Brier", "pair", "brier"),
)


#: The peer that was level with ours in real time, when goals were set.
REAL_TIME_PEER = "scaled"


def reached(full: pd.DataFrame) -> str:
    """Return the tables of goals, of models and of real time, if any; full: data/raw/skill_full.csv."""
    eras = [name for name in ERAS if (full["slice"] == name).any()]
    lines = [f"| goal | mean of the eras | {' | '.join(eras)} | verdict |", "|---|---|" + "---|" * (len(eras) + 1)]
    for (question, score), (name, goal) in RATIOS.items():
        peer = best_peer(full, question, score)
        found = [_at(full, part, question, OURS, f"{score}_over_{peer}") for part in (MEAN, *eras)]
        told = f"{peer}: {found[0]['value']:.3f} ({found[0]['lo']:.3f} to {found[0]['hi']:.3f})"
        verdict = "reached" if found[0]["value"] <= goal else "missed"
        lines.append(f"| {name} | {told} | {' | '.join(f'{row.value:.3f}' for row in found[1:])} | {verdict} |")
    for question, (name, whole, each) in COVERED.items():
        values = [float(_at(full, part, question, OURS, "in80")["value"]) for part in (MEAN, *eras)]
        inside = _within(values[0], whole) and all(_within(value, each) for value in values[1:])
        goal_said = f"{name} covers {percent(whole[0])} to {percent(whole[1])} %, in each era {percent(each[0])} to "
        lines.append(
            f"| {goal_said}{percent(each[1])} % | {percent(values[0])} % | "
            f"{' | '.join(f'{percent(value)} %' for value in values[1:])} | {'reached' if inside else 'missed'} |"
        )
    lines += ["", *_models(full, [MEAN, *eras])]
    if (full["slice"] == REAL_TIME).any():
        over = _at(full, REAL_TIME, "single", OURS, f"crps_over_{REAL_TIME_PEER}")
        told = f"{over['value']:.3f} ({over['lo']:.3f} to {over['hi']:.3f})"
        level = "level" if over["lo"] <= 1 <= over["hi"] else "ahead" if over["hi"] < 1 else "behind"
        lines += ["", f"In real time, from past editions as printed (in brackets, countries kept from tuning): CRPS of "
                  f"single countries over that of {REAL_TIME_PEER}: {told}, {level}.", "",
                  *_models(full, [REAL_TIME, f"{REAL_TIME}, held back"])]  # fmt: skip
    return "\n".join(lines)


def _models(full: pd.DataFrame, parts: list[str]) -> list[str]:
    """Return a table of models by score: the first part, the others in brackets."""
    lines = ["| model | " + " | ".join(head for head, *_ in SHOWN) + " |", "|---|" + "---|" * len(SHOWN)]
    for model in ranked(full):
        cells = []
        for _, question, score in SHOWN:
            means = [rows(full, part, question, model, score) for part in parts]
            known = [f"{float(row['value'].iloc[0]):.4f}" for row in means if len(row)]
            cells.append(f"{known[0]} ({', '.join(known[1:])})" if len(known) == len(means) else "")
        lines.append(f"| {model.replace('_', ' ')} | {' | '.join(cells)} |")
    return lines


def best_peer(full: pd.DataFrame, question: str, score: str) -> str:
    """Return the peer with the lowest mean score among those that answered every task of the question."""
    ours = full[(full["slice"] == MEAN) & (full["question"] == question) & (full["model"] == OURS)]
    ours = ours[ours["horizon"] == 0]
    ratios = ours[ours["score"].str.startswith(f"{score}_over_")]
    whole = ratios[ratios["n"] == ours.loc[ours["score"] == score, "n"].iloc[0]]
    return str(whole.sort_values("value", kind="stable")["score"].iloc[-1]).split("_over_")[1]


def ranked(full: pd.DataFrame) -> list[str]:
    """Return all models, those with the lowest Brier score of global balances first, the rest in the table's order."""
    means = full[(full["slice"] == MEAN) & (full["horizon"] == 0)]
    first = means[(means["question"] == "global") & (means["score"] == "brier")]
    names = first.sort_values("value", kind="stable")["model"].tolist()
    return [*names, *(str(name) for name in dict.fromkeys(means["model"]) if name not in names)]


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{100 * share:.0f}"


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= round(value, 2) <= limits[1]


def rows(full: pd.DataFrame, part: str, question: str, model: str, score: str) -> pd.DataFrame:
    """Return the rows of a mean over all horizons; none where the model did not answer."""
    asked = (full["slice"] == part) & (full["question"] == question) & (full["horizon"] == 0)
    return full[asked & (full["model"] == model) & (full["score"] == score)]


def _at(full: pd.DataFrame, part: str, question: str, model: str, score: str) -> pd.Series:
    found: pd.Series = rows(full, part, question, model, score).iloc[0]
    return found
