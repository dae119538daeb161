"""Every number has a record, and the check that says so can fail."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from overtake.errors import OvertakeError
from overtake.show import formats
from overtake.show.numbers import TERMS, Cell, Numbers, slug, term
from tests.provenance import unrecorded


def a_cell(value: float = 0.123, id: str = "t.a.b") -> Cell:
    return Cell(id, value, "data/processed/t.parquet", (("row", "a"),), "b", "2026-04", ("data/raw/milex.csv[year=1]",))


def test_a_shown_number_is_a_link_with_value_and_source():
    num = Numbers()
    html = num.show(a_cell(), formats.SHARE)
    assert '<data value="0.123">12%</data>' in html
    assert 'href="#n-t.a.b"' in html
    assert 'data-source="data/processed/t.parquet: row a, column b; edition 2026-04"' in html


def test_the_record_has_value_unit_rounding_table_row_edition_and_raw_cells():
    num = Numbers()
    num.show(a_cell(), formats.SHARE)
    num.text(a_cell(), formats.RATIO)
    record = num.to_json()["numbers"]["t.a.b"]
    assert record == {
        "value": 0.123,
        "unit": "share",
        "rounding": "whole per cent",
        "shown": ["0.12", "12%"],
        "table": "data/processed/t.parquet",
        "row": {"row": "a"},
        "column": "b",
        "edition": "2026-04",
        "raw": ["data/raw/milex.csv[year=1]"],
    }


def test_one_id_with_two_values_is_refused():
    num = Numbers()
    num.show(a_cell(1.0))
    with pytest.raises(OvertakeError, match=r"t\.a\.b"):
        num.show(a_cell(2.0))


def test_a_derived_number_names_its_parents_and_adds_up_their_raw_cells():
    num = Numbers()
    parents = [a_cell(1.0, "t.x"), a_cell(2.0, "t.y")]
    num.show(num.derive("sum", 3.0, "x plus y", parents), formats.COUNT)
    record = num.to_json()["numbers"]["sum"]
    assert record["how"] == "x plus y"
    assert record["parents"] == ["t.x", "t.y"]
    assert record["raw"] == ["data/raw/milex.csv[year=1]"]
    assert set(num.to_json()["numbers"]) == {"sum", "t.x", "t.y"}


def test_missing_numbers_are_dashes_and_null():
    num = Numbers()
    assert ">–<" in num.show(a_cell(math.nan), formats.YEAR)
    assert num.to_json()["numbers"]["t.a.b"]["value"] is None


@pytest.mark.parametrize(
    ("fmt", "value", "text"),
    [
        (formats.PROBABILITY, 0.0, "<1%"),
        (formats.PROBABILITY, 0.0049, "<1%"),
        (formats.PROBABILITY, 0.006, "1%"),
        (formats.PROBABILITY, 0.5, "50%"),
        (formats.PROBABILITY, 1.0, ">99%"),
        (formats.USD_BN, 15.46, "US$15.5 billion"),
        (formats.USD_BN, 335.46, "US$335 billion"),
        (formats.USD_BN, -99.96, "US$−100 billion"),
        (formats.CHANGE1, 1.04, "+1.0%"),
        (formats.CHANGE1, -0.04, "0.0%"),
        (formats.RATIO, -0.004, "0.00"),
        (formats.PLAIN, 0.25, "0.25"),
        (formats.PLAIN, 12, "12"),
        (formats.PLAIN, 1234.5, "1,234"),
        (formats.YEAR, 2031.0, "2031"),
    ],
)
def test_formats(fmt, value, text):
    assert fmt(value) == text


def test_calibrated_words_cover_zero_to_one_without_gaps():
    bounds = [bound for bound, _ in TERMS]
    assert bounds == sorted(bounds)
    assert [term(p) for p in (0.0, 0.049, 0.05, 0.3, 0.5, 0.79, 0.8, 0.95, 1.0)] == [
        "almost no chance",
        "almost no chance",
        "very unlikely",
        "unlikely",
        "roughly even chance",
        "likely",
        "very likely",
        "almost certain",
        "almost certain",
    ]


def test_slugs_are_fit_for_addresses():
    assert slug("curves", "Five & 30 %", 2031, "p") == "curves.five-30.2031.p"


def test_the_check_accepts_recorded_and_declared_numerals_only():
    num = Numbers()
    shown = num.show(a_cell(), formats.SHARE)
    record = num.to_json()
    page = f'<main><p>It is {shown} in the <span class="declared">April 2026</span> edition.</p></main>'
    assert unrecorded(page, record) == []
    typed = unrecorded(page.replace("It is", "In 2031 it is"), record)
    assert len(typed) == 1
    assert "In 2031 it is" in typed[0]


def test_the_check_finds_a_changed_figure_and_an_unknown_id():
    num = Numbers()
    shown = str(num.show(a_cell(), formats.SHARE))
    record = num.to_json()
    assert "recorded as" in unrecorded(shown.replace(">12%<", ">13%<"), record)[0]
    assert "not in numbers.json" in unrecorded(shown.replace("t.a.b", "t.a.c"), record)[0]
    assert unrecorded('<table data-record="x"><tr><td>1</td></tr></table>', record)


def test_package_text_holds_no_result():
    """No sentence of the package or the notebook holds a numeral outside a format or a definition."""
    root = Path(__file__).parents[2]
    notebooks = [
        json.loads((root / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        for name in ("brief", "annex", "economy")
    ]
    for cell in (cell for notebook in notebooks for cell in notebook["cells"]):
        if "parameters" in cell["metadata"].get("tags", ()):
            continue
        # Keys of citations carry years of publication, which are declared; a template writes cells alone.
        source = re.sub(r"\[@[^\]]+\]|\{\{.*?\}\}|\{%.*?%\}|iso3", "", "".join(cell["source"]))
        assert "def " not in source
        # One thing a cell: what is shown is its last expression.
        assert sum(line.startswith("b.") for line in source.splitlines()) <= 1
        assert cell["cell_type"] == "code" or source.count("\n## ") == 0
        assert re.findall(r".*\d.*", source) == []
