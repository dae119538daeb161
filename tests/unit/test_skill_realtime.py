"""The pipeline's backtests with a made-up growth model: what it was shown, what followed, and the rows by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from overtake.config.balances import Balance
from overtake.config.core import Run
from overtake.config.futures import Futures
from overtake.config.skill import Skill
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures import models
from overtake.futures.series import Series, of_spending
from overtake.skill import peers, realtime, rolling, scores, split, tables
from overtake.skill.evaluate import evaluate, tuning_scores
from overtake.streams import stream

ECONOMIES = ("CHN", "JPN", "USA")
FIRST = 1989
#: SIPRI edition -> last data year, and how much its levels differ from those of the newest.
EDITIONS = {"2018-04": (2017, 0.9), "2021-04": (2020, 1.1), "2024-04": (2023, 1.0)}
NEWEST = "2024-04"
RUN = Run(seed=4, draws=101)
SETTINGS = Futures(model="pooled_random_walk")


def milex() -> pd.DataFrame:
    """Return three editions; in the oldest Japan's last figure is missing."""
    rows = []
    for edition, (last, factor) in EDITIONS.items():
        for row, iso3 in enumerate(ECONOMIES):
            growth = stream(9, "milex", iso3).normal(0.02, 0.2, 40)
            level = factor * 1000 * np.exp(np.cumsum(growth) + 0.3 * row)
            for year in range(FIRST, last + 1):
                known = not (edition == "2018-04" and iso3 == "JPN" and year == 2017)
                value = level[year - FIRST] if known else np.nan
                rows.append((edition, iso3, year, value, value, value, 2.0 if known else np.nan, "reported"))
    measures = ["milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m"]
    return pd.DataFrame(rows, columns=["edition", "iso3", "year", *measures, "gdp_share_pct", "status"])


def macro() -> pd.DataFrame:
    """Return two editions of the IMF, the first of them later than the oldest of SIPRI, Japan's 2017 first."""
    rows = [
        (edition, iso3, year, rate, 100.0, 100.0, "made up")
        for edition, rate in (("2019-04", 5.0), ("2023-10", 3.0))
        for iso3 in ("JPN", "CHN", "USA")
        for year in range(2017, 2030)
    ]
    columns = ["edition", "iso3", "year", "real_growth_pct", "gdp_usd_bn", "gdp_lcu_bn", "source"]
    return pd.DataFrame(rows, columns=columns)


def raw() -> dict[str, pd.DataFrame]:
    editions = pd.DataFrame(
        [("sipri", edition, 2015.0) for edition in EDITIONS], columns=["publisher", "edition", "price_base"]
    )
    return {"milex": milex(), "macro": macro(), "editions": editions}


def spending() -> pd.DataFrame:
    table = milex()
    table = table[table["edition"] == NEWEST]
    return table.assign(milex_constant_usd_bn=table["milex_constant_usd_m"] / 1000)


def edition(**tables_: pd.DataFrame) -> Edition:
    """Return the newest edition, with what is published as in `raw` but for `tables_`."""
    return Edition(NEWEST, spending(), macro(), {}, {}, {**raw(), **tables_})


def newest() -> Series:
    return of_spending(spending())


@dataclass
class Shown:
    """What a made-up model was asked: the series, the knowledge and the settings of every call."""

    calls: list[tuple[Series, Edition, Futures, Run]] = field(default_factory=list)


def made_up(series: Series, steps: int, draws: int, model: str = "pooled_random_walk") -> np.ndarray:
    """Return growth that differs by model, economy, draw and step, the same in every call."""
    size = {name: 1 + number for number, name in enumerate(models.MODELS)}.get(model, 1)
    spread = size * np.linspace(-0.3, 0.4, draws)
    ranks = np.stack([np.roll(spread, 7 * row) for row in range(len(series.economies))], axis=1)
    return ranks[:, :, None] * np.sqrt(np.arange(1, steps + 1))


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    found = Shown()

    def growth(series: Series, known: Edition, settings: Futures, steps: int, run: Run) -> np.ndarray:
        found.calls.append((series, known, settings, run))
        return made_up(series, steps, run.draws, settings.model)

    monkeypatch.setattr(models, "growth", growth)
    monkeypatch.setenv("OVERTAKE_CORES", "1")  # calls in a fork would not be seen here
    return found


# Editions as they were printed


def test_a_past_edition_is_as_printed_with_the_forecast_of_its_day() -> None:
    found = edition().as_printed("2021-04")
    series = of_spending(found.spending)
    assert (series.origin, series.economies) == (2020, ECONOMIES)
    printed = milex().set_index(["edition", "iso3", "year"])["milex_constant_usd_m"]
    assert series.log_milex[2, 2011 - FIRST] == pytest.approx(np.log(printed["2021-04", "USA", 2011] / 1000))
    assert set(found.macro["real_growth_pct"]) == {5.0}
    later = edition().as_printed(NEWEST)
    assert later.last == 2023
    assert set(later.macro["edition"]) == {later.weo} == {"2023-10"}


def test_without_a_forecast_of_its_day_a_gap_is_carried_flat() -> None:
    found = edition().as_printed("2018-04")
    series = of_spending(found.spending)
    assert (len(found.macro), found.weo) == (0, "")
    assert series.origin == 2017
    assert series.log_milex[1, -1] == pytest.approx(series.log_milex[1, -2], abs=1e-12)


def test_aligned_continues_with_growth_and_mixes_no_levels() -> None:
    years = tuple(range(2000, 2006))
    late = Series(np.arange(18.0).reshape(3, 6) ** 1.5, np.arange(18.0).reshape(3, 6), ("A", "B", "C"), years)
    past = Series(np.array([[5.0, 6.0, 8.0], [1.0, 2.0, 4.0]]), np.full((2, 3), -1.0), ("C", "A"), (2001, 2002, 2003))
    found = realtime.aligned(past, late)
    assert (found.economies, found.years) == (("C", "A"), (2001, 2002, 2003, 2004, 2005))
    for row, (iso3, last) in enumerate((("C", 8.0), ("A", 4.0))):
        theirs = late.log_milex["ABC".index(iso3)]
        expected = [*past.log_milex[row], last + theirs[4] - theirs[3], last + theirs[5] - theirs[3]]
        np.testing.assert_allclose(found.log_milex[row], expected)
        np.testing.assert_array_equal(found.log_share[row], [-1, -1, -1, *late.log_share["ABC".index(iso3), 4:]])


def test_a_forecast_is_the_last_figure_and_the_growth_since(shown: Shown) -> None:
    series = newest().upto(2010)
    drawn = realtime.forecaster(edition(), SETTINGS, RUN)(series, 3)
    np.testing.assert_allclose(drawn, series.log_milex[None, :, -1:] + made_up(series, 3, 101))
    assert shown.calls[0][2:] == (SETTINGS, RUN)


def test_the_real_time_backtest_forecasts_from_each_older_edition(shown: Shown) -> None:
    points, pairs = realtime.backtest(edition(), SETTINGS, RUN, 4)
    assert [known.name for _, known, _, _ in shown.calls] == ["2018-04", "2021-04"]
    assert shown.calls[0][1].macro.empty
    assert set(shown.calls[1][1].macro["edition"]) == {"2019-04"}
    expected: dict[str, list[pd.DataFrame]] = {"points": [], "pairs": []}
    for name, origin in (("2018-04", 2017), ("2021-04", 2020)):
        past = of_spending(edition().as_printed(name).spending)
        whole = realtime.aligned(past, newest())
        for name, forecaster in (
            (SETTINGS.model, lambda series, steps: series.log_milex[None, :, -1:] + made_up(series, steps, 101)),
            ("naive", peers.naive(101, RUN.seed)),
        ):
            found = rolling.backtest(name, forecaster, whole, [origin], 4)
            expected["points"].append(found[0])
            expected["pairs"].append(found[1])
    pd.testing.assert_frame_equal(points, pd.concat(expected["points"], ignore_index=True))
    pd.testing.assert_frame_equal(pairs, pd.concat(expected["pairs"], ignore_index=True))
    assert set(points["horizon"]) == {1, 2, 3, 4}


def test_without_an_older_edition_the_real_time_backtest_is_refused(shown: Shown) -> None:
    only = edition(milex=milex()[milex()["edition"] == NEWEST])
    with pytest.raises(OvertakeError, match=r"data/raw/milex\.csv: holds no edition older than the one in use"):
        realtime.backtest(only, SETTINGS, RUN, 4)


# What would have been said

BALANCES = {
    "pair": Balance(label="Japan and some of the US", side={"JPN": 1.0, "USA": 0.25}, threshold=0.8),
    "japan": Balance(label="Japan", side={"JPN": 1.0}),
}


def test_rows_of_what_would_have_been_said_by_hand(shown: Shown) -> None:
    series = newest()
    found = realtime.would_have_said(edition(), BALANCES, SETTINGS, RUN)
    assert tuple(found.columns) == realtime.SAID
    oldest = of_spending(edition().as_printed("2018-04").spending)
    cases = [(f"{origin + 1}", NEWEST, series.upto(origin), series) for origin in (2004, 2009, 2014)]
    cases.append(("2018-04", "2018-04", oldest, realtime.aligned(oldest, series)))
    expected: list[tuple[Any, ...]] = []
    for label, name_, past, whole in cases:
        steps = 2023 - past.origin
        drawn = np.exp(past.log_milex[None, :, -1:] + made_up(past, steps, 101))
        for name, balance in BALANCES.items():
            share = 0.25 if name == "pair" else 0.0
            for year in [year for year in (past.origin + 5, past.origin + 10) if year < 2023] + [2023]:
                china, japan, states = drawn[:, :, year - past.origin - 1].T
                ratio = china / (japan + share * states)
                china, japan, states = np.exp(whole.log_milex[:, year - FIRST])
                truth = china / (japan + share * states)
                limit = balance.threshold
                quantiles = np.quantile(ratio, [0.1, 0.5, 0.9])
                expected.append((label, name_, past.origin, name, year, (ratio > limit).mean(), *quantiles, truth,
                                 truth > limit))  # fmt: skip
    pd.testing.assert_frame_equal(found, pd.DataFrame(expected, columns=list(realtime.SAID)))
    assert 0 < found["ahead_outcome"].mean() < 1
    assert [len(known.macro) for _, known, _, _ in shown.calls] == [0] * 4
    assert [known.name for _, known, _, _ in shown.calls] == [NEWEST] * 3 + ["2018-04"]


def flat(first: int, last: int) -> Series:
    """Return a series of three economies that spend the same in every year."""
    years = tuple(range(first, last + 1))
    return Series(np.zeros((3, len(years))), np.zeros((3, len(years))), ECONOMIES, years)


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (1994, 2012, ["2005", "2010"]),  # ten years before 2004
        (1995, 2012, ["2010"]),  # nine
        (1989, 2005, ["2005"]),  # one year after it
        (1989, 2004, []),  # none
    ],
)
def test_origins_need_ten_years_before_and_one_after(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, first: int, last: int, labels: list[str]
) -> None:
    monkeypatch.setattr(realtime, "of_spending", lambda _: flat(first, last))
    found = realtime.would_have_said(edition(), BALANCES, SETTINGS, RUN)
    # The oldest edition ends where the newest does: nothing followed, so it says nothing.
    assert list(dict.fromkeys(found["as_of"])) == labels


def test_sides_that_are_equal_are_not_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "growth", lambda series, known, settings, steps, run: np.zeros((run.draws, 3, steps)))
    monkeypatch.setattr(realtime, "of_spending", lambda _: flat(1989, 2005))
    found = realtime.would_have_said(edition(), {"japan": BALANCES["japan"]}, SETTINGS, RUN).iloc[0]
    assert (found["ratio_q50"], found["ratio_outcome"]) == (1.0, 1.0)
    assert (found["p_ahead"], bool(found["ahead_outcome"])) == (0.0, False)


# The pipeline's evaluation


def test_the_evaluation_scores_rolling_origins_and_past_editions(shown: Shown) -> None:
    settings = Skill(first_origin=2017, horizons=3, draws=200, bootstrap=100)
    series = newest()
    skill, reliability = evaluate(edition(), SETTINGS, settings, 6)
    rolling_calls = [(past.origin, len(known.macro)) for past, known, _, _ in shown.calls if known.name == NEWEST]
    assert rolling_calls == [(origin, 0) for origin in range(2017, 2023)]
    assert {run for *_, run in shown.calls} == {Run(seed=6, draws=200)}
    model = lambda series, steps: series.log_milex[None, :, -1:] + made_up(series, steps, 200)  # noqa: E731
    found = [
        rolling.backtest(name, forecaster, series, range(2017, 2023), 3)
        for name, forecaster in ((SETTINGS.model, model), ("naive", peers.naive(200, 6)))
    ]
    points, pairs = (pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True))
    rolled = tables.summarise(points, pairs, backtest="rolling", bootstrap=100, seed=6)
    past = realtime.backtest(edition(), SETTINGS, Run(seed=6, draws=200), 3)
    real = tables.summarise(*past, backtest="real time", bootstrap=100, seed=6)
    pd.testing.assert_frame_equal(skill, pd.concat([rolled, real], ignore_index=True))
    both = [tables.reliability(pairs, "rolling"), tables.reliability(past[1], "real time")]
    pd.testing.assert_frame_equal(reliability, pd.concat(both, ignore_index=True))


def test_an_evaluation_of_an_edition_sees_none_that_is_newer(shown: Shown) -> None:
    settings = Skill(first_origin=2015, horizons=3, draws=200, bootstrap=100)
    skill, reliability = evaluate(edition().as_printed("2018-04"), SETTINGS, settings, 6)
    assert set(skill["backtest"]) == set(reliability["backtest"]) == {"rolling"}
    assert edition().as_printed("2021-04").names() == ["2018-04", "2021-04"]


def test_one_older_edition_is_enough_for_a_real_time_backtest(shown: Shown) -> None:
    """From 2017, the end of the oldest edition, three economies and the three years that the middle one adds."""
    settings = Skill(first_origin=2017, horizons=3, draws=200, bootstrap=100)
    skill, reliability = evaluate(edition().as_printed("2021-04"), SETTINGS, settings, 6)
    assert set(skill["backtest"]) == set(reliability["backtest"]) == {"rolling", "real time"}
    rows = skill[(skill["backtest"] == "real time") & (skill["score"] == "crps")].set_index(["model", "horizon"])
    for model in (SETTINGS.model, "naive"):
        assert [rows.loc[(model, horizon), "n"] for horizon in range(4)] == [9, 3, 3, 3]


@pytest.mark.filterwarnings("ignore:invalid value encountered in divide")  # too few pairs for a ratio of Brier scores
def test_a_first_origin_without_an_outcome_is_refused(shown: Shown) -> None:
    oldest = edition().as_printed("2018-04")
    with pytest.raises(OvertakeError) as caught:
        evaluate(oldest, SETTINGS, Skill(first_origin=2017), 6)
    message = str(caught.value)
    assert "params.yaml: skill.first_origin: leaves no outcome to score" in message
    assert "found:   2017" in message
    assert "allowed: before the last observed year, 2017" in message
    evaluate(oldest, SETTINGS, Skill(first_origin=2016, draws=200, bootstrap=100), 6)


def test_tuning_scores_are_means_over_the_tuning_half_up_to_2014(shown: Shown) -> None:
    codes = ("AUS", "CHN", "DEU", "FRA", "IND", "ITA")
    years = tuple(range(1998, 2020))
    walk = np.cumsum(stream(2, "tuning").normal(0.02, 0.1, (6, len(years))), axis=1)
    series = Series(walk, np.zeros_like(walk), codes, years)
    settings = Skill(first_origin=2012, horizons=2, draws=200)
    table = tuning_scores(series, edition(), Futures(), settings, 6)
    assert list(table["model"]) == list(models.MODELS)
    tuned = [row for row, iso3 in enumerate(codes) if split.tuning_country(iso3)]
    assert tuned == [0, 4]
    for row in table.itertuples():
        values = []
        for origin in (2012, 2013, 2014):
            at = years.index(origin)
            drawn = walk[None, :, [at]] + made_up(series, 2, 200, row.model)
            values.append(scores.crps(drawn[:, tuned], walk[tuned, at + 1 : at + 3]))
        assert row.crps == round(float(np.mean(values)), 5)
        assert row.n == 3 * 2 * len(tuned)
        assert (row.first_origin, row.last_origin, row.edition, row.status) == (2012, 2014, NEWEST, "derived")
