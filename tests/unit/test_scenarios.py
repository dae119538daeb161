"""Scenarios: validated together, applied to paths, compared in one table."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import paths as project
from overtake.config.load import load, read_yaml
from overtake.config.params import Params
from overtake.config.scenario import Scenario, ShareTarget
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.edition.shares import gdp_constant_usd
from overtake.errors import OvertakeError
from overtake.futures import plans
from overtake.rulers import observed
from overtake.scenarios.adjust import adjust
from overtake.scenarios.compare import as_experiment, compare, hydra_settings, in_place, leads_under, read_all
from tests.edition_case import made

BASE = Params()
ECONOMIES = (
    "AUS", "CHN", "GBR", "IDN", "IND", "JPN", "KOR", "MYS", "NZL", "PHL", "RUS", "SGP", "THA", "TWN", "USA", "VNM"
)  # fmt: skip
CROSSWALK = pd.DataFrame({"iso3": ["TWN"], "sipri_over_headline": [0.74]})
LAST = 2025


def made_figures() -> Edition:
    """Return sixteen economies whose spending grows at even rates, 2000-2025, with a flat macro table to 2031."""
    spending, macro = [], []
    for at, iso3 in enumerate(ECONOMIES):
        for year in range(2000, 2032):
            macro.append((iso3, year, 1000.0, 1000.0, 100.0, 100.0, 1.0, 50.0, 2.0))
            if year <= LAST:
                level = (300 if iso3 in ("CHN", "USA") else 20 + at) * 1.03 ** (year - LAST)
                spending.append((iso3, year, level, level, 2.0, "2026-04", 2024))
    names = ["gdp_usd_bn", "gdp_lcu_bn", "gdp_deflator_index", "cpi_index", "ppp_lcu_per_intl_usd", "population_m"]
    measures = ["milex_constant_usd_bn", "milex_current_usd_bn", "gdp_share_pct", "edition", "price_base"]
    return made(
        pd.DataFrame(spending, columns=["iso3", "year", *measures]),
        pd.DataFrame(macro, columns=["iso3", "year", *names, "real_growth_pct"]),
        composition=pd.DataFrame(columns=["iso3", "year", "part", "share"]),
        china_estimates=pd.DataFrame(),
        crosswalk=CROSSWALK,
    )


FIGURES = made_figures()


def simulate(params: Params) -> Draws:
    past = observed(FIGURES.spending)
    random = np.random.default_rng(params.run.seed)
    steps = random.normal(0.03, 0.04, (params.run.draws, len(past.economies), 25)).cumsum(axis=2)
    history = np.repeat(past.values, params.run.draws, axis=0)
    values = np.concatenate([history, past.values[:, :, -1:] * np.exp(steps)], axis=2)
    return Draws(values, past.economies, tuple(range(2000, 2051)), LAST, past.unit)


SMALL = BASE.model_copy(update={"run": BASE.run.model_copy(update={"draws": 200})})
FUTURES = simulate(SMALL)


def adjusted(scenario: Scenario) -> Draws:
    return adjust(FUTURES, scenario, FIGURES)


def test_no_departure_leaves_the_very_paths() -> None:
    assert adjusted(Scenario()) is FUTURES


def test_growth_shift_by_hand() -> None:
    found = adjusted(Scenario(growth_shift_pct={"CHN": -2.0}, from_year=2027, to_year=2029))
    factor = found.economy("CHN") / FUTURES.economy("CHN")
    years = np.array(FUTURES.years)
    np.testing.assert_allclose(factor[:, years <= 2026], 1)
    np.testing.assert_allclose(factor[:, years == 2028], 0.98**2)
    np.testing.assert_allclose(factor[:, years >= 2029], 0.98**3)
    np.testing.assert_array_equal(found.economy("USA"), FUTURES.economy("USA"))


def test_observed_years_are_never_touched() -> None:
    found = adjusted(Scenario(growth_shift_pct={"CHN": 5.0}, from_year=2010, to_year=2030))
    at = FUTURES.years.index(LAST) + 1
    np.testing.assert_array_equal(found.values[:, :, :at], FUTURES.values[:, :, :at])


@pytest.mark.parametrize(("definition", "share"), [("sipri", 5.0), ("government", 5.0 * 0.74)])
def test_share_target_is_reached_by_the_middle_path(definition: str, share: float) -> None:
    target = ShareTarget.model_validate({"share_pct": 5.0, "year": 2030, "definition": definition})
    found = adjusted(Scenario(share_targets={"TWN": target}))
    middle = np.median(found.economy("TWN"), axis=0)[FUTURES.years.index(2030)]
    spent = FIGURES.spending[(FIGURES.spending["iso3"] == "TWN") & (FIGURES.spending["year"] == LAST)].iloc[0]
    gdp = spent["milex_constant_usd_bn"] / 0.02 * 1.02**5
    assert middle / gdp == pytest.approx(share / 100)
    assert gdp_constant_usd(FIGURES.spending, FIGURES.macro, "TWN", LAST, 2030) == pytest.approx(gdp)
    # On the way the factor is log-linear; afterwards the model's own growth goes on.
    factor = (found.economy("TWN") / FUTURES.economy("TWN"))[0]
    assert factor[FUTURES.years.index(2029)] == pytest.approx(factor[FUTURES.years.index(2030)] ** 0.8)
    np.testing.assert_allclose(factor[FUTURES.years.index(2030) :], factor[FUTURES.years.index(2030)])


def test_share_target_never_lowers_a_path() -> None:
    target = ShareTarget(share_pct=0.5, year=2030)
    np.testing.assert_array_equal(adjusted(Scenario(share_targets={"TWN": target})).values, FUTURES.values)


def test_targets_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(OvertakeError, match=r"share_targets\.TWN\.year.*\n.*2025"):
        adjusted(Scenario(share_targets={"TWN": ShareTarget(share_pct=5, year=2025)}))
    abroad = ShareTarget(share_pct=5, year=2030, definition="government")
    with pytest.raises(OvertakeError, match="VNM"):
        adjusted(Scenario(share_targets={"VNM": abroad}))


def write(folder: Path, name: str, overrides: str, label: str = "A label") -> None:
    (folder / f"{name}.yaml").write_text(f"label: {label}\ndescription: What if.\noverrides: {overrides}\n")


def test_shipped_scenarios_are_valid_and_complete() -> None:
    names = [scenario.name for scenario in read_all(project.SCENARIOS, BASE)]
    assert names[0] == "baseline"
    needed = {"plans_at_face_value", "us_retrenchment", "us_surge", "china_slows", "yuan_appreciates"}
    assert needed | {"allies_3_5", "taiwan_5"} <= set(names)


def test_all_bad_scenarios_are_named_before_anything_runs(tmp_path: Path) -> None:
    write(tmp_path, "baseline", "{}")
    write(tmp_path, "typo", "{scenario.growth_shift: {CHN: -2}}")
    write(tmp_path, "range", "{scenario.growth_shift_pct: {CHN: -200}}")
    write(tmp_path, "country", "{scenario.growth_shift_pct: {XXX: -2}}")
    write(tmp_path, "closed", "{data.edition: 2021-04}")
    (tmp_path / "empty.yaml").write_text("overrides: {}\n")
    with pytest.raises(OvertakeError) as caught:
        read_all(tmp_path, BASE)
    text = str(caught.value)
    for part in (
        "scenarios/typo.yaml: scenario.growth_shift",
        "did you mean `scenario.growth_shift_pct`?",
        "scenario.growth_shift_pct.CHN",
        "-200",
        "XXX",
        "data.edition: a scenario may override only",
        "scenarios/empty.yaml",
    ):
        assert part in text, part
    assert "5 problems" in text


def test_unknown_scenario_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "baseline", "{}")
    with pytest.raises(OvertakeError, match="us_surg: no such scenario; known: baseline"):
        read_all(tmp_path, BASE, ["us_surg"])


def test_comparison_runs_each_simulation_once(tmp_path: Path) -> None:
    write(tmp_path, "baseline", "{}")
    write(tmp_path, "slow", "{scenario.growth_shift_pct: {CHN: -5}}")
    write(tmp_path, "yuan", "{rulers.prices.real_appreciation_pct: {CHN: 3}}")
    calls = []

    def counted(params: Params) -> Draws:
        calls.append(1)
        return simulate(params)

    table = compare(read_all(tmp_path, SMALL), FIGURES, lambda params: lambda: counted(params))
    assert len(calls) == 1
    assert not table.duplicated(["scenario", "balance", "ruler"]).any()
    assert len(table) == 3 * len(BASE.scenarios.balances) * len(BASE.scenarios.rulers)
    at = table.set_index(["scenario", "balance", "ruler"])["ratio_2035_median"]
    assert at["slow", "eleven", "constant_usd"] == pytest.approx(at["baseline", "eleven", "constant_usd"] * 0.95**10)
    assert at["yuan", "eleven", "constant_usd"] == at["baseline", "eleven", "constant_usd"]
    assert at["yuan", "eleven", "current_usd"] == pytest.approx(at["baseline", "eleven", "current_usd"] * 1.03**10)


def test_who_leads_under_each_scenario_is_what_the_comparison_says(tmp_path: Path) -> None:
    write(tmp_path, "baseline", "{}")
    write(tmp_path, "slow", "{scenario.growth_shift_pct.CHN: -5}")
    found = read_all(tmp_path, BASE)
    told = leads_under(found, FIGURES, lambda _: lambda: FUTURES)
    whole = compare(found, FIGURES, lambda _: lambda: FUTURES)
    whole = whole[whole["ruler"] == BASE.scenarios.rulers[0]].set_index(["scenario", "balance"])
    assert set(told["ruler"]) == {BASE.scenarios.rulers[0]}
    for row in told[told["year"] == 2035].to_dict("records"):
        assert row["ratio"] == pytest.approx(whole.loc[(row["scenario"], row["balance"]), "ratio_2035_median"])
    wide = told[(told["balance"] == "five") & (told["year"] == 2035)].set_index("scenario")["p_ahead"]
    assert wide["slow"] < wide["baseline"]


def test_a_scenario_that_needs_other_draws_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "apply", lambda paths, *_: paths)  # the figures here know of none
    write(tmp_path, "baseline", "{}")
    write(tmp_path, "wide", "{futures.panel_regression.spread: 1.5}")
    write(tmp_path, "bare", "{futures.plans: 'off'}")
    told = leads_under(read_all(tmp_path, BASE), FIGURES, lambda own: in_place(own, BASE, FIGURES, lambda: FUTURES))
    assert set(told["scenario"]) == {"baseline", "bare"}


def test_figure_is_steady_and_shows_every_scenario(tmp_path: Path) -> None:
    from overtake.scenarios.figure import drawing

    write(tmp_path, "baseline", "{}", label="As it stands")
    write(tmp_path, "slow", "{scenario.growth_shift_pct: {CHN: -5}}", label="Slower China")
    table = compare(read_all(tmp_path, SMALL), FIGURES, lambda params: lambda: simulate(params))
    svg = drawing(table, SMALL)
    assert svg == drawing(table, SMALL)
    assert "As it stands" in svg
    assert "Slower China" in svg


def test_experiment_command_is_hydras_grammar() -> None:
    text = as_experiment(
        {"scenario.growth_shift_pct.CHN": -2, "balances.x.side": {"JPN": 0.5}, "rulers.use": ["stock"]}
    )
    assert text == (
        "dvc exp run -S ++scenario.growth_shift_pct.CHN=-2 -S '++balances.x.side={JPN:0.5}' -S '++rulers.use=[stock]'"
    )


@pytest.mark.parametrize("name", [path.stem for path in sorted(project.SCENARIOS.glob("*.yaml"))])
def test_dvc_makes_the_same_parameters_of_a_scenario(name: str, tmp_path: Path) -> None:
    """Each shipped scenario, given to `dvc exp run -S`, is what `overtake scenarios` runs."""
    from dvc.utils.hydra import apply_overrides

    copy = tmp_path / "params.yaml"
    shutil.copy(project.PARAMS, copy)
    overrides = read_yaml(project.SCENARIOS / f"{name}.yaml")["overrides"]
    if overrides:
        apply_overrides(copy, hydra_settings(overrides))
    [scenario] = read_all(project.SCENARIOS, load(project.PARAMS), [name])
    assert load(copy) == scenario.params
