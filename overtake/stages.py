"""The stages of the pipeline: which notebook, which parameters, which outputs. `dvc.yaml` says the same, tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overtake.config.params import Params

from overtake.config.params import Params


@dataclass(frozen=True)
class Stage:
    """A notebook, the parameter keys it may see (dotted) and the tables in data/processed that it writes."""

    name: str
    notebook: str
    params: tuple[str, ...]
    outputs: tuple[str, ...]


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("clean", "01_clean", ("data",), ("spending.parquet", "macro.parquet")),
        Stage("rulers", "02_rulers", ("run.seed", "rulers"), ("rulers.parquet",)),
        Stage("futures", "03_futures", ("run", "futures"), ("futures.parquet", "futures_without_plans.parquet")),
        Stage(
            "balances",
            "04_balances",
            (
                "data",
                "run.seed",
                "futures.plans",
                "futures.plan_realisation_sd",
                "rulers",
                "scenario",
                "crossing",
                "balances",
            ),
            (
                "crossings.parquet",
                "curves.parquet",
                "breakeven.parquet",
                "reversal.parquet",
                "waterfall.parquet",
                "claims.parquet",
                "claim_details.parquet",
                "editions.parquet",
                "register.parquet",
            ),
        ),
        Stage(
            "skill",
            "05_skill",
            ("run.seed", "futures", "balances", "skill"),
            ("skill.parquet", "reliability.parquet", "would_have_said.parquet"),
        ),
        Stage(
            "sensitivity",
            "06_sensitivity",
            ("data", "run.seed", "futures", "rulers", "crossing", "balances", "sensitivity"),
            (
                "sensitivity.parquet",
                "sobol.parquet",
                "flips.parquet",
                "multiverse.parquet",
                "multiverse_shares.parquet",
            ),
        ),
        # The brief says which parameters made it, so it is made anew when any of them changes.
        Stage("brief", "brief", tuple(Params.model_fields), ()),
    )
}

#: What the explorer sees, which has no notebook.
EXPLORER = ("data", "run.seed", "futures", "rulers", "scenario", "crossing", "balances", "brief")
#: Every key that a stage may see.
KEYS = tuple(sorted({key for stage in STAGES.values() for key in stage.params} | set(EXPLORER)))


def subset(params: Params, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON form of the dotted `keys` of `params`, nested as in the file: all that a stage may see."""
    whole = params.model_dump(mode="json")
    chosen: dict[str, Any] = {}
    for key in keys:
        source, target = whole, chosen
        *parents, leaf = key.split(".")
        for part in parents:
            source, target = source[part], target.setdefault(part, {})
        target[leaf] = source[leaf]
    return chosen


def keyed(params: Params) -> dict[str, Any]:
    """Return the JSON form of every key in KEYS: a stage is stale where one of its own has changed."""
    whole = params.model_dump(mode="json")
    found: dict[str, Any] = {}
    for key in KEYS:
        value = whole
        for part in key.split("."):
            value = value[part]
        found[key] = value
    return found
