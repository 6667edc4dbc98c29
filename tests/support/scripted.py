"""A server that answers requests with bytes written down beforehand, one script a connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ScriptedSite:
    """`requests` has the number of the connection and the first line of each request, in order."""

    port: int
    requests: list[tuple[int, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def answering_in_turn(*connections: Sequence[bytes | None]) -> Iterator[ScriptedSite]:
    """For each connection its answers in turn; None hangs up instead of answering, b"" hangs up at once.

    After the last answer it waits.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    site = ScriptedSite(listener.getsockname()[1])
    thread = threading.Thread(target=_serve_all, args=(listener, site, connections), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _serve_all(listener: socket.socket, site: ScriptedSite, connections: Sequence[Sequence[bytes | None]]) -> None:
    threads = []
    with suppress(OSError):
        for number, answers in enumerate(connections):
            opened, _ = listener.accept()
            threads.append(threading.Thread(target=_serve, args=(opened, number, answers, site), daemon=True))
            threads[-1].start()
    for each in threads:
        each.join(5)


def _serve(opened: socket.socket, number: int, answers: Sequence[bytes | None], site: ScriptedSite) -> None:
    with opened, suppress(OSError):
        for answer in answers:
            if answer == b"":
                return
            head = b""
            while b"\r\n\r\n" not in head:
                received = opened.recv(65_536)
                if not received:
                    return
                head += received
            site.requests.append((number, head.partition(b" HTTP/1.1\r\n")[0].decode()))
            if answer is None:
                return
            opened.sendall(answer)
        opened.recv(1)
