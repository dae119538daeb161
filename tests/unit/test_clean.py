"""The clean stage: gaps filled by the stated rule, editions chosen, nothing else touched."""

import numpy as np
import pandas as pd
import pytest

from overtake.config.core import Data
from overtake.edition.clean import clean_macro, clean_spending, fill, known_forecast, weo_edition
from overtake.edition.shares import gdp_constant_usd, gdp_path, has_gdp
from overtake.errors import OvertakeError

EDITIONS = pd.DataFrame(
    {
        "publisher": ["sipri", "imf", "imf", "imf"],
        "edition": ["2026-04", "2020-10", "2025-10", "2026-04"],
        "price_base": [2024, pd.NA, pd.NA, pd.NA],
        "full": [True, True, False, True],
    }
)


def milex(values, iso3="VNM"):
    years = range(2015, 2015 + len(values))
    frame = pd.DataFrame({"edition": "2026-04", "iso3": iso3, "year": years, "status": "reported"})
    for column in ("milex_constant_usd_m", "milex_current_usd_m", "milex_lcu_m"):
        frame[column] = values
    return frame.assign(gdp_share_pct=2.0)


def macro(growth, iso3="VNM"):
    frame = pd.DataFrame({"iso3": iso3, "year": range(2015, 2015 + len(growth)), "real_growth_pct": growth})
    nominal = np.cumprod(1 + (np.array(growth) + 2.0) / 100)
    return frame.assign(gdp_lcu_bn=1000 * nominal, gdp_usd_bn=50 * nominal)


def test_inner_gap_is_log_linear():
    assert fill(np.array([100.0, np.nan, np.nan, 800.0]), np.zeros(4)) == pytest.approx([100, 200, 400, 800])


def test_end_gap_keeps_the_share_of_gdp():
    filled = fill(np.array([100.0, np.nan, np.nan]), np.array([9.0, 10.0, -5.0]))
    assert filled == pytest.approx([100, 110, 104.5])


def test_leading_gap_stays_missing():
    filled = fill(np.array([np.nan, 100.0]), np.zeros(2))
    assert np.isnan(filled[0])
    assert filled[1] == 100.0


def test_filled_years_are_marked_and_observed_ones_untouched():
    both = pd.concat([milex([1000.0, np.nan, 4000.0, np.nan]), milex([1.0, 2.0, 3.0, 4.0], "JPN")])
    table = clean_spending(both, macro([5.0, 5.0, 5.0, 10.0]), EDITIONS, Data(first_year=2010))
    vietnam = table[table["iso3"] == "VNM"].set_index("year")
    assert vietnam.loc[2015:, "milex_constant_usd_bn"].tolist() == pytest.approx([1.0, 2.0, 4.0, 4.4])
    assert vietnam.loc[2018, "milex_lcu_bn"] == pytest.approx(4.0 * 1.12), "nominal figures grow with nominal GDP"
    assert vietnam.loc[2018, "gdp_share_pct"] == 2.0
    assert vietnam.loc[2015:, "gap_filled"].tolist() == [False, True, False, True]
    assert vietnam.loc[2016, "status"] == "highly uncertain"
    assert vietnam.loc[2015, "status"] == "reported"
    assert vietnam.loc[2010:2014, "milex_constant_usd_bn"].isna().all()
    assert set(table["price_base"]) == {2024}


def test_gaps_can_be_refused_by_name():
    both = pd.concat([milex([1000.0, np.nan, 4000.0]), milex([1.0, 2.0, 3.0], "JPN")])
    with pytest.raises(OvertakeError) as caught:
        clean_spending(both, macro([5.0] * 3), EDITIONS, Data(first_year=2010, gap_rule="refuse"))
    assert str(caught.value) == (
        "data/raw/milex.csv, edition 2026-04: 1 problem\n    VNM 2016: no figure\n"
        "  next:    set data.gap_rule to interpolate, or leave the economy out of the balances"
    )


def test_unknown_edition_lists_the_known():
    both = pd.concat([milex([1.0, 2.0]), milex([1.0, 2.0]).assign(edition="2025-04")])
    with pytest.raises(OvertakeError) as caught:
        clean_spending(both, macro([1.0, 1.0]), EDITIONS, Data(edition="1999-04"))
    assert str(caught.value) == (
        "params.yaml: data.edition: no such SIPRI edition in data/raw/milex.csv\n"
        "  found:   1999-04\n"
        "  allowed: 2025-04, 2026-04\n"
        "  next:    choose one of these, or `overtake ingest sipri PATH` to add an edition"
    )


@pytest.mark.parametrize(
    ("sipri", "asked", "used"),
    [
        ("2026-04", "matching", "2026-04"),
        ("2020-04", "matching", "2020-10"),
        ("2026-04", "2020-10", "2020-10"),
        ("2021-04", "matching", "2026-04"),
        ("2027-04", "matching", "2026-04"),
    ],
)
def test_weo_edition_follows_the_sipri_edition(sipri, asked, used):
    assert weo_edition(Data(edition=sipri, weo_edition=asked), EDITIONS) == used


def test_growth_only_weo_edition_is_refused():
    with pytest.raises(OvertakeError) as caught:
        weo_edition(Data(weo_edition="2025-10"), EDITIONS)
    assert str(caught.value) == (
        "params.yaml: data.weo_edition: no full WEO edition of that name in data/raw/macro.csv\n"
        "  found:   2025-10\n"
        "  allowed: 2020-10, 2026-04"
    )


def test_the_tables_of_an_edition_are_sorted_and_have_one_row_a_year():
    shuffled = macro([5.0, 6.0, 7.0]).assign(edition="2026-04", source="IMF").iloc[::-1]
    both = pd.concat([macro([1.0], "JPN").assign(edition="2026-04", source="IMF"), shuffled])
    found = clean_macro(pd.concat([both, both.assign(edition="2025-10")]), "2026-04")
    assert list(zip(found["iso3"], found["year"], strict=True)) == [
        ("JPN", 2015), ("VNM", 2015), ("VNM", 2016), ("VNM", 2017)
    ]  # fmt: skip
    assert "source" not in found
    assert found.index.tolist() == [0, 1, 2, 3]


def test_the_forecast_that_was_known_is_the_newest_not_later():
    known = pd.DataFrame({"edition": ["2020-10", "2021-04", "2021-04", "2021-10"]})
    assert known_forecast(known, "2021-04") == "2021-04"
    assert known_forecast(known, "2021-09") == "2021-04"
    assert known_forecast(known, "2020-04") is None


SPENDING = pd.DataFrame({"iso3": "VNM", "year": [2015, 2016], "gdp_share_pct": [2.0, 2.5],
                         "milex_constant_usd_bn": [1.0, 5.0]})  # fmt: skip


def test_gdp_is_spending_over_its_share_and_grows_as_the_imf_says():
    """200 of 2016; 10 % more, 5 % less, and the last growth held."""
    grows = pd.concat([macro([1.0, 2.0, 10.0, -5.0]), macro([50.0] * 4, "JPN")])
    assert gdp_path(SPENDING, grows, "VNM", 2016, 2019) == pytest.approx([200, 220, 209, 198.55])
    assert gdp_path(SPENDING, grows, "VNM", 2016, 2016) == pytest.approx([200])
    assert gdp_constant_usd(SPENDING, grows, "VNM", 2016, 2019) == pytest.approx(198.55)
    assert has_gdp(grows, "VNM")
    assert not has_gdp(grows, "KOR")
    assert not has_gdp(pd.concat([grows, macro([np.nan] * 4, "KOR")]), "KOR")


@pytest.mark.parametrize(
    ("iso3", "last", "growth"), [("JPN", 2016, [1.0]), ("VNM", 2017, [1.0]), ("VNM", 2016, [np.nan])]
)
def test_without_a_share_or_a_forecast_there_is_no_gdp(iso3, last, growth):
    with pytest.raises(OvertakeError) as caught:
        gdp_path(SPENDING, macro(growth, iso3), iso3, last, 2018)
    assert str(caught.value) == (
        f"share of GDP of {iso3}: none in {last}, or no growth forecast to build on\n"
        "  next:    overtake ingest weo FILE, with the economy in it"
    )
