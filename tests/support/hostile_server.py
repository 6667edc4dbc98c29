"""A server that does everything wrong, one way a path: raw sockets, because no HTTP library would let it.

`TRICKS` names each behaviour with what must come of it for a page: a failure's kind and reason, or "page" for an answer that
can be used all the same.
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Final

import brotli
import zstandard

PAGE: Final = b"<html><body><p>A quiet day at the harbour.</p></body></html>"
_BOMB: Final = 200_000_000  # bytes that each bomb unpacks to


@dataclass(frozen=True)
class Visit:
    """One request: the socket to answer on, the whole request head, and an event that is set when the server stops."""

    socket: socket.socket
    head: bytes
    path: str
    stopping: threading.Event

    def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(b"".join(pieces))

    def drip(self, pieces: Iterator[bytes], every: float = 0.05) -> None:
        """Send piece after piece with a pause, until the client leaves or the server stops."""
        for piece in pieces:
            self.send(piece)
            if self.stopping.wait(every):
                return

    def pour(self, pieces: Iterator[bytes]) -> None:
        """Send piece after piece as fast as the client takes them."""
        for piece in pieces:
            self.send(piece)
            if self.stopping.is_set():
                return

    def hang(self) -> None:
        """Do nothing until the server stops or the client leaves."""
        self.socket.settimeout(0.05)
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                if not self.socket.recv(1024):
                    return


Play = Callable[[Visit], None]


@dataclass(frozen=True)
class Trick:
    """A behaviour and what a fetch of it as a page must end in."""

    name: str
    ends: str
    play: Play


@dataclass(frozen=True)
class Host:
    """The running server."""

    port: int

    def url(self, trick: str) -> str:
        """Where a trick waits."""
        return f"http://trap.localhost:{self.port}/{trick}"


TRICKS: Final[dict[str, Trick]] = {}


def _trick(name: str, ends: str) -> Callable[[Play], Play]:
    def register(play: Play) -> Play:
        TRICKS[name] = Trick(name, ends, play)
        return play

    return register


def _answers(name: str, ends: str, *pieces: bytes) -> None:
    """A trick that sends these bytes and hangs up."""
    TRICKS[name] = Trick(name, ends, lambda visit: visit.send(*pieces))


def head(status: int = 200, *lines: str, kind: str | None = "text/html; charset=utf-8") -> bytes:
    """A response head that closes the connection afterwards."""
    typed = (f"Content-Type: {kind}",) if kind else ()
    return "\r\n".join((f"HTTP/1.1 {status} So It Is", "Connection: close", *typed, *lines, "", "")).encode("latin-1")


def whole(body: bytes = PAGE, status: int = 200, *lines: str, kind: str | None = "text/html; charset=utf-8") -> bytes:
    """A complete response."""
    return head(status, f"Content-Length: {len(body)}", *lines, kind=kind) + body


# Slow


@_trick("silence", "Transient timeout")
def _silence(visit: Visit) -> None:
    visit.hang()


@_trick("slow-headers", "Transient timeout")
def _slow_headers(visit: Visit) -> None:
    visit.drip(bytes([each]) for each in head(200, *(f"X-{number}: y" for number in range(500))))


@_trick("slow-body", "Transient timeout")
def _slow_body(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 100000"))
    visit.drip(b"x" for _ in count())


@_trick("slow-chunks", "Transient timeout")
def _slow_chunks(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"))
    visit.drip(b"1\r\nx\r\n" for _ in count())


@_trick("slow-gzip", "Transient timeout")
def _slow_gzip(visit: Visit) -> None:
    visit.send(head(200, "Content-Encoding: gzip"))
    visit.drip(bytes([each]) for each in gzip.compress(bytes(range(256)) * 40, mtime=0))


@_trick("silence-after-headers", "Transient timeout")
def _silence_after_headers(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 1000"))
    visit.hang()


@_trick("body-shorter-than-announced-and-silence", "Transient timeout")
def _short_and_silent(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 100000"), PAGE)
    visit.hang()


@_trick("no-length-and-no-end", "Transient timeout")
def _never_ends(visit: Visit) -> None:
    visit.send(head(200), PAGE)
    visit.hang()


@_trick("slow-redirects", "Transient timeout")
def _slow_redirects(visit: Visit) -> None:
    if not visit.stopping.wait(0.4):
        visit.send(head(302, f"Location: /slow-redirects?{visit.path.count('x')}x", "Content-Length: 0"))


@_trick("endless-interim-answers", "Hostile header-too-large")
def _interim(visit: Visit) -> None:
    visit.pour(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100 for _ in count())


# Broken off


@_trick("hang-up-at-once", "Transient connection")
def _hang_up(visit: Visit) -> None:
    del visit


@_trick("reset", "Transient connection")
def _reset(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 1000"), b"x" * 10)
    visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.socket.close()


_answers("drop-amid-headers", "Transient connection", head()[:40])
_answers("drop-amid-body", "Transient connection", head(200, "Content-Length: 100000"), PAGE)
_answers("drop-amid-chunk", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"ff\r\nabc")
_answers("drop-amid-gzip", "Transient truncated", whole(gzip.compress(PAGE * 50)[:60], 200, "Content-Encoding: gzip"))
_answers("drop-amid-brotli", "Transient truncated", whole(brotli.compress(PAGE * 50)[:30], 200, "Content-Encoding: br"))
_answers("drop-amid-zstd", "Transient truncated", whole(zstandard.compress(PAGE * 50)[:40], 200, "Content-Encoding: zstd"))

# Against the protocol

_answers("not-http", "Transient connection", b"SSH-2.0-OpenSSH_9.6\r\n")
_answers("http-0.9", "Transient connection", PAGE)
_answers("tls-on-a-plain-port", "Transient connection", b"\x15\x03\x01\x00\x02\x02\x0a")
_answers("negative-length", "Transient connection", head(200, "Content-Length: -5"), PAGE)
_answers("two-lengths", "Transient connection", head(200, "Content-Length: 5", "Content-Length: 50"), PAGE)
_answers("length-in-words", "Transient connection", head(200, "Content-Length: a lot"), PAGE)
_answers("broken-chunk-size", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"zz\r\nabc\r\n0\r\n\r\n")
_answers("endless-chunk-size", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"f" * 5_000)
_answers("header-without-colon", "Transient connection", b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", PAGE)
_answers("null-in-header", "Transient connection", b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n", PAGE)
_answers("status-in-words", "Transient connection", b"HTTP/1.1 OK\r\n\r\n", PAGE)
_answers("switch-protocols", "Transient connection", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
_answers("body-longer-than-announced", "page", head(200, f"Content-Length: {len(PAGE)}"), PAGE, b"HTTP/1.1 200 OK\r\n\r\npoison")
_answers("unknown-charset", "page", whole(PAGE, kind="text/html; charset=utf-99"))
_answers("no-type", "page", whole(PAGE, kind=None))
_answers("broken-type", "page", whole(PAGE, kind="text/html;;;charset"))
_answers("empty", "page", whole(b""))
_answers("no-content", "page", head(204))

# Too much


@_trick("endless-chunks", "Permanent too-large")
def _endless_chunks(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"))
    visit.pour(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in count())


@_trick("endless-body", "Permanent too-large")
def _endless_body(visit: Visit) -> None:
    visit.send(head(200))
    visit.pour(b"x" * 65_536 for _ in count())


@_trick("endless-header-lines", "Hostile header-too-large")
def _endless_headers(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.pour(f"X-{number}: y\r\n".encode() * 100 for number in count())


@_trick("endless-header-line", "Hostile header-too-large")
def _endless_header(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    visit.pour(b"y" * 4_096 for _ in count())


@_trick("endless-trailers", "Hostile header-too-large")
def _endless_trailers(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"), b"3\r\nabc\r\n0\r\n")
    visit.pour(f"X-{number}: y\r\n".encode() * 100 for number in count())


_answers("cookie-bomb", "Hostile header-too-large", whole(PAGE, 200, *(f"Set-Cookie: c{n}={'x' * 4000}" for n in range(80))))
_answers("announced-as-huge", "Permanent too-large", head(200, "Content-Length: 99999999999"))


def _zeros() -> Iterator[bytes]:
    return (bytes(1_000_000) for _ in range(_BOMB // 1_000_000))


@_trick("gzip-bomb", "Permanent too-large")
def _gzip_bomb(visit: Visit) -> None:
    _explode(visit, "gzip", zlib.compressobj(9, wbits=31))


@_trick("deflate-bomb", "Permanent too-large")
def _deflate_bomb(visit: Visit) -> None:
    _explode(visit, "deflate", zlib.compressobj(9))


@_trick("bare-deflate-bomb", "Permanent too-large")
def _bare_deflate_bomb(visit: Visit) -> None:
    _explode(visit, "deflate", zlib.compressobj(9, wbits=-15))


@_trick("brotli-bomb", "Permanent too-large")
def _brotli_bomb(visit: Visit) -> None:
    compressor = brotli.Compressor(quality=1)
    visit.send(head(200, "Content-Encoding: br"))
    visit.pour(compressor.process(piece) + compressor.flush() for piece in _zeros())


@_trick("zstd-bomb", "Permanent too-large")
def _zstd_bomb(visit: Visit) -> None:
    _explode(visit, "zstd", zstandard.ZstdCompressor(level=1).compressobj())


@_trick("gzip-in-gzip-bomb", "Permanent too-large")
def _double_bomb(visit: Visit) -> None:
    inner, outer = zlib.compressobj(9, wbits=31), zlib.compressobj(9, wbits=31)
    visit.send(head(200, "Content-Encoding: gzip, gzip"))
    twice = (outer.compress(inner.compress(piece) + inner.flush(zlib.Z_SYNC_FLUSH)) for piece in _zeros())
    visit.pour(piece + outer.flush(zlib.Z_SYNC_FLUSH) for piece in twice)


@_trick("many-gzip-members", "Permanent too-large")
def _many_members(visit: Visit) -> None:
    member = gzip.compress(bytes(100_000), mtime=0)
    visit.send(head(200, "Content-Encoding: gzip"))
    visit.pour(member * 10 for _ in count())


def _explode(visit: Visit, coding: str, compressor: zlib._Compress | zstandard.ZstdCompressionObj) -> None:
    visit.send(head(200, f"Content-Encoding: {coding}"))
    visit.pour(compressor.compress(piece) for piece in _zeros())
    visit.send(compressor.flush())


_answers(  # a frame of nothing, whose header asks for a window of 2^27 bytes
    "zstd-window-of-128-mb",
    "Permanent bad-encoding",
    whole(b"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 200, "Content-Encoding: zstd"),
)

# Encoded wrongly

for _coding in ("gzip", "br", "zstd", "deflate"):
    _answers(f"plain-but-said-to-be-{_coding}", "Permanent bad-encoding", whole(PAGE, 200, f"Content-Encoding: {_coding}"))
_answers("unknown-encoding", "Permanent bad-encoding", whole(PAGE, 200, "Content-Encoding: rot13"))
_answers("encoded-five-times", "Permanent bad-encoding", whole(PAGE, 200, "Content-Encoding: gzip, gzip, gzip, gzip, gzip"))
_answers("gzip-with-padding", "page", whole(gzip.compress(PAGE) + bytes(100), 200, "Content-Encoding: gzip"))
_answers("encoding-without-body", "page", whole(b"", 200, "Content-Encoding: gzip"))

# Elsewhere

_answers("redirect-to-itself", "Permanent too-many-redirects", head(302, "Location: /redirect-to-itself", "Content-Length: 0"))
_answers("redirect-without-target", "Permanent client-error", head(302, "Content-Length: 0"))
_answers("redirect-to-nonsense", "Hostile bad-url", head(302, "Location: http://[::1", "Content-Length: 0"))


@_trick("redirect-for-ever", "Permanent too-many-redirects")
def _redirect_for_ever(visit: Visit) -> None:
    visit.send(head(302, f"Location: /redirect-for-ever?{len(visit.path)}{'x' * len(visit.path)}", "Content-Length: 0"))


@_trick("redirect-with-endless-body", "page")
def _redirect_with_body(visit: Visit) -> None:
    visit.send(head(302, "Location: /empty"))
    visit.pour(b"x" * 65_536 for _ in count())


@_trick("redirect-until-cookie", "page")
def _until_cookie(visit: Visit) -> None:
    if b"seen=yes" in visit.head:
        visit.send(whole())
    else:
        visit.send(head(302, "Location: /redirect-until-cookie", "Set-Cookie: seen=yes; Path=/; HttpOnly", "Content-Length: 0"))


for _name, _location, _ends in (
    ("a-private-network", "http://10.0.0.1/", "Hostile private-address"),
    ("cloud-metadata", "http://169.254.169.254/latest/meta-data/", "Hostile private-address"),
    ("loopback-by-number", "http://2130706434:1/", "Hostile private-address"),
    ("loopback-by-ipv6", "http://[::1]:1/", "Hostile private-address"),
    ("a-file", "file:///etc/passwd", "Hostile bad-url"),
    ("gopher", "gopher://127.0.0.1:6379/_FLUSHALL", "Hostile bad-url"),
    ("a-script", "javascript:alert(1)", "Hostile bad-url"),
    ("data", "data:text/html,hello", "Hostile bad-url"),
    ("user-info", "http://news.example@127.0.0.1/", "Hostile bad-url"),
    ("another-port", "http://93.184.215.14:22/", "Hostile private-address"),
):
    _answers(f"redirect-to-{_name}", _ends, head(302, f"Location: {_location}", "Content-Length: 0"))

# No, or not now

_SOON = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
for _name, _value in {"seconds": "120", "date": _SOON, "words": "soon", "negative": "-5", "huge": "99999999"}.items():
    _answers(f"429-with-retry-after-in-{_name}", "Transient rate-limited", whole(b"", 429, f"Retry-After: {_value}"))
_answers("429", "Transient rate-limited", whole(b"", 429))
_answers("503-with-retry-after", "Transient server-error", whole(b"", 503, "Retry-After: 60"))
for _status in (500, 502, 504, 520, 408):
    _answers(str(_status), "Transient server-error", whole(b"", _status))
for _status, _reason in {
    400: "client-error",
    401: "forbidden",
    403: "forbidden",
    404: "not-found",
    410: "gone",
    451: "forbidden",
}.items():
    _answers(str(_status), f"Permanent {_reason}", whole(b"", _status))
_answers("999", "Permanent forbidden", whole(b"", 999))


@_trick("error-with-endless-body", "Permanent not-found")
def _endless_error(visit: Visit) -> None:
    visit.send(head(404))
    visit.pour(b"x" * 65_536 for _ in count())


# Not what was asked for

_answers("picture", "Permanent not-text", whole(b"\x89PNG\r\n\x1a\n", kind="image/png"))
_answers("video-without-end", "Permanent not-text", head(200, "Content-Length: 9999999999", kind="video/mp4"))
_answers("document-said-to-be-html", "Permanent not-text", whole(b"%PDF-1.7\n" + bytes(100)))
_answers("archive-said-to-be-html", "Permanent not-text", whole(b"PK\x03\x04" + bytes(100)))
_answers("program", "Permanent not-text", whole(b"\x7fELF", kind="application/octet-stream"))
_answers("feed-for-a-page", "Permanent not-html", whole(b"<rss version='2.0'><channel/></rss>", kind="application/rss+xml"))
_answers("json-for-a-page", "Permanent not-html", whole(b"{}", kind="application/json"))
_answers("style-for-a-page", "Permanent not-html", whole(b"p {}", kind="text/css"))


@contextmanager
def hostile() -> Iterator[Host]:
    """Run the server for the length of a `with` block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    listener.settimeout(0.05)
    stopping, host, serving = threading.Event(), Host(listener.getsockname()[1]), list[threading.Thread]()
    thread = threading.Thread(target=_listen, args=(listener, stopping, serving), name="hostile", daemon=True)
    thread.start()
    try:
        yield host
    finally:
        stopping.set()
        thread.join()
        listener.close()
        for each in serving:
            each.join(5)


def _listen(listener: socket.socket, stopping: threading.Event, serving: list[threading.Thread]) -> None:
    while not stopping.is_set():
        with suppress(TimeoutError):
            connection, _ = listener.accept()
            serving.append(threading.Thread(target=_serve, args=(connection, stopping), daemon=True))
            serving[-1].start()


def _serve(connection: socket.socket, stopping: threading.Event) -> None:
    with connection, suppress(OSError):
        connection.settimeout(5)
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65_536)
            if not received:
                return
            request += received
        path = request.split(b" ", 2)[1].decode()
        name = path.lstrip("/").partition("?")[0]
        if name == "robots.txt":
            connection.sendall(whole(b"", 404))
            return
        TRICKS[name].play(Visit(connection, request, path, stopping))
        _linger(connection, stopping)


def _linger(connection: socket.socket, stopping: threading.Event) -> None:
    """Read what the client still sends, so that closing does not cut off what it hasn't read yet."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(0.05)
    while not stopping.is_set():
        with suppress(TimeoutError):
            if not connection.recv(65_536):
                return
