"""`params.yaml` as the models give it: every key with its default, meaning, unit and admissible range."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from overtake.config.params import Params

HEAD = """# yaml-language-server: $schema=params.schema.json
# The analyst's instrument: edit a value, run `dvc repro`, and only what depends on it runs again.
# Written by `overtake params` from the models in overtake/config, which check every value before anything runs.
"""
WIDTH = 116


def text(params: Params | None = None) -> str:
    """Return the whole of `params.yaml`, with the defaults of the models or other values, laid out as DVC writes it.

    `dvc exp run -S` writes every list anew and drops the comments behind it. So lists come first in their section, what
    follows a list has its comment on its own line, and the section of lists alone comes last: only the value changes.
    """
    from io import StringIO

    from ruamel.yaml import YAML

    defaults = (params or Params()).model_dump(mode="json")
    lines = list(_section(Params, defaults, 0))
    yaml, out = YAML(), StringIO()
    yaml.dump(yaml.load(HEAD + "\n".join(lines) + "\n"), out)
    return out.getvalue()


def _section(model: type[BaseModel], values: dict[str, Any], depth: int) -> Iterator[str]:
    pad, after_list = "  " * depth, False
    for name, field in sorted(model.model_fields.items(), key=lambda item: _rank(item[1], values[item[0]])):
        value, kind = values[name], field.annotation
        if depth == 0:
            yield ""
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _comment(kind.__doc__ or "", pad)
            yield f"{pad}{name}:"
            yield from _section(kind, value, depth + 1)
            continue
        said = f"{field.description or ''}{_range(field)}"
        behind = f"  # {' '.join(said.split())}" if after_list else ""
        if not after_list:
            yield from _comment(said, pad)
        if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
            yield f"{pad}{name}:{behind}"
            for key, item in value.items():
                yield f"{pad}  {key}:"
                for inner, entry in item.items():
                    if _worth(inner, entry):
                        yield from _entry(inner, entry, f"{pad}    ", "")
        else:
            yield from _entry(name, value, pad, behind)
        after_list = isinstance(value, list)


def _rank(field: FieldInfo, value: Any) -> int:
    """Return where a key stands among its neighbours: lists first, a section of lists alone last, else as declared."""
    if isinstance(value, list):
        return 0
    nothing_but_lists = isinstance(value, dict) and value and all(isinstance(item, list) for item in value.values())
    is_section = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    return 2 if nothing_but_lists and is_section else 1


def _entry(name: str, value: Any, pad: str, behind: str) -> Iterator[str]:
    """Yield a key with its value, a list an item a line, as DVC writes it."""
    if isinstance(value, list) and value:
        yield f"{pad}{name}:{behind}"
        yield from (f"{pad}- {flow(item)}" for item in value)
    else:
        yield f"{pad}{name}: {flow(value)}{behind}"


def _worth(name: str, value: Any) -> bool:
    """Tell whether an entry of a mapping says more than its default."""
    return not (value in ({}, []) or (name == "threshold" and value == 1.0))


def _comment(words: str, pad: str) -> Iterator[str]:
    for line in textwrap.wrap(" ".join(words.split()), WIDTH - len(pad)):
        yield f"{pad}# {line}"


def _range(field: FieldInfo) -> str:
    """Return the admissible range of a number, or the choices of a literal, in brackets."""
    bounds = {type(rule).__name__: rule for rule in field.metadata}
    low = next((getattr(bounds[name], name.lower()) for name in ("Ge", "Gt") if name in bounds), None)
    high = next((getattr(bounds[name], name.lower()) for name in ("Le", "Lt") if name in bounds), None)
    if low is not None and high is not None:
        return f" [{low:g} to {high:g}]"
    choices = getattr(field.annotation, "__args__", ())
    if choices and all(isinstance(choice, str) for choice in choices):
        return f" [{', '.join(choices)}]"
    return ""


def flow(value: Any) -> str:
    """Return a value in YAML's flow style, numbers in their shortest form, text quoted where it must be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str):
        plain = value.replace("_", "").replace(" ", "").isalnum() and not value[0].isdigit()
        return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
