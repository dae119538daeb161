"""The ledgers: what the dossier says of them, and that a row which contradicts itself is refused by name."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake import paths
from overtake.errors import OvertakeError
from overtake.rulers.composition import PARTS
from overtake.sources import ledgers

LEDGERS = ledgers.load_all()


def test_every_row_has_source_reference_and_status() -> None:
    for name, table in LEDGERS.items():
        assert (table["source"].str.len() > 10).all(), name
        assert (table["reference"] != "").all(), name
        assert set(table["status"]) <= {"reported", "estimate", "highly uncertain", "derived", "unverified"}, name


def test_official_budget_identities() -> None:
    budget = LEDGERS["china_official_budget"].set_index("year")
    central = budget["central_rmb_bn"]
    assert central[2025] * 1.07 == pytest.approx(central[2026], abs=0.05)
    assert central[2024] * 1.072 == pytest.approx(central[2025], abs=1)
    assert central[2023] * 1.072 == pytest.approx(central[2024], abs=1)
    assert central[2019] * 1.066 == pytest.approx(central[2020], abs=1)
    assert list(budget.index) == list(range(2010, 2027))


def test_budget_scope_trap_is_kept_apart() -> None:
    budget = LEDGERS["china_official_budget"].set_index("year")
    naive = 100 * (budget["announced_rmb_bn"][2017] / budget["announced_rmb_bn"][2016] - 1)
    like = 100 * (budget["central_rmb_bn"][2017] / budget["central_rmb_bn"][2016] - 1)
    assert naive == pytest.approx(9.4, abs=0.05)
    assert like == pytest.approx(budget["announced_growth_pct"][2017], abs=0.2)
    assert budget["scope"][2016] != budget["scope"][2017]


def test_multipliers_over_sipri_relative_to_the_us() -> None:
    found = ledgers.pairs(LEDGERS["china_estimates"]).set_index("estimate")["lift_hi"]
    for year in (2020, 2022, 2023, 2024, 2025):
        assert found[f"sipri_{year}"] == pytest.approx(1.0)
    assert found["fravel_2024"] == pytest.approx(1.15, abs=0.005)
    assert 1.9 <= found["robertson_2020"] <= 2.1
    assert found["bartels_2017"] >= 2.5


def test_only_a_reported_figure_of_both_stands_on_equal_rules() -> None:
    """An estimate of China alone is no pair, nor is one whose United States is derived or from general knowledge."""
    found = ledgers.pairs(LEDGERS["china_estimates"]).set_index("estimate")
    equal = set(found.index[found["equal_hi"].notna()])
    alone = {"dod_2022", "wmeat_2017", "sullivan_2023", "careful_mer_2024", "iiss_full_2017"}
    derived = {"iiss_ppp_2023", "greenwalt_2021", "eaglen_2022", "dod_2024_old", "iiss_budget_2023"}
    assert not equal & (alone | derived)
    assert {"sipri_2025", "fravel_2024", "dod_2024"} <= equal
    assert alone - {"sullivan_2023"} <= set(found.index[found["alone"].notna()])
    assert found.loc["dod_2024", ["equal_lo", "equal_hi"]].tolist() == pytest.approx([304 / 849.8, 377 / 849.8])


def test_sipri_columns_agree_with_the_workbook() -> None:
    """SIPRI's figures beside the estimates are those of the edition named, where the project holds it."""
    milex = pd.read_csv(paths.RAW / "milex.csv", dtype={"edition": str})
    current = milex.set_index(["edition", "iso3", "year"])["milex_current_usd_m"] / 1000
    checked = 0
    for row in LEDGERS["china_estimates"].to_dict("records"):
        for iso3, column in (("CHN", "sipri_china_usd_bn"), ("USA", "sipri_us_usd_bn")):
            key = (row["sipri_edition"], iso3, row["year"])
            if key in current.index:
                assert row[column] == pytest.approx(current[key], abs=0.55), row["estimate"]
                checked += 1
    assert checked > 40


def test_realisation_by_hand() -> None:
    seen = ledgers.evidence(LEDGERS["realisation"])
    korea = seen[seen["iso3"] == "KOR"]
    assert korea["ratio"].round(2).tolist()[:3] == [0.91, 0.94, 0.94]
    assert korea["ratio"].iloc[3] == pytest.approx(4.1 / 7.5)
    # 61.25 of 67 after four years of growth planned at 7.5 %: the base that the plan implies grew by this much.
    base = 67 / 1.075**4
    delivered = np.log(61.25 / base) / (4 * np.log(1.075))
    assert korea["factor"].iloc[0] == pytest.approx(delivered)


def test_composition_is_whole_where_all_parts_are_known() -> None:
    table = LEDGERS["composition"]
    whole = table.groupby(["iso3", "year"]).filter(lambda rows: len(rows) == len(PARTS))
    assert np.allclose(whole.groupby(["iso3", "year"])["share"].sum(), 1, atol=0.001)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in paths.RAW.iterdir():
        if path.name not in ("milex.csv", "macro.csv"):
            shutil.copy(path, tmp_path / path.name)
    return tmp_path


def change(folder: Path, name: str, key: str, column: str, value: str) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = next(iter(rows[0]))
    hit = [row for row in rows if row[first] == key]
    assert hit, key
    hit[0][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("name", "key", "column", "value", "what"),
    [
        ("china_official_budget", "2018", "central_rmb_bn", "1206.95", "2018: announced 1106.95"),
        ("china_official_budget", "2022", "announced_growth_pct", "9.1", "2022: announced growth"),
        ("china_official_budget", "2011", "usd_bn_lo", "99", "2011: usd_bn_lo"),
        ("china_estimates", "fravel_2024", "us_usd_bn", "997", "fravel_2024: China over US"),
        ("china_estimates", "dod_2024", "china_usd_bn_lo", "400", "dod_2024: china_usd_bn_lo"),
        ("china_estimates", "sipri_2020", "basis", "market", "is unknown"),
        ("plans", "twn_5pct_2030", "target_year", "", "twn_5pct_2030: a target without a year"),
        ("plans", "aus_nds_2024", "superseded_by", "aus_nds_2030", "aus_nds_2030, which is no plan"),
        ("plans", "kor_path_2035", "basis", "nato", "kor_path_2035: no factor for KOR nato"),
        ("plans", "kor_path_2035", "value", "350", "share 350 % of GDP"),
        ("crosswalk", "JPN", "sipri_over_headline", "1.4", "JPN nato_like: factor 1.4, shares give 0.70"),
        ("realisation", "TWN", "made", "2040", "Special act 2026-33: target year before"),
        ("composition", "CHN", "share", "0.9", "CHN 2017: shares sum to 1.590"),
        ("forecast_register", "dcdc_2045_2014", "target_year_hi", "2010", "dcdc_2045_2014: the target lies"),
        ("forecast_register", "janes_double_2012", "base_year", "", "janes_double_2012: growth without"),
        ("plans", "gbr_hague_2035", "reference", "nobody-1900", "nobody-1900 is not in references.json"),
        ("plans", "gbr_hague_2035", "status", "rumour", "is unknown"),
    ],
)
def test_contradictions_are_refused(folder: Path, name: str, key: str, column: str, value: str, what: str) -> None:
    change(folder, name, key, column, value)
    with pytest.raises(OvertakeError) as caught:
        ledgers.load_all(folder)
    assert what in str(caught.value)
    assert name in str(caught.value)


def test_all_offenders_are_listed_at_once(folder: Path) -> None:
    change(folder, "plans", "twn_5pct_2030", "target_year", "")
    change(folder, "crosswalk", "JPN", "sipri_over_headline", "1.4")
    with pytest.raises(OvertakeError) as caught:
        ledgers.load_all(folder)
    assert "plans.csv" in str(caught.value)
    assert "crosswalk.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [("URL", "javascript:alert(1)"), ("URL", "data:text/html,x"), ("URL", "https://a b"), ("URL", "//example.org"),
     ("URL", 7), ("DOI", "javascript:1"), ("DOI", "10.1/x\"onclick=")],
)  # fmt: skip
def test_an_address_that_no_page_should_follow_is_refused(tmp_path, field, value):
    works = json.loads((paths.RAW / "references.json").read_text(encoding="utf-8"))
    works[0][field] = value
    (tmp_path / "references.json").write_text(json.dumps(works), encoding="utf-8")
    (problem,) = ledgers.uncited({}, tmp_path)
    assert problem.startswith(f"data/raw/references.json: {works[0]['id']}: {field} ")


def test_every_address_of_the_projects_own_bibliography_is_taken():
    assert ledgers.uncited({}, paths.RAW) == []
