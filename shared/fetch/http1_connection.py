"""One connection that speaks HTTP/1.1: the bytes of a request out, the bytes of its answer in, and a limit on silence."""

from __future__ import annotations

import asyncio
from typing import Final

from shared.failures import Hostile
from shared.fetch.exchange import IDLE_SECONDS, Request
from shared.fetch.http1_answer import BrokenProtocol, Http1Answer
from shared.fetch.network import broken_protocol, no_answer, no_connection

_ENOUGH_WAITING: Final = 262_144  # bytes of body that nobody has taken yet, before the server has to wait


class Stale(Exception):
    """A kept connection turned out to be closed before any byte of an answer came."""


class Connection(asyncio.Protocol):
    """`ask` it, take the answer's pieces, let it `rest`; and again while it `is_usable`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._host = ""
        self._answer: Http1Answer | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        self._waits_since = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._longest_silence = 0.0
        self._rests_since: float | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: Request) -> Http1Answer:
        """Send a request and wait for the answer's head. Raises `Transient`, `Hostile` and `Stale`."""
        self._host = request.target.host
        self._answer = answer = Http1Answer(self._more)
        self._longest_silence = request.read
        if self._watch is None:  # one timer goes on over many answers: setting it anew for each would cost more than parsing them
            self._watch = self._loop.call_later(request.read, self._check_silence)
        self._transport.write(_bytes_of(request))
        while not answer.head_is_read:
            await self._more()
        return answer

    def rest(self) -> bool:
        """The answer is done with: whether the connection can be used for another; else it is closed."""
        answer, self._answer = self._answer, None
        if answer is not None:
            answer.forget_parser()
        if answer is None or not answer.keeps_alive or self._transport.is_closing():
            self.abort()
            return False
        self._resume()
        self._rests_since = self._loop.time()
        return True

    def is_usable(self) -> bool:
        """Whether it can be asked again; if not, it is closed."""
        rests_since = self._rests_since or 0.0
        if self._transport.is_closing() or self._loop.time() - rests_since > IDLE_SECONDS:
            self.abort()
            return False
        return True

    def abort(self) -> None:
        """Close it now, whatever is under way."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: what the server sent."""
        if self._answer is None:
            self.abort()  # nothing was asked
            return
        try:
            self._answer.feed(data)
        except BrokenProtocol as error:
            self._fail(broken_protocol(self._host, error))
        except Hostile as failure:
            self._fail(failure)
        if self._answer.waiting_bytes > _ENOUGH_WAITING:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio: the server hung up, or we did."""
        if self._watch is not None:
            self._watch.cancel()
        answer = self._answer
        if answer is None or answer.complete or (exc is None and answer.end()):
            self._wake()
        elif self._rests_since is not None and not answer.began:
            self._fail(Stale())
        else:
            self._fail(no_connection(self._host, exc or ConnectionError("the server hung up amid its answer")))

    async def _more(self) -> None:
        """Wait until something has come. Raises what has gone wrong instead."""
        if self._failure is not None:
            raise self._failure
        self._resume()
        self._waits_since = self._loop.time()
        self._arrival = self._loop.create_future()
        await self._arrival
        if self._failure is not None:
            raise self._failure

    def _check_silence(self) -> None:
        """Fail if the server keeps a reader waiting for too long, else look again when it could have."""
        self._watch = None
        if self._answer is None:
            return
        waiting = self._arrival is not None and not self._arrival.done()
        left = self._longest_silence - (self._loop.time() - self._waits_since if waiting else 0.0)
        if left > 0:
            self._watch = self._loop.call_later(left, self._check_silence)
        else:
            self._fail(no_answer(self._host))

    def _fail(self, failure: Exception) -> None:
        self._failure = self._failure or failure
        self._wake()

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            self._transport.resume_reading()


def _bytes_of(request: Request) -> bytes:
    lines = [f"{request.method} {request.target.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (request.posted or b"")
