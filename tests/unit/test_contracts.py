"""Every table is what its contract says, before it is written; files, docs and stages say the same."""

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from overtake import draws, paths
from overtake.draws import Draws, read_draws
from overtake.errors import OvertakeError
from overtake.pipeline import contracts
from overtake.pipeline.contracts import CONTRACTS
from overtake.pipeline.stages import stages
from overtake.publish import readme

TIERS = pd.DataFrame({"tiers": ["none", "as set"], "balance": "eleven", "ruler": "constant_usd", "year": 2035,
                      "p_ahead": [0.25, 0.5], "ratio": [0.9, 1.0]})  # fmt: skip


def test_every_table_that_a_stage_writes_is_described_and_no_other():
    outs = {(out, name) for name, stage in stages().items() for out in stage.outs if out.endswith(".parquet")}
    assert outs == {(f"data/processed/{name}.parquet", each.stage) for name, each in CONTRACTS.items()}


def test_the_file_tells_unit_and_meaning(tmp_path):
    contracts.write(TIERS, tmp_path / "tiers.parquet")
    schema = parquet.read_schema(tmp_path / "tiers.parquet")
    assert schema.field("p_ahead").metadata == {
        b"unit": b"probability", b"meaning": b"the challengers' side leads in that year"
    }  # fmt: skip
    assert pd.read_parquet(tmp_path / "tiers.parquet").equals(TIERS)


def test_a_part_without_rows_takes_no_type_from_the_others(tmp_path):
    """A balance that a ruler does not measure gives a part without rows, and such a part has no types."""
    joined = pd.concat([pd.DataFrame(columns=list(TIERS.columns), dtype=object), TIERS.astype(object)])
    assert joined["year"].dtype == object
    contracts.write(joined, tmp_path / "tiers.parquet")
    assert pd.read_parquet(tmp_path / "tiers.parquet").equals(TIERS)


def test_draws_keep_what_they_are(tmp_path):
    drawn = Draws(pd.DataFrame([[1.5, 2.5]]).to_numpy().reshape(1, 1, 2), ("CHN",), (2024, 2025), 2024, "US$ bn")
    contracts.write(drawn, tmp_path / "futures.parquet")
    found = read_draws(tmp_path / "futures.parquet")
    assert (found.economies, found.years, found.last_observed, found.unit) == (("CHN",), (2024, 2025), 2024, "US$ bn")
    assert found.values.tolist() == [[[1.5, 2.5]]]
    assert parquet.read_schema(tmp_path / "futures.parquet").field("2025").metadata[b"unit"] == b"US$ bn, constant"


def test_draws_lie_side_by_side_and_are_written_a_part_after_the_other(tmp_path, monkeypatch):
    values = np.random.default_rng(1).random((7, 2, 3), dtype=np.float32)
    drawn = Draws(values, ("CHN", "USA"), (2024, 2025, 2026), 2024, "US$ bn")
    assert drawn.values.strides[0] == 4
    assert np.shares_memory(drawn.since(2025).values, drawn.values)
    assert np.shares_memory(drawn.with_values(drawn.values * 2, "US$").values, drawn.values) is False
    assert (drawn.since(2025).years, drawn.since(1990).years) == ((2025, 2026), drawn.years)
    contracts.write(drawn, tmp_path / "whole" / "futures.parquet")
    monkeypatch.setattr(draws, "PART", 5)  # two draws of two economies
    contracts.write(drawn, tmp_path / "futures.parquet")
    assert parquet.read_metadata(tmp_path / "futures.parquet").num_row_groups == 4
    assert pd.read_parquet(tmp_path / "futures.parquet").equals(pd.read_parquet(tmp_path / "whole" / "futures.parquet"))
    found = read_draws(tmp_path / "futures.parquet")
    assert (found.values == values).all()
    assert not found.values.flags.writeable


def test_a_table_that_holds_no_draws_is_refused(tmp_path):
    for name, table in (("other", TIERS), ("bare", pd.DataFrame({"draw": [0], "iso3": ["CHN"], "2025": [1.0]}))):
        path = tmp_path / f"{name}.parquet"
        table.to_parquet(path)
        with pytest.raises(OvertakeError, match=r"is not a readable parquet table[\s\S]*holds no draws"):
            read_draws(path)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            TIERS.drop(columns="year"),
            "columns tiers, balance, ruler, p_ahead, ratio; allowed: tiers",
        ),
        (TIERS.assign(odd=1), "columns tiers, balance, ruler, year, p_ahead, ratio, odd"),
        (TIERS[["balance", *TIERS.columns.drop("balance")]], "columns balance, tiers"),
        (TIERS.assign(year="2035"), "column year is str, not whole"),
        (TIERS.assign(year=2035.5), "column year is float64, not whole"),
        (TIERS.assign(p_ahead=True), "column p_ahead is bool, not number"),
        (TIERS.assign(ruler=1.0), "column ruler is float64, not text"),
        (TIERS.assign(tiers="none"), "two rows of none, eleven, constant_usd, 2035"),
    ],
    ids=["lacks", "not described", "order", "text for a year", "half a year", "flag", "number for a name", "twice"],
)
def test_what_is_not_the_contract_is_refused_and_nothing_written(tmp_path, table, said):
    with pytest.raises(OvertakeError, match=r"not what overtake/pipeline/contracts\.py says") as refused:
        contracts.write(table, tmp_path / "tiers.parquet")
    assert said in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_table_that_nobody_described_is_refused(tmp_path):
    with pytest.raises(OvertakeError, match=r"odd\.parquet: has no contract.*\n?.*overtake/pipeline/contracts\.py"):
        contracts.write(TIERS, tmp_path / "odd.parquet")


@pytest.mark.parametrize(("name", "text"), [("architecture", contracts.overview), ("tables", contracts.in_full)])
def test_docs_are_printed_from_the_contracts(name, text):
    document = (paths.ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert readme.written(document, "contracts", text()) == document, "run `overtake readme`"
