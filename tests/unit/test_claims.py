"""Each claim's verdict flips when the opposite is true; verdicts and numbers on the real figures by a second route."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import claims, paths
from overtake.claims.editions import revisions, summary, table
from overtake.claims.model import Claim
from overtake.claims.stage import known_then
from overtake.config.balances import ALLIES, FIVE, default_balances
from overtake.config.core import Data, Run
from overtake.config.params import Params
from overtake.edition import Edition, read
from overtake.errors import OvertakeError
from tests.unit.claims_case import REAL_LEDGERS, edited, history, steady

CLAIMS = {claim.id: claim for claim in claims.load()}
SETTINGS = Params(run=Run(seed=3))
ELEVEN = list(ALLIES)


def verdict(name: str, known: Edition) -> str:
    return claims.judge(CLAIMS[name], known, SETTINGS).verdict


def with_params(name: str, **params: object) -> Claim:
    return CLAIMS[name].model_copy(update={"params": {**CLAIMS[name].params, **params}})


def covid(depth: float):
    return lambda iso3, year: -depth if 2020 <= year <= 2022 and iso3 not in ("CHN", "USA") else 3.0


def in_2020(china: float, others: float):
    return lambda iso3, year: 3.0 if year != 2020 else china if iso3 == "CHN" else others


def step(before: float, after: float):
    return lambda iso3, year: after if year >= 2022 and iso3 in ("JPN", "KOR", "AUS") else before


def composition(first: float, last: float) -> dict[str, pd.DataFrame]:
    found = REAL_LEDGERS["composition"].copy()
    for year, share in ((2010, first), (2017, last)):
        found.loc[(found["iso3"] == "CHN") & (found["part"] == "equipment") & (found["year"] == year), "share"] = share
    return {"composition": found}


TRUE = {
    "A1": lambda: history(steady(CHN=3)),
    "A2": lambda: history(steady(CHN=7, other=2)),
    "A3": lambda: history(covid(8)),
    "A4": lambda: history(in_2020(3, -2)),
    "A5": lambda: history(steady()),
    "A6": lambda: history(in_2020(9, 0.5)),
    "A7": lambda: history(steady(AUS=8), changes=edited("plans", "plan", "aus_dsu_2020", value=5000.0)),
    "A8": lambda: history(steady(CHN=7, USA=1)),
    "A11": lambda: history(steady(), changes=composition(0.30, 0.40)),
    "A12": lambda: history(steady()),
    "A13": lambda: history(step(1, 9), noise_pct=1.0),
}
OPPOSITE = {
    "A1": lambda: history(steady(), levels={"JPN": 300.0}),
    "A2": lambda: history(steady(CHN=1, other=5)),
    "A3": lambda: history(covid(-5)),
    "A4": lambda: history(in_2020(3, 5)),
    "A5": lambda: history(steady(), changes=edited("china_official_budget", "year", 2020, central_rmb_bn=1200.0)),
    "A6": lambda: history(in_2020(0.5, 9), noise_pct=0.01),
    "A7": lambda: history(steady(AUS=-2, other=3), changes=edited("plans", "plan", "aus_dsu_2020", value=12.0)),
    "A8": lambda: history(steady(CHN=1, USA=4)),
    "A11": lambda: history(steady(), changes=composition(0.40, 0.30)),
    "A12": lambda: history(steady(), levels={"USA": 50.0}),
    "A13": lambda: history(step(5, -3), noise_pct=1.0),
}


@pytest.mark.parametrize("name", sorted(TRUE))
def test_verdict_flips_with_the_opposite_history(name: str) -> None:
    assert verdict(name, TRUE[name]()) == "supported"
    assert verdict(name, OPPOSITE[name]()) == "contradicted"


def test_crossing_matrix_flips_with_past_growth_and_with_published_probabilities() -> None:
    claim = with_params("A9", rulers=["constant_usd"], draws=200)
    ahead, behind = history(steady(CHN=9, other=0, USA=0)), history(steady(CHN=0), levels={"CHN": 5.0})
    assert claims.judge(claim, ahead, SETTINGS).verdict == "supported"
    assert claims.judge(claim, behind, SETTINGS).verdict == "contradicted"
    for chance, expected in ((0.9, "supported"), (0.05, "contradicted"), (0.3, "partly")):
        table = pd.DataFrame(
            [(name, ruler, chance) for name in claim.params["balances"] for ruler in ("constant_usd", "gdp_ppp")],
            columns=["balance", "ruler", "p_by_2030"],
        )
        assert claims.judge(CLAIMS["A9"], behind, SETTINGS, table).verdict == expected


def test_a_claims_coalition_needs_no_declaration() -> None:
    """The analyst may drop a balance that the commentary's claim names: the claim keeps its own."""
    claim = with_params("A9", rulers=["constant_usd"], draws=200)
    without = SETTINGS.model_copy(update={"balances": {"jpn": SETTINGS.balances["jpn"]}})
    past = history(steady(CHN=9, other=0, USA=0))
    assert claims.judge(claim, past, without) == claims.judge(claim, past, SETTINGS)


def test_halves_make_partly() -> None:
    assert verdict("A2", history(lambda iso3, year: 2 if iso3 == "CHN" or year < 2021 else 9)) == "contradicted"
    outgrown_by_most = history(lambda i, y: {"CHN": 6.0, "IND": 1.0, "JPN": 1.0, "KOR": 1.0}.get(i, 7.0))
    assert verdict("A2", outgrown_by_most) == "partly"
    assert verdict("A13", history(lambda i, y: 9.0 if i == "JPN" and y >= 2022 else 1.0, noise_pct=1)) == "partly"
    assert verdict("A12", history(lambda i, y: 25.0 if i == "CHN" and y > 2015 else 2.0)) == "partly"


def test_untestable_claims_and_years_not_yet_observed() -> None:
    now = history(steady())
    assert {name for name, claim in CLAIMS.items() if not claim.testable} == {"A10", "A14"}
    assert verdict("A10", now) == verdict("A14", now) == "untestable"
    assert verdict("A13", history(steady(), last=2020)) == "untestable"
    assert verdict("A5", now.up_to("2019-10")) == "untestable"


# The real figures.


@cache
def known(edition: str) -> Edition:
    return known_then(read(Data()), edition)


@cache
def judged() -> tuple[pd.DataFrame, pd.DataFrame]:
    return claims.evaluate(list(CLAIMS.values()), known("2026-04"), known("2020-04"), SETTINGS)


@cache
def plain() -> pd.DataFrame:
    """Return constant US$ bn, years by economies, straight from data/raw."""
    milex = pd.read_csv(paths.RAW / "milex.csv", dtype={"edition": str})
    newest = milex[milex["edition"] == "2026-04"]
    return newest.pivot(index="year", columns="iso3", values="milex_constant_usd_m") / 1000


def cagr(series: pd.Series, first: int, last: int) -> float:
    return 100 * ((series[last] / series[first]) ** (1 / (last - first)) - 1)


def items(claim: str, window: str = "", ruler: str = "constant_usd", when: str = "now") -> pd.Series:
    _, details = judged()
    chosen = details[(details["claim"] == claim) & (details["known"] == when) & (details["ruler"] == ruler)]
    chosen = chosen[chosen["window"] == window] if window else chosen
    return chosen.set_index("item")["value"]


def test_verdicts_of_late_2026() -> None:
    table, _ = judged()
    expected = {
        "A1": "supported", "A2": "partly", "A3": "contradicted", "A4": "contradicted", "A5": "supported",
        "A6": "supported", "A7": "partly", "A8": "supported", "A9": "partly", "A10": "untestable", "A11": "supported",
        "A12": "supported", "A13": "partly", "A14": "untestable",
    }  # fmt: skip
    assert dict(zip(table["claim"], table["verdict"], strict=True)) == expected


def test_verdicts_as_of_october_2020() -> None:
    table, _ = judged()
    then = dict(zip(table["claim"], table["verdict_2020"], strict=True))
    assert then["A2"] == "supported"
    assert then["A13"] == "untestable"
    assert known("2020-04").last == 2019
    assert known("2020-04").macro["edition"].eq("2020-10").all()
    assert (known("2020-04").ledgers["china_official_budget"]["year"] <= 2020).all()
    assert "aus_nds_2026" not in set(known("2020-04").ledgers["plans"]["plan"])


@pytest.mark.parametrize(
    ("window", "china", "five", "eleven"),
    [((2010, 2020), 6.9, 2.4, 2.8), ((2015, 2020), 5.5, 3.0, 3.4), ((2020, 2025), 5.5, 3.9, 4.4)],
)
def test_growth_rates_of_a2(window: tuple[int, int], china: float, five: float, eleven: float) -> None:
    wide, span = plain().interpolate(), f"{window[0]}-{window[1]}"
    rates = [cagr(wide["CHN"], *window), cagr(wide[list(FIVE)].sum(axis=1), *window)]
    rates.append(cagr(wide[ELEVEN].sum(axis=1), *window))
    assert [round(rate, 1) for rate in rates] == [china, five, eleven]
    found = items("A2", span)
    for name, rate in (("five", rates[1]), ("eleven", rates[2])):
        assert found[f"CHN over {name}"] == pytest.approx(100 * ((1 + rates[0] / 100) / (1 + rate / 100) - 1), abs=1e-6)


def test_members_of_a2() -> None:
    # The dossier prints 7.2 for Viet Nam; the workbook gives 7.146.
    expected = {"IDN": 9.6, "JPN": 8.6, "SGP": 7.5, "TWN": 7.4, "VNM": 7.1, "MYS": 5.8, "PHL": 5.2, "IND": 3.1,
                "AUS": 2.4, "KOR": 1.4, "THA": -4.8}  # fmt: skip
    wide, found = plain(), items("A2", "2020-2025")
    for iso3, rate in expected.items():
        assert round(cagr(wide[iso3], 2020, 2025), 1) == rate
        assert (found[f"CHN over {iso3}"] > 0) == (rate < cagr(wide["CHN"], 2020, 2025))
    assert judged()[0].set_index("claim")["beside"]["A2"] == pytest.approx(100 * 5 / 11)


def test_flat_years_of_a4() -> None:
    change = 100 * (plain() / plain().shift(1) - 1)
    for year, flat, together in ((2020, {"JPN", "IND", "VNM", "SGP"}, 2.2), (2021, {"THA", "IND", "IDN"}, 3.3)):
        found = items("A4", str(year))
        assert {iso3 for iso3 in ELEVEN if found[iso3] <= 1} == flat
        assert {iso3 for iso3 in ELEVEN if change[iso3][year] <= 1} == flat
        assert round(found["coalition"], 1) == together


def test_numbers_of_a5_a6_a8_a12_a13() -> None:
    row, wide = judged()[0].set_index("claim"), plain()
    assert row["value"]["A5"] == pytest.approx(6.6, abs=0.05)
    assert row["beside"]["A5"] == pytest.approx(4.7, abs=0.05)
    steps = (wide - wide.shift(1)).loc[2020]
    assert steps["CHN"] == pytest.approx(11.5, abs=0.05)
    assert steps[ELEVEN].sum() == pytest.approx(5.5, abs=0.05)
    assert row["value"]["A6"] == pytest.approx(steps["CHN"] / steps[ELEVEN].sum())
    ratio = 100 * wide["CHN"] / wide["USA"]
    for year, expected in ((2000, 7.2), (2010, 12.4), (2016, 24.8), (2020, 27.1), (2024, 31.0), (2025, 36.1)):
        assert round(ratio[year], 1) == expected
        assert items("A8", str(year))["ratio"] == pytest.approx(ratio[year])
    assert row["value"]["A12"] == pytest.approx(2.84, abs=0.005)
    assert 4.1 <= row["beside"]["A12"] <= 5.6
    growth = 100 * (wide["JPN"] / wide["JPN"].shift(1) - 1)
    assert [round(growth[year], 1) for year in (2022, 2023, 2024, 2025)] == [-5.9, 15.3, 18.3, 9.7]
    _, details = judged()
    japan = details[(details["claim"] == "A13") & (details["item"] == "JPN")]
    assert set(japan["window"]) == {"2023"}


def test_outturns_of_a7() -> None:
    wide, found = plain(), items("A7", "2016-2025")
    for iso3, expected in (("AUS", 18), ("IND", 39), ("KOR", 30), ("JPN", 61)):
        assert round(100 * (wide[iso3][2025] / wide[iso3][2016] - 1)) == expected
        assert round(found[iso3]) == expected


def test_ranks_of_a1_by_second_route() -> None:
    wide = plain().loc[2008:]
    above = (wide.drop(columns="CHN").gt(wide["CHN"], axis=0)).sum(axis=1) + 1
    assert (above == 2).all()
    assert (items("A1") == 2).all()


def test_texts_carry_no_result_and_fill_their_parameters() -> None:
    table, _ = judged()
    for row in table.to_dict("records"):
        left = claims.model.PLACEHOLDER.findall(row["result"] + row["would_change"])
        assert {name for name, _ in left} <= {"value", "lo", "hi", "beside"}, row["claim"]
        assert {group for _, group in left} <= {"", "3", "11"}, row["claim"]
    assert "last 10 years" in table.set_index("claim")["result"]["A2"]


def test_same_seed_same_table() -> None:
    again, details = claims.evaluate(list(CLAIMS.values()), known("2026-04"), known("2020-04"), SETTINGS)
    pd.testing.assert_frame_equal(again, judged()[0])
    pd.testing.assert_frame_equal(details, judged()[1])


# The editions.


def test_revisions_ignore_a_new_price_base_and_find_a_changed_year() -> None:
    years = range(2000, 2011)
    old = pd.DataFrame({"edition": "2020-04", "iso3": "CHN", "year": years, "milex_constant_usd_m": 100.0})
    new = old.assign(edition="2026-04", milex_constant_usd_m=130.0)
    new.loc[new["year"] == 2005, "milex_constant_usd_m"] = 143.0
    found = revisions(pd.concat([old, new]), "2026-04").set_index("year")["change_pct"]
    assert found[2005] == pytest.approx(10)
    assert found.drop(2005).abs().max() < 1e-9
    with pytest.raises(OvertakeError):
        revisions(old, "2026-04")


def test_editions_table() -> None:
    balances = {name: default_balances()[name] for name in ("five", "eleven", "jpn")}
    cheap = [CLAIMS[name] for name in ("A1", "A2", "A13")]
    settings = SETTINGS.model_copy(update={"balances": balances})
    found = table([known("2020-04"), known("2026-04")], cheap, settings, None)
    assert set(found["kind"]) == {"revision", "crossing", "verdict"}
    years = found[found["kind"] == "crossing"].set_index(["edition", "subject", "ruler"])
    newest = years.loc["2026-04"]
    assert newest.loc[("eleven", "constant_usd"), "value"] == 2020
    assert newest.loc[("five", "constant_usd"), "value"] == 2007
    assert newest.loc[("jpn", "current_usd"), "value"] == 2006
    assert not newest["moved"].any()
    # The edition that the commentary could read had China ahead of the eleven before 2020; the newest, cut there, not.
    before = years.loc[("2020-04", "eleven", "constant_usd")]
    assert before["value"] < 2020
    assert np.isnan(before["compared_value"])
    assert before["moved"]
    moved = found[(found["kind"] == "verdict") & found["moved"]]
    assert set(moved["subject"]) == {"A2", "A13"}
    assert set(summary(found)["subject"]) == set(known("2026-04").spending["iso3"])


# Bad input.


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("test: rank", "test: ranks", "no test 'ranks'"),
        ("{value} in yuan", "{nothing} in yuan", "unknown placeholder"),
        ("unit: rank", "units: rank", "A1"),
        ("thresholds: {rank: 2}", "thresholds: {rank: second}", "thresholds.rank"),
        ("testable: false", "testable: true", "testable is True"),
    ],
)
def test_bad_claims_are_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    text = (
        (paths.RAW / "claims.yaml").read_text(encoding="utf-8").replace("of the year before in yuan", "{value} in yuan")
    )
    assert old in text
    path = tmp_path / "claims.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(OvertakeError, match=what):
        claims.load(path)


def test_stage_gives_the_four_tables() -> None:
    from overtake.claims.stage import tables, when_claimed

    claim = CLAIMS["A9"]
    crossings = pd.DataFrame(
        [(name, ruler, 0.3) for name in claim.params["balances"] for ruler in claim.params["rulers"]],
        columns=["balance", "ruler", "p_by_2030"],
    )
    found = tables(SETTINGS, read(Data()), crossings)
    assert list(found) == ["claims", "claim_details", "editions", "register"]
    mine, other = found["claims"].set_index("claim"), judged()[0].set_index("claim")
    pd.testing.assert_frame_equal(mine.drop("A9"), other.drop("A9"))
    assert mine.loc["A9", "value"] == 0
    assert when_claimed(paths.RAW / "claims.yaml") == ("2020-04", "2020-10")
    contract = (paths.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name, frame in found.items():
        row = next(line for line in contract.splitlines() if line.startswith(f"| `{name}.parquet`"))
        assert [column for column in frame if column not in row] == [], name
