"""Download a publisher's file: retried with back-off, checked for size and kind, never left half on disk."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from overtake.errors import OvertakeError

#: Seconds without an answer, tries, and seconds before the second try (doubled for each further).
TIMEOUT, TRIES, PAUSE = 60.0, 4, 2.0
CHUNK = 1 << 16


@dataclass(frozen=True)
class Source:
    """Where a publisher keeps a file, what it begins with, and between how many bytes it lies."""

    url: str
    file: str
    magic: tuple[bytes, ...]
    smallest: int
    largest: int


SOURCES = {
    "sipri": Source(
        "https://www.sipri.org/sites/default/files/SIPRI-Milex-data-1949-2025_v1.2.xlsx",
        "SIPRI-Milex-data-1949-2025_v1.2.xlsx",
        (b"PK\x03\x04",),
        200_000,
        20_000_000,
    ),
    "weo": Source(
        "https://www.imf.org/-/media/files/publications/weo/weo-database/2026/april/weoapr2026all.xls",
        "WEOApr2026all.xls",
        (b"\xff\xfe", b"WEO Country Code", b"\xef\xbb\xbf"),
        1_000_000,
        100_000_000,
    ),
}


def file_name(url: str, usual: str) -> str:
    """Return the name under which the file at `url` is kept: its own where that is a plain name, else the `usual`."""
    address = urllib.parse.urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise OvertakeError(url[:200], "is no address of a file on the web", allowed="https://... or http://...")
    own = Path(address.path).name
    return own if re.fullmatch(r"\w[\w.()-]{0,99}", own) else usual


def download(
    source: Source, folder: Path, *, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep
) -> Path:
    """Return the path of `source` in `folder` after a whole, checked download; nothing partial stays on failure.

    Server errors, refused connections and short reads are retried; a missing page, a wrong kind or size is not.
    """
    if not source.url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise OvertakeError(source.url, "is not fetched", allowed="https addresses")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.file
    partial = target.with_name(target.name + ".partial")
    failure: Exception | None = None
    try:
        for attempt in range(TRIES):
            if attempt:
                sleep(pause * 2 ** (attempt - 1))
            try:
                _get(source, partial)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise _refusal(source, f"the server answers {error.code} {error.reason}") from error
                failure = error
            except (urllib.error.URLError, TimeoutError, ConnectionError, EOFError) as error:
                failure = error
            else:
                partial.replace(target)
                return target
    finally:
        partial.unlink(missing_ok=True)
    raise _refusal(source, f"no whole answer in {TRIES} tries ({failure})")


def _get(source: Source, partial: Path) -> None:
    """Write one answer to `partial`; raise EOFError when it ends early, OvertakeError when it is the wrong thing."""
    request = urllib.request.Request(source.url, headers={"User-Agent": "overtake"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer, partial.open("wb") as file:
        announced = answer.headers.get("Content-Length")
        size = 0
        while chunk := answer.read(CHUNK):
            if size == 0 and not chunk.startswith(source.magic):
                raise _refusal(source, f"is another kind of file (begins with {chunk[:16]!r})")
            size += len(chunk)
            if size > source.largest:
                raise _refusal(source, f"is larger than {source.largest} bytes")
            file.write(chunk)
    if announced is not None and size != int(announced):
        raise EOFError(f"{size} of {announced} bytes")
    if size < source.smallest:
        raise _refusal(source, f"has only {size} bytes, expected at least {source.smallest}")


def _refusal(source: Source, problem: str) -> OvertakeError:
    return OvertakeError(
        source.url,
        problem,
        next_step=f"open the publisher's page in a browser, save the file, then `overtake ingest ... {source.file}`",
    )
