"""Figures from the ledgers: estimates of China's spending, and what announced plans add."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.brief.charts import common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import Column, Figure
from overtake.show import style
from overtake.show.formats import BN, SHARE, USD_BN, YEAR
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size
from overtake.sources.ledgers import blank, pairs

ROWS_SHOWN = 15
#: Estimates of earlier years say nothing of the present debate.
FIRST_YEAR = 2017


def shown(ledger: Frame) -> Frame:
    """Return the estimates that are shown, the newest year of each label, those on equal rules below, by size.

    ledger: `china_estimates.csv`; columns as in `sources.ledgers.pairs`, and name.
    """
    frame = pairs(ledger)
    frame = frame[(frame["year"] >= FIRST_YEAR) & blank(frame["superseded_by"]) & blank(frame["bound"])]
    frame = frame.sort_values(["label", "year"], kind="stable").groupby("label", as_index=False).last()
    frame = frame[frame["equal_hi"].notna() | frame["alone"].notna()]
    frame["name"] = frame["label"].str.replace("US Department of Defense", "US DoD")
    frame["equal"] = frame["equal_hi"].notna()
    frame["size"] = frame["equal_hi"].fillna(frame["alone"])
    return frame.sort_values(
        ["equal", "size", "label"], ascending=[False, True, True], kind="stable", ignore_index=True
    )


def estimates(ctx: Context) -> Figure | None:
    """Return the dumbbell: China as a share of the US by estimate, on equal rules and with China alone restated."""
    if not ctx.has("china_estimates"):
        return None
    table = shown(ctx.need("china_estimates")).head(ROWS_SHOWN)
    equal = table[table["equal"]]
    if len(equal) < 2:
        return None
    ends = [
        Cell(slug("estimates", str(row["estimate"]), "same"), float(row["equal_hi"]), ctx.path("china_estimates"),
             (("estimate", str(row["estimate"])),), "china_us_ratio_hi",
             how="as stated, or China's figure over the US figure on the same rules")
        for row in (equal.iloc[0], equal.iloc[-1])
    ]  # fmt: skip
    told = "; ".join(f"{row['name']} {row['year']}: {_shares(row)}" for row in table.to_dict("records"))
    return common.make(
        ctx,
        "estimates",
        title=Markup("On equal rules estimates put China between {} and {} of US spending").format(
            ctx.num.show(ends[0], SHARE), ctx.num.show(ends[1], SHARE)
        ),
        subtitle=Markup("China's military expenditure as a share of that of the United States, by estimate and year"),
        note=Markup(
            "Open circles are not their authors' own: each sets the estimate of China, at the middle of its range, "
            "against SIPRI's United States, to show what comes of restating China alone. Below the pairs stand "
            "estimates of China alone."
        ),
        alt=f"Dumbbell chart of estimates of China's spending as a share of US spending. {told}.",
        description=Markup(
            "One row an estimate, those that measure both sides by their own rules first, each group by size. The "
            "filled circle stands for both sides on one estimate's rules, a band for its range; the open circle "
            "restates China alone. Estimates differ in year, scope and price basis."
        ),
        source=Markup("Source: the ledger of estimates, data/raw/china_estimates.csv, with the source of each; SIPRI."),
        table=table,
        columns={
            "name": Column("Estimate"),
            "year": Column("Year", YEAR, "year"),
            "basis": Column("Basis"),
            "equal_lo": Column("Equal rules, low", SHARE, "china_us_ratio_lo"),
            "equal_hi": Column("Equal rules, high", SHARE, "china_us_ratio_hi"),
            "alone": Column("China alone restated", SHARE, "china_usd_bn over sipri_us_usd_bn"),
            "status": Column("Status"),
        },
        plot=partial(_plot_estimates, table),
        height=27 * len(table) + 66,
        narrow_height=34 * len(table) + 66,
        edition="",
    )  # fmt: skip


def _shares(row: Mapping[Hashable, Any]) -> str:
    """Return what one estimate says: on equal rules, with China alone restated, or both."""
    equal = f"{row['equal_lo']:.0%} to {row['equal_hi']:.0%} on equal rules" if row["equal"] else ""
    alone = f"{row['alone']:.0%} with China alone restated" if pd.notna(row["alone"]) else ""
    return ", ".join(filter(None, (equal, alone)))


def _plot_estimates(table: pd.DataFrame, figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 246 if not size.small else 142, 18, 30, 30)
    equal, middle = table[table["equal"]], (table["equal_lo"] + table["equal_hi"]) / 2
    axes.hlines(equal.index, middle[equal.index], equal["alone"], style.MUTED, lw=1.4, alpha=0.7)
    axes.scatter(table["alone"], table.index, 64, style.PAPER, lw=1.8, ec=style.CHINA, zorder=3)
    style.intervals(axes, middle, table["equal_lo"], table["equal_hi"])
    names = [f"{row['name']}, {row['year']}" for row in table.to_dict("records")]
    style.row_axis(axes, size, [common.folded(name, 40 if not size.small else 24) for name in names])
    axes.grid(True, axis="y")
    axes.set_xlim(0, max(1.0, float(table[["equal_hi", "alone"]].max().max()) * 1.04))
    style.value_ticks(axes, size, SHARE)
    axes.axvline(1, color=style.INK, lw=1)
    x, font, box = 0.0, 12 - size.small, axes.get_position()
    for text, colour in (("same rules for both", style.COALITION), ("China alone restated", style.CHINA)):
        style.bold(axes, x, 1.0 + 8 / (box.height * size.height), text, transform=axes.transAxes, fontsize=font,
                   color=style.DARK[colour], va="bottom")  # fmt: skip
        x += (style.text_width(text, font, True) + 18) / (box.width * size.width)


def plans(ctx: Context) -> Figure | None:
    """Return the waterfall: the coalition's margin without plans, what each plan adds, the margin with them."""
    if not ctx.has("waterfall"):
        return None
    steps = ctx.need("waterfall")
    names = list(dict.fromkeys(steps["balance"]))
    balance = ctx.headline_balance if ctx.headline_balance in names else names[0]
    steps = steps[steps["balance"] == balance]
    year = int(steps["year"].min())
    bars = _bars(ctx, steps[steps["year"] == year])
    if not bars["adds"].iloc[1:-1].ne(0).any():
        return None  # plans that move nothing are no figure
    without, planned = (
        Cell(slug("waterfall", balance, step), float(value), ctx.path("waterfall"),
             (("balance", balance), ("year", year), ("step", step)), "margin", ctx.edition)
        for step, value in zip(("without", "planned"), bars["adds"].iloc[[0, -1]], strict=True)
    )  # fmt: skip
    total = ctx.num.derive(f"waterfall.{balance}.effect", planned.value - without.value, "with plans minus without",
                           [planned, without])  # fmt: skip
    size = ctx.num.derive(f"waterfall.{balance}.size", abs(total.value), "size of the effect", [total])
    told = "; ".join(f"{name} {value:+.1f}" for name, value in zip(bars["name"], bars["adds"], strict=True))
    when = ctx.num.show(common.year_cell(ctx, "waterfall", year, "waterfall"), YEAR)
    sides = dict.fromkeys(ctx.balances[balance].against, "challenger") | {"without": "", "planned": ""}
    return common.make(
        ctx,
        "plans",
        title=_plans_title(ctx, balance, when, without, planned),
        subtitle=Markup("{} minus {} in {}, mean of the futures, constant ({}) US$ billion").format(
            ctx.label(balance), ctx.who_html(balance), when, ctx.num.show(ctx.base_cell(), YEAR)
        ),
        note=Markup("Plans are converted to SIPRI's definition{}. Means add up.{}").format(
            ", at face value" if steps["plans"].iloc[0] == "face_value" else " and cut by what earlier plans delivered",
            " The futures of this brief leave them out." if ctx.params.futures.plans == "off" else "",
        ),
        alt=f"Waterfall of the margin of {ctx.whom(balance).striptags()} over {ctx.who(balance)} in {year}: {told} "
        "billion dollars.",
        description=Markup(
            "From the margin without announced plans, each bar adds what one economy's plans change; the challenger's "
            "own plans count against the coalition. In all, plans {} the margin by {}."
        ).format("improve" if total.value >= 0 else "worsen", ctx.num.show(size, USD_BN)),
        source=common.source_line(ctx, "constant_usd", extra="Plans: data/raw/plans.csv.", futures=True),
        table=bars.assign(side=[sides.get(step, "coalition") for step in bars["step"]]),
        columns={
            "name": Column("Step"),
            "adds": Column("Margin or change, US$ billion", BN, "adds"),
            "side": Column("Side"),
        },
        plot=partial(_plot_plans, bars),
        height=32 * len(bars) + 46,
        narrow_height=32 * len(bars) + 46,
    )


def _bars(ctx: Context, steps: Frame) -> pd.DataFrame:
    """Return step, name and size of the bars: the margin without plans, what large plans add, the rest, the margin."""
    inner = steps[~steps["step"].isin(["without", "planned"])]
    large = inner[inner["adds"].abs() >= max(0.02 * inner["adds"].abs().sum(), 1e-9)]
    margins = steps.set_index("step")["margin"]
    bars = [("without", "Without plans", float(margins["without"]))]
    bars += [(str(r["step"]), ctx.name(str(r["step"])), float(r["adds"])) for r in large.to_dict("records")]
    if len(large) < len(inner):
        bars.append(("rest", "Others", float(inner["adds"].sum() - large["adds"].sum())))
    bars.append(("planned", "With plans", float(margins["planned"])))
    return pd.DataFrame(bars, columns=["step", "name", "adds"])


def _plans_title(ctx: Context, balance: str, when: Markup, without: Cell, planned: Cell) -> Markup:
    """Return who is ahead with the announced plans and by how much, and whether they turn the balance."""
    whom, who, one = ctx.whom(balance), ctx.who_html(balance), len(ctx.balances[balance].side) == 1
    if without.value < 0 <= planned.value:
        return Markup("Announced plans put {} ahead of {} by {}, by {} in the mean of the futures").format(
            whom, who, when, ctx.num.show(planned, USD_BN)
        )
    lead = Cell(f"{planned.id}.size", abs(planned.value), planned.table, planned.row, "margin", ctx.edition, (),
                "size of the margin", (planned.id,))  # fmt: skip
    stands = ("leads" if one else "lead") if planned.value >= 0 else ("still trails" if one else "still trail")
    return Markup("With announced plans {} {} {} in {} by {} in the mean of the futures").format(
        whom, stands, who, when, ctx.num.show(lead, USD_BN)
    )


def _plot_plans(bars: pd.DataFrame, figure: Any, size: Size) -> None:
    axes = style.panel(figure, size, 118 if not size.small else 96, 54, 8, 30)
    level = 0.0
    for i, (step, _, value) in enumerate(bars.itertuples(index=False)):
        ends = step in ("without", "planned")
        low = 0.0 if ends else level
        colour = style.INK if ends else (style.CHINA if value < 0 else style.COALITION)
        axes.barh(i, value, 0.6, left=low, color=colour, alpha=0.85)
        style.beside(axes, f"{value:+.1f}".replace("-", "−"), (max(low, low + value), i), (5, 0), ha="left",
                     va="center", fontsize=12, color=style.DARK[colour])  # fmt: skip
        level = value if step == "without" else (level if ends else low + value)
        if i + 1 < len(bars):
            axes.plot([level, level], [i, i + 1], color=style.MUTED, lw=0.8)
    axes.axvline(0, color=style.INK, lw=1.2)
    style.row_axis(axes, size, list(bars["name"]), 12)
    axes.margins(x=0.14)
    axes.locator_params(axis="x", nbins=6 if not size.small else 4)
