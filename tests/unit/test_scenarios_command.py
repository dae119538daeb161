"""`overtake scenarios`: shows experiments, refuses what it does not know, writes table and figure."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import test_scenarios as case

from overtake import edition
from overtake import paths as project
from overtake.cli import scenarios as scenarios_command
from overtake.config.load import load
from overtake.draws import Draws, write_parquet
from overtake.errors import OvertakeError
from overtake.futures import plans


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    scenarios_command.register(parser.add_subparsers())
    parsed = parser.parse_args(["scenarios", *arguments])
    return int(parsed.func(parsed))


def test_show_prints_an_experiment_for_each_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--show", "--only", "us_surge", "baseline") == 0
    out = capsys.readouterr().out
    assert out.index("baseline:") < out.index("us_surge:")
    assert "dvc exp run -S ++scenario.growth_shift_pct.USA=3" in out


def test_unknown_name_is_refused() -> None:
    with pytest.raises(OvertakeError, match="us_surg: no such scenario"):
        run("--only", "us_surg")


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put made-up futures and figures, and two scenarios, where the command looks for them."""
    monkeypatch.setattr(project, "PROCESSED", tmp_path)
    monkeypatch.setattr(project, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(project, "SCENARIOS", tmp_path / "scenarios")
    monkeypatch.setattr(project, "PARAMS", tmp_path / "params.yaml")
    monkeypatch.setattr(edition, "of_run", lambda: case.FIGURES)
    (tmp_path / "params.yaml").write_text("run: {draws: 200}\n")
    (tmp_path / "scenarios").mkdir()
    case.write(tmp_path / "scenarios", "baseline", "{}")
    case.write(tmp_path / "scenarios", "slow", "{scenario.growth_shift_pct.CHN: -5}")
    monkeypatch.setattr(plans, "apply", lambda paths, *_: paths)  # the figures here know of none
    write_parquet(case.FIGURES.spending, tmp_path / "spending.parquet")
    write_parquet(case.FUTURES.to_frame(), tmp_path / "futures_without_plans.parquet")
    return tmp_path


def test_one_command_writes_table_and_figure_the_same_every_time(tables: Path) -> None:
    assert run() == 0
    folder = tables / "reports" / "scenarios"
    names = ["scenarios.csv", "scenarios.parquet", "scenarios.svg"]
    assert sorted(path.name for path in folder.iterdir()) == names
    before = [(folder / name).read_bytes() for name in names]
    run()
    assert [(folder / name).read_bytes() for name in names] == before
    table = pd.read_csv(folder / "scenarios.csv")
    assert list(dict.fromkeys(table["scenario"])) == ["baseline", "slow"]
    eleven = table[(table["balance"] == "eleven") & (table["ruler"] == "constant_usd")].set_index("scenario")
    assert eleven.loc["slow", "ratio_2035_median"] < eleven.loc["baseline", "ratio_2035_median"]


def test_futures_of_other_parameters_are_refused(tables: Path) -> None:
    (tables / "params.yaml").write_text("run: {draws: 300}\n")
    with pytest.raises(OvertakeError, match="belongs to other parameters") as caught:
        run()
    assert "dvc repro futures" in str(caught.value)


def test_plans_alone_take_the_futures_without_plans(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def lifted(paths: Draws, _: object, settings: object, seed: int) -> Draws:
        asked.append((settings, seed))
        return paths.with_values(paths.values * np.float32(2), paths.unit)

    monkeypatch.setattr(plans, "apply", lifted)
    base = load(project.PARAMS)
    other = base.model_copy(update={"futures": base.futures.model_copy(update={"plans": "face_value"})})
    found = scenarios_command._futures(other, base, case.FIGURES)()
    np.testing.assert_allclose(found.values, 2 * case.FUTURES.values, rtol=1e-6)
    assert [settings.plans for settings, _ in asked] == ["face_value"]
