"""Write the page that `dvc plots` fills, its library inside: `python -m tests.plots_page NODE_MODULES`.

NODE_MODULES is what `npm install --ignore-scripts NAME@VERSION ...` brings, with the names and versions of `wanted`.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

from dvc_render.vega import VegaRenderer

from overtake import paths

#: As .dvc/config names it.
PAGE = paths.ROOT / ".dvc" / "plots" / "page.html"
#: What the builds hold of others, by licence, as their package.json files say.
OTHERS = """\
ISC or BSD-3-Clause: d3 and topojson (Mike Bostock). ISC: delaunator (Mapbox), semver (Isaac Z. Schlueter and others).
MIT: clone (Paul Vorbach and others), fast-deep-equal (Evgeny Poberezkin), fast-json-patch (Joachim Wester),
fast-json-stable-stringify (Evgeny Poberezkin, James Halliday), json-stringify-pretty-compact (Simon Lydell).
0BSD: tslib (Microsoft)."""
HEAD = """\
<!DOCTYPE html>
<!--
The page of `dvc plots show` and `dvc plots diff`, which draws without a network. Written by tests/plots_page.py.
It holds these builds as npm gives them, under the licence below (BSD-3-Clause):
{builds}

{licence}

Within these builds:
{others}
-->
<html lang="en">
<head>
    <meta charset="utf-8">
    {{refresh_tag}}
    <title>Overtake: plots</title>
{scripts}
    <script>
        // Years stand on the axes: 2030, not 2,030.
        const drawn = vegaEmbed;
        const plain = {{decimal: ".", thousands: "", grouping: [3], currency: ["", ""]}};
        vegaEmbed = (place, spec) => drawn(place, spec, {{formatLocale: plain}});
    </script>
    <style>
        body {{ font-family: sans-serif; }}
        table {{ border-spacing: 15px; }}
        /* Two revisions side by side; the pictures have no size of their own. */
        img {{ width: min(720px, 46vw); }}
    </style>
</head>
<body>
    {{plot_divs}}
</body>
</html>
"""


def wanted() -> list[tuple[str, str]]:
    """Return names and versions of the builds that DVC's own page fetches, in the order in which they are loaded."""
    return re.findall(r'src="https://cdn\.jsdelivr\.net/npm/([\w-]+)@([\d.]+)"', VegaRenderer.SCRIPTS)


def told(name: str, version: str, build: str, licence: str) -> str:
    """Return the line of the header that names a build, its copyright and its hash."""
    holder = licence.split("\n", 1)[0].rstrip(".")
    return f"{name} {version} ({holder}), sha256 {hashlib.sha256(build.encode()).hexdigest()}"


def page(modules: Path) -> str:
    """Return the page with the builds of `modules` inside."""
    builds = [(modules / name / "build" / f"{name}.min.js").read_text(encoding="utf-8") for name, _ in wanted()]
    licences = [(modules / name / "LICENSE").read_text(encoding="utf-8") for name, _ in wanted()]
    bodies = {re.sub(r"\s+", " ", text.split("\n", 1)[1]) for text in licences}
    assert len(bodies) == 1, "the licences differ"
    assert not any("</script" in build for build in builds), "a build would end its own element"
    lines = [told(*pair, build, licence) for pair, build, licence in zip(wanted(), builds, licences, strict=True)]
    return HEAD.format(
        builds="\n".join(lines), licence=licences[0].split("\n", 1)[1].strip(), others=OTHERS,
        scripts="\n".join(f"<script>{build}</script>" for build in builds),
    )  # fmt: skip


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8", newline="\n")
