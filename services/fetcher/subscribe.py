"""Keeps a feed's WebSub subscription: asks the hub that it offers, and again before the lease is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.fetcher.reading import FeedRead
from shared import log
from shared.bootstrap import App, now
from shared.failures import Failure
from shared.fetch import Fetcher
from shared.model import Feed, Page
from shared.stages.websub import CALLBACK, announced_link, poll_at, subscribe_form


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Does nothing where no public address is set: no hub could reach us."""

    app: App
    fetcher: Fetcher

    async def keep(self, feed: Feed, page: Page, read: FeedRead | None) -> None:
        """After a successful poll: note the hub that is offered, and ask it if it is time to. Never fails a poll."""
        if not self.app.settings.public_url:
            return
        if read is not None:
            hub = announced_link(page.headers, "hub", page.final_url) or read.hub
            topic = announced_link(page.headers, "self", page.final_url) or read.topic or feed.url
            await asyncio.to_thread(self.app.store.subscriptions.offered, feed.id, hub, topic, now())
        await self._ask(feed)

    async def _ask(self, feed: Feed) -> None:
        asked = await asyncio.to_thread(self.app.store.subscriptions.claim_asking, feed.id, now())
        if asked is None:
            return
        callback = f"{self.app.settings.public_url}{CALLBACK}/{asked.token}"
        try:
            await self.fetcher.post_form(asked.hub, subscribe_form(asked.topic, callback, asked.secret))
        except Failure as failure:
            log.logger().warning("websub", outcome=f"failed:{failure.reason}", hub=asked.hub, detail=failure.detail)
        else:
            log.logger().info("websub", outcome="asked", hub=asked.hub)

    async def poll_at(self, feed: Feed, planned: datetime, began: datetime) -> datetime:
        """When to poll again: rarer where a hub tells of changes, at once where it told of one since this poll began."""
        if not self.app.settings.public_url:
            return planned
        held = await asyncio.to_thread(self.app.store.subscriptions.of_feed, feed.id)
        if held is None:
            return planned
        if held.pushed_at is not None and held.pushed_at > began:
            return now()
        longest = self.app.settings.poll_longest
        return poll_at(planned, lease_until=held.lease_until, ask_at=held.ask_at, longest=longest, now=now())
