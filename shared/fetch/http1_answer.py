"""One answer in HTTP/1.1 as its bytes come in."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import httptools

from shared.failures import Hostile
from shared.fetch.exchange import LARGEST_HEAD, add_line

_FRAMING: Final = 16  # bytes around a byte of body: chunks of one have 5, and there are servers that send such chunks
_UNFRAMED: Final = ("content-length", "transfer-encoding")


class BrokenProtocol(Exception):
    """What came is no HTTP/1.1; the message says what is wrong with it."""


class Http1Answer:
    """Collects status, header lines and pieces of body; httptools calls the methods that begin with `on_`.

    Lenient where the real web is wrong and nobody is harmed: line feeds alone, blanks after a chunk's size, a length beside
    chunks (which count). Interim answers (1xx) are read over. Head, chunk sizes and trailers may not outgrow the body they
    frame: the parser itself has no limits.
    """

    def __init__(self, more: Callable[[], Awaitable[None]]) -> None:
        """`more` waits until something was fed, or raises what has gone wrong."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.cookies: list[str] = []
        self.waiting_bytes = 0
        """Body that has come and that nobody has taken."""
        self.head_is_read = False
        self.complete = False
        self.keeps_alive = False
        self.began = False
        """Whether any byte of it has come."""
        self._more = more
        self._waiting: deque[bytes] = deque()
        self._received = 0
        self._body = 0
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_chunked_length=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    async def pieces(self) -> AsyncIterator[bytes]:
        """As `Answer.pieces`."""
        while True:
            while self._waiting:
                piece = self._waiting.popleft()
                self.waiting_bytes -= len(piece)
                yield piece
            if self.complete:
                return
            await self._more()

    def feed(self, received: bytes) -> None:
        """Take in what the network brought. Raises `BrokenProtocol` and `Hostile("header-too-large")`."""
        self.began = True
        self._received += len(received)
        try:
            self._parser.feed_data(received)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not self.complete:
                raise _what_was_wrong(error) from error
            self.keeps_alive = False
        if self._received - _FRAMING * self._body > LARGEST_HEAD:
            raise Hostile("header-too-large", "The head of the answer does not end.")

    def end(self) -> bool:
        """The server has hung up: whether that ends the answer, as it does where the body was not framed (RFC 9112 §6.3)."""
        if self.head_is_read and not any(name in self.headers for name in _UNFRAMED):
            self.complete = True
        return self.complete

    def forget_parser(self) -> None:
        """Nothing more will be fed: without the parser, which calls back, this goes when its last user goes."""
        del self._parser

    def on_message_begin(self) -> None:
        """A second answer that nobody asked for gives the connection up."""
        if self.complete:
            self.keeps_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line; trailers are read over (RFC 9110 §6.5.1)."""
        if not self.head_is_read:
            add_line(self.headers, self.cookies, name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self.complete:
            return
        status = self._parser.get_status_code()
        if status >= 200:
            self.status, self.head_is_read = status, True
        elif status == 101:
            raise BrokenProtocol("it switches protocols unasked")
        else:
            self.headers.clear()
            self.cookies.clear()

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, out of its chunks."""
        if not self.complete:
            self._body += len(piece)
            self.waiting_bytes += len(piece)
            self._waiting.append(piece)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it was an interim one."""
        if self.head_is_read and not self.complete:
            self.complete = True
            self.keeps_alive = self._parser.should_keep_alive()


def _what_was_wrong(error: Exception) -> BrokenProtocol:
    """What one of our own methods raised is behind the parser's error."""
    behind = error.__context__
    return behind if isinstance(behind, BrokenProtocol) else BrokenProtocol(str(error) or type(error).__name__)
