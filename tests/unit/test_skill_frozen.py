"""Frozen forecasts: what is kept, what is refused, and the scores that a later edition gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake.config.balances import Balance
from overtake.draws import Draws
from overtake.errors import OvertakeError
from overtake.skill import frozen
from tests.unit.test_skill_realtime import FIRST, edition, milex

DRAWS, LAST = 41, 2020
BALANCES = {"two": Balance(label="two", side={"JPN": 1.0, "USA": 0.5}, threshold=0.9)}


def paths() -> Draws:
    """Return futures from 2019 on that grow by 5 % more a year from draw to draw of an even fan."""
    fan = np.linspace(-0.2, 0.3, DRAWS)
    level = np.array([np.log(8.0), np.log(4.0), np.log(9.0)])
    logs = level[None, :, None] + fan[:, None, None] * np.array([0.0, 0.0, 1.0, 2.0, 3.0])
    return Draws(np.exp(logs), ("CHN", "JPN", "USA"), tuple(range(LAST - 1, LAST + 4)), LAST, "constant US$ bn")


def test_rows_are_quantiles_of_growth_and_ratio_and_the_chance_of_a_lead() -> None:
    found = frozen.rows(paths(), BALANCES)
    assert tuple(found.columns) == frozen.COLUMNS
    assert set(found["year"]) == {2021, 2022, 2023}
    growth = found[(found["kind"] == "growth") & (found["name"] == "JPN") & (found["year"] == 2022)]
    np.testing.assert_allclose(
        growth["value"], np.quantile(2 * np.linspace(-0.2, 0.3, DRAWS), frozen.LEVELS), atol=1e-6
    )
    ratio = found[(found["kind"] == "ratio") & (found["year"] == 2023)]
    np.testing.assert_allclose(ratio["value"], np.log(8 / 8.5), atol=1e-6)
    assert found.loc[found["kind"] == "ahead", "value"].tolist() == [1.0] * 3


def freeze(root: Path, date: str = "2021-05-01") -> Path:
    known = edition().as_printed("2021-04")
    return frozen.freeze(root, frozen.rows(paths(), BALANCES), known, BALANCES, {"run": {"draws": DRAWS}}, date)


def test_a_frozen_forecast_names_itself_and_is_never_overwritten(tmp_path: Path) -> None:
    target = freeze(tmp_path)
    assert target == tmp_path / frozen.FOLDER / "2021-04_2021-05-01.csv"
    about = json.loads(target.with_suffix(".json").read_text())
    assert (about["edition"], about["last_observed"], about["date"]) == ("2021-04", 2020, "2021-05-01")
    assert about["commit"] == ""  # no checkout here
    assert about["balances"]["two"]["threshold"] == 0.9
    before = target.read_bytes()
    with pytest.raises(OvertakeError, match="is frozen already"):
        freeze(tmp_path)
    assert target.read_bytes() == before
    (one,) = frozen.read(tmp_path)
    pd.testing.assert_frame_equal(one.rows, frozen.rows(paths(), BALANCES), check_dtype=False)


def test_what_was_changed_or_lost_is_refused(tmp_path: Path) -> None:
    target = freeze(tmp_path)
    text = target.read_text()
    target.write_text(text.replace("JPN", "KOR", 1))
    with pytest.raises(OvertakeError, match="is not what was frozen"):
        frozen.read(tmp_path)
    target.write_text(text)
    target.with_suffix(".json").unlink()
    with pytest.raises(OvertakeError, match="has no description"):
        frozen.read(tmp_path)


def test_scores_by_hand_from_the_growth_that_a_later_edition_reports(tmp_path: Path) -> None:
    """The newest edition prints other levels: only its growth after 2020 counts, on the levels as printed in 2021."""
    freeze(tmp_path)
    (one,) = frozen.read(tmp_path)
    found = frozen.scored(one, edition()).set_index(["kind", "name", "year", "score"])
    table = milex().set_index(["edition", "iso3", "year"])["milex_constant_usd_m"]
    growth = np.log(table["2024-04", "USA", 2022] / table["2024-04", "USA", 2020])
    row = found.loc[("growth", "USA", 2022, "in80")]
    assert row["outcome"] == pytest.approx(growth)
    assert row["horizon"] == 2
    low, high = np.quantile(2 * np.linspace(-0.2, 0.3, DRAWS), [0.1, 0.9])
    assert row["value"] == (low <= growth <= high)
    quantiles = np.quantile(2 * np.linspace(-0.2, 0.3, DRAWS), frozen.LEVELS)
    loss = [max(u * (growth - q), (u - 1) * (growth - q)) for u, q in zip(frozen.LEVELS, quantiles, strict=True)]
    assert found.loc[("growth", "USA", 2022, "pinball"), "value"] == pytest.approx(np.mean(loss), abs=1e-6)
    level = {
        iso3: table["2021-04", iso3, 2020] * table["2024-04", iso3, 2023] / table["2024-04", iso3, 2020]
        for iso3 in ("CHN", "JPN", "USA")
    }
    ratio = level["CHN"] / (level["JPN"] + 0.5 * level["USA"])
    assert found.loc[("ratio", "two", 2023, "pinball"), "outcome"] == pytest.approx(np.log(ratio))
    ahead = found.loc[("ahead", "two", 2023, "brier")]
    assert (ahead["outcome"], ahead["value"]) == (ratio > 0.9, (1 - (ratio > 0.9)) ** 2)
    assert found.index.is_unique
    assert FIRST < 2020


def test_without_a_later_edition_nothing_is_scored(tmp_path: Path) -> None:
    freeze(tmp_path)
    (one,) = frozen.read(tmp_path)
    assert frozen.scored(one, edition().as_printed("2021-04")).empty


def test_the_command_scores_all_that_is_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from overtake import edition as editions
    from overtake import paths as project
    from overtake.cli.main import main

    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(editions, "read", lambda data: edition())
    freeze(tmp_path)
    freeze(tmp_path, "2021-06-01")
    found = pd.concat([frozen.scored(one, edition()) for one in frozen.read(tmp_path)])
    assert main(["score"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["forecast", "kind", "horizon", "score"]
    pinball = found[(found["kind"] == "growth") & (found["horizon"] == 2) & (found["score"] == "pinball")]["value"]
    shown = [line.split() for line in lines if line.split()[:2] == ["2", "pinball"]]
    # Growth and ratio of two forecasts that are the same: each has a row of its own.
    assert len(shown) == 4
    assert shown[0] == shown[2] == ["2", "pinball", f"{pinball.iloc[:3].mean():.4f}", "3"]
    assert [line.split()[0] for line in lines if line.startswith("2021")] == [
        "2021-04_2021-05-01",
        "2021-04_2021-06-01",
    ]
