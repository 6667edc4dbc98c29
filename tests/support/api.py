"""The API on a real port of loopback, and a small client for it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from services.api.server import listen, make_api
from shared.bootstrap import App


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    text: str


@contextmanager
def serving_api(app: App) -> Iterator[int]:
    """Serve the API for the length of a `with` block; yields its port."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_api(app), log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)


def get(port: int, path: str, accept: str = "application/json") -> Answer:
    """One request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode())
    finally:
        connection.close()
