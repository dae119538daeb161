"""The text of a brief for any legal parameters, made in this process from few draws: what the truth checker reads."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from overtake import paths
from overtake.balances import choices, reversal, stage, trend
from overtake.brief import economy
from overtake.brief.brief import Brief
from overtake.brief.context import Context
from overtake.claims import stage as claims
from overtake.config.params import Params
from overtake.edition import read
from overtake.futures import plans
from overtake.futures.simulate import simulate
from overtake.pipeline import contracts
from overtake.rulers.tables import observed_table
from overtake.scenarios import compare
from overtake.scenarios.adjust import planned
from overtake.sensitivity import local
from overtake.show import style

#: What a drawing is here: only words are read.
NO_DRAWING = '<svg viewBox="0 0 10 5" aria-label=""></svg>'
YEARS_OF_SHARES = (2030, 2035)
#: What an economy's page is made of, but for the links.
PIECES = (economy.head, economy.spending, economy.figures, economy.notes, economy.beside, economy.rulers, economy.gap,
          economy.outlook, economy.plans)  # fmt: skip


@dataclass
class Rendered:
    """One brief: pieces of HTML in their order by the notebook's cells, its context and its parameters."""

    params: Params
    ctx: Context
    cells: list[str]
    economies: dict[str, str]

    @property
    def html(self) -> str:
        """Return the HTML of brief and annex."""
        return "\n".join(self.cells)

    @property
    def head(self) -> str:
        """Return title and standfirst as text."""
        return text(re.search(r"<header>.*?</header>", self.html, re.S).group())

    @property
    def sentences(self) -> list[str]:
        """Return the sentences of prose, captions, titles and alternatives of drawings."""
        blocks = re.findall(
            r"<(?:p|li|h1|h2|strong|figcaption|caption|small|dd|div class=\"title\")[^>]*>(.*?)</", self.html, re.S
        )
        alts = re.findall(r'aria-label="([^"]+)"', self.html)
        return [said for block in (*blocks, *alts) if (said := text(block))]

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """Return the records of the numbers that were printed."""
        return dict(self.ctx.num.to_json()["numbers"])


def text(html: str) -> str:
    """Return HTML as plain text, white space single."""
    import html as entities

    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", html)).split()).replace(" .", ".").replace(" ,", ",")


def rendered(params: Params, root: Path) -> Rendered:
    """Return the brief of `params` over tables made in `root`, without back-tests and searches."""
    tabulate(params, root)
    settings = params.model_dump(mode="json")
    with without_drawings():
        brief, cells = run_cells(settings, root)
        pages = {iso3: page_of(brief.ctx, iso3) for iso3 in economy.economies(brief.ctx)}
    return Rendered(params, brief.ctx, cells, pages)


def page_of(ctx: Context, iso3: str) -> str:
    """Return the HTML of an economy's page."""
    made = [piece(ctx, iso3) for piece in PIECES]
    return "\n".join(
        str(one.html()) if hasattr(one, "html") and callable(one.html) else str(one) for one in made if one
    )


def tabulate(params: Params, root: Path) -> None:
    """Write the tables of the stages clean, rulers, futures and balances, and a tornado, under `root`."""
    processed, raw = root / "data" / "processed", root / "data" / "raw"
    processed.mkdir(parents=True, exist_ok=True)
    if not raw.exists():
        raw.symlink_to(paths.RAW)
    edition, seed = read(params.data), params.run.seed
    without = simulate(edition, params.futures.model_copy(update={"plans": "off"}), params.run)
    by_plans = planned(lambda: without, edition, params.scenario, seed)
    drawn, steps = by_plans(params.futures), plans.stepwise(by_plans, edition, params.futures)
    shares = plans.implied_shares(chain([("as set", drawn)], steps), edition, YEARS_OF_SHARES)
    contracts.write(drawn, processed / "futures.parquet")
    found = stage.by_ruler(lambda: drawn, edition, params)

    choice = (by_plans, edition, params)
    bench = local.Bench(edition, params, params.sensitivity, local.as_printed(edition, params))
    points = [bench.row(dict(point)) for point in [(), *local.points(params.sensitivity)]]
    tables = {
        "spending": edition.spending,
        "macro": edition.macro,
        "rulers": observed_table(edition, params.rulers, seed),
        "implied_shares": shares,
        "crossings": found.crossings,
        "curves": found.curves,
        "breakeven": found.breakeven,
        "reversal": reversal.table(*choice),
        "waterfall": reversal.waterfalls(*choice),
        "tiers": choices.by_tier(*choice),
        "levels": choices.by_level(lambda: drawn, edition, params),
        "scenarios": compare.leads_under(
            compare.read_all(paths.SCENARIOS, params),
            edition,
            lambda own: compare.in_place(own, params, edition, lambda: without),
        ),
        "trend": trend.trend(edition, params.crossing),
        "sensitivity": local.rows(pd.DataFrame(points), params.sensitivity),
        **claims.tables(params, edition, found.curves),
    }
    for name, table in tables.items():
        contracts.write(table, processed / f"{name}.parquet")


def run_cells(settings: dict[str, Any], root: Path) -> tuple[Brief, list[str]]:
    """Return the brief and the HTML of every cell of brief and annex, run with these settings over one context."""
    brief, made = Brief(Context.open(root, settings)), []
    ours = classmethod(lambda cls, given=None: brief)
    with mock.patch.object(Brief, "open", ours):
        for name in ("brief", "annex"):
            notebook = json.loads((paths.NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
            names: dict[str, Any] = dict(settings)
            for cell in notebook["cells"]:
                if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", ()):
                    continue
                tree = ast.parse("".join(cell["source"]))
                last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, f"{name}.ipynb", "exec"), names)
                if last is not None and ast.unparse(last) not in ("b", "b.records()"):
                    value = eval(compile(ast.Expression(last.value), f"{name}.ipynb", "eval"), names)
                    made.append(re.sub(r"\s*\[@[^\]]+\]", "", str(value.html)))
    return brief, made


@contextmanager
def without_drawings() -> Iterator[None]:
    """Leave drawings out while the body runs: titles, notes, tables and alternatives stay."""
    with mock.patch.object(style, "draw", return_value=NO_DRAWING):
        yield
