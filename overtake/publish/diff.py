"""What changed between two published runs, and because of what: figures, parameters or code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from overtake.brief.blocks import table
from overtake.brief.context import Context
from overtake.errors import OvertakeError
from overtake.show import formats
from overtake.show.numbers import Cell, slug

#: Where the last published run's numbers and manifest are kept, relative to the project.
PUBLISHED = Path("data") / "published"

#: Causes of each kind that the page names, and how long one may be; `overtake diff` tells all.
NAMED, LONGEST = 4, 60

#: Changes smaller than this are rounding: probabilities and margins as shares, years in years.
TOLERANCE = {"p": 0.005, "margin": 0.005, "year": 0.5}

MEASURES = {
    "margin": ("margin", formats.SHARE),
    "first_crossed": ("first year of the challengers' lead", formats.YEAR),
    "median_year": ("median year of the crossing", formats.YEAR),
    "p_crossed": ("probability: crossed", formats.PROBABILITY),
    "p_crossing": ("probability: crossing", formats.PROBABILITY),
    "p_not_within": ("probability: not within the horizon", formats.PROBABILITY),
    "p_crossed_back": ("probability: crossed back", formats.PROBABILITY),
    "p_by_2030": ("probability by 2030", formats.PROBABILITY),
    "p_by_2035": ("probability by 2035", formats.PROBABILITY),
    "p_by_2040": ("probability by 2040", formats.PROBABILITY),
}


@dataclass(frozen=True)
class Moved:
    """One key number that differs; a side is nothing where the run does not have it."""

    ruler: str
    balance: str
    measure: str
    old: float | None
    new: float | None

    @property
    def size(self) -> float:
        """Return how far it moved, years as tenths, so that the list can be ordered."""
        if self.old is None or self.new is None:
            return 1.0
        return abs(self.new - self.old) / (10 if _kind(self.measure) == "year" else 1)


@dataclass(frozen=True)
class Difference:
    """Key numbers that moved, the largest move first, and what differs between the runs."""

    moved: list[Moved]
    causes: dict[str, list[str]]


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    """Return the difference of two runs, each a mapping with `metrics` and `manifest`."""
    before, after = _numbers(old["metrics"]), _numbers(new["metrics"])
    moved = [
        Moved(*key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if _differs(key[2], before.get(key), after.get(key))
    ]
    moved.sort(key=lambda item: -item.size)
    return Difference(moved, causes(old["manifest"], new["manifest"]))


def causes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what differs, by kind: figures and code by file, parameters as `key: old -> new`."""
    found: dict[str, list[str]] = {}
    for kind in ("figures", "parameters", "code"):
        before, after = old.get(kind, {}), new.get(kind, {})
        lines = []
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                lines.append(f"{key}: {before.get(key)} -> {after.get(key)}" if kind == "parameters" else key)
        if lines:
            found[kind] = lines
    return found


def read_run(place: Path) -> dict[str, Any]:
    """Return the run stored in the folder `place` (metrics.json and manifest.json)."""
    run = {}
    for name in ("metrics", "manifest"):
        path = place / f"{name}.json"
        try:
            run[name] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise OvertakeError(
                str(path), "is missing", next_step="name a folder that holds a published run, such as reports/brief"
            ) from error
        except ValueError as error:
            raise OvertakeError(str(path), "is not JSON", found=error) from error
    return run


def as_text(difference: Difference, limit: int = 30) -> str:
    """Return the difference for a terminal."""
    if not difference.moved and not difference.causes:
        return "no difference"
    lines = [f"{len(difference.moved)} key numbers moved" if difference.moved else "no key number moved"]
    for item in difference.moved[:limit]:
        words, fmt = _measure(item.measure)
        lines.append(f"  {item.balance}, {item.ruler}, {words}: {_write(item.old, fmt)} -> {_write(item.new, fmt)}")
    if len(difference.moved) > limit:
        lines.append(f"  ... and {len(difference.moved) - limit} more")
    for kind, entries in difference.causes.items():
        lines.append(f"{kind} differ:")
        lines += [f"  {entry}" for entry in entries[:limit]]
        if len(entries) > limit:
            lines.append(f"  ... and {len(entries) - limit} more")
    return "\n".join(lines)


def section_of(ctx: Context) -> Markup:
    """Return what moved against the last published run, as a table and causes; nothing where none is stored."""
    place = ctx.root / PUBLISHED
    if not (place / "metrics.json").is_file():
        return Markup("<p>No earlier run has been published; the next one will be compared with this.</p>")
    from overtake.brief.records import metrics
    from overtake.publish.manifest import manifest

    now = {"metrics": metrics(ctx), "manifest": manifest(ctx.root, ctx.params.model_dump(mode="json"))}
    difference = compare(read_run(place), now)
    if not difference.moved:
        return Markup("<p>No key number has moved against the last published run.</p>") + _causes(ctx, difference)
    rows = []
    for item in difference.moved[:10]:
        words, fmt = _measure(item.measure)
        cells = [
            Cell(slug("changes", item.ruler, item.balance, item.measure, when),
                 float("nan") if value is None else value, table_, (("balance", item.balance), ("ruler", item.ruler)),
                 item.measure)
            for when, value, table_ in (
                ("old", item.old, str(PUBLISHED / "metrics.json")), ("new", item.new, ctx.path("crossings"))
            )
        ]  # fmt: skip
        id = f"measure.{item.measure}"
        rows.append((ctx.label(item.balance), ctx.prose(words, id, item.measure, ctx.path("crossings")),
                     *(ctx.num.show(cell, fmt) for cell in cells)))  # fmt: skip
    heads = [("Balance", ""), ("Number", ""), ("Last published", "r"), ("Now", "r")]
    return table("Key numbers that moved most", heads, rows) + _causes(ctx, difference)


def _causes(ctx: Context, difference: Difference) -> Markup:
    if not difference.causes:
        return Markup("")
    items = Markup("").join(
        Markup("<li>{}: <code>{}</code></li>").format(
            {"figures": "Figures", "parameters": "Parameters", "code": "Code"}[kind],
            ", ".join(_brief(entry) for entry in entries[:NAMED])
            + (f" and {len(entries) - NAMED} others" if len(entries) > NAMED else ""),
        )
        for kind, entries in difference.causes.items()
    )
    return Markup('<p>What differs between the runs:</p><ul class="declared">{}</ul>').format(items)


def _brief(entry: str) -> str:
    """Return a cause, a long one by its name alone."""
    return entry if len(entry) <= LONGEST else entry.split(":")[0]


def _numbers(metrics: Mapping[str, Any]) -> dict[tuple[str, str, str], float]:
    return {
        (ruler, balance, measure): float(value)
        for ruler, balances in metrics.items()
        for balance, values in balances.items()
        for measure, value in values.items()
    }


def _kind(measure: str) -> str:
    return "p" if measure.startswith("p_") else "margin" if measure == "margin" else "year"


def _differs(measure: str, old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(new - old) >= TOLERANCE[_kind(measure)]


def _measure(measure: str) -> tuple[str, formats.Format]:
    return MEASURES.get(measure, (measure.replace("_", " "), formats.PLAIN))


def _write(value: float | None, fmt: formats.Format) -> str:
    return "none" if value is None else fmt(value)
