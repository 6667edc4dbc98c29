"""A small WebSub hub on loopback: takes subscriptions, verifies them as the standard says, and tells of changes."""

from __future__ import annotations

import hashlib
import hmac
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode

CHALLENGE = "a-challenge-of-the-hub"


@dataclass
class Hub:
    """A running hub; `asked` holds the forms that were posted, `verified` whether each was confirmed by its subscriber."""

    port: int
    lease: int = 864_000
    status: int = 202
    asked: list[dict[str, str]] = field(default_factory=list)
    verified: list[bool] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where subscriptions are posted to."""
        return f"http://127.0.0.1:{self.port}/"

    def verify(self, form: dict[str, str], **changes: str) -> bool:
        """Ask the subscriber whether it meant it."""
        told = {"hub.mode": form["hub.mode"], "hub.topic": form["hub.topic"], "hub.challenge": CHALLENGE}
        told |= {"hub.lease_seconds": str(self.lease)} | {f"hub.{name}": value for name, value in changes.items()}
        status, body = call(f"{form['hub.callback']}?{urlencode(told)}")
        return status == 200 and body == CHALLENGE.encode()

    def tell(self, form: dict[str, str], body: bytes = b"<rss/>", *, secret: str | None = None, method: str = "sha256") -> int:
        """Distribute a change, signed as the subscriber asked; returns the status of its answer."""
        digest = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        return call(form["hub.callback"], body, {"X-Hub-Signature": f"{method}={digest}"})[0]


def call(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One request; a POST where there is a body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """Run a hub for the length of a `with` block. It verifies before it answers, so that a test needn't wait."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.hub = Hub(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="hub", daemon=True)
    thread.start()
    try:
        yield server.hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: Hub


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        hub = self.server.hub
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        hub.asked.append(form)
        if hub.status == 202:
            hub.verified.append(hub.verify(form))
        self.send_response(hub.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Tests read `asked` instead."""
