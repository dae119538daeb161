"""Regions and subregions of countries, by the headings that SIPRI's sheets put above them."""

from __future__ import annotations

from pathlib import Path

import pytest

from overtake.sources import sipri
from overtake.sources.names import heading
from tests.unit import workbook_case as case


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("sub-Saharan Africa", "Sub-Saharan Africa"),
        ("Sub-Saharan", "Sub-Saharan Africa"),
        ("South-East Asia", "South East Asia"),
        ("Asia & Oceania", "Asia & Oceania"),
        ("Western  Europe", "Western Europe"),
        ("China", None),
    ],
)
def test_a_heading_is_written_one_way(name: str, written: str | None) -> None:
    assert heading(name) == written


def test_a_country_has_the_headings_above_it(tmp_path: Path) -> None:
    book = case.build()
    for title in (case.CONSTANT, case.CURRENT, case.LOCAL, case.SHARE):
        sheet = book[title]
        names = {sheet.cell(row, 1).value: row for row in range(1, sheet.max_row + 1)}
        # From the last to the first, so that rows above stay where they are.
        for country, above in (("United Kingdom", "Europe"), ("Viet Nam", "South-East Asia"), ("China", "East Asia")):
            sheet.insert_rows(names[country])
            sheet.cell(names[country], 1, above)
    path = tmp_path / "book.xlsx"
    book.save(path)
    table = sipri.read(path).table.groupby("iso3")[["region", "subregion"]].first()
    assert table.loc["USA"].tolist() == ["Asia & Oceania"] * 2  # as the sheet has it: no subregion yet
    assert table.loc["JPN"].tolist() == ["Asia & Oceania", "East Asia"]
    assert table.loc["VNM"].tolist() == ["Asia & Oceania", "South East Asia"]
    assert table.loc["GBR"].tolist() == ["Europe", "Europe"]
