"""A server that does everything wrong, one way a path: raw sockets, because no HTTP library would let it.

`TRICKS` names each behaviour with what must come of it for a page: a failure's kind and reason, or "page" for an answer that
can be used all the same. The tricks themselves stand in the modules imported here.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.support import tricks_elsewhere, tricks_excess, tricks_slow  # noqa: F401 - they register themselves
from tests.support.tricks import TRICKS, Visit, whole

__all__ = ["TRICKS", "Host", "hostile"]


@dataclass(frozen=True)
class Host:
    """The running server."""

    port: int

    def url(self, trick: str) -> str:
        """Where a trick waits."""
        return f"http://trap.localhost:{self.port}/{trick}"


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
