"""The tables of data/processed, each column described once: the writer checks them, files and docs tell them.

A name that ends in `YEAR` stands for one column a year. Kinds: text, whole (numbers), number, flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from overtake.draws import Draws, write_draws, write_parquet
from overtake.errors import OvertakeError, raise_all

TYPES = {"text": "string", "whole": "integer", "number": "number", "flag": "boolean"}


@dataclass(frozen=True)
class Column:
    """What a column holds: its kind, what it means, its unit where it has one, and whether a cell may be blank."""

    name: str
    kind: str
    meaning: str
    unit: str = ""

    def told(self) -> dict[str, str]:
        """Return what a file tells of the column."""
        return {"unit": self.unit, "meaning": self.meaning} if self.unit else {"meaning": self.meaning}

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what the names of such columns match."""
        return re.compile(re.escape(self.name).replace("YEAR", r"\d{4}"))


@dataclass(frozen=True)
class Contract:
    """A table: its stage, what a row is, the columns that name a row, all columns in their order."""

    name: str
    stage: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Return the description of a table's column, None where it has none."""
        return next((column for column in self.columns if column.pattern.fullmatch(name)), None)


def _columns(text: str) -> Iterator[tuple[str, Column]]:
    """Yield the columns of lines `name | kind | unit | meaning`."""
    for line in text.strip().splitlines():
        name, kind, unit, meaning = (part.strip() for part in line.split("|"))
        yield name, Column(name, kind, meaning, unit)


#: Columns that mean the same in every table that has them.
SHARED: dict[str, Column] = dict(
    _columns(
        """
iso3            | text   |                | economy, ISO 3166-1 alpha-3 (TWN for Taiwan)
year            | whole  |                | calendar year, as SIPRI counts it
edition         | text   |                | SIPRI edition, year-month of publication
price_base      | whole  |                | year of constant prices
status          | text   |                | reported, estimate, highly uncertain, derived or unverified
balance         | text   |                | name of a balance in params.yaml
ruler           | text   |                | name of a ruler
unit            | text   |                | unit of the row's numbers
draw            | whole  |                | number of a joint future, from 0
draws           | whole  |                | joint futures that the row was worked out from
p_ahead         | number | probability    | the challengers' side leads in that year
ratio           | number |                | median ratio of the challengers' side to the other, weights included
ratio_q05       | number |                | 5 % quantile of the ratio
ratio_q10       | number |                | 10 % quantile of the ratio
ratio_q25       | number |                | 25 % quantile of the ratio
ratio_q50       | number |                | median of the ratio
ratio_q75       | number |                | 75 % quantile of the ratio
ratio_q90       | number |                | 90 % quantile of the ratio
ratio_q95       | number |                | 95 % quantile of the ratio
share_q10       | number |                | 10 % quantile of the share
share_q25       | number |                | 25 % quantile of the share
share_q50       | number |                | median of the share
share_q75       | number |                | 75 % quantile of the share
share_q90       | number |                | 90 % quantile of the share
tiers           | text   |                | tiers of plans that count: `as set`, `none`, or up to this one
plans           | text   |                | what is made of plans: off, cut, face_value
parameter       | text   |                | dotted key of a parameter that is moved
measure         | text   |                | what is answered, such as p_ahead_2035
backtest        | text   |                | rolling (figures of today) or real time (figures of then)
model           | text   |                | growth model or peer
claim           | text   |                | number of a sentence of the commentary
n               | whole  |                | cases behind the row
value           | number | unit of the row | value
lo              | number | unit of the row | low end of the interval
hi              | number | unit of the row | high end of the interval
"""
    )
)


def _contract(name: str, stage: str, key: str, about: str, columns: str) -> Contract:
    """Return a contract from lines: shared names, or `name | kind | unit | meaning`."""
    found: list[Column] = []
    for line in columns.strip().splitlines():
        own = dict(_columns(line)) if "|" in line else {word: SHARED[word] for word in line.split()}
        found += own.values()
    return Contract(name, stage, about, tuple(key.split()), tuple(found))


CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        _contract(
            "spending", "clean", "iso3 year", "military expenditure of one edition, gaps filled by rule",
            """
iso3 year
milex_constant_usd_bn | number | US$ bn, constant | military expenditure in the edition's prices and exchange rates
milex_current_usd_bn  | number | US$ bn, current  | military expenditure at the year's exchange rate
milex_lcu_bn          | number | bn of local currency | military expenditure in the calendar year
gdp_share_pct         | number | per cent of GDP  | military expenditure over GDP, SIPRI's own
status
gap_filled            | flag   |                  | the year had no figure and was filled by `data.gap_rule`
edition price_base
""",
        ),
        _contract(
            "macro", "clean", "iso3 year", "one WEO edition, extended by the rule in docs/data.md",
            """
edition               | text   |                  | WEO edition, year-month of publication
iso3 year
real_growth_pct       | number | per cent         | real growth of GDP
gdp_usd_bn            | number | US$ bn, current  | GDP
gdp_lcu_bn            | number | bn of local currency | GDP
gdp_deflator_index    | number | index            | deflator of GDP
cpi_index             | number | index            | consumer prices
ppp_lcu_per_intl_usd  | number | local currency per international $ | implied PPP conversion rate
gov_spending_lcu_bn   | number | bn of local currency | general government expenditure
population_m          | number | million          | population
is_forecast           | flag   |                  | the IMF's forecast, not an observed year
status
""",
        ),
        _contract(
            "rulers", "rulers", "ruler iso3 year", "observed years on every ruler",
            """
ruler iso3 year
value unit
""",
        ),
        _contract(
            "futures", "futures", "draw iso3",
            "joint futures, plans and scenario as set; the observed years carry the error of measurement",
            """
draw iso3
YEAR                  | number | US$ bn, constant | military expenditure, float32
""",
        ),
        _contract(
            "futures_without_plans", "futures", "draw iso3", "the same draws before plans or a scenario move them",
            """
draw iso3
YEAR                  | number | US$ bn, constant | military expenditure, float32
""",
        ),
        _contract(
            "implied_shares", "futures", "tiers iso3 year", "shares of GDP that the futures imply, by tiers of plans",
            """
tiers iso3 year
share_pct             | number | per cent of GDP  | median
share_q10             | number | per cent of GDP  | 10 % quantile
share_q90             | number | per cent of GDP  | 90 % quantile
""",
        ),
        _contract(
            "crossings", "balances", "balance ruler", "the state of every balance on every ruler, and its crossing",
            """
balance ruler edition
last_observed         | whole  |                  | last year with figures
margin                | number |                  | ratio over threshold less one in the last year, as published
margin_lo             | number |                  | low end of its interval, error of measurement allowed for
margin_hi             | number |                  | high end of its interval
first_crossed         | number | year             | first year of the present lead on published figures; blank: no lead
p_crossed             | number | probability      | leads now and keeps the lead to the horizon
p_crossing            | number | probability      | does not lead now and takes the lead
p_not_within          | number | probability      | never leads up to the horizon
p_crossed_back        | number | probability      | leads now or led before, and loses the lead
p_by_YEAR             | number | probability      | has crossed by that year
median_year           | number | year             | median year of crossing; blank where none is likelier than one
lo_year               | number | year             | low end of the interval of the year
hi_year               | number | year             | high end of the interval of the year; blank beyond the horizon
refused               | text   |                  | why the ruler cannot measure the balance, else empty
""",
        ),
        _contract(
            "curves", "balances", "balance ruler year", "who leads in every year, and the ratio",
            """
balance ruler year
p_crossed_by          | number | probability      | has crossed by that year; never falls
p_ahead
ratio_q05 ratio_q10 ratio_q25 ratio_q50 ratio_q75 ratio_q90 ratio_q95
""",
        ),
        _contract(
            "breakeven", "balances", "balance member ruler year",
            "the share of a member's spending that makes the sides equal; below 0: ahead without, above 1: not enough",
            """
balance
member                | text   |                  | economy whose weight is sought
ruler year
share_q10 share_q25 share_q50 share_q75 share_q90
share_lo              | number |                  | low end of the interval of `crossing.interval_pct`
share_hi              | number |                  | high end of that interval
""",
        ),
        _contract(
            "reversal", "balances", "plans balance ruler", "a lead lost, and regained, with and without plans",
            """
plans balance ruler
p_behind_now          | number | probability      | the coalition is behind in the last observed year
p_regained_by_YEAR    | number | probability      | of the draws behind now: it leads again by that year
p_leads_in_YEAR       | number | probability      | the coalition leads in that year
ratio_YEAR_lo         | number |                  | low end of the interval of the ratio
ratio_YEAR_median     | number |                  | median ratio
ratio_YEAR_hi         | number |                  | high end of the interval of the ratio
""",
        ),
        _contract(
            "tiers", "balances", "tiers balance ruler year", "who leads by the tiers of plans that count",
            """
tiers balance ruler year
p_ahead ratio
""",
        ),
        _contract(
            "levels", "balances", "level end balance ruler year", "who leads by China's level",
            """
level                 | text   |                  | `sipri`, or a row of china_estimates.csv
label                 | text   |                  | its name in texts
of_year               | whole  |                  | year that the estimate is of
end                   | text   |                  | sipri, low or high end of the estimate
factor                | number |                  | level over SIPRI's figure of that year
balance ruler year
p_ahead ratio
""",
        ),
        _contract(
            "scenarios", "balances", "scenario balance ruler year", "who leads if a scenario of scenarios/ comes",
            """
scenario              | text   |                  | its file's name
label                 | text   |                  | its name in texts
description           | text   |                  | what it says
balance ruler year
p_ahead ratio
""",
        ),
        _contract(
            "trend", "balances", "coalition us_share_pct since", "crossing years at constant growth, constant US$",
            """
coalition             | text   |                  | usa, five or eleven
us_share_pct          | whole  | per cent         | share of US spending that is added
since                 | whole  | year             | first year of the window of growth
until                 | whole  | year             | last observed year
ratio                 | number |                  | China over the coalition in the last observed year
growth_pct            | number | per cent a year  | mean growth of the coalition in the window
growth_of_china_pct   | number | per cent a year  | mean growth of China in the window
state                 | text   |                  | leads, passes or never
year                  | number |                  | when China passes; blank where it never does
edition
""",
        ),
        _contract(
            "waterfall", "balances", "balance year step", "what each member's plans add to the mean margin",
            """
balance year
step                  | text   |                  | `without` plans, iso3 of whose plans, `planned`
adds                  | number | unit of the row  | what the step adds
margin                | number | unit of the row  | mean margin of the coalition over the other side, the step included
unit plans
""",
        ),
        _contract(
            "claims", "balances", "claim", "verdicts on the commentary's sentences",
            """
claim
sentence              | text   |                  | exact words of the commentary
test                  | text   |                  | kind of test
edition
value lo hi
beside                | number | unit of the row  | a second number
unit
threshold             | text   |                  | what the value is held against
reach                 | text   |                  | whole, or what spending alone can say of it
years                 | text   |                  | years judged
verdict               | text   |                  | supported, partly, contradicted or untestable
years_2020            | text   |                  | years that could be judged when it was written
verdict_2020          | text   |                  | the verdict on what was known then
value_2020            | number | unit of the row  | the value on what was known then
beside_2020           | number | unit of the row  | the second number then
result                | text   |                  | template with {value}, {lo}, {hi}, {beside} and names of details
would_change          | text   |                  | what would change the verdict
""",
        ),
        _contract(
            "claim_details", "balances", "", "the tables behind the verdicts",
            """
claim
known                 | text   |                  | now or then
edition
name                  | text   |                  | name where a text shows it
item                  | text   |                  | economy or row that is measured
ruler
window                | text   |                  | years
value lo hi unit
""",
        ),
        _contract(
            "editions", "balances", "", "how editions revised figures, crossings and verdicts",
            """
kind                  | text   |                  | revision, crossing or verdict
edition
compared_with         | text   |                  | the newest edition
subject               | text   |                  | iso3, balance or claim
ruler
year                  | number |                  | year of the figure; blank for crossings and verdicts
value                 | number |                  | value in this edition
compared_value        | number |                  | value in the other
change_pct            | number | per cent         | from this edition to the other
verdict               | text   |                  | verdict in this edition
compared_verdict      | text   |                  | verdict in the other
moved                 | flag   |                  | the two differ by more than rounding
""",
        ),
        _contract(
            "register", "balances", "forecast", "what forecasters said, and what became of it",
            """
forecast              | text   |                  | name of the forecast
made                  | whole  | year             | year of publication
who                   | text   |                  | publisher
claim                 | text   |                  | what was forecast, in our words
measure               | text   |                  | what is measured
subject               | text   |                  | who
comparator            | text   |                  | against whom
denominator           | text   |                  | what a ratio is over, in words; empty for no ratio
direction             | text   |                  | above or below
threshold             | number | unit of the row  | value that was forecast
target_year_lo        | whole  | year             | first year meant
target_year_hi        | whole  | year             | last year meant
year                  | whole  |                  | year that is judged
value                 | number | unit of the row  | what came
unit
state                 | text   |                  | held, missed, early, broken, open or not measured
needed_pct            | number | per cent a year  | growth still needed; blank where it is decided
remark                | text   |                  | condition of the forecast, or whose figures it was meant for
reference             | text   |                  | key in references.json
""",
        ),
        _contract(
            "regions", "balances", "edition region", "China beside SIPRI's own regional sums",
            """
edition
region                | text   |                  | region of SIPRI's sheet
year price_base
china_usd_bn          | number | US$ bn, constant | China
region_usd_bn         | number | US$ bn, constant | SIPRI's sum of the region
includes_china        | flag   |                  | China is in the sum
china_share           | number |                  | China over the region; blank where China is not in it
china_over_rest       | number |                  | China over the region without China
first_outspent        | number | year             | first year since 1989 in which that exceeds one; blank: never
last_outspent         | number | year             | last such year
next_n                | number |                  | how many of the next economies China outspends together
ranked                | number |                  | how many others are ranked there
china_rank            | number |                  | China's rank among all economies of the workbook
""",
        ),
        _contract(
            "skill", "skill", "backtest model origin horizon score", "scores of the models at past origins",
            """
backtest model
origin                | whole  | year             | last year known; 0: all origins
horizon               | whole  | years            | years ahead; 0: all horizons
score                 | text   |                  | crps, coverage and others (docs/methods.md)
value lo hi n
""",
        ),
        _contract(
            "reliability", "skill", "backtest model forecast", "events by tenth of forecast probability",
            """
backtest model
forecast              | number | probability      | mean forecast of the tenth
observed              | number | share            | how often it happened
n
""",
        ),
        _contract(
            "would_have_said", "skill", "as_of edition balance year", "what the model would have said in the past",
            """
as_of                 | text   |                  | month of the forecast
edition
origin                | whole  | year             | last year known
balance year p_ahead
ratio_q10 ratio_q50 ratio_q90
ratio_outcome         | number |                  | what came
ahead_outcome         | flag   |                  | the challengers' side led
""",
        ),
        _contract(
            "sensitivity", "brief", "parameter balance measure", "one parameter moved at a time",
            """
parameter
low                   | number |                  | low end of its range
high                  | number |                  | high end of its range
balance ruler measure
at_low                | number | probability      | the answer at the low end
at_base               | number | probability      | the run's own answer
at_high               | number | probability      | the answer at the high end
reason                | text   |                  | why this range
""",
        ),
        _contract(
            "sobol", "brief", "balance measure parameter samples", "Sobol indices of the first `samples` samples",
            """
balance measure parameter
samples               | whole  |                  | base samples
first                 | number |                  | first-order index
first_conf            | number |                  | half-width of its 95 % interval
total                 | number |                  | total index
total_conf            | number |                  | half-width of its 95 % interval
spread                | number | probability      | standard deviation of the answer over the design
draws
""",
        ),
        _contract(
            "flips", "brief", "kind subject question parameter bound", "the smallest change that turns a verdict",
            """
kind                  | text   |                  | balance or claim
subject               | text   |                  | balance or number of the claim
question              | text   |                  | what is asked
parameter
base                  | number |                  | value in the run
bound                 | number |                  | end of the range that is searched
flips_at              | number |                  | where it turns; blank where nothing turns up to the bound
change                | number |                  | how far from the base
before                | text   |                  | verdict at the base
after                 | text   |                  | verdict beyond
evaluations           | whole  |                  | evaluations that the search took
draws
""",
        ),
        _contract(
            "multiverse", "brief", "", "a row a defensible specification",
            """
edition
window_years          | whole  | years            | window of growth
model plans ruler
coalition             | text   |                  | balance
china_level           | text   |                  | sipri, or a row of china_estimates.csv
us_share              | number |                  | share of US spending that is added
sustain               | whole  | years            | years that a lead must last
p_ahead_YEAR          | number | probability      | the challengers' side leads in that year
p_by_YEAR             | number | probability      | it has crossed by that year
ratio_YEAR            | number |                  | median ratio
""",
        ),
        _contract(
            "multiverse_shares", "brief", "scope measure choice", "which choice moves the answers",
            """
scope                 | text   |                  | everything, or the same question
measure
choice                | text   |                  | column of the multiverse
options               | whole  |                  | how many options it has
alone                 | number |                  | share of variance that the choice explains alone
with_others           | number |                  | share of variance with its interactions
lowest_mean           | number |                  | mean of the option with the lowest
highest_mean          | number |                  | mean of the option with the highest
lowest                | text   |                  | that option
highest               | text   |                  | that option
specifications        | whole  |                  | rows of the multiverse
draws
""",
        ),
    )
}  # fmt: skip


def write(content: pd.DataFrame | Draws, path: Path) -> None:
    """Write a table of data/processed that holds its contract; unit and meaning of each column go into the file.

    Refused before anything is written: columns that are not described, lack or are of another kind; keys twice.
    """
    # One draw has the columns and kinds of all.
    frame = content.to_frame(0, 1) if isinstance(content, Draws) else _typed(content)
    contract = CONTRACTS.get(path.stem)
    if contract is None:
        raise OvertakeError(
            str(path), "has no contract", next_step="describe its columns in overtake/pipeline/contracts.py"
        )
    faults = list(_faults(frame, contract))
    raise_all(f"{path}: not what overtake/pipeline/contracts.py says", faults)
    about = {name: column.told() for name in map(str, frame.columns) if (column := contract.column(name))}
    if isinstance(content, Draws):
        write_draws(content, path, about=about)
    else:
        write_parquet(frame, path, about=about)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with numbers typed as numbers: a part without rows takes the type of a whole column with it."""
    inferred = frame.loc[:, frame.dtypes.map(str) == "object"].infer_objects().dtypes
    return frame.astype({name: kind for name, kind in inferred.items() if pd.api.types.is_numeric_dtype(kind)})


def _faults(frame: pd.DataFrame, contract: Contract) -> Iterator[str]:
    """Yield what a table does not hold of its contract; columns a year may stand anywhere."""
    described = {str(name): contract.column(str(name)) for name in frame.columns}
    wanted = [column.name for column in contract.columns if "YEAR" not in column.name]
    found = [name for name, column in described.items() if column is None or column.name == name]
    if found != wanted:
        yield f"columns {', '.join(found)}; allowed: {', '.join(wanted)}"
    for name, column in described.items():
        if column is not None and frame[name].notna().any() and not _is(frame[name].dtype, column.kind):
            yield f"column {name} is {frame[name].dtype}, not {column.kind}"
    twice = frame.duplicated(list(contract.key)) if contract.key and found == wanted else pd.Series(dtype=bool)
    if twice.any():
        yield f"two rows of {', '.join(map(str, frame.loc[twice, list(contract.key)].iloc[0]))}"


def _is(kind: Any, wanted: str) -> bool:
    """Tell whether pandas' type of a column is of a kind."""
    if isinstance(kind, pd.CategoricalDtype):
        return _is(kind.categories.dtype, wanted)
    if pd.api.types.is_bool_dtype(kind):
        return wanted == "flag"
    if pd.api.types.is_numeric_dtype(kind):
        return wanted == "number" or (wanted == "whole" and pd.api.types.is_integer_dtype(kind))
    return wanted == "text"


def overview() -> str:
    """Return the contracts as a Markdown table, a row each: docs/architecture.md prints it."""
    rows = [
        f"| `{name}.parquet` | {each.stage} | {each.about} | {', '.join(column.name for column in each.columns)} |"
        for name, each in CONTRACTS.items()
    ]
    return "\n".join(["| table | stage | what it holds | columns |", "|---|---|---|---|", *rows])


def in_full() -> str:
    """Return every column of every table in Markdown: docs/tables.md prints it."""
    parts = []
    for name, each in CONTRACTS.items():
        key = f" A row for each {', '.join(each.key)}." if each.key else ""
        rows = [f"| {c.name} | {TYPES[c.kind]} | {c.unit} | {c.meaning} |" for c in each.columns]
        head = f"## {name}.parquet\n\nStage `{each.stage}`: {each.about}.{key}\n"
        parts.append("\n".join([head, "| column | type | unit | meaning |", "|---|---|---|---|", *rows]))
    return "\n\n".join(parts)
