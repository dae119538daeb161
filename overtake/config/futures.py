"""The section `futures` of the parameters: how growth is modelled and how far ahead."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from overtake.config.base import Section

Model = Literal[
    "pooled_random_walk", "panel_regression", "damped_trend", "state_space", "gdp_share", "error_correction"
]

#: Tiers of announced plans, firmest first.
Tier = Literal["spent", "enacted", "budgeted", "announced", "aim"]
TIERS: tuple[Tier, ...] = get_args(Tier)


class PooledRandomWalk(Section):
    """Drift and volatility of real growth, each partly the economy's own and partly the world's."""

    own_drift: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Weight of an economy's own mean growth, 0 to 1; the rest is the world's median."""

    own_volatility: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Weight of an economy's own log volatility, 0 to 1; the rest is the world's median."""

    window: Annotated[int, Field(ge=8, le=60)] = 30
    """Years of history that an economy's own drift and volatility are taken from."""

    cut: Annotated[float, Field(ge=0.05, le=5)] = 0.25
    """A year's log growth beyond this, either way, counts as this: a war or a revaluation is no trend (tuned)."""

    tail_df: Annotated[float, Field(gt=2, le=100)] = 6.0
    """Degrees of freedom of the heavy tails: each draw of an economy has a volatility of its own."""


class PanelRegression(Section):
    """Growth over h years regressed on what all countries' past says: growth, GDP growth, share of GDP, volatility."""

    spread: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    """Factor on the distance of draws from the median; below 1 narrower than the panel's residuals."""

    persistence: Annotated[float, Field(ge=0, le=0.95)] = 0.5
    """Autocorrelation of the steps of a draw's rank: 0 wanders at random, near 1 keeps its direction (tuned)."""


class Combination(Section):
    """The linear pool: each draw belongs to one model, in proportion to the models' weights."""

    members: Annotated[tuple[Model, ...], Field(min_length=1)] = (
        "panel_regression",
        "pooled_random_walk",
        "gdp_share",
    )
    """Models of the pool; those of statsmodels and the error-correction equation are cross-checks and stay outside."""

    weights: Literal["scored", "equal"] = "scored"
    """`scored`: from the CRPS at tuning origins (data/raw/model_scores.csv), shrunk towards equal; or `equal`."""

    sharpness: Annotated[float, Field(ge=0, le=100)] = 20.0
    """How fast a weight falls with the score: a CRPS one tenth above the best costs a factor exp(-sharpness / 10)."""

    shrink: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Part of the weights that is equal, 0 to 1."""


#: What is made of announced plans.
Treatment = Literal["off", "cut", "face_value"]
TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)


class Futures(Section):
    """The joint futures of all economies."""

    model: Model | Literal["combined"] = "combined"
    """Growth model: `combined`, the pool of `combination`, or one alone."""

    horizon: Annotated[int, Field(ge=2027, le=2075)] = 2050
    """Last year of the futures."""

    plans: Treatment = "cut"
    """Announced plans (data/raw/plans.csv, in SIPRI's definition by crosswalk.csv), which move an economy's middle path
    up or down: `off`; `cut` by what such plans have delivered (realisation.csv); at `face_value`."""

    plan_tiers: tuple[Tier, ...] = ("spent", "enacted", "budgeted", "announced")
    """Tiers of plans that count, from money already spent to an `aim` that nobody has put into a programme."""

    plan_realisation_sd: Annotated[float, Field(ge=0, le=0.3)] = 0.12
    """Standard deviation, among draws, of the part of a plan that is delivered."""

    pooled_random_walk: PooledRandomWalk = PooledRandomWalk()
    panel_regression: PanelRegression = PanelRegression()
    combination: Combination = Combination()
