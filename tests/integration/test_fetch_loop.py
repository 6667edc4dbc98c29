"""The fetcher's loop over real servers: everything due is polled, each host at its pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from services.fetcher.loop import poll_due
from services.fetcher.poll import Poller
from shared.bootstrap import App, now
from shared.bounded import BoundedProcess
from shared.config import Settings
from tests.support.feeds import BRIDGE, rss2
from tests.support.polling import app_that_reads_loopback
from tests.support.web import Asked, Reply, Site, serving

FEED = Reply.feed(rss2(BRIDGE).encode())
SPACING = 1.5  # seconds: what a busy machine adds between a turn and its request is well below half of it


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    opened = app_that_reads_loopback(settings, host_spacing=SPACING)
    yield opened
    opened.close()


def poll_until(app: App, site: Site, urls: list[str], requests: int) -> list[tuple[str, float]]:
    """Run the loop until the site was asked so often; returns host and time of each request."""
    asked: list[tuple[str, float]] = []
    app.store.feeds.add(urls, now(), interval=300)

    async def scenario() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()

        def answer(request: Asked) -> Reply:
            asked.append((request.headers["host"], time.monotonic()))
            if len(asked) == requests:
                loop.call_soon_threadsafe(stop.set)
            return FEED

        site.routes |= {f"/{number}": answer for number in range(200)}
        with BoundedProcess(seconds=10, memory_bytes=1_000_000_000) as parser:
            async with app.fetcher() as fetcher:
                await poll_due(Poller.of(app, fetcher, parser), stop)

    asyncio.run(scenario())
    return asked


def test_every_due_feed_is_polled_once_and_what_came_is_committed(app: App) -> None:
    with serving() as site:
        urls = [site.url(f"/{number}", host=f"paper-{number}.localhost") for number in range(80)]
        poll_until(app, site, urls, 80)
        assert sorted(site.paths()) == sorted(f"/{number}" for number in range(80))
    assert {feed.last_outcome for feed in app.store.feeds.all()} == {"polled"}


def test_feeds_of_one_host_are_polled_at_its_pace_while_others_go_on(app: App) -> None:
    with serving() as site:
        slow = [site.url(f"/{number}", host="many.localhost") for number in range(3)]
        others = [site.url(f"/{number}", host=f"paper-{number}.localhost") for number in range(20)]
        asked = poll_until(app, site, [*slow, *others], 23)
    of_one = [at for host, at in asked if host.startswith("many.")]
    of_others = [at for host, at in asked if not host.startswith("many.")]
    assert all(later - sooner > SPACING / 2 for sooner, later in pairwise(of_one))
    assert max(of_others) < of_one[-1]
