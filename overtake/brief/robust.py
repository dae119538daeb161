"""Tables of the sensitivities: which choice moves the answer, and how far a parameter or a figure is from a flip."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.charts import checks, common, robustness
from overtake.brief.context import Context
from overtake.show.formats import COUNT, PERCENT1, POINTS1, PROBABILITY, SHARE, YEAR, Format, capital, fixed, signed
from overtake.show.numbers import Cell, slug

NONE = Markup("none")
#: What is asked, beside `robustness.CHOICES`, how it is answered.
ASKED = {"coalition": "Coalition", "us_share": "Share of US spending"}
FACTOR = Format("factor", "two decimals, signed per cent", lambda value: f"{signed(100 * (value - 1), 1)}%")
GROWTH = Format("percentage points a year", "two decimals, signed", lambda value: f"{signed(value, 2)} pp a year")
VALUE = Format(
    "value of the parameter", "up to two decimals", lambda value: fixed(value, 2).removesuffix("0").removesuffix(".0")
)
#: Verdicts of claims as the brief writes them.
WORDS = {"partly": "partly supported", "untestable": "not testable"}


def multiverse(ctx: Context) -> Markup:
    """Return how large the multiverse is: specifications, draws of each, and its file."""
    if not ctx.has("multiverse", "multiverse_shares"):
        return Markup("")
    first = ctx.need("multiverse_shares").iloc[0]
    cells = [
        Cell(f"multiverse.{name}", float(first[name]), ctx.path("multiverse_shares"), (), name)
        for name in ("specifications", "draws")
    ]
    text = Markup(
        "<p>All the choices that the parameters declare were crossed: {} specifications, each answered with the "
        "same {} joint futures. The table of all of them is <code>{}</code>; <code>overtake multiverse</code> makes "
        "a larger one.</p>"
    )
    return text.format(*(ctx.num.show(cell, COUNT) for cell in cells), ctx.path("multiverse"))


def shares(ctx: Context) -> Markup:
    """Return which choice moves the answer most: shares of the variance, over all questions and within a question."""
    if not ctx.has("multiverse_shares"):
        return Markup("")
    frame = ctx.need("multiverse_shares")
    told = sorted({int(str(m).removeprefix("p_ahead_")) for m in frame["measure"] if str(m).startswith("p_ahead_")})
    if not told:
        return Markup("")
    year = told[len(told) // 2]
    frame = frame[frame["measure"] == f"p_ahead_{year}"]
    made = []
    for scope, caption in (
        (
            "same question",
            "Which choice moves the answer to a question most: probability that the challenger leads in {}",
        ),
        ("everything", "The same with the question itself among the choices, {}"),
    ):
        rows = []
        for row in frame[frame["scope"] == scope].to_dict("records"):
            key = {"scope": scope, "measure": str(row["measure"]), "choice": str(row["choice"])}
            cells = {name: ctx.cell("multiverse_shares", name, **key) for name in ("options", "alone", "with_others")}
            rows.append(
                (
                    {**robustness.CHOICES, **ASKED}.get(str(row["choice"]), str(row["choice"])),
                    ctx.num.show(cells["options"], COUNT),
                    ctx.num.show(cells["alone"], SHARE),
                    ctx.num.show(cells["with_others"], SHARE),
                )
            )
        heads = [("Choice", ""), ("Options", "r"), ("Of the variance, alone", "r"), ("With all interactions", "r")]
        cell = robustness.year_cell(ctx, year)
        made.append(table(Markup(caption).format(ctx.num.show(cell, YEAR)), heads, rows, "narrow-table"))
    return Markup("").join(made)


#: A parameter's smallest change in a reader's words: of a factor the change in per cent, of growth in points a year.
TURNS = {
    "china_level": ("China spends {} {} than assumed", ("less", "more")),
    "growth_shift_pct.CHN": ("China's spending grows {} points a year {}", ("more slowly", "faster")),
    "growth_shift_pct.side": ("the coalition's spending grows {} points a year {}", ("more slowly", "faster")),
}


def turns(ctx: Context) -> dict[str, Any] | None:
    """Return the smallest changes of level and growth that turn the headline's answer, ten years on."""
    frame = ctx.frame("flips")
    if frame is None:
        return None
    question = f"leads in {ctx.ten_years_on}"
    mine = (frame["kind"] == "balance") & (frame["subject"] == ctx.headline_balance) & (frame["question"] == question)
    told = []
    for parameter, (words, (lower, higher)) in TURNS.items():
        found = frame[mine & (frame["parameter"] == parameter) & frame["flips_at"].notna()]
        if found.empty:
            continue
        row = found.loc[found["change"].abs().idxmin()]
        size = abs(float(row["change"])) * (100 if parameter == "china_level" else 1)
        cell = Cell(
            slug("flips", ctx.headline_balance, question, parameter, "size"), size, ctx.path("flips"),
            (("subject", ctx.headline_balance), ("question", question), ("parameter", parameter)), "change",
            how="size of the change, of a level in per cent",
        )  # fmt: skip
        shown = ctx.num.show(cell, PERCENT1 if parameter == "china_level" else POINTS1)
        told.append(Markup("if " + words).format(shown, lower if row["change"] < 0 else higher))
    key: dict[str, Any] = {"balance": ctx.headline_balance, "ruler": ctx.headline_ruler, "year": ctx.ten_years_on}
    return {"year": ctx.cell("curves", "year", **key), "told": told} if told else None


def flips(ctx: Context) -> Markup:
    """Return the smallest changes that turn a balance, and those that turn a claim."""
    return flips_of_balances(ctx) + flips_of_claims(ctx)


def flips_of_balances(ctx: Context) -> Markup:
    """Return, for each balance and year watched, the nearest value of every parameter that turns the answer."""
    if not ctx.has("flips"):
        return Markup("")
    frame = ctx.need("flips")
    frame = frame[frame["kind"] == "balance"]
    asked = list(dict.fromkeys(zip(frame["subject"].astype(str), frame["question"].astype(str), strict=True)))
    rows = []
    for parameter, group in frame.groupby("parameter", sort=False):
        base = Cell(slug("flips", str(parameter), "base"), float(group["base"].iloc[0]), ctx.path("flips"),
                    (("parameter", str(parameter)),), "base")  # fmt: skip
        cells = [
            _nearest(ctx, group[(group["subject"] == subject) & (group["question"] == question)], VALUE)
            for subject, question in asked
        ]
        name = checks.parameter_name(str(parameter))
        rows.append((capital(name), ctx.num.show(base, VALUE), *cells))
    heads: list[tuple[Any, str]] = [("Parameter", ""), ("In use", "r")]
    heads += [
        (Markup("{}, {}").format(_short(ctx, subject), _asked(ctx, question, frame[frame["subject"] == subject])), "r")
        for subject, question in asked
    ]
    return table("The nearest value in range at which the more likely answer turns", heads, rows)


def _short(ctx: Context, balance: str) -> Markup:
    """Return a balance's label in few words, its numerals recorded."""
    text = common.short(ctx.label_text(balance))
    return ctx.prose(text, f"params.balances.{balance}.label", f"balances.{balance}.label")


def flips_of_claims(ctx: Context) -> Markup:
    """Return, for each claim, how wrong the figures must be for its verdict to turn, and to what."""
    if not ctx.has("flips"):
        return Markup("")
    frame = ctx.need("flips")
    frame = frame[frame["kind"] == "claim"]
    things = list(dict.fromkeys(frame["parameter"]))
    rows = []
    for subject, part in frame.groupby("subject", sort=False):
        before = str(part["before"].iloc[0])
        cells = [
            _nearest(
                ctx, part[part["parameter"] == thing], FACTOR if thing.startswith("level") else GROWTH, turned=True
            )
            for thing in things
        ]
        rows.append((Markup('<span class="declared">{}</span>').format(subject), WORDS.get(before, before), *cells))
    heads = [("Claim", ""), ("Verdict", ""), *((f"{capital(thing)} off by", "") for thing in things)]
    return table(
        "How wrong the figures would have to be, within the range searched, for a verdict to turn", heads, rows
    )


def searched(ctx: Context) -> Markup:
    """Return how the flips were searched."""
    if not ctx.has("flips"):
        return Markup("")
    draws = Cell("flips.draws", float(ctx.need("flips")["draws"].iloc[0]), ctx.path("flips"), (), "draws")
    half = Cell("flips.likely", 0.5, "overtake/sensitivity/verdicts.py", (), "LIKELY")
    return Markup(
        "<p>Each search walks from the value in use to either end of the range and stops at the nearest turn; a turn "
        "and turn back within one step is not seen. An answer turns where the probability passes {}, judged on {} "
        "joint futures; one near that line turns easily. Claims about crossings are judged here from past growth "
        "alone.</p>"
    ).format(ctx.num.show(half, PROBABILITY), ctx.num.show(draws, COUNT))


def _nearest(ctx: Context, group: Any, fmt: Format, turned: bool = False) -> Markup:
    """Return the nearer of a search's two ways, or that there is no turn in range."""
    found = group.dropna(subset=["flips_at"])
    if found.empty:
        return NONE
    row = found.loc[found["change"].abs().idxmin()]
    key = {name: str(row[name]) for name in ("kind", "subject", "question", "parameter")}
    cell = Cell(slug("flips", *key.values()), float(row["flips_at"]), ctx.path("flips"),
                (*key.items(), ("bound", float(row["bound"]))), "flips_at")  # fmt: skip
    shown = ctx.num.show(cell, fmt)
    after = str(row["after"])
    return Markup("{}: {}").format(shown, WORDS.get(after, after)) if turned else shown


def _asked(ctx: Context, question: str, part: Any) -> Markup:
    """Return the head of a year's column: the year and the answer in use."""
    year = question.rsplit(" ", 1)[-1]
    cell = Cell(f"flips.year-{year}", float(year), ctx.path("flips"), (), "question")
    before = str(part.loc[part["question"] == question, "before"].iloc[0])
    return Markup("{}: the challenger {}").format(ctx.num.show(cell, YEAR), before)
