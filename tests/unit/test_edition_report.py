"""What an edition changed: the page says what its tables hold, the tables are those of the rooms they come from."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from overtake import paths
from overtake.config.load import load
from overtake.errors import OvertakeError
from overtake.publish import edition_report
from overtake.publish.edition_report import Report
from overtake.sources import raw

OLD, NEW = "2025-04", "2026-04"


@pytest.fixture(scope="module")
def report() -> Report:
    """Return the report on the newest edition: few draws, few balances, the claims that are quickly judged."""
    params = load(paths.PARAMS)
    few = {name: params.balances[name] for name in ("five", "eleven", "usa")}
    params = params.model_copy(update={"balances": few, "run": params.run.model_copy(update={"draws": 200})})
    with pytest.MonkeyPatch.context() as patch:
        claims = tuple(claim for claim in edition_report.load() if claim.test in ("rank", "ratio_trend", "growth_gap"))
        assert claims
        patch.setattr(edition_report, "load", lambda _: claims)
        return edition_report.report(NEW, params, paths.RAW)


def text(page: str) -> str:
    """Return the visible text of a page."""
    page = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_revisions_are_those_of_the_two_editions_in_plain_pandas(report: Report) -> None:
    milex = raw.load("milex.csv").query("iso3 == 'GBR'").set_index(["edition", "year"])["milex_constant_usd_m"]
    step = (milex[NEW] / milex[OLD]).dropna()
    found = report.tables["revisions"].query("subject == 'GBR'").set_index("year")["change_pct"]
    pd.testing.assert_series_equal(found, 100 * (step / step.median() - 1), check_names=False, check_index_type=False)
    assert set(report.tables["revisions"]["edition"]) == {OLD}
    largest = found.loc[found.abs().idxmax()]
    assert f"United Kingdom {largest:.1f}% {found.abs().idxmax():.0f}" in text(edition_report.page(report))


def test_the_lead_counts_what_the_tables_hold(report: Report) -> None:
    said, tables = text(edition_report.page(report)), report.tables
    assert "What SIPRI’s edition of April 2026 changed" in said
    assert "Data to 2025 in place of 2024, in prices of 2024." in said
    assert f"{int(tables['crossings']['moved'].sum())} of {len(tables['crossings'])} crossing years moved" in said
    assert len(tables["crossings"]) == 3 * 2
    assert f"{int(tables['verdicts']['moved'].sum())} of {len(tables['verdicts'])} verdicts" in said
    assert set(tables["verdicts"]["edition"]) == {OLD}
    inside = tables["coverage"]["in80"]
    assert f"Intervals of four fifths held {int(inside.sum())} of {len(inside)} outcomes." in said
    assert len(inside) == raw.load("economies.csv")["iso3"].nunique()
    assert set(tables["coverage"]["horizon"]) == {1}


def test_forecasts_are_from_the_earlier_edition_as_printed(report: Report) -> None:
    said = report.tables["forecasts"]
    assert set(said["edition"]) == {OLD}
    assert set(said["year"]) == {2025}
    assert set(said["balance"]) == {"five", "eleven", "usa"}
    assert "No forecast was frozen when the edition of April 2025 appeared." in text(edition_report.page(report))


def test_an_edition_that_changed_nothing_says_so(report: Report) -> None:
    still = {name: rows.assign(moved=False) for name, rows in report.tables.items() if "moved" in rows}
    none = {name: report.tables[name].iloc[:0] for name in ("forecasts", "coverage")}
    said = text(edition_report.page(replace(report, tables={**still, **none})))
    for sentence in ("No economy’s earlier years were revised.", "No crossing year moved.", "No verdict moved.",
                     "no forecast has come due", "0 of 6 crossing years moved"):  # fmt: skip
        assert sentence in said
    assert "Intervals" not in said


def test_page_and_tables_are_written_and_a_label_is_text(report: Report, tmp_path: Path) -> None:
    five = report.params.balances["five"].model_copy(update={"label": "<b>Five</b> & {{ 1 }}"})
    params = report.params.model_copy(update={"balances": {**report.params.balances, "five": five}})
    files = edition_report.write(replace(report, params=params), tmp_path / "edition")
    assert [path.name for path in files] == ["report.html", "revisions.csv", "crossings.csv", "verdicts.csv",
                                             "forecasts.csv", "coverage.csv"]  # fmt: skip
    page = files[0].read_text(encoding="utf-8")
    assert "&lt;b&gt;Five&lt;/b&gt; &amp; {{ 1 }}" in page
    assert "<b>Five" not in page
    assert re.findall(r'href="([^"]+)"', page) == [path.name for path in files[1:]]
    assert len(pd.read_csv(tmp_path / "edition" / "revisions.csv")) == len(report.tables["revisions"])


@pytest.mark.parametrize("name", ["2020-04", "2024-04", "x"])
def test_the_first_edition_and_one_that_is_not_there_are_refused(name: str) -> None:
    with pytest.raises(OvertakeError, match=r"no edition with an earlier one.*\n  found:   .*\n  allowed: 2021-04"):
        edition_report.report(name, load(paths.PARAMS), paths.RAW)
