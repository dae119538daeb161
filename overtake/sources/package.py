"""`data/raw/datapackage.json` (Frictionless): the schema, units, sources and hashes of the project's own tables."""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from overtake.draws import whole
from overtake.errors import OvertakeError, raise_all

NAME = "datapackage.json"
TYPES = ("string", "number", "integer", "boolean")


def load(folder: Path) -> dict[str, Any]:
    """Return the descriptor in `folder`; one that does not describe tables is refused."""
    path = folder / NAME
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step="git checkout -- data/raw") from error
    except (ValueError, RecursionError) as error:
        raise OvertakeError(
            str(path), "is not valid JSON", found=error, next_step="git checkout -- data/raw"
        ) from error
    problems = list(_misshapen(descriptor))
    raise_all(str(path), problems, next_step="git checkout -- data/raw")
    return dict(descriptor)


def _misshapen(descriptor: Any) -> Iterator[str]:
    """Yield a line per part of a descriptor that is not what a Frictionless data package has there."""
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(resources, list):
        yield "has no list of resources"
        return
    for number, item in enumerate(resources):
        place = f"resources.{number}"
        name = item.get("path") if isinstance(item, dict) else None
        if not isinstance(name, str) or Path(name).name != name:
            yield f"{place}: needs a path that is a file's name"
        elif item.get("format") == "csv" or name.endswith(".csv"):  # a table is checked by its name, whatever it says
            yield from _misshapen_fields(item, f"{place} ({name:.40})")


def _misshapen_fields(item: dict[str, Any], place: str) -> Iterator[str]:
    schema = item.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or not isinstance(fields, list) or not fields:
        yield f"{place}: has no schema with fields"
        return
    names = [field.get("name") if isinstance(field, dict) else None for field in fields]
    keys = schema.get("primaryKey", [])
    known = {name for name in names if isinstance(name, str)}
    if (
        len(known) < len(names)
        or not isinstance(keys, list)
        or not all(isinstance(k, str) and k in known for k in keys)
    ):
        yield f"{place}: names of fields stand twice, or primaryKey names none of them"
    for field in fields:
        if not isinstance(field, dict) or not isinstance(field.get("name"), str) or field.get("type") not in TYPES:
            yield f"{place}: a field needs a name and a type of {', '.join(TYPES)}"
        elif not _are_rules(field.get("constraints", {})):
            yield f"{place}, {field['name']:.40}: constraints of the wrong kind"


def _are_rules(rules: Any) -> bool:
    """Tell whether `rules` are constraints that `raw.check` knows how to apply."""
    if not isinstance(rules, dict):
        return False
    numbers = [rules[name] for name in ("minimum", "maximum") if name in rules]
    try:
        re.compile(rules.get("pattern", ""))
    except (re.error, TypeError):
        return False
    enum = rules.get("enum", [])
    return all(type(number) in (int, float) for number in numbers) and (
        isinstance(enum, list) and all(isinstance(name, str) for name in enum)
    )


def resource(descriptor: dict[str, Any], file: str) -> dict[str, Any]:
    """Return the resource that describes `file`."""
    for item in descriptor["resources"]:
        if item["path"] == file:
            return dict(item)
    raise OvertakeError(f"data/raw/{NAME}", f"describes no {file}", next_step="git checkout -- data/raw")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex; a mark of UTF-8 at its beginning says nothing and does not count."""
    return hashlib.sha256(path.read_bytes().removeprefix(codecs.BOM_UTF8)).hexdigest()


def sealed(descriptor: dict[str, Any], folder: Path, files: list[str]) -> dict[str, Any]:
    """Return `descriptor` with the present hash and size of the `files` in `folder`."""
    for item in descriptor["resources"]:
        if item["path"] in files:
            path = folder / item["path"]
            item["hash"], item["bytes"] = f"sha256:{sha256(path)}", path.stat().st_size
    return descriptor


def seal(folder: Path, files: list[str]) -> None:
    """Write the present hash and size of `files` into the descriptor in `folder`."""
    write_text(folder / NAME, json.dumps(sealed(load(folder), folder, files), indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all."""
    with whole(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
