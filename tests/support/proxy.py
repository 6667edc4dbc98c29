"""A proxy on loopback that opens tunnels, and remembers for what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class TunnelProxy:
    """`refusal` is what it answers instead of opening a tunnel, if anything; an empty one is silence."""

    port: int
    refusal: bytes | None = None
    asked: list[str] = field(default_factory=list)
    """The first line of each request."""
    heads: list[bytes] = field(default_factory=list)


@contextmanager
def tunnelling(refusal: bytes | None = None) -> Iterator[TunnelProxy]:
    """Run a proxy for the length of a `with` block."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=32)
    proxy = TunnelProxy(listener.getsockname()[1], refusal)
    thread = threading.Thread(target=_accept, args=(listener, proxy), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _accept(listener: socket.socket, proxy: TunnelProxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, proxy), daemon=True).start()


def _serve(client: socket.socket, proxy: TunnelProxy) -> None:
    with client, suppress(OSError):
        head = client.recv(65_536)
        proxy.heads.append(head)
        proxy.asked.append(head.partition(b"\r\n")[0].decode())
        if proxy.refusal is not None:
            client.sendall(proxy.refusal)
            client.recv(1)
            return
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n")
            back = threading.Thread(target=_pour, args=(server, client), daemon=True)
            back.start()
            _pour(client, server)
            back.join()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
