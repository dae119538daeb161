"""Figures that test the others: sensitivities and revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from textwrap import wrap
from typing import Any

import pandas as pd
from markupsafe import Markup

from overtake.balances.sides import weights
from overtake.brief.charts import common
from overtake.brief.context import Context, Frame
from overtake.brief.figure import NOTHING, Column, Figure
from overtake.show import style
from overtake.show.formats import PLAIN, PROBABILITY, RATIO, SHARE, YEAR, Format, capital, for_unit
from overtake.show.numbers import Cell, slug
from overtake.show.style import Size

#: Editions that the revision figure shows at most: one line each.
EDITIONS_SHOWN = 5

#: Parameters whose key says too little.
NAMES = {
    "growth_shift_pct.CHN": "China's growth, points a year",
    "growth_shift_pct.side": "the coalition's growth, points a year",
    "china_level": "level of China's spending",
    "futures.pooled_random_walk.own_drift": "weight of an economy's own drift",
    "futures.pooled_random_walk.own_volatility": "weight of its own volatility",
    "futures.pooled_random_walk.window": "years of history",
    "futures.pooled_random_walk.tail_df": "weight of the tails",
    "futures.panel_regression.spread": "spread of the panel regression",
    "futures.combination.shrink": "equal part of the models' weights",
    "threshold": "factor on the ratio that counts as a lead",
    "crossing.sustain": "years that a lead must last",
    "rulers": "the ruler",
}


def tornado(ctx: Context) -> Figure | None:
    """Return bars of what each parameter, moved over its range, does to one measure; the twelve widest."""
    rows = _effects(ctx).head(12) if ctx.has("sensitivity") else pd.DataFrame()
    if rows.empty:
        return None
    key = tuple((name, str(rows[name].iloc[0])) for name in ("parameter", "balance", "ruler", "measure"))
    widest, balance, ruler, measure = (value for _, value in key)
    fmt = for_unit("probability" if measure.startswith("p_") else "year" if "year" in measure else "ratio")
    ends = [
        Cell(slug("sensitivity", balance, ruler, measure, widest, column), float(rows[column].iloc[0]),
             ctx.path("sensitivity"), key, column, ctx.edition)
        for column in ("at_low", "at_high")
    ]  # fmt: skip
    told = "; ".join(
        f"{parameter_name(str(row['parameter']))}: {fmt(float(row['at_low']))} at {row['low']}, "
        f"{fmt(float(row['at_high']))} at {row['high']}"
        for row in rows.to_dict("records")
    )
    return common.make(
        ctx,
        "tornado",
        title=Markup("{} moves the answer most: from {} to {}").format(
            capital(parameter_name(widest).split(",")[0]), *(ctx.num.show(cell, fmt) for cell in ends)
        ),
        subtitle=Markup("{}: {}, when one parameter at a time takes the low (blue) or high end of its range").format(
            measure_words(ctx, measure), ctx.whom(balance)
        ),
        alt=f"Tornado chart. {told}. As published: {fmt(float(rows['at_base'].iloc[0]))}.",
        description=Markup(
            "One row a parameter, the widest effect on top. The upright line is the published answer; the value that "
            "the parameter takes stands at the end of each bar."
        ),
        source=common.source_line(ctx, ruler, futures=True),
        table=rows.assign(
            parameter=rows["parameter"].map(lambda p: parameter_name(str(p))),
            low=rows["low"].map(str),
            high=rows["high"].map(str),
        ),
        columns={
            "parameter": Column("Parameter"),
            "low": Column("Low end"),
            "high": Column("High end"),
            "at_low": Column("Answer at the low end", fmt, "at_low"),
            "at_base": Column("As published", fmt, "at_base"),
            "at_high": Column("Answer at the high end", fmt, "at_high"),
        },
        plot=partial(_plot_tornado, rows, fmt),
        height=34 * len(rows) + 70,
        narrow_height=38 * len(rows) + 70,
    )


def _effects(ctx: Context) -> Frame:
    """Return the effects on one measure, widest first: of the headline's measures the one that is moved most."""
    answers = ["at_low", "at_base", "at_high"]
    frame = ctx.need("sensitivity").dropna(subset=answers)
    groups = frame.groupby(["balance", "ruler", "measure"], sort=False)
    if not len(groups):
        return frame.iloc[:0]
    wanted = [key for key in groups.groups if key[0] == ctx.headline_balance and key[1] == ctx.headline_ruler]
    spans = groups.apply(lambda g: float((g["at_high"] - g["at_low"]).abs().max()), include_groups=False)
    key = max(wanted or list(groups.groups), key=lambda k: (float(spans.loc[k]), str(k)))
    rows = groups.get_group(key)
    rows = rows.assign(span=rows[answers].max(axis=1) - rows[answers].min(axis=1))
    return rows.sort_values(["span", "parameter"], ascending=[False, True], ignore_index=True, kind="stable")


def _plot_tornado(table: pd.DataFrame, fmt: Format, figure: Any, size: Size) -> None:
    import seaborn as sns

    axes = style.panel(figure, size, 214 if not size.small else 128, 30, 26, 30)
    base, font = float(table["at_base"].iloc[0]), 12 if not size.small else 11
    # Where both ends lie on the same side of the published answer, each has half of the row.
    same = (table["at_low"] - base) * (table["at_high"] - base) > 0
    moved = table[["at_low", "at_high"]].sub(base).melt(var_name="end", value_name="by", ignore_index=False)
    for rows in (moved[~same[moved.index]], moved[same[moved.index]]):
        sns.barplot(rows, x="by", y=rows.index, hue="end", order=table.index, dodge=bool(same[rows.index].any()),
                    width=0.62, palette=[style.COALITION, style.CHINA], saturation=1, alpha=0.8, orient="y",
                    errorbar=None, left=base, legend=False, ax=axes)  # fmt: skip
    for i, row in enumerate(table.to_dict("records")):
        for end, colour, shift in (("low", style.COALITION, -0.155), ("high", style.CHINA, 0.155)):
            at, value = row[f"at_{end}"], row[end]
            style.beside(axes, PLAIN(float(value)) if _number(value) else str(value), (at, i + shift * same[i]),
                         (4 if at >= base else -4, 0), ha="left" if at >= base else "right", va="center",
                         fontsize=font - 2 * same[i], color=style.DARK[colour])  # fmt: skip
    axes.axvline(base, color=style.INK, lw=1.2)
    style.row_axis(axes, size, [parameter_label(name, size) for name in table["parameter"]])
    axes.margins(x=0.16)
    style.value_ticks(axes, size, SHARE if fmt is PROBABILITY else fmt)
    axes.text(base, -0.75, f"as published: {fmt(base)}", ha="center", va="bottom", fontsize=12, color=style.MUTED)


#: Part of a coalition's spending that all editions must report for its ratio to be shown by edition.
LEAST_PART = 0.9


def _part(ctx: Context, side: Mapping[str, float], members: Sequence[str]) -> float:
    """Return what part of a coalition's spending in the last observed year is that of `members`."""
    spent = ctx.observed("constant_usd").loc[ctx.last_observed]
    whole = {iso3: float(spent[iso3]) * share for iso3, share in side.items()}
    return sum(whole[iso3] for iso3 in members) / sum(whole.values())


def revisions(ctx: Context) -> Figure | None:
    """Return the ratio of China to the headline's coalition as each edition had it, constant US$ of that edition."""
    milex, balance = ctx.ledger("milex"), ctx.headline_balance
    against, side = weights(ctx.balances[balance])
    wides = {} if milex is None else _editions(milex, against)
    # One sum for all lines: only members that every edition reports near its end (Viet Nam is missing from some).
    members = [
        iso3
        for iso3 in side
        if all(iso3 in wide and wide[iso3].last_valid_index() >= wide.index.max() - 1 for wide in wides.values())
    ]
    if len(wides) < 2 or _part(ctx, side, members) < LEAST_PART:
        return None  # no other edition, or the ratio of another coalition than the one that is named
    lines = pd.DataFrame({name: _ratio(wide, against, side, members) for name, wide in wides.items()})
    names = {edition: str(common.edition_name(edition).striptags()) for edition in wides}
    oldest, *_, newest = names
    year = int(lines.dropna().index.max())
    ends = [
        Cell(slug("revisions", balance, edition, year), float(lines[edition].loc[year]), "data/raw/milex.csv",
             (("edition", edition), ("year", year)), "milex_constant_usd_m", edition,
             tuple(f"data/raw/milex.csv[edition={edition}, iso3={iso3}, year={year}]" for iso3 in (*against, *members)),
             "weighted sum of the challenger's side over that of the coalition")
        for edition in (oldest, newest)
    ]  # fmt: skip
    left_out = [ctx.name(iso3) for iso3 in side if iso3 not in members]
    whom, last = ctx.whom(balance), {name: lines[edition].dropna().iloc[-1:] for edition, name in names.items()}
    told = "; ".join(f"{name}, {ratio.iloc[0]:.2f} in {ratio.index[0]}" for name, ratio in last.items())
    return common.make(
        ctx,
        "revisions",
        title=Markup("The ratio for {} was {} when first published and is {} now").format(
            ctx.num.show(common.year_cell(ctx, "revisions", year, "milex"), YEAR),
            *(ctx.num.show(cell, RATIO) for cell in ends),
        ),
        subtitle=Markup("Military expenditure of {} as a multiple of that of {}{}, by SIPRI edition").format(
            ctx.who_html(balance), whom, f" without {' and '.join(left_out)}" if left_out else ""
        ),
        alt=f"Lines of the ratio of {ctx.who(balance)} to {whom.striptags()} as published in {told}.",
        description=Markup(
            "One line an edition, in that edition's constant dollars. Every line has the same members, those that "
            "all editions report to their end."
        ),
        note=Markup("Without {}, which not every edition reports.").format(" and ".join(left_out))
        if left_out
        else NOTHING,
        source=Markup(
            "Source: SIPRI Military Expenditure Database, editions of {} to {}; Overtake, calculations."
        ).format(common.edition_name(oldest), common.edition_name(newest)),
        table=lines.rename_axis("year").reset_index(),
        columns={"year": Column("Year", YEAR, "year")}
        | {edition: Column(f"Edition of {name}", RATIO, "milex_constant_usd_m") for edition, name in names.items()},
        plot=partial(_plot_revisions, lines, list(names.values())),
        height=380,
        edition=newest,
    )


def _editions(milex: pd.DataFrame, against: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """Return spending, years by economies, in the latest editions that have every challenger."""
    frame = milex.dropna(subset=["milex_constant_usd_m"])
    wides = {
        str(edition): part.pivot(index="year", columns="iso3", values="milex_constant_usd_m")
        for edition, part in frame.groupby("edition", sort=True)
    }
    wides = {name: wide for name, wide in wides.items() if set(against) <= set(wide.columns)}
    return dict(list(wides.items())[-EDITIONS_SHOWN:])


def _ratio(wide: pd.DataFrame, against: Mapping[str, float], side: Mapping[str, float], members: Sequence[str]) -> Any:
    """Return the ratio of the challengers to `members` by year, years inside a member's figures filled."""
    sums: Any = sum(wide[iso3].interpolate(limit_area="inside").ffill() * side[iso3] for iso3 in members)
    ratio = (sum(wide[iso3] * weight for iso3, weight in against.items()) / sums).dropna()
    return ratio[ratio.index >= 2000]


def _plot_revisions(lines: pd.DataFrame, names: Sequence[str], figure: Any, size: Size) -> None:
    room = max(style.text_width(name, 13, True) for name in names) + 14
    axes = style.panel(figure, size, 34, room, 14, 30)
    colours = [style.INK, style.PURPLE, style.GREEN, style.COALITION, style.CHINA][-len(names) :]
    style.lines(axes, lines, colours, [style.DASHES[1 + index % 3] for index in range(len(names) - 1)] + [""])
    labels = []
    for edition, name, colour in zip(lines, names, colours, strict=True):
        end = lines[edition].dropna().iloc[-1:]
        axes.plot(end.index, end, marker="o", ms=6, color=colour, clip_on=False)
        labels.append((float(end.iloc[0]), name, colour))
    axes.axhline(1, color=style.INK, lw=1)
    axes.text(2000.3, 1.01, "parity", fontsize=12, color=style.MUTED, va="bottom")
    last = int(lines.index.max())
    style.year_axis(axes, 2000, last, Size(size.width - int(room), size.height))
    style.direct_labels(axes, size, labels, last)


def parameter_name(parameter: str) -> str:
    """Return a parameter's dotted key in words, the section and model left out."""
    if parameter in NAMES:
        return NAMES[parameter]
    if parameter.startswith("growth_shift_pct."):
        return f"growth of {parameter.rpartition('.')[2]}, points a year"
    known = [part for part in parameter.split(".") if part not in ("futures", "pooled_random_walk", "rulers")]
    return ", ".join(known).replace("_", " ")


def parameter_label(parameter: Any, size: Size) -> str:
    """Return a parameter in words, in as few lines as the room beside a row allows."""
    return "\n".join(wrap(parameter_name(str(parameter)), 38 if not size.small else 21))


def measure_words(ctx: Context, measure: str, table: str = "sensitivity") -> Markup:
    """Return a measure of the sensitivity tables in words, its year recorded."""
    for start, text in (
        ("p_by_", "Probability of a crossing by {}"),
        ("p_ahead_", "Probability that the challenger leads in {}"),
    ):
        if measure.startswith(start):
            written = measure.removeprefix(start)
            year = Cell(f"{table}.year-{written}", float(written), ctx.path(table), (), measure)
            return Markup(text).format(ctx.num.show(year, YEAR))
    words = {"p_crossed": "Probability that the challenger keeps its lead", "p_crossing": "Probability of a crossing",
             "p_crossed_back": "Probability of a reversal", "median_year": "Median year of the crossing"}  # fmt: skip
    return Markup.escape(words.get(measure, measure.replace("_", " ")))


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
