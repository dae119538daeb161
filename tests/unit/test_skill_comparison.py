"""The full comparison against loops and definitions: tasks, scores, peers' quantiles as paths, the table of goals."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from overtake.futures.series import Series
from overtake.skill import full, reached, scores, split
from overtake.streams import stream

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
    return full.of_panel(panel())


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
    found = full.of_panel(table[table["year"] != 2007])
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
def compared(series: Series) -> tuple[full.Index, dict[str, full.Tasks]]:
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
    series: Series, compared: tuple[full.Index, dict[str, full.Tasks]]
) -> None:
    index, _ = compared
    wanted = tasks(series)
    found = zip(index.origin, [COUNTRIES[int(code)] for code in index.country], index.horizon, strict=True)
    assert list(found) == wanted
    assert {iso3 for origin, iso3, _ in wanted if origin == 2013} == {"AUS", "CHN", "DEU", "FRA"}
    assert {iso3 for origin, iso3, _ in wanted if origin == 2016} == set(COUNTRIES)  # IND's gap is twelve years back
    assert max(step for origin, _, step in wanted if origin == 2016) == 2
    assert index.held.tolist() == [split.held_back(iso3, origin) for origin, iso3, _ in wanted]
    assert 0 < index.held.sum() < len(wanted)


def test_every_score_of_a_task_is_that_of_its_definition(
    series: Series, compared: tuple[full.Index, dict[str, full.Tasks]]
) -> None:
    _, found = compared
    assert set(found["ours"].points) == {"crps", "pinball", "in50", "in80", "in95", "pit"}
    for number, (origin, iso3, step) in enumerate(tasks(series)):
        known = past(series, origin)
        truth = series.log_milex[COUNTRIES.index(iso3), origin + step - FIRST]
        for name, forecaster in FORECASTERS.items():
            draws = forecaster(known, min(HORIZONS, LAST - origin))[:, known.economies.index(iso3), step - 1]
            points = {score: values[number] for score, values in found[name].points.items()}
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


def test_pairs_of_a_comparison_by_loops(series: Series, compared: tuple[full.Index, dict[str, full.Tasks]]) -> None:
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
    np.testing.assert_array_equal(index.pair_horizon, columns[0])
    np.testing.assert_array_equal(index.pair_country, columns[1])
    np.testing.assert_array_equal(index.pair_held, columns[2])
    np.testing.assert_allclose(found["ours"].brier, columns[3])
    np.testing.assert_allclose(found["peer"].brier, columns[4])


def test_a_pair_is_in_the_order_of_the_origin_itself() -> None:
    """AUS overtook CHN in the last year, so CHN is to pass AUS: it did, and one draw of four said so."""
    figures = np.array([[0.0] * 11 + [0.5, 0.5], [0.2] * 11 + [0.2, 0.6]])
    tiny = Series(figures, np.zeros_like(figures), ("AUS", "CHN"), tuple(range(2000, 2013)))
    draws = np.array([[[0.5], [value]] for value in (0.1, 0.2, 0.3, 0.7)])
    index, found = full.run(tiny, range(2011, 2012), 1, {"ours": full.always(lambda series, steps: draws)})
    assert index.pair_country.tolist() == [1]
    assert found["ours"].brier.tolist() == [(0.25 - 1) ** 2]


def test_the_processor_time_is_that_of_the_forecasts(series: Series) -> None:
    before = time.process_time()
    _, found = full.run(series, ORIGINS, HORIZONS, MODELS)
    whole = time.process_time() - before
    assert 0.03 * len(ORIGINS) <= found["peer"].cpu_seconds < whole
    assert found["ours"].cpu_seconds < found["peer"].cpu_seconds


# The table


@pytest.fixture(scope="module")
def table(compared: tuple[full.Index, dict[str, full.Tasks]]) -> pd.DataFrame:
    return full.table(*compared, ours="ours", peers=("peer",), seed=5)


def test_each_mean_of_the_table_is_that_of_its_tasks(
    compared: tuple[full.Index, dict[str, full.Tasks]], table: pd.DataFrame
) -> None:
    index, found = compared
    assert list(table.columns) == list(full.COLUMNS[:8])
    rows = table.set_index(["slice", "model", "horizon", "score"])
    assert rows.index.is_unique
    expected = 0
    for slice_ in ("all", "held back"):
        for model in MODELS:
            for score in (*full.POINT_SCORES, "brier"):
                pairs = score == "brier"
                values = found[model].brier if pairs else found[model].points[score]
                kept = np.isfinite(values)
                if slice_ == "held back":
                    kept &= (index.pair_held if pairs else index.held).astype(bool)
                horizon = index.pair_horizon if pairs else index.horizon
                for at in range(HORIZONS + 1):
                    chosen = values[kept & (horizon == at)] if at else values[kept]
                    row = rows.loc[(slice_, model, at, score)]
                    assert row["value"] == pytest.approx(chosen.mean())
                    assert row["n"] == chosen.size
                    assert row["lo"] <= row["value"] <= row["hi"]
                    expected += 1
    others = table["score"].str.startswith(("pit", "crps_over", "brier_over"))
    assert (~others).sum() == expected


def test_an_interval_of_the_table_is_the_bootstrap_over_countries(
    compared: tuple[full.Index, dict[str, full.Tasks]], table: pd.DataFrame
) -> None:
    index, found = compared
    here = index.held.astype(bool) & (index.horizon == 2)
    parts = [found["ours"].points["crps"][here & (index.country == code)] for code in np.unique(index.country[here])]
    chosen = stream(5, "full", "held back", "ours", "crps", "2").integers(0, len(parts), (1000, len(parts)))
    means = [np.concatenate([parts[at] for at in row]).mean() for row in chosen]
    row = table.set_index(["slice", "model", "horizon", "score"]).loc[("held back", "ours", 2, "crps")]
    np.testing.assert_allclose((row["lo"], row["hi"]), np.quantile(means, [0.025, 0.975]))


def test_tenths_of_the_probability_transform_are_counted(
    compared: tuple[full.Index, dict[str, full.Tasks]], table: pd.DataFrame
) -> None:
    _, found = compared
    for model in MODELS:
        levels = found[model].points["pit"]
        levels = levels[np.isfinite(levels)]
        rows = table[(table["slice"] == "all") & (table["model"] == model) & table["score"].str.startswith("pit_")]
        assert list(rows["score"]) == [f"pit_{tenth}" for tenth in range(1, 11)]
        assert (rows["horizon"] == 0).all()
        assert (rows["n"] == levels.size).all()
        assert rows[["lo", "hi"]].isna().all(axis=None)
        for tenth, value in enumerate(rows["value"]):
            upper = levels <= 1 if tenth == 9 else levels < (tenth + 1) / 10
            assert value == pytest.approx(np.mean((levels >= tenth / 10) & upper))


@pytest.mark.parametrize("slice_", ["all", "held back"])
@pytest.mark.parametrize("score", ["crps", "brier"])
def test_a_ratio_to_a_peer_counts_the_tasks_of_both(
    compared: tuple[full.Index, dict[str, full.Tasks]], table: pd.DataFrame, slice_: str, score: str
) -> None:
    index, found = compared
    own, other, country, held = (
        (found["ours"].brier, found["peer"].brier, index.pair_country, index.pair_held)
        if score == "brier"
        else (found["ours"].points["crps"], found["peer"].points["crps"], index.country, index.held)
    )
    both = np.isfinite(other) & (held.astype(bool) | (slice_ == "all"))
    row = table[(table["slice"] == slice_) & (table["score"] == f"{score}_over_peer")].iloc[0]
    assert (row["model"], row["horizon"]) == ("ours", 0)
    assert row["n"] == both.sum()
    assert row["value"] == pytest.approx(own[both].mean() / other[both].mean())
    codes = np.unique(country[both])
    chosen = stream(5, "full", slice_, score, "ratio").integers(0, len(codes), (1000, len(codes)))
    ratios = [
        sum(own[both & (country == code)].sum() for code in codes[row_])
        / sum(other[both & (country == code)].sum() for code in codes[row_])
        for row_ in chosen
    ]
    np.testing.assert_allclose((row["lo"], row["hi"]), np.quantile(ratios, [0.025, 0.975]))


def test_a_slice_without_tasks_has_no_rows_but_empty_tenths() -> None:
    one = np.array([1.0])
    no = np.array([False])
    index = full.Index(2010 * one, one, 0 * one, no, one, 0 * one, no)
    points = dict.fromkeys((*full.POINT_SCORES, "pit"), 0.55 * one)
    found = full.table(index, {"ours": full.Tasks(points, one, 0.0)}, "ours", (), 1)
    held = found[found["slice"] == "held back"]
    assert set(held["score"]) == {f"pit_{tenth}" for tenth in range(1, 11)}
    assert (held["value"] == 0).all()
    assert (held["n"] == 0).all()
    whole = found[found["slice"] == "all"].set_index(["score", "horizon"])
    assert whole.loc[("pit_6", 0), "value"] == 1.0
    assert whole.loc[("crps", 1), "value"] == 0.55


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


def rows(slice_: str, ratio: float, brier: float, covered: list[float]) -> list[tuple[object, ...]]:
    """Return the rows of one slice: ours, a peer that forecast every task, and one that forecast half of them."""
    means = {"combined": (0.16, 0.1), "best_peer": (0.2, 0.12), "half": (0.15, 0.09)}
    counts = {"combined": 40, "best_peer": 40, "half": 20}
    found: list[tuple[object, ...]] = []
    for model, (crps, score) in means.items():
        for name, value in (("crps", crps), ("brier", score)):
            found.append((slice_, model, 0, name, value, 0.0, 1.0, counts[model]))
            found.append((slice_, model, 1, name, 9.0, 0.0, 1.0, counts[model]))
    # The weaker whole peer is named by the smaller ratio; the half peer's ratio counts fewer tasks.
    for peer, crps, score, count in (("best_peer", ratio, brier, 40), ("worse", 0.5, 0.5, 40), ("half", 1.1, 1.2, 20)):
        found.append((slice_, "combined", 0, f"crps_over_{peer}", crps, crps - 0.01, crps + 0.02, count))
        found.append((slice_, "combined", 0, f"brier_over_{peer}", score, score - 0.03, score + 0.04, count))
    found.append((slice_, "combined", 0, "in80", 0.1, 0.0, 1.0, 40))
    found += [(slice_, "combined", at, "in80", value, 0.0, 1.0, 4) for at, value in enumerate(covered, 1)][::-1]
    found += [(slice_, "half", at, "in80", 0.5, 0.0, 1.0, 4) for at in range(1, len(covered) + 1)]
    return found


def comparison(ratio: float, brier: float, covered: list[float]) -> pd.DataFrame:
    everything = rows("all", 0.9, 0.95, [0.81, 0.79, 0.834])
    return pd.DataFrame([*rows("held back", ratio, brier, covered), *everything], columns=list(full.COLUMNS[:8]))


def test_goals_that_are_just_reached() -> None:
    """Limits count as reached, also after rounding; the eleventh horizon is shown and not judged."""
    covered = [0.77, 0.83, 0.766, 0.834, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.5]
    assert reached.reached(comparison(0.85, 0.92, covered)).split("\n") == [
        "| goal on the tasks held back | reached | all tasks | verdict |",
        "|---|---|---|---|",
        "| mean CRPS 15 % below the best peer | 15 % below best_peer (ratio 0.850, 0.840 to 0.870) "
        "| 10 % below best_peer (ratio 0.900, 0.890 to 0.920) | reached |",
        "| pairwise Brier score 8 % below the best peer | 8 % below best_peer (ratio 0.920, 0.890 to 0.960) "
        "| 5 % below best_peer (ratio 0.950, 0.920 to 0.990) | reached |",
        "| 80 % interval covers 77 to 83 % at horizons 1 to 10 | 77, 83, 77, 83, 80, 80, 80, 80, 80, 80, 50 % "
        "| 81, 79, 83 % (horizons 1 to 3) | reached |",
        "",
        "| model | CRPS, Brier, held back | CRPS, Brier, all tasks |",
        "|---|---|---|",
        "| combined | 0.1600, 0.1000 | 0.1600, 0.1000 |",
        "| best peer | 0.2000, 0.1200 | 0.2000, 0.1200 |",
    ]


def test_goals_that_are_just_missed() -> None:
    lines = reached.reached(comparison(0.8501, 0.9201, [0.764, 0.836, 0.8])).split("\n")
    assert lines[2].endswith("| missed |")
    assert lines[3].endswith("| missed |")
    assert lines[4].endswith("| holds at 1 of 3 horizons |")


def scored(*found: tuple[str, int, str, float, int]) -> pd.DataFrame:
    """Return rows of one slice: model, horizon, score, value, n."""
    return pd.DataFrame(found, columns=["model", "horizon", "score", "value", "n"])


def test_the_best_peer_is_that_of_the_largest_ratio_on_all_our_tasks() -> None:
    """Only our own count of that score over all horizons tells a peer that forecast every task."""
    table = scored(
        ("half", 0, "crps", 0.15, 20),  # another's count
        ("combined", 1, "crps", 0.1, 10),  # of one horizon
        ("combined", 0, "brier", 0.1, 30),  # of another score
        ("combined", 0, "crps", 0.16, 40),
        ("combined", 0, "crps_over_worst", 0.4, 40),
        ("combined", 0, "crps_over_best", 0.9, 40),
        ("combined", 0, "crps_over_worse", 0.5, 40),
        *(("combined", 0, f"crps_over_part_{n}", 1.1, n) for n in (10, 20, 30)),
        ("combined", 0, "brier_over_worse", 0.95, 40),
    )
    assert reached.best_peer(table, "crps")["score"] == "crps_over_best"


def test_models_are_ranked_by_their_mean_over_all_horizons() -> None:
    """At one horizon, and by another score, the second is ahead; the third is ahead on the half that it forecast."""
    table = scored(
        *(("second", 0, "crps", 0.2, 40), ("second", 1, "crps", 0.05, 40), ("second", 0, "brier", 0.05, 40)),
        *(("first", 0, "crps", 0.1, 40), ("first", 1, "crps", 0.3, 40), ("first", 0, "brier", 0.3, 40)),
        ("third", 0, "crps", 0.01, 20),
    )
    assert reached.ranked(table) == ["first", "second"]


def test_a_mean_is_that_of_its_slice_model_and_score_over_all_horizons() -> None:
    keys = [
        (slice_, model, score, horizon)
        for slice_ in reached.SLICES
        for model in ("combined", "peer")
        for score in ("crps", "brier")
        for horizon in (1, 0)
    ]
    table = pd.DataFrame(keys, columns=["slice", "model", "score", "horizon"]).assign(value=range(16))
    for value, (slice_, model, score, horizon) in enumerate(keys):
        if horizon == 0:
            assert reached.mean(table, slice_, model, score) == value
