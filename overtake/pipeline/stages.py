"""The stages of the pipeline: which notebook, which parameters, which outputs. `dvc.yaml` says the same, tested."""

from __future__ import annotations

from dataclasses import dataclass

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
