"""Polls as the fetcher makes them, one after the other, against a site on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from services.fetcher.poll import Poller
from shared.bootstrap import App, build, now
from shared.bounded import BoundedProcess
from shared.config import Settings
from shared.fetch import AllowList
from shared.store.feed_report import FeedReport
from shared.store.feeds import FeedStatus
from shared.store.links import Claim
from workers.extract import extract_batch


def app_that_reads_loopback(settings: Settings, **changes: object) -> App:
    """The app with its tables, allowed to read what a test serves."""
    allowed = AllowList.parse("127.0.0.0/8")
    app = build(replace(settings, allow_addresses=allowed, **changes))  # type: ignore[arg-type]
    app.store.prepare()
    return app


def poll(app: App, times: int = 1) -> list[FeedStatus]:
    """Poll every feed, due or not; returns how the feeds stand."""

    async def scenario() -> None:
        with BoundedProcess(seconds=60, memory_bytes=1_000_000_000) as parser:  # wall time, and the machine may be busy
            async with app.fetcher() as fetcher:
                for _ in range(times):
                    app.store.feeds.poll_now(now())
                    for feed in app.store.feeds.claim_due(now(), limit=10):
                        await Poller.of(app, fetcher, parser).poll(feed)

    asyncio.run(scenario())
    return app.store.feeds.all()


def poll_one(app: App, times: int = 1) -> FeedReport:
    """Poll the only feed; returns its report."""
    poll(app, times)
    [report] = app.store.feeds.report(now())
    return report


def extract_due(app: App) -> list[Claim]:
    """Release what is due and extract it, as fetcher and worker do."""
    claims = app.store.links.release(now(), limit=100, per_host=100, lease=60)
    asyncio.run(extract_batch(app, claims))
    return claims
