"""Plans and reversal: what each announced plan adds, and whether a coalition regains the lead it has lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import get_args

import numpy as np
import pandas as pd

from overtake.balances import ratio, states
from overtake.balances.sides import measurable, presence, weights
from overtake.balances.summary import BY_YEARS
from overtake.config.balances import Balance, Crossing
from overtake.config.futures import Futures, Treatment
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.errors import OvertakeError, raise_all
from overtake.futures.plans import apply
from overtake.rulers.tables import measure
from overtake.work import at_once, side_by_side

#: What may be made of announced plans.
TREATMENTS = get_args(Treatment)


def reversal(
    by_plans: Mapping[str, Draws], balances: Mapping[str, Balance], settings: Crossing, *, ruler: str
) -> pd.DataFrame:
    """Return one row per treatment of plans and balance: does the coalition regain the lead, and by when.

    by_plans: futures on one ruler by treatment (`off`, `cut`, `face_value`), from the same draws. Columns: plans,
    balance, ruler, p_behind_now (China's side leads at the last observed year), p_regained_by_YEAR (of the draws in
    which it does, those in which the coalition holds the lead, as `sustain` asks, in some later year up to YEAR; NaN
    where there is none), p_leads_in_YEAR (the coalition leads, of all draws), ratio_YEAR_lo, _median, _hi
    (interval of `interval_pct` of China's side over the coalition). Years beyond the horizon are NaN; a balance that
    the ruler does not measure has no row.
    """
    tail, rows = (100 - settings.interval_pct) / 200, []
    for plans, paths in by_plans.items():
        present = presence(paths)
        for name, balance in measurable(paths, balances, present).items():
            drawn = ratio(paths, balance, name, present)
            found = states(drawn, paths.years, paths.last_observed, settings.sustain, balance.threshold)
            at = found.years.index(paths.last_observed)
            row: dict[str, object] = {"plans": plans, "balance": name, "ruler": ruler}
            behind = found.lead[:, at]
            row["p_behind_now"] = float(behind.mean())
            for year in BY_YEARS:
                inside = year in found.years
                then = found.years.index(year) if inside else at
                held = ~found.lead[:, at + 1 : then + 1]
                known = inside and behind.any()
                row[f"p_regained_by_{year}"] = float(held[behind].any(axis=1).mean()) if known else np.nan
                row[f"p_leads_in_{year}"] = float((~found.lead[:, then]).mean()) if inside else np.nan
                then_ratio = drawn[:, paths.years.index(year)] if inside else np.array([np.nan])
                for label, level in (("lo", tail), ("median", 0.5), ("hi", 1 - tail)):
                    row[f"ratio_{year}_{label}"] = float(np.quantile(then_ratio, level))
            rows.append(row)
    return pd.DataFrame(rows)


def treated(without: Draws, edition: Edition, settings: Futures, plans: str, seed: int) -> Draws:
    """Return futures with plans as one of `TREATMENTS` has them, from the draws `without` any, constant US$ bn."""
    return apply(without, edition, settings.model_copy(update={"plans": plans}), seed)


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


def table(
    without: Callable[[], Draws], edition: Edition, params: Params, under: Callable[[Draws], Draws]
) -> pd.DataFrame:
    """Return `reversal` for the balances and rulers of the parameters.

    without: futures without plans, constant US$ bn, asked for where they are used, since they are large. under: what a
    scenario makes of futures, after the plans as in the run itself.
    """
    balances = chosen(params.balances, params.crossing.reversal)

    def on(ruler: str, plans: str) -> pd.DataFrame:
        measured = {plans: _measured(ruler, plans, without, edition, params, under)}
        return reversal(measured, balances, params.crossing, ruler=ruler)

    jobs = [partial(on, ruler, plans) for ruler in params.crossing.reversal_rulers for plans in TREATMENTS]
    return pd.concat(side_by_side(jobs, at_once(params.run.draws)), ignore_index=True)


def waterfalls(
    without: Callable[[], Draws], edition: Edition, params: Params, under: Callable[[Draws], Draws]
) -> pd.DataFrame:
    """Return `waterfall` of the first balance of the parameters, each of their years, on the ruler `constant_usd`.

    without, under: as in `table`. Plans as the parameters have them; cut, where the parameters leave plans out.
    """
    plans = "cut" if params.futures.plans == "off" else params.futures.plans
    name = params.crossing.reversal[0]
    balance = chosen(params.balances, [name])[name]
    planned, off = (
        _measured("constant_usd", treatment, without, edition, params, under) for treatment in (plans, "off")
    )
    parts = [waterfall(off, planned, balance, year, name) for year in params.crossing.reversal_years]
    return pd.concat(parts, ignore_index=True).assign(plans=plans)


def _measured(
    ruler: str,
    plans: str,
    without: Callable[[], Draws],
    edition: Edition,
    params: Params,
    under: Callable[[Draws], Draws],
) -> Draws:
    """Return the futures with plans as one of `TREATMENTS` has them, on `ruler`; without, under: as in `table`."""
    planned = under(treated(without(), edition, params.futures, plans, params.run.seed))
    return measure(ruler, planned, edition, params.rulers, params.run.seed)
