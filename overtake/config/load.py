"""Read `params.yaml`: YAML 1.2, no duplicate keys; every problem with path, value, what is allowed, nearest name."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from overtake.config.economies import REGION, economies
from overtake.config.params import Params
from overtake.config.rulers import RulerName
from overtake.config.text import unsafe
from overtake.errors import OvertakeError, raise_all

#: A parameter file of more bytes than this, or nested deeper, is not an analyst's.
MAX_BYTES, MAX_DEPTH = 200_000, 20


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in the YAML 1.2 file at `path`; tags, anchors, duplicate keys and non-mappings are refused."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    try:
        if path.stat().st_size > MAX_BYTES:
            raise OvertakeError(str(path), "is too large for a parameter file", allowed=f"up to {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step=f"git checkout -- {path.name}") from error
    except UnicodeDecodeError as error:
        raise OvertakeError(str(path), "is not UTF-8 text", found=error) from error
    # With ruamel.yaml.clib, in C: twenty times as fast, but blind to a colon inside a plain key, `region:south_asia`.
    yaml = YAML(typ="safe", pure=REGION in text)
    depth = 0
    try:
        # Anchors multiply text without bound and tags name types; an instrument panel needs neither.
        for event in yaml.parse(text):
            mark = getattr(event, "start_mark", None)
            place = f"{path}, line {mark.line + 1}" if mark else str(path)
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise OvertakeError(place, "anchors and aliases are not read", allowed="plain values")
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise OvertakeError(place, "is nested too deeply", allowed=f"up to {MAX_DEPTH} levels")
            if getattr(event, "tag", None):
                raise OvertakeError(place, "tags are not read", found=str(event.tag), allowed="plain values")
        loaded = yaml.load(text)
    except (YAMLError, ValueError, TypeError, OverflowError) as error:  # a date, a key of lists
        said = " ".join(str(error).split())
        raise OvertakeError(str(path), "is not valid YAML 1.2", found=said[:300]) from error
    except RecursionError as error:
        raise OvertakeError(str(path), "is nested too deeply") from error
    if not isinstance(loaded, Mapping):
        raise OvertakeError(str(path), "must be a mapping of sections", found=type(loaded).__name__)
    raise_all(str(path), _unsafe_texts(loaded, ()))
    return dict(loaded)


def parse(raw: Mapping[str, Any], place: str = "params.yaml") -> Params:
    """Return `raw` as validated parameters; all problems stand in one OvertakeError."""
    try:
        text = json.dumps(_plain(raw, ()), allow_nan=True)
        return Params.model_validate_json(text)
    except ValidationError as error:
        raise_all(place, [_sentence(problem) for problem in error.errors()], next_step=f"edit {place}, then rerun")
        raise AssertionError("a ValidationError carries at least one problem") from error


def load(path: Path) -> Params:
    """Return the parameters in the file at `path`."""
    return parse(read_yaml(path), path.name)


def undeclared(params: Params) -> list[str]:
    """Return a line per reference inside the parameters that leads nowhere (balance, ruler, year), both keys named."""
    axes = params.sensitivity.multiverse
    named = {
        "brief.headline_balance": (params.brief.headline_balance,),
        "sensitivity.balances": params.sensitivity.balances,
        "scenarios.balances": params.scenarios.balances,
        "crossing.reversal": params.crossing.reversal,
        "sensitivity.multiverse.coalitions": axes.coalitions,
    }
    balances, rulers = list(params.balances), list(get_args(RulerName))
    lines = [f"{path}: no balance {name:.40} in balances; {_nearest(name, balances)}"
             for path, names in named.items() for name in names if name not in balances]  # fmt: skip
    measured = {
        "brief.headline_ruler": (params.brief.headline_ruler,),
        "sensitivity.ruler": (params.sensitivity.ruler,),
        "crossing.reversal_rulers": params.crossing.reversal_rulers,
        "scenarios.rulers": params.scenarios.rulers,
    }
    lines += [f"{path}: no ruler {name:.40}; {_nearest(name, rulers)}"
              for path, names in measured.items() for name in names if name not in rulers]  # fmt: skip
    ruler = params.brief.headline_ruler
    if ruler in rulers and ruler not in params.rulers.use:
        lines.append(f"brief.headline_ruler: {ruler} is not in rulers.use; in use: {', '.join(params.rulers.use)}")
    return lines + _immovable(params) + _foreign(params) + _beyond(params)


def _immovable(params: Params) -> list[str]:
    """Return a line per key of `sensitivity.ranges` that names nothing that can be moved."""
    known = ["crossing.sustain", "threshold", "china_level", "growth_shift_pct.side"]
    members = {iso3 for balance in params.balances.values() for iso3 in balance.members}
    known += [f"growth_shift_pct.{iso3}" for iso3 in sorted(members | set(economies()))]
    known += [f"futures.{key}" for key in _numbers(params.futures.model_dump(mode="json"), ())]
    return [
        f"sensitivity.ranges: {key:.60} is no parameter that can be moved; {_nearest(key, known)}"
        for key in params.sensitivity.ranges
        if key not in known
    ]


def _numbers(values: Mapping[str, Any], parents: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted keys of the numbers in nested `values`."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, (*parents, key))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield ".".join((*parents, key))


def foreign(params: Params) -> list[str]:
    """Return the economies that the balances, the scenario or the prices name and data/raw lacks."""
    named = {*params.scenario.growth_shift_pct, *params.scenario.share_targets}
    named |= set(params.rulers.prices.real_appreciation_pct)
    for balance in params.balances.values():
        named |= {*balance.members, *balance.breakeven}
    return sorted(named - set(economies()))


def _foreign(params: Params) -> list[str]:
    """Return a line where economies of one's own panel are named and the parameters do not take them."""
    found = [] if params.data.panel == "own" else foreign(params)
    return [f"data.panel: raw, but balances name {', '.join(found)}, of data/panel alone; set own"] if found else []


def _beyond(params: Params) -> list[str]:
    """Return a line per year that a section asks of the futures beyond their horizon."""
    horizon, axes = params.futures.horizon, params.sensitivity.multiverse
    targets = {
        f"scenario.share_targets.{iso3}.year": (one.year,) for iso3, one in params.scenario.share_targets.items()
    }
    asked = {"crossing.reversal_years": params.crossing.reversal_years, "sensitivity.years": params.sensitivity.years}
    lines = [f"{path}: {year} lies beyond futures.horizon, {horizon}"
             for path, years in {**asked, **targets}.items() for year in years if year > horizon]  # fmt: skip
    latest = horizon - max(axes.sustain) + 1
    return lines + [
        f"sensitivity.multiverse.years: {year} lies after {latest}, the last year that futures.horizon, {horizon}, "
        "settles for sensitivity.multiverse.sustain"
        for year in axes.years
        if year > latest
    ]


def override(raw: Mapping[str, Any], changes: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return a copy of `raw` with dotted keys replaced; a key that does not exist is refused by `place` and name."""
    result: dict[str, Any] = json.loads(json.dumps(_plain(raw, ())))
    for dotted, value in changes.items():
        *parents, leaf = dotted.split(".")
        node: Any = result
        for key in parents:
            node = node.get(key) if isinstance(node, dict) else None
        if not isinstance(node, dict) or (leaf not in node and not _open_ended(parents)):
            known = [".".join([*parents, key]) for key in node] if isinstance(node, dict) else list(result)
            raise OvertakeError(f"{place}: {dotted}", "no such parameter", allowed=_nearest(dotted, known))
        node[leaf] = value
    return result


def json_schema() -> str:
    """Return the JSON schema of `params.yaml`, as text with a final newline."""
    return json.dumps(Params.model_json_schema(), indent=2, sort_keys=True) + "\n"


def _open_ended(parents: list[str]) -> bool:
    """Tell whether the section at `parents` takes keys of the analyst's choosing (a mapping such as `balances`)."""
    model: Any = Params
    for key in parents:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(key)
            model = field.annotation if field else None
        else:
            arguments = get_args(model)
            model = arguments[-1] if arguments else None
    return not (isinstance(model, type) and issubclass(model, BaseModel))


def _plain(value: Any, path: tuple[str, ...]) -> Any:
    """Return `value` with text keys, and whole floats as integers, so that 15.0 and 15 are the same parameter."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise OvertakeError(".".join(path) or "params.yaml", "a key must be text", found=repr(key))
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, str(index))) for index, item in enumerate(value)]
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise OvertakeError(
        ".".join(path), "is not text, number, list or mapping", found=repr(value), allowed="plain values"
    )


def _unsafe_texts(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield a line per key that is no text, and per text that a page, a terminal or a spreadsheet takes for more."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str | int | float | None):
                yield f"{'.'.join(path) or 'the file'}: a key must be text (found {key!r:.80})"
            yield from _unsafe_texts(str(key), path)
            yield from _unsafe_texts(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unsafe_texts(item, (*path, str(index)))
    elif isinstance(value, str):
        problem = unsafe(value)
        if problem:
            yield f"{'.'.join(path) or 'the file'}: text that {problem} (found {value!r:.80})"


def _sentence(problem: Any) -> str:
    """Return one line for a pydantic problem: path, what is wrong, value, nearest valid name."""
    location = [str(part) for part in problem["loc"] if part != "[key]"]
    path = ".".join(location)
    if problem["type"] == "extra_forbidden":
        return f"{path}: no such parameter; {_nearest(location[-1], _siblings(location[:-1]))}"
    shown = repr(problem["input"])
    said = str(problem["msg"])
    # Our own validators name economies and parameters, pydantic's only types and ranges: only those lose capitals.
    text = said.removeprefix("Value error, ") if problem["type"] == "value_error" else said.lower()
    return f"{path}: {text} (found {shown if len(shown) < 80 else shown[:77] + '...'})"


def _siblings(parents: list[str]) -> list[str]:
    model: Any = Params
    for key in parents:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            arguments = get_args(model)
            model = arguments[-1] if arguments else None
            continue
        field = model.model_fields.get(key)
        model = field.annotation if field else None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _nearest(name: str, known: list[str]) -> str:
    """Return a hint that names the nearest of `known`, or lists some of them."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else "known: " + ", ".join(sorted(known)[:12])
