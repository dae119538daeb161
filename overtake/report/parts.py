"""The brief's tables, each a piece of HTML built from tables, empty where a table is absent."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.report.blocks import table
from overtake.report.charts.common import edition_name
from overtake.report.context import Context
from overtake.report.formats import COUNT, PERCENT, PROBABILITY, RATIO, SCORE, SHARE, YEAR, for_unit
from overtake.report.numbers import TERMS, Cell, slug, term
from overtake.report.sentences import (
    View,
    join,
    missing,
    since,
    until,
)

#: Scores that the brief shows: caption and format.
SCORES = {
    "crps": ("Error of the whole distribution (CRPS of log spending, lower is better), by horizon", SCORE),
    "brier": ("Error of the probability that one economy passes another (Brier score, lower is better)", SCORE),
    "in80": ("Share of outcomes inside the interval that should hold four fifths of them", SHARE),
}

#: Verdicts as the claims table writes them, and the look of their tag.
VERDICTS = {
    "supported": ("yes", "supported"),
    "contradicted": ("no", "contradicted"),
    "partly": ("part", "partly supported"),
    "untestable": ("none", "not testable"),
}


def scorecard(ctx: Context) -> Markup:
    """Return the claims: sentence, result with interval, verdict then and now."""
    if not ctx.has("claims"):
        return Markup("")
    rows = []
    for row in ctx.need("claims").to_dict("records"):
        claim = str(row["claim"])
        rows.append(
            (
                Markup("{}").format(_declared(claim)),
                ctx.prose(quoted(str(row["sentence"])), f"claims.{claim}.sentence", claim, "data/raw/claims.yaml"),
                claim_result(ctx, row),
                verdict_tag(row["verdict_2020"]),
                verdict_tag(row["verdict"]),
            )
        )
    heads = [("No.", ""), ("Claim", ""), ("Result", ""), ("Verdict then", "verdict"), ("Verdict now", "verdict")]
    return table(
        Markup("What was claimed in {}, judged on the figures of the time and on those of today").format(
            _declared("October 2020")
        ),
        heads,
        rows,
    )


def quoted(text: str) -> str:
    """Return `text` with typographic quotation marks."""
    parts = text.split('"')
    marks = ("“", "”")
    return parts[0] + "".join(marks[i % 2] + part for i, part in enumerate(parts[1:]))


def claim_result(ctx: Context, row: dict[str, Any]) -> Markup:
    """Return a claim's result template with its numbers filled in and recorded."""
    claim = str(row["claim"])
    template = "" if missing(row.get("result")) else str(row["result"])
    fmt = for_unit(str(row.get("unit", "")))
    filled = Markup("")
    for index, piece in enumerate(template.replace("{", "\0{").replace("}", "}\0").split("\0")):
        if piece.startswith("{"):
            column = piece[1:-1].split(":")[0]
            if column in row and isinstance(row[column], int | float):
                cell = ctx.cell("claims", column, claim=claim)
                filled += ctx.num.show(cell, fmt)
            else:
                filled += Markup.escape("" if missing(row.get(column)) else row.get(column, ""))
        else:
            filled += ctx.prose(piece, f"claims.{claim}.result.{index}", f"{claim} result", "data/raw/claims.yaml")
    return filled


def verdict_tag(verdict: Any) -> Markup:
    """Return a verdict as a tag, the word and a frame, not colour alone."""
    text = "–" if missing(verdict) else str(verdict)
    kind, text = VERDICTS.get(text, ("none", text))
    return Markup('<span class="tag {}">{}</span>').format(kind, text)


def terms(ctx: Context) -> Markup:
    """Return the calibrated words with their bounds."""
    rows, low = [], 0.0
    for high, word in TERMS:
        cells = [
            Cell(slug("terms", word, end), value, "overtake/report/numbers.py", (("term", word),), end)
            for end, value in (("low", low), ("high", min(high, 1.0)))
        ]
        rows.append((word, Markup("{} to {}").format(*(ctx.num.show(cell, SHARE) for cell in cells))))
        low = high
    return table("Words for probabilities", [("Word", ""), ("Probability", "")], rows, "narrow-table")


def states(ctx: Context) -> Markup:
    """Return the four states in words."""
    rows = [
        ("crossed", "China's side leads in the last observed year and keeps the lead to the horizon"),
        ("crossing", "the coalition leads in the last observed year; China's side takes the lead within the horizon"),
        ("not within the horizon", "the coalition leads, always did, and keeps the lead to the horizon"),
        ("crossed back", "China's side led or leads, and has lost or loses the lead again within the horizon"),
    ]
    return table("The four states of a balance; each future is in exactly one", [("State", ""), ("Meaning", "")], rows)


def rulers(ctx: Context) -> Markup:
    """Return the headline balance on every ruler: margin with interval, since when, state."""
    if not ctx.has("crossings"):
        return Markup("")
    rows = []
    for ruler in ctx.rulers:
        view = View(ctx, ctx.headline_balance, ruler)
        if view.measured:
            rows.append((ctx.ruler_name(ruler).capitalize().replace("Gdp", "GDP"), *_state_cells(ctx, view)))
    return table(
        Markup("China and {}, ruler by ruler").format(View(ctx, ctx.headline_balance, ctx.headline_ruler).whom()),
        _state_heads("Ruler", ctx),
        rows,
    )


def allies(ctx: Context) -> Markup:
    """Return each economy alone against China: ratio now, since when."""
    if not ctx.has("crossings", "curves"):
        return Markup("")
    rows = []
    for name, known in ctx.balances.items():
        if len(known.side) != 1 or set(known.against) != {"CHN"}:
            continue
        view = View(ctx, name, ctx.headline_ruler)
        if view.measured:
            ratio = ctx.cell("curves", "ratio_q50", balance=name, ruler=view.ruler, year=ctx.last_observed)
            rows.append(
                (
                    ctx.name(next(iter(known.side))),
                    ctx.num.show(ratio, RATIO),
                    since(view) if view.ahead else Markup("not passed"),
                    ctx.num.show(view.at_horizon(), PROBABILITY),
                    term(view.at_horizon().value),
                )
            )
    return table(
        Markup("China and each economy alone, {}").format(ctx.ruler_name(ctx.headline_ruler)),
        [
            ("Economy", ""),
            ("China as a multiple", "r"),
            ("Passed", ""),
            (Markup("China leads in {}").format(ctx.num.show(ctx.horizon_cell(), YEAR)), "r"),
            ("In words", ""),
        ],
        rows,
    )


def reversal(ctx: Context) -> Markup:
    """Return the balances that China leads and may lose, most likely first."""
    if not ctx.has("crossings"):
        return Markup("")
    frame = ctx.need("crossings")
    frame = frame[
        (frame["ruler"] == ctx.headline_ruler) & frame["first_crossed"].notna() & (frame["p_crossed_back"] >= 0.005)
    ]
    frame = frame.sort_values(["p_crossed_back", "balance"], ascending=[False, True], kind="stable").head(8)
    rows = []
    for name in frame["balance"]:
        view = View(ctx, str(name), ctx.headline_ruler)
        rows.append(
            (
                ctx.label(str(name)),
                since(view),
                view.show("p_crossed_back", PROBABILITY),
                term(view.value("p_crossed_back")),
            )
        )
    return table(
        "Leads that China may lose again within the horizon",
        [("Balance", ""), ("Passed", ""), ("Probability of a reversal", "r"), ("In words", "")],
        rows,
    )


def would_change(ctx: Context) -> Markup:
    """Return what would change each verdict."""
    if not ctx.has("claims"):
        return Markup("")
    rows = [
        (
            _declared(str(row["claim"])),
            verdict_tag(row["verdict"]),
            ctx.prose(
                str(row["would_change"]),
                f"claims.{row['claim']}.would-change",
                str(row["claim"]),
                "data/raw/claims.yaml",
            ),
        )
        for row in ctx.need("claims").to_dict("records")
        if not missing(row.get("would_change")) and str(row["would_change"]).strip()
    ]
    return table(
        "What would change each verdict", [("Claim", ""), ("Verdict now", ""), ("It would change with", "")], rows
    )


def editions(ctx: Context) -> Markup:
    """Return the editions in data/raw, with price base, DOI and the beginning of the workbook's hash."""
    ledger = ctx.ledger("editions")
    if ledger is None:
        return Markup("")
    rows = []
    macro = ctx.frame("macro")
    used = "" if macro is None or "edition" not in macro else str(macro["edition"].iloc[0])
    for row in ledger.to_dict("records"):
        if row["publisher"] != "sipri" and str(row["edition"]) != used:
            continue
        publisher = {"sipri": "SIPRI Military Expenditure Database", "imf": "IMF World Economic Outlook"}.get(
            str(row["publisher"]), str(row["publisher"])
        )
        rows.append(
            (
                Markup("{}, {}").format(publisher, edition_name(str(row["edition"]))),
                _declared("" if missing(row.get("price_base")) else f"{row['price_base']:.0f}"),
                _declared(_span(row)),
                _declared("" if missing(row.get("doi")) else str(row["doi"])),
                _declared("" if missing(row.get("sha256")) else f"{str(row['sha256'])[:12]}…"),
                _declared("" if missing(row.get("accessed")) else str(row["accessed"])),
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


def _span(row: dict[str, Any]) -> str:
    if missing(row.get("first_year")) or missing(row.get("last_year")):
        return ""
    return f"{row['first_year']:.0f}–{row['last_year']:.0f}"


def skill(ctx: Context) -> Markup:
    """Return the headline scores by model and horizon, all horizons together in the last column."""
    if not ctx.has("skill"):
        return Markup("")
    frame = ctx.need("skill")
    frame = frame[frame["origin"].astype(str).isin(("0", "all"))]
    made = []
    for score, (caption, fmt) in SCORES.items():
        part = frame[frame["score"] == score]
        horizons = [h for h in (1, 3, 5, 10, 0) if (part["horizon"] == h).any()]
        rows = []
        for (backtest, model), group in part.groupby(["backtest", "model"], sort=False):
            by = group.groupby("horizon")["value"].first()
            key = (("backtest", str(backtest)), ("model", str(model)), ("origin", 0), ("score", score))
            cells = [
                Cell(
                    slug("skill", str(backtest), str(model), score, h),
                    float(by.get(h, float("nan"))),
                    ctx.path("skill"),
                    (*key, ("horizon", h)),
                    "value",
                )
                for h in horizons
            ]
            name = str(model).replace("_", " ")
            rows.append((f"{name[:1].upper()}{name[1:]}, {backtest}", *(ctx.num.show(cell, fmt) for cell in cells)))
        heads = [("Model and backtest", "")] + [(_horizon(ctx, h), "r") for h in horizons]
        made.append(table(caption, heads, rows))
    return Markup("").join(made)


def _horizon(ctx: Context, horizon: int) -> Markup:
    if horizon == 0:
        return Markup("all")
    cell = Cell(f"skill.horizon.{horizon}", horizon, ctx.path("skill"), (), "horizon")
    return Markup("{} {}").format(ctx.num.show(cell, COUNT), "year" if horizon == 1 else "years")


def by_edition(ctx: Context) -> Markup:
    """Return in which year the headline balance was crossed, as each edition had it."""
    if not ctx.has("editions"):
        return Markup("")
    frame = ctx.need("editions")
    if "kind" not in frame:
        return Markup("")
    frame = frame[(frame["kind"] == "crossing") & (frame["subject"] == ctx.headline_balance)]
    rows = []
    for row in frame.to_dict("records"):
        cells = [
            Cell(slug("editions", row["subject"], row["ruler"], row["edition"], column), float(row[column]),
                 ctx.path("editions"), (("kind", "crossing"), ("edition", str(row["edition"])),
                                        ("subject", str(row["subject"])), ("ruler", str(row["ruler"]))), column)
            for column in ("value", "compared_value")
        ]  # fmt: skip
        rows.append(
            (
                edition_name(str(row["edition"])),
                ctx.ruler_name(str(row["ruler"])),
                *(ctx.num.show(cell, YEAR) if cell.present else "not crossed" for cell in cells),
            )
        )
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    return table(
        Markup("The year in which China passed {}, by edition").format(view.whom()),
        [("Edition", ""), ("Ruler", ""), ("As published then", "r"), ("Up to the same year, now", "r")],
        rows,
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
    from overtake.report.diff import section_of

    return section_of(ctx)


def citation(ctx: Context) -> Markup:
    """Return the suggested citation, from CITATION.cff."""
    path = ctx.root / "CITATION.cff"
    if not path.is_file():
        return Markup("")
    from overtake.config.load import read_yaml

    entry = read_yaml(path)
    people = join(
        [a.get("name") or f"{a.get('family-names', '')}, {a.get('given-names', '')}" for a in entry.get("authors", [])]
    )
    issued = str(entry.get("date-released", ""))[:4]
    text = Markup("{}. <cite>{}</cite>{}. SIPRI edition of {}.").format(
        people, entry.get("title", "Overtake"), f", {issued}" if issued else "", edition_name(ctx.edition)
    )
    return Markup('<p class="declared">{}</p>').format(text)


def _state_heads(first: str, ctx: Context) -> list[tuple[Any, str]]:
    return [
        (first, ""),
        ("China's margin", "r"),
        ("Interval", "r"),
        ("China leads", ""),
        ("Crossing", ""),
        ("Reversal", "r"),
    ]


def _state_cells(ctx: Context, view: View) -> list[Markup]:
    percent = [
        ctx.num.derive(f"{cell.id}.signed-pct", 100 * cell.value, "margin in per cent", [cell])
        for cell in (view.cell(name) for name in ("margin", "margin_lo", "margin_hi"))
    ]
    now, low, high = (ctx.num.show(cell, PERCENT) for cell in percent)
    if view.ahead:
        crossing = Markup("has been crossed")
    elif view.cell("median_year").present:
        crossing = Markup("{} ({} to {})").format(
            view.show("median_year", YEAR), until(view, "lo_year"), until(view, "hi_year")
        )
    else:
        crossing = Markup("{} by {}").format(
            view.show("p_crossing", PROBABILITY), ctx.num.show(ctx.horizon_cell(), YEAR)
        )
    return [
        now,
        Markup("{} to {}").format(low, high),
        Markup("since {}").format(_year_only(view)) if view.ahead else Markup("not yet"),
        crossing,
        view.show("p_crossed_back", PROBABILITY),
    ]


def _year_only(view: View) -> Markup:
    cell = view.cell("first_crossed")
    return view.ctx.num.show(cell, YEAR) if cell.present else Markup("lately")


def _declared(text: str) -> Markup:
    return Markup('<span class="declared">{}</span>').format(text)
