"""A server in a process of its own on loopback, with ready-made answers for the benchmark of polling.

`/304-kept/N`, `/200-closed/N` and so on: "304" to whoever sends a validator; "200" with 20 entries always, a fresh title each
time so that no shortcut for unchanged bodies applies. The connection is kept, or closed after each answer as between polls of
different hosts.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import ssl
import time
from typing import Final

from tests.support.feeds import Item, rss2

ENTRIES: Final = 20
_PARAGRAPH: Final = "The harbour office said on Monday that the ferry would run again from May, after a winter of repairs. "
_UNCHANGED: Final = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nCache-Control: max-age=300\r\n'


def start_server(tls: ssl.SSLContext | None = None) -> int:
    """Start it; returns its port. It ends with this process."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    port: int = listener.getsockname()[1]
    multiprocessing.get_context("fork").Process(target=_serve, args=(listener, tls), daemon=True).start()
    listener.close()
    return port


def _serve(listener: socket.socket, tls: ssl.SSLContext | None) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Visit, sock=listener, ssl=tls)
        await server.serve_forever()

    asyncio.run(run())


class _Visit(asyncio.Protocol):
    _body = rss2(
        *(
            Item(f"https://paper.example/news/{n}?utm_source=rss", f"Story {n}", f"{n}", summary=_PARAGRAPH * 3)
            for n in range(ENTRIES)
        )
    ).encode()
    _head = f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "1"\r\nContent-Length: {len(_body)}\r\n'.encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        if b"\r\n\r\n" not in self._asked:
            return
        request, self._asked = self._asked.lower(), b""
        kept = b"-kept/" in request
        ending = b"\r\n" if kept else b"Connection: close\r\n\r\n"
        if b"/304-" in request and b"-none-match:" in request:
            self._transport.write(_UNCHANGED + ending)
        else:
            title = f"{time.time():.5f}"[-7:].encode()
            self._transport.write(self._head + ending + self._body.replace(b"Story 1<", title + b"<"))
        if not kept:
            self._transport.close()
