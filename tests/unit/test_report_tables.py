"""The brief's tables over made-up figures: what each cell says, by a second route."""

import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from overtake.brief import balance_tables, blocks, claim_tables, record, register
from overtake.brief.brief import Brief
from overtake.brief.context import Context, articled
from overtake.claims.model import Claim
from tests import synthetic


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Brief.open(synthetic.write_copy(tmp_path), tmp_path).ctx


def words(html: str) -> str:
    text = re.sub(r"<br>", " ", str(html))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text))).strip()


def cells(html: str) -> list[list[str]]:
    """Return the words of a table's cells, head first."""
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", str(html), re.S)
    ]


def claim(**changes: object) -> Claim:
    given = {
        "id": "A2",
        "sentence": "a claim",
        "test": "growth_gap",
        "unit": "share",
        "why": "since",
        "result": "None.",
    }
    params = {"coalition": "eleven", "economies": ["JPN", "KOR", "AUS"]}
    return Claim.of({**given, "would_change": "nothing", "params": params, **changes})


def test_a_claim_says_how_many_economies_its_shares_are_of():
    one = claim(result="{value:of coalition} and {beside:of economies}; {lo}.")
    assert one.text(one.result) == "{value:of 11} and {beside:of 3}; {lo}."
    assert one.problems() == []


def test_a_share_of_an_unknown_group_is_a_problem():
    assert "unknown placeholder {members}" in claim(result="{value:of members} of them.").problems()[0]


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (4 / 11, "share", "4 of 11"),
        (100 * 5 / 11, "per cent a year", "5 of 11"),
        (0.35, "share", "35%"),
        (float("nan"), "share", "–"),
    ],
)
def test_shares_of_economies_are_written_as_counts_where_they_are_whole(ctx, value, unit, told):
    frame = ctx.need("claims").copy()
    frame.loc[0, ["value", "unit", "result"]] = [value, unit, "{value:of 11}."]
    ctx._frames["claims"] = frame
    assert words(claim_tables.claim_result(ctx, frame.iloc[0].to_dict())) == f"{told}."


def test_a_claim_on_balances_names_each_side_as_the_run_does(ctx):
    frame = ctx.need("claims").copy()
    frame.loc[0, ["claim", "value", "unit", "result"]] = ["A9", 0.7, "probability", "A probability of {each}."]
    names = list(ctx.balances)[:2]
    rows = [{"claim": "A9", "known": "now", "edition": ctx.edition, "name": name, "value": value, "unit": "probability"}
            for name, value in zip(names, (0.25, 0.7), strict=True)]  # fmt: skip
    pd.DataFrame(rows).to_parquet(ctx.root / "data" / "processed" / "claim_details.parquet")
    ctx._frames["claims"] = frame
    first, second = (articled(ctx.side_text(name)) for name in names)
    told = words(claim_tables.claim_result(ctx, frame.iloc[0].to_dict()))
    assert told == f"A probability of 25% against {first} and 70% against {second}."


def test_each_economy_has_its_spending_growth_and_share_as_sipri_prints_them(ctx):
    spending = pd.read_parquet(ctx.root / "data/processed/spending.parquet").set_index(["iso3", "year"])
    head, china, *others = cells(balance_tables.allies(ctx))
    year = int(spending.index.get_level_values("year").max())
    assert head[3] == f"Since {year - 9}"
    japan = next(row for row in others if row[0] == "Japan")
    real = spending["milex_constant_usd_bn"]
    now = spending.loc[("JPN", year)]
    assert float(japan[1].strip("[]")) == pytest.approx(now["milex_current_usd_bn"], abs=0.05)
    assert float(japan[2].strip("+%").replace("−", "-")) == pytest.approx(
        100 * (real["JPN", year] / real["JPN", year - 1] - 1), abs=0.05
    )
    assert float(japan[3].strip("+%").replace("−", "-")) == pytest.approx(
        100 * (real["JPN", year] / real["JPN", year - 9] - 1), abs=0.5
    )
    assert china[0] == "China"
    assert china[5:] == ["", "", ""]


@pytest.mark.parametrize(("status", "bracketed"), [("reported", False), ("estimate", True), ("highly uncertain", True)])
def test_only_estimates_stand_in_brackets(ctx, status, bracketed):
    ctx._frames["spending"] = ctx.need("spending").assign(status=status)
    _, china, *_ = cells(balance_tables.allies(ctx))
    assert china[1].startswith("[") is bracketed


def test_a_forecast_of_an_older_edition_stands_beside_the_outcome_on_its_own_level(ctx):
    table = pd.DataFrame(
        [
            ("2015", "2026-04", 2014, "eleven", 2025, 0.4, 0.6, 0.9, 1.3, 1.07, True),
            ("2020-04", "2020-04", 2019, "eleven", 2025, 0.7, 0.8, 1.1, 1.6, 1.2, True),
        ],
        columns=["as_of", "edition", "origin", "balance", "year", "p_ahead", "ratio_q10", "ratio_q50", "ratio_q90",
                 "ratio_outcome", "ahead_outcome"],
    )  # fmt: skip
    ctx._frames["would_have_said"] = table
    head, row = cells(record.would_have_said(ctx))
    assert head[1:] == ["figures to 2014", "April 2020 edition, as printed", "Outcome"]
    assert row[1:] == ["40% 0.90 (0.60 to 1.30)", "70% 1.10 (0.80 to 1.60) came to 1.20", "1.07 challenger ahead"]


def test_a_cell_of_a_stacked_table_carries_its_heading():
    html = str(blocks.table("Caption", [("No.", ""), ("The <b>claim</b>", "")], [("A1", "one <b>")], "stack"))
    assert 'data-head="The claim"' in html
    assert "one &lt;b&gt;" in html
    assert "data-head" not in blocks.table("Caption", [("No.", ""), ("Claim", "")], [("A1", "one")])


def test_the_register_says_what_each_ratio_is_over(ctx):
    head, first, second, third = cells(register.register(ctx))
    assert head == ["Made", "Who", "Forecast", "Ratio over", "On the figures of this edition"]
    assert [row[3] for row in (first, second, third)] == ["the United States", "the United States", "–"]
    assert first[4].startswith("missed: 0.21 in 2010")
