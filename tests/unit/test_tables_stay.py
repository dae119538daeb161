"""The stages' tables at few draws, for two editions, as they were last looked at: `git diff` shows what a change moves.

`python -m tests.unit.test_tables_stay` writes them anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from overtake.balances import choices, reversal, stage, trend
from overtake.claims import stage as claims
from overtake.config.core import Data
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.edition import Edition, read
from overtake.edition.shares import gdp_path
from overtake.futures import coefficients, models, panel_regression, plans
from overtake.futures.measurement import level_error
from overtake.futures.series import of_spending
from overtake.futures.simulate import simulate
from overtake.scenarios.adjust import planned
from tests.unit.futures_case import LAST, growth

FOLDER = Path(__file__).parent / "tables"
EDITIONS = ("2020-04", "2026-04", "made")
BALANCES = ("eleven", "five", "five_us30", "jpn_kor_aus", "aukus")
RULERS = ("constant_usd", "current_usd", "military_ppp", "stock")


def params(edition: str) -> Params:
    """Return the default parameters with few draws, balances and rulers."""
    found = Params()
    balances = {name: found.balances[name] for name in BALANCES}
    return found.model_copy(
        update={
            "data": Data(edition=edition),
            "run": found.run.model_copy(update={"draws": 60}),
            "rulers": found.rulers.model_copy(update={"use": RULERS}),
            "balances": balances,
        }
    )


def tables(name: str) -> dict[str, pd.DataFrame]:
    """Return the tables of an edition by name."""
    if name == "made":
        return {"coefficients": learned()}
    settings = params(name)
    edition, seed = read(settings.data), settings.run.seed
    bare = simulate(edition, settings.futures.model_copy(update={"plans": "off"}), settings.run)
    drawn = plans.apply(bare, edition, settings.futures, seed)
    by_plans = planned(lambda: bare, edition, settings.scenario, seed)
    choice = (by_plans, edition, settings)
    found = stage.by_ruler(lambda: drawn, edition, settings)
    years = (edition.last - 10, edition.last, edition.last + 5, edition.last + 15)
    judged = claims.tables(settings, edition, found.curves)
    revised = judged["editions"]
    judged["editions"] = revised[(revised["kind"] != "revision") | (revised["year"] == edition.last - 10)]
    return {
        "spending": edition.spending.groupby(["year", "status"]).sum(numeric_only=True).reset_index(),
        "macro": edition.macro.groupby("year").sum(numeric_only=True).reset_index(),
        "futures": pd.concat(list(futures(edition, settings, bare, drawn)), ignore_index=True),
        "implied_shares": plans.implied_shares(plans.stepwise(by_plans, edition, settings.futures), edition, years[2:]),
        "targets": plans.targets(edition, settings.futures.plan_tiers),
        "crossings": found.crossings,
        "curves": found.curves[found.curves["year"].isin(years)],
        "breakeven": found.breakeven[found.breakeven["year"].isin(years)],
        "reversal": reversal.table(*choice),
        "waterfall": reversal.waterfalls(*choice),
        "tiers": choices.by_tier(*choice),
        "levels": choices.by_level(lambda: drawn, edition, settings),
        "trend": trend.trend(edition, settings.crossing),
        **judged,
    }


def learned() -> pd.DataFrame:
    """Return what the panel regression learns from a made-up panel whose countries lie in regions and subregions."""
    years = tuple(range(1960, LAST + 1))
    log_milex = np.cumsum(growth(30, len(years), seed=5), axis=1)
    log_milex[3, :20] = np.nan
    headings = [(f"region {at % 3}", f"subregion {at % 6}") for at in range(30)]
    found = panel_regression.fit(log_milex, log_milex - 0.025 * np.arange(len(years)), years, headings)
    return coefficients.to_rows(found, "2026-04", LAST)


def futures(edition: Edition, settings: Params, bare: Draws, drawn: Draws) -> Iterator[pd.DataFrame]:
    """Yield the middle and the ends of the futures by economy: with and without plans, of each model, their errors."""
    series = of_spending(edition.spending)
    steps = settings.futures.horizon - edition.last
    paths = {"without plans": bare.values[:, :, -steps:], "with plans": drawn.values[:, :, -steps:]}
    for model in models.MODELS:
        asked = settings.futures.model_copy(update={"model": model})
        paths[model] = models.growth(series, edition, asked, steps, settings.run)
    paths["level error"] = level_error(
        edition.spending, series.economies, edition.published["milex"], settings.run.draws, seed=1
    )
    gdp = [gdp_path(edition.spending, edition.macro, iso3, edition.last, edition.last + 9) for iso3 in ("CHN", "JPN")]
    yield pd.DataFrame(np.array(gdp).T, columns=["CHN", "JPN"]).assign(what="gdp")
    for what, values in paths.items():
        for at in (0, 4, -1):
            low, middle, high = np.quantile(values[:, :, at], (0.1, 0.5, 0.9), axis=0)
            rows = {"what": what, "at": at, "iso3": series.economies, "low": low, "middle": middle, "high": high}
            yield pd.DataFrame(rows)


def text(table: pd.DataFrame) -> str:
    """Return a table as CSV, numbers to six digits."""
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_table_is_as_it_was(edition: str) -> None:
    for name, table in tables(edition).items():
        kept = pd.read_csv(FOLDER / edition / f"{name}.csv")
        # A few of the last digits hang on the processor: what a balance's near level leaves of two sums.
        pd.testing.assert_frame_equal(pd.read_csv(StringIO(text(table))), kept, rtol=1e-4, atol=1e-6, obj=name)


if __name__ == "__main__":
    for edition in EDITIONS:
        for name, table in tables(edition).items():
            file = FOLDER / edition / f"{name}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text(table), encoding="utf-8")
