"""Parameters moved together and until a verdict turns, on functions whose answer is known; and every refusal."""

import itertools
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overtake import paths
from overtake.balances import leads, ratio, stage
from overtake.cli import main as cli
from overtake.config.load import load, parse
from overtake.config.multiverse import Axes
from overtake.config.params import Params
from overtake.config.sensitivity import Range, Sensitivity
from overtake.edition import read, shipped
from overtake.errors import OvertakeError
from overtake.futures.simulate import simulate
from overtake.kept import fingerprint
from overtake.rulers.tables import observed_table, of_spending, wide
from overtake.sensitivity import cost, flips, local, runs, sweep, variance, verdicts, world
from overtake.sensitivity.inputs import narrowed, with_draws
from overtake.sources import package, panel

PARAMS = load(paths.PARAMS)


def ranges(*bounds: tuple[float, float]) -> dict[str, Range]:
    return {f"x{at}": Range(low=low, high=high, reason="as the test has it") for at, (low, high) in enumerate(bounds)}


def analysed(function, given: dict[str, Range], samples: int) -> pd.DataFrame:
    points = world.sample(given, samples, 7)
    answers = pd.DataFrame({"five p": [function(*point) for point in points]})
    return world.indices(given, answers, samples, 7).set_index(["samples", "parameter"])


# Variance shares


def crossed(**axes) -> pd.DataFrame:
    return pd.DataFrame(list(itertools.product(*axes.values())), columns=list(axes))


def test_shares_of_a_sum_are_those_of_its_parts():
    """y = a + b: each choice alone has its own variance over the whole, and as much with all others fixed."""
    table = crossed(a=[0.0, 1.0], b=[0.0, 2.0, 4.0])
    table["y"] = table["a"] + table["b"]
    found = variance.shares(table, ["a", "b"], ["y"]).set_index("choice")
    var_a, var_b = 0.25, 8 / 3
    for name, own in (("a", var_a), ("b", var_b)):
        assert found.loc[name, "alone"] == pytest.approx(own / (var_a + var_b), abs=1e-6)
        assert found.loc[name, "with_others"] == pytest.approx(own / (var_a + var_b), abs=1e-6)
    assert found.index[0] == "b"
    assert (found.loc["b", "lowest"], found.loc["b", "highest"], found.loc["b", "options"]) == ("0.0", "4.0", 3)


def test_shares_of_a_pure_interaction():
    """The sign of a times b: neither moves the mean alone, each is all of it with the other."""
    table = crossed(a=[-1, 1], b=[-1, 1])
    table["y"] = (table["a"] * table["b"]).astype(float)
    found = variance.shares(table, ["a", "b"], ["y"])
    assert found["alone"].tolist() == [0.0, 0.0]
    assert found["with_others"].tolist() == [1.0, 1.0]


def test_within_a_question_only_the_answers_count():
    table = crossed(question=["q", "r"], how=[0.0, 1.0, 2.0])
    table["y"] = 100.0 * (table["question"] == "r") + table["how"]
    found = variance.shares(table, ["question", "how"], ["y"], ["question"]).set_index(["scope", "choice"])
    assert found.loc[("same question", "how"), "alone"] == 1.0
    assert ("same question", "question") not in found.index
    assert found.loc[("everything", "question"), "alone"] == pytest.approx(2500 / (2500 + 2 / 3), abs=1e-6)


def test_where_nothing_moves_no_choice_has_a_share():
    table = crossed(a=[1, 2], b=[3])
    table["y"] = 0.5
    found = variance.shares(table, ["a", "b"], ["y"])
    assert found["choice"].tolist() == ["a"]
    assert found["alone"].tolist() == [0.0]


# Sobol indices


def test_sobol_indices_of_a_linear_function():
    """y = 3 a + b on intervals of different width: variance shares are 9 w_a^2 to w_b^2, no interactions."""
    found = analysed(lambda a, b, c: 3 * a + b, ranges((0, 1), (-3, 3), (0, 9)), 512).loc[512]
    share = 9 / (9 + 36)
    np.testing.assert_allclose(found["first"], [share, 1 - share, 0], atol=0.01)
    np.testing.assert_allclose(found["total"], [share, 1 - share, 0], atol=0.01)


def test_sobol_indices_of_ishigami():
    """The function of Ishigami and Homma with a = 7, b = 0.1: indices in closed form, and intervals that shrink."""
    a, b, pi = 7.0, 0.1, math.pi
    whole = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 1 / 2
    first = [(b * pi**4 / 5 + b**2 * pi**8 / 50 + 1 / 2) / whole, a**2 / 8 / whole, 0]
    total = [first[0] + b**2 * pi**8 * 8 / 225 / whole, first[1], b**2 * pi**8 * 8 / 225 / whole]
    found = analysed(
        lambda x, y, z: math.sin(x) + a * math.sin(y) ** 2 + b * z**4 * math.sin(x), ranges(*[(-pi, pi)] * 3), 2048
    )
    np.testing.assert_allclose(found.loc[2048, "first"], first, atol=0.02)
    np.testing.assert_allclose(found.loc[2048, "total"], total, atol=0.02)
    assert (found.loc[2048, "total_conf"] < found.loc[128, "total_conf"] / 2).all()
    assert sorted(found.index.get_level_values("samples").unique()) == [2**power for power in range(4, 12)]


def test_a_shorter_design_is_the_beginning_of_a_longer_one():
    given = ranges((0, 1), (2, 5))
    np.testing.assert_array_equal(world.sample(given, 32, 3), world.sample(given, 128, 3)[: 32 * 4])
    assert (world.sample(given, 32, 3) != world.sample(given, 32, 4)).any()


def test_an_answer_that_does_not_move_has_blank_indices():
    found = analysed(lambda a, b: 0.25, ranges((0, 1), (0, 1)), 16)
    assert found["total"].isna().all()
    assert (found["spread"] == 0).all()


@pytest.mark.parametrize("samples", [0, 8, 17, 48, 100])
def test_samples_that_are_no_power_of_two_are_refused(samples):
    with pytest.raises(OvertakeError, match="powers of two"):
        world.check_samples(samples)


# Flips


@pytest.mark.parametrize(("bound", "expected"), [(1.0, 0.37), (-1.0, None)])
def test_a_flip_at_a_known_threshold_and_none(bound, expected):
    asked = []

    def verdict(value: float) -> bool:
        asked.append(value)
        return value > 0.37

    found = flips.search(verdict, 0.0, bound, steps=8, precision=1e-4)
    assert found.evaluations == len(asked) <= flips.most_evaluations(8, 1e-4)
    if expected is None:
        assert found.value is None
        assert found.after is None
        assert min(asked) == bound
    else:
        assert found.value > 0.37
        assert found.value - 0.37 <= 1e-4
        assert (found.before, found.after) == (False, True)


def test_the_nearest_of_several_flips_and_one_at_the_bound():
    steps = [0.3, 0.5, 0.8]
    found = flips.search(lambda value: sum(value >= step for step in steps), 0.0, 1.0, steps=10, precision=1e-3)
    assert (found.value, found.after) == (pytest.approx(0.3, abs=1e-3), 1)
    assert flips.search(lambda value: value >= 1, 0.0, 1.0, 16, 1e-4).value == pytest.approx(1, abs=1e-4)
    assert flips.search(lambda value: value > 1, 0.0, 1.0, 16, 1e-4).value is None
    assert flips.search(lambda value: value, 2.0, 2.0, 16, 1e-4).value is None


@pytest.fixture(scope="module")
def grounds():
    """The project's own figures with few draws, one year's lead enough, so that answers have a closed form."""
    settings = PARAMS.sensitivity.model_copy(update={"draws": 400, "years": (2035,), "balances": ("eleven",)})
    crossing = PARAMS.crossing.model_copy(update={"sustain": 1})
    whole = with_draws(PARAMS, 400)
    params = whole.model_copy(update={"sensitivity": settings, "crossing": crossing})
    return verdicts.questions(read(params.data), params)


def test_flips_of_a_balance_are_where_its_median_ratio_meets_the_threshold(grounds):
    """With one year enough, China leads in 2035 more likely than not where the median ratio of 2035 exceeds one."""
    search = verdicts.Search(grounds["balance"])
    table = verdicts.evaluate(search, ("balance", "eleven"))
    params = search.bench.params
    drawn = simulate(search.bench.edition, params.futures, params.run)
    along = ratio(drawn, params.balances["eleven"])[:, drawn.years.index(2035)]
    middle = float(np.quantile(along, 0.5))
    spread = float(np.quantile(along, 0.5 + 2 / 400) - np.quantile(along, 0.5 - 2 / 400))
    for parameter, expected in (("china_level", 1 / middle), ("threshold", middle)):
        rows = table[table["parameter"] == parameter]
        bounds = grounds["balance"].settings.ranges[parameter]
        inside = bounds.low < expected < bounds.high
        found = rows["flips_at"].dropna()
        assert len(found) == (1 if inside else 0)
        if inside:
            width = verdicts.EFFORT["balance"][1] * (bounds.high - bounds.low)
            assert found.iloc[0] == pytest.approx(expected, abs=width + 2 * spread)
    # A lasting lead follows the same answers, slower.
    assert float((leads(along[:, None] > 1, 1)).mean()) == pytest.approx(float((along > 1).mean()))


def test_flips_of_a_claim_are_where_the_figures_say(grounds):
    """China's second rank falls where its figures shrink to those of the third, on any ruler and in any year."""
    search = verdicts.Search(grounds["claim"])
    claim = next(one for one in grounds["claim"].claims if one.test == "rank")
    table = verdicts.evaluate(search, ("claim", claim.id))
    settings = search.bench.params.rulers.model_copy(update={"use": tuple(claim.params["rulers"])})
    measured = observed_table(search.bench.edition, settings, 1)
    measured = measured[measured["year"] >= claim.params["first_year"]]
    needed = 0.0
    for _, part in measured.groupby(["ruler", "year"]):
        values = part.set_index("iso3")["value"]
        third = values.drop("CHN").sort_values().iloc[-2]
        needed = max(needed, third / values["CHN"])
    rows = table[table["parameter"] == "level of China"].set_index("bound")
    assert rows.loc[0.5, "flips_at"] == pytest.approx(needed, abs=verdicts.EFFORT["claim"][1] * 0.5)
    assert rows.loc[0.5, "flips_at"] <= needed
    assert math.isnan(rows.loc[2.0, "flips_at"])


def test_wrong_figures_are_measured_as_if_they_were_right(grounds):
    """A ruler that is proportional moves with the figures, others stay as they are; and the last year stays."""
    question = grounds["claim"]
    known = verdicts.known_if(question.edition, "growth of China", 2.0, ("CHN",))
    moved, base = (of_spending(edition)["CHN"] for edition in (known, question.edition))
    for ruler in ("gdp_ppp", "military_ppp"):
        one, two = (wide(edition, ruler, question.params.rulers, 1) for edition in (known, question.edition))
        pd.testing.assert_series_equal(one["CHN"] / two["CHN"], (moved / base).loc[one.index], check_names=False)
        pd.testing.assert_series_equal(one["JPN"], two["JPN"])
    assert moved.iloc[-1] == pytest.approx(base.iloc[-1])
    assert moved.iloc[-11] == pytest.approx(base.iloc[-11] / 1.02**10)


# One at a time


def test_the_tornado_by_the_slow_road():
    settings = Sensitivity.of(
        {
            "draws": 300,
            "years": [2035],
            "balances": ["five_us30"],
            "ranges": {
                "threshold": {"low": 0.9, "high": 1.2, "reason": "as the test has it"},
                "futures.combination.shrink": {"low": 0.0, "high": 1.0, "reason": "as the test has it"},
            },
        }
    )
    edition, case = read(PARAMS.data), with_draws(PARAMS, 300)
    bench = local.Bench(edition, case, settings)
    answers = pd.DataFrame([bench.row(dict(point)) for point in [(), *local.points(settings)]])
    table = local.rows(answers, settings).set_index("parameter")

    def answer(threshold: float, shrink: float) -> float:
        futures = case.futures.model_copy(
            update={"combination": case.futures.combination.model_copy(update={"shrink": shrink})}
        )
        drawn = simulate(edition, futures, case.run)
        along = ratio(drawn, case.balances["five_us30"])
        first = int(np.argmax(np.isfinite(along).all(axis=0)))
        lead = leads(along[:, first:] > threshold, case.crossing.sustain)
        return float(lead[:, drawn.years.index(2035) - first].mean())

    base = case.futures.combination.shrink
    assert table.loc["threshold", ["at_low", "at_base", "at_high"]].tolist() == pytest.approx(
        [answer(0.9, base), answer(1.0, base), answer(1.2, base)]
    )
    assert table.loc["futures.combination.shrink", ["at_low", "at_high"]].tolist() == pytest.approx(
        [answer(1.0, 0.0), answer(1.0, 1.0)]
    )


def test_what_is_printed_twice_is_equal() -> None:
    """An answer on fewer draws starts from the run's own, and moves by what the parameter changes on the same draws."""
    settings = PARAMS.sensitivity.model_copy(update={"draws": 200})
    params = with_draws(PARAMS, 900).model_copy(update={"sensitivity": settings})
    edition = read(params.data)
    printed = local.as_printed(edition, params)
    drawn = simulate(edition, params.futures, params.run)
    curves = stage.by_ruler(lambda: drawn, edition, only(params)).curves
    # Taken from the run's table where that has every answer, else drawn again.
    told = local.as_printed(read(params.data), params, curves.assign(p_ahead=0.25))
    assert told == dict.fromkeys(printed, 0.25)
    assert local.as_printed(read(params.data), params, curves[curves["year"] != settings.years[0]]) == printed
    curve = curves.set_index(["balance", "year"])["p_ahead"]
    assert printed == {
        f"{name} p_ahead_{year}": curve[name, year] for name in settings.balances for year in settings.years
    }
    few = with_draws(params, 200)
    bare, bench = local.Bench(edition, few, settings), local.Bench(edition, few, settings, printed)
    assert bench.row({}) == pytest.approx(printed)
    assert bare.row({}) != pytest.approx(printed, abs=1e-3)
    for moved in ({"china_level": 1.02}, {"threshold": 0.98}):
        for key, base in bare.row({}).items():
            ratio_of_odds = odds(bare.row(moved)[key]) / odds(base)
            assert odds(bench.row(moved)[key]) / odds(printed[key]) == pytest.approx(ratio_of_odds)
    assert set(bench.row({"china_level": 1e3}).values()) == {1.0}


def test_chunks_answer_for_every_sustain_and_serve_again_where_it_moves(tmp_path: Path) -> None:
    settings = PARAMS.sensitivity.model_copy(update={"draws": 150, "multiverse": Axes()})
    params = with_draws(PARAMS, 300).model_copy(update={"sensitivity": settings})
    edition = read(params.data)
    shared = (edition, params, settings, 150, (1, 2, 4))
    moved = {"threshold": 1.1, "growth_shift_pct.CHN": -1.0}
    found = world.evaluate(world.prepare(shared), [(), tuple(moved.items()), (("crossing.sustain", 4.0),)])
    for sustain in (1, 2, 4):
        own = params.model_copy(update={"crossing": params.crossing.model_copy(update={"sustain": sustain})})
        printed = local.as_printed(edition, own)
        bench = local.Bench(edition, with_draws(own, 150), settings, printed)
        answers = world.answers(found, sustain, printed)
        assert answers.iloc[1].to_dict() == pytest.approx(bench.row(moved), abs=1e-12)
        assert answers.iloc[0].to_dict() == pytest.approx(printed, abs=1e-12)
    # Where it is moved itself, what is asked for does not count.
    assert len(set(found.iloc[2])) == len(found.columns) / 3

    def run(sustain: int) -> tuple[set[str], bytes]:
        crossing = params.crossing.model_copy(update={"sustain": sustain})
        runs.run_tornado(edition, params.model_copy(update={"crossing": crossing}), runs.Options(out=tmp_path))
        names = {path.name for path in (tmp_path / "chunks" / "tornado").iterdir()}
        return names, (tmp_path / "sensitivity.parquet").read_bytes()

    two, three, beyond = run(2), run(3), run(9)
    assert two[0] == three[0] < beyond[0]
    assert len({two[1], three[1], beyond[1]}) == 3


def test_steps_outward_serve_every_sustain_and_flips_are_those_of_a_search_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PARAMS.sensitivity.model_copy(update={"draws": 150, "multiverse": Axes()})
    params = with_draws(PARAMS, 300).model_copy(update={"sensitivity": settings})
    edition, asked = read(params.data), []
    shares = local.Bench.shares
    monkeypatch.setattr(local.Bench, "shares", lambda own, *given: asked.append(given[0]) or shares(own, *given))
    steps: list[set[str]] = []
    for sustain in (2, 3):
        crossing = params.crossing.model_copy(update={"sustain": sustain})
        own = params.model_copy(update={"crossing": crossing})
        question = verdicts.questions(edition, own)["balance"]
        alone = pd.concat([verdicts.evaluate(verdicts.Search(question), one) for one in verdicts.chunks(question)])
        asked.clear()
        found = runs._flips("balance", question, own, runs.Options(out=tmp_path))
        pd.testing.assert_frame_equal(found, alone.reset_index(drop=True), rtol=1e-11)  # a chunk has twelve digits
        steps.append({path.name for path in (tmp_path / "chunks" / "flips" / "steps").iterdir()})
    assert steps[0] == steps[1]
    known = {point[0] for point in verdicts.steps(question)}
    # The second search asks for what lies between the steps alone, and where nothing is moved.
    assert not known & {pair for moved in asked for pair in moved.items()}
    assert 1 < len(asked) < alone["evaluations"].sum() / 4


@pytest.mark.parametrize("end", [0, 2.5, 11, 500_000])
def test_a_number_of_years_that_is_not_legal_is_refused_in_a_range_and_in_a_sweep(end: float) -> None:
    ends = {"low": min(1.0, end - 1), "high": end} if end else {"low": 0, "high": 4}
    told = f"crossing.sustain: {end:g} is no number of years there; allowed: whole numbers from 1 to 10"
    with pytest.raises(ValueError, match=re.escape(told)):
        Sensitivity.of({"ranges": {"crossing.sustain": {**ends, "reason": "as the test has it"}}})
    bench = local.Bench(read(PARAMS.data), with_draws(PARAMS, 200), PARAMS.sensitivity)
    with pytest.raises(OvertakeError, match=re.escape(told)):
        bench.answers({"crossing.sustain": float(end)})


def test_a_scenario_moves_what_everything_starts_from() -> None:
    slow = PARAMS.scenario.model_copy(update={"growth_shift_pct": {"CHN": -3.0}})
    params = with_draws(PARAMS, 300)
    as_it_is, slower = (local.as_printed(read(one.data), one)
                        for one in (params, params.model_copy(update={"scenario": slow})))  # fmt: skip
    assert all(slower[key] < as_it_is[key] for key in as_it_is)


@given(*[st.integers(0, 1000).map(lambda count: count / 1000)] * 4)
def test_an_anchored_answer_keeps_order_and_bounds(low, high, own, printed) -> None:
    low, high = sorted((low, high))
    assert 0 <= local.anchored(low, own, printed) <= local.anchored(high, own, printed) + 1e-12 <= 1 + 1e-12
    assert local.anchored(own, own, printed) == pytest.approx(printed)


def odds(share: float) -> float:
    return share / (1 - share)


def only(params):
    """Return the parameters with the ruler that is watched alone."""
    return params.model_copy(update={"rulers": params.rulers.model_copy(update={"use": (params.sensitivity.ruler,)})})


# Sweeps, costs and refusals


def test_a_grid_holds_every_combination():
    known = ranges((0, 1), (0, 1))
    found = sweep.grid(["x0=1,2", "x1=0:1:3"], known, 100)
    assert found == {"x0": (1.0, 2.0), "x1": (0.0, 0.5, 1.0)}
    assert sweep.frame(sweep.points(found)).to_dict("list") == {
        "x0": [1.0, 1.0, 1.0, 2.0, 2.0, 2.0],
        "x1": [0.0, 0.5, 1.0, 0.0, 0.5, 1.0],
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["x0"], "no parameter that can be moved"),
        (["nothing=1"], "no parameter that can be moved; known: x0, x1"),
        (["x0="], "no finite number"),
        (["x0=nan"], "no finite number"),
        (["x0=a"], "could not convert"),
        (["x0=1:0:5"], "low 1 is not below high 0"),
        (["x0=1:1:5"], "low 1 is not below high 1"),
        (["x0=0:1:0"], "count of 0"),
        (["x0=0:1:2.5"], "count of 2.5"),
        (["x0=1", "x0=2"], "named twice"),
        ([], "has no point to evaluate"),
        (["x0=0:1:1000000000"], "more than the limit"),
        (["x0=0:1:900", "x1=0:1:900"], r"(?s)than the limit.*810,000 points, about .* hours.*--limit 810000"),
    ],
)  # fmt: skip
def test_grids_that_are_refused_before_anything_is_made(given, said):
    with pytest.raises(OvertakeError, match=said):
        sweep.grid(given, ranges((0, 1), (0, 1)), 1000)


def test_every_bad_part_of_a_grid_is_named_at_once():
    with pytest.raises(OvertakeError, match=r"(?s)2 problems.*a=1.*x0=2:1:3"):
        sweep.grid(["a=1", "x0=2:1:3"], ranges((0, 1)), 100)


@pytest.mark.parametrize(
    ("low", "high"), [(1, 1), (2, 1), (0.5, -0.5)], ids=["empty", "reversed", "reversed across zero"]
)
def test_reversed_and_empty_ranges_are_refused_by_name(low, high):
    given = {"sensitivity": {"ranges": {"threshold": {"low": low, "high": high, "reason": "as the test has it"}}}}
    with pytest.raises(OvertakeError, match=r"sensitivity\.ranges\.threshold.*is not below high"):
        parse(given)
    with pytest.raises(OvertakeError, match=r"sensitivity\.ranges"):
        parse({"sensitivity": {"ranges": {}}})


def test_a_parameter_that_cannot_be_moved_and_a_balance_that_is_not_there():
    edition, params = read(PARAMS.data), with_draws(PARAMS, 200)
    with pytest.raises(OvertakeError, match="nowhere: no such balance"):
        local.Bench(edition, params, PARAMS.sensitivity.model_copy(update={"balances": ("nowhere",)}))
    with pytest.raises(OvertakeError, match="no parameter that can be moved"):
        local.Bench(edition, params, PARAMS.sensitivity).answers({"brief.headline_balance": 1.0})


def run(tmp_path, monkeypatch, *arguments: str) -> int:
    return cli.main([*arguments, "--out", str(tmp_path / "out")])


@pytest.mark.parametrize("command", [["multiverse"], ["sobol"], ["flips"], ["sweep", "threshold=1,2"]])
def test_count_and_cost_are_said_before_anything_runs(tmp_path, monkeypatch, capsys, command):
    assert run(tmp_path, monkeypatch, *command, "--count") == 0
    assert "points in" in capsys.readouterr().err
    assert run(tmp_path, monkeypatch, *command, "--limit", "1") == 2
    said = capsys.readouterr().err
    assert "is more than the limit" in said
    assert "of one core" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: []\n", "models"),
        ("us_shares: [0.1, 0.1]\n", "us_shares: a choice is named twice"),
        ("us_shares: [1.5]\n", "us_shares"),
        ("editions: ['1999-04']\n", "editions: 1999-04 is not in data/raw/milex.csv"),
        ("coalitions: [usa]\n", "has the United States on a side already"),
        ("coalitions: [nobody]\n", "no balance nobody"),
        ("china_levels: [sipri, invented]\n", "no such level invented"),
        ("rulers: [symmetric]\nchina_levels: [dod_2024]\n", "is only measured at `sipri`"),
        ("years: [2050]\n", "years: 2050 lies after 2049"),
        ("draws: 1\n", "draws"),
        ("rows: 1\n", "known axes"),
        ("just text\n", "must be a mapping"),
    ],
)
def test_axes_that_are_refused(tmp_path, monkeypatch, capsys, text, said):
    axes = tmp_path / "axes.yaml"
    axes.write_text(text)
    assert run(tmp_path, monkeypatch, "multiverse", "--axes", str(axes)) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_bad_numbers_on_the_command_line(tmp_path, monkeypatch, capsys):
    for command in (["sobol", "--samples", "48"], ["sobol", "--draws", "1"], ["multiverse", "--draws", "1"],
                    ["sweep", "threshold=1,2", "--workers", "0"]):  # fmt: skip
        assert run(tmp_path, monkeypatch, *command) == 2
        assert "Traceback" not in capsys.readouterr().err


def test_cost_in_words():
    assert cost.span(3) == "3 s"
    assert cost.span(7200) == "2.0 hours"
    assert "2.3 days" in cost.words(1, 1, 1000, 1, each=2.3 * 86400 - cost.CHUNK_SECONDS)


def test_the_fingerprint_moves_with_what_an_answer_depends_on_and_nothing_else():
    def of(sustain: int | None = None, **changed) -> str:
        params = Params.of({**PARAMS.model_dump(mode="json"), **changed})
        return fingerprint(read(params.data), narrowed(params, ("eleven",), sustain), params.sensitivity.ranges)

    whole = PARAMS.model_dump(mode="json")
    balances = whole["balances"]
    base = of()
    assert of(brief={**whole["brief"], "headline_balance": "five"}) == base
    assert of(balances={**balances, "five": {**balances["five"], "side": {"JPN": 1.0}}}) == base
    assert of(run={**whole["run"], "draws": 123}) == base
    assert of(balances={**balances, "eleven": {**balances["eleven"], "side": {"JPN": 1.0}}}) != base
    assert of(balances={**balances, "eleven": {**balances["eleven"], "label": "Eleven of them"}}) == base
    assert of(rulers={**whole["rulers"], "use": ["constant_usd"]}) == base
    assert of(crossing={**whole["crossing"], "interval_pct": 60}) == base
    longer = {**whole["crossing"], "sustain": whole["crossing"]["sustain"] + 1}
    assert of(crossing=longer) != base
    assert of(sustain=3, crossing=longer) == of(sustain=3)
    assert of(run={**whole["run"], "seed": 1}) != base
    assert of(futures={**whole["futures"], "plans": "off"}) != base
    edition = read(PARAMS.data)
    milex = edition.published["milex"].copy()
    milex.loc[milex.index[5], "milex_constant_usd_m"] += 1e-6
    from dataclasses import replace

    assert fingerprint(edition) == fingerprint(read(PARAMS.data))
    assert fingerprint(edition) != fingerprint(replace(edition, published={**edition.published, "milex": milex}))


def test_the_fingerprint_moves_with_every_file_that_an_edition_is_read_from(tmp_path, monkeypatch):
    folder = tmp_path / "raw"
    shutil.copytree(paths.RAW, folder)
    found = [fingerprint(shipped("2026-04", paths.RAW)), fingerprint(shipped("2026-04", folder))]
    assert found[0] == found[1]
    for name in ("milex.csv", "plans.csv", "model_scores.csv", package.NAME):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("\n")
        found.append(fingerprint(shipped("2026-04", folder)))
    monkeypatch.setattr(paths, "PROCESSED", tmp_path)
    (tmp_path / panel.OWN).mkdir()
    (tmp_path / panel.OWN / "milex.csv").write_text("edition\n", encoding="utf-8")
    found.append(fingerprint(shipped("2026-04", folder)))
    assert len(set(found)) == 6
