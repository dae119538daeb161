"""The README's answer is the brief's, without markup, and stands between its markers."""

import pytest

from overtake import paths
from overtake.errors import OvertakeError
from overtake.publish.readme import BEGIN, END, answer, plain, written
from overtake.skill.reached import reached
from overtake.sources import raw

HEAD = """<header><h1 class="doc-title">China passed <a href="#x"><data value="1999">1999</data></a> &amp; more</h1>
<p class="standfirst">In <data>2025</data>, 7% more.</p><p class="dateline">Edition of April 2026.</p></header>"""
FINDINGS = """<ol class="findings"><li><div class="big">7</div><div><p><strong>First.</strong> Then.</p>
<p>Detail</p></div></li></ol>"""


def test_answer_is_plain_markdown():
    text = answer(HEAD + FINDINGS)
    assert text.startswith("> **China passed 1999 & more.** In 2025, 7% more.")
    assert "- **First.** Then." in text
    assert "Detail" not in text
    assert "<" not in text


def test_answer_replaces_the_old_one_only():
    begin, end = BEGIN.format("answer"), END.format("answer")
    readme = f"before\n{begin}\nold\n{end}\nafter"
    assert written(readme, "answer", "new") == f"before\n{begin}\nnew\n{end}\nafter"
    with pytest.raises(OvertakeError, match="markers"):
        written("nothing here", "answer", "new")
    with pytest.raises(OvertakeError, match="lacks a part"):
        answer("<p>no title</p>" + FINDINGS)


def test_plain_keeps_text_as_text():
    assert plain("a &lt;script&gt; <em>b</em>\n c") == "a <script> b c"


def test_the_readme_has_its_markers():
    assert END.format("answer") in (paths.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scores_in_the_methods_are_those_of_the_table():
    text = (paths.ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    assert written(text, "reached", reached(raw.load("skill_full.csv"))) == text
