"""One-at-a-time sensitivity: move one parameter to either end of its range, everything else as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from overtake import alike
from overtake.balances import RECENT, leads, ratio, settled
from overtake.balances.states import Bools
from overtake.config.balances import Balance, whole_years
from overtake.config.futures import Futures
from overtake.config.params import Params
from overtake.config.sensitivity import Sensitivity
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.edition.memo import once
from overtake.errors import OvertakeError, raise_all
from overtake.futures import models, weights
from overtake.futures.series import of_spending
from overtake.futures.simulate import assemble, ground
from overtake.rulers.base import scaled
from overtake.rulers.tables import measure
from overtake.scenarios.adjust import adjust

COLUMNS = ("parameter", "low", "high", "balance", "ruler", "measure", "at_low", "at_base", "at_high", "reason")

Kept = TypeVar("Kept")
#: Futures and models' growth that a bench keeps: a point of a Sobol design and its neighbours share most of them.
FUTURES_KEPT, GROWTH_KEPT = 4, 12


def points(settings: Sensitivity) -> list[tuple[tuple[str, float], ...]]:
    """Return where the tornado looks: at the low and the high end of every parameter."""
    return [((name, end),) for name, bounds in settings.ranges.items() for end in (bounds.low, bounds.high)]


def rows(answers: pd.DataFrame, settings: Sensitivity) -> pd.DataFrame:
    """Return the contract's `sensitivity` table: a row a parameter, balance, measure.

    answers: where nothing is moved, then at `points`.
    """
    base, found = answers.iloc[0], []
    for at, (parameter, bounds) in enumerate(settings.ranges.items()):
        low, high = answers.iloc[1 + 2 * at], answers.iloc[2 + 2 * at]
        for column in answers.columns:
            balance, name = column.split(" ")
            found.append((parameter, bounds.low, bounds.high, balance, settings.ruler, name,
                          low[column], base[column], high[column], bounds.reason))  # fmt: skip
    return pd.DataFrame(found, columns=list(COLUMNS))


def as_printed(edition: Edition, params: Params, curves: pd.DataFrame | None = None) -> dict[str, float]:
    """Return the answers of the run itself, on all its draws: what the brief prints, by `balance measure`.

    curves: the table of the run that has these parameters, where there is one; what it lacks is drawn again.
    """
    settings = params.sensitivity

    def make() -> dict[str, float]:
        asked = [(balance, year) for balance in settings.balances for year in settings.years]
        rows = pd.DataFrame() if curves is None else curves[curves["ruler"] == settings.ruler]
        known = {} if rows.empty else rows.set_index(["balance", "year"])["p_ahead"].to_dict()
        if not set(asked) <= set(known):
            return Bench(edition, params, settings).row({})
        return {f"{balance} p_ahead_{year}": float(known[balance, year]) for balance, year in asked}

    return once(edition, f"as printed {params.model_dump_json()}", make)


class Bench:
    """Answers for parameters moved, growth and futures kept between them where they did not change."""

    def __init__(
        self, edition: Edition, params: Params, settings: Sensitivity, printed: Mapping[str, float] | None = None
    ) -> None:
        """Refuse settings that name a balance that is not declared.

        printed: the answers of the run itself (`as_printed`). With them the odds of every answer are multiplied by what
        the odds of this bench's fewer draws are off where nothing is moved: what is printed twice is equal.
        """
        unknown = [name for name in settings.balances if name not in params.balances]
        raise_all("params.yaml: sensitivity.balances", [f"{name}: no such balance" for name in unknown])
        self.edition, self.params, self.settings = edition, params, settings
        self.series = of_spending(edition.spending)
        self.ground = ground(self.series, edition, params.run)
        self._growth: dict[str, FloatArray] = {}
        self._measured: dict[str, Draws] = {}
        self._near: dict[str, Draws] = {}
        self._anchors: dict[str, tuple[float, float]] = {}
        if printed:
            self._anchors = {key: (value, printed[key]) for key, value in self.row({}).items()}

    def answers(self, moved: Mapping[str, float]) -> dict[tuple[str, str], float]:
        """Return P(China's side leads) by balance and measure with the parameters of `moved` at these values.

        moved: see `shares`.
        """
        asked = (self.params.crossing.sustain,)
        return {
            (balance, name): anchored(share, *self._anchors.get(f"{balance} {name}", (0.5, 0.5)))
            for (balance, name, _), share in self.shares(moved, asked).items()
        }

    def shares(self, moved: Mapping[str, float], sustains: Sequence[int]) -> dict[tuple[str, str, int], float]:
        """Return the shares of draws in which China's side leads, by balance, measure and each of `sustains`.

        moved: keys are `futures.` and a dotted key of that section, `crossing.sustain` (then each of `sustains` has the
        same answer), `threshold` (a factor on every balance's own), `china_level` (a factor), `growth_shift_pct.` and
        an economy or `side`.
        """
        settings, what = self.settings, _what(moved, self.params.futures)
        longest = max(*sustains, what.sustain or 1)

        def above(name: str, recent: bool) -> tuple[Bools, tuple[int, ...]]:
            balance = self.params.balances[name]
            paths = _shifted(self.near(what.futures, longest, recent), balance, what.shifts, what.level)
            drawn = ratio(paths, balance, name) / (balance.threshold * what.threshold)
            first = int(np.argmax(np.isfinite(drawn).all(axis=0)))
            return drawn[:, first:] > 1, paths.years[first:]

        found = {}
        for name in settings.balances:
            near, every = above(name, True), None
            now = near[1].index(self.measured(what.futures).last_observed)
            for sustain in sustains:
                lasting = what.sustain or sustain
                order, years = near
                if not settled(order, now, lasting):  # who leads now is told by years before these
                    every = every or above(name, False)
                    order, years = every
                lead = leads(order, lasting)
                for year in settings.years:
                    found[name, f"p_ahead_{year}", sustain] = float(lead[:, years.index(year)].mean())
        return found

    def row(self, moved: Mapping[str, float]) -> dict[str, float]:
        """Return the answers under `balance measure`, as a table has them in its columns."""
        return {f"{balance} {name}": value for (balance, name), value in self.answers(moved).items()}

    def measured(self, futures: Futures) -> Draws:
        """Return the futures of these settings on the settings' ruler; the last few are kept."""
        params = self.params

        def make() -> Draws:
            paths = assemble(self.growth(futures), self.series, self.ground, futures, params.run)
            paths = adjust(paths, params.scenario, self.edition)
            return measure(self.settings.ruler, paths, self.edition, params.rulers, params.run.seed)

        return kept(self._measured, futures.model_dump_json(), make, FUTURES_KEPT)

    def near(self, futures: Futures, sustain: int, recent: bool) -> Draws:
        """Return of the measured futures the economies and years that answers need, recent observed years or all.

        The draws of an economy and year lie side by side in memory.
        """

        def make() -> Draws:
            paths, balances = self.measured(futures), [self.params.balances[name] for name in self.settings.balances]
            members = {iso3 for balance in balances for iso3 in balance.members}
            rows = [at for at, iso3 in enumerate(paths.economies) if iso3 in members]
            years = tuple(year for year in paths.years if year <= max(self.settings.years) + sustain)
            values, economies = paths.values[:, rows, : len(years)], tuple(paths.economies[row] for row in rows)
            needed = replace(paths, values=values, economies=economies, years=years)
            return needed.since(paths.last_observed - RECENT) if recent else needed

        return kept(self._near, f"{sustain} {recent} {futures.model_dump_json()}", make, FUTURES_KEPT)

    def growth(self, futures: Futures) -> FloatArray:
        """Return log growth as `overtake.futures.models.growth` does, each model run again only for other settings."""
        if futures.model != "combined":
            return self._model(futures.model, futures)
        shares = weights.of_settings(self.edition.learned["model_scores"], futures.combination)
        return models.pool(lambda name: self._model(name, futures), shares, self.params.run.seed)

    def _model(self, name: str, futures: Futures) -> FloatArray:
        steps = futures.horizon - self.series.origin
        # Of the settings, a model reads at most the section of its own name.
        own = getattr(futures, name, None)
        key = f"{name} {steps} {own.model_dump_json() if own is not None else ''}"
        model, run = models.MODELS[name], self.params.run
        return kept(self._growth, key, lambda: model(self.series, self.edition, futures, steps, run), GROWTH_KEPT)


@dataclass(frozen=True)
class _What:
    """What is moved: futures' settings, `crossing.sustain` (None: as asked), factors, shifts of growth by economy."""

    futures: Futures
    sustain: int | None = None
    threshold: float = 1.0
    level: float = 1.0
    shifts: Mapping[str, float] = field(default_factory=dict)


def _what(moved: Mapping[str, float], futures: Futures) -> _What:
    """Return what the keys of `Bench.shares` move; `futures`: the settings where none is."""
    what = _What(futures)
    for parameter, value in moved.items():
        if parameter.startswith("futures."):
            what = replace(what, futures=with_value(what.futures, parameter.removeprefix("futures."), value))
        elif parameter == "crossing.sustain":
            try:
                what = replace(what, sustain=whole_years(value))
            except ValueError as error:
                raise OvertakeError("crossing.sustain", "is moved to what it may not be", found=error) from error
        elif parameter == "threshold":
            what = replace(what, threshold=value)
        elif parameter == "china_level":
            what = replace(what, level=value)
        elif parameter.startswith("growth_shift_pct."):
            what = replace(what, shifts={**what.shifts, parameter.removeprefix("growth_shift_pct."): value})
        else:
            raise OvertakeError(f"params.yaml: sensitivity.ranges.{parameter}", "is no parameter that can be moved")
    return what


def anchored(share: float, own: float, printed: float) -> float:
    """Return a share of draws with its odds multiplied by those of `printed` over those of `own`, 0 to 1.

    own: the share where nothing is moved. Where either is 0 or 1 their difference is added instead.
    """
    if not (0 < own < 1 and 0 < printed < 1):
        return min(max(share + printed - own, 0.0), 1.0)
    odds = printed / (1 - printed) * (1 - own) / own
    return odds * share / (1 - share + odds * share)


def kept(found: dict[str, Kept], key: str, make: Callable[[], Kept], most: int) -> Kept:
    """Return the value under `key`, made where it is not there; of more than `most` the longest unused goes."""
    value = found.pop(key) if key in found else make()
    found[key] = value
    while len(found) > most:
        del found[next(iter(found))]
    return value


def with_value(settings: Futures, dotted: str, value: float) -> Futures:
    """Return the futures' settings with one dotted key replaced, checked like the file."""
    raw = settings.model_dump(mode="json")
    *parents, leaf = dotted.split(".")
    node = raw
    for key in parents:
        node = node[key]
    node[leaf] = int(value) if isinstance(node[leaf], int) else value
    return Futures.of(raw)


def _shifted(paths: Draws, balance: Balance, shifts: Mapping[str, float], level: float) -> Draws:
    """Return paths with growth shifted after the last observed year and China's level multiplied."""
    if not shifts and level == 1.0:
        return paths
    ahead = np.maximum(np.array(paths.years) - paths.last_observed, 0)
    factor = np.ones((len(paths.economies), len(paths.years)))
    for who, points in shifts.items():
        for iso3 in balance.side if who == "side" else (who,):
            if iso3 in paths.economies:
                factor[paths.economies.index(iso3)] *= alike.power(1 + points / 100, ahead)
    if "CHN" in paths.economies:
        factor[paths.economies.index("CHN")] *= level
    return scaled(paths, factor, paths.unit)
