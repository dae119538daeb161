"""A new edition comes with what it needs, and takes nothing from the others: coefficients, the tenth, what changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_figures_raw import folder, run, small, whole  # noqa: F401
from workbook_case import LAST, SHARE, Book, build, cell_of, saved

from overtake import paths as project
from overtake.brief.context import Context
from overtake.cli import futures as estimating
from overtake.cli import update
from overtake.config.params import Params
from overtake.draws import write_parquet
from overtake.errors import OvertakeError
from overtake.futures import coefficients, hyperparameters
from overtake.sources import excerpt, raw
from overtake.sources.checks import check_all

NEW = f"{LAST + 1}-04"


def lines_of(path: Path, edition: str, but: bool = False) -> list[bytes]:
    """Return the lines of an edition, or of all `but` it, as bytes."""
    return [line for line in path.read_bytes().splitlines() if line.startswith(edition.encode()) is not but]


def panel(countries: int = 40, first: int = 1985, last: int = 2006) -> pd.DataFrame:
    """Return a full panel of random walks, clearly fake."""
    random = np.random.default_rng(7)
    years = np.arange(first, last + 1)
    growth = random.normal(0.02, 0.08, (countries, len(years)))
    return pd.DataFrame(
        {
            "iso3": np.repeat([f"A{at:02d}" for at in range(countries)], len(years)),
            "year": np.tile(years, countries),
            "milex_constant_usd_m": 100 * np.exp(growth.cumsum(axis=1)).ravel(),
            "gdp_share_pct": random.uniform(1, 3, countries * len(years)),
            "region": np.repeat([f"region {at % 4}" for at in range(countries)], len(years)),
            "subregion": np.repeat([f"subregion {at % 8}" for at in range(countries)], len(years)),
        }
    )


def learned(edition: str, value: float = 0.5) -> dict[str, pd.DataFrame]:
    """Return rows of one origin as `coefficients.learned` gives them, all of one `value`."""
    fits = raw.load(coefficients.FILE).query("edition == '2026-04' and origin == 2025")
    world = raw.load(hyperparameters.FILE).query("edition == '2026-04' and origin == 2025")
    return {
        hyperparameters.FILE: world.assign(edition=edition, value=value),
        coefficients.FILE: fits.assign(edition=edition, one=value),
    }


def test_coefficients_come_from_the_workbook_for_every_origin_to_its_last_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hyperparameters, "FIRST_ORIGIN", 2005)
    found = coefficients.learned(panel(), "2007-04")
    world, fits = found[hyperparameters.FILE], found[coefficients.FILE]
    assert set(world["origin"]) == set(fits["origin"]) == {2005, 2006}
    assert set(world["edition"]) == set(fits["edition"]) == {"2007-04"}
    assert set(world["countries"]) == {40}
    assert hyperparameters.world(world, "2007-04", 2006).drift == pytest.approx(0.02, abs=0.02)
    assert np.isfinite(coefficients.of_origin(fits, "2007-04", 2006).median).all()


@pytest.mark.parametrize("small_panel", [panel(29, 1985), panel(40, 1990), panel(40, 2003)])
def test_a_panel_of_few_countries_or_years_has_no_coefficients(small_panel: pd.DataFrame) -> None:
    with pytest.raises(OvertakeError, match=r"too small a panel.*\n.*found:.*\n.*at least 30"):
        coefficients.learned(small_panel, "2007-04")


def test_coefficients_of_other_editions_are_kept_to_the_byte(
    folder: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coefficients, "learned", lambda _, edition: learned(edition))
    names = ("hyperparameters.csv", "panel_regression.csv", "regions.csv", "ranks.csv", "milex.csv")
    before = {name: lines_of(folder / name, NEW, but=True) for name in names}
    assert run("ingest", "sipri", str(saved(tmp_path, whole(build())))) == 0
    for name in names:
        assert lines_of(folder / name, NEW, but=True) == before[name], name
    assert set(raw.load("hyperparameters.csv").query("edition == @NEW")["value"]) == {0.5}
    assert (project.REPORTS / f"edition-{NEW}" / "changes.csv").is_file()
    assert check_all(folder)


def test_the_command_of_coefficients_keeps_the_editions_without_a_panel(
    folder: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(project, "PANEL", tmp_path / "panel")
    monkeypatch.setattr(coefficients, "learned", lambda _, edition: learned(edition))
    with pytest.raises(OvertakeError, match="holds no full panel"):
        estimating._run(None)  # type: ignore[arg-type]
    write_parquet(panel(2), tmp_path / "panel" / "milex_2027-04.parquet")
    before = {name: (folder / name).read_bytes() for name in (hyperparameters.FILE, coefficients.FILE)}
    assert estimating._run(None) == 0  # type: ignore[arg-type]
    assert "2027-04; others are kept" in capsys.readouterr().out
    for name, content in before.items():
        assert (folder / name).read_bytes().startswith(content)
        assert len(lines_of(folder / name, "2027-04")) == len(learned("2027-04")[name])


def test_a_small_workbook_says_that_it_has_no_coefficients_and_is_an_excerpt(
    folder: Path,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = (folder / coefficients.FILE).read_bytes()
    assert run("ingest", "sipri", str(saved(tmp_path, whole(build())))) == 0
    out = capsys.readouterr().out
    assert "coefficients stay as they are: edition 2026-04: is too small a panel" in out
    assert "a workbook of 16 countries is an excerpt itself" in out
    assert f'next: set data.edition: "{NEW}" in params.yaml, then dvc repro' in out
    assert (folder / coefficients.FILE).read_bytes() == before


def test_more_than_a_tenth_of_an_edition_is_refused_with_the_way_to_the_ignored_folder(
    folder: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(excerpt, "WHOLE", 10)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = saved(tmp_path, whole(build()))
    with pytest.raises(OvertakeError) as caught:
        run("ingest", "sipri", str(path))
    for told in ("found:   100.0%, 16 economies", "less than 10%", "data/panel", f"{path} --all-countries"):
        assert told in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert run("ingest", "sipri", str(path), "--dry-run") == 0
    assert "without --dry-run this is refused" in capsys.readouterr().out


def test_the_share_that_is_kept_counts_figures(tmp_path: Path) -> None:
    from overtake.sources import regions, sipri

    def one_less(book: Book) -> None:
        cell_of(book, SHARE, "Japan", 2019).value = ".."

    path = saved(tmp_path, whole(build()), one_less)
    book = sipri.read(path)
    ranks = excerpt.of_ranks(book, regions.read(path, book))
    new = excerpt.of_sipri(book, ("JPN", "CHN"))
    figures, abroad = 4 * 11, set(ranks["iso3"]) - {"JPN", "CHN"}
    assert len(abroad) == 14
    assert excerpt.kept(book, new, ranks) == pytest.approx((2 * figures - 1 + 14) / (16 * figures - 1))


def table(edition: str, *rows: tuple[str, int, float | None, str], constant: float = 1.0) -> pd.DataFrame:
    """Return rows of milex.csv in current and constant US$."""
    return pd.DataFrame(
        [(edition, iso3, year, None if value is None else value * constant, value, status)
         for iso3, year, value, status in rows],
        columns=["edition", "iso3", "year", "milex_constant_usd_m", "milex_current_usd_m", "status"],
    ).astype({"milex_constant_usd_m": float, "milex_current_usd_m": float})  # fmt: skip


def test_what_changed_as_a_table_and_in_words() -> None:
    measures = ("milex_constant_usd_m", "milex_current_usd_m")
    old = table(
        "2026-04",
        ("JPN", 2023, 50.0, "reported"), ("JPN", 2024, 60.0, "reported"), ("JPN", 2025, 70.0, "estimate"),
        ("VNM", 2023, None, ""), ("VNM", 2024, 9.0, "reported"), ("VNM", 2025, 9.5, "reported"),
    )  # fmt: skip
    new = table(
        "2027-04",
        ("JPN", 2023, 50.4, "reported"), ("JPN", 2024, 63.0, "reported"), ("JPN", 2025, 70.0, "reported"),
        ("JPN", 2026, 77.0, "reported"), ("VNM", 2023, 8.0, "reported"), ("VNM", 2024, None, ""),
        ("VNM", 2025, 9.5, "reported"), ("VNM", 2026, None, ""), constant=2.0,
    )  # fmt: skip
    found = excerpt.moved(old, new, measures)
    told = [(row.iso3, row.year, row.measure, row.what) for row in found.itertuples()]
    assert told == [
        ("JPN", 2026, "milex_constant_usd_m", "new year"),
        ("JPN", 2024, "milex_current_usd_m", "revised"),
        ("JPN", 2026, "milex_current_usd_m", "new year"),
        ("VNM", 2023, "milex_current_usd_m", "new"),
        ("VNM", 2024, "milex_current_usd_m", "gone"),
        ("JPN", 2025, "status", "status"),
        ("VNM", 2023, "status", "status"),
    ]
    assert set(found["edition"]) == {"2027-04"}
    assert set(found["compared_with"]) == {"2026-04"}
    assert found.loc[found["what"] == "revised", ["before", "after", "change_pct"]].to_numpy().tolist() == [[60, 63, 5]]
    words = "\n".join(excerpt.changes(old, new, measures))
    for line in ("new years: 2026", "1 figures revised", "JPN 2024: +5.0%", "new: VNM 2023", "gone: VNM 2024",
                 "JPN 2025: estimate -> reported"):  # fmt: skip
        assert line in words
    assert excerpt.moved(None, new, measures).empty
    again = excerpt.moved(pd.concat([old, new]), new, measures)
    assert again.empty  # the same edition anew changes nothing


@pytest.mark.parametrize(("edition", "known"), [("2026-04", ""), ("2027-04", "used, and the brief says so")])
def test_an_older_forecast_that_stands_in_is_said(edition: str, known: str, capsys: pytest.CaptureFixture[str]) -> None:
    update.say_forecast(edition, raw.load("editions.csv"))
    assert known in capsys.readouterr().out


@pytest.mark.parametrize(
    ("weo", "words"),
    [
        ("2026-04", ""),
        ("2026-10", ""),
        ("2025-10", "The IMF's figures on the economy are of October 2025, older than SIPRI's on spending"),
    ],
)
def test_the_brief_names_an_older_forecast(weo: str, words: str, tmp_path: Path) -> None:
    spending, macro = pd.DataFrame({"edition": ["2026-04"]}), pd.DataFrame({"edition": [weo]})
    ctx = Context(tmp_path, Params(), _frames={"spending": spending, "macro": macro})
    assert ctx.economy_words() == words
