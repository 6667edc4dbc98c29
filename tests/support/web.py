"""A small web on loopback: real HTTP servers whose answers a test writes down, and which remember what was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as the server got it; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    connection: int
    """Number of the connection that it came over."""


@dataclass(frozen=True)
class Reply:
    """What to answer. Content-Length is added; headers given here win."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def html(cls, text: str, **headers: str) -> Reply:
        """A web page in UTF-8."""
        return cls(text.encode(), headers={"Content-Type": "text/html; charset=utf-8", **_dashed(headers)})

    @classmethod
    def feed(cls, body: bytes, **headers: str) -> Reply:
        """A feed."""
        return cls(body, headers={"Content-Type": "application/rss+xml", **_dashed(headers)})

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> Reply:
        """Somewhere else."""
        return cls(status=status, headers={"Location": location})


Route = Reply | Callable[[Asked], Reply]


@dataclass
class Site:
    """A running server. Change `routes` at any time; what isn't there answers 404."""

    port: int
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The URL of a path, under any name that leads to loopback (`paper.localhost`)."""
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for so far."""
        return [each.path for each in self.asked]


@contextmanager
def serving(routes: Mapping[str, Route] | None = None, address: str = "127.0.0.1") -> Iterator[Site]:
    """Run a site on a free port for the length of a `with` block."""
    server = _Server((address, 0), _Handler)
    server.site = Site(port=server.server_port, routes=dict(routes or {}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="site", daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    _connections = iter(range(1, 10**9))
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._number = next(self._connections)

    def do_GET(self) -> None:
        asked = Asked("GET", self.path, _lower(self.headers), self._number)
        self.server.site.asked.append(asked)
        route = self.server.site.routes.get(self.path.partition("?")[0], Reply(b"not here", 404))
        self._answer(route(asked) if callable(route) else route)

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.status not in {204, 304}:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Tests read `asked` instead."""


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
