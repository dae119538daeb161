"""A whole workbook for one's own use: SIPRI's groups as sides, and figures that never reach data/raw."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError
from workbook_case import CONSTANT, CURRENT, LAST, LOCAL, SHARE, build, saved

from overtake import paths
from overtake.config import economies as vocabulary
from overtake.config.balances import Balance
from overtake.config.load import foreign, parse, read_yaml, undeclared
from overtake.config.params import Params
from overtake.draws import write_parquet
from overtake.errors import OvertakeError
from overtake.sources import panel, raw, sipri

PANEL = """iso3,name,region,subregion
BGD,Bangladesh,Asia & Oceania,South Asia
IND,India,Asia & Oceania,South Asia
PAK,Pakistan,Asia & Oceania,South Asia
JPN,Japan,Asia & Oceania,East Asia
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a panel of four economies, which the vocabulary reads."""
    monkeypatch.setattr(paths, "PANEL", tmp_path)
    (tmp_path / "economies.csv").write_text(PANEL, encoding="utf-8")
    return tmp_path


def sides(side: dict[str, float], against: dict[str, float]) -> Balance:
    return Balance.model_validate({"label": "x", "side": side, "against": against})


def test_a_region_is_its_economies_less_those_that_a_side_names(own: Path) -> None:
    found = sides({"region:south_asia": 0.5}, {"IND": 1.0})
    assert found.side == {"BGD": 0.5, "PAK": 0.5}
    assert found.against == {"IND": 1.0}
    assert sides({"region:asia_oceania": 1.0, "PAK": 0.2}, {"JPN": 1.0}).side == {"PAK": 0.2, "BGD": 1.0, "IND": 1.0}
    with pytest.raises(ValidationError, match="no region south_asa in data/panel; known: asia_oceania, east_asia, sou"):
        sides({"region:south_asa": 1.0}, {"CHN": 1.0})


def test_without_a_panel_a_region_says_how_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "PANEL", tmp_path)
    with pytest.raises(ValidationError, match="--all-countries"):
        sides({"region:south_asia": 1.0}, {"CHN": 1.0})
    assert vocabulary.legal() == vocabulary.economies()


def test_economies_of_the_panel_are_asked_for_in_the_parameters(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "balances: {x: {label: x, against: {IND: 1.0}, side: {region:south_asia: 1.0}}}\n", encoding="utf-8"
    )
    params = parse(read_yaml(path) | {"sensitivity": {"balances": ["x"]}})
    assert foreign(params) == ["BGD", "PAK"]
    assert "data.panel: raw, but balances name BGD, PAK, of data/panel alone; set own" in undeclared(params)
    taken = params.model_copy(update={"data": params.data.model_copy(update={"panel": "own"})})
    assert not [line for line in undeclared(taken) if line.startswith("data.panel")]
    assert foreign(Params()) == []


def test_groups_and_figures_of_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = build()
    for sheet in (CONSTANT, CURRENT, LOCAL, SHARE):
        page = book[sheet]
        for name, first in (("South-East Asia", None), ("Laos", LAST - 3), ("Middle East", None), ("Oman", 2015)):
            row = page.max_row + 1
            page.cell(row, 1, name)
            for year in range(first or LAST + 1, LAST + 1):
                page.cell(row, 3 + year - 2015, 0.02 if sheet == SHARE else 500.0)
    path = saved(tmp_path, book)
    read = sipri.read(path)
    usable = panel.usable(read).set_index("iso3")
    assert "LAO" not in usable.index  # four years are too few
    assert usable.loc["OMN"].tolist() == ["Oman", "Middle East", "Middle East"]
    monkeypatch.setattr(paths, "PANEL", tmp_path / "panel")
    monkeypatch.setattr(paths, "PROCESSED", tmp_path)
    write_parquet(read.table, paths.PANEL / "milex_2026-04.parquet")
    usable.reset_index().to_csv(paths.PANEL / "economies.csv", index=False)
    before = (paths.RAW / "milex.csv").read_bytes()
    panel.write(["OMN"], tmp_path / "own")
    both = panel.with_own("milex.csv")
    assert len(both) == len(raw.milex()) + LAST - 1989 + 1
    mine = both[(both["iso3"] == "OMN") & (both["year"] == 2020)]
    assert mine[["edition", "milex_constant_usd_m", "gdp_share_pct"]].to_numpy().tolist() == [["2026-04", 500.0, 2.0]]
    listed = panel.with_own("economies.csv").set_index("iso3")
    assert listed.loc["OMN"].tolist() == ["Oman", "Middle East", "Middle East", "other"]
    assert (paths.RAW / "milex.csv").read_bytes() == before
    panel.write([], tmp_path / "own")
    pd.testing.assert_frame_equal(panel.with_own("milex.csv"), raw.milex())
    with pytest.raises(OvertakeError, match=r"has no figures[^$]*FRA"):
        panel.write(["FRA"], tmp_path / "own")


@pytest.mark.parametrize("file", sorted((paths.ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_is_legal_with_the_workbook_at_hand(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The economies of all three, in SIPRI's groups; their figures are not needed to check the parameters."""
    monkeypatch.setattr(paths, "PANEL", tmp_path)
    codes = {
        "south_asia": "AFG BGD IND LKA NPL PAK",
        "europe": "ALB BEL BGR CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN ITA LTU LUX LVA MKD MNE NLD NOR POL PRT "
        "ROU SVK SVN SWE TUR",
        "middle_east": "BHR IRN ISR KWT OMN SAU",
    }
    lines = [f"{code},{code},{region},{region}" for region, own in codes.items() for code in own.split()]
    (tmp_path / "economies.csv").write_text("\n".join(["iso3,name,region,subregion", *lines, ""]), encoding="utf-8")
    params = parse(read_yaml(file), file.name)
    assert undeclared(params) == []
    assert "CHN" not in params.balances[params.brief.headline_balance].against
