"""`overtake skill` and `overtake weights` with a made-up panel and model: what is scored, written and refused."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import paths
from overtake.cli import skill as commands
from overtake.config.core import Run
from overtake.config.params import Params
from overtake.errors import OvertakeError
from overtake.futures import models, weights
from overtake.futures.series import of_panel
from overtake.skill import full
from overtake.skill import peers as short_peers
from overtake.skill.evaluate import tuning_scores
from overtake.sources import raw as raw_tables
from overtake.streams import stream

LAST = 2016
CODES = ("AUS", "CHN", "DEU", "IND")
SEED = Params().run.seed


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of data/raw that the commands write to."""
    folder = tmp_path / "raw"
    shutil.copytree(paths.RAW, folder)
    monkeypatch.setattr(paths, "RAW", folder)
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Run, object]]:
    """Return what the made-up model is asked: its name, the run, and the macro table that it was shown."""
    found: list[tuple[str, Run, object]] = []

    def growth(series, known, settings, steps, run):
        found.append((settings.model, run, len(known.macro)))
        assert series.years[-1] < LAST
        assert known.name in {f"{LAST + 1}-04", f"{series.years[-1] + 1}-04"}
        spread = np.linspace(-0.5, 0.6, run.draws)[:, None, None] * np.sqrt(np.arange(1, steps + 1))
        ranks = [np.roll(spread[:, 0], 31 * row, axis=0) for row in range(len(series.economies))]
        return np.stack(ranks, axis=1) * (2.0 if settings.model == "combined" else 1.0)

    monkeypatch.setattr(models, "growth", growth)
    return found


def panel(folder: Path) -> Path:
    rows = [
        (iso3, year, 1000 * np.exp(value), 2.0)
        for row, iso3 in enumerate(CODES)
        for year, value in zip(
            range(1988, LAST + 1), np.cumsum(stream(8, iso3).normal(0, 0.2, LAST - 1987)) + 0.1 * row, strict=True
        )
    ]
    path = folder / "panel.parquet"
    pd.DataFrame(rows, columns=["iso3", "year", "milex_constant_usd_m", "gdp_share_pct"]).assign(
        region="one", subregion="one"
    ).to_parquet(path)
    return path


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    parsed = parser.parse_args([str(argument) for argument in arguments])
    return int(parsed.func(parsed))


def peers(folder: Path) -> Path:
    """Write a peer's forecasts: normal around the last figure, all countries but one."""
    from scipy.stats import norm

    series = of_panel(pd.read_parquet(panel(folder)))
    score = norm.ppf((2 * np.arange(1, 10) - 1) / 18)
    rows = []
    for origin in range(2000, LAST):
        for row, iso3 in enumerate(CODES[1:], 1):
            level = series.log_milex[row, series.years.index(origin)] + np.log(1000)
            for step in range(1, 4):
                values = {f"q{number:02d}": level + 0.3 * value for number, value in enumerate(score, 1)}
                rows.append({"model": "peer", "origin": origin, "iso3": iso3, "horizon": step} | values)
    path = folder / "peers.parquet"
    pd.DataFrame(rows).to_parquet(path)
    return path


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what is tested elsewhere: estimation from the panel and two peers; few bootstrap samples, one core."""
    from overtake.futures import coefficients, hyperparameters

    monkeypatch.setattr(coefficients, "estimate", lambda *_: pd.DataFrame())
    monkeypatch.setattr(hyperparameters, "estimate", lambda *_: pd.DataFrame())
    monkeypatch.setattr(short_peers, "linear", short_peers.scaled)
    monkeypatch.setattr(full, "BOOTSTRAP", 20)
    monkeypatch.setattr(full, "FIRST_ORIGIN", LAST - 4)
    monkeypatch.setattr(short_peers, "ANALOGS", 10)
    monkeypatch.setenv("OVERTAKE_CORES", "1")  # calls in a fork would not be seen here


def test_skill_scores_every_model_and_writes_a_sealed_table(raw, asked, fast, tmp_path, capsys) -> None:
    path = panel(tmp_path)
    assert run("skill", "--panel", path, "--peers", peers(tmp_path), "--draws", 100, "--horizons", 2) == 0
    assert {name for name, _, _ in asked} == {"combined", *commands.ALONE}
    # A stream of its own for every origin.
    assert {(one.seed, one.draws) for _, one, _ in asked} == {(SEED + year, 100) for year in range(LAST - 4, LAST)}
    assert all(rows == 0 for *_, rows in asked)
    table = pd.read_csv(raw / full.FILE)
    assert list(table.columns) == list(full.COLUMNS)
    named = {"combined", *commands.ALONE, "naive", "analogs", "scaled", "linear", "peer"}
    assert set(table["model"]) == named | set(full.OWN_RATIO)
    assert (table["edition"] == "2017-04").all()
    assert (table["status"] == "derived").all()
    assert table["source"].unique().tolist() == [
        "overtake skill --panel milex_2017-04.parquet --peers forecasts.parquet --draws 100 --horizons 2"
    ]
    assert table["horizon"].max() == 2
    series = of_panel(pd.read_parquet(path))
    known = {"naive": full.always(short_peers.naive(100, SEED))}
    index, found = full.run(series, range(LAST - 4, LAST), 2, known)
    held = index["single"].held.astype(bool)
    row = table.set_index(["slice", "question", "model", "horizon", "score"]).loc[
        ("held back", "single", "naive", 0, "crps")
    ]
    assert row["n"] == held.sum()
    assert row["value"] == round(float(found["naive"].scores["single"]["crps"][held].mean()), 5)
    assert {"crps_over_peer", "crps_over_naive"} <= set(table["score"])
    assert not table["score"].str.contains("over_panel").any()
    assert raw_tables.load(full.FILE, raw).shape == table.shape  # refuses a table that does not fit its seal
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["combined", *commands.ALONE]
    assert lines[-1] == f"wrote data/raw/{full.FILE}"


def cut(path: Path, year: int) -> Path:
    """Write the panel of an earlier edition."""
    table = pd.read_parquet(path)
    earlier = path.with_name(f"milex_{year + 1}-04.parquet")
    table[table["year"] <= year].to_parquet(earlier)
    return earlier


def test_earlier_editions_are_scored_in_real_time(raw, asked, fast, tmp_path) -> None:
    path = panel(tmp_path)
    then = cut(path, LAST - 3), cut(path, LAST - 2)
    assert run("skill", "--panel", path, "--then", *then, "--draws", 100, "--horizons", 2) == 0
    table = raw_tables.load(full.FILE, raw)
    assert table["source"].unique().tolist() == [
        "overtake skill --panel milex_2017-04.parquet --then milex_2014-04.parquet milex_2015-04.parquet"
        " --draws 100 --horizons 2"
    ]
    here = table[table["slice"] == full.REAL_TIME]
    assert set(here["model"]) == set(table["model"])
    whole = table[(table["slice"] == "eras") & (table["question"] == "single") & (table["horizon"] == 0)]
    single = here[(here["question"] == "single") & (here["horizon"] == 0)]
    per_origin = whole["n"].max() / 7  # two years ahead from three origins, one from the last
    assert (single.loc[single["score"] == "crps", "n"] == 4 * per_origin).all()
    # Figures are not revised here, so real time is the same as the origin in the comparison.
    assert {seed.seed for _, seed, _ in asked} == {SEED + year for year in range(LAST - 4, LAST)}


@pytest.mark.parametrize("year", [(LAST,), (LAST - 2, LAST - 2)])
def test_what_is_no_earlier_edition_is_refused(year, raw, asked, fast, tmp_path) -> None:
    path = panel(tmp_path)
    then = [cut(path, one) for one in year]
    with pytest.raises(
        OvertakeError, match=r"(?s)--then: names no earlier edition, or one twice.*allowed: panels whose"
    ):
        run("skill", "--panel", path, "--then", *then, "--draws", 100, "--horizons", 2)


@pytest.mark.parametrize(
    "given", [("--horizons", 0), ("--horizons", 16), ("--draws", 99), ("--draws", 5001)], ids=lambda given: str(given)
)
def test_what_is_out_of_range_is_refused_before_anything_is_read(given: tuple[str, int], tmp_path: Path) -> None:
    with pytest.raises(OvertakeError) as caught:
        run("skill", "--panel", tmp_path / "absent.parquet", *given)
    assert str(caught.value).splitlines() == [
        "overtake skill: is out of range",
        "  allowed: --horizons 1 to 15, --draws 100 to 5000",
    ]


@pytest.mark.parametrize("given", [("--horizons", 1, "--draws", 5000), ("--horizons", 15, "--draws", 100), ()])
def test_the_ends_of_the_ranges_and_the_defaults_are_allowed(given: tuple[object, ...], tmp_path: Path) -> None:
    """They get as far as the panel, which is missing."""
    with pytest.raises(OvertakeError, match="is missing"):
        run("skill", "--panel", tmp_path / "absent.parquet", *given)


def test_defaults_are_2000_draws_and_10_horizons() -> None:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    found = parser.parse_args(["skill", "--panel", "x"])
    assert (found.draws, found.horizons, found.peers) == (2000, 10, None)
    for command in ("skill", "weights"):
        with pytest.raises(SystemExit):
            parser.parse_args([command])


def test_weights_writes_the_scores_that_the_combination_reads(raw, asked, tmp_path, capsys) -> None:
    path = panel(tmp_path)
    assert run("weights", "--panel", path) == 0
    table = raw_tables.load(weights.FILE, raw)
    settings = Params()
    known = commands._known("2017-04")
    series = of_panel(pd.read_parquet(path))
    expected = tuning_scores(series, known, settings.futures, settings.skill, settings.run.seed)
    columns = list(expected.columns)
    pd.testing.assert_frame_equal(table[columns], expected, check_dtype=False)
    assert table["source"].unique().tolist() == [
        "overtake weights --panel milex_2017-04.parquet, tuning half of all countries"
    ]
    out = capsys.readouterr().out
    for row in expected.itertuples():
        assert f"{row.model}" in out
        assert f"{row.crps:.5f}" in out
    assert out.endswith(f"wrote data/raw/{weights.FILE}; next: dvc repro\n")


def test_the_parameters_are_those_of_the_file(raw, asked, fast, tmp_path, monkeypatch) -> None:
    text = paths.PARAMS.read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text.replace(f"seed: {SEED}", "seed: 7"), encoding="utf-8")
    monkeypatch.setattr(paths, "PARAMS", tmp_path / "params.yaml")
    assert run("skill", "--panel", panel(tmp_path), "--draws", 100, "--horizons", 2) == 0
    assert {settings.seed for _, settings, _ in asked} == {7 + year for year in range(LAST - 4, LAST)}
