"""The full comparison against loops and definitions: tasks, scores, peers' quantiles as paths, the table of goals."""

from __future__ import annotations

import resource
import time
from functools import partial as partial_

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from overtake.futures.series import Series, of_panel
from overtake.skill import full, reached, scores, split
from overtake.streams import stream

Compared = tuple[dict[str, full.Index], dict[str, full.Tasks]]
FIRST, LAST = 1990, 2018
#: The hash keeps CHN, DEU and FRA back from tuning, not AUS and IND; FRA's figures begin late, IND's have a gap.
COUNTRIES = ("AUS", "CHN", "DEU", "FRA", "IND")


def panel() -> pd.DataFrame:
    """Return five countries' spending in US$ million and share of GDP, rows in no order, one of them a zero."""
    rows = []
    for row, iso3 in enumerate(COUNTRIES):
        growth = stream(3, "panel", iso3).normal(0.02, 0.1, LAST - FIRST + 1)
        level = 1000.0 * np.exp(np.cumsum(growth) + 0.1 * row)
        rows += [(iso3, year, level[year - FIRST], 2.0 + row) for year in range(FIRST, LAST + 1)]
    table = pd.DataFrame(rows, columns=["iso3", "year", "milex_constant_usd_m", "gdp_share_pct"])
    table.loc[(table["iso3"] == "FRA") & (table["year"] < 1998), "milex_constant_usd_m"] = np.nan
    table.loc[(table["iso3"] == "IND") & (table["year"] == 2004), "milex_constant_usd_m"] = 0.0
    return table.sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def series() -> Series:
    return of_panel(panel())


def test_a_panel_becomes_logs_of_billions_with_zeros_missing(series: Series) -> None:
    assert series.economies == COUNTRIES
    assert series.years == tuple(range(FIRST, LAST + 1))
    table = panel().set_index(["iso3", "year"])
    value = float(table.loc[("DEU", 2001), "milex_constant_usd_m"])
    assert series.log_milex[2, 2001 - FIRST] == pytest.approx(np.log(value / 1000))
    assert series.log_share[2, 2001 - FIRST] == pytest.approx(np.log(4.0))
    assert np.isnan(series.log_milex[3, :8]).all()
    assert np.isnan(series.log_milex[4]).tolist() == [year == 2004 for year in range(FIRST, LAST + 1)]


def test_a_year_that_no_country_reports_is_a_gap_not_a_jump() -> None:
    table = panel()
    found = of_panel(table[table["year"] != 2007])
    assert found.years == tuple(range(FIRST, LAST + 1))
    assert np.isnan(found.log_milex[:, 2007 - FIRST]).all()


# Tasks and scores, by loops

DRAWS = 21
ORIGINS, HORIZONS = range(2013, 2017), 3
#: A country that the second model does not forecast.
UNKNOWN = "CHN"


def fan(series: Series, steps: int) -> np.ndarray:
    """Return draws evenly around the last figure, wider every year."""
    spread = np.linspace(-0.4, 0.6, DRAWS)[:, None, None] * np.sqrt(np.arange(1, steps + 1))
    # Another rank for each country, so that one may pass another.
    ranks = np.stack([np.roll(spread[:, 0], 3 * row, axis=0) for row in range(len(series.economies))], axis=1)
    return series.log_milex[None, :, -1:] + ranks


def partial(series: Series, steps: int) -> np.ndarray:
    """Return a wider fan without one country, which takes a while to compute."""
    until = time.process_time() + 0.03
    while time.process_time() < until:
        pass
    found = series.log_milex[None, :, -1:] + 1.5 * (fan(series, steps) - series.log_milex[None, :, -1:])
    found[:, series.economies.index(UNKNOWN)] = np.nan
    return found


MODELS = {"ours": full.always(fan), "peer": full.always(partial)}
FORECASTERS = {"ours": fan, "peer": partial}


@pytest.fixture(scope="module")
def compared(series: Series) -> Compared:
    return full.run(series, ORIGINS, HORIZONS, MODELS)


def tasks(series: Series) -> list[tuple[int, str, int]]:
    """Return origin, country and horizon of every task: figures in the twelve years up to it and in all that follow."""
    found = []
    for origin in ORIGINS:
        steps = min(HORIZONS, LAST - origin)
        for row, iso3 in enumerate(COUNTRIES):
            needed = series.log_milex[row, origin - 11 - FIRST : origin + steps + 1 - FIRST]
            if np.isfinite(needed).all():
                found += [(origin, iso3, step) for step in range(1, steps + 1)]
    return found


def past(series: Series, origin: int) -> Series:
    names = tuple(dict.fromkeys(iso3 for at, iso3, _ in tasks(series) if at == origin))
    rows = [COUNTRIES.index(iso3) for iso3 in names]
    seen = series.upto(origin)
    return Series(seen.log_milex[rows], seen.log_share[rows], names, seen.years)


def test_tasks_are_the_countries_with_twelve_years_before_and_all_years_after(
    series: Series, compared: Compared
) -> None:
    index, _ = compared
    wanted = tasks(series)
    found = zip(
        index["single"].origin,
        [COUNTRIES[int(code)] for code in index["single"].block],
        index["single"].horizon,
        strict=True,
    )
    assert list(found) == wanted
    assert {iso3 for origin, iso3, _ in wanted if origin == 2013} == {"AUS", "CHN", "DEU", "FRA"}
    assert {iso3 for origin, iso3, _ in wanted if origin == 2016} == set(COUNTRIES)  # IND's gap is twelve years back
    assert max(step for origin, _, step in wanted if origin == 2016) == 2
    assert index["single"].held.tolist() == [split.held_back(iso3, origin) for origin, iso3, _ in wanted]
    assert 0 < index["single"].held.sum() < len(wanted)


def test_every_score_of_a_task_is_that_of_its_definition(series: Series, compared: Compared) -> None:
    _, found = compared
    assert set(found["ours"].scores["single"]) == {"crps", "pinball", "in50", "in80", "in95", "pit"}
    for number, (origin, iso3, step) in enumerate(tasks(series)):
        known = past(series, origin)
        truth = series.log_milex[COUNTRIES.index(iso3), origin + step - FIRST]
        for name, forecaster in FORECASTERS.items():
            draws = forecaster(known, min(HORIZONS, LAST - origin))[:, known.economies.index(iso3), step - 1]
            points = {score: values[number] for score, values in found[name].scores["single"].items()}
            if np.isnan(draws).any():
                assert np.isnan(list(points.values())).all()
                continue
            apart = np.abs(draws[:, None] - draws[None]).sum() / (2 * DRAWS * (DRAWS - 1))
            assert points["crps"] == pytest.approx(np.abs(draws - truth).mean() - apart)
            assert points["pit"] == (draws < truth).mean()
            gaps = [truth - np.quantile(draws, level) for level in scores.LEVELS]
            losses = [max(level * gap, (level - 1) * gap) for level, gap in zip(scores.LEVELS, gaps, strict=True)]
            assert points["pinball"] == pytest.approx(np.mean(losses))
            for percent in (50, 80, 95):
                low, high = np.quantile(draws, [0.5 - percent / 200, 0.5 + percent / 200])
                assert points[f"in{percent}"] == (low <= truth <= high)


def test_pairs_of_a_comparison_by_loops(series: Series, compared: Compared) -> None:
    index, found = compared
    expected = []
    for origin in ORIGINS:
        known, steps = past(series, origin), min(HORIZONS, LAST - origin)
        now = known.log_milex[:, -1]
        after = series.log_milex[[COUNTRIES.index(iso3) for iso3 in known.economies], origin + 1 - FIRST :]
        drawn = {name: forecaster(known, steps) for name, forecaster in FORECASTERS.items()}
        for i, first in enumerate(known.economies):
            for j, second in enumerate(known.economies):
                if not 0 < now[j] - now[i] <= np.log(3):
                    continue
                for step in range(1, steps + 1):
                    happened = (after[i, :step] > after[j, :step]).any()
                    values = {
                        name: (
                            ((draws[:, i, :step] > draws[:, j, :step]).any(axis=1).mean() - happened) ** 2
                            if name == "ours" or UNKNOWN not in (first, second)
                            else np.nan
                        )
                        for name, draws in drawn.items()
                    }
                    held = split.held_back(first, origin) and split.held_back(second, origin)
                    expected.append((step, COUNTRIES.index(first), held, values["ours"], values["peer"]))
    columns = np.array(expected).T
    assert 0 < columns[2].sum() < len(expected)
    assert np.isnan(columns[4]).any()
    np.testing.assert_array_equal(index["pair"].horizon, columns[0])
    np.testing.assert_array_equal(index["pair"].block, columns[1])
    np.testing.assert_array_equal(index["pair"].held, columns[2])
    np.testing.assert_allclose(found["ours"].scores["pair"]["brier"], columns[3])
    np.testing.assert_allclose(found["peer"].scores["pair"]["brier"], columns[4])


def test_a_pair_is_in_the_order_of_the_origin_itself() -> None:
    """AUS overtook CHN in the last year, so CHN is to pass AUS: it did, and one draw of four said so."""
    figures = np.array([[0.0] * 11 + [0.5, 0.5], [0.2] * 11 + [0.2, 0.6]])
    tiny = Series(figures, np.zeros_like(figures), ("AUS", "CHN"), tuple(range(2000, 2013)))
    draws = np.array([[[0.5], [value]] for value in (0.1, 0.2, 0.3, 0.7)])
    index, found = full.run(tiny, range(2011, 2012), 1, {"ours": full.always(lambda series, steps: draws)})
    assert index["pair"].block.tolist() == [1]
    assert found["ours"].scores["pair"]["brier"].tolist() == [(0.25 - 1) ** 2]


def spent() -> float:
    """Return the processor time of this process and of those it has ended, in seconds."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def test_the_processor_time_is_that_of_the_forecasts(series: Series) -> None:
    before = spent()
    _, found = full.run(series, ORIGINS, HORIZONS, MODELS)
    assert 0.03 * len(ORIGINS) <= found["peer"].cpu_seconds < spent() - before
    assert found["ours"].cpu_seconds < found["peer"].cpu_seconds


# The table


@pytest.fixture(scope="module")
def table(compared: Compared) -> pd.DataFrame:
    return full.table(*compared, ours="ours", seed=5)


def weights(key: full.Index) -> dict[str, np.ndarray]:
    """Return the weight of each task in each slice: eras, all of them alike, and what was held back."""
    eras = {"2000-14": key.origin <= 2014, "from 2015": key.origin >= 2015}
    mean = sum(era / era.sum() for era in eras.values())
    return {**eras, "eras": mean, "held back": key.held.astype(float)}


def test_each_mean_of_the_table_is_that_of_its_tasks(compared: Compared, table: pd.DataFrame) -> None:
    index, found = compared
    assert list(table.columns) == list(full.COLUMNS[:9])
    rows = table.set_index(["slice", "question", "model", "horizon", "score"])
    assert rows.index.is_unique
    expected = 0
    for question in ("single", "pair"):
        for slice_, weight in weights(index[question]).items():
            for model in MODELS:
                for score in full.SCORES[question]:
                    values = found[model].scores[question][score]
                    for at in (0, 1, 2, 3):
                        if at and (score not in full.BY_HORIZON or model != "ours"):
                            continue
                        use = np.isfinite(values) & (weight > 0) & ((index[question].horizon == at) | (at == 0))
                        row = rows.loc[(slice_, question, model, at, score)]
                        assert row["value"] == pytest.approx(np.average(values[use], weights=weight[use]))
                        assert row["n"] == use.sum()
                        assert row["lo"] <= row["value"] <= row["hi"]
                        expected += 1
    others = table["score"].str.contains("pit|_over_")
    assert (~others).sum() == expected


def test_an_interval_of_the_table_draws_countries_and_origins(compared: Compared, table: pd.DataFrame) -> None:
    """A task counts as often as its country and its origin were drawn."""
    index, found = compared
    key, values = index["single"], found["ours"].scores["single"]["crps"]
    here = key.held.astype(bool) & (key.horizon == 2)
    random = stream(5, "full", "held back", "single", "ours", "2", "crps")
    codes, rows = np.unique(key.block[here], return_inverse=True)
    origins, columns = np.unique(key.origin[here], return_inverse=True)
    first, second = (random.multinomial(len(one), np.full(len(one), 1 / len(one)), 1000) for one in (codes, origins))
    counts = first[:, rows] * second[:, columns]
    drawn = counts.sum(axis=1) > 0
    means = (counts @ values[here])[drawn] / counts.sum(axis=1)[drawn]
    row = table.set_index(["slice", "question", "model", "horizon", "score"]).loc[
        ("held back", "single", "ours", 2, "crps")
    ]
    np.testing.assert_allclose((row["lo"], row["hi"]), np.quantile(means, [0.025, 0.975]))


def test_tenths_of_the_probability_transform_weigh_eras_alike(compared: Compared, table: pd.DataFrame) -> None:
    index, found = compared
    for model in MODELS:
        levels = found[model].scores["single"]["pit"]
        use = np.isfinite(levels)
        weight = weights(index["single"])["eras"][use]
        rows = table[(table["model"] == model) & table["score"].str.startswith("pit_")]
        assert list(rows["score"]) == [f"pit_{tenth}" for tenth in range(1, 11)]
        box = np.minimum((levels[use] * 10).astype(int), 9)
        expected = [weight[box == tenth].sum() / weight.sum() for tenth in range(10)]
        np.testing.assert_allclose(rows["value"], expected, atol=1e-9)


@pytest.mark.parametrize("question", ["single", "pair"])
def test_a_ratio_to_a_peer_counts_the_tasks_of_both(compared: Compared, table: pd.DataFrame, question: str) -> None:
    index, found = compared
    score = "crps" if question == "single" else "brier"
    own, other = (found[name].scores[question][score] for name in MODELS)
    for slice_, weight in weights(index[question]).items():
        both = np.isfinite(other) & (weight > 0)
        rows = table[(table["slice"] == slice_) & (table["question"] == question)]
        row = rows[rows["score"] == f"{score}_over_peer"].iloc[0]
        assert (row["model"], row["horizon"], row["n"]) == ("ours", 0, both.sum())
        assert row["value"] == pytest.approx((weight * own)[both].sum() / (weight * other)[both].sum())
        assert row["lo"] <= row["hi"]
    assert not table["score"].str.startswith("in80_over").any()


def test_a_model_that_is_a_part_of_ours_is_no_peer(compared: Compared) -> None:
    assert not full.table(*compared, ours="ours", seed=5, alone=("peer",))["score"].str.contains("_over_").any()


def test_balances_are_asked_of_all_who_forecast_every_country_and_of_the_ratio_itself() -> None:
    """Twenty countries of one region; one model leaves a country out, and so has no answer."""
    random = stream(8, "comparison", "many")
    logs = np.cumsum(random.normal(0, 0.1, (20, 20)), axis=1) + random.normal(0, 1, (20, 1))
    names = tuple(f"C{row:02d}" for row in range(20))
    series = Series(logs, np.zeros_like(logs), names, tuple(range(1998, 2018)))

    def drawn(missing: bool, series: Series, steps: int) -> np.ndarray:
        fan = np.linspace(-0.4, 0.4, DRAWS)[:, None, None] * np.sqrt(np.arange(1, steps + 1))
        found = series.log_milex[None, :, -1:] + np.repeat(fan, len(names), axis=1)
        if missing:
            found[:, 0] = np.nan
        return found

    models = {"ours": full.always(partial_(drawn, False)), "part": full.always(partial_(drawn, True))}
    index, found = full.run(series, range(2012, 2015), 2, models, dict.fromkeys(names, "one"), 3)
    assert set(found["ours"].scores) == {"single", "pair", "global", "regional"}
    assert set(found["part"].scores) == {"single", "pair"}
    for name in full.OWN_RATIO:
        assert set(found[name].scores) == {"global", "regional"}
    counts = {question: len(key.origin) for question, key in index.items()}
    for tasks in found.values():
        for question, by_score in tasks.scores.items():
            assert all(values.shape == (counts[question],) for values in by_score.values())
    # All countries move alike in a draw, so a ratio never moves: only the rows of the table are told apart here.
    table = full.table(index, found, "ours", 1)
    said = table[table["score"].str.match("(said|came)_") & (table["model"] == full.OWN_RATIO[0])]
    assert set(said["question"]) == {"global", "regional"}
    assert said["value"].between(0, 1).all()
    ratios = table[(table["question"] == "global") & table["score"].str.startswith("brier_over_")]
    assert set(ratios["score"]) == {f"brier_over_{name}" for name in full.OWN_RATIO}


# In real time


def test_a_past_edition_is_scored_by_the_growth_that_the_newest_one_reports(series: Series) -> None:
    """The past one is in other prices, revised, in another order, and has a country that is gone."""
    order = [2, 0, 1]
    names = (*(COUNTRIES[row] for row in order), "YUG")
    logs = np.vstack([series.log_milex[order], np.full((1, len(series.years)), 1.0)])[:, :-3] + np.log(2)
    logs[0] += 0.1 * np.arange(logs.shape[1])
    then = Series(logs, np.zeros_like(logs), names, series.years[:-3])
    index, found = full.in_real_time(series, [(then, MODELS)], HORIZONS)
    assert index["single"].origin.tolist() == [LAST - 3] * 9
    assert index["single"].block.tolist() == [0] * 3 + [1] * 3 + [2] * 3
    expected = []
    for row, iso3 in enumerate(COUNTRIES[:3]):
        at = names.index(iso3)
        last = series.log_milex[row, -4]
        for step in (1, 2, 3):
            outcome = logs[at, -1] + series.log_milex[row, -4 + step] - last
            drawn = logs[at, -1] + np.roll(np.linspace(-0.4, 0.6, DRAWS), 3 * row) * np.sqrt(step)
            away = np.abs(drawn[:, None] - drawn[None]).sum() / (2 * DRAWS * (DRAWS - 1))
            expected.append(np.abs(drawn - outcome).mean() - away)
    np.testing.assert_allclose(found["ours"].scores["single"]["crps"], expected, rtol=1e-6)
    table = full.table(index, found, "ours", 1, (), full.by_edition)
    assert set(table["slice"]) == {full.REAL_TIME, f"{full.REAL_TIME}, held back"}
    ours = table[(table["question"] == "single") & (table["model"] == "ours") & (table["horizon"] == 0)]
    ours = ours.set_index(["slice", "score"])
    assert ours.loc[(full.REAL_TIME, "crps"), "value"] == pytest.approx(np.mean(expected))
    # CHN and DEU were kept from tuning.
    held = ours.loc[(f"{full.REAL_TIME}, held back", "crps")]
    assert (held["n"], held["value"]) == (6, pytest.approx(np.mean(expected[3:])))


# Peers' quantiles as paths

LEVELS = (2 * np.arange(1, 6) - 1) / 10


def quantiles(function: dict[tuple[str, int], np.ndarray], origin: int = 2010) -> pd.DataFrame:
    """Return a peer's forecasts, rows in no order: the quantile function in log US$ million by country and horizon."""
    rows = [
        {"origin": origin, "iso3": iso3, "horizon": step, "model": "peer"}
        | {f"q{number:02d}": value for number, value in enumerate(values, 1)}
        for (iso3, step), values in function.items()
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=2)


def two(origin: int = 2010) -> Series:
    years = tuple(range(origin - 11, origin + 1))
    return Series(np.zeros((2, 12)), np.zeros((2, 12)), ("AAA", "BBB"), years)


def test_normal_quantiles_become_random_walks_with_those_marginals() -> None:
    """Straight in the normal score, beyond the outermost quantiles too: the draws are centre plus spread times rank."""
    score = stats.norm.ppf(LEVELS)
    function = {("AAA", step): 8.0 + step + 0.1 * step * score for step in (1, 2, 3)}
    earlier = quantiles({("AAA", step): 5.0 + score for step in (1, 2, 3)}, origin=2009)
    make = full.peer(pd.concat([quantiles(function), earlier]), 400, 7)
    drawn = make(2010)(two(), 2)
    assert drawn.shape == (400, 2, 2)
    assert np.isnan(drawn[:, 1]).all()
    steps = stream(7, "peer", "AAA").standard_normal((400, 2))
    ranks = np.stack([steps[:, 0], (steps[:, 0] + steps[:, 1]) / np.sqrt(2)], axis=1)
    for step in (1, 2):
        expected = 8.0 + step + 0.1 * step * ranks[:, step - 1] - np.log(1000)
        np.testing.assert_allclose(drawn[:, 0, step - 1], expected, atol=1e-12)
    before = make(2009)(two(2009), 1)
    np.testing.assert_allclose(before[:, 0, 0], 5.0 + steps_of_one(400) - np.log(1000), atol=1e-12)


def steps_of_one(draws: int) -> np.ndarray:
    return stream(7, "peer", "AAA").standard_normal((draws, 1))[:, 0]


def test_between_and_beyond_uneven_quantiles_the_path_is_straight() -> None:
    score = stats.norm.ppf(LEVELS)
    values = np.array([1.0, 1.1, 2.0, 2.2, 4.0])
    drawn = full.peer(quantiles({("AAA", 1): values}), 300, 7)(2010)(two(), 1)[:, 0, 0] + np.log(1000)
    for rank, found in zip(steps_of_one(300), drawn, strict=True):
        at = min(max(int(np.searchsorted(score, rank)) - 1, 0), 3)
        slope = (values[at + 1] - values[at]) / (score[at + 1] - score[at])
        assert found == pytest.approx(values[at] + slope * (rank - score[at]))
    assert drawn.min() < 1.0
    assert drawn.max() > 4.0


# What was reached


def comparison(balances: float, covered: float, single: float = 0.98) -> pd.DataFrame:
    """Return a table of three slices: ours, the best peer, a worse one, and one that answered half of the tasks."""
    rows = []
    for slice_ in ("eras", "2000-14", "from 2015"):
        for question, ratio in (("global", balances), ("regional", balances), ("single", single), ("pair", balances)):
            score = "crps" if question == "single" else "brier"
            for model, value, count in (
                ("combined", 0.1, 40),
                ("best", 0.12, 40),
                ("worse", 0.2, 40),
                ("half", 0.09, 20),
            ):
                rows.append((slice_, question, model, 0, score, value, 0, 1, count))
                rows.append((slice_, question, model, 1, score, 9.0, 0, 1, count))
            for peer, value, count in (("best", ratio, 40), ("worse", 0.5, 40), ("half", 1.2, 20)):
                rows.append((slice_, question, "combined", 0, f"{score}_over_{peer}", value, value - 0.01, 1.1, count))
            rows.append((slice_, question, "combined", 0, "in80", covered, 0, 1, 40))
            rows.append((slice_, question, "combined", 1, "in80", 0.1, 0, 1, 40))
    return pd.DataFrame(rows, columns=list(full.COLUMNS[:9]))


def test_goals_that_are_just_reached_and_just_missed() -> None:
    lines = reached.reached(comparison(0.96, 0.79)).split("\n")
    assert lines[0] == "| goal | mean of the eras | 2000-14 | from 2015 | verdict |"
    assert lines[3] == (
        "| Brier score of regional balances 4 % below the best peer | best: 0.960 (0.950 to 1.100) | 0.960 | 0.960 "
        "| reached |"
    )
    assert lines[8] == (
        "| 80 % interval of single countries covers 79 to 83 %, in each era 76 to 87 % | 79 % | 79 % | 79 % | reached |"
    )
    assert all(line.endswith("| reached |") for line in lines[2:9])
    missed = reached.reached(comparison(0.9751, 0.7749, 1.001)).split("\n")
    assert all(line.endswith("| missed |") for line in missed[2:9])
    # Ranked by the Brier score of global balances; one that is not whole is shown where it stands.
    assert [line.split(" |")[0] for line in lines[12:]] == ["| half", "| combined", "| best", "| worse"]
    assert lines[13] == "| combined |" + " 0.1000 (0.1000, 0.1000) |" * 4


@pytest.mark.parametrize(("low", "high", "said"), [(0.98, 1.07, "level"), (1.01, 1.07, "behind"), (0.9, 0.99, "ahead")])
def test_real_time_is_told_beside_its_peer(low: float, high: float, said: str) -> None:
    rows = comparison(0.96, 0.79)
    then = rows[(rows["slice"] == "eras")]
    held = then.assign(slice=f"{full.REAL_TIME}, held back", value=0.2)
    over = (full.REAL_TIME, "single", "combined", 0, "crps_over_scaled", 1.024, low, high, 40)
    over = pd.DataFrame([over], columns=rows.columns)
    lines = reached.reached(pd.concat([rows, then.assign(slice=full.REAL_TIME), held, over])).split("\n")
    assert lines[17].endswith(f"CRPS of single countries over that of scaled: 1.024 ({low:.3f} to {high:.3f}), {said}.")
    assert lines[22] == "| combined |" + " 0.1000 (0.2000) |" * 4


def test_the_best_peer_answered_every_task() -> None:
    assert reached.best_peer(comparison(0.9, 0.8), "global", "brier") == "best"
