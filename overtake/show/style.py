"""The one look of all figures: typeface, palette, canvas, and SVG that is the same bytes every time.

Sizes are CSS pixels: a wide drawing is 720 across (a desk, a page), a narrow one 360 (a phone).
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from overtake.kept import kept
from overtake.show.formats import Format

FONTS = Path(__file__).parent / "fonts"
FAMILY, BOLD = "Source Sans 3", "Source Sans 3 SemiBold"
#: Text options for semi-bold.
STRONG: dict[str, Any] = {"family": [BOLD], "weight": 600}

#: Okabe and Ito's colours that reach 3:1 on white, at most five a figure; text in a colour uses its darker twin.
CHINA, COALITION, GREEN, PURPLE, INK = "#d55e00", "#0072b2", "#009e73", "#bd5f95", "#1d2733"
SERIES = (COALITION, CHINA, GREEN, PURPLE, INK)
#: Dashes of the lines in the same order, as on and off lengths; the last is solid, and dark.
DASHES: tuple[Any, ...] = ("", (5, 1.6), (1.2, 1.4), (6, 1.5, 1.2, 1.5), "")
#: The line of what is to come, in every fan.
AHEAD = (0, (4, 1.5))
DARK = {CHINA: "#a34700", COALITION: "#005a8c", GREEN: "#006b4e", PURPLE: "#8f3c6b", INK: INK}
MUTED, RULE, PAPER, SHADE = "#5a6672", "#cfd6dd", "#ffffff", "#eef1f4"

#: Every colour that a page in the dark replaces: hex in the SVG -> name of the CSS variable.
VARIABLES = {
    CHINA: "c-china",
    COALITION: "c-coalition",
    GREEN: "c-green",
    PURPLE: "c-purple",
    INK: "c-ink",
    DARK[CHINA]: "c-china-text",
    DARK[COALITION]: "c-coalition-text",
    DARK[GREEN]: "c-green-text",
    DARK[PURPLE]: "c-purple-text",
    MUTED: "c-muted",
    RULE: "c-rule",
    PAPER: "c-paper",
    SHADE: "c-shade",
}

WIDE, NARROW = 720, 360
#: A label at the end of a line: y of the data, text, colour.
Label = tuple[float, str, str]


@dataclass(frozen=True)
class Size:
    """A drawing's size in CSS pixels; `small` asks for fewer labels and ticks."""

    width: int
    height: int

    @property
    def small(self) -> bool:
        """Tell whether this is the drawing for a phone."""
        return self.width < 500


#: What differs from seaborn's style "ticks" in its context "notebook".
LOOK: dict[str, Any] = {
    "font.family": [FAMILY, "DejaVu Sans"],
    "font.size": 13,
    "axes.labelsize": 12,
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "svg.fonttype": "none",
    "svg.hashsalt": "overtake",
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": MUTED,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 4,
    "xtick.major.width": 0.8,
    "ytick.major.size": 0,
    "ytick.major.pad": 4,
    "lines.linewidth": 2.2,
    "lines.markeredgewidth": 0,
    "patch.linewidth": 0,
    "path.simplify_threshold": 0.2,
}


class _Late:
    """What `module` calls `name`, imported when it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _it(self) -> Any:
        return getattr(importlib.import_module(self._module), self._name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._it()(*given, **named)

    def __getattr__(self, asked: str) -> Any:
        return getattr(self._it(), asked)


@contextmanager
def _late(module: str, name: str) -> Iterator[None]:
    """Let `from module import name` within not import the module yet.

    seaborn takes a density and a dendrogram from scipy, which no drawing here has: they would cost every stage as much
    time as all else that it imports to draw.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = stand_in = ModuleType(module)
    setattr(stand_in, name, _Late(module, name))
    try:
        yield
    finally:
        del sys.modules[module]


@functools.cache
def ready() -> None:
    """Register the typeface and set what all drawings share."""
    from matplotlib import font_manager

    with _late("scipy.stats", "gaussian_kde"), _late("scipy.cluster", "hierarchy"):
        import seaborn as sns

    for file in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(str(file))
    sns.set_theme(style="ticks", palette=SERIES, rc=LOOK)


def draw(size: Size, plot: Callable[[Any, Size], None]) -> str:
    """Return the SVG of `plot(figure, size)`: steady bytes, text as text, no size attributes, no metadata.

    One whose `plot` is a part of a module's function, given nothing but data, is kept for the next run.
    """
    return kept("drawings", (plot, size, *_look()), lambda: _drawn(size, plot).encode()).decode()


@functools.cache
def _look() -> tuple[str, ...]:
    """Return what all drawings are made from beside our code: the libraries' releases, the typeface."""
    typeface = (hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(FONTS.glob("*.ttf")))
    return version("matplotlib"), version("seaborn"), *typeface


def _drawn(size: Size, plot: Callable[[Any, Size], None]) -> str:
    ready()
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(size.width / 72, size.height / 72), dpi=72)
    figure.patch.set_visible(False)
    plot(figure, size)
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return tidy(buffer.getvalue())


def panel(figure: Any, size: Size, left: float, right: float, top: float, bottom: float) -> Any:
    """Return axes that fill `figure` but for margins in CSS pixels."""
    import seaborn as sns

    width, height = size.width, size.height
    axes = figure.add_axes(
        (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height), facecolor="none"
    )
    sns.despine(ax=axes, left=True)
    return axes


def tidy(svg: str) -> str:
    """Return matplotlib's SVG without prolog, metadata, unused ids and spare precision."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) (?:height|width)="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) (?:height|width)="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'\s+xmlns:xlink="[^"]*"', "", svg, count=1).replace("xlink:href", "href")
    svg = re.sub(r'(<svg[^>]*?) version="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.S)
    used = set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", svg))
    kept = {first or second for first, second in used}
    svg = re.sub(r' id="([^"]+)"', lambda m: m.group() if m.group(1) in kept else "", svg)
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)
    svg = re.sub(r"(font-weight: \d+; )?font-family: 'Source Sans 3 SemiBold'[^;\"]*", "font-weight: 600", svg)
    svg = re.sub(r"; font-family: 'Source Sans 3'[^;\"]*", "", svg)
    svg = re.sub(r"font-weight: 600; (font-size: [\d.]+px); font-weight: 600", r"font-weight: 600; \1", svg)
    svg = re.sub(r' style="([^"]*)"', _attributes, svg)
    svg = svg.replace("<svg", "<svg font-family=\"'Source Sans 3', 'Helvetica Neue', Arial, sans-serif\"", 1)
    svg = re.sub(r"<style type=\"text/css\">.*?</style>", "", svg, flags=re.S)
    svg = re.sub(r"<defs>\s*</defs>\s*", "", svg)
    svg = svg.replace(' transform="rotate(-0 ', ' transform="rotate(0 ')
    svg = re.sub(r' transform="rotate\(0 [^"]*\)"', "", svg)
    return _ungrouped(re.sub(r">\s+<", "><", svg).strip())


def _ungrouped(svg: str) -> str:
    """Return `svg` without groups that change nothing: matplotlib opens one for every artist."""
    bare: list[bool] = []
    parts = []
    for part in re.split(r"(<g\b[^>]*>|</g>)", svg):
        if part == "</g>":
            parts.append("" if bare.pop() else part)
        elif part.startswith("<g") and not part.endswith("/>"):
            bare.append(part == "<g>")
            parts.append("" if bare[-1] else part)
        else:
            parts.append(part)
    return "".join(parts)


def _attributes(match: re.Match[str]) -> str:
    """Return a style attribute as presentation attributes, which a style sheet (a dark page) can overrule."""
    pairs = (part.split(":", 1) for part in match.group(1).split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def dark_rules() -> str:
    """Return the CSS that replaces each colour of the drawings by a variable of the page."""
    return "".join(
        f'svg [{name}="{colour}"]{{{name}:var(--{variable})}}'
        for colour, variable in VARIABLES.items()
        for name in ("fill", "stroke")
    )


def inline(svg: str, prefix: str) -> str:
    """Return `svg` for a page, its ids under `prefix`."""
    svg = re.sub(r' id="([^"]+)"', rf' id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)


@functools.cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in CSS pixels."""
    ready()
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        text, FontProperties(**(STRONG if bold else {"family": [FAMILY, "DejaVu Sans"]}), size=size), ismath=False
    )
    return float(width)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return `places` moved as little as needed to stand at least `gap` apart within [low, high], order kept."""
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    gap = min(gap, (high - low) / max(1, len(places) - 1)) if len(places) > 1 else gap
    groups: list[list[float]] = []  # [wanted centre, count]
    for index in order:
        groups.append([min(max(places[index], low), high), 1.0])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < gap * (groups[-1][1] + groups[-2][1]) / 2:
            last, before = groups.pop(), groups.pop()
            count = last[1] + before[1]
            centre = (last[0] * last[1] + before[0] * before[1]) / count
            half = gap * (count - 1) / 2
            groups.append([min(max(centre, low + half), high - half), count])
    moved: list[float] = []
    for centre, count in groups:
        moved += [centre + gap * (step - (count - 1) / 2) for step in range(int(count))]
    result = [0.0] * len(places)
    for place, index in zip(moved, order, strict=True):
        result[index] = place
    return result


def panel_of(figure: Any, size: Size, position: int, count: int, margins: Sequence[float], spare: float = 0) -> Any:
    """Return the axes of one of `count` panels: side by side on a desk, one under the other on a phone.

    margins: left, right, top, bottom in CSS pixels; spare: what a desk leaves free at the right.
    """
    left, right, top, bottom = margins
    if size.small:
        height = size.height / count
        return panel(figure, size, left, right, top + position * height, bottom + (count - 1 - position) * height)
    width = (size.width - spare) / count
    start = position * width
    return panel(figure, size, start + left, size.width - start - width + right, top, bottom)


def beside(axes: Any, text: str, at: tuple[float, float], shift: tuple[float, float], **look: Any) -> None:
    """Write `text` beside the point `at` of the data, moved by `shift` CSS pixels."""
    axes.annotate(text, at, xytext=shift, textcoords="offset points", **look)


def apart(axes: Any, size: Size, labels: Sequence[Label], gap: float, top: float = 0) -> list[Label]:
    """Return labels moved to stand `gap` CSS pixels apart and `top` below the end of y, in the dark twin colours."""
    low, high = axes.get_ylim()
    per_px = (high - low) / (axes.get_position().height * size.height)
    places = spread([y for y, _, _ in labels], gap * per_px, low + gap * per_px / 2, high - top * per_px)
    return [(place, text, DARK.get(colour, colour)) for place, (_, text, colour) in zip(places, labels, strict=True)]


def direct_labels(axes: Any, size: Size, labels: Sequence[Label], x: float, font: float = 13) -> None:
    """Write labels to the right of data x, clear of each other; text in the dark twin colours."""
    lines = max((text.count("\n") + 1 for _, text, _ in labels), default=1)
    for y, text, colour in apart(axes, size, labels, 1.33 * font * lines + (6 if lines > 1 else 0), top=6):
        beside(axes, text, (x, y), (6, 0), va="center", ha="left", color=colour, fontsize=font, **STRONG,
               annotation_clip=False, linespacing=1.05)  # fmt: skip


def lines(axes: Any, table: Any, colours: Sequence[str] = SERIES, dashes: Sequence[Any] = DASHES, **look: Any) -> None:
    """Draw each column of `table` over its index as a line, colours and dashes in the order of the columns."""
    import seaborn as sns

    count = table.shape[1]
    sns.lineplot(table, palette=list(colours[:count]), dashes=list(dashes[:count]), estimator=None, sort=False,
                 legend=False, ax=axes, **look)  # fmt: skip
    axes.set(xlabel="", ylabel="")


def fan(
    axes: Any, table: Any, bands: Sequence[tuple[str, str]], middle: str, last: int, colour: str, line: str
) -> None:
    """Draw the column `middle` of `table` over `year`, dashed after `last`, and `bands` (low, high), widest first.

    colour: of the bands; line: of the observed part. Bands that lie in each other add up to a darker core.
    """
    for step, (low, high) in enumerate(bands):
        axes.fill_between(table["year"], table[low], table[high], color=colour, alpha=0.22 + 0.05 * step, lw=0)
    for rows, style, ink in ((table["year"] <= last, "-", line), (table["year"] >= last, AHEAD, DARK[colour])):
        axes.plot(table["year"][rows], table[middle][rows], color=ink, ls=style, lw=2)


def intervals(axes: Any, middle: Any, low: Any, high: Any, places: Any = None) -> None:
    """Draw a dot at each of the series `middle` on a bar from `low` to `high`, in rows at `places` or their index."""
    import seaborn as sns

    rows = middle.index if places is None else places
    axes.hlines(rows, low, high, COALITION, lw=3, alpha=0.45)
    sns.scatterplot(x=middle, y=rows, color=COALITION, s=56, lw=0, zorder=3, ax=axes)


def row_axis(axes: Any, size: Size, labels: Sequence[str], font: float | None = None) -> None:
    """Name the rows of a chart from the top, one a unit of y, with rules along x; `font` in CSS pixels."""
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), labels, fontsize=font or (12 if not size.small else 11))
    axes.tick_params(axis="y", labelcolor=INK, pad=6)
    axes.set(xlabel="", ylabel="")
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")


def value_ticks(axes: Any, size: Size, fmt: Format) -> None:
    """Write the ticks of x that lie in view by `fmt`, every other one where they would crowd."""
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    ticks = ticks[:: 2 if size.small and len(ticks) > 4 else 1]
    axes.set_xticks(ticks, [fmt(tick) for tick in ticks])


def year_axis(axes: Any, first: int, last: int, size: Size) -> None:
    """Set a year axis from `first` to `last` with few round ticks."""
    span = last - first
    step = next(step for step in (1, 2, 5, 10, 20, 50) if span / step <= (4.2 if size.small else 8.2))
    axes.set_xlim(first, last)
    axes.set_xticks([year for year in range(first, last + 1) if year % step == 0])


def bold(axes_or_figure: Any, x: float, y: float, text: str, **options: Any) -> Any:
    """Write semi-bold text."""
    return axes_or_figure.text(x, y, text, **STRONG, **options)
