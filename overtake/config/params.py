"""The whole of `params.yaml` as one model: a field a section, each section in its own file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from overtake.config.balances import Balance, BalanceName, Crossing, default_balances
from overtake.config.base import Section
from overtake.config.core import Brief, Data, Run
from overtake.config.futures import Futures
from overtake.config.rulers import Rulers
from overtake.config.scenario import Scenario
from overtake.config.scenarios import Scenarios
from overtake.config.sensitivity import Sensitivity
from overtake.config.skill import Skill

#: What stands in a section of the file and apart from it for stages: labels of `balances`, plans of `futures`.
APART = ("labels", "plans")
#: The keys of `futures` that tell what is made of announced plans.
PLANS = ("plans", "plan_tiers", "plan_realisation_sd")


class Params(Section):
    """Every parameter of a run; a run with the same parameters and figures gives the same bytes."""

    data: Data = Data()
    run: Run = Run()
    futures: Futures = Futures()
    rulers: Rulers = Rulers()
    scenario: Scenario = Scenario()
    crossing: Crossing = Crossing()
    balances: Annotated[dict[BalanceName, Balance], Field(min_length=1)] = Field(default_factory=default_balances)
    """The balances by name: two sides, each with the share of every member's spending that counts."""
    scenarios: Scenarios = Scenarios()
    skill: Skill = Skill()
    sensitivity: Sensitivity = Sensitivity()
    brief: Brief = Brief()

    @field_validator("balances")
    @classmethod
    def _named(cls, balances: dict[str, Balance]) -> dict[str, Balance]:
        """Name a balance without a label by its key."""
        bare = {name: name.replace("_", " ") for name, balance in balances.items() if not balance.label}
        return balances | {name: balances[name].model_copy(update={"label": label}) for name, label in bare.items()}

    def supposed(self) -> dict[str, Any]:
        """Return the parameters by which a run departs from SIPRI's level of China and from the futures, by path."""
        level = self.rulers.china_level
        found: dict[str, Any] = {} if level == "sipri" else {"rulers.china_level": level}
        if not self.scenario.changes_nothing():
            given = self.scenario.model_dump(mode="json", exclude_defaults=True)
            found |= {f"scenario.{key}": value for key, value in given.items()}
        return found

    def sections(self) -> dict[str, Any]:
        """Return the sections in JSON form as stages see them, with those of APART beside them.

        No figure hangs on what a balance is called, and none of the skill on plans: a stage that reads them says so.
        """
        found = self.model_dump(mode="json")
        labels = {name: balance.pop("label") for name, balance in found["balances"].items()}
        return found | {"labels": labels, "plans": {key: found["futures"].pop(key) for key in PLANS}}
