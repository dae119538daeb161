"""Sides, states and break-even shares, against a second route and against what must hold for any figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from overtake.balances import breakeven, crossing_curve, ratio, states, summarise
from overtake.balances.states import STATES, States, leads
from overtake.balances.summary import first_crossed, quantiles, year_interval
from overtake.config.balances import Balance, Crossing, default_balances
from overtake.draws import Draws
from overtake.errors import OvertakeError

DEFAULTS = default_balances()
MEMBERS = ("CHN", "JPN", "KOR", "AUS", "USA")
PAIR = Balance(label="pair", side={"JPN": 1.0})


def paths_of(values: np.ndarray, last: int = 2025, members: tuple[str, ...] = MEMBERS, first: int = 2020) -> Draws:
    years = tuple(range(first, first + values.shape[2]))
    return Draws(values, members, years, last, "constant 2024 US$ bn")


def line(text: str) -> np.ndarray:
    """Return a one-draw ratio, 2 where `text` has C (China ahead), 0.5 where it has a dot."""
    return np.array([[2.0 if letter == "C" else 0.5 for letter in text]])


def state_of(text: str, now: int, sustain: int = 2) -> tuple[str, float]:
    years = tuple(range(2000, 2000 + len(text)))
    found = states(line(text), years, 2000 + now, sustain, 1.0)
    return STATES[found.code[0]], float(found.year[0])


@pytest.mark.parametrize(
    ("text", "now", "sustain", "state", "year"),
    [
        ("..CCCCCC", 5, 2, "crossed", 2002),
        ("CCCCCCCC", 5, 2, "crossed", 2000),
        (".C.CCCCC", 5, 2, "crossed", 2003),  # a touch does not count
        (".C.CCCCC", 5, 1, "crossed", 2003),  # nor does it date the present lead where it counts
        ("C.CCCCCC", 5, 2, "crossed", 2002),  # before the first order that lasts nobody has taken the lead
        ("..CC.CCC", 5, 2, "crossed", 2002),  # a single year's loss is no change of hands
        ("..CC.CCC", 5, 1, "crossed", 2005),
        ("....CC..", 5, 2, "crossed_back", 2004),
        (".....CC..", 5, 2, "crossed_back", 2005),  # led first in the last observed year
        (".....C..", 5, 1, "crossed_back", 2005),  # in no other year
        ("CCCCCC.C", 5, 1, "crossed_back", 2000),  # lost for the very next year only
        ("......C.", 5, 1, "crossing", 2006),  # taken for the very next year only
        ("...CC...", 5, 2, "crossed_back", np.nan),  # lost in the last observed year
        ("....CC..CC", 5, 2, "crossed_back", 2004),  # the coalition did regain the lead
        (".CC.....", 5, 2, "crossed_back", np.nan),
        (".CC....CCC", 5, 2, "crossing", 2007),
        ("......CC", 5, 2, "crossing", 2006),
        ("......CC..", 5, 2, "crossing", 2006),
        (".......C", 5, 2, "not_within", np.nan),  # too late to last within the horizon
        (".......C", 5, 1, "crossing", 2007),
        ("......C.", 5, 2, "not_within", np.nan),
        ("........", 5, 3, "not_within", np.nan),
        ("....CCCC", 7, 2, "crossed", 2004),  # history alone: the last observed year is the horizon
        (".......C", 7, 2, "not_within", np.nan),
        ("CC......", 7, 2, "crossed_back", np.nan),
        ("CCC", 2, 5, "not_within", np.nan),  # nothing can last five years in three
    ],
)
def test_states_of_a_line(text: str, now: int, sustain: int, state: str, year: float) -> None:
    found, when = state_of(text, now, sustain)
    assert found == state
    np.testing.assert_equal(when, year)


def test_a_ratio_at_its_threshold_is_not_above_it() -> None:
    found = states(np.full((1, 8), 1.25), tuple(range(2000, 2008)), 2005, 1, 1.25)
    assert STATES[found.code[0]] == "not_within"
    assert not found.lead.any()


def slow_leads(above: list[bool], sustain: int) -> list[bool]:
    """Second route: read the years one at a time, looking ahead."""
    lead, now = [], False
    for index in range(len(above)):
        window = above[index : index + sustain]
        if len(window) == sustain and len(set(window)) == 1:
            now = window[0]
        lead.append(now)
    return lead


@given(st.lists(st.booleans(), min_size=1, max_size=14), st.integers(1, 4))
def test_leads_agree_with_the_slow_route(above: list[bool], sustain: int) -> None:
    assert leads(np.array([above]), sustain)[0].tolist() == slow_leads(above, sustain)


@st.composite
def worlds(draw: st.DrawFn) -> Draws:
    """Draw spending of five economies in eight draws and ten years, within a factor of twenty."""
    seed = draw(st.integers(0, 10_000))
    spread = draw(st.floats(0.01, 1.5))
    random = np.random.default_rng(seed)
    steps = random.normal(0, spread, (8, len(MEMBERS), 10)).cumsum(axis=2)
    return paths_of(np.exp(np.clip(steps, -3, 3)) * 50, last=draw(st.sampled_from([2022, 2025, 2029])))


@st.composite
def pairs(draw: st.DrawFn) -> Balance:
    share = st.floats(0.05, 1.0)
    side = {iso3: draw(share) for iso3 in ("JPN", "KOR", "AUS")}
    return Balance.model_validate({"label": "any", "side": side, "threshold": draw(st.floats(0.5, 2.0))})


def found_in(paths: Draws, balance: Balance, sustain: int = 2) -> States:
    return states(ratio(paths, balance), paths.years, paths.last_observed, sustain, balance.threshold)


@given(worlds(), pairs(), st.integers(1, 4))
def test_state_probabilities_sum_to_one(paths: Draws, balance: Balance, sustain: int) -> None:
    found = found_in(paths, balance, sustain)
    assert sum(found.probability(state) for state in STATES) == pytest.approx(1, abs=1e-12)


@given(worlds(), pairs(), st.integers(-20, 20))
def test_scaling_all_alike_changes_nothing(paths: Draws, balance: Balance, power: int) -> None:
    # Powers of two: the scaled figures round as the others do, so that a tie stays a tie.
    scaled = paths.with_values(paths.values * 2.0**power, "another unit")
    before, after = found_in(paths, balance), found_in(scaled, balance)
    np.testing.assert_array_equal(before.code, after.code)
    np.testing.assert_array_equal(before.year, after.year)


@given(worlds(), pairs(), st.sampled_from(["JPN", "KOR", "AUS"]), st.floats(0, 1), st.integers(1, 3))
def test_more_of_a_member_never_hastens_the_crossing(
    paths: Draws, balance: Balance, member: str, step: float, sustain: int
) -> None:
    side = dict(balance.side)
    side[member] += step * (1 - side[member])
    more = balance.model_copy(update={"side": side})
    low, high = found_in(paths, balance, sustain), found_in(paths, more, sustain)
    assert (np.nan_to_num(high.year, nan=9999) >= np.nan_to_num(low.year, nan=9999)).all()
    assert (crossing_curve(high)[0] <= crossing_curve(low)[0]).all()


@given(worlds(), pairs(), st.sampled_from(["JPN", "USA"]))
def test_break_even_share_levels_the_balance(paths: Draws, balance: Balance, member: str) -> None:
    share = breakeven(paths, balance, member)
    rest = sum(w * paths.economy(m) for m, w in balance.side.items() if m != member)
    level = paths.economy("CHN") / (rest + share * paths.economy(member))
    np.testing.assert_allclose(level, balance.threshold, rtol=1e-9)


@given(worlds(), pairs())
def test_curve_never_falls_and_ends_at_its_states(paths: Draws, balance: Balance) -> None:
    found = found_in(paths, balance)
    by_year, ahead = crossing_curve(found)
    assert (np.diff(by_year) >= 0).all()
    assert (by_year >= 0).all()
    assert (by_year <= 1).all()
    assert by_year[-1] == pytest.approx(np.isfinite(found.year).mean())
    never_lost = found.probability("crossed") + found.probability("crossing")
    assert ahead[-1] <= never_lost + found.probability("crossed_back") + 1e-12


def test_float32_futures_keep_their_dtype() -> None:
    paths = paths_of(np.ones((4, 5, 10), dtype=np.float32))
    assert ratio(paths, PAIR).dtype == np.float32


def test_quantiles_are_numpys() -> None:
    values = np.random.default_rng(1).normal(size=(101, 7))
    np.testing.assert_allclose(
        quantiles(values, (0, 5, 50, 90, 100)), np.quantile(values, [0, 0.05, 0.5, 0.9, 1], axis=0)
    )


def test_tie_down_and_mirror_by_hand() -> None:
    values = np.arange(1.0, 51.0).reshape(1, 5, 10)
    balance = Balance(
        label="x", against={"CHN": 1, "USA": 0.5}, side={"KOR": 0.8, "AUS": 1}, tie_downs={"KOR": 0.25}, threshold=0.7
    )
    chn, _, kor, aus, usa = values[0]
    np.testing.assert_allclose(ratio(paths_of(values), balance)[0], (chn + 0.5 * usa) / (0.8 * 0.75 * kor + aus))


def test_leading_gap_is_left_out_and_a_later_one_refused() -> None:
    values = np.ones((2, 5, 10))
    values[:, 1, :3] = np.nan
    found = ratio(paths_of(values), PAIR)
    assert np.isnan(found[:, :3]).all()
    assert np.isfinite(found[:, 3:]).all()
    values[:, 1, 4] = np.nan
    with pytest.raises(OvertakeError, match="JPN: no value in 2024"):
        ratio(paths_of(values), PAIR)
    with pytest.raises(OvertakeError, match="no values on this ruler"):
        ratio(paths_of(np.ones((1, 1, 10)), members=("CHN",)), PAIR)


@pytest.mark.parametrize(
    ("given_", "what"),
    [
        ({"side": {}}, "at least 1 item"),
        ({"side": {"JPN": 0.0}}, "counts nothing"),
        ({"side": {"CHN": 1.0, "JPN": 1.0}}, "stands on both sides"),
        ({"side": {"JPN": 1.2}}, "less than or equal to 1"),
        ({"side": {"JPN": -0.1}}, "greater than or equal to 0"),
        ({"side": {"FRA": 1.0}}, "unknown economy"),
        ({"side": {"JPN": "1"}}, "valid number"),
        ({"side": {"JPN": 1.0}, "tie_downs": {"IND": 0.5}}, "neither side"),
        ({"side": {"JPN": 1.0}, "breakeven": ("CHN",)}, "other side"),
        ({"side": {"JPN": 1.0}, "threshold": 0}, "greater than 0"),
        ({"side": {"JPN": 1.0}, "treshold": 1}, "not permitted"),
    ],
)
def test_bad_balances_are_refused(given_: dict, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Balance.model_validate({"label": "x", **given_})


def test_a_refusal_names_the_first_five_years_of_a_gap_and_the_next_step() -> None:
    values = np.ones((2, 5, 10))
    values[:, 1, 2:9] = np.nan
    with pytest.raises(OvertakeError) as caught:
        ratio(paths_of(values), PAIR, "pair")
    assert str(caught.value).splitlines() == [
        "balances.pair, measured in constant 2024 US$ bn: 1 problem",
        "    JPN: no value in 2022, 2023, 2024, 2025, 2026",
        "  next:    leave the member out of the balance, or choose another ruler or gap rule",
    ]


def crossed_in(*years: float) -> States:
    """Return states of draws that cross in `years` of 2026 to 2035, NaN for never."""
    found = np.array(years)
    calendar = tuple(range(2025, 2036))
    lead = np.array(calendar)[None, :] >= found[:, None]
    return States(np.where(np.isfinite(found), 1, 2).astype(np.int8), found, lead, calendar)


def test_a_median_year_needs_more_than_one_half() -> None:
    never = np.nan
    assert np.isnan(year_interval(crossed_in(2026, 2030, never, never), Crossing())).all()
    median, low, high = year_interval(crossed_in(2026, 2030, 2033, never), Crossing(interval_pct=80))
    assert (median, low) == (2030, 2026)
    assert np.isnan(high)  # nine tenths are not reached within the horizon
    assert year_interval(crossed_in(2026, 2030, 2033, never), Crossing(interval_pct=50)) == (2030, 2026, 2033)


def test_break_even_of_the_other_side_is_refused() -> None:
    with pytest.raises(OvertakeError, match="other side"):
        breakeven(paths_of(np.ones((1, 5, 10))), PAIR, "CHN")


def history(column: str) -> Draws:
    """Return observed spending of the real excerpt as one draw, Viet Nam's inner gap filled log-linearly."""
    raw = Path(__file__).parents[2] / "data" / "raw" / "milex.csv"
    if not raw.exists():
        pytest.skip("data/raw/milex.csv is not there yet")
    table = pd.read_csv(raw)
    table = table[(table["edition"] == "2026-04") & (table["year"] >= 1989)]
    wide = table.pivot(index="year", columns="iso3", values=column).dropna(how="all")
    wide["VNM"] = np.exp(np.log(wide["VNM"]).interpolate(limit_area="inside"))
    values = wide.to_numpy(dtype=float).T[None] / 1000
    return Draws(values, tuple(wide.columns), tuple(int(y) for y in wide.index), int(wide.index[-1]), column)


@pytest.mark.parametrize(
    ("name", "constant", "current"),
    [
        ("jpn", 1999, 2006),
        ("ind", 1991, 1991),
        ("jpn_kor_aus", 2006, 2011),
        ("five", 2007, 2012),
        ("quad_ex_us", 2009, 2012),
        ("aukus_ex_us", 2008, 2009),
        ("eleven", 2020, 2020),
        ("eleven_ex_vnm", 2018, 2018),
        ("five_us20", np.nan, np.nan),
        ("eleven_us10", np.nan, np.nan),
        ("quad", np.nan, np.nan),
        ("aukus", np.nan, np.nan),
    ],
)
def test_check_18_crossing_years(name: str, constant: int, current: int) -> None:
    for column, year in (("milex_constant_usd_m", constant), ("milex_current_usd_m", current)):
        np.testing.assert_equal(first_crossed(history(column), DEFAULTS[name], Crossing(), name), year)


def test_check_19_ratios() -> None:
    paths = history("milex_constant_usd_m")
    found = dict(zip(paths.years, ratio(paths, DEFAULTS["eleven"])[0], strict=True))
    expected = [0.926, 0.953, 0.988, 0.987, 1.011, 1.004, 1.038, 1.060, 1.082, 1.068]
    for year, value in {2010: 0.685, 2015: 0.916, **dict(zip(range(2016, 2026), expected, strict=True))}.items():
        assert round(float(found[year]), 3) == value, year


def test_summary_tables() -> None:
    random = np.random.default_rng(3)
    steps = random.normal(0.02, 0.05, (500, 5, 30)).cumsum(axis=2)
    paths = paths_of(np.exp(steps) * np.array([80, 50, 30, 20, 300])[None, :, None])
    observed = paths_of(np.broadcast_to(np.array([80.0, 50, 30, 20, 300])[None, :, None], (1, 5, 30)).copy())
    balances = {
        "jka": Balance(label="jka", side={"JPN": 1, "KOR": 1, "AUS": 1}, breakeven=("USA",)),
        "ind": Balance(label="ind", side={"IND": 1}),
        "usa": Balance(label="usa", side={"USA": 1}),
        "jpn": Balance(label="jpn", side={"JPN": 1}),
    }
    tables = summarise(paths, observed, balances, Crossing(interval_pct=50), ruler="constant_usd", edition="2026-04")
    rows = tables.crossings.set_index("balance")
    assert list(rows.index) == list(balances)
    assert rows.loc["jka", "margin"] == pytest.approx(80 / 100 - 1)
    assert rows.loc["jpn", "first_crossed"] == 2020
    assert np.isnan(rows.loc["usa", "median_year"])  # the probability is below one half
    assert rows.loc["ind", "refused"].startswith("balances.ind")
    assert "IND" in rows.loc["ind", "refused"]
    assert (rows["refused"] == "").sum() == 3
    assert np.isnan(rows.loc["ind", "p_crossed"])
    states_ = rows.loc[["jka", "usa", "jpn"], [f"p_{state}" for state in STATES]]
    np.testing.assert_allclose(states_.sum(axis=1), 1)
    curve = tables.curves[tables.curves["balance"] == "jka"].set_index("year")
    assert rows.loc["jka", "p_by_2030"] == curve.loc[2030, "p_crossed_by"]
    drawn = paths.values[:, 0, -1] / paths.values[:, 1:4, -1].sum(axis=1)
    assert curve["ratio_q50"].iloc[-1] == pytest.approx(np.median(drawn))
    share = (paths.values[:, 0] - paths.values[:, 1:4].sum(axis=1)) / paths.values[:, 4]
    even = tables.breakeven.set_index("year")
    np.testing.assert_allclose(even["share_q90"], np.quantile(share, 0.9, axis=0))
    np.testing.assert_allclose(even[["share_lo", "share_hi"]].T, np.quantile(share, [0.25, 0.75], axis=0))


def test_default_balances_hold_the_dossiers() -> None:
    needed = {"five", "eleven", "quad", "quad_ex_us", "aukus", "jpn_kor_aus", "usa"}
    needed |= {f"{group}_us{percent}" for group in ("five", "eleven") for percent in (10, 20, 30, 40, 60, 100)}
    assert needed <= set(DEFAULTS)
    assert DEFAULTS["five_us30"].side["USA"] == 0.3
