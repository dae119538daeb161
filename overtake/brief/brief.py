"""What `notebooks/brief.ipynb` writes its sections with: pieces are functions of a context, figures are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from overtake import paths as places
from overtake.brief import blocks, records
from overtake.brief.blocks import Block
from overtake.brief.context import Context
from overtake.brief.figure import Figure, font_faces
from overtake.brief.sentences import View
from overtake.publish.manifest import whole_settings
from overtake.show import say

#: A function of a context that returns the values of a sentence, None where it must not be said.
Values = Callable[[Context], Mapping[str, Any] | None]
#: A function of a context that returns a figure, a table or a paragraph, empty or None where its tables are absent;
#: or what such a function returned.
Piece = Callable[[Context], Any] | Markup | Figure | Block | None


#: In a notebook a figure shows one of its two drawings, a number no link's colour, a table its words to the left.
SCREEN = (
    "figure.chart svg.narrow{display:none}figure.chart svg.wide{max-width:45em}figure.chart{margin:0}"
    ".fig-title{font-weight:600;font-size:1.15em}.fig-sub,.fig-source,.standfirst{color:#5a6672}"
    "a.num{color:inherit!important;text-decoration:underline dotted!important}"
    "ol.findings{list-style:none!important;padding:0!important}"
    "ol.findings .big{font-size:1.6em;font-weight:600}ol.findings .big small{font-size:.5em;margin-left:1em}"
    ".scroll td,.scroll th{text-align:left!important}td.r,th.r{text-align:right!important}"
)


class Brief:
    """One brief over one set of tables; numbers and figures are recorded as they are made."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.figures: dict[str, Figure] = {}

    @classmethod
    def open(cls, settings: Mapping[str, Any] | None = None, root: Path = places.ROOT) -> Brief:
        """Return the brief over the tables under `root`; without `settings`, those of params.yaml."""
        return cls(Context.open(root, whole_settings(root) if settings is None else settings))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return what opening a brief shows: rules and typeface by which JupyterLab shows it as it will be read."""
        return {"text/plain": "a brief", "text/html": f"{blocks.LOOK}{SCREEN}{font_faces()}</style>"}

    def show(self, piece: Piece) -> Block:
        """Return what a cell shows of a piece."""
        return blocks.shown(self.made(piece))

    def say(self, template: str, values: Values | None = None, box: str = "") -> Block:
        """Return a paragraph: `template` (see `overtake.show.say`) filled with what `values` finds, nothing where None.

        `v` is the headline balance on its ruler; box: the title of a boxed aside that the paragraph stands in.
        """
        found = {} if values is None else values(self.ctx)
        if found is None:
            return Block()
        view = View(self.ctx, self.ctx.headline_balance, self.ctx.headline_ruler)
        said = say(
            template, self.ctx.num, write=lambda cell, style, numbers: numbers.show(cell, style), v=view, **found
        )
        return Block(blocks.box(box, said.html()) if box else said.html(), markdown=str(said.text))

    def finding(self, template: str, values: Values) -> Block:
        """Return a finding: a number (`big`) and its words (`small`) beside `template`; `values` finds all of it."""
        found = values(self.ctx)
        if found is None:
            return Block()
        said = self.say(template, lambda _: found)
        item = Markup('<ol class="findings"><li><div class="big">{}<small>{}</small></div><div>{}</div></li></ol>')
        return Block(item.format(found["big"], found["small"], said.html), markdown=f"- {found['big']} {said.markdown}")

    def more(self, summary: str, *pieces: Piece) -> Block:
        """Return tables behind a summary that opens them, left out on paper."""
        return Block(blocks.more(summary, *map(self.made, pieces)))

    def beside(self, *pieces: Piece) -> Block:
        """Return small tables that share a line on paper."""
        return Block(blocks.beside(*map(self.made, pieces)))

    def made(self, piece: Piece) -> Any:
        """Return what a piece makes of the context; a figure is kept for publication."""
        found = piece(self.ctx) if callable(piece) else piece
        if isinstance(found, Figure):
            self.figures[found.id] = found
        return found

    def records(self) -> Block:
        """Return the table of every number's source, with the records for the publisher. Call it last."""
        return records.block(self.ctx, self.figures.values())
