"""A run's folder: finished chunks as files, each whole or absent, so that a killed run goes on where it stopped."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from overtake.draws import read_parquet, whole
from overtake.errors import OvertakeError


@dataclass(frozen=True)
class Store:
    """Chunks of one run in `folder`, whose name carries the fingerprint of all that they depend on."""

    folder: Path
    count: int

    def path(self, index: int) -> Path:
        """Return the file of a chunk."""
        return self.folder / f"chunk-{index:05d}.parquet"

    def finished(self) -> dict[int, pd.DataFrame]:
        """Return the chunks that are there already; a damaged file counts as absent and is removed."""
        found = {}
        for index in range(self.count):
            try:
                found[index] = self.read(index)
            except OvertakeError:
                self.path(index).unlink(missing_ok=True)
        return found

    def read(self, index: int) -> pd.DataFrame:
        """Return a finished chunk."""
        return read_parquet(self.path(index))

    def write(self, index: int, table: bytes) -> None:
        """Write a chunk, a parquet file, whole or not at all; a full disk is refused with what to do."""
        with disk(self.path(index)), whole(self.path(index)) as partial:
            partial.write_bytes(table)

    def whole(self, known: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
        """Return all chunks as one table, in their order; those that are `known` are not read again."""
        parts = [known[index] if index in known else self.read(index) for index in range(self.count)]
        return pd.concat(parts, ignore_index=True)

    def only(self) -> None:
        """Remove the chunks of other runs beside this one."""
        for folder in self.folder.parent.iterdir():
            if folder.is_dir() and folder != self.folder:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for one run at a time; the system lets go of it however the run ends."""
        with disk(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OvertakeError(
                    str(self.folder), "another run is writing here", next_step="wait for it, or end it, then rerun"
                ) from error
            for partial in self.folder.glob("*.partial"):
                partial.unlink()
            yield


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn a full disk, met while writing `path`, into one clear error, the partial file removed."""
    try:
        yield
    except OSError as error:
        path.with_name(path.name + ".partial").unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise OvertakeError(
            str(path), "the disk is full", next_step="free some space and rerun: finished chunks are kept"
        ) from error
