"""The bundled newsroom as a source of feeds: for a first look, where nobody named any feed."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared import log
from shared.bootstrap import App, now
from shared.config import Settings
from shared.failures import Mistake

if TYPE_CHECKING:
    from examples.newsroom.server import Newsroom

_MEMORY = "newsroom.json"  # in the state folder: the port and the feeds of the last time
_CORRECTION_AFTER = 30.0  # seconds until the newsroom corrects an article, so that a watcher sees a revision
_POLL_SHORTEST = "10"  # seconds; its correction shouldn't take five minutes to show
_HOST_SPACING = "0"  # it is our own, and nobody likes to wait for a first look


@dataclass(frozen=True, slots=True)
class BundledNewsroom:
    """The newsroom while it is served."""

    port: int
    feed_urls: tuple[str, ...]
    publish_corrections: Callable[[], None]

    def environment(self) -> dict[str, str]:
        """What the services need in order to read it: it is on loopback, where no feed may lead otherwise."""
        allowed = f"{os.environ.get('STORYFOLD_ALLOW_ADDRESSES', '')} 127.0.0.1/32:{self.port}".strip()
        return {
            "STORYFOLD_ALLOW_ADDRESSES": allowed,
            "STORYFOLD_POLL_SHORTEST": os.environ.get("STORYFOLD_POLL_SHORTEST", _POLL_SHORTEST),
            "STORYFOLD_HOST_SPACING": os.environ.get("STORYFOLD_HOST_SPACING", _HOST_SPACING),
        }


@contextmanager
def serving_newsroom(settings: Settings, *, wanted: bool) -> Iterator[BundledNewsroom | None]:
    """Serve the newsroom on loopback, on the port of the last time where it is free; correct an article after a while."""
    if not wanted:
        yield None
        return
    with _open(settings) as newsroom:
        bundled = BundledNewsroom(newsroom.port, tuple(newsroom.feed_urls()), newsroom.publish_corrections)
        (settings.state_dir / _MEMORY).write_text(json.dumps({"port": bundled.port, "feeds": bundled.feed_urls}))
        timer = threading.Timer(_CORRECTION_AFTER, newsroom.publish_corrections)
        timer.daemon = True
        timer.start()
        try:
            yield bundled
        finally:
            timer.cancel()


def forget_newsroom(app: App) -> None:
    """Stop polling the feeds of an earlier newsroom: it is gone, or about to be added again."""
    memory = app.settings.state_dir / _MEMORY
    if memory.exists():
        for url in json.loads(memory.read_text())["feeds"]:
            app.store.feeds.remove(url, now())


def _open(settings: Settings) -> Newsroom:
    try:
        from examples.newsroom.server import Newsroom  # noqa: PLC0415 - not part of an installed package
    except ImportError as error:
        raise Mistake("No feeds are named; give --feed URL, FEEDS, or a feeds.opml or feeds.txt.") from error
    for port in (_remembered_port(settings), settings.newsroom_port, 0):
        try:
            return Newsroom(port)
        except OSError:
            log.logger().info("newsroom", outcome="port-taken", port=port)
    raise Mistake("The bundled newsroom found no free port on 127.0.0.1.")


def _remembered_port(settings: Settings) -> int:
    memory = settings.state_dir / _MEMORY
    return int(json.loads(memory.read_text())["port"]) if memory.exists() else settings.newsroom_port
