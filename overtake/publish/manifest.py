"""What a run was made of: figures, parameters and code by hash, so that two runs can be told apart and explained."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def manifest(root: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return hashes of data/raw, the parameters flattened to dotted keys, and hashes of package and notebooks.

    The stage `brief` depends on all of these, so that an old manifest is never left standing.
    """
    raw = sorted(path for path in (root / "data" / "raw").glob("*") if path.is_file() and path.name[0] != ".")
    package = Path(__file__).parents[1]
    code = {
        path.relative_to(package.parent).as_posix(): digest(path)
        for path in sorted(package.rglob("*"))
        if path.suffix in (".py", ".j2", ".css") and "__pycache__" not in path.parts
    }
    notebooks = {f"notebooks/{path.name}": digest(path) for path in sorted((root / "notebooks").glob("*.ipynb"))}
    return {
        "figures": {path.name: digest(path) for path in raw},
        "parameters": flatten(settings),
        "code": code | notebooks,
    }


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings as dotted keys with plain values."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{name}.")
        else:
            flat[name] = value
    return flat


def whole_settings(root: Path) -> dict[str, Any]:
    """Return the parameters of the file params.yaml under `root`, or nothing where there is none."""
    path = root / "params.yaml"
    if not path.is_file():
        return {}
    from overtake.config.load import load

    return load(path).model_dump(mode="json")
