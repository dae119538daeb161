"""The Quarto wrapper: against a stand-in command that checks the call, and the real one where it is present."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import nbconvert
import nbformat
import pytest

from overtake.errors import OvertakeError
from overtake.publish.quarto import QuartoExporter, find, to_markdown, translated

STANDIN = """#!{python}
import json, pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("{version}")
    sys.exit(0)
here = pathlib.Path.cwd()
notebook = json.loads((here / sys.argv[2]).read_text())
call = {{"arguments": sys.argv[1:], "notebook": notebook, "files": sorted(p.name for p in here.iterdir())}}
pathlib.Path("{record}").write_text(json.dumps(call))
if "{fail}":
    print("ERROR: {fail}", file=sys.stderr)
    sys.exit(3)
(here / sys.argv[2]).write_text("rewritten")
made = here / (pathlib.Path(sys.argv[2]).stem + "." + sys.argv[sys.argv.index("--to") + 1])
made.write_bytes(b"made by the stand-in")
"""


@pytest.fixture
def standin(tmp_path, monkeypatch):
    """Return a function that puts a stand-in `quarto` first on PATH and returns the file of its last call."""

    def put(version: str = "1.5.57", fail: str = "") -> Path:
        folder, record = tmp_path / "bin", tmp_path / "call.json"
        folder.mkdir(exist_ok=True)
        command = folder / "quarto"
        text = STANDIN.format(python=sys.executable, version=version, record=record, fail=fail)
        command.write_text(text)
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))
        return record

    return put


def notebook() -> nbformat.NotebookNode:
    html = (
        '<section><h2 id="a">A heading</h2><p>It is <a class="num" href="#n-x"><data value="1">1</data></a>, they say '
        '[@made-up].</p><figure id="fig-f"><div class="fig-head"><p class="fig-title">Message</p>'
        '<p class="fig-sub">Unit</p></div><svg class="wide" role="img" '
        'aria-label="An &quot;alt&quot; text" viewBox="0 0 1 1"><clipPath><path d="M0"/></clipPath>'
        '<text>a &lt; b</text></svg><svg class="narrow"></svg>'
        "<figcaption><p>Source: x.</p><details><p>not on paper</p></details></figcaption></figure>"
        "<table><caption><span>Cap</span></caption><thead><tr><th>a</th><th>b</th></tr></thead>"
        "<tbody><tr><th>1|2</th><td>3</td></tr></tbody></table></section>"
    )
    output = nbformat.v4.new_output("display_data", {"text/html": html, "text/plain": "block"})
    empty = nbformat.v4.new_output("display_data", {"text/html": "<!-- left out -->", "text/plain": "block"})
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output, empty])])


def exporter(tmp_path: Path, **given) -> QuartoExporter:
    works = tmp_path / "references.json"
    works.write_text("[]")
    return QuartoExporter(references_file=str(works), **given)


def test_the_call_renders_a_copy_and_executes_nothing(tmp_path, standin):
    record = standin()
    given = notebook()
    before = nbformat.writes(given)
    output, resources = exporter(tmp_path).from_notebook_node(given)
    assert output == "made by the stand-in"
    assert resources["output_extension"] == ".html"
    assert nbformat.writes(given) == before
    call = json.loads(record.read_text())
    arguments = call["arguments"]
    assert arguments[:2] == ["render", "brief.ipynb"]
    assert "--no-execute" in arguments
    assert "--execute" not in arguments
    assert arguments[arguments.index("--to") + 1] == "html"
    assert {"brief.ipynb", "_quarto.yml", "references.json", "fig-f.svg"} <= set(call["files"])


def test_the_copy_holds_markdown_with_citation_cross_reference_and_table(tmp_path, standin):
    record = standin()
    exporter(tmp_path).from_notebook_node(notebook())
    outputs = json.loads(record.read_text())["notebook"]["cells"][0]["outputs"]
    assert len(outputs) == 1
    text = "".join(outputs[0]["data"]["text/markdown"])
    assert text.startswith("## A heading\n\nIt is 1, they say [@made-up].")
    # The caption of a figure is its message.
    assert "::: {#fig-f}\n\n![](fig-f.svg){fig-alt=\"An 'alt' text\"}\n\nMessage. Unit\n\n:::" in text
    assert "| a | b |\n| -------- | ----- |\n| 1\\|2 | 3 |\n\n: Cap" in text
    assert "not on paper" not in text


def test_docx_comes_as_bytes(tmp_path, standin):
    record = standin()
    output, resources = exporter(tmp_path, to="docx").from_notebook_node(notebook())
    assert output == b"made by the stand-in"
    assert resources["output_extension"] == ".docx"
    call = json.loads(record.read_text())
    assert call["arguments"][:4] == ["render", "brief.ipynb", "--to", "docx"]
    assert "fig-f.png" in call["files"]
    cells = call["notebook"]["cells"]
    assert "![An 'alt' text](fig-f.png)" in "".join(cells[0]["outputs"][0]["data"]["text/markdown"])
    assert "".join(cells[-1]["source"]).startswith("## References {.unnumbered}")


def test_title_authors_date_and_abstract_are_the_documents_own(tmp_path):
    (tmp_path / "CITATION.cff").write_text("authors: [{name: Some People}]\ndate-released: 2026-11-23\n")
    head = '<header><h1>It &amp; that</h1><p class="standfirst">So <b>much</b>.</p>'
    head += '<p class="dateline">Intervals hold <b>80%</b>, in US$ &amp; so on.</p></header>'
    output = nbformat.v4.new_output("display_data", {"text/html": head})
    cells = [nbformat.v4.new_code_cell(outputs=[output])]
    (tmp_path / "copy").mkdir()
    told = json.loads(exporter(tmp_path).project(nbformat.v4.new_notebook(cells=cells), tmp_path / "copy"))
    assert (told["title"], told["author"], told["date"]) == ("It & that", ["Some People"], "2026-11-23")
    assert told["abstract"] == "So much.\n\nIntervals hold 80%, in US\\$ & so on."
    assert told["bibliography"] == "references.json"
    assert told["number-sections"]
    assert told["shift-heading-level-by"] == -1
    assert to_markdown(head, tmp_path) == ""


def test_a_list_has_no_empty_item_and_runs_no_words_together(tmp_path):
    found = "<ol><li><div>2020<small>first year</small></div><div><p><strong>So.</strong> Then.</p></div></li></ol>"
    assert to_markdown(found, tmp_path) == "- 2020 first year: **So.** Then."


def test_two_dollar_signs_are_no_formula(tmp_path):
    assert to_markdown("<p>US$1 and US$2, 3 * 4 * 5 [@made-up]</p>", tmp_path) == (
        "US\\$1 and US\\$2, 3 \\* 4 \\* 5 [@made-up]"
    )


def test_text_that_looks_like_markup_stays_text(tmp_path):
    away = '<meta http-equiv="refresh" content="0;url=https://example.org">'
    assert to_markdown("<p>&lt;meta http-equiv=refresh&gt; 5 &lt; 6</p></p>", tmp_path) == (
        "\\<meta http-equiv=refresh> 5 \\< 6"
    )
    made = translated(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"Text. {away}")]), tmp_path)
    assert made.cells[0].source == f"Text. &lt;{away[1:]}"


def test_what_is_not_for_paper_is_left_out_of_markdown_cells_too(tmp_path):
    given = nbformat.v4.new_markdown_cell('## A\n\nText.\n\n<p class="no-print">Point at a\nnumber.</p>\n')
    made = translated(nbformat.v4.new_notebook(cells=[given]), tmp_path)
    assert made.cells[0].source.strip() == "## A\n\nText."


def test_lines_of_a_cell_and_verdicts_stay_apart(tmp_path):
    cell = "<td><a>12%</a><br><small>0.61 (0.36 to 1.04)</small></td>"
    verdict = '<td><span class="tag no">not testable</span> <small>figures to 2019</small></td>'
    found = to_markdown(f"<table><tr><th>a</th><th>b</th></tr><tr>{cell}{verdict}</tr></table>", tmp_path)
    assert found.endswith("| 12%, 0.61 (0.36 to 1.04) | **not testable** figures to 2019 |")
    assert to_markdown('<aside><p class="box-title">Who</p><p>Text.</p></aside>', tmp_path) == "**Who**\n\nText."


def test_the_longest_words_and_cells_have_the_widest_columns(tmp_path):
    head = "<tr><th>No.</th><th>Result</th></tr>"
    found = to_markdown(f"<table>{head}<tr><td>A17</td><td>{'many words ' * 20}</td></tr></table>", tmp_path)
    first, second = (len(dashes) for dashes in found.splitlines()[1].strip("| ").split(" | "))
    assert (first, first + second) == (7, 90)


def test_absent_quarto_is_refused_with_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OvertakeError, match=r"quarto\.org"):
        find()


@pytest.mark.parametrize("version", ["1.3.450", "", "nonsense"])
def test_an_old_quarto_is_refused(standin, version):
    standin(version=version)
    with pytest.raises(OvertakeError, match=r"1\.4 or newer"):
        find()


def test_its_error_is_passed_on(tmp_path, standin):
    standin(fail="no such template")
    with pytest.raises(OvertakeError, match="no such template"):
        exporter(tmp_path).from_notebook_node(notebook())


def test_text_in_drawings_stays_valid(tmp_path):
    to_markdown(notebook().cells[0].outputs[0].data["text/html"], tmp_path)
    from xml.etree import ElementTree

    root = ElementTree.parse(tmp_path / "fig-f.svg").getroot()
    assert root.find(".//{*}text").text == "a < b"
    assert root.find("{*}clipPath/{*}path").get("d") == "M0"


def test_the_whole_brief_becomes_markdown_with_valid_drawings(tmp_path):
    from xml.etree import ElementTree

    from tests import synthetic

    executed = synthetic.rendered().parents[1] / "data" / "processed" / "notebooks" / "brief.ipynb"
    copy = translated(nbformat.read(executed, as_version=4), tmp_path)
    text = "".join(
        "".join(output["data"].get("text/markdown", ""))
        for cell in copy.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )
    drawings = sorted(path.name for path in tmp_path.glob("*.svg"))
    assert len(drawings) >= 6
    for name in drawings:
        ElementTree.parse(tmp_path / name)
        assert f"]({name})" in text
    assert "military expenditure in the Indo-Pacific" not in text  # the head is the document's own
    assert "<" not in text.replace("<1%", "").replace("<-", "")


def test_it_is_registered_by_entry_point():
    try:
        found = nbconvert.get_exporter("overtake_quarto")
    except nbconvert.exporters.ExporterNameError:
        pytest.skip("the package was installed before the entry point was added; reinstall it with pip install -e .")
    assert found is QuartoExporter


@pytest.mark.skipif(shutil.which("quarto") is None, reason="no Quarto on PATH")
def test_the_real_quarto(tmp_path):
    output, _ = exporter(tmp_path).from_notebook_node(notebook())
    assert "A heading" in output
