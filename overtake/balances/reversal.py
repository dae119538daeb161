"""Plans and reversal: what each announced plan adds, and whether a coalition regains the lead it has lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from overtake.balances.sides import weights
from overtake.balances.standing import Ratio, Standing, standings
from overtake.balances.summary import BY_YEARS
from overtake.config.balances import Balance, Crossing
from overtake.config.futures import TREATMENTS, Treatment
from overtake.config.params import Params
from overtake.draws import Draws, FloatArray, LazyDraws
from overtake.edition import Edition
from overtake.errors import OvertakeError, raise_all
from overtake.futures.plans import Planned, counting
from overtake.rulers.tables import on_ruler
from overtake.work import at_once, side_by_side


def reversal(
    by_plans: Mapping[str, LazyDraws], balances: Mapping[str, Balance], settings: Crossing, *, ruler: str
) -> pd.DataFrame:
    """Return one row per treatment of plans and balance: does the coalition regain the lead, and by when.

    by_plans: futures on one ruler by treatment (`off`, `cut`, `face_value`), from the same draws, asked for where no
    run before has measured them. Columns: plans, balance, ruler, p_behind_now (China's side leads at the last observed
    year), p_regained_by_YEAR (of the draws in which it does, those in which the coalition holds the lead, as `sustain`
    asks, in some later year up to YEAR; NaN where there is none), p_leads_in_YEAR (the coalition leads, of all draws),
    ratio_YEAR_lo, _median, _hi (interval of `interval_pct` of China's side over the coalition). Years beyond the
    horizon are NaN; a balance that the ruler does not measure has no row.
    """
    rows = []
    for plans, futures in by_plans.items():
        for name, one in standings(futures, balances, partial(intervals, settings.interval_pct)).items():
            if not isinstance(one, Standing):
                continue
            found = one.states(settings.sustain)
            at = found.years.index(one.last_observed)
            row: dict[str, object] = {"plans": plans, "balance": name, "ruler": ruler}
            behind = found.lead[:, at]
            row["p_behind_now"] = float(behind.mean())
            for year, quantiles in zip(BY_YEARS, one.told["intervals"], strict=True):
                inside = year in found.years
                then = found.years.index(year) if inside else at
                held = ~found.lead[:, at + 1 : then + 1]
                known = inside and behind.any()
                row[f"p_regained_by_{year}"] = float(held[behind].any(axis=1).mean()) if known else np.nan
                row[f"p_leads_in_{year}"] = float((~found.lead[:, then]).mean()) if inside else np.nan
                for label, value in zip(("lo", "median", "hi"), quantiles, strict=True):
                    row[f"ratio_{year}_{label}"] = float(value)
            rows.append(row)
    return pd.DataFrame(rows)


def intervals(interval_pct: float, drawn: Ratio) -> dict[str, FloatArray]:
    """Return low end, median and high end of the ratio in each of `BY_YEARS`, (years, 3), NaN beyond the horizon."""
    tail = (100 - interval_pct) / 200
    found = np.full((len(BY_YEARS), 3), np.nan)
    for row, year in zip(found, BY_YEARS, strict=True):
        if year in drawn.paths.years:
            row[:] = [np.quantile(drawn.of(year), level) for level in (tail, 0.5, 1 - tail)]
    return {"intervals": found}


def chosen(balances: Mapping[str, Balance], names: Sequence[str]) -> dict[str, Balance]:
    """Return the balances of these names; refuse names that are not declared."""
    unknown = [f"{name}: no such balance" for name in names if name not in balances]
    raise_all("params.yaml: crossing.reversal", unknown, next_step=f"declared: {', '.join(balances)}")
    return {name: balances[name] for name in names}


def waterfall(without: Draws, planned: Draws, balance: Balance, year: int, name: str = "balance") -> pd.DataFrame:
    """Return what each plan adds to the coalition's margin over China's side in `year`, one row a step.

    without, planned: futures from the same draws, without plans and with them. Columns: step (iso3, or `without`
    and `planned` for the margins themselves), adds (mean over draws, weighted as in the balance, in the unit of the
    paths; negative for what China's side adds), margin (after the step). Means, since only they add up. Steps by
    size, the coalition's first.
    """
    if year not in without.years or without.years != planned.years or without.economies != planned.economies:
        raise OvertakeError(
            "waterfall", "wants two futures of the same years", found=year, allowed=f"up to {without.years[-1]}"
        )
    at = without.years.index(year)
    against, side = weights(balance)
    signed = {**side, **{iso3: -weight for iso3, weight in against.items()}}
    strangers = sorted(set(signed) - set(without.economies))
    if strangers:
        raise OvertakeError(f"balances.{name}", "has members without futures", found=", ".join(strangers))
    before = {iso3: weight * float(np.mean(without.economy(iso3)[:, at])) for iso3, weight in signed.items()}
    after = {iso3: weight * float(np.mean(planned.economy(iso3)[:, at])) for iso3, weight in signed.items()}
    adds = pd.Series({iso3: after[iso3] - before[iso3] for iso3 in signed}, dtype=float)
    order = sorted(signed, key=lambda iso3: (iso3 in against, -abs(adds[iso3]), iso3))
    start = sum(before.values())
    steps = pd.DataFrame({"step": ["without", *order, "planned"]})
    steps["adds"] = [0.0, *(adds[iso3] for iso3 in order), 0.0]
    steps["margin"] = start + steps["adds"].cumsum()
    steps["year"], steps["balance"], steps["unit"] = year, name, without.unit
    return steps[["balance", "year", "step", "adds", "margin", "unit"]]


def table(planned: Planned, edition: Edition, params: Params) -> pd.DataFrame:
    """Return `reversal` for the balances and rulers of the parameters."""
    balances = chosen(params.balances, params.crossing.reversal)

    def on(ruler: str, plans: Treatment) -> pd.DataFrame:
        futures = _measured(ruler, plans, planned, edition, params)
        return reversal({plans: futures}, balances, params.crossing, ruler=ruler)

    jobs = [partial(on, ruler, plans) for ruler in params.crossing.reversal_rulers for plans in TREATMENTS]
    return pd.concat(side_by_side(jobs, at_once(params.run.draws)), ignore_index=True)


def waterfalls(planned: Planned, edition: Edition, params: Params) -> pd.DataFrame:
    """Return `waterfall` of the first balance of the parameters, each of their years, on the ruler `constant_usd`.

    Plans as the parameters have them; cut, where the parameters leave plans out.
    """
    plans = counting(params.futures, params.futures.plan_tiers).plans
    name = params.crossing.reversal[0]
    balance = chosen(params.balances, [name])[name]
    with_plans, off = (_measured("constant_usd", each, planned, edition, params)() for each in (plans, "off"))
    parts = [waterfall(off, with_plans, balance, year, name) for year in params.crossing.reversal_years]
    return pd.concat(parts, ignore_index=True).assign(plans=plans)


def _measured(ruler: str, plans: Treatment, planned: Planned, edition: Edition, params: Params) -> LazyDraws:
    """Return what gives the futures with plans as `plans` has them, on `ruler`."""
    drawn = partial(planned, params.futures.model_copy(update={"plans": plans}))
    return on_ruler(ruler, drawn, edition, params.rulers, params.run.seed)
