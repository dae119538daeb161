"""Evaluate the multiverse a chunk at a time: one simulation, every cheap choice crossed on the same draws."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake import rulers
from overtake.balances import RECENT
from overtake.balances.sides import first_whole_year, presence, weights
from overtake.config.multiverse import SIPRI, Axes, Chunk
from overtake.config.params import Params
from overtake.draws import Draws, FloatArray
from overtake.edition import Edition
from overtake.errors import OvertakeError
from overtake.futures import plans
from overtake.futures.simulate import simulate
from overtake.rulers.china import factor
from overtake.rulers.tables import measure
from overtake.scenarios.adjust import adjust
from overtake.sensitivity.axes import CHOICES
from overtake.sensitivity.inputs import with_draws
from overtake.sensitivity.kernel import medians, probabilities, settled

#: Decimals of medians in the table: what a processor's last bits do not reach.
DECIMALS = 5


@dataclass
class Bench:
    """A worker's own: the edition in hand with its rulers' factors, kept until the next edition.

    given: any edition of the same tables.
    """

    given: Edition
    params: Params
    axes: Axes
    edition: Edition = field(default_factory=lambda: Edition(""))
    factors: dict[str, FloatArray] = field(default_factory=dict)
    levels: dict[str, FloatArray] = field(default_factory=dict)

    def of(self, name: str) -> Edition:
        """Return an edition."""
        if self.edition.name != name:
            # One's own series stand in the edition in use; another edition is what its publisher knew.
            own = self.params.data.series if name == self.params.data.edition else ()
            self.edition = self.given.at(self.params.data.model_copy(update={"edition": name, "series": own}))
            self.factors = {}
            estimates, seed, last = self.edition.ledgers["china_estimates"], self.params.run.seed, self.given.last
            self.levels = {
                level: factor(estimates, level, self.axes.draws, seed, last).astype(np.float32)
                for level in self.axes.china_levels
            }
        return self.edition


@dataclass(frozen=True)
class Measured:
    """Draws on a ruler, the draws of an economy and year side by side in memory, and where they have values."""

    paths: Draws
    present: npt.NDArray[np.bool_]


def prepare(shared: tuple[Edition, Params, Axes]) -> Bench:
    """Return the bench that a worker keeps between chunks."""
    edition, params, axes = shared
    return Bench(edition, with_draws(params, axes.draws), axes)


def columns(axes: Axes) -> list[str]:
    """Return the columns of the multiverse's table."""
    return [*CHOICES, *(f"{kind}_{year}" for kind in ("p_ahead", "p_by", "ratio") for year in sorted(axes.years))]


def specifications(axes: Axes, chunk: Chunk) -> pd.DataFrame:
    """Return the specifications of a chunk, one a row, the columns of CHOICES, in the order of evaluation."""
    cheap = [
        (chunk.edition, chunk.window_years, chunk.model, *one)
        for treatment, ruler in itertools.product(axes.plans, axes.rulers)
        for one in itertools.product(
            (treatment,), (ruler,), axes.coalitions, axes.levels(ruler), axes.us_shares, axes.sustain
        )
    ]
    return pd.DataFrame(cheap, columns=list(CHOICES)).astype({"window_years": "int16", "sustain": "int8"})


def evaluate(bench: Bench, chunk: Chunk) -> pd.DataFrame:
    """Return one row per specification of `chunk` (see `columns`), in the order of `specifications`.

    A coalition that a ruler does not measure, for want of figures of a member, has no row on it.
    """
    axes, params, edition = bench.axes, bench.params, bench.of(chunk.edition)
    bare = futures(edition, params, chunk)
    parts = []
    for treatment in axes.plans:
        settings = params.futures.model_copy(update={"plans": treatment})
        planned = adjust(plans.apply(bare, edition, settings, params.run.seed), params.scenario, edition)
        for ruler in axes.rulers:
            measured = _measured(bench, ruler, planned)
            parts += [_coalition(bench, measured, name, ruler) for name in axes.coalitions]
    found = pd.DataFrame(np.concatenate(parts), columns=columns(axes)[len(CHOICES) :])
    return pd.concat([specifications(axes, chunk), found], axis=1).dropna(subset=[found.columns[0]], ignore_index=True)


def futures(edition: Edition, params: Params, chunk: Chunk) -> Draws:
    """Return the futures of a chunk without plans: growth estimated on its window, all observed years kept."""
    spending = edition.spending
    last, earliest = int(spending["year"].max()), int(spending["year"].min())
    first = max(earliest, last - chunk.window_years + 1)
    walk = params.futures.pooled_random_walk
    walk = walk.model_copy(update={"window": min(chunk.window_years, walk.window)})
    settings = params.futures.model_copy(update={"model": chunk.model, "plans": "off", "pooled_random_walk": walk})
    paths = simulate(edition.with_spending(spending[spending["year"] >= first]), settings, params.run)
    return paths if first == earliest else _with_history(paths, spending)


def _with_history(paths: Draws, spending: pd.DataFrame) -> Draws:
    """Return `paths` with the observed years before them, each draw's level error carried back."""
    wide = spending.pivot(index="iso3", columns="year", values="milex_constant_usd_bn").reindex(list(paths.economies))
    earlier = [int(year) for year in wide.columns if int(year) < paths.years[0]]
    error = paths.values[:, :, paths.years.index(paths.last_observed)] / wide[paths.last_observed].to_numpy(np.float32)
    history = wide[earlier].to_numpy(np.float32)[None] * error[:, :, None]
    return replace(paths, values=np.concatenate([history, paths.values], axis=2), years=(*earlier, *paths.years))


def _measured(bench: Bench, ruler: str, paths: Draws) -> Measured:
    """Return `paths` on a ruler, China as SIPRI has it.

    Where a ruler is proportional to spending, its factor is found once an edition, from paths of ones.
    """
    edition, seed = bench.edition, bench.params.run.seed
    settings = bench.params.rulers.model_copy(update={"china_level": SIPRI})
    if not rulers.RULERS[ruler].proportional:
        measured = measure(ruler, paths, edition, settings, seed)
    else:
        if ruler not in bench.factors:
            ones = paths.with_values(np.ones_like(paths.values), paths.unit)
            bench.factors[ruler] = measure(ruler, ones, edition, settings, seed).values
        measured = paths.with_values(paths.values * bench.factors[ruler], ruler)
    return Measured(measured, presence(measured))


def _coalition(bench: Bench, measured: Measured, name: str, ruler: str) -> FloatArray:
    """Return the measures of one coalition on one ruler, (specifications, columns), over levels, shares and sustain."""
    against, side = weights(bench.params.balances[name])
    axes = bench.axes
    try:
        first = first_whole_year(measured.paths, [*against, *side, "USA"], name, measured.present)
    except OvertakeError:
        count = len(axes.levels(ruler)) * len(axes.us_shares) * len(axes.sustain)
        return np.full((count, 3 * len(axes.years)), np.nan)
    recent = max(first, measured.paths.years.index(measured.paths.last_observed) - RECENT)
    for start in (recent, first):
        found = _since(bench, measured.paths, name, ruler, start, whole=start == first)
        if found is not None:
            return found
    raise AssertionError("the whole of the years settles who leads")


def _since(bench: Bench, paths: Draws, name: str, ruler: str, start: int, *, whole: bool) -> FloatArray | None:
    """Return what `_coalition` does from the years since index `start`.

    None where these, unless they are the whole of them, do not settle who leads in the last observed year.
    """
    axes = bench.axes
    against, side = weights(bench.params.balances[name])
    end = paths.years.index(max(axes.years)) + max(axes.sustain)
    kept = slice(start, end)
    asked = tuple(paths.years.index(year) - start for year in sorted(axes.years))
    usa = _years_by_draws(paths, "USA", kept)
    rest = _weighted(paths, side, kept)
    others = _weighted(paths, {iso3: weight for iso3, weight in against.items() if iso3 != "CHN"}, kept)
    china = np.float32(against.get("CHN", 0.0)) * _years_by_draws(paths, "CHN", kept)
    combinations = list(itertools.product(axes.levels(ruler), axes.us_shares))
    above = np.empty((end - start, len(combinations), usa.shape[1]), dtype=bool)
    then = np.empty((len(asked), len(combinations), usa.shape[1]), dtype=np.float32)
    facing = {level: others + china * bench.levels[level] for level in axes.levels(ruler)}
    coalition = {share: rest + np.float32(share) * usa for share in axes.us_shares}
    for at, (level, share) in enumerate(combinations):
        ratio = facing[level] / coalition[share]
        np.greater(ratio, 1.0, out=above[:, at])
        then[:, at] = ratio[list(asked)]
    last = paths.years.index(paths.last_observed) - start
    if not whole and not all(settled(above, sustain, last) for sustain in axes.sustain):
        return None
    middle = np.round(medians(then), DECIMALS)
    rows = np.empty((len(combinations), len(axes.sustain), 3, len(asked)))
    for place, sustain in enumerate(axes.sustain):
        ahead, crossed = probabilities(above, sustain, last, asked)
        rows[:, place] = np.stack([ahead, crossed, middle]).transpose(2, 0, 1)
    return rows.reshape(len(combinations) * len(axes.sustain), -1)


def _years_by_draws(paths: Draws, iso3: str, kept: slice) -> FloatArray:
    """Return an economy's values, (years, draws), contiguous."""
    return paths.values.transpose(1, 2, 0)[paths.economies.index(iso3), kept]


def _weighted(paths: Draws, shares: dict[str, float], kept: slice) -> FloatArray:
    """Return the weighted sum over members, (years, draws); zero where there are none."""
    total = np.zeros_like(_years_by_draws(paths, paths.economies[0], kept))
    for iso3, weight in shares.items():
        total += np.float32(weight) * _years_by_draws(paths, iso3, kept)
    return total
