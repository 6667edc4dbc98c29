"""feed → entries → links: one poll of one feed."""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.fetcher.poll_book import PollBook
from services.fetcher.reading import FeedRead, FeedReader
from services.fetcher.subscribe import Subscriber
from shared import log
from shared.bootstrap import App, now
from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
from shared.fetch import Accept, Fetcher, FetchLimits, Hop
from shared.model import Feed, Page
from shared.stages.feed_schedule import Bounds, Hints, NextPoll, after_failure, after_success
from shared.stages.redirects import Move, feed_move
from shared.store.entries import Recorded
from shared.store.poll_results import PollResult

_NEVER_READ = {
    None,
    "failed:timeout",
    "failed:connection",
    "failed:dns",
    "failed:tls",
    "failed:server-error",
    "failed:rate-limited",
}
_NOTHING = Recorded(new=0, changed=0, known=0)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the feed's server answered, over which redirects, and when it was asked."""

    page: Page
    trail: tuple[Hop, ...]
    began: datetime
    body_hash: str


@dataclass(frozen=True, slots=True)
class Poller:
    """What polls share: the app, a client for the web and a bounded process for parsing."""

    app: App
    fetcher: Fetcher
    parser: BoundedProcess
    book: PollBook

    @classmethod
    def of(cls, app: App, fetcher: Fetcher, parser: BoundedProcess) -> Self:
        """Polls that share one book."""
        return cls(app, fetcher, parser, PollBook(app.store.feeds))

    async def poll(self, feed: Feed) -> None:
        """Poll one feed; whatever happens ends in one log line and a time for the next poll."""
        watch = log.Stopwatch()
        with log.unit_of_work(url=feed.url, feed=feed.id):
            try:
                facts = await self._poll(feed)
            except Failure as failure:
                facts = await self._fail(feed, failure)
            log.logger().info("poll", **facts, ms_total=watch.ms())

    async def _poll(self, feed: Feed) -> dict[str, object]:
        limits = FetchLimits(total=self.app.settings.fetch_deadline, max_bytes=self.app.settings.feed_bytes)
        trail: list[Hop] = []
        began = now()
        page = await self.fetcher.get(feed.url, headers=_conditions(feed), accept=Accept.FEED, limits=limits, trail=trail)
        answer = _Answer(page, tuple(trail), began, hashlib.blake2b(page.body, digest_size=16).hexdigest())
        if page.status == 304:
            return await self._finish(feed, answer, "not-modified", None, _NOTHING)
        if answer.body_hash == feed.body_hash:
            return await self._finish(feed, answer, "unchanged", None, _NOTHING)
        reader = FeedReader(self.fetcher, self.parser, limits)
        try:
            read = await reader.read(page)
        except Permanent as failure:
            return await self._take_named_feed(feed, await _named_feed(reader, feed, page, failure))
        recorded = await asyncio.to_thread(self.app.store.feeds.record_poll, feed.id, read.found, now())
        facts = await self._finish(feed, answer, "polled", read, recorded)
        counts = {"new": recorded.new, "changed": recorded.changed, "known": recorded.known, "refused": read.refused or None}
        return facts | counts | {"sitemaps": len(read.sitemaps) or None}

    async def _take_named_feed(self, feed: Feed, url: str) -> dict[str, object]:
        """The address was a site's home page: from now on the feed that it names is polled instead."""
        moment = now()
        result = PollResult(
            None, None, None, None, "discovered", feed.interval, moment, moved=Move.settled_at(url), healthy=False
        )
        await self.book.finish(feed.id, result)
        return {"outcome": "discovered", "moved_to": url}

    async def _finish(
        self, feed: Feed, answer: _Answer, outcome: str, read: FeedRead | None, recorded: Recorded
    ) -> dict[str, object]:
        subscriber = Subscriber(self.app, self.fetcher)
        await subscriber.keep(feed, answer.page, read)
        following = self._schedule(feed, answer.page, read, recorded)
        etag, last_modified, body_hash = _validators(feed, answer, read)
        moved = _move(feed, answer)
        result = PollResult(
            title=read.title if read else None,
            etag=etag,
            last_modified=last_modified,
            body_hash=body_hash,
            outcome=outcome,
            interval=following.interval,
            next_poll_at=await subscriber.poll_at(feed, following.at, answer.began),
            ttl=read.ttl if read else feed.ttl,
            moved=moved,
            healthy=answer.page.status != 304 or feed.failures == 0,
        )
        await self.book.finish(feed.id, result)
        return {"outcome": outcome, "moved_to": moved.url if moved and moved.settled else None}

    def _schedule(self, feed: Feed, page: Page, read: FeedRead | None, recorded: Recorded) -> NextPoll:
        moment = now()
        return after_success(
            feed.interval,
            new_entries=recorded.new,
            known_entries=recorded.known,
            now=moment,
            jitter=random.random(),  # noqa: S311 - spreads polls, guards nothing
            hints=Hints.of(page.headers, ttl=read.ttl if read else feed.ttl, now=moment),
            bounds=self._bounds(),
        )

    def _bounds(self) -> Bounds:
        return Bounds(self.app.settings.poll_shortest, self.app.settings.poll_longest)

    async def _fail(self, feed: Feed, failure: Failure) -> dict[str, object]:
        following = after_failure(
            # A retired feed stays so, whatever kind of failure comes next: only an answer brings it back.
            Permanent("gone") if feed.retired else failure,
            feed.failures + 1,
            now=now(),
            jitter=random.random(),  # noqa: S311 - spreads polls, guards nothing
            bounds=self._bounds(),
        )
        fail = self.app.store.feeds.fail_poll
        await asyncio.to_thread(fail, feed.id, failure.reason, failure.detail, following.at, now(), retired=following.retired)
        return {"outcome": f"failed:{failure.reason}", "detail": failure.detail, "retired": following.retired or None}


async def _named_feed(reader: FeedReader, feed: Feed, page: Page, failure: Permanent) -> str:
    """The first feed that a page names, where we were given the page for a feed. Raises `failure` else.

    Only as long as nothing was ever read from there, and once: pages that name each other as feeds would never end.
    """
    if failure.reason == "not-a-feed" and feed.body_hash is None and feed.last_outcome in _NEVER_READ:
        named = [url for url in await reader.named_feeds(page) if url not in {feed.url, page.final_url}]
        if named:
            return named[0]
    raise failure


def _conditions(feed: Feed) -> dict[str, str]:
    """The validators, unless we must see whether the feed is well: "not modified" since it failed would not tell."""
    if feed.retired or (feed.failures and feed.last_outcome == "not-modified"):
        return {}
    conditions = {"if-none-match": feed.etag, "if-modified-since": feed.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _validators(feed: Feed, answer: _Answer, read: FeedRead | None) -> tuple[str | None, str | None, str | None]:
    """ETag, Last-Modified and the body's hash for the next poll; only a 200 brings new ones.

    Those of an address that was redirected to aren't the feed's. An index tells nothing of whether its sitemaps changed.
    """
    if answer.page.status != 200:
        return feed.etag, feed.last_modified, feed.body_hash
    if read and read.sitemaps:
        return None, None, None
    if answer.trail:
        return None, None, answer.body_hash
    return answer.page.headers.get("etag"), answer.page.headers.get("last-modified"), answer.body_hash


def _move(feed: Feed, answer: _Answer) -> Move | None:
    known = Move(feed.moved_to, feed.moved_held) if feed.moved_to else None
    moved = feed_move(answer.trail, known)
    return None if moved is not None and moved.url == feed.url else moved
