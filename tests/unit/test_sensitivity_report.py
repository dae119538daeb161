"""Sobol indices, flips and the multiverse as the brief prints them, and what DVC compares, over made-up tables."""

import io
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

from overtake.brief import gallery, plots, robust
from overtake.brief.brief import Brief
from overtake.brief.records import key_metrics, metrics
from overtake.draws import read_parquet
from tests import synthetic


@pytest.fixture(scope="module")
def brief(tmp_path_factory) -> Brief:
    root = tmp_path_factory.mktemp("copy")
    return Brief.open(synthetic.write_copy(root), root)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", str(html))))


def test_flips_say_where_and_where_there_are_none(brief):
    balances, claims = words(robust.flips_of_balances(brief.ctx)), words(robust.flips_of_claims(brief.ctx))
    assert " none " in balances
    assert "0.75" in balances
    assert "−25.0%" in claims
    assert "−0.25 pp a year" in claims
    assert "partly supported" in claims
    record = brief.ctx.num.records["flips.claim.a1.rank.level-of-china"]
    assert record.cell.value == 0.75
    assert record.cell.table == "data/processed/flips.parquet"


def test_the_multiverse_tells_its_size_and_draws(brief):
    told = words(brief.made(robust.multiverse))
    count = len(synthetic.multiverse())
    assert f"{count} specifications" in told
    assert "500 joint futures" in told


def test_the_specification_curve_is_every_answer_to_the_question_in_order(brief):
    figure = brief.made(gallery.specifications)
    table = synthetic.multiverse()
    own = table[(table["coalition"] == "eleven") & (table["us_share"] == 0)]["p_ahead_2035"]
    assert figure.table["p_2035"].tolist() == pytest.approx(sorted(own), rel=1e-11)  # tables keep twelve digits
    over = int((own > 0.5).sum()) / len(own)
    assert f"In {100 * over:.0f}% of the {len(own)} specifications" in words(figure.title)
    assert figure.table["rank"].iloc[-1] == 1


def test_options_hold_the_quantiles_of_their_specifications(brief):
    figure = brief.made(gallery.options)
    table = synthetic.multiverse()
    own = table[(table["coalition"] == "eleven") & (table["us_share"] == 0)]
    expected = np.quantile(own[own["china_level"] == "made_up"]["p_ahead_2035"], [0.1, 0.5, 0.9])
    row = figure.table.set_index("option").loc["made_up"]
    assert [row["low"], row["middle"], row["high"]] == pytest.approx(expected.tolist())
    assert "Growth model" not in set(figure.table["choice"])


def test_sobol_indices_stand_largest_first_with_smaller_designs_beside(brief):
    figure = brief.made(gallery.sobol)
    assert figure.table["total"].is_monotonic_decreasing
    assert "total_16" in figure.table
    assert "China's growth" in words(figure.title)


def test_plots_are_years_by_balances_on_the_headlines_ruler(brief):
    made = {name: pd.read_csv(io.StringIO(text), index_col="year") for name, text in plots.tables(brief.ctx).items()}
    curves = read_parquet(brief.ctx.root / "data/processed/curves.parquet")
    own = curves[(curves["balance"] == "eleven") & (curves["ruler"] == brief.ctx.headline_ruler)].set_index("year")
    ahead = made["ahead"]["eleven"]
    assert ahead.index[0] == brief.ctx.last_observed
    np.testing.assert_allclose(ahead, own.loc[ahead.index, "p_ahead"], atol=6e-5)
    assert set(made) == {"ahead", "breakeven"}


def test_what_dvc_shows_of_a_run_fits_a_screen(brief):
    found = key_metrics(brief.ctx)[brief.ctx.headline_ruler]
    asked = brief.ctx.params.sensitivity
    assert list(found) == ["eleven", "five_us30"]
    curves = read_parquet(brief.ctx.root / "data/processed/curves.parquet")
    own = curves[(curves["balance"] == "five_us30") & (curves["ruler"] == brief.ctx.headline_ruler)].set_index("year")
    assert list(found["five_us30"]) == [f"p_ahead_{year}" for year in asked.years]
    for year in asked.years:
        assert found["five_us30"][f"p_ahead_{year}"] == pytest.approx(own.loc[year, "p_ahead"], abs=6e-5)


def test_metrics_hold_states_years_and_the_break_even_share(brief):
    found = metrics(brief.ctx)[brief.ctx.headline_ruler]["eleven"]
    assert {"p_crossed", "p_crossing", "p_not_within", "p_crossed_back", "p_by_2030", "p_by_2040"} <= set(found)
    table = read_parquet(brief.ctx.root / "data/processed/breakeven.parquet")
    row = table[(table["balance"] == "eleven") & (table["member"] == "USA") & (table["year"] == brief.ctx.last_observed)
                & (table["ruler"] == brief.ctx.headline_ruler)]  # fmt: skip
    assert found["breakeven_us_share"] == pytest.approx(row["share_q50"].iloc[0], abs=6e-5)
