"""What a run before made of the same is not made again: pieces by a digest of all that they depend on."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from overtake import paths
from overtake.config.base import Section
from overtake.draws import whole

#: The stage that is at work, in the environment; a notebook that is run by hand finds none, and keeps nothing.
AT_WORK = "OVERTAKE_STAGE"
#: Pieces that stay, the last used; a run has less than half as many.
MOST = 400
#: Bytes of the digest before a piece, by which a damaged one is known.
SEAL = 32


def kept(kind: str, made_from: object, make: Callable[[], bytes]) -> bytes:
    """Return what `make` makes of `made_from`, by a stage of the pipeline only where no run before made it.

    made_from: all that it depends on beside our code and the libraries; what cannot be told apart is made anew.
    """
    if AT_WORK not in os.environ:
        return make()
    try:
        path = paths.PROCESSED / "chunks" / kind / fingerprint(made_from)
    except TypeError:
        return make()
    try:
        found = path.read_bytes()
        if hashlib.sha256(found[SEAL:]).digest() == found[:SEAL]:
            os.utime(path)
            return found[SEAL:]
    except OSError:
        pass
    piece = make()
    with suppress(OSError), whole(path) as fresh:
        fresh.write_bytes(hashlib.sha256(piece).digest() + piece)
    return piece


def kept_arrays(
    kind: str, made_from: object, make: Callable[[], Mapping[str, npt.NDArray[Any]]]
) -> dict[str, npt.NDArray[Any]]:
    """Return arrays by name, kept as `kept` keeps bytes."""

    def packed() -> bytes:
        buffer = io.BytesIO()
        np.savez(buffer, **make())  # type: ignore[arg-type]
        return buffer.getvalue()

    if AT_WORK not in os.environ:
        return dict(make())
    with np.load(io.BytesIO(kept(kind, made_from, packed))) as found:
        return dict(found)


def prune() -> None:
    """Remove what was not used lately of the pieces that are kept."""
    for folder in (paths.PROCESSED / "chunks").glob("*/"):
        pieces = [path for path in folder.iterdir() if path.is_file()]
        times = {path: path.stat().st_mtime_ns for path in pieces}
        for path in sorted(pieces, key=lambda path: times[path])[:-MOST]:
            with suppress(OSError):
                path.unlink()


def fingerprint(*made_from: object) -> str:
    """Return a digest of all that a result depends on: inputs and choices, our code, the libraries' releases.

    Tables count with their cells and rows' names, sections of the parameters with all they hold, functions with their
    name, whatever says what it is `made_from` with that. A TypeError where something else is among them: two of it
    could not be told apart for sure.
    """
    digest = hashlib.sha256(f"{code()} {np.__version__} {pd.__version__}".encode())
    for part in _told(made_from):
        digest.update(part)
    return digest.hexdigest()[:16]


def _told(value: object) -> Iterator[bytes]:
    """Yield `value` as bytes that differ where values differ: tables by their cells, containers item by item."""
    yield f"<{'Mapping' if isinstance(value, Mapping) else type(value).__name__}>".encode()
    if hasattr(value, "made_from"):
        yield from _told(value.made_from())
    elif isinstance(value, pd.DataFrame):
        yield from _told([*map(str, value.columns)])
        yield pd.util.hash_pandas_object(value).to_numpy().tobytes()
    elif isinstance(value, pd.Series | pd.Index):
        yield pd.util.hash_pandas_object(value).to_numpy().tobytes()
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape}".encode() + hashlib.sha256(value.tobytes()).digest()
    elif isinstance(value, Section):
        yield value.model_dump_json().encode()
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _told(key)
            yield from _told(item)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _told({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, list | tuple):
        yield f"{len(value)}".encode()
        for item in value:
            yield from _told(item)
    elif isinstance(value, partial):
        yield from _told([value.func, value.args, value.keywords])
    elif hasattr(value, "__wrapped__"):
        yield from _told(value.__wrapped__)
    elif isinstance(value, FunctionType) and "<" not in value.__qualname__:
        yield f"{value.__module__}.{value.__qualname__}".encode()
    elif value is None or isinstance(value, str | bytes | bool | int | float | np.generic | Path):
        yield repr(value).encode()
    else:
        raise TypeError(f"two {type(value).__name__} cannot be told apart")


@cache
def code() -> str:
    """Return a digest of the package's own modules, the same wherever the package is installed."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent
    for file in sorted(package.rglob("*.py"), key=lambda file: file.relative_to(package).as_posix()):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
