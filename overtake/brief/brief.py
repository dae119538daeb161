"""What `notebooks/brief.ipynb` calls: every piece of the brief by name, each left out where its table is absent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from overtake import paths as places
from overtake.brief import (
    balance_tables,
    blocks,
    choices,
    claim_tables,
    findings,
    parts,
    record,
    records,
    register,
    robust,
)
from overtake.brief.blocks import Block
from overtake.brief.charts import balance, checks, coalition, countries, crossing, ledgers, matrix, robustness, together
from overtake.brief.context import Context
from overtake.brief.figure import Figure
from overtake.brief.sentences import View, state_sentence
from overtake.draws import Draws, read_draws
from overtake.publish.manifest import whole_settings
from overtake.show.formats import YEAR


class Brief:
    """The pieces of one brief over one set of tables; numbers and figures are recorded as they are made."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.figures: dict[str, Figure] = {}

    @classmethod
    def open(cls, settings: Mapping[str, Any] | None = None, root: Path = places.ROOT) -> Brief:
        """Return the brief over the tables under `root`; without `settings`, those of params.yaml."""
        return cls(Context.open(root, whole_settings(root) if settings is None else settings))

    @cached_property
    def futures(self) -> Draws | None:
        """Return the draws, or nothing where that stage has not run."""
        path = self.ctx.root / "data" / "processed" / "futures.parquet"
        return read_draws(path) if path.is_file() else None

    def section(self, title: str, text: str = "", *pieces: Any) -> Block:
        """Return a numbered section; nothing where none of `pieces` has content."""
        return blocks.section(title, text, *pieces)

    def method(self) -> Markup:
        """Return a boxed aside with the method in brief."""
        return blocks.box("The method in brief", parts.method(self.ctx))

    def more(self, summary: str, *tables: Markup) -> Markup:
        """Return tables behind a summary that opens them, left out on paper."""
        return blocks.more(summary, *tables)

    def beside(self, *tables: Markup) -> Markup:
        """Return small tables that share a line on paper."""
        return blocks.beside(*tables)

    def figure(self, drawn: Figure | None) -> Figure | None:
        """Keep a figure for publication and return it."""
        if drawn is not None:
            self.figures[drawn.id] = drawn
        return drawn

    # The head of the page

    def head(self) -> Block:
        """Return title, standfirst and dateline."""
        return Block(findings.head(self.ctx))

    def who(self) -> Block:
        """Return who stands in the coalitions that the brief speaks of, by name."""
        return Block(parts.who(self.ctx))

    def findings(self, *pieces: Any) -> Block:
        """Return the key findings, each with number, interval and year, and under them `pieces`."""
        return self.section("Key findings", "", findings.findings(self.ctx), *pieces)

    def state(self, name: str, ruler: str | None = None) -> Markup:
        """Return a paragraph on the state of one balance, or nothing where it is not measured."""
        view = View(self.ctx, name, ruler or self.ctx.headline_ruler)
        if name not in self.ctx.balances or not self.ctx.has("crossings") or not view.measured:
            return Markup("")
        return Markup("<p>{}</p>").format(state_sentence(view))

    # Figures

    def surplus(self) -> Figure | None:
        """Return surplus and deficit of the headline balance."""
        return self.figure(balance.surplus(self.ctx, self.futures))

    def fans(self) -> Figure | None:
        """Return the headline ratio's fans on three rulers."""
        return self.figure(balance.fans(self.ctx))

    def stock(self) -> Figure | None:
        """Return the headline ratio of what has been built up, on the rulers of stocks."""
        rulers = tuple(ruler for ruler in self.ctx.rulers if ruler.startswith("stock"))
        return self.figure(balance.fans(self.ctx, rulers=rulers, id="stock")) if rulers else None

    def curves(self) -> Figure | None:
        """Return crossing-probability curves."""
        return self.figure(crossing.curves(self.ctx))

    def matrix(self) -> Figure | None:
        """Return the heat map of balances and rulers."""
        return self.figure(matrix.matrix(self.ctx))

    def dots(self) -> Figure | None:
        """Return interval dots of crossing years."""
        return self.figure(crossing.dots(self.ctx))

    def stack(self) -> Figure | None:
        """Return the stacked coalition with China's line."""
        return self.figure(coalition.stack(self.ctx))

    def breakeven(self, member: str = "USA") -> Figure | None:
        """Return the break-even band."""
        return self.figure(coalition.breakeven(self.ctx, member))

    def economies(self) -> Figure | None:
        """Return the small multiples of economies."""
        return self.figure(countries.multiples(self.ctx, self.futures))

    def slopes(self) -> Figure | None:
        """Return slopes of the share of GDP."""
        return self.figure(countries.slopes(self.ctx))

    def estimates(self) -> Figure | None:
        """Return the dumbbell of China estimates."""
        return self.figure(ledgers.estimates(self.ctx))

    def plans(self) -> Figure | None:
        """Return the waterfall of announced plans."""
        return self.figure(ledgers.plans(self.ctx))

    def tornado(self) -> Figure | None:
        """Return the tornado of sensitivities."""
        return self.figure(checks.tornado(self.ctx))

    def sobol(self) -> Figure | None:
        """Return the Sobol indices of the parameters moved together."""
        return self.figure(together.sobol(self.ctx))

    def specifications(self) -> Figure | None:
        """Return the specification curve of the headline's question."""
        return self.figure(robustness.specifications(self.ctx))

    def choices(self) -> Figure | None:
        """Return the answers by option of every choice of the multiverse."""
        return self.figure(robustness.options(self.ctx))

    def revisions(self) -> Figure | None:
        """Return the ratio as successive editions had it."""
        return self.figure(checks.revisions(self.ctx))

    # Tables

    def scorecard(self) -> Markup:
        """Return the claims with verdicts."""
        return claim_tables.scorecard(self.ctx)

    def terms(self) -> Markup:
        """Return the table of calibrated words."""
        return parts.terms(self.ctx)

    def states(self) -> Markup:
        """Return the four states, as defined in docs/architecture.md."""
        return parts.states(self.ctx)

    def rulers(self) -> Markup:
        """Return the headline balance on every ruler."""
        return balance_tables.rulers(self.ctx)

    def allies(self) -> Markup:
        """Return when each economy alone was passed."""
        return balance_tables.allies(self.ctx)

    def reversal(self) -> Markup:
        """Return how likely the coalition regains the lead, balance by balance."""
        return balance_tables.reversal(self.ctx)

    def as_first_published(self) -> Markup:
        """Return since when the headline's challenger led on the oldest edition, and for the same years now."""
        return balance_tables.as_first_published(self.ctx)

    def on_paper(self) -> Markup:
        """Return when China passes the United States if both grow on as they did."""
        return balance_tables.on_paper(self.ctx)

    def tiers(self) -> Markup:
        """Return the probability ten years on by tiers of plans, and whose share of GDP moves most."""
        return choices.tiers(self.ctx)

    def disputed(self) -> Markup:
        """Return who leads by China's level and by tiers of plans."""
        return choices.disputed(self.ctx)

    def implied(self) -> Markup:
        """Return the shares of GDP that the futures imply, by tiers of plans."""
        return choices.implied(self.ctx)

    def trend(self) -> Markup:
        """Return that arithmetic for coalitions and shares of US spending."""
        return balance_tables.trend(self.ctx)

    def would_change(self) -> Markup:
        """Return what would change each verdict."""
        return claim_tables.would_change(self.ctx)

    def multiverse(self) -> Markup:
        """Return how many specifications were answered, and which choice moves the answer most."""
        return robust.multiverse(self.ctx)

    def shares(self) -> Markup:
        """Return the variance shares of the multiverse's choices."""
        return robust.shares(self.ctx)

    def flips(self) -> Markup:
        """Return the smallest changes that turn a balance, and those that turn a claim."""
        return Markup("").join(part(self.ctx) for part in (robust.flips_of_balances, robust.flips_of_claims))

    def searched(self) -> Markup:
        """Return how flips were searched."""
        return robust.searched(self.ctx)

    def editions(self) -> Markup:
        """Return the editions with DOI and hash."""
        return parts.editions(self.ctx)

    def by_edition(self) -> Markup:
        """Return the headline's crossing year as each edition had it."""
        return balance_tables.by_edition(self.ctx)

    def register(self) -> Markup:
        """Return the register of earlier forecasts."""
        return register.register(self.ctx)

    def skill(self) -> Markup:
        """Return how the method would have done."""
        return record.skill(self.ctx)

    def would_have_said(self) -> Markup:
        """Return what the method would have said in earlier years."""
        return record.would_have_said(self.ctx)

    def peers(self) -> Markup:
        """Return the comparison with peers over all countries."""
        return record.peers(self.ctx)

    def ratio(self) -> Markup:
        """Return the formula of a balance's ratio."""
        return parts.ratio()

    def gaps(self) -> Markup:
        """Return which years were filled, and how."""
        return parts.gaps(self.ctx)

    def changes(self) -> Markup:
        """Return what moved against the last published run."""
        return parts.changes(self.ctx)

    def citation(self) -> Markup:
        """Return how to cite, from CITATION.cff."""
        return parts.citation(self.ctx)

    def year(self, which: str = "last") -> Markup:
        """Return the last observed year or the horizon, recorded."""
        cell = self.ctx.last_cell() if which == "last" else self.ctx.horizon_cell()
        return self.ctx.num.show(cell, YEAR)

    def records(self) -> Block:
        """Return the table of every number's source, with the records for the publisher. Call it last."""
        return records.block(self.ctx, self.figures.values())
