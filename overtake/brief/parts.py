"""The brief's pieces about itself: words and states, editions, filled years, what changed, how to cite."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import box, declared, table
from overtake.brief.charts.common import edition_name
from overtake.brief.context import Context, articled
from overtake.brief.sentences import (
    View,
    join,
    missing,
    state_sentence,
)
from overtake.show.formats import COUNT, SHARE, YEAR
from overtake.show.numbers import TERMS, Cell, slug


def terms(ctx: Context) -> Markup:
    """Return the calibrated words with their bounds."""
    rows, low = [], 0.0
    for high, word in TERMS:
        cells = [
            Cell(slug("terms", word, end), value, "overtake/show/numbers.py", (("term", word),), end)
            for end, value in (("low", low), ("high", min(high, 1.0)))
        ]
        rows.append((word, Markup("{} to {}").format(*(ctx.num.show(cell, SHARE) for cell in cells))))
        low = high
    return table("Words for probabilities", [("Word", ""), ("Probability", "")], rows, "narrow-table")


def states(ctx: Context) -> Markup:
    """Return the four states in words."""
    rows = [
        ("crossed", "the challenger's side leads in the last observed year and keeps the lead to the horizon"),
        (
            "crossing",
            "the coalition leads in the last observed year; the challenger's side takes the lead within the horizon",
        ),
        ("not within the horizon", "the coalition leads, always did, and keeps the lead to the horizon"),
        ("crossed back", "the challenger's side led or leads, and has lost or loses the lead again within the horizon"),
    ]
    return table("The four states of a balance; each future is in exactly one", [("State", ""), ("Meaning", "")], rows)


def editions(ctx: Context) -> Markup:
    """Return the editions in data/raw, with price base, DOI and the beginning of the workbook's hash."""
    ledger = ctx.ledger("editions")
    if ledger is None:
        return Markup("")
    rows = []
    for row in ledger.to_dict("records"):
        if row["publisher"] != "sipri" and str(row["edition"]) not in {
            ctx.weo,
            *(name for name, _ in ctx.own.values()),
        }:
            continue
        if row["publisher"] == "sipri" and str(row["edition"]) > ctx.edition:
            continue  # not known at the edition in use
        publisher = {"sipri": "SIPRI Military Expenditure Database", "imf": "IMF World Economic Outlook"}.get(
            str(row["publisher"]), str(row["publisher"])
        )
        rows.append(
            (
                Markup("{}, {}").format(publisher, edition_name(str(row["edition"]))),
                declared("" if missing(row.get("price_base")) else f"{row['price_base']:.0f}"),
                declared(_span(row)),
                declared("" if missing(row.get("doi")) else str(row["doi"])),
                declared("" if missing(row.get("sha256")) else f"{str(row['sha256'])[:12]}…"),
                declared("" if missing(row.get("accessed")) else str(row["accessed"])),
            )
        )
    heads = [
        ("Edition", ""),
        ("Price base", ""),
        ("Data years", ""),
        ("DOI", ""),
        ("Hash begins", ""),
        ("Accessed", ""),
    ]
    return table("Editions of the data", heads, rows)


def estimated(ctx: Context) -> dict[str, Any] | None:
    """Return the economies of the headline balance of which SIPRI reports no year, only estimates."""
    known, balance = ctx.need("spending"), ctx.balances[ctx.headline_balance]
    told = known[known["milex_constant_usd_bn"].notna()].groupby("iso3")["status"].unique()
    theirs = [iso3 for iso3 in balance.members if iso3 not in ctx.own]
    whose = [articled(ctx.name(iso3)) for iso3 in theirs if set(told[iso3]) == {"estimate"}]
    return {"whose": whose} if whose else None


def _span(row: dict[str, Any]) -> str:
    if missing(row.get("first_year")) or missing(row.get("last_year")):
        return ""
    return f"{row['first_year']:.0f}–{row['last_year']:.0f}"


def by_default(ctx: Context) -> Markup:
    """Return the line that says on which ruler a table is that names none."""
    return Markup('<p class="dateline">Where no other ruler is named: {}.</p>').format(
        ctx.unit_words(ctx.headline_ruler)
    )


def ratio(_: Context) -> Markup:
    """Return the ratio of a balance's two sides as MathML, in words for paper and for readers that have none."""
    words = "R(t) is the sum of w x(t) over the challenger's side, divided by the sum of v x(t) over the coalition"
    where = (
        "Here x(t) is what an economy spends in year t on a ruler, A the challenger's side and B the coalition, w and "
        "v the shares that count there, less what is tied down elsewhere."
    )

    def total(weight: str, index: str, under: str) -> str:
        return (
            f"<mrow><munder><mo>∑</mo><mrow><mi>{index}</mi><mo>∈</mo><mi>{under}</mi></mrow></munder>"
            f"<msub><mi>{weight}</mi><mi>{index}</mi></msub><msub><mi>x</mi><mi>{index}</mi></msub>"
            "<mo>(</mo><mi>t</mi><mo>)</mo></mrow>"
        )

    fraction = f"<mfrac>{total('w', 'i', 'A')}{total('v', 'j', 'B')}</mfrac>"
    return Markup(
        f'<p class="formula"><math display="block" alttext="{words}" aria-label="{words}">'
        f"<mi>R</mi><mo>(</mo><mi>t</mi><mo>)</mo><mo>=</mo>{fraction}</math></p><p>{where}</p>"
    )


#: How growth is simulated, by `futures.model`.
MODELS = {
    "combined": "a combination of models, each heard as often as its record deserves",
    "panel_regression": "a regression on what followed similar histories in all countries",
    "pooled_random_walk": "a random walk whose drift and volatility are pooled over all countries",
    "gdp_share": "economic growth times a share of GDP that reverts slowly",
    "damped_trend": "a damped trend of each economy's own history",
    "state_space": "a local trend of each economy's own history, estimated as a state-space model",
    "error_correction": "an equation that draws spending back to the economy",
}
#: What is made of announced plans, by `futures.plans`.
PLANS = {
    "off": "Announced plans are left out.",
    "cut": "Announced plans enter after conversion and are cut by what such plans have delivered.",
    "face_value": "Announced plans enter at their word, after conversion.",
}


#: Coalitions that are listed by name before the first figure, where they are declared.
LISTED = ("five", "eleven", "quad", "aukus")


def who(ctx: Context) -> Markup:
    """Return a box with the members of the coalitions that the brief speaks of, the headline's among them."""
    rows = []
    for name in dict.fromkeys((*LISTED, ctx.headline_balance)):
        if name in ctx.balances:
            members = ", ".join(ctx.with_shares(ctx.balances[name].side))
            listed = ctx.prose(members, f"params.balances.{name}.side", f"balances.{name}.side")
            rows.append(Markup("<li><strong>{}:</strong> {}</li>").format(ctx.label(name), listed))
    return box("Who is who", Markup("<ul>{}</ul>").format(Markup("").join(rows))) if rows else Markup("")


def state(ctx: Context, ruler: str | None = None) -> Markup:
    """Return a paragraph on the state of the headline balance, or nothing where the ruler does not measure it."""
    view = View(ctx, ctx.headline_balance, ruler or ctx.headline_ruler)
    if not ctx.has("crossings") or not view.measured:
        return Markup("")
    return Markup("<p>{}</p>").format(state_sentence(view))


def stock_state(ctx: Context) -> Markup:
    """Return the same paragraph on the ruler of the stock."""
    return state(ctx, "stock")


def method(ctx: Context) -> dict[str, Any]:
    """Return how growth is simulated and plans are treated in this run, in words."""
    futures = ctx.params.futures
    combined = futures.model == "combined"
    named = {name: name.replace("_", " ") for name in (futures.model, *futures.combination.members)} | MODELS
    return {
        "model": named[futures.model],
        "members": "; ".join(named[name] for name in futures.combination.members) if combined else "",
        "combined": combined,
        "scored": futures.combination.weights == "scored",
        "plans": PLANS[futures.plans],
        "own": _own(ctx),
        "without_imf": _without_imf(ctx),
    }


def _own(ctx: Context) -> str:
    """Return what is said of one's own series in the method, empty where none is in use."""
    words = ctx.own_words()
    return words and f", with {words}, turned into constant dollars at SIPRI's prices and exchange rates"


def _without_imf(ctx: Context) -> str:
    """Return the sentence on economies of whose GDP the IMF's edition says nothing, empty where there is none."""
    absent = ctx.without_imf()
    if not absent:
        return ""
    whose, them = ("its", "it") if len(absent) == 1 else ("their", "them")
    return (
        f"The IMF's edition lacks {join(absent)}: {whose} GDP goes on at {whose} own mean growth, and rulers that need "
        f"the IMF's prices do not measure {them} ahead."
    )


def gaps(ctx: Context) -> Markup:
    """Return the sentence on filled years: which economies, how many years."""
    frame = ctx.need("spending")
    if "gap_filled" not in frame or not frame["gap_filled"].any():
        return Markup("<p>No year of any series had to be filled.</p>")
    told = []
    for iso3, part in frame[frame["gap_filled"]].groupby("iso3"):
        years = sorted(int(year) for year in part["year"])
        ends = [
            Cell(
                slug("gaps", str(iso3), end),
                value,
                ctx.path("spending"),
                (("iso3", str(iso3)),),
                "gap_filled",
                ctx.edition,
            )
            for end, value in (("first", years[0]), ("last", years[-1]))
        ]
        count = Cell(slug("gaps", str(iso3), "count"), len(years), ctx.path("spending"), (("iso3", str(iso3)),),
                     "gap_filled", ctx.edition)  # fmt: skip
        told.append(
            Markup("{} ({} years between {} and {})").format(
                ctx.name(str(iso3)), ctx.num.show(count, COUNT), *(ctx.num.show(cell, YEAR) for cell in ends)
            )
        )
    return Markup(
        "<p>Years without a figure were filled for {}: inside a series along a straight line in logarithms, at its end "
        "with the last share of GDP. Filled years are marked highly uncertain and carry the widest error.</p>"
    ).format(join(told))


def changes(ctx: Context) -> Markup:
    """Return what moved against the last published run, or nothing where none is stored."""
    from overtake.publish.diff import section_of

    return section_of(ctx)


def citation(root: Path) -> dict[str, Any]:
    """Return CITATION.cff of the project at `root`, empty without one."""
    from overtake.config.load import read_yaml

    path = root / "CITATION.cff"
    return read_yaml(path) if path.is_file() else {}


def people(entry: Mapping[str, Any]) -> Any:
    """Return the authors of a CITATION.cff as they stand in a sentence."""
    return join(
        [a.get("name") or f"{a.get('family-names', '')}, {a.get('given-names', '')}" for a in entry.get("authors", [])]
    )


def suggested(ctx: Context) -> Markup:
    """Return the suggested citation, from CITATION.cff."""
    entry = citation(ctx.root)
    if not entry:
        return Markup("")
    issued = str(entry.get("date-released", ""))[:4]
    text = Markup("{}. <cite>{}</cite>{}. SIPRI edition of {}.").format(
        people(entry), entry.get("title", "Overtake"), f", {issued}" if issued else "", edition_name(ctx.edition)
    )
    return Markup('<p class="declared">{}</p>').format(text)
