"""What the balances stage does on every ruler, rulers side by side on the machine's cores."""

from __future__ import annotations

from functools import cache, partial

from overtake.balances.standing import standings
from overtake.balances.summary import Tables, joined, tabulated, told
from overtake.config.params import Params
from overtake.draws import LazyDraws
from overtake.edition import Edition
from overtake.rulers.base import observed
from overtake.rulers.tables import on_ruler
from overtake.work import at_once, side_by_side


def by_ruler(drawn: LazyDraws, edition: Edition, params: Params) -> Tables:
    """Return crossings, curves and break-even shares of all balances on every ruler in use, rulers in their order.

    drawn: futures, constant US$ bn, asked for on each ruler where no run before has measured them.
    """
    jobs = [partial(_on, ruler, drawn, edition, params) for ruler in params.rulers.use]
    return joined(side_by_side(jobs, at_once(params.run.draws)))


def _on(ruler: str, drawn: LazyDraws, edition: Edition, params: Params) -> Tables:
    futures, history = (
        cache(on_ruler(ruler, paths, edition, params.rulers, params.run.seed))
        for paths in (drawn, partial(observed, edition.spending))
    )
    found = standings(futures, params.balances, partial(told, history, params.crossing.interval_pct))
    return tabulated(found, params.balances, params.crossing, ruler=ruler, edition=edition.name, last=edition.last)
