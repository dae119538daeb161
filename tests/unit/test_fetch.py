"""Downloads against a server on loopback: retried, checked, and nothing partial left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from overtake.errors import OvertakeError
from overtake.sources.fetch import SOURCES, TRIES, Source, download

GOOD = b"PK\x03\x04" + bytes(range(256)) * 20

Answer = tuple[int, bytes, int | None]


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve `answers` (status, body, announced length or its own) in turn, the last for ever; yield address, log."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body, announced = answers[min(len(asked), len(answers)) - 1]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if announced is None else announced))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/book.xlsx", asked
    finally:
        running.shutdown()
        running.server_close()


def source(url: str) -> Source:
    return Source(url, "book.xlsx", (b"PK\x03\x04",), 1000, 100_000)


def test_a_whole_file_is_written(tmp_path: Path) -> None:
    with server((200, GOOD, None)) as (url, asked):
        target = download(source(url), tmp_path / "new")
    assert target.read_bytes() == GOOD
    assert len(asked) == 1
    assert [path.name for path in target.parent.iterdir()] == ["book.xlsx"]


def test_server_errors_are_retried_with_growing_pauses(tmp_path: Path) -> None:
    pauses: list[float] = []
    with server((503, b"", None), (500, b"", None), (200, GOOD, None)) as (url, asked):
        target = download(source(url), tmp_path, pause=1.0, sleep=pauses.append)
    assert target.read_bytes() == GOOD
    assert len(asked) == 3
    assert pauses == [1.0, 2.0]


def test_a_short_read_is_retried(tmp_path: Path) -> None:
    with server((200, GOOD[:2000], len(GOOD)), (200, GOOD, None)) as (url, asked):
        target = download(source(url), tmp_path, sleep=lambda _: None)
    assert target.read_bytes() == GOOD
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answer", "told", "tries"),
    [
        ((404, b"", None), "404", 1),
        ((403, b"", None), "403", 1),
        ((200, b"<html>please log in</html>" * 100, None), "<html>", 1),
        ((200, GOOD[:500], None), "has only 500 bytes", 1),
        ((200, GOOD * 30, None), "is larger than 100000 bytes", 1),
        ((503, b"", None), "503", TRIES),
        ((200, GOOD[:2000], len(GOOD)), "", TRIES),
    ],
)
def test_what_is_no_good_is_refused_and_what_was_there_stays(
    tmp_path: Path, answer: Answer, told: str, tries: int
) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"the last good one")
    with server(answer) as (url, asked), pytest.raises(OvertakeError) as caught:
        download(source(url), tmp_path, sleep=lambda _: None)
    assert told in str(caught.value)
    assert url in str(caught.value)
    assert "next:" in str(caught.value)
    assert len(asked) == tries
    assert (tmp_path / "book.xlsx").read_bytes() == b"the last good one"
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


def test_no_server_is_refused_after_all_tries(tmp_path: Path) -> None:
    pauses: list[float] = []
    with server((200, GOOD, None)) as (url, _):
        pass
    with pytest.raises(OvertakeError):
        download(source(url), tmp_path, sleep=pauses.append)
    assert len(pauses) == TRIES - 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["http://www.sipri.org/x.xlsx", "file:///etc/passwd", "ftp://127.0.0.1/x.xlsx"])
def test_only_secure_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(OvertakeError, match="is not fetched"):
        download(source(url), tmp_path)


def test_the_publishers_addresses_are_secure() -> None:
    assert set(SOURCES) == {"sipri", "weo"}
    assert all(known.url.startswith("https://") for known in SOURCES.values())
