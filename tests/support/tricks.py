"""What the hostile server's tricks are made of: a visit to answer, a register of tricks, and heads and bodies to send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

PAGE: Final = b"<html><body><p>A quiet day at the harbour.</p></body></html>"


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


TRICKS: Final[dict[str, Trick]] = {}


def trick(name: str, ends: str) -> Callable[[Play], Play]:
    def register(play: Play) -> Play:
        TRICKS[name] = Trick(name, ends, play)
        return play

    return register


def answers(name: str, ends: str, *pieces: bytes) -> None:
    """A trick that sends these bytes and hangs up."""
    TRICKS[name] = Trick(name, ends, lambda visit: visit.send(*pieces))


def head(status: int = 200, *lines: str, kind: str | None = "text/html; charset=utf-8") -> bytes:
    """A response head that closes the connection afterwards."""
    typed = (f"Content-Type: {kind}",) if kind else ()
    return "\r\n".join((f"HTTP/1.1 {status} So It Is", "Connection: close", *typed, *lines, "", "")).encode("latin-1")


def whole(body: bytes = PAGE, status: int = 200, *lines: str, kind: str | None = "text/html; charset=utf-8") -> bytes:
    """A complete response."""
    return head(status, f"Content-Length: {len(body)}", *lines, kind=kind) + body
