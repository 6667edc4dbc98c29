"""Serves a generated newsroom over HTTP on loopback, every host name below `localhost` on one port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar


class Site(Protocol):
    """What can be served: a newsroom with an end, or one without."""

    port: int

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of an address."""


_Site = TypeVar("_Site", bound=Site)


@contextmanager
def serving_newsroom(newsroom: _Site) -> Iterator[_Site]:
    """Serve it on a free port for the length of a `with` block; the port is written into the newsroom."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.newsroom, newsroom.port = newsroom, server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield newsroom
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    newsroom: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0]
        status, kind, body = self.server.newsroom.answer(host, self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """The newsroom counts what was asked."""
