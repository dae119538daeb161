"""`overtake balance`: an ad-hoc coalition in the terminal, from tables in place."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import paths as project
from overtake.balances.adhoc import adhoc_balance, parse_side
from overtake.cli import balance as balances_command
from overtake.draws import Draws, write_parquet
from overtake.errors import OvertakeError
from overtake.rulers import observed

MEMBERS = {"CHN": 100.0, "JPN": 40.0, "KOR": 30.0, "AUS": 20.0, "USA": 300.0}


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write spending 2000-2025 at even levels and futures in which China grows by 2 % a year, the others not."""
    rows = [
        (iso3, year, level, level, 2.0, 2024, "2026-04")
        for iso3, level in MEMBERS.items()
        for year in range(2000, 2026)
    ]
    names = ["milex_constant_usd_bn", "milex_current_usd_bn", "gdp_share_pct", "price_base", "edition"]
    spending = pd.DataFrame(rows, columns=["iso3", "year", *names])
    past = observed(spending)
    ahead = np.ones((50, len(MEMBERS), 15))
    ahead[:, past.economies.index("CHN")] = 1.02 ** np.arange(1, 16)
    values = np.concatenate([np.repeat(past.values, 50, axis=0), past.values[:, :, -1:] * ahead], axis=2)
    write_parquet(spending, tmp_path / "spending.parquet")
    futures = Draws(values, past.economies, tuple(range(2000, 2041)), 2025, past.unit)
    write_parquet(futures.to_frame(), tmp_path / "futures.parquet")
    (tmp_path / "params.yaml").write_text("run: {draws: 100}\n")
    monkeypatch.setattr(project, "PROCESSED", tmp_path)
    monkeypatch.setattr(project, "PARAMS", tmp_path / "params.yaml")
    return tmp_path


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    balances_command.register(parser.add_subparsers())
    parsed = parser.parse_args(["balance", *arguments])
    return int(parsed.func(parsed))


def test_answer_by_hand(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--side", "JPN,KOR,AUS,USA:0.1", "--by", "2034", "--by", "2036", "--break-even", "USA") == 0
    out = capsys.readouterr().out
    # 100 x 1.02^n exceeds 40 + 30 + 20 + 30 = 120 first at n = 10, in 2035.
    assert "ratio in 2025: 0.83" in out
    assert "not crossed at 2025" in out
    assert "median year: 2035 (80% interval 2035 to 2035)" in out
    assert "2034: 0.0%, 2036: 100.0%" in out
    level = (100 * 1.02**9 - 90) / 300
    assert f"break-even share of USA (80% interval) 2034: {level:.0%}" in out


def test_what_is_supposed_is_said(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = "run: {draws: 100}\nscenario: {growth_shift_pct: {CHN: -2}}\ncrossing: {interval_pct: 50}\n"
    (tables / "params.yaml").write_text(settings)
    run("--side", "JPN,KOR,AUS:0.5", "--break-even", "USA")
    out = capsys.readouterr().out
    assert 'as supposed in params.yaml: scenario.growth_shift_pct {"CHN": -2.0}' in out
    assert "break-even share of USA (50% interval)" in out
    run("--side", "JPN,KOR,AUS:0.5", "--json")
    assert json.loads(capsys.readouterr().out)["supposed"] == {"scenario.growth_shift_pct": {"CHN": -2.0}}


def test_the_answer_as_json(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--side", "JPN,KOR,AUS:0.5", "--by", "2034", "--by", "2036", "--break-even", "USA", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["against"], found["side"]) == ({"CHN": 1.0}, {"JPN": 1.0, "KOR": 1.0, "AUS": 0.5})
    assert (found["ruler"], found["threshold"]) == ("constant_usd", 1.0)
    assert set(found["states"]) == {"crossed", "crossing", "not_within", "crossed_back"}
    assert sum(found["states"].values()) == pytest.approx(1)
    assert set(found["crossed_by"]) == {"2034", "2036"}
    low, middle, high = found["break_even"]["USA"]["2034"]
    assert low <= middle <= high


def test_weights_tie_downs_and_threshold_are_said(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--side", "JPN,KOR,AUS:0.5", "--against", "CHN", "--tie-down", "KOR:0.6", "--threshold", "2")
    out = capsys.readouterr().out
    assert "CHN against JPN + 40% KOR + 50% AUS" in out
    assert f"ratio in 2025: {100 / (40 + 12 + 10):.2f}" in out
    assert "crossed above 2" in out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--side", "JPN,JPN"], "JPN: named twice"),
        (["--side", ""], "--side: 1 problem\n    ``: an empty name"),
        (["--side", "JPN,"], "an empty name"),
        (["--side", "JPM"], "JPM: unknown economy; did you mean JPN?"),
        (["--side", "jp"], "JP: unknown economy; did you mean JPN?"),
        (
            ["--side", "JPN,CAN"],
            "CAN: unknown economy: Canada (CAN) has no figures here yet; to add it: `overtake economy",
        ),
        (
            ["--side", "JPN", "--against", "France"],
            "--against: 1 problem\n    FRANCE: unknown economy: France (FRA) has no figures here yet",
        ),
        (
            ["--side", "JPN", "--tie-down", "qqq:0.1"],
            "--tie-down: 1 problem\n    QQQ: unknown economy; allowed: AUS, CHN",
        ),
        (["--side", "JPN:1.5"], "share `1.5`; allowed: a number from 0 to 1"),
        (["--side", "JPN:nan"], "share `nan`"),
        (["--side", "JPN:0"], "counts nothing"),
        (["--side", "JPN,CHN"], "CHN stands on both sides"),
        (["--side", "JPN", "--tie-down", "IND:0.5"], "neither side"),
        (["--side", "JPN", "--tie-down", "JPN:1"], "leave a side with nothing"),
        (["--side", "JPN", "--ruler", "ppp"], "no such ruler"),
        (["--side", "JPN", "--by", "2070"], "2070; allowed: 2000 to 2040"),
        (["--side", "JPN", "--threshold", "-1"], "threshold: Input should be greater than 0"),
        (["--side", "JPN", "--threshold", "nan"], "threshold"),
        (["--side", "JPN", "--break-even", "CHN"], "belongs to the other side"),
        (["--side", "JPN", "--break-even", "FRA"], "FRA: unknown economy: France (FRA) has no figures here yet"),
        (["--side", "TWN"], "TWN: no values on this ruler"),
    ],
)
def test_bad_options_print_nothing_but_one_error(
    tables: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    with pytest.raises(OvertakeError) as caught:
        run(*arguments)
    assert what in str(caught.value)
    assert capsys.readouterr().out == ""


def test_all_that_is_wrong_with_a_side_is_said_at_once() -> None:
    with pytest.raises(OvertakeError) as caught:
        parse_side("JPN,JPN,KRO:2,,TWN:x", "--side")
    assert "5 problems" in str(caught.value)


def test_a_long_side_gets_a_label_that_fits_and_the_threshold_is_one() -> None:
    side = ",".join(f"{iso3}:0.12345678" for iso3 in ("JPN", "KOR", "AUS", "PHL", "THA", "IND", "VNM"))
    found = adhoc_balance(side, "CHN")
    assert found.label == f"{side} against CHN"[:90]
    assert found.threshold == 1.0


def test_missing_futures_are_refused_with_the_next_command(tables: Path) -> None:
    (tables / "futures.parquet").unlink()
    with pytest.raises(OvertakeError, match="dvc repro"):
        run("--side", "JPN")
