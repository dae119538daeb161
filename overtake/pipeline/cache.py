"""Damage in what DVC keeps and trusts: objects of its cache, its memory of runs, the outputs that it put in place."""

from __future__ import annotations

import configparser
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Where DVC keeps objects within its cache, by the first two digits of their MD5.
OBJECTS = Path("files", "md5")


def folder(root: Path) -> Path:
    """Return DVC's cache folder, as .dvc/config.local or .dvc/config say."""
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.read([root / ".dvc" / name for name in ("config", "config.local")], encoding="utf-8")
    return (root / ".dvc" / found.get("cache", "dir", fallback="cache")).resolve()


def recorded(root: Path) -> Iterator[tuple[str, str]]:
    """Yield path and MD5 of every output that dvc.lock names, nothing where it cannot be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content: Any = YAML(typ="safe").load((root / "dvc.lock").read_text(encoding="utf-8"))
        for stage in content["stages"].values():
            yield from ((str(out["path"]), str(out["md5"])) for out in stage.get("outs", ()) if "md5" in out)
    except (OSError, YAMLError, ValueError, TypeError, KeyError, AttributeError):
        return


def damaged(root: Path) -> list[Path]:
    """Return what does not hash to its name: objects that dvc.lock names, and outputs in data/processed.

    DVC trusts an object whose mode it has set, and a file whose size and time it knows: damage that keeps both, as a
    power cut leaves it, stays unseen for ever. Entries of the run cache that do not parse are returned too.
    """
    objects, found = folder(root) / OBJECTS, []
    for name, digest in recorded(root):
        found += [path for path in _objects(objects, digest) if _md5(path) != path.parent.name + path.name[:30]]
        own = root / name
        if name.startswith("data/processed/") and own.is_file() and _md5(own) != digest:
            found.append(own)
    return [*found, *(path for path in sorted((folder(root) / "runs").rglob("*")) if path.is_file() and _garbled(path))]


def _objects(objects: Path, digest: str) -> Iterator[Path]:
    """Yield the object of `digest`, where it is there, and those of the files in it if it is a folder's."""
    path = objects / digest[:2] / digest[2:]
    if not path.is_file():
        return
    yield path
    if digest.endswith(".dir"):
        try:
            inside = [str(entry["md5"]) for entry in json.loads(path.read_text(encoding="utf-8"))]
        except (ValueError, TypeError, KeyError):
            return
        for each in inside:
            yield from _objects(objects, each)


def _md5(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _garbled(path: Path) -> bool:
    """Tell whether an entry of the run cache is not the record of a stage."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, ValueError):
        return True
    return not isinstance(content, dict) or "cmd" not in content
