"""What an evaluation reads of the parameters."""

from __future__ import annotations

from collections.abc import Iterable

from overtake.config.balances import Crossing
from overtake.config.core import Run
from overtake.config.params import Params
from overtake.config.rulers import Rulers


def narrowed(params: Params, balances: Iterable[str], sustain: int | None = None) -> Params:
    """Return the parameters of which only what an evaluation reads is kept, all else at its default.

    So a run's fingerprint moves with what its answers depend on, not with the brief's headline, a label or another
    balance. Balances that are not declared are left out here and refused where they are asked for.

    sustain: in place of the parameters' own, for what crosses it by itself.
    """
    kept = {
        name: params.balances[name].model_copy(update={"label": name})
        for name in dict.fromkeys(balances)
        if name in params.balances
    }
    read = {name: getattr(params, name) for name in ("data", "futures", "scenario")}
    read["rulers"] = params.rulers.model_copy(update={"use": Rulers().use})
    read["crossing"] = Crossing(sustain=sustain or params.crossing.sustain)
    return Params().model_copy(update={**read, "run": Run(seed=params.run.seed), "balances": kept})


def with_draws(params: Params, draws: int) -> Params:
    """Return the parameters with another number of joint futures."""
    return params.model_copy(update={"run": params.run.model_copy(update={"draws": draws})})
