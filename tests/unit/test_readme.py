"""The README's answer is the brief's, without markup, and stands between its markers."""

import pandas as pd
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


def test_a_goal_is_reached_or_missed_by_the_ratio_to_the_best_peer_that_forecast_every_task():
    rows = [("combined", 0, "crps", 0.1, 10), ("combined", 0, "brier", 0.1, 20), ("combined", 1, "in80", 0.75, 10),
            ("combined", 0, "crps_over_A", 0.9, 10), ("combined", 0, "crps_over_B", 0.7, 10),
            ("combined", 0, "crps_over_Part", 0.99, 4), ("combined", 0, "brier_over_A", 0.9, 20),
            ("A", 0, "crps", 0.11, 10), ("A", 0, "brier", 0.11, 20)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["model", "horizon", "score", "value", "n"]).assign(lo=0.5, hi=1.5)
    text = reached(pd.concat([table.assign(slice=name) for name in ("held back", "all")]))
    assert "| mean CRPS 15 % below the best peer | 10 % below A (ratio 0.900, 0.500 to 1.500)" in text
    assert text.count("missed") == 1  # 10 % is past the goal of the Brier score, not that of the CRPS
    assert text.count("| reached |\n") == 1
    assert "holds at 0 of 1 horizons" in text
