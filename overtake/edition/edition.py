"""The edition: what was known when a SIPRI edition was published, in one immutable object that all rooms read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from overtake import paths
from overtake.config.core import Data
from overtake.edition import clean, own
from overtake.edition.memo import once
from overtake.kept import fingerprint
from overtake.sources import ledgers, package, panel, raw

Tables = Mapping[str, pd.DataFrame]
#: What was learned from the full panel, shipped per edition and origin.
LEARNED = ("hyperparameters", "panel_regression", "model_scores")
#: Tables of data/raw that hold all editions.
PUBLISHED = ("milex", "macro", "editions", "regions", "ranks", "economies", "series")


@dataclass(frozen=True, eq=False)
class Shipped(Tables):
    """Tables of a folder by name, each read and checked when it is first asked for: a stage reads what it needs."""

    names: tuple[str, ...]
    folder: Path
    __eq__, __hash__ = object.__eq__, object.__hash__

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.names:
            raise KeyError(name)
        return once(self, name, lambda: self._load(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def made_from(self) -> list[tuple[str, str]]:
        """Return the files that the tables are read from, those of the run's own among them, each with its SHA-256."""
        files = [*(self.folder / f"{name}.csv" for name in self.names), self.folder / package.NAME]
        files += sorted((paths.PROCESSED / panel.OWN).glob("*.csv"))
        return [(file.name, package.sha256(file)) for file in files if file.is_file()]

    def _load(self, name: str) -> pd.DataFrame:
        if name == "milex":
            return panel.with_own("milex.csv", self.folder)
        return ledgers.load(name, self.folder) if name in ledgers.LEDGERS else raw.load(f"{name}.csv", self.folder)


@dataclass(frozen=True, eq=False)
class Edition:
    """Figures of one SIPRI and one WEO edition, and the tables that go with them; nothing in it is to be written to.

    spending, macro: of the clean stage; macro is empty where no forecast was known. ledgers, learned, published: tables
    of data/raw by name, without ending; published: all editions of `milex`, `macro`, `regions`, `ranks`, the
    register `editions`, the list `economies`, one's own `series`.
    """

    name: str
    spending: pd.DataFrame = field(default_factory=pd.DataFrame)
    macro: pd.DataFrame = field(default_factory=pd.DataFrame)
    ledgers: Tables = field(default_factory=dict)
    learned: Tables = field(default_factory=dict)
    published: Tables = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("ledgers", "learned", "published"):
            tables = getattr(self, name)
            if not isinstance(tables, Shipped):
                object.__setattr__(self, name, MappingProxyType(dict(tables)))

    def made_from(self) -> str:
        """Return a digest of all that the edition holds, tables that were not read yet by their files."""
        return once(self, "made from", lambda: fingerprint([getattr(self, each.name) for each in fields(self)]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes the edition anew in another process."""
        values = (getattr(self, each.name) for each in fields(self))
        return Edition, tuple(dict(value) if isinstance(value, Mapping) else value for value in values)

    @property
    def weo(self) -> str:
        """Return the WEO edition whose forecast is known, empty where none is."""
        return str(self.macro["edition"].iloc[0]) if len(self.macro) else ""

    @property
    def last(self) -> int:
        """Return the last observed year."""
        return int(self.spending["year"].max())

    @property
    def price_base(self) -> int:
        """Return the year in whose prices constant US$ are."""
        return int(self.spending["price_base"].iloc[0])

    @property
    def headings(self) -> dict[str, tuple[str, str]]:
        """Return the region and subregion of each economy, as SIPRI heads them; empty where no list is known."""
        table = self.published.get("economies")
        if table is None:
            return {}
        return {str(row.iso3): (str(row.region), str(row.subregion)) for row in table.itertuples()}

    @property
    def economy_names(self) -> dict[str, str]:
        """Return the names of the economies of data/raw by iso3; those that only an own table brings have none."""
        return dict(self.published["economies"][["iso3", "name"]].to_numpy())

    def with_spending(self, spending: pd.DataFrame) -> Edition:
        """Return the edition as it would be with other spending."""
        return replace(self, spending=spending)

    def without_forecast(self) -> Edition:
        """Return the edition as it is to a backtest, which may not see the IMF's later forecasts."""
        return replace(self, macro=self.macro.iloc[:0])

    def names(self) -> list[str]:
        """Return the names of the SIPRI editions published up to this one, oldest first."""
        return sorted(str(name) for name in self.published["milex"]["edition"].unique() if str(name) <= self.name)

    def at(self, data: Data) -> Edition:
        """Return the edition that `data` names, its tables cleaned as the stage `clean` does; all else as it is."""
        return self._cleaned(data, clean.weo_edition(data, self.published["editions"]))

    def as_printed(self, name: str) -> Edition:
        """Return an edition with the newest forecast that the IMF had published by then, if any."""
        return self._cleaned(Data(edition=name), clean.known_forecast(self.published["macro"], name))

    def up_to(self, month: str) -> Edition:
        """Return the edition with the ledgers as they could have been written by `month` (year-month)."""
        year, found = int(month[:4]), dict(self.ledgers)
        for name in ("china_official_budget", "china_estimates", "composition"):
            found[name] = found[name][found[name]["year"] <= year]
        plans = found["plans"]
        found["plans"] = plans[(plans["announced"] != "") & (plans["announced"] <= month)]
        return replace(self, ledgers=found)

    def _cleaned(self, data: Data, weo: str | None) -> Edition:
        macro = self.published["macro"]
        macro = clean.clean_macro(macro, weo) if weo else macro.iloc[:0]
        milex = self.published["milex"]
        if data.series:
            milex = own.in_place(milex, self.published["series"], data.series, data.edition)
        spending = clean.clean_spending(milex, macro, self.published["editions"], data)
        return replace(self, name=data.edition, spending=spending, macro=macro)


def read(data: Data, folder: Path = paths.RAW) -> Edition:
    """Return the edition that `data` names from the tables of `folder`, checked as they are read."""
    return shipped(data.edition, folder).at(data)


def of_run(processed: Path = paths.PROCESSED, folder: Path = paths.RAW) -> Edition:
    """Return the edition of the last run: the clean tables in `processed`, with the tables of `folder`."""
    from overtake.draws import read_parquet

    spending, macro = (read_parquet(processed / f"{name}.parquet") for name in ("spending", "macro"))
    return replace(shipped(str(spending["edition"].iloc[0]), folder), spending=spending, macro=macro)


def shipped(name: str, folder: Path = paths.RAW) -> Edition:
    """Return an edition without figures of its own: what all editions share, from the tables of `folder`."""
    groups = (Shipped(names, folder) for names in (ledgers.LEDGERS, LEARNED, PUBLISHED))
    return Edition(name, pd.DataFrame(), pd.DataFrame(), *groups)
