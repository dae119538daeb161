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
from overtake.edition import Edition, read
from overtake.edition.memo import once
from overtake.sources import raw


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
