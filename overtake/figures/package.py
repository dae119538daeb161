"""`data/raw/datapackage.json` (Frictionless): the schema, units, sources and hashes of the project's own tables."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError

NAME = "datapackage.json"


def load(folder: Path) -> dict[str, Any]:
    """Return the descriptor in `folder`."""
    path = folder / NAME
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step="git checkout -- data/raw") from error
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
        raise OvertakeError(
            str(path), "is not valid JSON", found=error, next_step="git checkout -- data/raw"
        ) from error


def resource(descriptor: dict[str, Any], file: str) -> dict[str, Any]:
    """Return the resource that describes `file`."""
    for item in descriptor["resources"]:
        if item["path"] == file:
            return dict(item)
    raise OvertakeError(f"data/raw/{NAME}", f"describes no {file}", next_step="git checkout -- data/raw")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def seal(folder: Path, files: list[str]) -> None:
    """Write the present hash and size of `files` into the descriptor in `folder`."""
    descriptor = load(folder)
    for item in descriptor["resources"]:
        if item["path"] in files:
            path = folder / item["path"]
            item["hash"], item["bytes"] = f"sha256:{sha256(path)}", path.stat().st_size
    write_text(folder / NAME, json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
