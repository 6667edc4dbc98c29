"""Tricks of servers that send too much, or encode it wrongly."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import count

import brotli
import zstandard

from tests.support.tricks import PAGE, Visit, answers, head, trick, whole

_BOMB = 200_000_000  # bytes that each bomb unpacks to

# Too much


@trick("endless-chunks", "Permanent too-large")
def _endless_chunks(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"))
    visit.pour(b"8000\r\n" + b"x" * 0x8000 + b"\r\n" for _ in count())


@trick("endless-body", "Permanent too-large")
def _endless_body(visit: Visit) -> None:
    visit.send(head(200))
    visit.pour(b"x" * 65_536 for _ in count())


@trick("endless-header-lines", "Hostile header-too-large")
def _endless_headers(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\n")
    visit.pour(f"X-{number}: y\r\n".encode() * 100 for number in count())


@trick("endless-header-line", "Hostile header-too-large")
def _endless_header(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\nX-A: ")
    visit.pour(b"y" * 4_096 for _ in count())


@trick("endless-trailers", "Hostile header-too-large")
def _endless_trailers(visit: Visit) -> None:
    visit.send(head(200, "Transfer-Encoding: chunked"), b"3\r\nabc\r\n0\r\n")
    visit.pour(f"X-{number}: y\r\n".encode() * 100 for number in count())


answers("cookie-bomb", "Hostile header-too-large", whole(PAGE, 200, *(f"Set-Cookie: c{n}={'x' * 4000}" for n in range(80))))
answers("announced-as-huge", "Permanent too-large", head(200, "Content-Length: 99999999999"))


def _zeros() -> Iterator[bytes]:
    return (bytes(1_000_000) for _ in range(_BOMB // 1_000_000))


@trick("gzip-bomb", "Permanent too-large")
def _gzip_bomb(visit: Visit) -> None:
    _explode(visit, "gzip", zlib.compressobj(9, wbits=31))


@trick("deflate-bomb", "Permanent too-large")
def _deflate_bomb(visit: Visit) -> None:
    _explode(visit, "deflate", zlib.compressobj(9))


@trick("bare-deflate-bomb", "Permanent too-large")
def _bare_deflate_bomb(visit: Visit) -> None:
    _explode(visit, "deflate", zlib.compressobj(9, wbits=-15))


@trick("brotli-bomb", "Permanent too-large")
def _brotli_bomb(visit: Visit) -> None:
    compressor = brotli.Compressor(quality=1)
    visit.send(head(200, "Content-Encoding: br"))
    visit.pour(compressor.process(piece) + compressor.flush() for piece in _zeros())


@trick("zstd-bomb", "Permanent too-large")
def _zstd_bomb(visit: Visit) -> None:
    _explode(visit, "zstd", zstandard.ZstdCompressor(level=1).compressobj())


@trick("gzip-in-gzip-bomb", "Permanent too-large")
def _double_bomb(visit: Visit) -> None:
    inner, outer = zlib.compressobj(9, wbits=31), zlib.compressobj(9, wbits=31)
    visit.send(head(200, "Content-Encoding: gzip, gzip"))
    twice = (outer.compress(inner.compress(piece) + inner.flush(zlib.Z_SYNC_FLUSH)) for piece in _zeros())
    visit.pour(piece + outer.flush(zlib.Z_SYNC_FLUSH) for piece in twice)


@trick("many-gzip-members", "Permanent too-large")
def _many_members(visit: Visit) -> None:
    member = gzip.compress(bytes(100_000), mtime=0)
    visit.send(head(200, "Content-Encoding: gzip"))
    visit.pour(member * 10 for _ in count())


def _explode(visit: Visit, coding: str, compressor: zlib._Compress | zstandard.ZstdCompressionObj) -> None:
    visit.send(head(200, f"Content-Encoding: {coding}"))
    visit.pour(compressor.compress(piece) for piece in _zeros())
    visit.send(compressor.flush())


answers(  # a frame of nothing, whose header asks for a window of 2^27 bytes
    "zstd-window-of-128-mb",
    "Permanent bad-encoding",
    whole(b"\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00", 200, "Content-Encoding: zstd"),
)

# Encoded wrongly

for _coding in ("gzip", "br", "zstd", "deflate"):
    answers(f"plain-but-said-to-be-{_coding}", "Permanent bad-encoding", whole(PAGE, 200, f"Content-Encoding: {_coding}"))
answers("unknown-encoding", "Permanent bad-encoding", whole(PAGE, 200, "Content-Encoding: rot13"))
answers("encoded-five-times", "Permanent bad-encoding", whole(PAGE, 200, "Content-Encoding: gzip, gzip, gzip, gzip, gzip"))
answers("gzip-with-padding", "page", whole(gzip.compress(PAGE) + bytes(100), 200, "Content-Encoding: gzip"))
answers("encoding-without-body", "page", whole(b"", 200, "Content-Encoding: gzip"))
