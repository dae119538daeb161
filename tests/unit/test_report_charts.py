"""What the figures say: titles that follow the data, the lines that are chosen, counts in words."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from overtake.brief import balance_tables, choices, gallery, parts, record
from overtake.brief.brief import Brief
from overtake.brief.charts import common
from overtake.brief.figure import Figure, striptags
from overtake.draws import read_parquet, write_parquet
from tests import synthetic


@pytest.fixture
def settings(tmp_path: Path) -> dict:
    return synthetic.write_copy(tmp_path)


def title(figure: Figure | None) -> str:
    assert figure is not None
    return str(striptags(figure.title))


def test_the_curves_show_the_balance_that_the_findings_call_the_most_open(settings, tmp_path):
    brief = Brief.open(settings, tmp_path)
    told = re.search(
        r"most open balance sets China against .*?crossings\.([\w-]+)\.", synthetic.said_by(brief, "b.finding("), re.S
    )
    assert told is not None
    curves = brief.made(gallery.curves)
    assert curves is not None
    assert told.group(1) in curves.table.columns


def test_the_most_open_balance_takes_the_place_of_an_inner_line(settings, tmp_path):
    path = tmp_path / "data" / "processed" / "crossings.parquet"
    frame = read_parquet(path)
    mine = frame["ruler"] == "constant_usd"
    names = list(frame.loc[mine & (frame["balance"] != "eleven"), "balance"])[:9]
    chosen = mine & frame["balance"].isin(names)
    frame.loc[mine, ["p_crossing", "first_crossed", "margin"]] = [0.0, np.nan, -0.1]
    frame.loc[chosen, "p_crossing"] = 0.9
    frame.loc[chosen, "p_by_2040"] = np.linspace(0.9, 0.1, 9)
    frame.loc[mine, "p_by_2035"] = 0.0
    frame.loc[mine & (frame["balance"] == names[1]), "p_by_2035"] = 0.45
    write_parquet(frame, path)
    curves = Brief.open(settings, tmp_path).made(gallery.curves)
    assert curves is not None
    # Spread evenly over nine would be the 1st, 3rd, 5th, 7th and 9th.
    assert list(curves.table.columns[1:]) == [names[i] for i in (0, 1, 4, 6, 8)]


@pytest.mark.parametrize(
    ("now", "then", "half", "told"),
    [
        (0.02, -0.05, 0.04, "needed 2% of US spending to match China in 2025; in 2035 they would need none"),
        (0.02, 0.08, 0.04, "needed 2% of US spending to match China in 2025; in 2035 they would need 8% of it"),
        (-0.05, 0.08, 0.04, "needed no US spending to match China in 2025; in 2035 they would need 8% of it"),
        (
            0.02,
            -0.01,
            0.2,
            "needed 2% of US spending to match China in 2025; whether in 2035 they would need any is open",
        ),
    ],
)
def test_the_break_even_title_says_which_year_it_speaks_of(settings, tmp_path, now, then, half, told):
    path = tmp_path / "data" / "processed" / "breakeven.parquet"
    frame = read_parquet(path)
    mine = (frame["balance"] == "eleven") & (frame["member"] == "USA")
    for year, share in ((synthetic.LAST, now), (synthetic.LAST + 10, then)):
        for column, value in (("share_lo", share - half), ("share_q50", share), ("share_hi", share + half)):
            frame.loc[mine & (frame["year"] == year), column] = value
    write_parquet(frame, path)
    assert title(Brief.open(settings, tmp_path).made(gallery.breakeven)) == f"The eleven allies and partners {told}"


@pytest.mark.parametrize(
    ("count", "of", "words"), [(0, 12, "none of twelve"), (1, 1, "one of one"), (4, 20, "four of 20")]
)
def test_small_counts_at_the_end_of_a_title_are_words_and_recorded(settings, tmp_path, count, of, words):
    context = Brief.open(settings, tmp_path).ctx
    assert striptags(common.counted(context, "a", count, of, "curves", "how")) == words
    assert context.num.records["a.of"].cell.value == of


def test_one_coalition_that_has_been_passed_is_told_in_grammar(settings, tmp_path):
    path = tmp_path / "data" / "processed" / "crossings.parquet"
    frame = read_parquet(path)
    frame.loc[frame["balance"] != "eleven", ["first_crossed", "median_year"]] = np.nan
    frame.loc[frame["balance"] == "eleven", ["first_crossed", "lo_year", "hi_year"]] = [2020, 2017, 2024]
    write_parquet(frame, path)
    told = title(Brief.open(settings, tmp_path).made(gallery.dots))
    assert told.startswith("Coalitions passed so far: one; that probably will be by")
    assert told.endswith(": none more")


def test_a_lead_as_old_as_the_figures_is_by_that_year_in_matrix_and_table(settings, tmp_path):
    folder = tmp_path / "data" / "processed"
    crossings, curves = read_parquet(folder / "crossings.parquet"), read_parquet(folder / "curves.parquet")
    first = int(curves.loc[(curves["balance"] == "eleven") & (curves["ruler"] == "constant_usd"), "year"].min())
    mine = (crossings["balance"] == "eleven") & (crossings["ruler"] == "constant_usd")
    crossings.loc[mine, "first_crossed"] = first
    write_parquet(crossings, folder / "crossings.parquet")
    brief = Brief.open(settings, tmp_path)
    drawn = brief.made(gallery.matrix)
    assert drawn is not None
    assert drawn.table.set_index("balance").loc[brief.ctx.label_text("eleven"), "constant_usd"] == (
        f"crossed, since {first} or before"
    )
    assert f"since {first} or before" in striptags(balance_tables.rulers(brief.ctx))


def test_parity_is_in_the_picture_of_a_challenger_far_behind(settings, tmp_path, monkeypatch):
    path = tmp_path / "data" / "processed" / "curves.parquet"
    frame = read_parquet(path)
    names = [name for name in frame if str(name).startswith("ratio_")]
    frame.loc[frame["balance"] == "eleven", names] *= 0.1
    write_parquet(frame, path)
    limits = []
    text = Axes.text

    def spy(self: Axes, *given: object, **more: object) -> object:
        limits.extend([self.get_ylim()] if "parity" in given else [])
        return text(self, *given, **more)

    monkeypatch.setattr(Axes, "text", spy)
    assert Brief.open(settings, tmp_path).made(gallery.fans) is not None
    assert limits
    assert all(low < 1 < high for low, high in limits)


def test_names_that_begin_the_lead_figures_title_have_their_article(settings, tmp_path):
    brief = Brief.open(settings, tmp_path)
    brief.ctx.names["IND"] = "United Kingdom"
    assert "the United Kingdom" in title(brief.made(gallery.stack)).replace("The", "the")


def test_scenarios_that_move_the_headline_stand_beside_the_futures_the_others_are_named(settings, tmp_path):
    told = " ".join(striptags(choices.scenarios(Brief.open(settings, tmp_path).ctx)).split())
    assert "Scenarios, which carry no probability: China as a multiple of the eleven" in told
    assert re.search(r"As the futures stand ?1\.00 ?1\.00 ?1\.00 ?50%", told)
    assert re.search(r"3 points a year more slowly ?0\.80 ?0\.80 ?0\.80 ?40%", told)
    assert told.endswith("This balance stays as it is under: Nothing moves.")
    settings["brief"] = {"headline_balance": "quad"}
    assert choices.scenarios(Brief.open(settings, tmp_path).ctx) == ""


def test_what_was_said_of_random_coalitions_stands_beside_what_came(settings, tmp_path):
    rows = [("eras", question, f"{which}_{box}", value, n)
            for question, shift in (("global", 0.02), ("regional", -0.1))
            for box, n in ((1, 5000), (6, 900), (9, 99))
            for which, value in (("said", box / 10 - 0.05), ("came", box / 10 - 0.05 + shift))]  # fmt: skip
    rows += [("eras", "global", "in80", 0.81, 9000), ("from 2015", "global", "in80", 0.73, 900)]
    full = pd.DataFrame(rows, columns=["slice", "question", "score", "value", "n"])
    full.assign(model="combined", horizon=0, lo=np.nan, hi=np.nan).to_csv(
        tmp_path / "data" / "raw" / "skill_full.csv", index=False
    )
    brief = Brief.open(settings, tmp_path)
    drawn = brief.made(gallery.calibration)
    assert drawn is not None
    assert title(drawn) == "Of random coalitions given a chance of 55% to change places, 57% did"  # 99 are too few
    assert list(drawn.table["came"].round(2)) == [0.07, 0.57, -0.05, 0.45]
    told = record.held(brief.ctx)
    assert told is not None
    assert (told["whole"].value, told["late"].value) == (0.81, 0.73)


def test_only_economies_without_a_reported_year_are_called_estimates(settings, tmp_path):
    path = tmp_path / "data" / "processed" / "spending.parquet"
    frame = read_parquet(path)
    frame["status"] = "reported"
    frame.loc[frame["iso3"].isin(["CHN", "USA"]), "status"] = "estimate"
    write_parquet(frame, path)
    assert parts.estimated(Brief.open(settings, tmp_path).ctx) == {"whose": ["China"]}
    pd.DataFrame([("mine", "CHN", "a ministry")], columns=["series", "iso3", "source"]).to_csv(
        tmp_path / "data" / "raw" / "series.csv", index=False
    )
    replaced = settings | {"data": settings["data"] | {"series": ["mine"]}}
    assert parts.estimated(Brief.open(replaced, tmp_path).ctx) is None  # the figures are not SIPRI's
    frame.loc[(frame["iso3"] == "CHN") & (frame["year"] == synthetic.LAST), "status"] = "reported"
    write_parquet(frame, path)
    assert parts.estimated(Brief.open(settings, tmp_path).ctx) is None


def test_the_note_of_the_sobol_figure_explains_its_small_dots(settings, tmp_path):
    figure = Brief.open(settings, tmp_path).made(gallery.sobol)
    assert figure is not None
    samples = sorted(pd.read_parquet(tmp_path / "data/processed/sobol.parquet")["samples"].unique())[-3:-1]
    assert "grey dots" in figure.note
    assert re.findall(r">(\d+)<", figure.note) == [str(each) for each in samples]
