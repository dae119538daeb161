"""The executed notebook through the Quarto command line: HTML with embedded resources, or docx.

`overtake_quarto` is an nbconvert exporter. It works on a copy (Quarto rewrites notebooks) in which the brief's HTML
stands as Pandoc markdown, so that headings, tables, citations and cross-references are the document's own. Title,
authors, date and abstract go into `_quarto.yml`.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from traitlets import Enum, Integer, Unicode, default

from overtake import paths
from overtake.brief.figure import font_faces, striptags
from overtake.brief.parts import people
from overtake.errors import OvertakeError
from overtake.publish.exporter import page_description, page_title, staying
from overtake.publish.files import citation
from overtake.publish.png import png

#: Letters that Pandoc would take for its own; brackets and @ stay, as citations are written in them.
MARKS = re.compile(r"[\\`*~^$<]")
#: A paragraph of a markdown cell for the interactive page alone.
NOT_ON_PAPER = re.compile(r'<p class="no-print">.*?</p>\n?', re.S)
#: Letters that a line of a table holds; only the share of a column in them counts.
LINE = 90
#: Where a cell of a table has a new line.
NEW_LINE = "\n\n"
#: Where the works cited go in Word; Quarto heads them itself in HTML alone.
REFERENCES = "## References {.unnumbered}\n\n::: {#refs}\n:::"
#: The oldest Quarto that embeds resources and leaves an executed notebook alone when told so.
OLDEST = (1, 4)
INSTALL = "install Quarto 1.4 or newer from quarto.org, or use `make brief`: it needs none"


def find(command: str = "quarto") -> str:
    """Return the path of the Quarto command; absent or too old is refused with how to install it."""
    path = shutil.which(command)
    if path is None:
        raise OvertakeError("quarto", "is not on PATH", next_step=INSTALL)
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    match = re.match(r"(\d+)\.(\d+)", done.stdout.strip())
    if match is None or (int(match[1]), int(match[2])) < OLDEST:
        raise OvertakeError(
            path, "is too old or does not tell its version", found=done.stdout.strip() or done.stderr.strip(),
            allowed=f"{OLDEST[0]}.{OLDEST[1]} or newer", next_step=INSTALL,
        )  # fmt: skip
    return path


class QuartoExporter(Exporter):
    """Export through Quarto: `jupyter nbconvert --to overtake_quarto NOTEBOOK`."""

    export_from_notebook = "Overtake brief through Quarto"
    to = Enum(["html", "docx"], "html", help="format that Quarto writes").tag(config=True)
    command = Unicode("quarto", help="Quarto's command").tag(config=True)
    timeout = Integer(300, help="seconds that Quarto may take").tag(config=True)
    references_file = Unicode(str(paths.RAW / "references.json"), help="bibliography in CSL-JSON").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
        """Return the document (text or bytes) and the resources for an executed notebook."""
        command = find(self.command)
        nb, resources = super().from_notebook_node(nb, resources=resources, **kw)
        with tempfile.TemporaryDirectory(prefix="overtake-quarto-") as folder:
            output = self._render(command, nb, Path(folder))
        resources["output_extension"] = f".{self.to}"
        return (output.decode("utf-8") if self.to == "html" else output), resources

    def _render(self, command: str, nb: Any, folder: Path) -> bytes:
        """Return what Quarto makes of a copy of `nb` in `folder`."""
        import nbformat

        copy = folder / "brief.ipynb"
        made = translated(nb, folder, "png" if self.to == "docx" else "svg")
        if self.to == "docx" and Path(self.references_file).is_file():
            made.cells.append(nbformat.v4.new_markdown_cell(REFERENCES))  # type: ignore[no-untyped-call]
        nbformat.write(made, str(copy))  # type: ignore[no-untyped-call]
        (folder / "_quarto.yml").write_text(self.project(nb, folder), encoding="utf-8")
        arguments = self.arguments(copy)
        try:
            done = subprocess.run(
                [command, *arguments], cwd=folder, capture_output=True, text=True, timeout=self.timeout, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise OvertakeError("quarto render", f"took longer than {self.timeout} s") from error
        rendered = folder / f"brief.{self.to}"
        if done.returncode or not rendered.is_file():
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise OvertakeError(
                "quarto " + " ".join(arguments[:2]), f"failed with exit code {done.returncode}",
                found="\n           ".join(lines[-8:]) or "no message",
                next_step="mend what Quarto names, or `make brief`",
            )  # fmt: skip
        return rendered.read_bytes()

    def arguments(self, copy: Path) -> list[str]:
        """Return Quarto's arguments: render the copy as it is, nothing executed."""
        return ["render", copy.name, "--to", self.to, "--no-execute"]

    def project(self, nb: Any, folder: Path) -> str:
        """Return `_quarto.yml` (as JSON, which is YAML); the bibliography is copied to `folder`."""
        entry = citation(Path(self.references_file))
        shown = "\n".join(output.get("data", {}).get("text/html", "") for cell in nb.cells
                          for output in cell.get("outputs", []))  # fmt: skip
        told: dict[str, Any] = {
            "title": _plain(html.unescape(page_title(shown))),
            "author": [people({"authors": [one]}) for one in entry.get("authors", [])],
            "date": str(entry.get("date-released", "")),
            "date-format": "D MMMM YYYY",
            "abstract": _plain("\n\n".join(filter(None, (html.unescape(page_description(shown)), _dateline(shown))))),
            "lang": "en-GB",
            "toc": self.to == "html",  # Word's is empty until a reader has it made
            "number-sections": True,
            "shift-heading-level-by": -1,  # the title stands above the sections
            "execute": {"enabled": False, "echo": False},
        }
        if self.to == "html":
            told["embed-resources"] = True
        if Path(self.references_file).is_file():
            shutil.copyfile(self.references_file, folder / "references.json")
            told["bibliography"] = "references.json"
        return json.dumps({name: value for name, value in told.items() if value}, indent=1, ensure_ascii=False)


def translated(nb: Any, folder: Path, drawings: str = "svg") -> Any:
    """Return a copy of notebook `nb` with the brief's HTML as Pandoc markdown, drawings (svg, png) in `folder`.

    Word before 2016 and most viewers show no SVG.
    """
    import copy as copying

    made = copying.deepcopy(nb)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = staying(NOT_ON_PAPER.sub("", cell.source))
        kept = []
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html")
            if shown is None:
                kept.append(output)
                continue
            text = to_markdown(shown, folder, drawings)
            if text:
                output["output_type"] = "display_data"
                output.pop("execution_count", None)
                output["data"] = {"text/markdown": text}
                kept.append(output)
        if "outputs" in cell:
            cell["outputs"] = kept
    return made


def to_markdown(block: str, folder: Path, drawings: str = "svg") -> str:
    """Return a block of the brief as Pandoc markdown; wide drawings are written to `folder` as ID.svg or ID.png."""
    reader = _Markdown(folder, drawings)
    reader.feed(block)
    reader.close()
    text = re.sub(r"(?m)^- +(.*)$", lambda item: f"- {' '.join(item[1].split())}", "".join(reader.out))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Markdown(HTMLParser):
    """Turns the few elements that the brief uses into markdown; what a document cannot hold is left out."""

    #: Elements whose content a document on paper has no use for.
    DROPPED = frozenset({"details", "style", "nav", "header"})
    BREAKS = frozenset({"p", "section", "header", "div", "ul", "ol", "dl", "figcaption", "aside", "caption"})

    def __init__(self, folder: Path, drawings: str = "svg") -> None:
        super().__init__(convert_charrefs=True)
        self.folder, self.drawings = folder, drawings
        self.out: list[str] = []
        self.dropped: list[str] = []
        self.svg: list[str] | None = None
        self.names: list[str] = []
        self.figure = ""
        self.alt = ""
        self.headline: list[str] | None = None
        self.items = 0
        self.marks: list[str] = []
        self.rows: list[list[str]] | None = None
        self.caption: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self.svg is not None:
            self._in_drawing()
        elif self.dropped or tag in self.DROPPED or "no-print" in attributes.get("class", ""):
            self.dropped.append(tag)
        elif tag == "svg":
            self.alt = attributes.get("aria-label", "")
            self.svg = []
            self._in_drawing()
        elif tag == "figure":
            self.figure = attributes.get("id", "")
            self._write("\n\n")
        elif attributes.get("class", "").startswith("fig-head"):
            self.headline = []
        elif tag in ("h1", "h2", "h3"):
            self._write(f"\n\n{'#' * int(tag[1])} ")
        elif tag == "table":
            self.rows = []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        elif tag == "caption":
            self.caption = []
        elif tag == "li":
            self.items += 1
            self._write("\n- ")
        elif tag in ("small", "br"):
            self._write(NEW_LINE if self.rows and tag == "br" else " ")
        elif tag == "dt":
            self._write("\n\n**")
        elif tag == "dd":
            self._write(": ")
        elif tag in ("strong", "em"):
            self._write("**" if tag == "strong" else "*")
        elif tag in self.BREAKS and self.rows is None:
            self._write(" " if self.items else "\n\n")
        if tag in ("p", "span") and self.svg is None and not self.dropped:
            self.marks.append("**" if attributes.get("class", "").split(" ")[0] in ("box-title", "tag") else "")
            self._write(self.marks[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "span") and self.svg is None and not self.dropped:
            self._write(self.marks.pop() if self.marks else "")
        if self.svg is not None:
            self.svg.append(f"</{self.names.pop()}>")
            if not self.names:
                self._drawing()
        elif self.dropped:
            if tag in self.dropped:
                while self.dropped.pop() != tag:
                    pass
        elif tag == "table":
            self._table()
        elif tag == "li":
            self.items -= 1
        elif tag == "small" and self.items:
            self._write(":")
        elif tag == "dt":
            self._write("**")
        elif tag in ("strong", "em"):
            self._write("**" if tag == "strong" else "*")
        elif tag in self.BREAKS and self.rows is None:
            self._write(" " if self.items else "\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.svg is not None:
            self.svg.append(self.get_starttag_text() or "")
        else:
            super().handle_startendtag(tag, attrs)

    def _in_drawing(self) -> None:
        """Keep a start tag of a drawing as it is written: SVG minds the case, the parser does not."""
        text = self.get_starttag_text() or ""
        self.names.append(re.split(r"[\s>]", text[1:], maxsplit=1)[0])
        self.svg = [*(self.svg or []), text]

    def handle_data(self, data: str) -> None:
        if self.svg is not None:
            self.svg.append(data.replace("&", "&amp;").replace("<", "&lt;"))
        elif not self.dropped:
            self._write(_plain(re.sub(r"\s+", " ", data)))

    def _write(self, text: str) -> None:
        if self.caption is not None and self.rows is not None and not self.rows:
            self.caption.append(text)
        elif self.rows is not None and self.rows and self.rows[-1]:
            self.rows[-1][-1] += text
        elif self.headline is not None:
            self.headline.append(text)
        elif self.rows is None:
            self.out.append(text)

    def _drawing(self) -> None:
        svg, self.svg = "".join(self.svg or []), None
        if 'class="narrow"' in svg:
            return
        name = f"{self.figure or 'drawing'}.{self.drawings}"
        if "xmlns=" not in svg:
            svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        # A drawing that is an image sees no typeface of its page.
        svg = svg.replace(">", f"><style>{font_faces()}</style>", 1)
        (self.folder / name).write_bytes(png(svg) if self.drawings == "png" else svg.encode())
        alt = self.alt.replace('"', "'")
        # Word takes the text of an image for its alternative, HTML would show it.
        image = f"![{_plain(alt)}]({name})" if self.drawings == "png" else f'![]({name}){{fig-alt="{alt}"}}'
        caption = ". ".join(
            " ".join(part.split()) for part in "".join(self.headline or []).split("\n\n") if part.strip()
        )
        self.headline = None
        self._write(f"\n\n::: {{#{self.figure}}}\n\n{image}\n\n{caption}\n\n:::\n\n")

    def _table(self) -> None:
        rows, caption = self.rows or [], "".join(self.caption or []).strip()
        self.rows = self.caption = None
        if not rows:
            return
        width = max(len(row) for row in rows)
        told = [[_inline(cell) for cell in row + [""] * (width - len(row))] for row in rows]
        lines = ["| " + " | ".join(row) + " |" for row in told]
        lines.insert(1, "| " + " | ".join("-" * count for count in _widths(told)) + " |")
        self._write("\n\n" + "\n".join(lines) + (f"\n\n: {caption}" if caption else "") + "\n\n")


def _plain(text: str) -> str:
    """Return `text` with a backslash before each letter that Pandoc would take for its own."""
    return MARKS.sub(r"\\\g<0>", text)


def _dateline(page: str) -> str:
    """Return what the head of the brief says of its edition, intervals and units."""
    match = re.search(r'<p class="dateline">(.*?)</p>', page, re.S)
    return " ".join(striptags(match[1]).split()) if match else ""


def _inline(text: str) -> str:
    """Return the text of a cell on one line, what stood on lines of its own set off by commas."""
    parts = (" ".join(part.split()) for part in text.split(NEW_LINE))
    return re.sub(r",(?= \()", "", ", ".join(part for part in parts if part)).replace("|", "\\|")


def _widths(rows: list[list[str]]) -> list[int]:
    """Return the dashes under each head: the longest word whole, what a line has left to the longest cells."""
    columns = [[cell.replace("**", "") for cell in column] for column in zip(*rows, strict=True)]
    least = [max((len(word) for cell in column for word in cell.split()), default=0) + 4 for column in columns]
    wanted = [max(0, max(map(len, column)) - low) for column, low in zip(columns, least, strict=True)]
    spare = max(0, LINE - sum(least)) / (sum(wanted) or 1)
    return [low + round(more * spare) for low, more in zip(least, wanted, strict=True)]
