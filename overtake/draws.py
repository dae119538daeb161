"""The tables that flow through the house: `Draws` in memory, parquet on disk, the same bytes for the same content."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from overtake import alike
from overtake.alike import FloatArray as FloatArray
from overtake.errors import OvertakeError

#: Significant digits of the doubles of a table: what the last ones hold is rounding.
DIGITS = 12
#: Rows of draws that are written at once: more is memory, less is no faster to read.
PART = 2**18
#: Bytes up to which a file of draws stays in memory once it is read.
KEPT = 2**27


@dataclass(frozen=True)
class Draws:
    """Spending of every economy in every year, in every draw.

    values: (draws, economies, years), levels in `unit` (never logs); history has one draw or as many as the future. In
    memory the draws of an economy and year lie side by side (`draws_last`).
    years: consecutive calendar years; `last_observed` is the last of them that an edition reports.
    """

    values: FloatArray
    economies: tuple[str, ...]
    years: tuple[int, ...]
    last_observed: int
    unit: str

    def __post_init__(self) -> None:
        if self.values.shape[1:] != (len(self.economies), len(self.years)):
            raise ValueError(
                f"values {self.values.shape} against {len(self.economies)} economies, {len(self.years)} years"
            )
        object.__setattr__(self, "values", draws_last(self.values))

    def economy(self, iso3: str) -> FloatArray:
        """Return the paths of one economy, shape (draws, years)."""
        return self.values[:, self.economies.index(iso3), :]

    def with_values(self, values: FloatArray, unit: str) -> Draws:
        """Return the same economies and years with other values in another unit."""
        return replace(self, values=values, unit=unit)

    def since(self, year: int) -> Draws:
        """Return the same paths from `year` on."""
        first = max(year - self.years[0], 0)
        return replace(self, values=self.values[:, :, first:], years=self.years[first:])

    def to_frame(self, first: int = 0, last: int | None = None) -> pd.DataFrame:
        """Return one row per draw and economy (columns draw, iso3), one float32 column per year.

        first, last: only draws from `first` to before `last`. Unit and last observed year are the frame's attributes.
        """
        values = self.values[first:last].astype(np.float32, copy=False)
        draws, count, _ = values.shape
        columns: dict[str, object] = {
            "draw": np.repeat(np.arange(first, first + draws, dtype=np.int32), count),
            "iso3": np.tile(np.array(self.economies), draws),
        }
        columns |= {str(year): values[:, :, at].ravel() for at, year in enumerate(self.years)}
        frame = pd.DataFrame(columns)
        frame.attrs = {"unit": self.unit, "last_observed": self.last_observed}
        return frame


def empty(draws: int, *others: int, kind: type = np.float32) -> FloatArray:
    """Return an array (draws, *others) to be filled, laid out as `draws_last` has it."""
    return np.moveaxis(np.empty((*others, draws), dtype=kind), -1, 0)


def draws_last(values: FloatArray) -> FloatArray:
    """Return `values` (draws, ...) with the draws side by side in memory, themselves where they are.

    What runs over members, then years, then draws is several times faster in this order.
    """
    if len(values) < 2 or values.strides[0] == values.itemsize:
        return values
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(values, 0, -1)), -1, 0)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; what was written replaces `path` at once, or goes where writing fails."""
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def to_disk(path: Path) -> None:
    """Wait until the bytes are on the disk: a power cut after a rename leaves the old file or the whole new one."""
    with path.open("rb") as written:
        os.fsync(written.fileno())


def remove(path: Path) -> None:
    """Remove the file or folder `path` if it is there; one that cannot be removed is refused with what to do."""
    try:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    except OSError as error:
        found = f"{error.filename}: {error.strerror}"
        step = "allow that it is removed (chmod u+w, chattr -i), then run the same command again"
        raise OvertakeError(str(path), "cannot be removed", found=found, next_step=step) from error


@contextmanager
def folder_of(out: Path) -> Iterator[Path]:
    """Yield an empty folder to write a stage's report to; it takes the place of `out` when all is written.

    A failure leaves the last good report as it was. After a kill between the two renames it stands beside as
    `.NAME.old`, and `overtake doctor --mend` puts it back.
    """
    fresh, aside = (out.with_name(f".{out.name}.{end}") for end in ("new", "old"))
    remove(fresh)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        for path in fresh.rglob("*"):
            if path.is_file():
                to_disk(path)
        remove(aside)
        if out.exists():
            out.rename(aside)
        try:
            fresh.rename(out)
        except OSError:
            if aside.exists():
                aside.rename(out)
            raise
        shutil.rmtree(aside, ignore_errors=True)  # what cannot be removed is named by `overtake doctor --mend`
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def take_back(reports: Path) -> list[str]:
    """Put reports back that a kill left aside, where no newer one took their place; return their names."""
    found = []
    for aside in sorted(reports.glob(".*.old")):
        out = aside.with_name(aside.name[1 : -len(".old")])
        if out.exists():
            remove(aside)
        else:
            aside.rename(out)
            found.append(out.name)
    return found


About = Mapping[str, Mapping[str, str]]


def write_parquet(frame: pd.DataFrame, path: Path, *, about: About | None = None) -> None:
    """Write what `as_parquet` makes of `frame` to `path`, whole or not at all."""
    with whole(path) as partial:
        partial.write_bytes(as_parquet(frame, about))


def as_parquet(frame: pd.DataFrame, about: About | None = None) -> bytes:
    """Return `frame` without its index as the content of a parquet file, the same bytes for the same content.

    Doubles are written to DIGITS significant digits. about: what the file tells of each column, such as its unit.
    """
    doubles = [column for column, kind in frame.dtypes.items() if kind == np.float64]
    frame = frame.assign(**{str(name): alike.significant(frame[name].to_numpy(), DIGITS) for name in doubles})
    content = BytesIO()
    _write([frame], content, about or {}, compression="zstd")
    return content.getvalue()


def write_draws(paths: Draws, path: Path, *, about: About | None = None) -> None:
    """Write `paths` as `to_frame` has them, a part of the draws after the other; `about` as in `write_parquet`.

    Not compressed: random draws do not shrink, and trying costs most of the writing.
    """
    part = max(PART // len(paths.economies), 1)
    frames = (paths.to_frame(first, first + part) for first in range(0, len(paths.values), part))
    with whole(path) as partial:
        _write(frames, partial, about or {}, compression=None, use_dictionary=False)


def _write(frames: Iterable[pd.DataFrame], into: Path | BytesIO, about: About, **options: Any) -> None:
    """Write frames of the same columns one under the other, each a row group of the file."""
    import pyarrow as pa
    from pyarrow import parquet

    with ExitStack() as stack:
        writer = None
        for frame in frames:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            for at, field in enumerate(table.schema):
                if told := about.get(field.name):
                    table = table.cast(table.schema.set(at, field.with_metadata(dict(told))))
            writer = writer or stack.enter_context(parquet.ParquetWriter(into, table.schema, **options))
            writer.write_table(table)


def read_parquet(path: Path) -> pd.DataFrame:
    """Read the table at `path`; a missing or damaged file is refused with the command that rebuilds it."""
    with _readable(path):
        return pd.read_parquet(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Refuse a file that is missing or damaged, with the command that rebuilds it."""
    rebuild = "run `dvc repro`: it rebuilds what is missing or damaged"
    try:
        yield
    except FileNotFoundError as error:
        raise OvertakeError(str(path), "is missing", next_step=rebuild) from error
    except (OSError, ValueError) as error:
        raise OvertakeError(str(path), "is not a readable parquet table", found=error, next_step=rebuild) from error


def read_draws(path: Path, needed: Sequence[str] = ()) -> Draws:
    """Read a file of `write_draws`; values are float32, shape (draws, economies, years), and not to be written to.

    needed: economies that will do, all unless told. The last file stays in memory for as long as it is the same on the
    disk; of a large one only what is needed is read, and nothing stays.
    """
    stamp = _stamp(path) if path.is_file() else None
    if stamp is None or stamp[1] <= KEPT:
        return _read_draws(path, stamp)
    return _read_draws.__wrapped__(path, stamp, tuple(needed))


#: Draws that are found where they are asked for.
LazyDraws = Callable[[], Draws]


@dataclass(frozen=True)
class Stored:
    """The draws in a file of `write_draws`, read when they are asked for: at many draws nothing else is as large."""

    path: Path

    def __call__(self) -> Draws:
        """Return the draws, as `read_draws` does."""
        return read_draws(self.path)

    def made_from(self) -> str:
        """Return the SHA-256 of the file, which tells these draws from others unread."""
        with _readable(self.path):
            return _digest(self.path, _stamp(self.path))


def _stamp(path: Path) -> tuple[int, int, int]:
    """Return what tells a file from the one that was there before: time of change, size, inode."""
    at = path.stat()
    return at.st_mtime_ns, at.st_size, at.st_ino


@lru_cache(maxsize=2)
def _digest(path: Path, _: tuple[int, int, int]) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def _read_draws(path: Path, stamp: tuple[int, int, int] | None, needed: tuple[str, ...] = ()) -> Draws:
    from pyarrow import parquet

    with _readable(path), parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        told = (schema.pandas_metadata or {}).get("attributes", {})
        lacks = {"draw", "iso3", "unit", "last_observed"} - {*schema.names, *told}
        if lacks or not file.metadata.num_rows:
            raise ValueError("it holds no draws")
        years = [name for name in schema.names if name not in ("draw", "iso3")]
        draws = file.read(["draw"]).column(0)[-1].as_py() + 1
        known = file.read(["iso3"]).column(0)[: file.metadata.num_rows // draws].to_pylist()
        rows = [at for at, iso3 in enumerate(known) if not needed or iso3 in needed]
        values = np.empty((len(rows), len(years), draws), dtype=np.float32)
        # A year at a time: the whole file beside the whole array is what takes the memory.
        for at, year in enumerate(years):
            values[:, at] = file.read([year]).column(0).to_numpy().reshape(draws, -1).T[rows]
    values.flags.writeable = False
    return Draws(
        values.transpose(2, 0, 1),
        tuple(known[row] for row in rows),
        tuple(int(year) for year in years),
        int(told["last_observed"]),
        str(told["unit"]),
    )
