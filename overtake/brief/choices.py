"""The answer under each choice that a reader may dispute: China's level, tiers of plans, and the shares implied."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.context import Context, articled
from overtake.brief.sentences import View, join
from overtake.show.formats import PERCENT1, PROBABILITY, RATIO, YEAR, capital
from overtake.show.numbers import Cell, slug

#: Steps of the ladder of plans, each named by its softest tier; `none` stands apart.
STEPS = {
    "none": "no plan at all",
    "spent": "what is spent already",
    "enacted": "what is enacted",
    "budgeted": "what is budgeted",
    "announced": "what is announced",
    "aim": "mere aims",
}
#: The year in which shares of GDP are compared.
SHARES_IN = 2035
#: What is chosen in each table, beside balance, ruler and year.
CHOICE = {"levels": ("level", "end"), "tiers": ("tiers",), "scenarios": ("scenario",)}
#: The scenario that changes nothing.
BASELINE = "baseline"


def level_range(ctx: Context, view: View) -> Markup:
    """Return a sentence: how far the probability ten years on moves over the levels of China's spending that count.

    Nothing where the run stands on another level than SIPRI's, or the table does not hold the balance and ruler.
    """
    rows = _ten_years_on(ctx, "levels", view)
    if len({row["level"] for row in rows}) < 2 or ctx.level_words():
        return Markup("")
    ends = [most(rows, key=lambda row: row["p_ahead"]) for most in (min, max)]
    low, high = (ctx.num.show(_cell(ctx, "levels", row, "p_ahead"), PROBABILITY) for row in ends)
    return Markup(" Over the current estimates of how much China spends, the latter runs from {} to {}.").format(
        low, high
    )


def tiers(ctx: Context) -> dict[str, Any] | None:
    """Return the probability ten years on by tiers of plans, and whose share of GDP moves most."""
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    rows = [row for row in _ten_years_on(ctx, "tiers", view) if row["tiers"] in ("none", "announced", "aim")]
    ledger = ctx.ledger("plans")
    if ledger is not None and not set(ledger["iso3"]) & set(ctx.balances[view.balance].members):
        return None  # no member has announced a plan that the ledger holds
    told = [
        Markup("{} counting {}{}").format(
            ctx.num.show(_cell(ctx, "tiers", row, "p_ahead"), PROBABILITY),
            "also " if row["tiers"] == "aim" else "",
            STEPS[row["tiers"]],
        )
        for row in rows
    ]
    whole = ctx.params.futures.plans == "face_value"
    year = view.curve("year", ctx.ten_years_on)
    return {"whole": whole, "year": year, "told": told, **_shares(ctx)} if told else None


def adjusted(ctx: Context) -> dict[str, Any] | None:
    """Return each declared adjustment of the edition that moves the headline's break-even share now.

    The share is the gap over the member's spending, so it scales with what the member spent.
    """
    ledger = ctx.ledger("adjustments")
    balance, ruler, last = ctx.headline_balance, ctx.headline_ruler, ctx.last_observed
    if ledger is None or not ctx.has("breakeven", "spending") or ruler != "constant_usd":
        return None
    known = ledger[(ledger["edition"].astype(str) == ctx.edition) & (ledger["year"] == last)]
    shares = ctx.need("breakeven")
    members = set(shares.loc[(shares["balance"] == balance) & (shares["year"] == last), "member"])
    rows = known[known["iso3"].isin(members - set(ctx.own))].to_dict("records")
    return {"adjustments": [_adjustment(ctx, row) for row in rows]} if rows else None


def _adjustment(ctx: Context, row: dict[Any, Any]) -> dict[str, Any]:
    """Return an adjustment: who, what moved the figure, by how much, and the break-even share on either level."""
    iso3, last, other = str(row["iso3"]), ctx.last_observed, int(row["as_year"])
    keys = {"balance": ctx.headline_balance, "member": iso3, "ruler": ctx.headline_ruler}
    share = ctx.cell("breakeven", "share_q50", **keys, year=last)
    now, then = (ctx.cell("spending", "milex_constant_usd_bn", iso3=iso3, year=year) for year in (last, other))
    cells = {
        name: ctx.num.derive(slug("adjusted", row["adjustment"], name), value, how, parents)
        for name, value, how, parents in (
            ("change", 100 * abs(now.value / then.value - 1), "size of the change, per cent", [now, then]),
            ("share", 100 * share.value, "the share in per cent", [share]),
            ("other", 100 * share.value * now.value / then.value, "on the other level", [share, now, then]),
        )
    }  # fmt: skip
    years = dict(zip(("year", "as_year"), (_spent_in(ctx, iso3, year) for year in (last, other)), strict=True))
    who, how = articled(ctx.name(iso3)), "less" if now.value < then.value else "more"
    return {"who": who, "how": how, "because": row["label"], **cells, **years}


def disputed(ctx: Context) -> Markup:
    """Return the table of all balances of the two: by China's level and by tiers of plans, for every year."""
    return _table(ctx, "levels", "Probability that the challenger leads, by the estimate of China's level") + _table(
        ctx, "tiers", "Probability that the challenger leads, by the tiers of plans that count"
    )


def scenarios(ctx: Context) -> Markup:
    """Return the headline balance under each scenario that moves it, beside the futures as they stand.

    Nothing where the table holds another ruler, or not this balance, or no scenario moves it.
    """
    view = View(ctx, ctx.headline_balance, ctx.headline_ruler)
    frame = ctx.frame("scenarios")
    if frame is None:
        return Markup("")
    mine = (frame["balance"] == view.balance) & (frame["ruler"] == view.ruler) & (frame["year"] > ctx.last_observed)
    by_name = {str(name): part.to_dict("records") for name, part in frame[mine].groupby("scenario", sort=False)}
    base = by_name.pop(BASELINE, [])
    moving = [rows for rows in by_name.values() if [r["ratio"] for r in rows] != [r["ratio"] for r in base]]
    if not base or not moving:
        return Markup("")
    decided = next((at for at, row in enumerate(base) if row["year"] == ctx.ten_years_on), -1)
    heads: list[tuple[Any, str]] = [("If", "")]
    heads += [
        (Markup("Multiple in {}").format(ctx.num.show(_cell(ctx, "scenarios", row, "year"), YEAR)), "r") for row in base
    ]
    heads.append(
        (Markup("Then leads in {}").format(ctx.num.show(_cell(ctx, "scenarios", base[decided], "year"), YEAR)), "r")
    )
    told = [
        (
            "As the futures stand" if rows is base else _said(ctx, rows[0], "description"),
            *(ctx.num.show(_cell(ctx, "scenarios", row, "ratio"), RATIO) for row in rows),
            ctx.num.show(_cell(ctx, "scenarios", rows[decided], "p_ahead"), PROBABILITY),
        )
        for rows in (base, *moving)
    ]
    caption = Markup("Scenarios, which carry no probability: {} as a multiple of {}, in the middle future").format(
        view.who(), view.whom()
    )
    still = [_said(ctx, rows[0], "label") for rows in by_name.values() if rows not in moving]
    rest = Markup("<p>This balance stays as it is under: {}.</p>").format(join(still)) if still else Markup("")
    return table(caption, heads, told) + rest


def implied(ctx: Context) -> Markup:
    """Return the shares of GDP that the futures imply, by economy and tiers of plans."""
    frame = ctx.frame("implied_shares")
    if frame is None or frame.empty:
        return Markup("")
    last = frame[(frame["year"] == ctx.last_observed) & (frame["tiers"] == "none")]
    steps = [step for step in STEPS if step in set(frame["tiers"])]
    year = int(frame["year"].max())
    rows = []
    for iso3 in last["iso3"]:
        now = ctx.num.show(_share(ctx, "none", iso3, ctx.last_observed), PERCENT1)
        then = [ctx.num.show(_share(ctx, step, iso3, year), PERCENT1) for step in steps]
        rows.append((ctx.name(str(iso3)), now, *then))
    shown = [
        ctx.num.show(_share(ctx, "none", last["iso3"].iloc[0], at, "year"), YEAR) for at in (ctx.last_observed, year)
    ]
    heads = [("Economy", ""), (Markup("Observed in {}").format(shown[0]), "r")]
    heads += [(_step(step), "r") for step in steps]
    caption = Markup(
        "Share of GDP, per cent: observed, and in the middle future of {} by the plans that count{}"
    ).format(shown[1], ctx.as_sipri_has_it())
    return table(caption, heads, rows)


def _table(ctx: Context, name: str, caption: str) -> Markup:
    frame = ctx.shown(name)
    if frame is None:
        return Markup("")
    frame = frame[(frame["ruler"] == ctx.headline_ruler) & frame["balance"].isin(ctx.balances)]
    if frame.empty:
        return Markup("")
    of_level = name == "levels"
    years = list(frame.drop_duplicates("year")["year"])
    rows = []
    for _, part in frame.groupby([*CHOICE[name], "balance"], sort=False):
        found = part.to_dict("records")
        said = _level_name(ctx, found[0]) if of_level else _step(found[0]["tiers"])
        told = {row["year"]: ctx.num.show(_cell(ctx, name, row, "p_ahead"), PROBABILITY) for row in found}
        rows.append((said, ctx.label(found[0]["balance"]), *(told[year] for year in years)))
    heads: list[tuple[Any, str]] = [("Level" if of_level else "Counted", ""), ("Balance", "")]
    first = frame.drop_duplicates("year").to_dict("records")
    heads += [(ctx.num.show(_cell(ctx, name, row, "year"), YEAR), "r") for row in first]
    return table(caption, heads, rows)


def _step(tiers: str) -> str:
    """Return a step of the ladder as a table names it: each counts what the one before counts as well."""
    return capital(f"{'and ' if list(STEPS).index(tiers) > 1 else ''}{STEPS[tiers]}")


def _level_name(ctx: Context, row: dict[str, Any]) -> Markup:
    if row["level"] == row["end"]:
        return Markup.escape(row["label"])
    factor = ctx.num.show(_cell(ctx, "levels", row, "factor"), RATIO)
    named = ctx.prose(
        f"{row['label']}, {row['of_year']}", slug("levels", row["level"], "name"), "label", ctx.path("levels")
    )
    return Markup("{}: {} times SIPRI's").format(named, factor)


def _shares(ctx: Context) -> dict[str, Any]:
    """Return whose share of GDP falls and rises most in the coalition's middle future, with the plans of this run."""
    frame = ctx.frame("implied_shares")
    if frame is None or not {SHARES_IN, ctx.last_observed} <= set(frame["year"]):
        return {"moved": []}
    members = list(ctx.balances[ctx.headline_balance].side)
    frame = frame[(frame["tiers"] == "as set") & frame["iso3"].isin(members)]
    if len(set(frame["iso3"])) < len(members):  # of a member without the IMF's GDP nothing is known
        return {"moved": []}
    wide = frame.pivot(index="iso3", columns="year", values="share_pct")
    change = (wide[SHARES_IN] - wide[ctx.last_observed]).sort_values(kind="stable")
    moved = []
    for at, verb, worth in ((0, "falls", change.iloc[0] < -0.1), (-1, "rises", change.iloc[-1] > 0.1)):
        if worth:
            iso3 = str(change.index[at])
            ends = [_share(ctx, "as set", iso3, year) for year in (ctx.last_observed, SHARES_IN)]
            moved.append(Markup("{}'s {} from {} to {}").format(
                ctx.name(iso3), verb, *(ctx.num.show(cell, PERCENT1) for cell in ends)))  # fmt: skip
    return {"moved": moved, "moved_by": _share(ctx, "as set", str(change.index[0]), SHARES_IN, "year")}


def _ten_years_on(ctx: Context, name: str, view: View) -> list[dict[str, Any]]:
    """Return the rows of `levels` or `tiers` on the view's balance and ruler, ten years on; none without the table."""
    frame = ctx.shown(name)
    if frame is None:
        return []
    mine = (frame["balance"] == view.balance) & (frame["ruler"] == view.ruler) & (frame["year"] == ctx.ten_years_on)
    found: list[dict[str, Any]] = frame[mine].to_dict("records")
    return found


def _cell(ctx: Context, name: str, row: dict[str, Any], column: str) -> Cell:
    """Return a column of a row of `levels`, `tiers` or `scenarios` as a cell."""
    return ctx.cell(name, column, **{key: row[key] for key in (*CHOICE[name], "balance", "ruler", "year")})


def _spent_in(ctx: Context, iso3: str, year: int) -> Cell:
    return ctx.cell("spending", "year", iso3=iso3, year=year)


def _said(ctx: Context, row: dict[str, Any], column: str) -> Markup:
    """Return a scenario's label or description, its numerals recorded."""
    told = ctx.prose(str(row[column]), slug("scenarios", row["scenario"], column), column, ctx.path("scenarios"))
    return Markup(told.removesuffix("."))


def _share(ctx: Context, tiers: str, iso3: str, year: int, column: str = "share_pct") -> Cell:
    return ctx.cell("implied_shares", column, tiers=tiers, iso3=str(iso3), year=year)
