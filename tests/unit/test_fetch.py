"""Downloads against a server on loopback: retried, checked, and nothing partial left behind."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from overtake.errors import OvertakeError
from overtake.sources.fetch import SOURCES, TRIES, Source, _OnlyToHttps, download

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


@contextmanager
def raw(*answers: bytes, hold: bool = False) -> Iterator[str]:
    """Serve bytes that need be no HTTP, in turn, the last for ever; `hold` the connection open after them."""
    listening = socket.create_server(("127.0.0.1", 0))
    given, over = itertools.count(), threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                with contextlib.suppress(OSError):
                    connection.sendall(answers[min(next(given), len(answers) - 1)])
                if hold:
                    over.wait()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/book.xlsx"
    finally:
        over.set()
        listening.close()


def answered(*headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode("latin-1") + body


BROKEN = {
    "bad chunk size": answered("Transfer-Encoding: chunked", body=b"zz\r\n" + GOOD),
    "chunk that ends early": answered("Transfer-Encoding: chunked", body=b"fff\r\n" + GOOD[:50]),
    "negative chunk": answered("Transfer-Encoding: chunked", body=b"-5\r\n" + GOOD),
    "no HTTP": b"\x16\x03\x01 hello\r\n\r\n",
    "nothing": b"",
    "endless status line": b"HTTP/1.1 200 " + b"A" * 70_000,
    "endless header": answered("X: " + "A" * 70_000),
    "too many headers": answered(*[f"X{at}: 1" for at in range(200)]),
    "length that is no number": answered("Content-Length: many", body=GOOD),
    "status that is no number": b"HTTP/1.1 abc OK\r\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_answers_are_tried_again_and_then_refused(tmp_path: Path, kind: str) -> None:
    with raw(BROKEN[kind], answered(f"Content-Length: {len(GOOD)}", body=GOOD)) as url:
        assert download(source(url), tmp_path, sleep=lambda _: None).read_bytes() == GOOD
    with raw(BROKEN[kind]) as url, pytest.raises(OvertakeError, match=f"no whole answer in {TRIES} tries") as caught:
        download(source(url), tmp_path, sleep=lambda _: None)
    assert len(str(caught.value)) < 600
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]


@pytest.mark.parametrize(
    "where", ["http://[::bad/x", "http://127.0.0.1:99999999/x", "http://a b/", "ftp://127.0.0.1/x", ""]
)
def test_a_redirect_to_nowhere_is_refused(tmp_path: Path, where: str) -> None:
    answer = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()
    with raw(answer) as url, pytest.raises(OvertakeError, match="next:"):
        download(source(url), tmp_path, sleep=lambda _: None)
    assert not list(tmp_path.iterdir())


def test_a_redirect_leaves_https_never() -> None:
    request, follow = urllib.request.Request("https://www.sipri.org/x"), _OnlyToHttps()
    with pytest.raises(OvertakeError, match="not secure") as caught:
        follow.redirect_request(request, None, 302, "Found", {}, "http://www.sipri.org/\x1b[31mx")
    assert "\x1b" not in str(caught.value)
    assert (
        follow.redirect_request(request, None, 302, "Found", {}, "https://sipri.org/x").full_url
        == "https://sipri.org/x"
    )


def test_escape_codes_of_a_server_do_not_reach_the_terminal(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 404 \x1b]0;owned\x07\x1b[2J gone\r\nContent-Length: 0\r\n\r\n"
    with raw(answer) as url, pytest.raises(OvertakeError, match="404") as caught:
        download(source(url), tmp_path)
    assert all(sign.isprintable() or sign == "\n" for sign in str(caught.value))


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", answered("Content-Length: 5000", body=GOOD[:2000])])
def test_an_answer_that_does_not_end_is_given_up(tmp_path: Path, begun: bytes) -> None:
    with raw(begun, hold=True) as url, pytest.raises(OvertakeError, match="does not end"):
        download(source(url), tmp_path, total=0.2)
    assert not list(tmp_path.iterdir())
