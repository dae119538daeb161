"""How balances stand, kept from run to run: the same tables for any `sustain`; new futures alone are asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overtake import kept, paths
from overtake.balances import choices, ratio, reversal, stage, states
from overtake.balances.sides import presence
from overtake.balances.standing import Ratio, Standing, _flat, _whole, stand
from overtake.config.balances import Balance
from overtake.config.params import Params
from overtake.draws import Draws, Stored, write_draws
from overtake.edition import Edition, read
from overtake.futures.simulate import simulate
from overtake.scenarios import compare
from overtake.scenarios.adjust import planned
from tests.unit.test_reversal import PAIR, even

GIVEN = Params()
RULERS = ("constant_usd", "gdp_ppp", "stock")
DRAWS = 203  # no multiple of eight


def params(sustain: int = GIVEN.crossing.sustain, **balances: Balance) -> Params:
    """Return small parameters: few draws, three rulers, the balances that they name."""
    names = {*GIVEN.scenarios.balances, *GIVEN.crossing.reversal}
    return GIVEN.model_copy(
        update={
            "run": GIVEN.run.model_copy(update={"draws": DRAWS}),
            "rulers": GIVEN.rulers.model_copy(update={"use": RULERS}),
            "crossing": GIVEN.crossing.model_copy(update={"sustain": sustain}),
            "balances": {name: GIVEN.balances[name] for name in sorted(names)} | balances,
        }
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the futures without plans of these parameters."""
    folder, given = tmp_path_factory.mktemp("futures"), params()
    edition = read(given.data)
    bare = simulate(edition, given.futures.model_copy(update={"plans": "off"}), given.run)
    write_draws(bare, folder / "bare.parquet")
    return folder


def tables(given: Params, edition: Edition, bare: Path) -> dict[str, pd.DataFrame]:
    """Return every table that is worked out from how balances stand."""
    without = Stored(bare)
    by_plans = planned(without, edition, given.scenario, given.run.seed)
    found = stage.by_ruler(partial(by_plans, given.futures), edition, given)
    in_place = partial(compare.in_place, base=given, edition=edition, without=without)
    return {
        "crossings": found.crossings,
        "curves": found.curves,
        "breakeven": found.breakeven,
        "reversal": reversal.table(by_plans, edition, given),
        "tiers": choices.by_tier(by_plans, edition, given),
        "levels": choices.by_level(without, edition, given),
        "scenarios": compare.leads_under(compare.read_all(paths.SCENARIOS, given), edition, in_place),
    }


def test_another_sustain_asks_for_no_futures_and_tells_what_a_run_without_memory_tells(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, bare = read(GIVEN.data), files / "bare.parquet"
    alone = {sustain: tables(params(sustain), edition, bare) for sustain in (1, 4)}
    asked: list[Path] = []
    monkeypatch.setenv("OVERTAKE_CORES", "1")  # in this process, where what is asked can be counted
    monkeypatch.setattr(paths, "PROCESSED", tmp_path)
    monkeypatch.setenv(kept.AT_WORK, "balances")
    monkeypatch.setattr("overtake.draws.read_draws", lambda path: asked.append(path) or _read(path))
    first = tables(params(1), edition, bare)
    assert asked
    asked.clear()
    again = tables(params(4), edition, bare)
    assert not asked
    for name in alone[1]:
        pd.testing.assert_frame_equal(first[name], alone[1][name], check_exact=True)
        pd.testing.assert_frame_equal(again[name], alone[4][name], check_exact=True)
    assert not alone[1]["crossings"].equals(alone[4]["crossings"])

    stricter = params(4, five=GIVEN.balances["five"].model_copy(update={"threshold": 1.1}))
    pd.testing.assert_frame_equal(
        tables(stricter, edition, bare)["crossings"],
        stage.by_ruler(_later(stricter, edition, bare), edition, stricter).crossings,
        check_exact=True,
    )
    assert asked


def _later(given: Params, edition: Edition, bare: Path) -> object:
    """Return what gives the futures of the parameters and cannot be told apart from others: it is made anew."""
    by_plans = planned(Stored(bare), edition, given.scenario, given.run.seed)
    return lambda: by_plans(given.futures)


def _read(path: Path) -> Draws:
    from overtake.draws import _read_draws

    return _read_draws.__wrapped__(path, None)


@given(st.lists(st.floats(0, 0.08), min_size=1, max_size=19), st.integers(1, 5))
def test_who_leads_is_told_from_bits_as_from_ratios(growth: list[float], sustain: int) -> None:
    drawn = even(growth)
    absent = Balance(label="absent", side={"AUS": 1.0})
    found = _whole(_flat(stand(drawn, {"pair": PAIR, "absent": absent}, choices.medians)))
    one, reason = found["pair"], found["absent"]
    assert isinstance(one, Standing)
    assert isinstance(reason, str)
    assert "AUS" in reason
    direct = states(ratio(drawn, PAIR), drawn.years, drawn.last_observed, sustain, PAIR.threshold)
    told = one.states(sustain)
    assert told.years == direct.years
    for what in ("code", "year", "lead"):
        np.testing.assert_array_equal(getattr(told, what), getattr(direct, what))
    middle = choices.medians(Ratio(ratio(drawn, PAIR), drawn, PAIR, "pair", presence(drawn)))
    np.testing.assert_array_equal(one.told["medians"], middle["medians"])


def test_years_without_every_member_are_no_part_of_who_leads() -> None:
    drawn = even([0.0, 0.08])
    late = drawn.with_values(drawn.values.copy(), drawn.unit)
    late.values[:, 1, :3] = np.nan  # Japan's figures begin later
    along = ratio(late, PAIR)
    assert np.isnan(along[:, :3]).all()
    direct = states(along, late.years, late.last_observed, 1, PAIR.threshold)
    one = stand(late, {"pair": PAIR}, choices.medians)["pair"]
    assert isinstance(one, Standing)
    for found in (direct, one.states(1)):
        assert found.years == late.years[3:]
        assert found.lead.shape == (2, len(late.years) - 3)
