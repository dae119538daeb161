"""The section `rulers` of the parameters: how military expenditure is measured."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from overtake.config.base import Section
from overtake.config.economies import Economy

RulerName = Literal["constant_usd", "current_usd", "gdp_ppp", "military_ppp", "symmetric", "stock", "stock_own"]


class Prices(Section):
    """Inflation and exchange rates, for every ruler that leaves constant US$."""

    index: Literal["cpi", "deflator"] = "cpi"
    """Index that turns real spending into current prices after the last observed year: consumer prices, with which
    SIPRI deflates, or the GDP deflator."""

    us_inflation_pct: Annotated[float, Field(ge=-5, le=20)] = 2.0
    """US inflation after the last year of the IMF's forecast, per cent a year; real exchange rates then stay put."""

    real_appreciation_pct: dict[Economy, Annotated[float, Field(ge=-20, le=20)]] = Field(default_factory=dict)
    """Real appreciation against the US$ beyond the IMF's path, per cent a year after the last observed year."""

    appreciation_years: Annotated[int, Field(ge=1, le=50)] = 10
    """Years that `real_appreciation_pct` lasts."""

    uncertain: bool = True
    """Whether real exchange rates carry shocks (current US$): each economy's own volatility and correlations."""

    volatility_since: Annotated[int, Field(ge=1990, le=2020)] = 2000
    """First year of the real exchange rates from which volatility and correlations are estimated."""

    half_life_years: Annotated[float, Field(gt=0, le=50)] = 4.0
    """Years in which half of a real exchange-rate shock is gone (Rogoff 1996: three to five)."""


class Composition(Section):
    """Default shares of spending where the ledger of compositions has none; equipment includes R&D, construction."""

    personnel: Annotated[float, Field(ge=0, le=1)] = 0.45
    """Share of personnel, pensions included."""

    operations: Annotated[float, Field(ge=0, le=1)] = 0.30
    """Share of operations and maintenance."""

    equipment: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Share of equipment, research and development, construction."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse shares that do not make a whole."""
        total = self.personnel + self.operations + self.equipment
        if abs(total - 1) > 1e-9:
            raise ValueError(f"personnel, operations and equipment sum to {total:g}; allowed: 1")
        return self


class GdpPpp(Section):
    """GDP purchasing-power parity."""

    error_pct: Annotated[float, Field(ge=0, le=50)] = 5.0
    """Standard error of an economy's PPP factor against the United States, per cent, one draw for all years."""


class MilitaryPpp(Section):
    """Military purchasing-power parity: a price ratio each for personnel, operations and equipment."""

    wage_elasticity: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Elasticity of the price of personnel to GDP per head at market exchange rates, both relative to the US:
    0, soldiers cost everywhere the same; 1, as much less as income is lower."""

    equipment_at_ppp: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Price of equipment between market exchange rates (0) and GDP-PPP (1), on the log scale."""

    convergence_pct: Annotated[float, Field(ge=0, le=10)] = 2.0
    """Share of the gap in GDP per head to the United States that closes each year after the IMF's forecast, per cent;
    as incomes converge, the multiplier of a poorer economy falls."""


class Symmetric(Section):
    """Both sides on one definition, after Fravel, Gilboy and Heginbotham (2024)."""

    others: Literal["mean", "us", "china", "none"] = "mean"
    """Definition add-on over SIPRI of the other economies: the geometric mean of the two known ones, that of the
    United States, of China, or none."""


class Stock(Section):
    """Cumulative stock by perpetual inventory, in constant US$."""

    depreciation_pct: Annotated[float, Field(gt=0, le=50)] = 7.5
    """Depreciation, per cent of the stock a year."""

    investment_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Equal-share variant: the share of every economy's spending that enters the stock; 1 is cumulative effort."""

    start_growth_years: Annotated[int, Field(ge=3, le=30)] = 10
    """Years whose mean growth gives the starting stock, spending over growth plus depreciation."""


class Rulers(Section):
    """How military expenditure is measured; every ruler treats all economies alike."""

    use: Annotated[tuple[RulerName, ...], Field(min_length=1)] = (
        "constant_usd",
        "current_usd",
        "gdp_ppp",
        "military_ppp",
        "symmetric",
        "stock",
        "stock_own",
    )
    """Rulers of the tables, in their order."""

    china_level: str = "sipri"
    """Level of China's spending: `sipri`, the name of a row of data/raw/china_estimates.csv that may stand for the
    present level, or `uncertain`, each of those rows in an equal share of the draws. Estimates in purchasing power are
    rulers of their own and are refused here, and so is what is older than five years."""

    prices: Prices = Prices()
    composition: Composition = Composition()
    gdp_ppp: GdpPpp = GdpPpp()
    military_ppp: MilitaryPpp = MilitaryPpp()
    symmetric: Symmetric = Symmetric()
    stock: Stock = Stock()

    @model_validator(mode="after")
    def _once(self) -> Self:
        """Refuse a ruler named twice."""
        if len(set(self.use)) < len(self.use):
            raise ValueError("use names a ruler twice; allowed once each")
        return self
