"""What every part of the brief needs: tables, names and units, and cells with their origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.config.balances import Balance
from overtake.config.load import parse
from overtake.config.params import Params
from overtake.draws import Draws, read_parquet
from overtake.errors import OvertakeError
from overtake.rulers.china import of_run
from overtake.show.formats import YEAR, Format, month_words
from overtake.show.numbers import Cell, Key, Numbers, slug

#: A pandas DataFrame; its stubs know too little of what rows hold to help here.
Frame = Any

#: Short name and unit of each ruler; a ruler not listed goes by its own name and the unit in the tables.
RULERS: dict[str, tuple[str, str]] = {
    "constant_usd": ("constant dollars", "constant US$ billion at market exchange rates"),
    "current_usd": ("current dollars", "current US$ billion at market exchange rates"),
    "gdp_ppp": ("GDP purchasing power", "international $ billion, GDP purchasing-power parities"),
    "military_ppp": ("military purchasing power", "international $ billion, military purchasing-power parities"),
    "symmetric": ("symmetric accounting", "US$ billion, the same off-budget items on both sides"),
    "stock": ("military stock", "US$ billion, accumulated and depreciated"),
    "stock_own": ("military stock at own shares", "US$ billion, each economy's own share of equipment accumulated"),
}


#: Rulers that rest on too few countries to count for a coalition: marked in tables, in no title and no count.
EXPERIMENTAL = ("symmetric", "stock_own")


#: Tables that are about China alone, or that test what was said of it.
ABOUT_CHINA = frozenset(("china_estimates", "claims", "register", "regions", "trend", "levels"))


@dataclass
class Context:
    """The tables of one run under `root`, with the parameters that the brief may see."""

    root: Path
    params: Params
    num: Numbers = field(default_factory=Numbers)
    _frames: dict[str, Frame | None] = field(default_factory=dict)
    _indices: dict[tuple[str, tuple[str, ...]], dict[tuple[Key, ...], list[int]]] = field(default_factory=dict)

    @classmethod
    def open(cls, root: Path, settings: Mapping[str, Any]) -> Context:
        """Return the context for `settings`, the JSON form of params.yaml."""
        context = cls(root, parse(settings))
        if context.headline_balance not in context.balances:
            raise OvertakeError(
                "params.yaml: brief.headline_balance",
                "no such balance",
                found=context.headline_balance,
                allowed=", ".join(context.balances),
            )
        return context

    @property
    def balances(self) -> dict[str, Balance]:
        """Return the declared balances by name."""
        return self.params.balances

    @property
    def headline_balance(self) -> str:
        """Return the balance that the headline asks about."""
        return self.params.brief.headline_balance

    @property
    def headline_ruler(self) -> str:
        """Return the ruler on which it is answered."""
        return self.params.brief.headline_ruler

    def frame(self, name: str) -> Frame | None:
        """Return the processed table or raw ledger called `name` (without ending), or nothing where it is absent."""
        if name not in self._frames:
            self._frames[name] = self._read(name)
        return self._frames[name]

    def _read(self, name: str) -> Frame | None:
        processed = self.root / "data" / "processed" / f"{name}.parquet"
        if processed.is_file():
            return read_parquet(processed)
        return self.ledger(name)

    def observed(self, ruler: str) -> Frame:
        """Return observed values on `ruler`, years by economies, made once."""
        key = f"observed/{ruler}"
        if key not in self._frames:
            rows = self.need("rulers")
            rows = rows[rows["ruler"] == ruler]
            self._frames[key] = rows.pivot(index="year", columns="iso3", values="value").sort_index()
        return self._frames[key]

    def ledger(self, name: str) -> Frame | None:
        """Return the table of data/raw called `name`, or nothing where it is absent."""
        key = f"raw/{name}"
        if key not in self._frames:
            raw = self.root / "data" / "raw" / f"{name}.csv"
            self._frames[key] = pd.read_csv(raw, dtype={"edition": str}) if raw.is_file() else None
        return self._frames[key]

    def path(self, name: str) -> str:
        """Return the path, relative to the project, of the table called `name`."""
        raw, made = Path("data") / "raw" / f"{name}.csv", Path("data") / "processed" / f"{name}.parquet"
        return str(raw if (self.root / raw).is_file() and not (self.root / made).is_file() else made)

    def has(self, *names: str) -> bool:
        """Tell whether all tables are there and have rows, none of them on China in a brief on another challenger."""
        if not self.of_china and ABOUT_CHINA & set(names):
            return False
        return all((frame := self.frame(name)) is not None and len(frame) > 0 for name in names)

    def shown(self, name: str) -> Frame | None:
        """Return the table called `name` where this brief `has` it, else nothing."""
        return self.frame(name) if self.has(name) else None

    @cached_property
    def begins(self) -> dict[tuple[str, str], int]:
        """Return the year in which the figures of a balance on a ruler begin."""
        found = self.need("curves").groupby(["balance", "ruler"], observed=True)["year"].min()
        return {(str(balance), str(ruler)): int(year) for (balance, ruler), year in found.items()}

    @property
    def of_china(self) -> bool:
        """Tell whether the headline asks about China: what is known of China alone is shown only then."""
        return "CHN" in self.balances[self.headline_balance].against

    def need(self, name: str) -> Frame:
        """Return the table called `name`; a missing one is refused."""
        frame = self.frame(name)
        if frame is None:
            raise OvertakeError(self.path(name), "is missing", next_step="run `dvc repro`")
        return frame

    def draws(self, *needed: str) -> Draws | None:
        """Return the futures, constant US$ bn, of these economies at least, or nothing where that stage has not run.

        China's level is that of the run.
        """
        data = self.root / "data"
        there = (data / "processed" / "futures.parquet").is_file()
        return of_run(data / "processed", self.params, needed, data / "raw") if there else None

    @cached_property
    def edition(self) -> str:
        """Return the SIPRI edition in use (year-month)."""
        return str(self.need("spending")["edition"].iloc[0])

    @cached_property
    def price_base(self) -> int:
        """Return the year of constant prices."""
        return int(self.need("spending")["price_base"].iloc[0])

    @cached_property
    def last_observed(self) -> int:
        """Return the last data year of the edition."""
        return int(self.need("spending")["year"].max())

    @cached_property
    def horizon(self) -> int:
        """Return the last year of the futures."""
        return int(self.need("curves")["year"].max())

    @property
    def ten_years_on(self) -> int:
        """Return the year ten years after the last observed, the horizon where that is nearer."""
        return min(self.last_observed + 10, self.horizon)

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the economies' names by iso3."""
        found: dict[str, str] = {}
        own = self.root / "data" / "processed" / "own" / "economies.csv"
        for frame in (pd.read_csv(own) if own.is_file() else None, self.frame("economies")):
            found |= {} if frame is None else dict(zip(frame["iso3"], frame["name"], strict=True))
        return found

    def name(self, iso3: str) -> str:
        """Return an economy's name."""
        return self.names.get(iso3, iso3)

    def who(self, balance: str) -> str:
        """Return the names of a balance's challengers as they stand in a sentence, shares below one named."""
        names = [articled(name) for name in self.with_shares(self.balances[balance].against)]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def with_shares(self, weights: Mapping[str, float]) -> list[str]:
        """Return the names of economies, each of which less or more than the whole counts with its share."""
        return [
            self.name(iso3) if share == 1 else f"{100 * share:g}% of {articled(self.name(iso3))}"
            for iso3, share in weights.items()
        ]

    def side_text(self, balance: str) -> str:
        """Return the name of a balance's coalition, which says nothing of its challengers.

        One whole economy goes by its name. A coalition that stands in several balances has one name: the label of the
        one that names no opponent, else the shortest.
        """
        own = self.balances.get(balance)
        if own is None:
            return self.label_text(balance)
        if len(own.side) == 1 and set(own.side.values()) == {1}:
            return self.name(next(iter(own.side)))
        alike = [
            other.label
            for other in self.balances.values()
            if (other.side, other.tie_downs) == (own.side, own.tie_downs)
        ]
        return min(alike, key=lambda label: (" against " in f" {label.lower()} ", len(label), label))

    def who_html(self, balance: str) -> Markup:
        """Return `who` as HTML, a share in it recorded."""
        return self.prose(self.who(balance), f"params.balances.{balance}.against", f"balances.{balance}.against")

    def whom(self, balance: str) -> Markup:
        """Return a balance's coalition as it stands in a sentence as HTML, numerals recorded."""
        text = articled(self.side_text(balance))
        return self.prose(text, f"params.balances.{balance}.label", f"balances.{balance}.label")

    def rival(self, balance: str) -> Markup:
        """Return what a lead is a lead over: the coalition, or as many times it as the balance's threshold says."""
        threshold = self.balances[balance].threshold
        if threshold == 1:
            return self.whom(balance)
        key = f"balances.{balance}.threshold"
        return Markup("{} times {}").format(self.prose(f"{threshold:g}", f"params.{key}", key), self.whom(balance))

    def many(self, balance: str) -> bool:
        """Tell whether a balance has several challengers, and their verb a plural."""
        return len(self.balances[balance].against) > 1

    def challenger(self, balances: Iterable[str]) -> str:
        """Return the challengers' names where all of `balances` have the same, else `the challenger`."""
        found = {self.who(name) for name in balances if name in self.balances}
        return found.pop() if len(found) == 1 else "the challenger"

    @cached_property
    def own(self) -> dict[str, tuple[str, str]]:
        """Return by iso3 the series in use in place of SIPRI's figures: its name in `data.series`, and its source."""
        names = self.params.data.series
        frame = self.ledger("series") if names else None
        if frame is None:
            return {}
        rows = frame[frame["series"].isin(names)].drop_duplicates("iso3").to_dict("records")
        return {str(row["iso3"]): (str(row["series"]), str(row["source"])) for row in rows}

    def own_words(self) -> str:
        """Return `figures for A and B from X` for each of one's own series in use, else nothing."""
        by_source: dict[str, list[str]] = {}
        for iso3, (_, source) in self.own.items():
            by_source.setdefault(source, []).append(articled(self.name(iso3)))
        told = [f"figures for {', '.join(names)} from {source}" for source, names in by_source.items()]
        return " and ".join(told)

    def sipri_words(self) -> Markup:
        """Return the name of the edition in use, and whose figures stand in place of SIPRI's for whom."""
        words = month_words(self.edition) + (f", with {own}" if (own := self.own_words()) else "")
        return Markup('<span class="declared">{}</span>').format(words)

    def without_imf(self) -> list[str]:
        """Return the names of the economies of the futures of whose GDP the IMF's edition says nothing."""
        macro = self.frame("macro")
        known = set() if macro is None else set(macro["iso3"])
        return [articled(self.name(iso3)) for iso3 in sorted(set(self.need("spending")["iso3"]) - known)]

    def level_words(self) -> str:
        """Return whose level of China's spending is used where it is not SIPRI's, else nothing."""
        level = self.params.rulers.china_level
        if level == "sipri":
            return ""
        if level == "uncertain":
            return "China's level drawn from each author's newest estimate in dollars, not SIPRI's alone"
        frame = self.frame("china_estimates")
        rows = [] if frame is None else frame[frame["estimate"] == level].to_dict("records")
        label = f"{rows[0]['label']}, {int(rows[0]['year'])}" if rows else level
        return f"China's level by another estimate than SIPRI's ({label})"

    def as_sipri_has_it(self) -> str:
        """Return the end of a caption that says so where the table has SIPRI's level of China and the run another."""
        return ", China as SIPRI has it" if self.level_words() else ""

    @cached_property
    def weo(self) -> str:
        """Return the IMF edition in use (year-month), empty without one."""
        frame = self.frame("macro")
        return "" if frame is None or frame.empty or "edition" not in frame else str(frame["edition"].iloc[0])

    def economy_words(self) -> str:
        """Return which IMF edition is used where it is older than SIPRI's, else nothing."""
        if not self.weo or self.weo >= self.edition:
            return ""
        return f"The IMF's figures on the economy are of {month_words(self.weo)}, older than SIPRI's on spending"

    def scenario_words(self) -> str:
        """Return the scenario in force in words, else nothing; it carries no probability."""
        scenario = self.params.scenario
        shifts = [
            f"{self.name(iso3)} {value:+g} points a year" for iso3, value in scenario.growth_shift_pct.items() if value
        ]
        targets = [
            f"{self.name(iso3)} {target.share_pct:g}% by {target.year}"
            + " in its government’s definition" * (target.definition == "government")
            for iso3, target in scenario.share_targets.items()
        ]
        if not shifts and not targets:
            return ""
        span = f"{scenario.from_year} to {scenario.to_year}" if shifts else ""
        parts = [f"growth of spending from {span}: {', '.join(shifts)}"] * bool(shifts) + [
            f"shares of GDP of at least: {', '.join(targets)}"
        ] * bool(targets)
        return f"Under a scenario, which has no probability ({'; '.join(parts)})"

    def ruler_name(self, ruler: str) -> str:
        """Return the short name of a ruler."""
        return RULERS.get(ruler, (ruler.replace("_", " "), ""))[0]

    def ruler_unit(self, ruler: str) -> str:
        """Return the unit of a ruler, with the price base where it is in constant dollars."""
        unit = RULERS.get(ruler, ("", ruler.replace("_", " ")))[1]
        return unit.replace("constant US$", f"constant ({self.price_base}) US$")

    def unit_words(self, ruler: str) -> Markup:
        """Return the unit of a ruler as HTML, the price base recorded."""
        before, base, after = self.ruler_unit(ruler).partition(str(self.price_base))
        return Markup("{}{}{}").format(before, self.num.show(self.base_cell(), YEAR), after) if base else Markup(before)

    @cached_property
    def rulers(self) -> list[str]:
        """Return the rulers in use, the headline's first, then in the order of `RULERS`."""
        found = self.params.rulers.use
        order = [self.headline_ruler, *RULERS]
        return sorted(found, key=lambda ruler: (order.index(ruler) if ruler in order else len(order), ruler))

    def base_cell(self) -> Cell:
        """Return the year of constant prices as a cell."""
        return Cell("price-base", self.price_base, self.path("spending"), (), "price_base", self.edition)

    def last_cell(self) -> Cell:
        """Return the last observed year as a cell."""
        return Cell("last-observed", self.last_observed, self.path("spending"), (), "year", self.edition, (), "last")

    def horizon_cell(self) -> Cell:
        """Return the last year of the futures as a cell."""
        return Cell("horizon", self.horizon, self.path("curves"), (), "year", self.edition, (), "last")

    def label(self, balance: str) -> Markup:
        """Return a balance's label as HTML, any numeral in it recorded as a parameter."""
        return self.prose(self.label_text(balance), f"params.balances.{balance}.label", f"balances.{balance}.label")

    def label_text(self, balance: str) -> str:
        """Return a balance's label as plain text."""
        known = self.balances.get(balance)
        return known.label if known else balance.replace("_", " ")

    def prose(self, text: str, id: str, column: str, table: str = "params.yaml") -> Markup:
        """Return `text` from a parameter or ledger as HTML with each numeral recorded under `id`."""
        parts: list[Markup] = []
        position, found = 0, 0
        for match in re.finditer(r"\d[\d,.]*\d|\d", text):
            written = match.group()
            cell = Cell(
                slug(id, found), float(written.replace(",", "")) if _numeric(written) else 0.0, table, (), column
            )
            as_written = Format("as written in the source", "as written", lambda _, written=written: written)  # type: ignore[misc]
            parts += [Markup.escape(text[position : match.start()]), self.num.show(cell, as_written)]
            position, found = match.end(), found + 1
        return Markup("").join([*parts, Markup.escape(text[position:])])

    def cell(self, table: str, column: str, **row: Key) -> Cell:
        """Return one cell of a table by the key of its row; no row or more than one is refused."""
        frame = self.need(table)
        found = self._lookup(table, tuple(row)).get(tuple(row.values()), [])
        if len(found) != 1:
            raise OvertakeError(
                self.path(table), f"{len(found)} rows where one is wanted", found=dict(row), allowed="a unique key"
            )
        value = frame[column].iloc[found[0]]
        edition = str(frame["edition"].iloc[found[0]]) if "edition" in frame else self.edition
        return Cell(
            slug(table, *row.values(), column),
            float(value) if pd.notna(value) else float("nan"),
            self.path(table),
            tuple((key, _key(item)) for key, item in row.items()),
            column,
            edition,
            self.raw_cells(table, row),
        )

    def _lookup(self, table: str, keys: tuple[str, ...]) -> dict[tuple[Key, ...], list[int]]:
        """Return the row numbers of a table by the values of `keys`, made once a table and set of keys."""
        if (table, keys) not in self._indices:
            rows: dict[tuple[Key, ...], list[int]] = {}
            for number, values in enumerate(zip(*(self.need(table)[key].tolist() for key in keys), strict=True)):
                rows.setdefault(values, []).append(number)
            self._indices[(table, keys)] = rows
        return self._indices[(table, keys)]

    def raw_cells(self, table: str, row: Mapping[str, Key]) -> tuple[str, ...]:
        """Return the cells of data/raw under a row of a processed table, as `file[key=value, ...]`."""
        own = self.own.get(str(row.get("iso3", "")))
        if own and table in ("spending", "rulers"):
            sign = "=" if table == "spending" else "<="
            return (f"data/raw/series.csv[series={own[0]}, iso3={row['iso3']}, year{sign}{row['year']}]",)
        if table == "spending":
            return (f"data/raw/milex.csv[edition={self.edition}, iso3={row['iso3']}, year={row['year']}]",)
        if table == "rulers":
            return (f"data/raw/milex.csv[edition={self.edition}, iso3={row['iso3']}, year<={row['year']}]",)
        if "balance" in row and str(row["balance"]) in self.balances:
            members = self.balances[str(row["balance"])].members
            return tuple(
                f"data/raw/series.csv[series={self.own[iso3][0]}, iso3={iso3}, year<={self.last_observed}]"
                if iso3 in self.own
                else f"data/raw/milex.csv[edition={self.edition}, iso3={iso3}, year<={self.last_observed}]"
                for iso3 in members
            )
        return ()


def articled(label: str) -> str:
    """Return a balance's label as it stands in a sentence: `the five treaty allies`, `AUKUS`, `the Quad`."""
    label = label.removesuffix(" alone")
    first, _, rest = label.partition(" ")
    counted = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
    if first.lower().rstrip(",") in counted:
        return f"the {first.lower()} {rest}"
    if first in ("Quad", "United"):
        return f"the {label}"
    return label


def _numeric(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(,\d{3})*(\.\d+)?", text))


def _key(value: Any) -> Key:
    plain: Key = value.item() if hasattr(value, "item") else value
    return plain
