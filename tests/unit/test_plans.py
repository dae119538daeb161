"""Announced plans: converted to SIPRI's definition, cut by experience, moving an economy's middle path up or down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from overtake.config.core import Data
from overtake.config.futures import TIERS, Futures
from overtake.draws import Draws
from overtake.edition import Edition, read
from overtake.errors import OvertakeError
from overtake.futures.plans import apply, implied_shares, ladder, realised, targets

LAST, BASE = 2025, 2024
FIRM = TIERS[:-1]
LEVEL, SHARE = 40.0, 2.0
GDP_LCU = {2025: 1000.0, 2026: 1060.0, 2030: 1300.0}


def plan(**cells: object) -> dict[str, object]:
    """Return a row of the ledger: Korea reaches 3 % of GDP by 2030, unless `cells` say otherwise."""
    row = {"plan": "p", "iso3": "KOR", "kind": "gdp_share", "value": 3.0, "growth_pct": np.nan, "target_year": 2030,
           "basis": "mnd", "announced": "2025-09", "role": "target", "stage": "announced"}  # fmt: skip
    return {**row, **cells}


def promises(*rows: dict[str, object], edition: str = "2026-04") -> Edition:
    macro = pd.DataFrame(
        [(iso3, year, 2.5, GDP_LCU.get(year, 1000.0)) for iso3 in ("KOR", "CHN") for year in range(2000, 2032)],
        columns=["iso3", "year", "real_growth_pct", "gdp_lcu_bn"],
    )
    crosswalk = pd.DataFrame(
        [("KOR", "mnd", 1.1), ("KOR", "other", 0.5), ("CHN", "official", np.nan)],
        columns=["iso3", "basis", "sipri_over_headline"],
    )
    realisation = pd.DataFrame(
        [("KOR", "plan", 2021, 2025, "growth", 8.0, np.nan, np.nan, 4.0, "per cent a year", "outturn")],
        columns=["iso3", "plan", "made", "target_year", "measure", "planned", "planned_hi", "planned_growth_pct",
                 "delivered", "unit", "delivered_as"],
    )  # fmt: skip
    ledgers = {"plans": pd.DataFrame(rows or [plan()]), "crosswalk": crosswalk, "realisation": realisation}
    register = pd.DataFrame({"publisher": "sipri", "edition": ["2025-04", "2026-04"]})
    return Edition(edition, spending(), macro, ledgers, {}, {"editions": register})


def spending() -> pd.DataFrame:
    return pd.DataFrame(
        [(iso3, LAST, LEVEL, SHARE) for iso3 in ("CHN", "KOR")],
        columns=["iso3", "year", "milex_constant_usd_bn", "gdp_share_pct"],
    )


def futures(growth: float = 0.0, draws: int = 400) -> Draws:
    """Return two economies whose middle path grows by `growth` a year, draws spread evenly and widening."""
    years = np.arange(2020, 2041)
    ahead = np.maximum(years - LAST, 0)
    spread = np.linspace(-0.03, 0.03, draws)[:, None] * ahead
    path = LEVEL * np.exp(growth * ahead + spread)
    return Draws(np.stack([path, path], axis=1), ("CHN", "KOR"), tuple(int(y) for y in years), LAST, "US$ bn")


def settings(plans: str, sd: float = 0.0, tiers: Sequence[str] = FIRM) -> Futures:
    return Futures.of({"plans": plans, "plan_realisation_sd": sd, "plan_tiers": list(tiers)})


def middle(paths: Draws, year: int, iso3: str = "KOR") -> float:
    return float(np.median(paths.economy(iso3)[:, paths.years.index(year)]))


def test_off_leaves_the_very_paths_and_needs_no_ledger() -> None:
    paths = futures()
    assert apply(paths, Edition("2026-04"), settings("off"), 1) is paths


def test_face_value_reaches_the_share_by_hand() -> None:
    found = apply(futures(), promises(), settings("face_value"), 1)
    gdp = LEVEL / 0.02 * 1.025**5
    assert middle(found, 2030) == pytest.approx(0.03 * 1.1 * gdp)
    # Half way: the share is the geometric mean of the ends after half of the years.
    share = np.exp(np.log(2.0) + 0.4 * np.log(3.3 / 2.0))
    assert middle(found, 2027) == pytest.approx(share / 100 * LEVEL / 0.02 * 1.025**2)
    # After the target the model's own growth goes on from the level reached.
    assert middle(found, 2035) / middle(found, 2030) == pytest.approx(1)


def test_a_plan_beyond_the_horizon_is_on_its_way_to_the_last_year() -> None:
    whole = futures()
    short = Draws(whole.values[:, :, :-12], whole.economies, whole.years[:-12], LAST, whole.unit)
    assert short.years[-1] == 2028
    found = apply(short, promises(), settings("face_value"), 1)
    np.testing.assert_array_equal(found.values, apply(whole, promises(), settings("face_value"), 1).values[:, :, :-12])
    assert middle(found, 2028) > middle(found, 2027) > middle(short, 2027)


def test_cut_goes_the_delivered_part_of_the_way() -> None:
    found = apply(futures(), promises(), settings("cut"), 1)
    gdp = LEVEL / 0.02 * 1.025**5
    assert middle(found, 2030) == pytest.approx((2.0 + 0.5 * 1.3) / 100 * gdp)


def test_observed_years_and_others_are_not_touched() -> None:
    paths = futures()
    found = apply(paths, promises(), settings("face_value"), 1)
    np.testing.assert_array_equal(found.economy("CHN"), paths.economy("CHN"))
    np.testing.assert_array_equal(found.economy("KOR")[:, :6], paths.economy("KOR")[:, :6])


def test_a_plan_lowers_a_path_that_the_models_have_higher() -> None:
    paths = futures(growth=0.2)
    found = apply(paths, promises(), settings("face_value"), 1)
    assert middle(found, 2030) == pytest.approx(0.03 * 1.1 * LEVEL / 0.02 * 1.025**5)
    assert middle(found, 2030) < middle(paths, 2030)
    # A budget below what the models expect lowers the level, and growth goes on from there.
    cut = apply(paths, promises(plan(value=1.0, target_year=2026)), settings("face_value"), 1)
    assert middle(cut, 2026) == pytest.approx(0.01 * 1.1 * LEVEL / 0.02 * 1.025)
    assert middle(cut, 2027) / middle(cut, 2026) == pytest.approx(middle(paths, 2027) / middle(paths, 2026), rel=1e-3)


def test_aims_count_only_where_they_are_asked_for() -> None:
    rows = (plan(), plan(plan="aim", value=5.0, stage="aim"))
    firm, all_ = (apply(futures(), promises(*rows), settings("face_value", tiers=tiers), 1) for tiers in (FIRM, TIERS))
    gdp = LEVEL / 0.02 * 1.025**5
    assert middle(firm, 2030) == pytest.approx(0.03 * 1.1 * gdp)
    assert middle(all_, 2030) == pytest.approx(0.05 * 1.1 * gdp)
    none = apply(futures(), promises(*rows), settings("face_value", tiers=()), 1)
    np.testing.assert_array_equal(none.values, futures().values)
    assert ladder(promises(*rows)) == {"none": (), "announced": ("announced",), "aim": ("announced", "aim")}


def test_challenger_and_coalition_are_held_to_the_same_rule() -> None:
    """China's budget and the observation that it doubles are rows like all others: one counts, the other is an aim."""
    edition = read(Data())
    rows = targets(edition, FIRM).set_index("plan")
    assert rows.loc["chn_budget_2026", "used"]
    assert (
        rows.loc[["chn_doubling_2030", "twn_5pct_2030", "phl_senate_2pct_2028"], "reason"].tolist()
        == ["its tier is not asked for"] * 3
    )
    ledger = edition.ledgers["plans"].set_index("plan")
    budget = edition.ledgers["china_official_budget"].set_index("year")["announced_rmb_bn"]
    assert ledger.loc["chn_doubling_2030", "value"] == pytest.approx(budget[2024] * 2**0.6, abs=0.05)


def test_implied_shares_by_a_second_route() -> None:
    paths = futures(growth=0.01)
    table = implied_shares([("x", paths)], promises(), (2030, 2060)).set_index(["iso3", "year"])
    assert table.loc[("KOR", LAST), "share_pct"] == SHARE
    gdp = LEVEL / 0.02 * 1.025**5
    assert table.loc[("KOR", 2030), "share_pct"] == pytest.approx(100 * middle(paths, 2030) / gdp)
    ends = np.quantile(paths.economy("KOR")[:, paths.years.index(2030)], [0.1, 0.9])
    assert table.loc[("KOR", 2030), ["share_q10", "share_q90"]].tolist() == pytest.approx(list(100 * ends / gdp))
    assert 2060 not in table.index.get_level_values("year")


def test_more_of_the_plan_is_never_less_spending() -> None:
    paths = futures(growth=0.03)
    off, cut, full = (apply(paths, promises(), settings(how, 0.12), 1).values
                      for how in ("off", "cut", "face_value"))  # fmt: skip
    assert (cut >= off * (1 - 1e-12)).all()
    assert (full >= cut * (1 - 1e-12)).all()
    assert (full > cut).any()


def test_delivery_differs_between_draws_by_its_spread_and_not_by_run() -> None:
    paths = futures(draws=4000)
    found = apply(paths, promises(), settings("cut", 0.12), 7)
    factor = (found.economy("KOR") / paths.economy("KOR"))[:, paths.years.index(2030)]
    part = (factor * LEVEL / (LEVEL / 0.02 * 1.025**5) * 100 - 2.0) / 1.3
    assert part.mean() == pytest.approx(0.5, abs=0.01)
    assert part.std() == pytest.approx(0.12, abs=0.01)
    again = apply(paths, promises(), settings("cut", 0.12), 7)
    assert found.values.tobytes() == again.values.tobytes()


@pytest.mark.parametrize(
    ("cells", "share", "reason"),
    [
        ({}, 3.3, ""),
        ({"basis": "other"}, 1.5, ""),
        # A budget with its announced growth: today's share, grown, over the growth of nominal GDP.
        ({"kind": "amount_lcu", "value": 25.0, "growth_pct": 9.0, "target_year": 2026}, 2.0 * 1.09 / 1.06, ""),
        # Another amount: over nominal GDP, in SIPRI's definition.
        ({"kind": "amount_lcu", "value": 26.0, "target_year": 2030}, 26.0 * 1.1 / 1300 * 100, ""),
        ({"role": "context"}, np.nan, "context, not a target"),
        ({"stage": "aim"}, 3.3, "its tier is not asked for"),
        ({"target_year": 2025}, np.nan, "not after 2025"),
        ({"target_year": np.nan}, np.nan, "not after 2025"),
        ({"basis": "unknown"}, np.nan, "no factor from the government's definition to SIPRI's"),
        ({"iso3": "CHN", "basis": "official"}, np.nan, "no factor from the government's definition to SIPRI's"),
        ({"kind": "amount_lcu", "value": 26.0, "target_year": 2050}, np.nan,
         "no factor from the government's definition to SIPRI's"),
    ],
)  # fmt: skip
def test_targets_by_hand(cells: dict[str, object], share: float, reason: str) -> None:
    [row] = targets(promises(plan(**cells)), FIRM).to_dict("records")
    assert row["reason"] == reason
    assert row["used"] == (reason == "")
    np.testing.assert_allclose(row["share_pct"], share)


def test_an_older_edition_knows_no_later_plan() -> None:
    """A backtest on an edition must not see what was announced after the next one appeared."""
    rows = (plan(announced="2026-02"), plan(announced="2026-05"), plan(announced=np.nan))
    known = targets(promises(*rows, edition="2025-04"), FIRM)
    assert list(known["used"]) == [True, False, False]
    assert list(targets(promises(*rows), FIRM)["used"]) == [True, True, True]


def test_realisation_by_hand() -> None:
    table = promises().ledgers["realisation"]
    level = table.iloc[0].to_dict() | {"iso3": "JPN", "measure": "level", "planned": 100.0, "planned_growth_pct": 10.0,
                                       "made": 2021, "target_year": 2025, "delivered": 90.0}  # fmt: skip
    found = realised(pd.concat([table, pd.DataFrame([level])], ignore_index=True))
    japan = 1 + np.log(0.9) / (4 * np.log(1.1))
    assert found["KOR"] == 0.5
    assert found["JPN"] == pytest.approx(japan)
    assert found["all"] == pytest.approx((0.5 + japan) / 2)
    with pytest.raises(OvertakeError, match="no row"):
        realised(table.iloc[:0])


def test_an_economy_without_a_record_takes_the_mean_of_all() -> None:
    ledgers = promises().ledgers
    bare = replace(promises(), ledgers={**ledgers, "realisation": ledgers["realisation"].assign(iso3="JPN")})
    one = apply(futures(), bare, settings("cut"), 1)
    np.testing.assert_array_equal(one.values, apply(futures(), promises(), settings("cut"), 1).values)
