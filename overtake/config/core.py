"""The sections `data`, `run` and `brief` of the parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from overtake.config.base import Section

EditionId = Annotated[str, Field(pattern=r"^\d{4}-(04|10)$")]
SeriesName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Data(Section):
    """Which editions are read, and what is done about gaps."""

    edition: EditionId = "2026-04"
    """SIPRI edition, year-month of publication: one of those in data/raw/milex.csv."""

    weo_edition: EditionId | Literal["matching"] = "matching"
    """IMF World Economic Outlook edition; `matching`: the first full one published with or after the SIPRI
    edition; without one the newest, and the brief says that it is older."""

    panel: Literal["raw", "own"] = "raw"
    """Whose economies may stand in a balance: those of data/raw, or also those of a whole workbook of one's own in
    data/panel (`overtake ingest sipri WORKBOOK --all-countries`), which is not in git."""

    series: tuple[SeriesName, ...] = ()
    """One's own series (data/raw/series.csv, `overtake ingest table`) that stand in place of SIPRI's figures for their
    economies in this edition."""

    gap_rule: Literal["interpolate", "refuse"] = "interpolate"
    """Years without a figure inside or at the end of a series (Viet Nam): `interpolate` log-linearly inside and carry
    the last share of GDP forward at the end, each such year marked highly uncertain; `refuse`: stop and name them."""

    first_year: Annotated[int, Field(ge=1989, le=2010)] = 1989
    """First calendar year of the tables."""


class Run(Section):
    """Size and seed of the simulation."""

    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 20201015
    """Seed of every random stream; same seed, same bytes."""

    draws: Annotated[int, Field(ge=100, le=100_000)] = 10_000
    """Number of joint futures."""


class Brief(Section):
    """What the brief puts first."""

    headline_balance: str = "eleven"
    """Balance whose finding the title states."""

    headline_ruler: str = "constant_usd"
    """Ruler of the title's finding."""
