"""Pieces of the report on their own: palette, labels, tables, references, comparison of runs, exporters, crate."""

from __future__ import annotations

import base64
import itertools
import json
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from markupsafe import Markup

from overtake.brief import blocks, references
from overtake.brief.charts.common import make
from overtake.brief.context import articled
from overtake.brief.figure import Column, inert, standalone, striptags, to_csv
from overtake.brief.sentences import join, plural_verb, verb
from overtake.errors import OvertakeError
from overtake.publish import crate, diff, embed, exporter, pdf
from overtake.publish.manifest import flatten, manifest
from overtake.show import style
from overtake.show.formats import RATIO, YEAR
from overtake.show.numbers import Numbers


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2 for `#rrggbb`."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def dark_colours() -> dict[str, str]:
    css = exporter.stylesheet()
    block = css[css.index("prefers-color-scheme: dark") :]
    return dict(re.findall(r"--(c-[\w-]+|paper|ink|muted|link|accent): (#[0-9a-f]{6})", block))


def test_the_contrast_function_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("colour", style.SERIES)
def test_lines_have_three_to_one_and_their_labels_four_and_a_half_on_white(colour):
    assert contrast(colour, style.PAPER) >= 3.0
    assert contrast(style.DARK[colour], style.PAPER) >= 4.5


def test_texts_and_lines_have_contrast_in_the_dark():
    colours = dark_colours()
    texts = ("c-china-text", "c-coalition-text", "c-green-text", "c-purple-text", "c-ink", "c-muted")
    for name in (*texts, "ink", "muted", "link", "accent"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
    for name in ("c-china", "c-coalition", "c-green", "c-purple"):
        assert contrast(colours[name], colours["paper"]) >= 3.0, name


def test_every_colour_of_the_drawings_turns_dark():
    assert set(style.VARIABLES.values()) <= set(dark_colours()) | {"c-paper", "c-shade", "c-rule"}


def test_five_colours_at_most_and_lines_that_differ_without_them():
    assert len(style.SERIES) == 5
    assert len({str(dashes) for dashes in style.DASHES[:4]}) == 4


@pytest.mark.parametrize(
    ("places", "gap", "low", "high"),
    [
        ([0.5, 0.5, 0.5], 0.1, 0, 1),
        ([0.0, 0.01, 0.02, 1.0], 0.2, 0, 1),
        ([0.9, 1.0, 0.95], 0.3, 0, 1),
        ([0.3], 0.5, 0, 1),
    ],
)
def test_labels_are_spread_within_bounds_in_order(places, gap, low, high):
    moved = style.spread(places, gap, low, high)
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    values = [moved[i] for i in order]
    assert all(b - a >= gap - 1e-9 for a, b in itertools.pairwise(values))
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)


def test_labels_far_apart_stay_where_they_are():
    assert style.spread([0.1, 0.9], 0.2, 0, 1) == pytest.approx([0.1, 0.9])


def plot(figure, size):
    axes = style.panel(figure, size, 40, 10, 10, 30)
    axes.plot([2000, 2010], [1, 2], color=style.CHINA)
    style.bold(axes, 2001, 1.5, "China < 2")


def test_a_drawing_is_the_same_bytes_text_as_text_without_style_or_clock():
    one, two = (style.draw(style.Size(720, 300), plot) for _ in range(2))
    assert one == two
    assert ">China &lt; 2</text>" in one
    assert 'viewBox="0 0 720 300"' in one
    assert "style=" not in one
    assert "<metadata" not in one
    assert not re.search(r"20\d\d-\d\d-\d\d", one)


def test_ids_of_two_drawings_on_one_page_differ():
    svg = style.draw(style.Size(720, 300), plot)
    ids = set(re.findall(r' id="([^"]+)"', style.inline(svg, "a")))
    assert ids
    assert ids.isdisjoint(re.findall(r' id="([^"]+)"', style.inline(svg, "b")))
    for target in re.findall(r"url\(#([^)]+)\)", style.inline(svg, "a")):
        assert target in ids


def figure(**changes):
    given = {
        "title": Markup("Title"),
        "subtitle": Markup("Unit"),
        "alt": "Alt text",
        "description": Markup("Description"),
        "source": Markup("Source: nowhere."),
        "table": pd.DataFrame({"year": [2001, 2002], "value": [0.123456789012, float("nan")], "note": ["=1+1", "b"]}),
        "columns": {"year": Column("Year", YEAR), "value": Column("Value", RATIO, "v"), "note": Column("Note")},
        "plot": plot,
    }
    return make(SimpleNamespace(num=Numbers(), edition="2026-04"), "a-figure", **(given | changes))


@pytest.mark.parametrize("missing", ["title", "subtitle", "alt", "description", "source"])
def test_a_figure_without_words_is_refused(missing):
    with pytest.raises(OvertakeError, match=missing):
        figure(**{missing: Markup(" ")})


def test_a_figure_without_rows_is_refused():
    with pytest.raises(OvertakeError, match="rows"):
        figure(table=pd.DataFrame({"year": [], "value": [], "note": []}))


def test_csv_keeps_digits_and_holds_no_live_formula():
    drawn = figure()
    assert to_csv(drawn.table, {"year": "Year", "value": "@Value", "note": "Note"}) == (
        "Year,'@Value,Note\n2001,0.123456789,'=1+1\n2002,,b\n"
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_made_inert(text):
    assert inert(text) == "'" + text


def test_text_in_a_figure_cannot_break_out_of_the_page():
    drawn = figure(alt='"><script>alert(1)</script>', title=Markup.escape("<b>"))
    assert "<script" not in drawn.html()
    assert "<script" not in drawn.standalone()


def test_a_standalone_drawing_carries_title_source_and_typeface():
    svg = standalone(figure().wide, ["A long title " * 12, "Unit", "Source: nowhere."], "Alt")
    assert svg.count("font-family:'Source Sans 3'") == 2
    assert "Source: nowhere." in svg
    assert svg.count("A long") >= 2
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg).group(1))
    assert width == 752


WORKS = {
    "a": {
        "id": "a",
        "title": "First",
        "author": [{"family": "X", "given": "Y."}],
        "issued": {"date-parts": [[2020, 3]]},
    },
    "b": {"id": "b", "title": "Second", "DOI": "10.1/2", "accessed": {"date-parts": [[2026, 11, 23]]}},
}


def test_citations_are_numbered_in_order_and_lead_both_ways():
    page, cited = references.cite("one [@b] two [@a; @b]", WORKS)
    assert [int(n) for n in re.findall(r">\[(\d)\]<", page)] == [1, 2, 1]
    assert cited.index("Second") < cited.index("First")
    assert 'href="https://doi.org/10.1/2"' in cited
    assert "accessed 23 November 2026" in cited
    assert "X, Y., <cite>First</cite>, March 2020." in cited
    assert set(re.findall(r'href="#(cite-[^"]+)"', cited)) <= set(re.findall(r'id="([^"]+)"', page))


def test_an_unknown_citation_is_refused():
    with pytest.raises(OvertakeError, match="@nobody"):
        references.cite("[@nobody]", WORKS)


def test_a_damaged_bibliography_is_refused(tmp_path):
    (tmp_path / "references.json").write_text('{"id": 1}')
    with pytest.raises(OvertakeError, match="CSL-JSON"):
        references.load(tmp_path / "references.json")
    assert references.load(tmp_path / "none.json") == {}


RUN = {
    "metrics": {"constant_usd": {"eleven": {"p_crossed": 0.5, "first_crossed": 2020, "margin": 0.07}}},
    "manifest": {"figures": {"milex.csv": "1"}, "parameters": {"run.seed": 1}, "code": {"overtake/a.py": "1"}},
}


def changed(**parts):
    run = json.loads(json.dumps(RUN))
    for path, value in parts.items():
        node = run
        *parents, leaf = path.split("__")
        for name in parents:
            node = node[name]
        node[leaf] = value
    return run


def test_equal_runs_do_not_differ():
    assert diff.as_text(diff.compare(RUN, changed())) == "no difference"


def test_rounding_is_no_change():
    run = changed(metrics__constant_usd__eleven__p_crossed=0.504)
    assert not diff.compare(RUN, run).moved


def test_what_moved_and_because_of_what():
    run = changed(
        metrics__constant_usd__eleven__p_crossed=0.7,
        metrics__constant_usd__eleven__first_crossed=2021,
        manifest__figures={"milex.csv": "2"},
        manifest__parameters={"run.seed": 2},
    )
    found = diff.compare(RUN, run)
    assert [(item.measure, item.old, item.new) for item in found.moved] == [
        ("p_crossed", 0.5, 0.7),
        ("first_crossed", 2020.0, 2021.0),
    ]
    assert found.causes == {"figures": ["milex.csv"], "parameters": ["run.seed: 1 -> 2"]}
    text = diff.as_text(found)
    assert "probability: crossed: 50% -> 70%" in text
    assert "figures differ" in text


def test_a_number_that_came_or_went_is_a_change():
    run = changed()
    del run["metrics"]["constant_usd"]["eleven"]["first_crossed"]
    assert [(item.old, item.new) for item in diff.compare(RUN, run).moved] == [(2020.0, None)]
    assert "2020 -> none" in diff.as_text(diff.compare(RUN, run))


@pytest.mark.parametrize("content", [None, "{ not json"])
def test_a_run_that_is_missing_or_damaged_is_refused(tmp_path, content):
    if content:
        (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(OvertakeError, match=r"metrics\.json"):
        diff.read_run(tmp_path)


def test_a_manifest_sees_a_changed_figure_and_parameter(tmp_path):
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "a.csv").write_text("1")
    before = manifest(tmp_path, {"run": {"seed": 1}})
    (raw / "a.csv").write_text("2")
    after = manifest(tmp_path, {"run": {"seed": 2}})
    assert diff.causes(before, after) == {"figures": ["a.csv"], "parameters": ["run.seed: 1 -> 2"]}
    assert flatten({"a": {"b": {"c": 1}}, "d": [1]}) == {"a.b.c": 1, "d": [1]}


def own_notebook(folder: Path, html: str = "<p>hello</p>") -> Path:
    """Write an analyst's own executed notebook."""
    import nbformat

    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# My own\n\n## Part one\n\nText with *stress*."),
            nbformat.v4.new_code_cell(
                "1 + 1",
                outputs=[
                    nbformat.v4.new_output("execute_result", {"text/plain": "2", "text/html": html}),
                    nbformat.v4.new_output("stream", name="stdout", text="printed <b>"),
                    nbformat.v4.new_output("display_data", {"image/png": "aGk=", "text/plain": "x"}),
                ],
            ),
        ]
    )
    path = folder / "own.ipynb"
    nbformat.write(notebook, path)
    return path


def test_an_analysts_own_notebook_gets_the_same_look(tmp_path):
    import nbconvert

    converter = nbconvert.get_exporter("overtake_brief")()
    page, resources = converter.from_filename(str(own_notebook(tmp_path)))
    assert resources["output_extension"] == ".html"
    assert "<title>My own</title>" in page
    assert '<li><a href="#part-one">Part one</a></li>' in page
    assert "<p>hello</p>" in page
    assert "printed &lt;b&gt;" in page
    assert "1 + 1" not in page
    assert '<img src="data:image/png;base64,aGk=" alt="' in page
    assert page.count("<main") == 1


def test_a_notebook_s_output_does_not_lead_the_reader_away(tmp_path):
    import nbconvert

    away = '<p>here</p><META\nhttp-equiv="refresh" content="0; url=https://example.org"><metal>x</metal>'
    page, _ = nbconvert.get_exporter("overtake_brief")().from_filename(str(own_notebook(tmp_path, away)))
    head, _, body = page.partition("<body")
    assert "<meta charset" in head
    assert "&lt;META" in body
    assert not re.search(r"<meta[\s/>]", body, re.IGNORECASE)
    assert "<p>here</p>" in body


def drawn(kind: str) -> str:
    wide, narrow = (
        f'<svg class="{size}" aria-label="{size} one" viewBox="0 0 9 9"><g/></svg>' for size in ("wide", "narrow")
    )
    return f'<figure id="f" class="{kind}"><p>title</p>{wide}{narrow}</figure>'


@pytest.mark.parametrize(("kind", "kept"), [("chart", "wide"), ("chart tall", "wide"), ("chart half", "narrow")])
def test_paper_keeps_the_one_drawing_that_fits_its_place_as_an_image(kind, kept):
    printed = pdf.for_print(f"<style>\n</style>{drawn(kind)}")
    assert "<svg" not in printed
    assert printed.count("<img") == 1
    assert f'class="{kept}" alt="{kept} one"' in printed
    code = printed.split("base64,")[1].split('"')[0]
    svg = base64.b64decode(code).decode()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert f"{kept} one" in svg


def test_neighbouring_figures_of_like_height_share_a_line_of_paper():
    def figure(id: str, height: int) -> Markup:
        return Markup(f'<figure id="{id}" class="chart"><svg class="narrow" viewBox="0 0 100 {height}"></svg></figure>')

    pieces = [
        figure("a", 100),
        figure("b", 120),
        figure("c", 100),
        Markup("<p>text</p>"),
        figure("d", 100),
        figure("e", 300),
    ]
    cells = [nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", {"text/html": str(piece)})])
             for piece in pieces]  # fmt: skip
    blocks.joined(cells)
    html = "".join(cell.outputs[0].data["text/html"] for cell in cells)
    assert html.count('<div class="pair">') == 1
    assert (
        html.index('class="pair"')
        < html.index('id="a"')
        < html.index('id="b"')
        < html.index("</div>")
        < html.index('id="c"')
    )
    assert html.count('class="chart half"') == 2


def test_two_dollars_are_no_formula_in_jupyterlab_and_leave_no_trace_on_the_page():
    shown = blocks.Block(Markup("<p>US$1 to US$2</p>"))._repr_mimebundle_()["text/html"]
    assert shown.startswith('<div class="tex2jax_ignore')
    assert blocks.bare(shown) == "<p>US$1 to US$2</p>"
    assert blocks.bare("<div>x</div>") == "<div>x</div>"


def test_paper_has_no_links_to_sources():
    page = "<style>@media screen and (x) {\n a {} \n}\n</style>"
    page += '<a class="num" href="#n-x" data-id="x"><data value="1">1</data></a>'
    printed = pdf.for_print(page + "<details>y</details>")
    assert printed.startswith("<style>")
    assert printed.endswith("</style>1")
    assert "screen" not in printed


def test_an_embedded_figure_is_a_page_of_its_own():
    element = figure().html()
    (found,) = embed.figures(f"<main>{element}</main>", "annex.html").items()
    page = embed.page_of(*found)
    assert 'href="../annex.html#fig-a-figure"' in page
    assert found[0] == "a-figure"
    assert "<title>Title</title>" in page
    assert page.count("<h1") == 1
    assert 'href="../tables/a-figure.csv"' in page
    assert "Content-Security-Policy" in page


def test_the_crate_lists_every_file_and_every_figure(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("x")
    (tmp_path / "brief.html").write_text("y")
    citation = {"title": "T", "authors": [{"name": "N"}], "date-released": "2026-11-23"}
    run = {"figures": {"milex.csv": "0" * 64}, "code": {"a.py": "1"}}
    graph = {entity["@id"]: entity for entity in json.loads(crate.metadata(tmp_path, citation, run, "D"))["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    parts = [part["@id"] for part in graph["./"]["hasPart"]]
    assert parts == ["brief.html", "tables/a.csv"]
    assert all(part in graph for part in parts)
    assert graph["#run"]["object"] == {"@id": "#milex.csv"}
    assert graph["./"]["author"] == graph["./"]["publisher"] == {"@id": "#author-0"}
    referred = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(list(graph.values())))
    assert {each for each in referred if not each.startswith("http")} <= set(graph)


def test_labels_stand_in_sentences():
    assert articled("Five treaty allies") == "the five treaty allies"
    assert articled("Japan alone") == "Japan"
    assert articled("Quad") == "the Quad"
    assert articled("AUKUS") == "AUKUS"


def test_words():
    assert join(["a", "b", "c"]) == "a, b and c"
    assert join(["a"]) == "a"
    assert verb(0.3) == "is unlikely to"
    assert plural_verb(0.5) == "have a roughly even chance to"
    assert plural_verb(0.9) == "will very probably"
    assert striptags("<p>a &amp; b</p>") == "a & b"
