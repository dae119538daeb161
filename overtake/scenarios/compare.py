"""Scenarios: named sets of overrides, all validated before anything runs, one table that compares them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, ValidationError

from overtake.balances import joined, summarise
from overtake.balances.choices import leads_table
from overtake.balances.summary import BY_YEARS
from overtake.config.base import Section
from overtake.config.load import override, parse, read_yaml
from overtake.config.params import Params
from overtake.config.rulers import Rulers
from overtake.config.scenario import Scenario
from overtake.draws import Draws, FloatArray, LazyDraws
from overtake.edition import Edition
from overtake.errors import OvertakeError, raise_all
from overtake.rulers import RULERS
from overtake.rulers.base import observed, scaled
from overtake.rulers.tables import measure
from overtake.scenarios.adjust import factors, planned

#: Keys of the parameters that decide what is simulated; scenarios that agree on them share one simulation.
SIMULATED = ("data", "run", "futures")

#: What a scenario may override: the rest would change what is compared, not what may happen.
OPEN = ("futures", "rulers", "scenario", "crossing", "balances")

Simulate = Callable[[Params], LazyDraws]


class ScenarioFile(Section):
    """One file of scenarios/: a label, a sentence and overrides of params.yaml by dotted key."""

    label: Annotated[str, Field(min_length=1, max_length=40)]
    description: Annotated[str, Field(min_length=1, max_length=200)]
    overrides: dict[str, Any]


@dataclass(frozen=True)
class NamedScenario:
    """A scenario and the parameters that it makes of those in params.yaml."""

    name: str
    label: str
    description: str
    params: Params


def read_all(folder: Path, base: Params, only: Iterable[str] = ()) -> list[NamedScenario]:
    """Return the scenarios of `folder`, baseline first, then by name; all problems of all files in one error."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    wanted = list(only) or list(files)
    unknown = [name for name in wanted if name not in files]
    raise_all("scenarios", [f"{name}: no such scenario; known: {', '.join(files) or 'none'}" for name in unknown])
    if not wanted:
        raise OvertakeError(str(folder), "holds no scenario", next_step="add scenarios/NAME.yaml")
    found: list[NamedScenario] = []
    problems: list[str] = []
    for name in sorted(wanted, key=lambda name: (name != "baseline", name)):
        try:
            found.append(_read(files[name], base))
        except OvertakeError as error:
            problems.append(str(error))
    raise_all("scenarios", problems, next_step="nothing ran; mend the files named above")
    return found


def compare(
    scenarios: list[NamedScenario],
    edition: Edition,
    simulate: Simulate,
    told: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Return the table of all scenarios: one row per scenario, balance and ruler.

    simulate: parameters to what gives futures in constant US$, before any scenario; asked once for scenarios that share
    what is simulated. told: called with the name of each scenario when it is done.
    """

    def rows(scenario: NamedScenario, measures: Measures) -> pd.DataFrame:
        found = evaluate(scenario, measures)
        told(scenario.name)
        return found

    return pd.concat(_each(scenarios, edition, simulate, rows), ignore_index=True)


def leads_under(
    scenarios: list[NamedScenario], edition: Edition, futures: Callable[[Params], LazyDraws | None]
) -> pd.DataFrame:
    """Return who leads under each scenario: scenario, label, description, balance, ruler, year, p_ahead, median ratio.

    futures: parameters to what gives futures in constant US$, before any scenario, where no run before has measured
    them; a scenario for which it has none is left out. Balances are those of `scenarios`, the ruler is the first there.
    """
    columns = ["scenario", "label", "description", "balance", "ruler", "year", "p_ahead", "ratio"]
    parts = _each(scenarios, edition, futures, _leads)
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _each(
    scenarios: list[NamedScenario],
    edition: Edition,
    futures: Callable[[Params], LazyDraws | None],
    rows: Callable[[NamedScenario, Measures], pd.DataFrame],
) -> list[pd.DataFrame]:
    """Return the rows of each scenario, in their order; `futures` is asked once for those that share a simulation."""

    def of_simulation(alike: list[NamedScenario]) -> dict[str, pd.DataFrame]:
        drawn = futures(alike[0].params)
        if drawn is None:
            return {}
        measures = Measures(edition, drawn)
        return {scenario.name: rows(scenario, measures) for scenario in alike}

    found: dict[str, pd.DataFrame] = {}
    for _, group in itertools.groupby(sorted(scenarios, key=_simulated), key=_simulated):
        found |= of_simulation(list(group))
    return [found[scenario.name] for scenario in scenarios if scenario.name in found]


def _leads(scenario: NamedScenario, measures: Measures) -> pd.DataFrame:
    params, ruler = scenario.params, scenario.params.scenarios.rulers[0]
    balances = {name: params.balances[name] for name in params.scenarios.balances}
    told = {"scenario": scenario.name, "label": scenario.label, "description": scenario.description, "ruler": ruler}
    futures = partial(_under, measures, ruler, params.scenario, params.rulers, params.run.seed)
    return leads_table(futures, balances, params.crossing).assign(**told)


def _under(measures: Measures, ruler: str, scenario: Scenario, rulers: Rulers, seed: int) -> Draws:
    return measures.under(measures.factor(scenario), ruler, rulers, seed)


def in_place(params: Params, base: Params, edition: Edition, without: LazyDraws) -> LazyDraws | None:
    """Return what gives the futures of `params` before any scenario where those of `base` serve; else None.

    without: what gives the draws of `base` without plans; they serve where no more than the treatment of plans differs.
    """
    same = {"plans": base.futures.plans, "plan_realisation_sd": base.futures.plan_realisation_sd}
    if params.run == base.run and params.data == base.data and params.futures.model_copy(update=same) == base.futures:
        return partial(planned(without, edition, Scenario(), params.run.seed), params.futures)
    return None


def _simulated(scenario: NamedScenario) -> str:
    """Return what decides the simulation of a scenario, as text."""
    return json.dumps({name: _dump(scenario.params).get(name) for name in SIMULATED}, sort_keys=True)


class Measures:
    """The futures of one simulation on any ruler, each ruler's factor found once for all scenarios that share it."""

    def __init__(self, edition: Edition, futures: LazyDraws) -> None:
        self.edition = edition
        self.futures = cache(futures)
        self._known: dict[str, Draws] = {}

    def made_from(self) -> list[object]:
        """Return what tells the futures apart."""
        return [self.futures, self.edition]

    def factor(self, scenario: Scenario) -> FloatArray | None:
        """Return what a scenario does to spending (economies, years), None where nothing."""
        return None if scenario.changes_nothing() else factors(self.futures(), scenario, self.edition)

    def under(self, factor: FloatArray | None, ruler: str, rulers: Rulers, seed: int) -> Draws:
        """Return the futures on `ruler`, spending times `factor` (economies, years)."""
        futures = self.futures()
        if not RULERS[ruler].proportional:
            adjusted = futures if factor is None else scaled(futures, factor, futures.unit)
            return measure(ruler, adjusted, self.edition, rulers, seed)
        key = json.dumps([ruler, rulers.model_dump(mode="json")], sort_keys=True)
        if key not in self._known:
            self._known[key] = measure(ruler, futures, self.edition, rulers, seed)
        plain = self._known[key]
        return plain if factor is None else scaled(plain, factor, plain.unit)


def evaluate(scenario: NamedScenario, measures: Measures) -> pd.DataFrame:
    """Return one scenario's rows: state probabilities, years, and the ratio in each of `BY_YEARS`."""
    params, edition = scenario.params, measures.edition
    history = observed(edition.spending)
    # Break-even shares are not compared, so they need not be found.
    balances = {name: params.balances[name].model_copy(update={"breakeven": ()}) for name in params.scenarios.balances}
    factor = measures.factor(params.scenario)
    tables = joined(
        summarise(
            measures.under(factor, ruler, params.rulers, params.run.seed),
            measure(ruler, history, edition, params.rulers, params.run.seed),
            balances,
            params.crossing,
            ruler=ruler,
            edition=edition.name,
        )
        for ruler in params.scenarios.rulers
    )
    rows = tables.crossings.drop(columns=["first_crossed"])
    curves = tables.curves[tables.curves["year"].isin(BY_YEARS)]
    for low, percent in (("lo", 10), ("median", 50), ("hi", 90)):
        wide = curves.pivot(index=["balance", "ruler"], columns="year", values=f"ratio_q{percent}")
        wide.columns = [f"ratio_{year}_{low}" for year in wide.columns]
        rows = rows.merge(wide.reset_index(), on=["balance", "ruler"], how="left")
    rows.insert(0, "scenario", scenario.name)
    rows.insert(1, "scenario_label", scenario.label)
    return rows


def _read(path: Path, base: Params) -> NamedScenario:
    """Return the scenario in the file at `path` over the parameters `base`."""
    place = f"scenarios/{path.name}"
    try:
        file = ScenarioFile.model_validate_json(json.dumps(read_yaml(path)))
    except ValidationError as error:
        raise_all(place, [f"{'.'.join(map(str, each['loc']))}: {each['msg'].lower()}" for each in error.errors()])
        raise OvertakeError(place, "is not a scenario", found=error) from error
    closed = [key for key in file.overrides if key.split(".")[0] not in OPEN]
    raise_all(place, [f"{key}: a scenario may override only {', '.join(OPEN)}" for key in closed])
    params = parse(override(_dump(base), file.overrides, place), place)
    missing = [name for name in params.scenarios.balances if name not in params.balances]
    raise_all("params.yaml: scenarios.balances", [f"{name}: no such balance" for name in missing])
    return NamedScenario(path.stem, file.label, file.description, params)


def as_experiment(overrides: Mapping[str, Any]) -> str:
    """Return the `dvc exp run` command that runs the pipeline with these overrides."""
    return " ".join(["dvc exp run", *(f"-S {_quoted(setting)}" for setting in hydra_settings(overrides))])


def hydra_settings(overrides: Mapping[str, Any]) -> list[str]:
    """Return the overrides in the grammar of `dvc exp run -S`; `++` sets a key whether or not it is there yet."""
    return [f"++{key}={_hydra(value)}" for key, value in overrides.items()]


def _hydra(value: Any) -> str:
    """Return `value` in the grammar of `dvc exp run -S`."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_hydra(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_hydra(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    """Return `text` for a shell."""
    return f"'{text}'" if any(letter in text for letter in "{}[] ") else text


def _dump(params: Params) -> dict[str, Any]:
    """Return the parameters as plain values, every default included."""
    return params.model_dump(mode="json")
