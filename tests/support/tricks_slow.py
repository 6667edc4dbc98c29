"""Tricks of servers that are slow, that break off, or that speak no HTTP."""

from __future__ import annotations

import gzip
import socket
import struct
from itertools import count

import brotli
import zstandard

from tests.support.tricks import PAGE, Visit, answers, head, trick, whole

# Slow


@trick("silence", "Transient timeout")
def _silence(visit: Visit) -> None:
    visit.hang()


@trick("slow-headers", "Transient timeout")
def _slow_headers(visit: Visit) -> None:
    visit.drip(bytes([each]) for each in head(200, *(f"X-{number}: y" for number in range(500))))


@trick("slow-body", "Transient timeout")
def _slow_body(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 100000"))
    visit.drip(b"x" for _ in count())


@trick("slow-chunks", "Transient timeout")
def _slow_chunks(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"))
    visit.drip(b"1\r\nx\r\n" for _ in count())


@trick("slow-gzip", "Transient timeout")
def _slow_gzip(visit: Visit) -> None:
    visit.send(head(200, "Content-Encoding: gzip"))
    visit.drip(bytes([each]) for each in gzip.compress(bytes(range(256)) * 40, mtime=0))


@trick("silence-after-headers", "Transient timeout")
def _silence_after_headers(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 1000"))
    visit.hang()


@trick("body-shorter-than-announced-and-silence", "Transient timeout")
def _short_and_silent(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 100000"), PAGE)
    visit.hang()


@trick("no-length-and-no-end", "Transient timeout")
def _never_ends(visit: Visit) -> None:
    visit.send(head(200), PAGE)
    visit.hang()


@trick("slow-redirects", "Transient timeout")
def _slow_redirects(visit: Visit) -> None:
    if not visit.stopping.wait(0.4):
        visit.send(head(302, f"Location: /slow-redirects?{visit.path.count('x')}x", "Content-Length: 0"))


@trick("endless-interim-answers", "Hostile header-too-large")
def _interim(visit: Visit) -> None:
    visit.pour(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 100 for _ in count())


# Broken off


@trick("hang-up-at-once", "Transient connection")
def _hang_up(visit: Visit) -> None:
    del visit


@trick("reset", "Transient connection")
def _reset(visit: Visit) -> None:
    visit.send(head(200, "Content-Length: 1000"), b"x" * 10)
    visit.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visit.socket.close()


answers("drop-amid-headers", "Transient connection", head()[:40])
answers("drop-amid-body", "Transient connection", head(200, "Content-Length: 100000"), PAGE)
answers("drop-amid-chunk", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"ff\r\nabc")
answers("drop-amid-gzip", "Transient truncated", whole(gzip.compress(PAGE * 50)[:60], 200, "Content-Encoding: gzip"))
answers("drop-amid-brotli", "Transient truncated", whole(brotli.compress(PAGE * 50)[:30], 200, "Content-Encoding: br"))
answers("drop-amid-zstd", "Transient truncated", whole(zstandard.compress(PAGE * 50)[:40], 200, "Content-Encoding: zstd"))

# Against the protocol

answers("not-http", "Transient connection", b"SSH-2.0-OpenSSH_9.6\r\n")
answers("http-0.9", "Transient connection", PAGE)
answers("tls-on-a-plain-port", "Transient connection", b"\x15\x03\x01\x00\x02\x02\x0a")
answers("negative-length", "Transient connection", head(200, "Content-Length: -5"), PAGE)
answers("two-lengths", "Transient connection", head(200, "Content-Length: 5", "Content-Length: 50"), PAGE)
answers("length-in-words", "Transient connection", head(200, "Content-Length: a lot"), PAGE)
answers("broken-chunk-size", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"zz\r\nabc\r\n0\r\n\r\n")
answers("endless-chunk-size", "Transient connection", head(200, "Transfer-Encoding: chunked"), b"f" * 5_000)
answers("header-without-colon", "Transient connection", b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", PAGE)
answers("null-in-header", "Transient connection", b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n", PAGE)
answers("status-in-words", "Transient connection", b"HTTP/1.1 OK\r\n\r\n", PAGE)
answers("switch-protocols", "Transient connection", b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
answers("body-longer-than-announced", "page", head(200, f"Content-Length: {len(PAGE)}"), PAGE, b"HTTP/1.1 200 OK\r\n\r\npoison")
answers("unknown-charset", "page", whole(PAGE, kind="text/html; charset=utf-99"))
answers("no-type", "page", whole(PAGE, kind=None))
answers("broken-type", "page", whole(PAGE, kind="text/html;;;charset"))
answers("empty", "page", whole(b""))
answers("no-content", "page", head(204))
