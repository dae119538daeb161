"""One edition for all rooms: immutable, read as asked, the same in another process; one memory, outside of it."""

from __future__ import annotations

import dataclasses
import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest

from overtake import paths
from overtake.config.core import Data
from overtake.draws import write_parquet
from overtake.edition import Edition, of_run, read, shipped
from overtake.edition.memo import once
from overtake.sources import panel, raw


def test_an_edition_is_what_its_spring_knew() -> None:
    found = read(Data(edition="2020-04"))
    assert (found.name, found.last, found.price_base) == ("2020-04", 2019, 2018)
    assert found.weo >= "2020-04"
    assert found.names() == sorted({str(name) for name in raw.load("milex.csv")["edition"] if str(name) <= "2020-04"})
    later = found.at(Data(edition="2026-04"))
    assert (later.name, later.last, later.price_base) == ("2026-04", 2025, 2024)
    pd.testing.assert_frame_equal(later.spending, read(Data()).spending)


def test_nothing_in_an_edition_can_be_written_to() -> None:
    found = read(Data())
    given = {"plans": pd.DataFrame()}
    made = Edition("2026-04", ledgers=given)
    given["crosswalk"] = pd.DataFrame()
    assert list(made.ledgers) == ["plans"]
    for edition in (found, made, pickle.loads(pickle.dumps(found))):
        with pytest.raises(dataclasses.FrozenInstanceError):
            edition.name = "2020-04"  # type: ignore[misc]
        with pytest.raises(TypeError):
            edition.ledgers["plans"] = pd.DataFrame()  # type: ignore[index]


def test_what_if_leaves_the_edition_as_it_is() -> None:
    found = read(Data())
    halved = found.with_spending(
        found.spending.assign(milex_constant_usd_bn=found.spending["milex_constant_usd_bn"] / 2)
    )
    assert halved.spending["milex_constant_usd_bn"].sum() == pytest.approx(
        found.spending["milex_constant_usd_bn"].sum() / 2
    )
    assert halved.ledgers is found.ledgers
    blind = found.without_forecast()
    assert (len(blind.macro), blind.weo, found.weo) == (0, "", found.macro["edition"].iloc[0])


def test_ledgers_up_to_a_month_hold_nothing_later() -> None:
    then = read(Data(edition="2020-04")).up_to("2020-10").ledgers
    assert then["china_estimates"]["year"].max() <= 2020
    assert then["plans"]["announced"].max() <= "2020-10"
    assert len(then["crosswalk"]) == len(raw.load("crosswalk.csv"))


def test_a_table_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    """A stage reads what it needs: a ledger that it does not need may be broken."""
    folder = tmp_path / "raw"
    shutil.copytree(paths.RAW, folder)
    (folder / "plans.csv").write_text("broken\n", encoding="utf-8")
    found = read(Data(), folder)
    assert len(found.ledgers["composition"])
    with pytest.raises(Exception, match=r"plans\.csv"):
        found.ledgers["plans"]
    with pytest.raises(KeyError):
        found.ledgers["milex"]


def test_another_process_gets_the_same_tables() -> None:
    found = read(Data())
    again = pickle.loads(pickle.dumps(found))
    for group in ("ledgers", "learned", "published"):
        one, two = getattr(found, group), getattr(again, group)
        assert list(one) == list(two)
        for name in one:
            pd.testing.assert_frame_equal(one[name], two[name])


def test_the_memory_belongs_to_one_edition_and_ends_with_it() -> None:
    asked: list[str] = []

    def of(edition: Edition, key: str) -> str:
        def make() -> str:
            asked.append(f"{edition.name} {key}")
            return key

        return once(edition, key, make)

    one, two = Edition("2025-04"), Edition("2025-04")
    assert [of(one, "a"), of(one, "a"), of(one, "b"), of(two, "a")] == ["a", "a", "b", "a"]
    assert asked == ["2025-04 a", "2025-04 b", "2025-04 a"]


def test_a_forecast_is_that_of_the_time_or_none() -> None:
    found = read(Data())
    then = found.as_printed("2021-04")
    macro = raw.load("macro.csv")
    assert then.name == "2021-04"
    assert then.weo == max(str(name) for name in macro["edition"] if str(name) <= "2021-04") < found.weo
    later = dataclasses.replace(found, published={**found.published, "macro": macro[macro["edition"] > "2021-04"]})
    assert (later.as_printed("2021-04").weo, len(later.as_printed("2021-04").macro)) == ("", 0)
    observed = ~then.spending["gap_filled"]
    assert not observed.all()
    pd.testing.assert_frame_equal(later.as_printed("2021-04").spending[observed], then.spending[observed])


def test_a_series_of_ones_own_stands_in_its_place_alone() -> None:
    found = read(Data())
    milex = raw.load("milex.csv")
    rows = milex[(milex["edition"] == "2026-04") & (milex["iso3"] == "KOR")][["iso3", "year", "milex_current_usd_m"]]
    mine = rows.rename(columns={"milex_current_usd_m": "value"}).assign(
        series="mine", measure="milex_current_usd_m", status="estimate", source="x", cell="line"
    )
    mine["value"] *= 1.5
    other = mine.assign(series="other", iso3="JPN", value=1.0)
    known = dataclasses.replace(found, published={**found.published, "series": pd.concat([mine, other])})
    moved = known.at(Data(series=("mine",))).spending.set_index(["iso3", "year"])
    before = found.spending.set_index(["iso3", "year"])
    for measure in ("milex_constant_usd_bn", "milex_current_usd_bn", "milex_lcu_bn", "gdp_share_pct"):
        pd.testing.assert_series_equal(moved.loc["KOR", measure], before.loc["KOR", measure] * 1.5)
    assert set(moved.loc["KOR", "status"]) == {"estimate"}
    pd.testing.assert_frame_equal(moved.drop(index="KOR"), before.drop(index="KOR"))
    pd.testing.assert_frame_equal(known.at(Data()).spending, found.spending)


def test_the_edition_of_the_run_is_that_of_its_tables(tmp_path: Path) -> None:
    then = read(Data(edition="2020-04"))
    for name in ("spending", "macro"):
        write_parquet(getattr(then, name), tmp_path / f"{name}.parquet")
    found = of_run(tmp_path)
    assert (found.name, found.last, found.weo, found.names()) == (then.name, then.last, then.weo, then.names())
    assert list(found.ledgers) == list(then.ledgers)
    empty = shipped("2020-04")
    assert (empty.name, len(empty.spending), len(empty.macro), empty.weo) == ("2020-04", 0, 0, "")


def test_economies_of_the_own_panel_are_among_the_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel, "with_own", lambda file, folder: pd.DataFrame({"asked": [file, str(folder)]}))
    assert shipped("2026-04", tmp_path).published["milex"]["asked"].tolist() == ["milex.csv", str(tmp_path)]
