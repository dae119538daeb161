"""Hooks of MkDocs: the README as first page, and files outside docs/ that a page links to, each in its place."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
#: Endings that a browser or a reader of feeds shows; other files are shown as text.
AS_IT_IS = {".html", ".pdf", ".png", ".svg", ".csv", ".json", ".parquet", ".xml", ".txt"}


def on_files(files: Files, config: Any) -> Files:
    """Add the README as index.md, the reports that were built, and every file outside docs/ that a page links to."""
    files.append(File.generated(config, "index.md", abs_src_path=str(ROOT / "README.md")))
    wanted = {
        target for source in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))] for target in outside(source)
    }
    reports = {path for path in (ROOT / "reports").rglob("*") if path.is_file() and not path.name.startswith(".")}
    for path in sorted(wanted | reports):
        name = _on_site(path.relative_to(ROOT).as_posix())
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return the page with its links turned to where the files stand on the site; a folder loses its link."""
    source = ROOT / "README.md" if page.file.src_uri == "index.md" else ROOT / "docs" / page.file.src_uri
    return LINK.sub(lambda match: match[1] + moved(match[2], source) + match[3], markdown)


def moved(link: str, source: Path) -> str:
    """Return where on the site the file stands that `source` links to; other links as they are."""
    target = local(link, source)
    if target is None:
        return link
    anchor = f"#{urlsplit(link).fragment}" if urlsplit(link).fragment else ""
    if target == ROOT / "README.md":
        return f"index.md{anchor}"
    if target.parent == ROOT / "docs":
        return f"{target.name}{anchor}"
    if target.is_dir():
        return "index.md#the-tree"
    return _on_site(quote(os.path.relpath(target, ROOT)))


def _on_site(name: str) -> str:
    return name if Path(name).suffix in AS_IT_IS else f"{name}.txt"


def local(link: str, source: Path) -> Path | None:
    """Return the file of this checkout that a link names, None for an address or an anchor."""
    parts = urlsplit(link)
    return None if parts.scheme or not parts.path else (source.parent / unquote(parts.path)).resolve()


def outside(source: Path) -> set[Path]:
    """Return the files outside docs/ that a page links to."""
    found = {local(match[2], source) for match in LINK.finditer(source.read_text(encoding="utf-8"))}
    return {
        path for path in found if path and path.is_file() and path.parent != ROOT / "docs" and path.name != "README.md"
    }
