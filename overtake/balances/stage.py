"""What the balances stage does on every ruler, rulers side by side on the machine's cores."""

from __future__ import annotations

from functools import partial

from overtake.balances.summary import Tables, joined, summarise
from overtake.config.params import Params
from overtake.draws import Draws
from overtake.edition import Edition
from overtake.rulers.tables import measure
from overtake.work import at_once, side_by_side


def by_ruler(drawn: Draws, history: Draws, edition: Edition, params: Params) -> Tables:
    """Return crossings, curves and break-even shares of all balances on every ruler in use, rulers in their order.

    drawn: futures, constant US$ bn; history: the figures themselves, one draw.
    """
    jobs = [partial(_on, ruler, drawn, history, edition, params) for ruler in params.rulers.use]
    return joined(side_by_side(jobs, at_once(params.run.draws)))


def _on(ruler: str, drawn: Draws, history: Draws, edition: Edition, params: Params) -> Tables:
    return summarise(
        measure(ruler, drawn, edition, params.rulers, params.run.seed),
        measure(ruler, history, edition, params.rulers, params.run.seed),
        params.balances,
        params.crossing,
        ruler=ruler,
        edition=edition.name,
    )
