"""Sentences whose grammar follows the state of a balance: passed, will probably, is unlikely to, regained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.balances import leads
from overtake.brief.charts.common import side_sums
from overtake.brief.context import EXPERIMENTAL, Context
from overtake.show.formats import PERCENT, PROBABILITY, YEAR, Format, capital
from overtake.show.numbers import Cell, term

#: The verb that a probability calls for: upper bound, what China does.
VERBS: tuple[tuple[float, str], ...] = (
    (0.05, "will almost certainly not"),
    (0.20, "is very unlikely to"),
    (0.45, "is unlikely to"),
    (0.55, "has a roughly even chance to"),
    (0.80, "will probably"),
    (0.95, "will very probably"),
    (1.01, "will almost certainly"),
)


def verb(probability: float) -> str:
    """Return `will probably`, `is unlikely to` and so on for `probability`."""
    return next(words for bound, words in VERBS if probability < bound)


def plural_verb(probability: float) -> str:
    """Return the verb of `verb` for several subjects: `are unlikely to`, `have a roughly even chance to`."""
    words = verb(probability)
    for one, many in (("is ", "are "), ("has ", "have ")):
        if words.startswith(one):
            return many + words.removeprefix(one)
    return words


@dataclass(frozen=True)
class View:
    """One balance on one ruler, as the crossings table has it."""

    ctx: Context
    balance: str
    ruler: str

    def cell(self, column: str) -> Cell:
        """Return a column of the balance's row as a cell."""
        return self.ctx.cell("crossings", column, balance=self.balance, ruler=self.ruler)

    def value(self, column: str) -> float:
        """Return a column's value."""
        return self.cell(column).value

    def show(self, column: str, fmt: Format) -> Markup:
        """Return a column printed and recorded."""
        return self.ctx.num.show(self.cell(column), fmt)

    @property
    def measured(self) -> bool:
        """Tell whether the ruler can measure this balance."""
        frame = self.ctx.need("crossings")
        row = frame[(frame["balance"] == self.balance) & (frame["ruler"] == self.ruler)]
        return len(row) == 1 and bool(row["margin"].notna().iloc[0])

    @property
    def ahead(self) -> bool:
        """Tell whether China's side holds a lead that has lasted (a single year's touch is none)."""
        return self.cell("first_crossed").present

    @property
    def more(self) -> bool:
        """Tell whether China's side spends more in the last observed year, lasting or not."""
        return self.value("margin") > 0

    @property
    def older(self) -> bool:
        """Tell whether the lead is as old as the figures of this balance on this ruler, so that it may be older."""
        return self.ahead and bool(self.value("first_crossed") <= self.ctx.begins[self.balance, self.ruler])

    def curve(self, column: str, year: int) -> Cell:
        """Return a column of the balance's curve in a year as a cell."""
        return self.ctx.cell("curves", column, balance=self.balance, ruler=self.ruler, year=year)

    def leads_in(self, year: int) -> tuple[Markup, Markup]:
        """Return a year and the probability that China's side leads in it, both printed and recorded."""
        show = self.ctx.num.show
        return show(self.curve("year", year), YEAR), show(self.curve("p_ahead", year), PROBABILITY)

    def at_horizon(self) -> Cell:
        """Return the probability that China's side leads in the last year of the futures."""
        return self.curve("p_ahead", self.ctx.horizon)

    def by_horizon(self) -> Cell:
        """Return the probability that China's side leads now or takes the lead by the last year of the futures."""
        return self.curve("p_crossed_by", self.ctx.horizon)

    @property
    def state(self) -> str:
        """Return the state to write about: of the figures where China's side leads, or led before; else `open`."""
        if self.ahead:
            return "crossed" if self.at_horizon().value >= 0.45 else "crossed_back"
        if self.more:
            return "new"
        return "regained" if self._led_before() and self.by_horizon().value < 0.5 else "open"

    def _led_before(self) -> bool:
        """Tell whether China's side held the lead in an observed year."""
        if not self.ctx.has("rulers"):
            return False
        sums = side_sums(self.ctx, self.balance, self.ruler)
        above = (sums["against"] / sums["side"] > self.ctx.balances[self.balance].threshold).to_numpy()
        return bool(leads(above[None], self.ctx.params.crossing.sustain).any())

    def who(self) -> Markup:
        """Return the names of the challengers, a share in them recorded."""
        return self.ctx.who_html(self.balance)

    @property
    def they(self) -> bool:
        """Tell whether several economies challenge together."""
        return self.ctx.many(self.balance)

    def does(self, one: str, many: str) -> str:
        """Return the verb that agrees with the challengers."""
        return many if self.they else one

    def whom(self) -> Markup:
        """Return the coalition as it stands in a sentence, or the multiple of it that a lead is a lead over."""
        return self.ctx.rival(self.balance)


def verb_of(view: View, probability: float) -> str:
    """Return the verb of a probability that agrees with the challengers of `view`."""
    return plural_verb(probability) if view.they else verb(probability)


def join(parts: Sequence[Any]) -> Any:
    """Return `a`, `a and b`, or `a, b and c`; Markup where the parts are."""
    texts = [Markup.escape(part) for part in parts]
    if len(texts) < 2:
        return texts[0] if texts else Markup("")
    return Markup("{} and {}").format(Markup(", ").join(texts[:-1]), texts[-1])


def since(view: View, older: str = "in or before") -> Markup:
    """Return `in 2020`, or `in or before 1989` (in other words, `older`) where the lead is as old as the figures."""
    cell = view.cell("first_crossed")
    if not cell.present:
        return Markup("lately")
    return Markup("{} {}").format(older if view.older else "in", view.ctx.num.show(cell, YEAR))


def until(view: View, column: str) -> Markup:
    """Return a year of the interval, or `after 2050` where it lies beyond the horizon."""
    cell = view.cell(column)
    if cell.present:
        return view.ctx.num.show(cell, YEAR)
    return Markup("after {}").format(view.ctx.num.show(view.ctx.horizon_cell(), YEAR))


def state_sentence(view: View) -> Markup:
    """Return one sentence on a balance: what has happened or will, with probability, year and interval."""
    who, whom = view.who(), view.whom()
    end = view.ctx.num.show(view.ctx.horizon_cell(), YEAR)
    state = view.state
    if view.ahead:
        then = view.at_horizon()
        return Markup("{} passed {} {} {} {} lead in {} ({} probability{}).").format(
            upper(who), whom, since(view), "and" if state == "crossed" else "but", verb_of(view, then.value),
            end, view.ctx.num.show(then, PROBABILITY), _in_words(then.value),
        )  # fmt: skip
    if state == "new":
        then = view.at_horizon()
        return Markup("{} newly {} {}, and {} lead in {} ({} probability{}).").format(
            upper(who), view.does("outspends", "outspend"), whom, verb_of(view, then.value), end,
            view.ctx.num.show(then, PROBABILITY), _in_words(then.value),
        )  # fmt: skip
    by_then = view.by_horizon()
    if state == "regained":
        how = "one less the probability of a lead by then"
        kept = view.ctx.num.derive(f"{by_then.id}.kept", 1 - by_then.value, how, [by_then])
        return Markup("{} once led {}; the lead has been regained, and lasts to {} with {} probability.").format(
            upper(who), whom, end, view.ctx.num.show(kept, PROBABILITY)
        )
    likely = by_then.value
    head = Markup("{} {} overtake {} by {} ({} probability{})").format(
        upper(who), verb_of(view, likely), whom, end, view.ctx.num.show(by_then, PROBABILITY), _in_words(likely)
    )
    if likely > 0.5 and view.cell("median_year").present:
        return head + Markup("; the median year is {}, the interval {} to {}.").format(
            view.show("median_year", YEAR), until(view, "lo_year"), until(view, "hi_year")
        )
    return head + Markup(".")


def _in_words(probability: float) -> str:
    """Return the calibrated word of a probability after a comma; nothing where the verb has said it already."""
    return "" if term(probability) in verb(probability) else f", {term(probability)}"


def margin_phrase(view: View) -> Markup:
    """Return `spends 7% more than X (interval 3% to 11%)` or `9% less`."""
    cells = [view.cell(name) for name in ("margin", "margin_lo", "margin_hi")]
    percent = [
        view.ctx.num.derive(f"{cell.id}.pct", 100 * abs(cell.value), "size of the margin, in per cent", [cell])
        for cell in cells
    ]
    now, low, high = (view.ctx.num.show(cell, PERCENT) for cell in percent)
    # A lead of a year that has not lasted yet is more all the same.
    more = cells[0].value >= 0
    word = "more" if more else "less"
    if cells[1].value < 0 < cells[2].value:
        return Markup("{} {} than {} (interval: {} less to {} more)").format(now, word, view.whom(), low, high)
    low, high = (low, high) if more else (high, low)
    return Markup("{} {} than {} (interval {} to {})").format(now, word, view.whom(), low, high)


def headline(ctx: Context) -> Markup:
    """Return the brief's title, one clause on what is so now: who outspends whom, and since when."""
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    who, whom = view.who(), view.whom()
    one = len(ctx.balances[view.balance].side) == 1
    if view.ahead:
        has, year = view.does("has", "have"), view.show("first_crossed", YEAR)
        older = " or before" if view.older else ""
        return Markup("{} {} outspent {} since {}{}").format(upper(who), has, whom, year, older)
    if view.more:
        return Markup("{} newly {} {}").format(upper(who), view.does("outspends", "outspend"), whom)
    if view.state == "regained":
        return upper(Markup("{} {} regained the lead over {}").format(whom, "has" if one else "have", who))
    return upper(Markup("{} still {} {}").format(whom, "outspends" if one else "outspend", who))


def breakeven_outlook(low: float, high: float) -> str:
    """Return whether a break-even share with this interval is `needed`, `not needed` or `open`."""
    return "needed" if low > 0 else "not needed" if high <= 0 else "open"


def upper(text: str) -> Markup:
    """Return `text`, escaped where it is no HTML, with a capital at its beginning."""
    return Markup(capital(str(Markup.escape(text))))


def otherwise(ctx: Context, view: View) -> Markup:
    """Return on which other ruler it is the other way round, as the end of a sentence; nothing where on none."""
    other = contrast(ctx, view)
    if other is None:
        return Markup("")
    ruler, they = ctx.ruler_name(other.ruler), view.does("it spends", "they spend")
    than = "" if ctx.balances[view.balance].threshold == 1 else " than that"
    return Markup("; by {} {} {}{}").format(ruler, they, "more" if other.more else "less", than)


def contrast(ctx: Context, view: View) -> View | None:
    """Return the same balance on the first other ruler on which the other side spends more, or nothing."""
    found = [other for other in others(ctx, view) if other.ruler not in EXPERIMENTAL and other.more != view.more]
    return min(found, key=lambda other: other.ruler != "gdp_ppp", default=None)


def others(ctx: Context, view: View) -> list[View]:
    """Return the same balance on every other ruler that measures it."""
    found = (View(ctx, view.balance, ruler) for ruler in ctx.rulers if ruler != view.ruler)
    return [other for other in found if other.measured]


def interval_words(ctx: Context) -> Markup:
    """Return how wide intervals are, from the parameters."""
    percent = ctx.params.crossing.interval_pct
    cell = Cell("params.crossing.interval_pct", percent, "params.yaml", (), "crossing.interval_pct")
    return ctx.num.show(cell, PERCENT)


def missing(value: Any) -> bool:
    """Tell whether a table's value is absent."""
    return value is None or bool(pd.isna(value))
