"""The brief's sentences hold for legal parameters drawn at random, and the checker sees what it is there to see."""

from __future__ import annotations

import re

import pytest

from overtake.brief import context
from overtake.config.load import parse
from overtake.draws import read_draws
from tests.truth import predicates
from tests.truth.rendered import Rendered, rendered
from tests.truth.sets import UNUSUAL, chosen

#: As many as the time of all tests allows; `python -m tests.truth` checks hundreds.
SETS = chosen(12)


@pytest.mark.parametrize("number", range(len(SETS)))
def test_every_sentence_is_true_of_its_parameters(number: int, tmp_path) -> None:
    assert predicates.faults(rendered(parse(SETS[number]), tmp_path)) == []


def test_the_first_sets_have_every_kind_of_headline() -> None:
    assert [one["brief"]["headline_balance"] for one in SETS[: len(UNUSUAL)]] == list(UNUSUAL)


@pytest.fixture(scope="module")
def one(tmp_path_factory) -> Rendered:
    """A brief on another level of China under a scenario, with two challengers."""
    given = {
        **SETS[0],
        "data": {"edition": "2026-04"},
        "futures": {**SETS[0]["futures"], "model": "gdp_share", "horizon": 2045},
        "rulers": {"use": ["constant_usd", "current_usd"], "china_level": "dod_2024"},
        "scenario": {"growth_shift_pct": {"CHN": -2.0}},
        "crossing": {"sustain": 2, "interval_pct": 90.0},
        "balances": {**SETS[0]["balances"], "two": UNUSUAL["two_challengers"]},
        "brief": {"headline_balance": "two", "headline_ruler": "constant_usd"},
    }
    return rendered(parse(given), tmp_path_factory.mktemp("truth"))


#: Where a sentence is planted.
FIRST = r"(</header>)"
#: Each predicate with a fault that it must see: what is put in place of what, in the brief's HTML.
PLANTED = [
    (predicates.no_holes, FIRST, r"\1<p>It rose by nan a year.</p>"),
    (predicates.no_holes, FIRST, r"\1<p>From (– to –).</p>"),
    (predicates.the_title_is_so, r"have outspent", "still outspend"),
    (predicates.sides_are_named, r"Russia", "the other"),
    (predicates.verbs_agree, r"(China and Russia) have", r"\1 has"),
    (predicates.words_are_calibrated, FIRST, r"\1<p>It does (30% probability, very likely).</p>"),
    (predicates.words_are_calibrated, FIRST,
     r"\1<p>China has a roughly even chance to lead (80% probability).</p>"),
    (predicates.the_past_is_observed, FIRST, r"\1<p>China has led since 2029.</p>"),
    (predicates.the_past_is_observed, FIRST, r"\1<p>The probability that it leads in 2062.</p>"),
    (predicates.departures_are_disclosed, r"(?s)<p class=\"departure\">.*?</p>", ""),
    (predicates.intervals_are_in_order, FIRST, r"\1<p>More (interval 9% to 3%).</p>"),
    (predicates.the_method_is_that_of_the_run, r"economic growth times a share", "a combination of models"),
    (predicates.numbers_lead_to_cells, FIRST, r"\1<p>China spent 777 billion.</p>"),
]  # fmt: skip


def test_the_brief_as_it_is_has_no_fault(one: Rendered) -> None:
    assert predicates.faults(one) == []


@pytest.mark.parametrize(("predicate", "found", "put"), PLANTED, ids=lambda part: getattr(part, "__name__", None))
def test_a_planted_fault_is_seen(one: Rendered, predicate, found: str, put: str) -> None:
    cells = [re.sub(found, put, cell) for cell in one.cells]
    assert cells != one.cells
    assert predicate(Rendered(one.params, one.ctx, cells, one.economies)) != []


def test_futures_at_another_level_than_the_tables_are_seen(one: Rendered, monkeypatch: pytest.MonkeyPatch) -> None:
    assert predicates.futures_are_those_of_the_curves(one) == []
    monkeypatch.setattr(context, "of_run", lambda processed, *_: read_draws(processed / "futures.parquet"))
    assert predicates.futures_are_those_of_the_curves(one) != []


def test_an_event_with_two_probabilities_is_seen(one: Rendered) -> None:
    other = one.ctx.need("sensitivity").assign(at_base=lambda rows: rows["at_base"] + 0.01)
    kept, one.ctx._frames["sensitivity"] = one.ctx._frames["sensitivity"], other
    try:
        assert predicates.equal_events_have_equal_numbers(one) != []
    finally:
        one.ctx._frames["sensitivity"] = kept


def test_a_page_with_the_wrong_year_is_seen(one: Rendered) -> None:
    pages = {
        iso3: re.sub(r"since ((?:<[^>]+>)*)\d{4}", r"since \g<1>2003", html) for iso3, html in one.economies.items()
    }
    assert predicates.pages_of_economies_are_so(Rendered(one.params, one.ctx, one.cells, pages)) != []
