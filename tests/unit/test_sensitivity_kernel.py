"""The multiverse's arithmetic against the slow road: kernel against balances, every choice against its own stage."""

import itertools

import numpy as np
import pytest

from overtake import paths
from overtake.balances import crossing_curve, leads, ratio, states
from overtake.config.balances import Balance
from overtake.config.load import load
from overtake.config.multiverse import Axes, Chunk
from overtake.draws import Draws
from overtake.edition import read
from overtake.futures import plans
from overtake.futures.simulate import simulate
from overtake.rulers.base import observed
from overtake.rulers.tables import measure
from overtake.sensitivity import kernel, multiverse
from overtake.sensitivity.axes import CHOICES
from overtake.sensitivity.inputs import with_draws
from overtake.streams import stream

DRAWS = 120
SMALL = Axes.of(
    {
        "editions": ["2021-04", "2026-04"],
        "window_years": [15, 40],
        "models": ["pooled_random_walk"],
        "us_shares": [0.0, 0.2],
        "sustain": [1, 3],
        "draws": DRAWS,
    }
)


@pytest.fixture(scope="module")
def inputs():
    params = load(paths.PARAMS)
    return read(params.data), params


@pytest.mark.parametrize("sustain", [1, 2, 3, 5])
def test_kernel_says_what_balances_say(sustain):
    """Orders that flicker, on every draw and year: the lead and the year of crossing are the same."""
    random = stream(3, "kernel", str(sustain))
    years, draws, count = 24, 60, 7
    level = random.normal(0, 0.4, (draws, count, years)).cumsum(axis=2) + random.normal(0, 0.5, (draws, count, 1))
    drawn = np.exp(level)
    calendar, last, asked = tuple(range(2010, 2010 + years)), 11, (12, 15, years - sustain)
    above = np.ascontiguousarray((drawn > 1).transpose(2, 1, 0))
    ahead, crossed = kernel.probabilities(above, sustain, last, asked)
    for at in range(count):
        found = states(drawn[:, at], calendar, calendar[last], sustain, 1.0)
        by_year, in_year = crossing_curve(found)
        np.testing.assert_allclose(ahead[:, at], in_year[list(asked)], atol=1e-12)
        np.testing.assert_allclose(crossed[:, at], by_year[list(asked)], atol=1e-12)


def test_leads_on_an_order_by_hand():
    """Above in years 2, 3 and from 5 on: for three years in a row only from 5 on, in time for the last three."""
    order = np.array([0, 0, 1, 1, 0, 1, 1, 1, 1], dtype=bool)
    ahead, _ = kernel.probabilities(order[:, None, None], 3, 1, (3, 4, 5, 6))
    assert ahead[:, 0].tolist() == [0, 0, 1, 1]
    assert leads(order[None], 3)[0, [3, 4, 5, 6]].tolist() == [False, False, True, True]


@pytest.mark.parametrize("count", [1, 2, 9, 10])
def test_medians(count):
    values = stream(5, "medians").normal(0, 1, (3, 4, count)).astype(np.float32)
    np.testing.assert_allclose(kernel.medians(values), np.median(values.astype(float), axis=-1), rtol=1e-7)


def test_every_specification_stands_once_and_in_order(inputs):
    bench = multiverse.prepare((*inputs, SMALL))
    tables = [multiverse.evaluate(bench, chunk) for chunk in SMALL.chunks()]
    assert sum(len(table) for table in tables) == SMALL.count()
    for table in tables:
        assert not table.duplicated(list(CHOICES)).any()
        assert list(table.columns) == multiverse.columns(SMALL)
        values = table.drop(columns=list(CHOICES))
        assert np.isfinite(values.to_numpy()).all()
        assert values.filter(like="p_").to_numpy().min() >= 0
        assert values.filter(like="p_").to_numpy().max() <= 1


def slow_road(inputs, row) -> dict[str, float]:
    """Evaluate one specification as the stages do: simulate with plans, measure at the level, ratio, states."""
    given, params = inputs
    case, run = with_draws(params, DRAWS), with_draws(params, DRAWS).run
    edition = given.at(params.data.model_copy(update={"edition": row["edition"]}))
    spending = edition.spending
    first = int(spending["year"].max()) - int(row["window_years"]) + 1
    walk = case.futures.pooled_random_walk
    walk = walk.model_copy(update={"window": min(int(row["window_years"]), walk.window)})
    futures = case.futures.model_copy(update={"model": row["model"], "plans": row["plans"], "pooled_random_walk": walk})
    bare = futures.model_copy(update={"plans": "off"})
    kept = spending[spending["year"] >= first]
    drawn = plans.apply(simulate(edition.with_spending(kept), bare, run), edition, futures, run.seed)
    # Growth is estimated on the window; who led before it, and what was built up, is known from all years.
    past = observed(spending)
    ahead = [year for year in drawn.years if year > drawn.last_observed]
    error = drawn.values[:, :, drawn.years.index(drawn.last_observed)] / past.values[0, :, -1]
    # An observed year inside the window has the error of its own status; the last one's is carried to those before it.
    before = [at for at, year in enumerate(past.years) if year < drawn.years[0]]
    values = np.concatenate([past.values[:, :, before] * error[:, :, None], drawn.values], axis=2)
    drawn = Draws(values, drawn.economies, (*past.years, *ahead), drawn.last_observed, drawn.unit)
    settings = case.rulers.model_copy(update={"china_level": row["china_level"]})
    measured = measure(row["ruler"], drawn, edition, settings, run.seed)
    declared = case.balances[row["coalition"]]
    side = dict(declared.side) | ({"USA": float(row["us_share"])} if row["us_share"] else {})
    balance = Balance(label=declared.label, against=declared.against, side=side, tie_downs=declared.tie_downs)
    along = ratio(measured, balance)
    found = states(along, measured.years, measured.last_observed, int(row["sustain"]), 1.0)
    by_year, in_year = crossing_curve(found)
    answers = {}
    for year in SMALL.years:
        at = found.years.index(year)
        answers[f"p_ahead_{year}"], answers[f"p_by_{year}"] = in_year[at], by_year[at]
        answers[f"ratio_{year}"] = float(np.median(along[:, measured.years.index(year)]))
    return answers


@pytest.mark.parametrize("seed", range(12))
def test_random_specifications_by_the_slow_road(inputs, seed):
    random = stream(17, "specifications", str(seed))
    chunks = SMALL.chunks()
    chunk: Chunk = chunks[int(random.integers(len(chunks)))]
    table = multiverse.evaluate(multiverse.prepare((*inputs, SMALL)), chunk)
    row = table.iloc[int(random.integers(len(table)))]
    expected = slow_road(inputs, row)
    # Single precision: a draw on the threshold may fall to either side.
    for name, value in expected.items():
        slack = {"p": 1.01 / DRAWS, "r": 2e-5 + 1e-5 * value}[name[0]]
        assert row[name] == pytest.approx(value, abs=slack), (name, dict(row))


def test_common_random_numbers(inputs):
    """Raising China's level, or less of America, never lowers P(China leads): the draws are the same."""
    table = multiverse.evaluate(multiverse.prepare((*inputs, SMALL)), SMALL.chunks()[-1])
    rest = [name for name in CHOICES if name != "us_share"]
    pairs = table.pivot(index=rest, columns="us_share", values="p_ahead_2035")
    assert (pairs[0.0] >= pairs[0.2]).all()
    assert (pairs[0.0] > pairs[0.2]).any()


def test_an_answer_does_not_depend_on_what_was_asked_before(inputs):
    """A worker that has done other chunks, in any order, gives the same table."""
    first, last = SMALL.chunks()[0], SMALL.chunks()[-1]
    fresh = multiverse.evaluate(multiverse.prepare((*inputs, SMALL)), last)
    used = multiverse.prepare((*inputs, SMALL))
    for chunk in (last, first):
        multiverse.evaluate(used, chunk)
    assert multiverse.evaluate(used, last).equals(fresh)


def test_years_in_any_order_keep_their_columns(inputs):
    turned = Axes.of({**SMALL.model_dump(mode="json"), "years": [2040, 2030]})
    chunk = SMALL.chunks()[0]
    plain, other = (multiverse.evaluate(multiverse.prepare((*inputs, axes)), chunk) for axes in (SMALL, turned))
    for name in ("p_ahead_2030", "p_ahead_2040", "ratio_2040"):
        assert other[name].equals(plain[name])


def test_counts():
    axes = Axes()
    assert axes.count() == len(axes.chunks()) * axes.cheap() >= 50_000
    by_hand = sum(
        1
        for one in itertools.product(
            axes.editions, axes.window_years, axes.models, axes.plans, axes.rulers, axes.china_levels, axes.coalitions,
            axes.us_shares, axes.sustain,
        )
        if one[4] != "symmetric" or one[5] == "sipri"
    )  # fmt: skip
    assert axes.count() == by_hand
