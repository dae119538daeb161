"""What a notebook shows: sentences whose numbers are cells, tables and drawings in the forms that readers need."""

import html
import math
import subprocess
import sys

import pandas as pd
import pytest

from overtake import show
from overtake.errors import OvertakeError
from overtake.show import formats, plots, say
from overtake.show.numbers import Cell, Numbers
from overtake.show.say import FILTERS

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
        ("{{ x }}", {"x": 3}, "say: x: is a bare number\n  found:   3\n  allowed: a cell of a table"),
        ("{{ x | year }}", {"x": "2" * 70}, f"say: writes cells of tables alone\n  found:   '{'2' * 59}"),
        (
            "{{ x }}",
            {"x": SOURCE.cell("usd", iso3="CHN")},
            "say: a number needs a filter\n"
            "  found:   Cell(id='made.chn.2025.usd', value=336.4, table='data/proces\n"
            f"  allowed: {', '.join(FILTERS)}",
        ),
        (
            "{{ x | usd_bn }}",
            {"x": SOURCE.cell("usd", iso3="JPN")},
            "number made.jpn.2025.usd: is missing: its sentence must not be said\n"
            "  found:   data/processed/made.parquet: iso3 JPN, year 2025, column usd; edition 2026-04",
        ),
        (
            "{{ x | chance }}",
            {"x": SOURCE.cell("p", iso3="JPN")},
            "number made.jpn.2025.p: is missing: its sentence must not be said\n"
            "  found:   data/processed/made.parquet: iso3 JPN, year 2025, column p; edition 2026-04",
        ),
        ("{{ nobody }}", {}, "say: '{{ nobody }}': 'nobody' is undefined"),
    ],
)
def test_what_no_table_holds_is_not_said(template, values, told):
    with pytest.raises(OvertakeError) as refused:
        say(template, **values)
    assert str(refused.value) == told


def test_a_name_is_escaped_and_a_missing_number_can_be_asked_for():
    said = say(
        "{{ name }}{% if x is present %} {{ x | usd_bn }}{% endif %}", name="<b>", x=SOURCE.cell("usd", iso3="JPN")
    )
    assert said._repr_mimebundle_()["text/markdown"] == "&lt;b&gt;"


def test_a_cell_is_one_row():
    with pytest.raises(OvertakeError) as refused:
        SOURCE.cell("usd", year=2025)
    assert str(refused.value) == (
        "data/processed/made.parquet: year 2025: is not one row\n  found:   2 rows\n  allowed: key iso3, year"
    )
    years = TABLE.assign(year=[2025.0, 2026.0])
    cell = show.Source(years, "data/made.parquet", ("iso3", "year"), "2026-04").cell("usd", year=2025)
    assert cell == Cell("made.chn.2025.usd", 336.4, "data/made.parquet", (("iso3", "CHN"), ("year", 2025)), "usd",
                        "2026-04")  # fmt: skip
    assert type(cell.row[1][1]) is int


def test_a_value_made_of_a_whole_table_says_how():
    made = SOURCE.made("sum", 3, "the sum of all")
    assert made == Cell("made.sum", 3.0, "data/processed/made.parquet", (), "", "2026-04", (), "the sum of all")
    assert type(made.value) is float
    assert made.source() == "the sum of all; from data/processed/made.parquet; edition 2026-04"


def test_a_sentence_is_markdown_html_and_plain_words():
    said = say("**In {{ y | year }}**,\n{{ who | listed }} lead. {{ end }}", y=SOURCE.cell("year", iso3="CHN"),
               who=["A*", "B", "C & D"], end="100 $ [x]")  # fmt: skip
    number = (
        '<span class="num" data-id="made.chn.2025.year" '
        'title="data/processed/made.parquet: iso3 CHN, year 2025, column year; edition 2026-04">2025</span>'
    )
    rest = "A&#42;, B and C &amp; D lead. 100 &#36; &#91;x&#93;"
    assert said._repr_mimebundle_() == {
        "text/plain": "**In 2025**,\nA*, B and C & D lead. 100 $ [x]",
        "text/markdown": f"**In {number}**,\n{rest}",
        "text/html": '<div class="tex2jax_ignore mathjax_ignore"><p><strong>In '
        f"{number}</strong>,\nA*, B and C &amp; D lead. 100 $ [x]</p>\n</div>",
    }
    assert list(said.numbers.records) == ["made.chn.2025.year"]
    assert str(say("{{ who | listed }}", who=["one"])) == "one"
    assert str(say("a  b   c")) == "a  b   c"
    assert str(say("{{ yes }}", yes=True)) == "True"


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


def test_a_drawing_needs_no_scipy_and_who_asks_seaborn_for_a_density_has_it():
    ask = (
        "import sys; from overtake.show import style; style.ready();"
        "assert not {'scipy.stats', 'scipy.cluster', 'scipy.optimize'} & sys.modules.keys();"
        "import numpy, seaborn; from matplotlib.figure import Figure;"
        "print(len(seaborn.kdeplot(x=numpy.arange(9.0), cumulative=True, ax=Figure().subplots()).lines[0].get_xdata()),"
        "      seaborn.matrix.hierarchy.linkage.__module__, sys.modules['scipy.stats'].gaussian_kde.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("200 scipy.cluster.hierarchy scipy.stats._kde\n", "")


def test_a_source_stands_under_what_is_shown_and_code_is_set_as_code():
    line = show.credit("2026-04", "2025-10", "the ledger `a_b`")
    assert line == (
        "Source: SIPRI Military Expenditure Database, edition of April 2026; IMF World Economic Outlook, edition of "
        "October 2025; the ledger `a_b`; Overtake, calculations."
    )
    assert show.credit() == "Source: Overtake, calculations."
    made = show.table(TABLE, "By `dvc repro` <1>", {"iso3": "economy"}, source=line)._repr_mimebundle_()
    assert "<caption>By <code>dvc repro</code> &lt;1&gt;</caption>" in made["text/html"]
    assert '<tfoot><tr><td colspan="1" style="text-align:left;' in made["text/html"]
    assert "the ledger <code>a_b</code>;" in made["text/html"]
    assert all(made[kind].endswith(line) for kind in ("text/plain", "text/markdown"))
    rows = pd.DataFrame({"value": [1.0], "lo": [0.5], "hi": [1.5]}, index=["x"])
    drawn = plots.intervals(rows, "T", "`exact`", "W", source=line)._repr_mimebundle_()
    assert "<code>exact</code></figcaption>" in drawn["text/html"]
    assert "Overtake, calculations.</div></figure>" in drawn["text/html"]
    assert drawn["text/markdown"].endswith(line)
    assert drawn["text/plain"] == f"T (`exact`)\nW\n{line}"


def test_whole_numbers_are_separated_and_years_are_not():
    rows = pd.DataFrame({"year": [1989, 2025], "n": [2000, 106500], "none": pd.array([3916, None], dtype="Int64")})
    made = show.table(rows, "C", {"year": "year", "n": "n", "none": "none"})
    assert made.rows == (("1989", "2,000", "3,916"), ("2025", "106,500", "–"))


@pytest.mark.parametrize("name", ["stock_own", "a*b*", "<b>", "{{ 7 }}", "$x$", "`x`", "[a](b)", "&#95;"])
def test_a_name_in_a_code_span_is_shown_as_it_is(name):
    said = say("On `{{ name }}`, `plain_code`, {{ name }}, `a` and `of_{{ name }}_*_{{ name }}_*`.", name=name)
    shown = html.escape(name, quote=False)
    words = f"On <code>{shown}</code>, <code>plain_code</code>, {shown}, <code>a</code> "
    words += f"and <code>of_{shown}_*_{shown}_*</code>."
    assert said.html() == f"<p>{words}</p>\n"
    assert str(said) == f"On {name}, `plain_code`, {name}, `a` and of_{name}_*_{name}_*."
