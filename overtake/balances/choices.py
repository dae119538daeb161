"""Who leads under each choice that a reader may dispute: which tiers of plans count, and China's level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

import numpy as np
import pandas as pd

from overtake.balances.reversal import chosen
from overtake.balances.standing import Ratio, Standing, standings
from overtake.balances.summary import BY_YEARS
from overtake.config.balances import Balance, Crossing
from overtake.config.futures import Tier
from overtake.config.multiverse import OWN_LEVEL, SIPRI
from overtake.config.params import Params
from overtake.draws import Draws, FloatArray, LazyDraws
from overtake.edition import Edition
from overtake.futures.plans import Planned, counting, ladder
from overtake.rulers.china import at_factor, levels, newest
from overtake.rulers.tables import on_ruler
from overtake.work import at_once, side_by_side

TIERS_COLUMNS = ("tiers", "balance", "ruler", "year", "p_ahead", "ratio")
LEVELS_COLUMNS = ("level", "label", "of_year", "end", "factor", "balance", "ruler", "year", "p_ahead", "ratio")


def by_tier(planned: Planned, edition: Edition, params: Params) -> pd.DataFrame:
    """Return who leads by tiers of plans: tiers, balance, ruler, year, p_ahead, ratio (median).

    tiers: steps of `futures.plans.ladder`, from the same draws. Balances and rulers are those of `crossing.reversal`;
    p_ahead: that the challenger leads in the year.
    """
    balances, rulers = chosen(params.balances, params.crossing.reversal), params.crossing.reversal_rulers

    def on(step: str, tiers: Sequence[Tier]) -> list[pd.DataFrame]:
        drawn = cache(partial(planned, counting(params.futures, tiers)))
        return [
            leads_table(
                on_ruler(ruler, drawn, edition, params.rulers, params.run.seed), balances, params.crossing
            ).assign(tiers=step, ruler=ruler)
            for ruler in rulers
        ]

    by_step = side_by_side([partial(on, *step) for step in ladder(edition).items()], at_once(params.run.draws))
    parts: list[pd.DataFrame] = [part for of_ruler in zip(*by_step, strict=True) for part in of_ruler]
    return pd.concat(parts, ignore_index=True)[list(TIERS_COLUMNS)]


def by_level(futures: LazyDraws, edition: Edition, params: Params) -> pd.DataFrame:
    """Return who leads by China's level: level, label, of_year, end (`low`, `high` or `sipri`), factor over SIPRI's,
    then as in `by_tier`.

    futures: constant US$ bn, asked for on each ruler, since they are large. SIPRI's own level comes first, then both
    ends of the newest estimate of each label that was known in an observed year; rulers with a level of their own are
    left out.
    """
    balances = chosen(params.balances, params.crossing.reversal)
    known = levels(edition.ledgers["china_estimates"], edition.last)
    ends = [(SIPRI, "SIPRI", edition.last, SIPRI, 1.0)]
    for name, row in newest(known[known["year"] <= edition.last]).iterrows():
        if not np.allclose(row[["china_lo", "china_hi"]].astype(float), 1):
            ends += [(str(name), row["label"], row["year"], end, row[f"china_{end[:2]}"]) for end in ("low", "high")]
    settings = params.rulers.model_copy(update={"china_level": SIPRI})
    rulers = [ruler for ruler in params.crossing.reversal_rulers if ruler not in OWN_LEVEL]

    def on(ruler: str) -> pd.DataFrame:
        measured = cache(on_ruler(ruler, futures, edition, settings, params.run.seed))
        rows = [
            leads_table(partial(_at_factor, measured, factor), balances, params.crossing).assign(
                level=level, label=label, of_year=year, end=end, factor=factor
            )
            for level, label, year, end, factor in ends
        ]
        return pd.concat(rows, ignore_index=True).assign(ruler=ruler)

    parts = side_by_side([partial(on, ruler) for ruler in rulers], at_once(params.run.draws))
    if not parts:
        return pd.DataFrame(columns=list(LEVELS_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(LEVELS_COLUMNS)]


def leads_table(futures: LazyDraws, balances: Mapping[str, Balance], settings: Crossing) -> pd.DataFrame:
    """Return P(the challenger leads) and the median ratio in the last observed year and in `BY_YEARS`, where inside.

    futures: on a ruler, asked for where no run before has measured them. Columns: balance, year, p_ahead, ratio; the
    lead as `states` has it, so that one year's touch does not count.
    """
    rows = []
    for name, one in standings(futures, balances, medians).items():
        if isinstance(one, Standing):
            found = one.states(settings.sustain)
            for year, middle in one.told["medians"].T:
                if year in found.years:
                    ahead = float(found.lead[:, found.years.index(year)].mean())
                    rows.append((name, int(year), ahead, float(middle)))
    return pd.DataFrame(rows, columns=["balance", "year", "p_ahead", "ratio"])


def medians(drawn: Ratio) -> dict[str, FloatArray]:
    """Return the years of `leads_table` that the paths have and the median ratio in them, (2, years)."""
    years = [year for year in (drawn.paths.last_observed, *BY_YEARS) if year in drawn.paths.years]
    return {"medians": np.array([years, [np.median(drawn.of(year)) for year in years]], dtype=float)}


def _at_factor(measured: LazyDraws, factor: float) -> Draws:
    return at_factor(measured(), np.array([factor]))
