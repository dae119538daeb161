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
from overtake.brief.figure import Figure
from overtake.publish.manifest import whole_settings

#: A function of a context that returns a figure, a table or a paragraph, empty or None where its tables are absent;
#: or what such a function returned.
Piece = Callable[[Context], Any] | Markup | Figure | Block | None


class Brief:
    """One brief over one set of tables; numbers and figures are recorded as they are made."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.figures: dict[str, Figure] = {}

    @classmethod
    def open(cls, settings: Mapping[str, Any] | None = None, root: Path = places.ROOT) -> Brief:
        """Return the brief over the tables under `root`; without `settings`, those of params.yaml."""
        return cls(Context.open(root, whole_settings(root) if settings is None else settings))

    def section(self, title: str, text: str = "", *pieces: Piece) -> Block:
        """Return a numbered section with prose in markdown; nothing where none of `pieces` has content."""
        return blocks.section(title, text, *map(self.made, pieces))

    def block(self, piece: Piece) -> Block:
        """Return a piece that stands outside the sections."""
        return Block(self.made(piece))

    def more(self, summary: str, *pieces: Piece) -> Markup:
        """Return tables behind a summary that opens them, left out on paper."""
        return blocks.more(summary, *map(self.made, pieces))

    def beside(self, *pieces: Piece) -> Markup:
        """Return small tables that share a line on paper."""
        return blocks.beside(*map(self.made, pieces))

    def made(self, piece: Piece) -> Any:
        """Return what a piece makes of the context; a figure is kept for publication."""
        found = piece(self.ctx) if callable(piece) else piece
        if isinstance(found, Figure):
            self.figures[found.id] = found
        return found

    def records(self) -> Block:
        """Return the table of every number's source, with the records for the publisher. Call it last."""
        return records.block(self.ctx, self.figures.values())
