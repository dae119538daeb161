"""Flips of verdicts: how far each parameter must move to turn a balance, and how wrong figures must be to turn a claim.

A balance's verdict is whether China's side leads in a year more likely than not. A claim's is that of its own test,
on figures of which one thing is wrong; claims about crossings are then judged from past growth alone, as they are for
earlier editions.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import chain

import numpy as np
import pandas as pd

from overtake import alike, paths
from overtake.claims.evaluate import judge, load
from overtake.claims.model import Claim
from overtake.config.balances import members
from overtake.config.multiverse import Axes
from overtake.config.params import Params
from overtake.config.sensitivity import Sensitivity
from overtake.edition import Edition
from overtake.sensitivity import flips
from overtake.sensitivity.inputs import narrowed, with_draws
from overtake.sensitivity.local import Bench, as_printed
from overtake.sensitivity.world import Point, continuous

COLUMNS = ("kind", "subject", "question", "parameter", "base", "bound", "flips_at", "change", "before", "after",
           "evaluations")  # fmt: skip
LIKELY = 0.5
#: Columns of the clean spending table that a wrong figure moves together.
MOVED = ("milex_constant_usd_bn", "milex_current_usd_bn", "milex_lcu_bn", "gdp_share_pct")
#: What may be wrong with the figures: parameter, base, low, high, economies. A level is a factor on every year; growth
#: is percentage points a year, the last year's figure as it is.
WRONG: tuple[tuple[str, float, float, float, tuple[str, ...]], ...] = (
    ("level of China", 1.0, 0.5, 2.0, ("CHN",)),
    ("growth of China", 0.0, -5.0, 5.0, ("CHN",)),
    ("growth of the eleven", 0.0, -5.0, 5.0, members("eleven")),
)


#: Settings of a search that watches no balance.
NOTHING = Sensitivity().model_copy(update={"balances": ()})
#: Steps outward and precision, for balances and for claims; what turns and turns back within a step is not seen.
EFFORT = {"balance": (6, 2e-3), "claim": (4, 5e-3)}


@dataclass(frozen=True)
class Question:
    """What flips are searched of: claims, or where there are none the balances that the settings watch.

    known: answers by parameter and value, as `Bench.answers` gives them, that need not be asked for.
    """

    edition: Edition
    params: Params
    settings: Sensitivity
    claims: tuple[Claim, ...]
    printed: Mapping[str, float] = field(default_factory=dict)
    known: Mapping[tuple[str, float], Mapping[tuple[str, str], float]] = field(default_factory=dict)


def questions(edition: Edition, params: Params) -> dict[str, Question]:
    """Return the questions of balances, of claims and of claims that name balances, each with what its verdicts need.

    Claims are judged on figures, rulers and the balances that they name: the futures' parameters do not move them.
    """
    claims, settings = load(paths.RAW / "claims.yaml"), params.sensitivity
    past = Params().model_copy(
        update={"data": params.data, "run": params.run, "rulers": params.rulers, "balances": params.balances}
    )
    watched = settings.model_copy(update={"multiverse": Axes()})
    found = {
        "balance": Question(edition, narrowed(params, settings.balances), watched, (), as_printed(edition, params))
    }
    for kind, whether in (("claim", False), ("claim on balances", True)):
        chosen = tuple(claim for claim in claims if bool(claim.params.get("balances")) == whether)
        named = [name for claim in chosen for name in claim.params.get("balances", ())]
        if chosen:
            found[kind] = Question(edition, narrowed(past, named), NOTHING, chosen)
    return found


class Search:
    """A worker's own: the question, a bench for balances, and answers that subjects share."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self._answers = dict(question.known)
        self._wrong: dict[tuple[str, float], Edition] = {}

    @cached_property
    def bench(self) -> Bench:
        """Return the bench for balances, which takes a while to make."""
        params = with_draws(self.question.params, self.question.settings.draws)
        return Bench(self.question.edition, params, self.question.settings, self.question.printed)

    def wrong(self, parameter: str, value: float, who: tuple[str, ...]) -> Edition:
        """Return `known_if`, kept: claims are searched on the same values, and a ruler is measured once for all."""
        if (parameter, value) not in self._wrong:
            self._wrong[parameter, value] = known_if(self.question.edition, parameter, value, who)
        return self._wrong[parameter, value]

    def answers(self, parameter: str, value: float) -> Mapping[tuple[str, str], float]:
        """Return the answers of all balances with a parameter at a value; balances are searched on the same values."""
        if (parameter, value) not in self._answers:
            self._answers[parameter, value] = self.bench.answers({parameter: value})
        return self._answers[parameter, value]


def steps(given: Question) -> list[Point]:
    """Return where a search of balances looks whatever it finds: each parameter as it is and a step further each."""
    found: list[Point] = []
    for parameter, bounds in continuous(given.settings.ranges).items():
        base, count = base_value(given.params, parameter), EFFORT["balance"][0]
        ways = (flips.way(base, bound, count) for bound in (bounds.low, bounds.high))
        found += [((parameter, value),) for value in dict.fromkeys((base, *chain(*ways)))]
    return found


def known(points: Sequence[Point], answers: pd.DataFrame) -> dict[tuple[str, float], dict[tuple[str, str], float]]:
    """Return the answers at `points`, a row each and a column per `balance measure`, as a `Question` knows them."""
    names = [(balance, measure) for balance, _, measure in (column.partition(" ") for column in answers.columns)]
    values = answers.to_numpy(dtype=float).tolist()
    return {point[0]: dict(zip(names, row, strict=True)) for point, row in zip(points, values, strict=True)}


def chunks(given: Question) -> list[tuple[str, str]]:
    """Return what is searched: every claim, or where there are none every balance that is watched."""
    return [("claim", one.id) for one in given.claims] or [("balance", name) for name in given.settings.balances]


def most_evaluations(given: Question) -> int:
    """Return how many evaluations the search takes at most."""
    ways = {"balance": 2 * len(continuous(given.settings.ranges)) * len(given.settings.years), "claim": 2 * len(WRONG)}
    each = {kind: flips.most_evaluations(*effort) for kind, effort in EFFORT.items()}
    return sum(ways[kind] * each[kind] for kind, _ in chunks(given))


def evaluate(own: Search, chunk: tuple[str, str]) -> pd.DataFrame:
    """Return the flips of a chunk: ("balance", name) or ("claim", id); columns COLUMNS, a row for each way to go."""
    kind, subject = chunk
    rows = of_balance(own, subject) if kind == "balance" else of_claim(own, subject)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(("base", "bound", "flips_at", "change"), float))


def of_balance(own: Search, name: str) -> list[tuple[object, ...]]:
    """Return the flips of a balance in each of the settings' years, by each continuous parameter, both ways."""
    rows: list[tuple[object, ...]] = []
    for parameter, bounds in continuous(own.question.settings.ranges).items():
        base = base_value(own.question.params, parameter)
        for year in own.question.settings.years:
            verdict = partial(_leads, own, parameter, name, year)
            question = f"leads in {year}"
            rows += _both(("balance", name, question), parameter, base, (bounds.low, bounds.high), verdict)
    return rows


def of_claim(own: Search, name: str) -> list[tuple[object, ...]]:
    """Return the flips of a claim by each thing that may be wrong with the figures, both ways."""
    claim = next(one for one in own.question.claims if one.id == name)
    if not claim.testable:
        return []
    rows: list[tuple[object, ...]] = []
    as_they_are = judge(claim, own.question.edition, own.question.params).verdict
    for parameter, base, low, high, who in WRONG:

        @cache
        def verdict(value: float, parameter: str = parameter, base: float = base, who: tuple[str, ...] = who) -> str:
            moved = value != base
            return judge(claim, own.wrong(parameter, value, who), own.question.params).verdict if moved else as_they_are

        rows += _both(("claim", name, claim.test), parameter, base, (low, high), verdict)
    return rows


def base_value(params: Params, parameter: str) -> float:
    """Return the value of a parameter that is in use, before it is moved."""
    if parameter.startswith("futures."):
        node: object = params.futures
        for key in parameter.split(".")[1:]:
            node = getattr(node, key)
        return float(node)  # type: ignore[arg-type]
    if parameter == "crossing.sustain":
        return float(params.crossing.sustain)
    return 0.0 if parameter.startswith("growth_shift_pct.") else 1.0


def known_if(edition: Edition, parameter: str, value: float, who: tuple[str, ...]) -> Edition:
    """Return what the figures would tell if they were wrong by `value`: see WRONG."""
    spending = edition.spending.copy()
    moved = spending["iso3"].isin(who)
    factor = np.full(len(spending), value)
    if parameter.startswith("growth"):
        factor = alike.power(1 + value / 100, spending["year"] - spending["year"].max())
    for column in MOVED:
        spending[column] = spending[column].where(~moved, spending[column] * factor)
    return edition.with_spending(spending)


def _leads(own: Search, parameter: str, name: str, year: int, value: float) -> Hashable:
    """Return whether China's side leads more likely than not."""
    return "leads" if own.answers(parameter, value)[name, f"p_ahead_{year}"] > LIKELY else "does not lead"


def _both(
    head: tuple[str, str, str],
    parameter: str,
    base: float,
    bounds: tuple[float, float],
    verdict: Callable[[float], Hashable],
) -> list[tuple[object, ...]]:
    """Return the rows of a search to either bound."""
    rows: list[tuple[object, ...]] = []
    for bound in bounds:
        found = flips.search(verdict, base, bound, *EFFORT[head[0]])
        at = float("nan") if found.value is None else found.value
        after = "" if found.after is None else str(found.after)
        rows.append((*head, parameter, base, bound, at, at - base, str(found.before), after, found.evaluations))
    return rows
