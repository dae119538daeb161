"""What must hold of a brief's words for any legal parameters; each predicate returns the sentences that break it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from overtake.balances import ratio
from overtake.brief.sentences import View
from overtake.show.numbers import TERMS
from tests.provenance import unrecorded
from tests.truth.rendered import Rendered, text

Predicate = Callable[[Rendered], list[str]]
WORDS = tuple(word for _, word in TERMS)


def no_holes(one: Rendered) -> list[str]:
    """Nothing is printed where there is no value: no nan, None, empty brackets, doubled or stray signs."""
    holes = re.compile(
        r"\bnan\b|(?<!^)(?<!: )\bNone\b|[{}]|\(\s*\)|\(–|– to –|\b–%|\s,|\.\.(?!\.)|,,|\bthe the\b|\ba a\b|%%|  "
    )
    return [said for said in one.sentences if holes.search(said)]


def the_title_is_so(one: Rendered) -> list[str]:
    """The title has at most fourteen words, or six beside the names, and says what the table of crossings says."""
    title = text(re.search(r"<h1[^>]*>(.*?)</h1>", one.html, re.S).group(1))
    view = View(one.ctx, one.ctx.headline_balance, one.ctx.headline_ruler)
    margin, first = view.value("margin"), view.cell("first_crossed")
    faults = []
    threshold = one.ctx.balances[view.balance].threshold
    if threshold != 1 and f"{threshold:g} times" not in title:
        faults.append(f"a lead is over {threshold:g} times the coalition: {title}")
    names = len(text(view.who()).split()) + len(text(view.whom()).split())
    if len(title.split()) > max(14, names + 6):
        faults.append(f"{len(title.split())} words: {title}")
    if "outspent" in title and "since" in title and not (first.present and f"{first.value:.0f}" in title):
        faults.append(f"no such year: {title}")
    if "still outspend" in title and margin > 0:
        faults.append(f"the challenger spends more: {title}")
    if "newly outspend" in title and not (margin > 0 and not first.present):
        faults.append(f"a lead that has lasted: {title}")
    return faults


def sides_are_named(one: Rendered) -> list[str]:
    """The head speaks of the headline's own challengers, and of China only where China is on a side."""
    balance = one.ctx.balances[one.ctx.headline_balance]
    faults = [
        f"lacks {one.ctx.name(iso3)}: {one.head}" for iso3 in balance.against if one.ctx.name(iso3) not in one.head
    ]
    levels = bool(one.ctx.level_words() or one.ctx.scenario_words()) or "how much China spends" in one.head
    if "CHN" not in balance.members and "China" in one.head and not levels:
        faults.append(f"speaks of China: {one.head}")
    return faults


def verbs_agree(one: Rendered) -> list[str]:
    """Two challengers have a plural verb, one a singular."""
    who = re.escape(one.ctx.who(one.ctx.headline_balance))
    wrong = "has|leads|spends|was|passes" if one.ctx.many(one.ctx.headline_balance) else "have|lead|spend|were"
    asked = r"(?<!does )(?<!do )"
    return [said for said in one.sentences if re.search(rf"{asked}\b{who} (?:{wrong})\b(?! and)", said)]


def words_are_calibrated(one: Rendered) -> list[str]:
    """A word of the table beside a printed probability is that probability's word."""
    faults = []
    for said in one.sentences:
        for match in re.finditer(r"\((?:(?P<over>[<>])?(?P<p>\d+)%) probability(?:, (?P<word>[a-z ]+))?\)", said):
            word = match["word"]
            if word in WORDS and not _fits(word, match["over"], int(match["p"])):
                faults.append(f"{word} at {match['p']}%: {said}")
        match = re.search(r"has a roughly even chance to .*?\((\d+)% probability", said)
        if match and not 45 <= int(match[1]) <= 55:
            faults.append(f"even chance at {match[1]}%: {said}")
    return faults


def _fits(word: str, over: str | None, percent: int) -> bool:
    at = WORDS.index(word)
    low, high = (0.0 if at == 0 else TERMS[at - 1][0]), TERMS[at][0]
    return (
        100 * low - 0.51 <= percent <= 100 * high + 0.51 and not (over == "<" and at) and not (over == ">" and at < 6)
    )


def the_past_is_observed(one: Rendered) -> list[str]:
    """A year that is said to be past has been observed; a year of the future lies within the horizon."""
    last, horizon = one.ctx.last_observed, one.ctx.horizon
    faults = []
    for said in one.sentences:
        for match in re.finditer(r"\b(?:since|began between|passed [\w ,%]+? in|outspent [\w ,%]+? in) (\d{4})", said):
            if int(match[1]) > last:
                faults.append(f"{match[1]} is not observed: {said}")
        years = re.findall(r"(?:probability|lead|leads|overtake)[^.]*? (?:in|by) (20\d\d|21\d\d)\b", said)
        faults += [f"{year} lies beyond the horizon: {said}" for year in years if int(year) > horizon]
    return faults


def departures_are_disclosed(one: Rendered) -> list[str]:
    """Another level than SIPRI's and a scenario stand on the first screen and under every figure that uses them."""
    faults = []
    for words in filter(None, (one.ctx.level_words(), one.ctx.scenario_words())):
        if words.split(" (")[0].lower() not in one.head.lower() + text(_departure(one)).lower():
            faults.append(f"not on the first screen: {words}")
        sources = [text(found) for found in re.findall(r'<p class="source">(.*?)</p>', one.html, re.S)]
        silent = [said for said in sources if "futures" in said and words.split(" (")[0].lower() not in said.lower()]
        faults += [f"not under a figure: {words}: {said}" for said in silent]
    return faults


def _departure(one: Rendered) -> str:
    found = re.search(r'<p class="departure">.*?</p>', one.html, re.S)
    return found.group() if found else ""


def equal_events_have_equal_numbers(one: Rendered) -> list[str]:
    """A value printed in two places by one format is printed alike, and an event has one probability in all tables."""
    faults = [f"{id}: {record['shown']}" for id, record in one.numbers.items()
              if len({said for said in record.get("shown", ()) if said.endswith("%")}) > 1]  # fmt: skip
    curves = one.ctx.need("curves").set_index(["balance", "ruler", "year"])["p_ahead"]
    level = one.ctx.params.rulers.china_level
    for table, own in (("levels", "sipri"), ("sensitivity", None)):
        frame = one.ctx.frame(table)
        if frame is None or (table == "levels" and level != "sipri"):
            continue
        rows = frame[frame["level"] == own] if own else frame.assign(
            year=frame["measure"].str.extract(r"(\d{4})$", expand=False).astype(float), p_ahead=frame["at_base"]
        )  # fmt: skip
        for row in rows.to_dict("records"):
            key = (row["balance"], row["ruler"], int(row["year"]))
            if key in curves.index and abs(curves[key] - row["p_ahead"]) > 1e-9:
                faults.append(f"{table}: {key}: {row['p_ahead']:.4f}, curves: {curves[key]:.4f}")
    return faults


def an_overtaking_has_the_curve_s_probability(one: Rendered) -> list[str]:
    """Who will overtake whom by the horizon does so as likely as the curve says, which never falls with the years."""
    faults = []
    for said in one.sentences:
        told = re.search(r" overtake (.+?) by \d{4} \((\d+)% probability", said)
        names = [name for name in one.ctx.balances if told and text(one.ctx.rival(name)) == told[1]]
        views = [View(one.ctx, name, ruler) for name in names for ruler in one.ctx.rulers]
        known = {round(100 * view.by_horizon().value) for view in views if view.measured}
        if told and names and int(told[2]) not in known:
            faults.append(said)
    return faults


def futures_are_those_of_the_curves(one: Rendered) -> list[str]:
    """What is drawn from the futures themselves has the plans, the scenario and the level of China of the tables."""
    name, balance = one.ctx.headline_balance, one.ctx.balances[one.ctx.headline_balance]
    paths = one.ctx.draws(*balance.members)
    curves = one.ctx.need("curves").query("balance == @name and ruler == 'constant_usd'")
    if paths is None or curves.empty:
        return []
    middle = np.median(ratio(paths, balance)[:, -len(curves) :], axis=0)
    off = np.abs(middle / curves["ratio_q50"].to_numpy() - 1)
    return [f"the futures of {name} are off by {off.max():.1%}"] * bool(off.max() > 1e-5)


def intervals_are_in_order(one: Rendered) -> list[str]:
    """The low end of an interval is not above its high end; its width is the one that is asked for."""
    faults = []
    for said in one.sentences:
        for low, high in re.findall(r"interval (−?\d+)% to (−?\d+)%", said):
            if int(low.replace("−", "-")) > int(high.replace("−", "-")):
                faults.append(f"in no order: {said}")
    for said in re.findall(r"interval(?: of)? (.{0,400}?)[.;)<]\s", one.html, re.S):
        ends = [one.numbers[id] for id in re.findall(r'href="#n-([^"]+)"', said)[:2]]
        faults += [f"of a width of its own: {text(said)}" for end in ends if re.search(r"_q\d\d$", str(end["column"]))]
    asked = f"{one.params.crossing.interval_pct:.0f}%"
    if f"Intervals hold {asked}" not in one.head:
        faults.append(f"not {asked}: {one.head}")
    return faults


def the_method_is_that_of_the_run(one: Rendered) -> list[str]:
    """The box on the method names model and plans as the parameters have them; the head names edition and years."""
    import calendar

    from overtake.brief.parts import MODELS, PLANS

    faults = []
    told = next((said for said in map(text, one.cells) if "The method in brief" in said), "")
    model, treatment = one.params.futures.model, one.params.futures.plans
    for words in (MODELS[model], PLANS[treatment]):
        if text(words) not in told:
            faults.append(f"the method lacks: {words}")
    year, month = one.params.data.edition.split("-")
    wanted = f"SIPRI edition of {calendar.month_name[int(month)]} {year}, data to {one.ctx.last_observed}, futures to"
    return faults if wanted in one.head else [*faults, f"not {wanted}: {one.head}"]


def numbers_lead_to_cells(one: Rendered) -> list[str]:
    """Every numeral leads to a recorded value, on the brief and on every economy's page."""
    records = one.ctx.num.to_json()
    pages = {"brief": one.html, **one.economies}
    return [f"{name}: {found}" for name, html in pages.items() for found in unrecorded(html, records)]


def pages_of_economies_are_so(one: Rendered) -> list[str]:
    """A page's title says who spends more by the figures, and since a year in which that began."""
    spent = one.ctx.need("rulers")
    wide = spent[spent["ruler"] == "constant_usd"].pivot(index="year", columns="iso3", values="value")
    faults = []
    for iso3, html in one.economies.items():
        title = text(re.search(r"<h1[^>]*>(.*?)</h1>", html, re.S).group(1))
        both = wide[["CHN", iso3]].dropna()
        above = both["CHN"] > both[iso3]
        if above.iloc[-1] != title.startswith("China has outspent"):
            faults.append(f"{iso3}: {title}")
        since = re.search(r"since (\d{4})", title)
        if since and not (above[above.index >= int(since[1])].all() and not above.get(int(since[1]) - 1, False)):
            faults.append(f"{iso3}: not since then: {title}")
    return faults


PREDICATES: tuple[Predicate, ...] = (
    no_holes, the_title_is_so, sides_are_named, verbs_agree, words_are_calibrated, the_past_is_observed,
    departures_are_disclosed, equal_events_have_equal_numbers,
    an_overtaking_has_the_curve_s_probability, intervals_are_in_order, the_method_is_that_of_the_run,
    numbers_lead_to_cells, pages_of_economies_are_so,
)  # fmt: skip


def faults(one: Rendered) -> list[str]:
    """Return every fault by the predicate that found it."""
    return [f"{predicate.__name__}: {found}" for predicate in PREDICATES for found in predicate(one)]
