"""A real server that speaks HTTP/2 over TLS on loopback (hypercorn), and HTTP/1.1 with those who ask for it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import Scope

from tests.support.certificate import make_certificate
from tests.support.web import Reply


@dataclass
class Http2Site:
    """The running server; `asked` has each request's protocol, client port and path."""

    port: int
    trust: ssl.SSLContext
    routes: dict[str, Reply]
    asked: list[tuple[str, int, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """The URL of a path, under the name that the certificate is for."""
        return f"https://paper.localhost:{self.port}{path}"


@contextmanager
def speaking_http2(
    folder: Path, routes: dict[str, Reply], *, protocols: tuple[str, ...] = ("h2", "http/1.1")
) -> Iterator[Http2Site]:
    """Run the server for the length of a `with` block."""
    key, certificate = make_certificate(folder, "paper.localhost")
    config, loop = Config(), asyncio.new_event_loop()
    config.bind, config.keyfile, config.certfile = ["127.0.0.1:0"], str(key), str(certificate)
    config.alpn_protocols, config.accesslog, config.errorlog = list(protocols), None, None
    site = Http2Site(0, ssl.create_default_context(cafile=str(certificate)), routes)
    stopping = asyncio.Event()
    sockets = config.create_sockets()
    sockets.secure_sockets[0].listen(128)  # who comes before the server accepts has to wait, and isn't turned away
    site.port = sockets.secure_sockets[0].getsockname()[1]
    config.create_sockets = lambda: sockets  # type: ignore[method-assign] # bound already, so that the port is known

    async def run() -> None:
        await serve(_app(site), config, shutdown_trigger=stopping.wait, mode="asgi")

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()


def _app(site: Http2Site) -> Any:
    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        site.asked.append((scope["http_version"], (scope["client"] or ("", 0))[1], scope["path"]))
        site.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        reply = site.routes.get(scope["path"], Reply(b"not here", 404))
        lines = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": lines})
        await send({"type": "http.response.body", "body": reply.body})

    return app
