"""What a notebook shows: sentences whose numbers are cells, tables and drawings in the forms that readers need."""

import math

import pandas as pd
import pytest

from overtake import show
from overtake.errors import OvertakeError
from overtake.show import formats, plots, say
from overtake.show.numbers import Numbers

TABLE = pd.DataFrame({"iso3": ["CHN", "JPN"], "year": [2025, 2025], "usd": [336.4, math.nan], "p": [0.87, math.nan]})
SOURCE = show.Source(TABLE, "data/processed/made.parquet", ("iso3", "year"), "2026-04")


def test_a_sentence_records_its_numbers_with_their_cell():
    numbers = Numbers()
    said = say("China spent {{ usd | usd_bn }} in {{ year | year }}, {{ p | chance }} ahead ({{ p | probability }}).",
               numbers, usd=SOURCE.cell("usd", iso3="CHN"), year=SOURCE.cell("year", iso3="CHN"),
               p=SOURCE.cell("p", iso3="CHN"))  # fmt: skip
    assert str(said) == "China spent US$336 billion in 2025, very likely ahead (87%)."
    record = numbers.records["made.chn.2025.usd"].to_json()
    assert record["value"] == 336.4
    assert record["row"] == {"iso3": "CHN", "year": 2025}
    assert record["edition"] == "2026-04"
    assert {"text/html", "text/markdown", "text/plain"} == set(said._repr_mimebundle_())
    assert 'data-id="made.chn.2025.usd"' in said._repr_mimebundle_()["text/markdown"]


@pytest.mark.parametrize(
    ("template", "values", "told"),
    [
        ("{{ x }}", {"x": 3}, "bare number"),
        ("{{ x | year }}", {"x": "2025"}, "cells of tables alone"),
        ("{{ x }}", {"x": SOURCE.cell("usd", iso3="CHN")}, "needs a filter"),
        ("{{ x | usd_bn }}", {"x": SOURCE.cell("usd", iso3="JPN")}, "made.jpn.2025.usd: is missing"),
        ("{{ x | chance }}", {"x": SOURCE.cell("p", iso3="JPN")}, "made.jpn.2025.p: is missing"),
        ("{{ nobody }}", {}, "nobody"),
    ],
)
def test_what_no_table_holds_is_not_said(template, values, told):
    with pytest.raises(OvertakeError, match=told):
        say(template, **values)


def test_a_name_is_escaped_and_a_missing_number_can_be_asked_for():
    said = say(
        "{{ name }}{% if x is present %} {{ x | usd_bn }}{% endif %}", name="<b>", x=SOURCE.cell("usd", iso3="JPN")
    )
    assert said._repr_mimebundle_()["text/markdown"] == "&lt;b&gt;"


def test_a_cell_is_one_row():
    with pytest.raises(OvertakeError, match="is not one row"):
        SOURCE.cell("usd", year=2025)


def test_a_table_has_units_and_aligns_numbers():
    bundle = show.table(TABLE, "Made", {"iso3": "economy", "usd": "US$ bn"}, {"usd": formats.BN})._repr_mimebundle_()
    assert "<caption>Made</caption>" in bundle["text/html"]
    assert '<td style="text-align:right">336</td>' in bundle["text/html"]
    assert bundle["text/markdown"].splitlines()[:3] == ["| economy | US$ bn |", "| :-- | --: |", "| CHN | 336 |"]


def test_drawings_have_words_and_the_same_bytes():
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 1.0, 0.5]}, index=[2000, 2010, 2020])
    first, second = (plots.lines(table, "Title", "Unit", "Words", level=1.0, last=2010) for _ in range(2))
    assert first == second
    assert 'aria-label="Words"' in first._repr_mimebundle_()["text/html"]
    rows = pd.DataFrame({"value": [1.0, 2.0], "lo": [0.5, 1.5], "hi": [1.5, 2.5]}, index=["x", "y"])
    for drawn in (
        plots.intervals(rows, "T", "U", "W", level=1.0),
        plots.bars(rows, "T", "U", "W", start=1.0),
        plots.shades(rows, "T", "U", "W", formats.RATIO),
        plots.fan(table.rename_axis("year").reset_index(), [("a", "b")], "a", 2010, "T", "U", "W"),
    ):
        assert drawn.svg.startswith("<svg")
    with pytest.raises(OvertakeError, match="words for who cannot see it"):
        plots.lines(table, "Title", "Unit", " ")
