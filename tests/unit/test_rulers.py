"""Rulers against second routes in plain pandas, and against what must hold for any ruler."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from overtake.balances import ratio
from overtake.config.balances import Balance, default_balances
from overtake.config.rulers import Composition, Rulers
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.rulers import RULERS, observed
from overtake.rulers.china import at_level, levels, newest
from overtake.rulers.composition import weights
from overtake.rulers.military_ppp import multiplier
from overtake.rulers.prices import exchange_shocks, price_level
from overtake.rulers.tables import measure, measured, observed_table
from overtake.sources.ledgers import load as load_ledger
from tests.edition_case import made

SETTINGS = Rulers()
ECONOMIES = ("CHN", "IND", "JPN", "USA")
LAST = 2025

ESTIMATES = pd.DataFrame(
    [
        ("fravel_2024", "Fravel", 2024, "hybrid", "full", "", 460.0, 480.0, 1300.0, np.nan, 314.0, 997.0),
        ("low_2023", "Low", 2023, "mer", "full", "", 290.0, 310.0, 916.0, np.nan, 296.0, 916.0),
        ("low_2020", "Low", 2020, "mer", "full", "", 100.0, 100.0, 916.0, np.nan, 296.0, 916.0),
        ("high_2022", "High", 2022, "mer", "full", "", 330.0, 330.0, np.nan, np.nan, 292.0, 877.0),
        ("least_2019", "Least", 2019, "mer", "full", "at least", 200.0, 200.0, 732.0, np.nan, 240.0, 732.0),
        ("budget_2020", "Budget", 2020, "mer", "official", "", 193.0, 193.0, 743.0, np.nan, 252.0, 778.0),
        ("no_pair", "None", 2020, "mer", "official", "", 300.0, 300.0, np.nan, np.nan, 252.0, 778.0),
        ("ratio_2010", "Ratio", 2010, "mer", "full", "", np.nan, np.nan, np.nan, 0.18, 105.0, 738.0),
        ("greenwalt_2021", "Greenwalt", 2021, "ppp", "full", "", 518.0, 518.0, 801.0, np.nan, 285.0, 806.0),
        ("robertson_2020", "Robertson", 2020, "mppp", "full", "", np.nan, np.nan, np.nan, 0.66, 252.0, 778.0),
    ],
    columns=["estimate", "label", "year", "basis", "scope", "bound", "china_usd_bn_lo", "china_usd_bn_hi", "us_usd_bn",
             "china_us_ratio_lo", "sipri_china_usd_bn", "sipri_us_usd_bn"],
)  # fmt: skip
ESTIMATES["china_us_ratio_hi"] = ESTIMATES["china_us_ratio_lo"]
ESTIMATES["us_status"] = np.where(ESTIMATES["us_usd_bn"].notna(), "reported", "")
ESTIMATES["superseded_by"] = ""


def made_figures() -> Edition:
    """Return four economies, spending 2000-2025 and the macro table 1999-2031, with wobbles so that nothing is flat."""
    random = np.random.default_rng(8)
    spending, macro = [], []
    start = {"CHN": (60, 8.0, 3.5, 8.0, 1300.0), "IND": (30, 40.0, 16.0, 0.9, 1100.0)}
    start |= {"JPN": (45, 110.0, 120.0, 4900.0 / 127, 127.0), "USA": (500, 1.0, 1.0, 36000.0 / 282, 282.0)}
    for iso3, (level, rate, ppp, per_head, people) in start.items():
        real, index, deflator, population, gdp = float(level), 100.0, 100.0, people, per_head * people
        for year in range(1999, 2032):
            rate *= np.exp(random.normal(0, 0.05)) if iso3 != "USA" else 1.0
            index *= 1 + abs(random.normal(0.02, 0.01))
            deflator *= 1 + abs(random.normal(0.02, 0.01))
            ppp *= np.exp(random.normal(0, 0.01)) if iso3 != "USA" else 1.0
            population *= 1.005
            gdp *= 1.03 + random.normal(0, 0.01)
            real *= 1.03 + random.normal(0, 0.03)
            macro.append((iso3, year, gdp, gdp * rate, deflator, index, ppp, population, 3.0))
            if 2000 <= year <= LAST:
                current = real * index / 150 * (0.9 + random.uniform(0, 0.2))
                spending.append((iso3, year, real, current, 2.0, 2024))
    return made(
        pd.DataFrame(
            spending,
            columns=["iso3", "year", "milex_constant_usd_bn", "milex_current_usd_bn", "gdp_share_pct", "price_base"],
        ),
        pd.DataFrame(
            macro,
            columns=[
                "iso3", "year", "gdp_usd_bn", "gdp_lcu_bn", "gdp_deflator_index", "cpi_index", "ppp_lcu_per_intl_usd",
                "population_m", "real_growth_pct",
            ],
        ),
        composition=pd.DataFrame(
            [("CHN", 2017, "personnel", 0.3), ("CHN", 2017, "operations", 0.3), ("CHN", 2017, "equipment", 0.4),
             ("IND", 2026, "equipment", 0.28)],
            columns=["iso3", "year", "part", "share"],
        ),
        china_estimates=ESTIMATES,
    )  # fmt: skip


FIGURES = made_figures()
HISTORY = observed(FIGURES.spending)


def futures_of(history: Draws, draws: int = 200, to: int = 2040) -> Draws:
    random = np.random.default_rng(1)
    ahead = to - history.last_observed
    steps = random.normal(0.03, 0.05, (draws, len(history.economies), ahead)).cumsum(axis=2)
    past = np.repeat(history.values, draws, axis=0)
    values = np.concatenate([past, past[:, :, -1:] * np.exp(steps)], axis=2).astype(np.float32)
    return Draws(values, history.economies, tuple(range(history.years[0], to + 1)), history.last_observed, history.unit)


FUTURES = futures_of(HISTORY)
CALM = Rulers.model_validate_json('{"prices": {"uncertain": false}, "gdp_ppp": {"error_pct": 0}}')
NAMES = list(RULERS)


def wide(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.pivot(index="year", columns="iso3", values=column)


def on(name: str, paths: Draws, settings: Rulers = CALM) -> pd.DataFrame:
    """Return the first draw on a ruler, years by economies."""
    found = RULERS[name].measure(paths, FIGURES, settings, 5)
    return pd.DataFrame(found.values[0].T, index=list(found.years), columns=list(found.economies))


def test_registry_and_parameters_name_the_same_rulers() -> None:
    assert set(RULERS) == set(SETTINGS.use)
    assert all(ruler.name == name and ruler.label for name, ruler in RULERS.items())


def test_constant_usd_is_the_paths() -> None:
    assert RULERS["constant_usd"].measure(FUTURES, FIGURES, SETTINGS, 1) is FUTURES


def test_current_usd_history_is_as_reported() -> None:
    expected = wide(FIGURES.spending, "milex_current_usd_bn")
    np.testing.assert_allclose(on("current_usd", HISTORY)[list(expected)], expected)


def test_current_usd_future_by_hand() -> None:
    macro, found = FIGURES.macro, on("current_usd", FUTURES)
    rate = wide(macro, "gdp_lcu_bn") / wide(macro, "gdp_usd_bn")
    cpi = wide(macro, "cpi_index")
    now = FIGURES.spending[FIGURES.spending["year"] == LAST].set_index("iso3")
    factor = now["milex_current_usd_bn"] / now["milex_constant_usd_bn"]
    for iso3 in ECONOMIES:
        real = pd.Series(FUTURES.economy(iso3)[0], index=FUTURES.years)
        inflation = cpi[iso3][2031] / cpi[iso3][LAST]
        at_2031 = real[2031] * factor[iso3] * inflation * rate[iso3][LAST] / rate[iso3][2031]
        assert found.loc[2031, iso3] == pytest.approx(at_2031, rel=1e-5)
        # After the IMF's last year only US inflation moves prices in US$.
        assert found.loc[2040, iso3] == pytest.approx(at_2031 * real[2040] / real[2031] * 1.02**9, rel=1e-5)


def test_gdp_ppp_is_current_usd_times_rate_over_factor() -> None:
    macro = FIGURES.macro
    rate = wide(macro, "gdp_lcu_bn") / wide(macro, "gdp_usd_bn")
    international = wide(FIGURES.spending, "milex_current_usd_bn") * rate / wide(macro, "ppp_lcu_per_intl_usd")
    us = wide(macro, "gdp_deflator_index")["USA"]
    expected = international.loc[2000:LAST].div(us.loc[2000:LAST] / us[LAST], axis=0)
    found = on("gdp_ppp", HISTORY)
    np.testing.assert_allclose(found[list(expected)], expected)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_military_ppp_of_china_by_hand(share: float) -> None:
    settings = Rulers.model_validate_json(
        f'{{"military_ppp": {{"equipment_at_ppp": {share}, "wage_elasticity": 0.6}}, "gdp_ppp": {{"error_pct": 0}}}}'
    )
    macro = FIGURES.macro[FIGURES.macro["year"] == 2020].set_index("iso3")
    level = macro["ppp_lcu_per_intl_usd"] / (macro["gdp_lcu_bn"] / macro["gdp_usd_bn"])
    head = macro["gdp_usd_bn"] / macro["population_m"]
    wage = (head["CHN"] / head["USA"]) ** 0.6
    by_hand = 0.3 / wage + 0.3 / level["CHN"] + 0.4 / level["CHN"] ** share
    found = multiplier(HISTORY, FIGURES, settings)
    assert found[0, HISTORY.years.index(2020)] == pytest.approx(by_hand)
    np.testing.assert_allclose(found[ECONOMIES.index("USA")], 1.0)


def test_military_ppp_with_all_at_ppp_is_gdp_ppp() -> None:
    settings = Rulers.model_validate_json(
        '{"military_ppp": {"equipment_at_ppp": 1}, "composition": {"personnel": 0, "operations": 1, "equipment": 0},'
        '"gdp_ppp": {"error_pct": 0}}'
    )
    bare = made(FIGURES.spending, FIGURES.macro, composition=FIGURES.ledgers["composition"].iloc[:0])
    one = RULERS["military_ppp"].measure(HISTORY, bare, settings, 1).values
    np.testing.assert_allclose(one, RULERS["gdp_ppp"].measure(HISTORY, bare, settings, 1).values)


def test_military_multiplier_falls_as_incomes_converge() -> None:
    found = multiplier(FUTURES, FIGURES, SETTINGS)[ECONOMIES.index("CHN")]
    after = found[FUTURES.years.index(2031) :]
    assert (np.diff(after) < 0).all()
    held = Rulers.model_validate_json('{"military_ppp": {"convergence_pct": 0}}')
    still = multiplier(FUTURES, FIGURES, held)[ECONOMIES.index("CHN")]
    np.testing.assert_allclose(still[FUTURES.years.index(2031) :], still[FUTURES.years.index(2031)])


def test_symmetric_reproduces_the_pair() -> None:
    found = on("symmetric", HISTORY).loc[2024]
    spent = wide(FIGURES.spending, "milex_current_usd_bn").loc[2024]
    us = wide(FIGURES.macro, "gdp_deflator_index")["USA"]
    at_2024 = found * us[2024] / us[LAST]
    assert at_2024["CHN"] / spent["CHN"] == pytest.approx(470 / 314)
    assert at_2024["USA"] / spent["USA"] == pytest.approx(1300 / 997)
    assert (found["CHN"] / found["USA"]) / (spent["CHN"] / spent["USA"]) == pytest.approx(470 / 314 / (1300 / 997))


@pytest.mark.parametrize("others", ["mean", "us", "china", "none"])
def test_symmetric_add_on_of_the_others_by_hand(others: str) -> None:
    settings = Rulers.model_validate_json(f'{{"symmetric": {{"others": "{others}"}}, "gdp_ppp": {{"error_pct": 0}}}}')
    macro = FIGURES.macro[FIGURES.macro["year"] == 2024].set_index("iso3")
    level = macro["ppp_lcu_per_intl_usd"] / (macro["gdp_lcu_bn"] / macro["gdp_usd_bn"])
    china = 470 / 314 / (0.4 + 0.6 / level["CHN"])
    us = 1300 / 997
    add_on = {"mean": (china * us) ** 0.5, "us": us, "china": china, "none": 1.0}[others]
    spent = wide(FIGURES.spending, "milex_current_usd_bn").loc[2024, "IND"]
    deflator = wide(FIGURES.macro, "gdp_deflator_index")["USA"]
    by_hand = spent * add_on * (0.28 + 0.72 / level["IND"]) / (deflator[2024] / deflator[LAST])
    assert on("symmetric", HISTORY, settings).loc[2024, "IND"] == pytest.approx(by_hand)


def test_symmetric_works_before_the_pairs_year() -> None:
    old = FIGURES.spending[FIGURES.spending["year"] <= 2019]
    figures = FIGURES.with_spending(old)
    found = RULERS["symmetric"].measure(observed(old), figures, CALM, 1)
    assert np.isfinite(found.values).all()


def test_symmetric_without_its_pair_is_refused() -> None:
    ledgers = {**FIGURES.ledgers, "china_estimates": ESTIMATES.iloc[1:]}
    bare = made(FIGURES.spending, FIGURES.macro, **ledgers)
    with pytest.raises(OvertakeError, match="fravel_2024"):
        RULERS["symmetric"].measure(HISTORY, bare, CALM, 1)


@pytest.mark.parametrize(
    ("level", "factor"),
    [
        ("low_2023", 300 / 296),
        ("high_2022", 330 / 292),
        ("low_2020", 100 / 296),
    ],
)
def test_chinas_level_moves_china_alone_and_as_the_estimate_says(level: str, factor: float) -> None:
    found = at_level(FUTURES, ESTIMATES, level, 1, LAST)
    np.testing.assert_allclose(found.economy("CHN") / FUTURES.economy("CHN"), factor, rtol=1e-6)
    np.testing.assert_array_equal(found.economy("USA"), FUTURES.economy("USA"))
    assert at_level(FUTURES, ESTIMATES, "sipri", 1, LAST) is FUTURES


def test_uncertain_level_takes_the_newest_whole_estimates_equally_often() -> None:
    factor = at_level(FUTURES, ESTIMATES, "uncertain", 1, LAST).economy("CHN")[:, 0] / FUTURES.economy("CHN")[:, 0]
    high = np.isclose(factor, 330 / 292, rtol=1e-5)
    assert high.sum() == 100
    ranged = factor[~high]
    assert (ranged > 290 / 296 - 1e-5).all()
    assert (ranged < 310 / 296 + 1e-5).all()
    assert np.ptp(ranged) > 0.8 * 20 / 296


@pytest.mark.parametrize(
    ("level", "what"),
    [
        ("greenwalt_2021", "adjust China alone"),
        ("robertson_2020", "adjust China alone"),
        ("fravel_2024", "adjust China alone"),
        ("low_2032", "did you mean `low_2023`"),
        ("no_such", "no such estimate"),
        ("budget_2020", "not all that SIPRI counts"),
        ("no_pair", "not all that SIPRI counts"),
        ("ratio_2010", "is too old"),
        ("least_2019", "a bound"),
    ],
)
def test_levels_that_are_not_to_be_had(level: str, what: str) -> None:
    with pytest.raises(OvertakeError, match=what):
        at_level(FUTURES, ESTIMATES, level, 1, LAST)


def test_a_level_is_recent_whole_in_dollars_and_its_authors_last_word() -> None:
    """Estimates older than five years are no choice of a current level; a later one replaces its author's earlier."""
    assert list(levels(ESTIMATES, LAST).index) == ["low_2023", "low_2020", "high_2022"]
    assert list(levels(ESTIMATES, LAST + 1).index) == ["low_2023", "high_2022"]
    replaced = ESTIMATES.assign(superseded_by=np.where(ESTIMATES["estimate"] == "high_2022", "low_2023", ""))
    assert list(levels(replaced, LAST).index) == ["low_2023", "low_2020"]
    assert list(newest(levels(ESTIMATES, LAST)).index) == ["high_2022", "low_2023"]


def test_the_ledgers_levels_hold_the_newest_report_and_none_of_2019() -> None:
    found = levels(load_ledger("china_estimates"), 2025)
    assert "dod_2024" in found.index
    assert not {"dod_2024_old", "sipri_old_method_2019", "iiss_full_2017", "wmeat_2017"} & set(found.index)
    assert found.loc["dod_2024", ["china_lo", "china_hi"]].tolist() == pytest.approx([304 / 314, 377 / 314])


def test_stock_by_hand_and_in_the_long_run() -> None:
    found = on("stock", HISTORY)
    spent = wide(FIGURES.spending, "milex_constant_usd_bn")["JPN"]
    growth = max(np.log(spent[2010] / spent[2000]) / 10, 0)
    stock = spent[2000] / (growth + 0.075)
    for year in range(2001, LAST + 1):
        stock = stock * 0.925 + spent[year]
    assert found.loc[LAST, "JPN"] == pytest.approx(stock)


@pytest.mark.parametrize("depreciation", [5, 7.5, 10])
def test_stock_ratio_in_steady_state(depreciation: float) -> None:
    """Stock ratio = flow ratio x (g_US + d) / (g_CN + d), dossier D3, with growth compounded."""
    years = np.arange(1900, 2026)
    values = np.stack([100 * 1.06 ** (years - 1900.0), 100 * 1.02 ** (years - 1900.0)])[None]
    paths = Draws(values, ("CHN", "USA"), tuple(int(y) for y in years), 2025, "constant 2024 US$ bn")
    settings = Rulers.model_validate_json(f'{{"stock": {{"depreciation_pct": {depreciation}}}}}')
    found = RULERS["stock"].measure(paths, FIGURES, settings, 1).values[0, :, -1]
    rate = depreciation / 100
    flow = values[0, 0, -1] / values[0, 1, -1]
    # K/M in steady state is (1 + g) / (g + d).
    assert found[0] / found[1] == pytest.approx(flow * (1.06 / (0.06 + rate)) / (1.02 / (0.02 + rate)), rel=2e-3)


def test_own_share_stock_is_the_equal_one_times_the_share() -> None:
    equal, own = on("stock", HISTORY), on("stock_own", HISTORY)
    np.testing.assert_allclose(own["CHN"], 0.4 * equal["CHN"])
    np.testing.assert_allclose(own["IND"], 0.28 * equal["IND"])


@pytest.mark.parametrize("name", NAMES)
def test_a_factor_common_to_all_changes_no_ratio(name: str) -> None:
    pair = Balance(label="x", side={"JPN": 1.0, "IND": 0.5})
    doubled = FUTURES.with_values(FUTURES.values * np.float32(2), FUTURES.unit)
    one = ratio(RULERS[name].measure(FUTURES, FIGURES, SETTINGS, 3), pair)
    two = ratio(RULERS[name].measure(doubled, FIGURES, SETTINGS, 3), pair)
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", NAMES)
def test_history_joins_the_future_and_draws_keep_dtype(name: str) -> None:
    found = RULERS[name].measure(FUTURES, FIGURES, CALM, 3)
    past = RULERS[name].measure(HISTORY, FIGURES, CALM, 3)
    assert found.values.dtype == np.float32
    assert found.unit == past.unit
    np.testing.assert_allclose(found.values[0, :, : len(past.years)], past.values[0], rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_bytes_and_each_draw_its_own(name: str) -> None:
    one = RULERS[name].measure(FUTURES, FIGURES, SETTINGS, 3).values
    assert one.tobytes() == RULERS[name].measure(FUTURES, FIGURES, SETTINGS, 3).values.tobytes()


def test_exchange_shocks_follow_the_estimated_volatility() -> None:
    many = futures_of(HISTORY, draws=20_000)
    shocks = exchange_shocks(many, FIGURES, SETTINGS.prices, 1)
    macro = FIGURES.macro
    rate = wide(macro, "gdp_lcu_bn") / wide(macro, "gdp_usd_bn")
    prices = wide(macro, "cpi_index") / rate
    real = np.log(prices.div(prices["USA"], axis=0)).loc[2000:LAST].diff().dropna()
    first = shocks[:, :, 0]
    np.testing.assert_allclose(first[:, :3].std(axis=0), real[["CHN", "IND", "JPN"]].std(), rtol=0.03)
    assert not shocks[:, ECONOMIES.index("USA")].any()
    keep = 0.5 ** (1 / 4.0)
    second = shocks[:, :, 1]
    assert np.polyfit(first[:, 0], second[:, 0], 1)[0] == pytest.approx(keep, abs=0.02)


def test_appreciation_lifts_current_usd_alone() -> None:
    risen = Rulers.model_validate_json(
        '{"prices": {"uncertain": false, "real_appreciation_pct": {"CHN": 3}, "appreciation_years": 5},'
        '"gdp_ppp": {"error_pct": 0}}'
    )
    for name, lift in (("current_usd", 1.03**5), ("gdp_ppp", 1.0), ("constant_usd", 1.0)):
        before, after = on(name, FUTURES), on(name, FUTURES, risen)
        assert after.loc[2040, "CHN"] / before.loc[2040, "CHN"] == pytest.approx(lift, rel=1e-5), name
        np.testing.assert_array_equal(after.loc[:LAST, "CHN"], before.loc[:LAST, "CHN"])
    assert price_level(FUTURES, FIGURES, risen.prices)[0, -1] > price_level(FUTURES, FIGURES, CALM.prices)[0, -1]


def test_missing_years_stay_missing_on_every_ruler() -> None:
    values = HISTORY.values.copy()
    values[0, 2, :3] = np.nan
    paths = HISTORY.with_values(values, HISTORY.unit)
    for name in NAMES:
        found = RULERS[name].measure(paths, FIGURES, CALM, 1).values
        assert np.isnan(found[0, 2, :3]).all(), name
        assert np.isfinite(found[0, :, 3:]).all(), name


def test_an_economy_without_macro_figures_is_refused_by_name() -> None:
    figures = made(FIGURES.spending, FIGURES.macro[FIGURES.macro["iso3"] != "JPN"], **FIGURES.ledgers)
    found = RULERS["gdp_ppp"].measure(FUTURES, figures, CALM, 1)
    with pytest.raises(OvertakeError, match=r"JPN: no value in 2025"):
        ratio(found, Balance(label="x", side={"JPN": 1.0}), "jpn")


def test_observed_table_is_the_contract() -> None:
    settings = SETTINGS.model_copy(update={"use": ("constant_usd", "gdp_ppp")})
    table = observed_table(FIGURES, settings, 1)
    assert list(table.columns) == ["ruler", "iso3", "year", "value", "unit"]
    assert set(table["ruler"]) == set(settings.use)
    assert table["value"].notna().all()
    assert [name for name, _ in measured(FUTURES, FIGURES, settings, 1)] == list(settings.use)
    one = measure("gdp_ppp", HISTORY, FIGURES, settings, 1).economy("IND")[0]
    rows = table[(table["ruler"] == "gdp_ppp") & (table["iso3"] == "IND")]
    np.testing.assert_array_equal(rows["value"], one)


def ledger(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["iso3", "year", "part", "share"])


def test_composition_fills_what_the_ledger_lacks() -> None:
    default = Composition()
    found = weights(FIGURES.ledgers["composition"], ("CHN", "IND", "JPN"), default)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[2].tolist() == [default.personnel, default.operations, default.equipment]
    assert found[1, 0] == pytest.approx(0.72 * 0.45 / 0.75)
    newest = ledger(("CHN", 2010, "personnel", 0.9), ("CHN", 2017, "personnel", 0.3))
    assert weights(newest, ("CHN",), default)[0, 0] == 0.3


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([("CHN", 2017, "wages", 0.3)], "unknown part 'wages'"),
        ([("CHN", 2017, "personnel", 31.0)], "allowed 0 to 1"),
        ([("CHN", 2017, "personnel", 0.5), ("CHN", 2017, "operations", 0.6)], "below 1"),
        ([("CHN", 2017, part, 0.4) for part in ("personnel", "operations", "equipment")], "sum to 1.2"),
    ],
)
def test_bad_compositions_are_refused(rows: list, what: str) -> None:
    with pytest.raises(OvertakeError, match=what):
        weights(ledger(*rows), ("CHN",), Composition())


@pytest.mark.parametrize(
    "text",
    [
        '{"use": []}',
        '{"use": ["constant_usd", "constant_usd"]}',
        '{"use": ["mppp"]}',
        '{"composition": {"personnel": 0.9}}',
        '{"stock": {"depreciation_pct": 0}}',
        '{"military_ppp": {"wage_elasticity": 1.5}}',
        '{"prices": {"real_appreciation_pct": {"XXX": 1}}}',
    ],
)
def test_bad_parameters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Rulers.model_validate_json(text)


def test_default_balances_are_known_to_all() -> None:
    assert {iso3 for balance in default_balances().values() for iso3 in balance.side} >= {"USA", "JPN", "TWN"}
