"""The clean stage: gaps filled by the stated rule, editions chosen, nothing else touched."""

import numpy as np
import pandas as pd
import pytest

from overtake.config.core import Data
from overtake.edition.clean import clean_spending, fill, weo_edition
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
    with pytest.raises(OvertakeError, match="VNM 2016"):
        clean_spending(both, macro([5.0] * 3), EDITIONS, Data(first_year=2010, gap_rule="refuse"))


def test_unknown_edition_lists_the_known():
    with pytest.raises(OvertakeError, match="2026-04"):
        clean_spending(milex([1.0, 2.0]), macro([1.0, 1.0]), EDITIONS, Data(edition="1999-04"))


@pytest.mark.parametrize(
    ("sipri", "asked", "used"),
    [("2026-04", "matching", "2026-04"), ("2020-04", "matching", "2020-10"), ("2026-04", "2020-10", "2020-10")],
)
def test_weo_edition_follows_the_sipri_edition(sipri, asked, used):
    assert weo_edition(Data(edition=sipri, weo_edition=asked), EDITIONS) == used


def test_growth_only_weo_edition_is_refused():
    with pytest.raises(OvertakeError, match="full WEO edition"):
        weo_edition(Data(weo_edition="2025-10"), EDITIONS)
