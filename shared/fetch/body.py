"""A body as it comes in: decoded piece by piece, and given up as soon as it is too large."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

import brotli
import zstandard

from shared.failures import Permanent, Transient

_PIECE: Final = 65_536
_LARGEST_WINDOW: Final = 1 << 23  # zstd: 8 MB, what RFC 8878 tells every decoder to support and RFC 9659 tells servers to stay in


class Decoder(Protocol):
    """Turns coded bytes into plain ones, in pieces of bounded size."""

    def decode(self, coded: bytes) -> Iterator[bytes]:
        """The plain pieces that `coded` adds. Raises `Permanent("bad-encoding")`."""

    def finish(self) -> None:
        """Raise `Transient("truncated")` if the coded bytes broke off."""


class Body:
    """Collects a body under a cap that counts decoded bytes."""

    def __init__(self, content_encoding: str, *, max_bytes: int, cut: bool = False) -> None:
        self._decoders = [_decoder(name) for name in _codings(content_encoding)]
        self._max_bytes = max_bytes
        self._cut = cut
        self._pieces: list[bytes] = []
        self._size = 0
        self.full = False
        """Whether the cap was reached and the rest is to be left unread (with `cut` only)."""

    def add(self, coded: bytes) -> None:
        """Take in what the network brought. Raises `Permanent("too-large")` or `Permanent("bad-encoding")`."""
        for plain in _decode_all(self._decoders, coded):
            self._keep(plain)
            if self.full:
                return

    def finish(self) -> bytes:
        """The whole body. Raises `Transient("truncated")` where the coded bytes broke off."""
        if not self.full and self._size + len(self._pieces):
            for decoder in self._decoders:
                decoder.finish()
        return b"".join(self._pieces)

    def _keep(self, plain: bytes) -> None:
        room = self._max_bytes - self._size
        if len(plain) > room:
            if not self._cut:
                raise Permanent("too-large", f"The body is larger than {self._max_bytes:,} bytes.")
            plain, self.full = plain[:room], True
        self._size += len(plain)
        self._pieces.append(plain)


def _codings(content_encoding: str) -> list[str]:
    """The codings to undo, last applied first."""
    names = [name.strip().lower() for name in content_encoding.split(",")]
    codings = [name for name in names if name not in {"", "identity", "none"}]
    if len(codings) > 2:
        raise Permanent("bad-encoding", f"The body is encoded {len(codings)} times over.")
    return codings[::-1]


def _decoder(name: str) -> Decoder:
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstandard()
    raise Permanent("bad-encoding", f"The body is encoded as {name!r}, which nobody asked for.")


def _decode_all(decoders: list[Decoder], coded: bytes) -> Iterator[bytes]:
    if not decoders:
        yield coded
        return
    for piece in decoders[0].decode(coded):
        yield from _decode_all(decoders[1:], piece)


class _Gzip:
    """RFC 1952, any number of members one after the other."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    def decode(self, coded: bytes) -> Iterator[bytes]:
        while coded:
            if self._inflate.eof:
                if not coded.startswith(b"\x1f\x8b"):
                    return  # padding after the last member, which everybody ignores
                self._inflate = zlib.decompressobj(wbits=31)
            yield from _inflated(self._inflate, coded)
            coded = self._inflate.unused_data

    def finish(self) -> None:
        _whole(ended=self._inflate.eof)


class _Deflate:
    """RFC 1950 as the standard says, or bare RFC 1951 as some servers send it."""

    def __init__(self) -> None:
        self._inflate: zlib._Decompress | None = None

    def decode(self, coded: bytes) -> Iterator[bytes]:
        if not coded:
            return
        if self._inflate is None:
            self._inflate = zlib.decompressobj(wbits=15 if coded[0] & 0x0F == 8 else -15)
        if not self._inflate.eof:
            yield from _inflated(self._inflate, coded)

    def finish(self) -> None:
        _whole(ended=self._inflate is None or self._inflate.eof)


def _inflated(inflate: zlib._Decompress, coded: bytes) -> Iterator[bytes]:
    """All that `coded` adds; zlib may hold more back after it has taken in the last of its input."""
    try:
        while not inflate.eof:
            plain = inflate.decompress(coded, _PIECE)
            yield plain
            coded = inflate.unconsumed_tail
            if not coded and len(plain) < _PIECE:
                return
    except zlib.error as error:
        raise Permanent("bad-encoding", "The body is not compressed as its header says.") from error


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def decode(self, coded: bytes) -> Iterator[bytes]:
        try:
            while not self._decompressor.is_finished():
                plain = self._decompressor.process(coded, output_buffer_limit=_PIECE)
                yield plain
                if not plain and self._decompressor.can_accept_more_data():
                    return
                coded = b""
        except brotli.error as error:
            raise Permanent("bad-encoding", "The body is not compressed as its header says.") from error

    def finish(self) -> None:
        _whole(ended=self._decompressor.is_finished())


class _Zstandard:
    """RFC 8878. Fed in small bites: the library has no limit on what one call puts out, but a block is 128 kB at most."""

    _BITE = 16

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        self._current = self._decompressor.decompressobj()

    def decode(self, coded: bytes) -> Iterator[bytes]:
        try:
            for start in range(0, len(coded), self._BITE):
                yield self._bite(coded[start : start + self._BITE])
        except zstandard.ZstdError as error:
            raise Permanent("bad-encoding", "The body is not compressed as its header says.") from error

    def _bite(self, coded: bytes) -> bytes:
        plain = b""
        while coded:
            if self._current.eof:
                self._current = self._decompressor.decompressobj()
            plain += self._current.decompress(coded)
            coded = self._current.unused_data if self._current.eof else b""
        return plain

    def finish(self) -> None:
        _whole(ended=self._current.eof)


def _whole(*, ended: bool) -> None:
    if not ended:
        raise Transient("truncated", "The compressed body broke off.")
