"""The page of one economy: since when, on which ruler not, what it would take; each by a second route."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from overtake.brief import economy
from overtake.brief.brief import Brief
from overtake.brief.context import Context
from overtake.config.params import Params
from overtake.errors import OvertakeError
from overtake.pipeline.stages import stages
from tests import synthetic
from tests.provenance import unrecorded
from tests.truth.rendered import PIECES


@pytest.fixture(scope="module")
def brief(tmp_path_factory) -> Brief:
    root = tmp_path_factory.mktemp("economy")
    return Brief.open(synthetic.write_copy(root), root)


def text(html: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", str(html)).split())


def test_every_economy_but_china_has_a_page_whose_numbers_are_recorded(brief) -> None:
    assert len(economy.economies(brief.ctx)) == len(synthetic.ECONOMIES) - 1
    for iso3 in economy.economies(brief.ctx):
        html = ""
        for piece in PIECES:
            made = piece(brief.ctx, iso3)
            html += str(made.html() if hasattr(made, "html") else made)
        assert html.count("<h1") == 1
        assert unrecorded(html, brief.ctx.num.to_json()) == [], iso3


def test_since_when_by_a_second_route(brief) -> None:
    table = brief.ctx.need("rulers")
    seen = set()
    for ruler in ("constant_usd", "gdp_ppp"):
        for iso3 in economy.economies(brief.ctx):
            rows = table[(table["ruler"] == ruler) & table["iso3"].isin(["CHN", iso3])]
            wide = rows.pivot(index="year", columns="iso3", values="value")
            first = None
            for year in sorted(wide.index, reverse=True):
                if not wide.loc[year, "CHN"] > wide.loc[year, iso3]:
                    break
                first = year
            assert economy.since(brief.ctx, iso3, ruler) == first
            seen.add(first is None)
    assert seen == {True, False}


def test_a_title_says_who_spends_more(brief) -> None:
    assert re.search(r"The United States still outspends China", text(economy.head(brief.ctx, "USA")))
    first = economy.since(brief.ctx, "JPN", "constant_usd")
    assert f"China has outspent Japan since {first}" in text(economy.head(brief.ctx, "JPN"))


def test_what_it_would_take_closes_the_gap(brief) -> None:
    spent = brief.ctx.need("spending")
    now = spent[spent["year"] == synthetic.LAST].set_index("iso3")["milex_constant_usd_bn"]
    eleven = brief.ctx.balances["eleven"].side
    needed = now["CHN"] - sum(now[iso3] for iso3 in eleven if iso3 != "JPN")
    said = text(economy.gap(brief.ctx, "JPN"))
    if needed > 0:
        assert f"{needed / now['JPN']:.2f} times what it did" in said
    else:
        assert "would be ahead of China all the same" in said
    assert economy.gap(brief.ctx, "USA") == ""


def test_an_economy_without_a_page_is_refused(brief) -> None:
    with pytest.raises(OvertakeError, match=r"(?s)CHN.*Australia|AUS"):
        economy.head(brief.ctx, "CHN")


def test_a_plan_says_how_firm_it_is(brief) -> None:
    brief.ctx._frames["raw/plans"] = pd.DataFrame(
        [("TWN", "5% by 2030", "aim", 2030, "target", "Somebody", "reported")],
        columns=["iso3", "label", "stage", "target_year", "role", "source", "status"],
    )
    said = text(economy.plans(brief.ctx, "TWN"))
    assert re.search(r"5% by 2030\s*aim\s*2030\s*may count\s*Somebody \(reported\)", said)
    assert "holds no plan of Japan" in text(economy.plans(brief.ctx, "JPN"))


def test_a_page_asks_for_nothing_that_its_stage_does_not_depend_on(brief) -> None:
    stage = stages()["economies"]
    asked: set[str] = set()

    class Watched(Context):
        def _read(self, name: str) -> object:
            asked.add(name)
            return super()._read(name)

        def ledger(self, name: str) -> object:
            asked.add(name)
            return super().ledger(name)

    class Sections:
        def __init__(self, params: Params) -> None:
            self._params = params

        def __getattr__(self, section: str) -> object:
            asked.add(section)
            return getattr(self._params, section)

    ctx = Watched(brief.ctx.root, Sections(brief.ctx.params))
    for piece in PIECES:
        piece(ctx, "JPN")
    known = {Path(dep).stem for dep in stage.deps} | {key.split(".")[0] for key in stage.params}
    assert {"spending", "rulers", "plans", "balances"} <= asked
    assert asked <= known
