"""Download a publisher's file: retried with back-off, checked for size and kind, never left half on disk.

What a server says is not trusted: broken HTTP is a failed try, a redirect never leaves https, the whole takes no longer
than TOTAL, and its words reach the terminal without control characters.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overtake.errors import OvertakeError

#: Seconds without an answer, tries, and seconds before the second try (doubled for each further).
TIMEOUT, TRIES, PAUSE = 60.0, 4, 2.0
#: Seconds that all tries may take together.
TOTAL = 600.0
#: What a try can end in that another may not: no connection, no HTTP, a body that is not what was announced.
BROKEN = (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, EOFError, ValueError)
CHUNK = 1 << 16


@dataclass(frozen=True)
class Source:
    """Where a publisher keeps a file, what it begins with, and between how many bytes it lies."""

    url: str
    file: str
    magic: tuple[bytes, ...]
    smallest: int
    largest: int


#: Where the newest editions lie, as the publishers moved them last: `addresses.json` beside this file.
ADDRESSES = json.loads(Path(__file__).with_name("addresses.json").read_text(encoding="utf-8"))
SOURCES = {
    "sipri": Source(**ADDRESSES["sipri"], magic=(b"PK\x03\x04",), smallest=200_000, largest=20_000_000),
    "weo": Source(
        **ADDRESSES["weo"],
        magic=(b"\xff\xfe", b"WEO Country Code", b"\xef\xbb\xbf"),
        smallest=1_000_000,
        largest=100_000_000,
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
    source: Source, folder: Path, *, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep,
    total: float = TOTAL,
) -> Path:  # fmt: skip
    """Return the path of `source` in `folder` after a whole, checked download; nothing partial stays on failure.

    Server errors, refused connections, broken answers and short reads are retried within `total` seconds; a missing
    page, a wrong kind or size is not.
    """
    if not source.url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise OvertakeError(source.url, "is not fetched", allowed="https addresses")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.file
    partial = target.with_name(target.name + ".partial")
    failure: Exception | None = None
    end = time.monotonic() + total
    try:
        for attempt in range(TRIES):
            if attempt:
                sleep(pause * 2 ** (attempt - 1))
            try:
                _within(end, source, partial)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    raise _refusal(source, f"the server answers {error.code} {_plain(error.reason)}") from error
                failure = error
            except BROKEN as error:
                failure = error
            else:
                partial.replace(target)
                return target
    finally:
        partial.unlink(missing_ok=True)
    said = f"{type(failure).__name__}: {_plain(failure)}"
    raise _refusal(source, f"no whole answer in {TRIES} tries ({said})") from failure


class _OnlyToHttps(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only where it stays as safe as it was: from https to https."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the request for `newurl`, or refuse it."""
        if req.full_url.startswith("https://") and not newurl.lower().startswith("https://"):
            raise OvertakeError(req.full_url, "is redirected to an address that is not secure", found=_plain(newurl),
                                allowed="https addresses")  # fmt: skip
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _plain(said: object) -> str:
    """Return what a server said as one short line, control characters and escape codes left out."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(said))[:120]


def _within(end: float, source: Source, partial: Path) -> None:
    """Do `_get`, but no longer than to `end` (of the steady clock): a server may send a byte a minute for years.

    A thread that is still waiting then is left behind; it writes no more, and ends with the process.
    """
    late, raised = threading.Event(), []

    def work() -> None:
        try:
            _get(source, partial, late)
        except BaseException as error:  # handed to the thread that waits
            raised.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, end - time.monotonic()))
    if thread.is_alive():
        late.set()
        raise _refusal(source, "does not end: the time for a download is over")
    if raised:
        raise raised[0]


def _get(source: Source, partial: Path, late: threading.Event) -> None:
    """Write one answer to `partial`; raise EOFError when it ends early, OvertakeError when it is the wrong thing.

    late: set when nobody waits for it any more.
    """
    request = urllib.request.Request(source.url, headers={"User-Agent": "overtake"})
    opener = urllib.request.build_opener(_OnlyToHttps)
    with opener.open(request, timeout=TIMEOUT) as answer:
        if not late.is_set():
            _copy(answer, source, partial, late)


def _copy(answer: Any, source: Source, partial: Path, late: threading.Event) -> None:
    """Write the body of `answer` to `partial`, checked as it comes."""
    with partial.open("wb") as file:
        announced = answer.headers.get("Content-Length")
        size = 0
        while (chunk := answer.read1(CHUNK)) and not late.is_set():
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
