"""The explorer: tables and draws into one page that needs nothing else, the same bytes for the same tables."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from string import Template

from overtake.draws import whole
from overtake.errors import OvertakeError
from overtake.explorer.content import Content, Tables, content
from overtake.explorer.encode import pack
from overtake.explorer.settings import Settings

ASSETS = Path(__file__).parent / "assets"

#: The page's modules in the order in which they need each other.
MODULES = ("data.js", "model.js", "words.js", "sentence.js", "url.js", "charts.js", "download.js", "view.js", "main.js")

#: Largest page that is written, in bytes.
LIMIT = 3_000_000


def write(tables: Tables, out: Path, settings: Settings) -> None:
    """Write the explorer to `out`, whole or not at all.

    Raise OvertakeError where tables do not fit or the page grows too large.
    """
    found = content(tables, settings)
    text = page(found)
    size = len(text.encode())
    if size > LIMIT:
        raise OvertakeError(
            str(out),
            "would be too large",
            found=f"{size} bytes",
            allowed=f"up to {LIMIT}",
            next_step="embed fewer draws",
        )
    with whole(out) as partial:
        partial.write_text(text, encoding="utf-8")


def page(found: Content) -> str:
    """Return the page: template, style, data, script, and a policy that admits nothing but these."""
    from overtake.brief.figure import font_faces

    style = font_faces() + (ASSETS / "explorer.css").read_text(encoding="utf-8")
    code = script()
    data = json.dumps(found.config, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    blocks = [f'<script type="application/json" id="data-config">{_inert(data)}</script>']
    blocks += [
        f'<script type="text/plain" id="data-{name}">{pack(layer)}</script>' for name, layer in found.layers.items()
    ]
    template = Template((ASSETS / "explorer.html").read_text(encoding="utf-8"))
    return template.substitute(
        policy=html.escape(policy(style, code), quote=True),
        style=style,
        data="\n".join(blocks),
        script=code,
        first=found.config["years"][0],
        last=found.config["lastObserved"],
        horizon=found.config["years"][1],
        draws=f"{found.config['draws']:,}",
        total=f"{found.config['drawsOfBrief']:,}",
        source=html.escape(found.config["source"]),
        edition=html.escape(found.config["edition"]),
        economy=next(each["iso3"] for each in found.config["economies"] if each["iso3"] != "CHN"),
    )


def policy(style: str, code: str) -> str:
    """Return the content security policy: this style, this script, embedded fonts; no connection of any kind."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(code)}'",
            f"style-src '{_hash(style)}'",
            "font-src data:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def script() -> str:
    """Return the library and the page's modules as one classic script, imports and exports taken out."""
    vendor = (ASSETS / "vendor" / "d3-parts.min.js").read_text(encoding="utf-8")
    parts = [joined((ASSETS / name).read_text(encoding="utf-8")) for name in MODULES]
    text = '"use strict";\n' + vendor.removeprefix('"use strict";') + "\n(() => {\n" + "\n".join(parts) + "\n})();\n"
    return text.replace("</script", "<\\/script")


def joined(module: str) -> str:
    """Return an ES module's text without its imports (one line each) and the word `export`."""
    without = re.sub(r"^import [^\n]*;\n", "", module, flags=re.M)
    return re.sub(r"^export ", "", without, flags=re.M).strip()


def _inert(data: str) -> str:
    """Return JSON that cannot end the element it stands in."""
    return data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
