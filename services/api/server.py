"""The API's HTTP server, and its health page."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from html import escape
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from services.api.websub import websub_routes
from shared import log
from shared.bootstrap import App
from shared.failures import Mistake
from shared.queue import DEDUP, EXTRACT, QueueUnreachable
from shared.store.store import StoreUnreachable

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1d2430 }
h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } td { padding: .3rem .6rem; border-top: 1px solid #d8dde5 }
td:last-child { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.ok { color: #14713a } .bad { color: #b3261e } a { color: #1a56b0 }
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What the health page tells. It is well when the database and the queue answer."""

    database: str
    queue: str
    feeds: int
    feeds_failing: int
    stories: int
    links: dict[str, int]
    waiting: dict[str, int]

    @property
    def is_well(self) -> bool:
        """Both answer."""
        return self.database == self.queue == "ok"


def make_api(app: App) -> Starlette:
    """The ASGI application."""

    def health(request: Request) -> Response:
        found = look(app)
        status = 200 if found.is_well else 503
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_page(app, found), status)
        return JSONResponse(_record(found), status)

    return Starlette(routes=[Route("/", health), Route("/health", health), *websub_routes(app)])


def look(app: App) -> Health:
    """Ask the database and the queue how they are."""
    queue, waiting = "ok", {}
    try:
        waiting = {name: app.queue.waiting(name) for name in (EXTRACT, DEDUP)}
    except QueueUnreachable:
        queue = "unreachable"
    try:
        feeds = app.store.feeds.all()
        failing = sum(feed.failures > 0 for feed in feeds)
        return Health("ok", queue, len(feeds), failing, app.store.stories.count(), app.store.links.counts(), waiting)
    except StoreUnreachable:
        return Health("unreachable", queue, 0, 0, 0, {}, waiting)


def serve_api(app: App) -> None:
    """Serve until SIGTERM."""
    listener = listen(app.settings.api_bind, app.settings.api_port)
    config = uvicorn.Config(make_api(app), log_config=None, access_log=False, timeout_graceful_shutdown=5)
    address, port = listener.getsockname()[:2]
    log.logger().info("api", outcome="started", url=f"http://{address}:{port}/health")
    uvicorn.Server(config).run(sockets=[listener])
    log.logger().info("api", outcome="stopped")


def listen(address: str, port: int) -> socket.socket:
    """The port that is set; where it is taken, any free one, so that a second run on this machine works too."""
    try:
        return socket.create_server((address, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise Mistake(f"The API can't listen on {address}:{port}; set STORYFOLD_API_BIND and STORYFOLD_API_PORT.") from error
        log.logger().warning("api", outcome="port-taken", port=port, message="taking any free one; STORYFOLD_API_PORT sets it")
        return socket.create_server((address, 0))


def _record(health: Health) -> dict[str, Any]:
    return {
        "status": "ok" if health.is_well else "unwell",
        "database": health.database,
        "queue": health.queue,
        "feeds": health.feeds,
        "feeds_failing": health.feeds_failing,
        "stories": health.stories,
        "links": health.links,
        "waiting_jobs": health.waiting,
    }


def _page(app: App, health: Health) -> str:
    verdict = '<span class="ok">well</span>' if health.is_well else '<span class="bad">unwell</span>'
    parts = {"Database": health.database, "Queue": health.queue}
    state = [(name, f'<span class="{"ok" if word == "ok" else "bad"}">{word}</span>') for name, word in parts.items()]
    counts = [("Feeds", str(health.feeds)), ("Feeds failing", str(health.feeds_failing)), ("Stories", str(health.stories))]
    counts += [(f"Jobs waiting: {name}", str(jobs)) for name, jobs in health.waiting.items()]
    links = [(escape(name), str(number)) for name, number in health.links.items()]
    stories = _newest(app) if health.database == "ok" else []
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>Storyfold</title><style>{_STYLE}</style><h1>Storyfold is {verdict}</h1>{_rows(state + counts)}"
        f"<h2>Links</h2>{_rows(links)}<h2>Stories, the last changed first</h2>{_rows(stories)}"
    )


def _newest(app: App) -> list[tuple[str, str]]:
    """Only http(s) URLs get here: the fetcher reads no others."""
    return [
        (
            f'<a href="{escape(story.url)}">{escape(story.title or story.url)}</a>',
            f"{story.members} member{'s' * (story.members > 1)}",
        )
        for story in app.store.stories.newest(limit=20)
    ]


def _rows(rows: list[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{name}<td>{value}" for name, value in rows)
    return f"<table>{body}</table>" if rows else "<p>None yet.</p>"
