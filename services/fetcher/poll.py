"""feed → entries → links: one poll of one feed."""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass

from shared import log
from shared.bootstrap import App, now
from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
from shared.fetch import Accept, Fetcher, FetchLimits
from shared.model import Feed, Page, ParsedFeed
from shared.stages.entry_to_link import entry_to_link
from shared.stages.feed_schedule import Bounds, Hints, NextPoll, after_failure, after_success
from shared.stages.feed_to_entries import feed_to_entries
from shared.store.feeds import FoundEntry, PollResult


@dataclass(frozen=True, slots=True)
class Poller:
    """What polls share: the app, a client for the web and a bounded process for parsing."""

    app: App
    fetcher: Fetcher
    parser: BoundedProcess

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
        page = await self.fetcher.get(feed.url, headers=_conditions(feed), accept=Accept.FEED, limits=limits)
        body_hash = hashlib.blake2b(page.body, digest_size=16).hexdigest()
        if page.status == 304:
            return await self._finish(feed, page, "not-modified", None, feed.body_hash, new=0, known=0)
        if body_hash == feed.body_hash:
            return await self._finish(feed, page, "unchanged", None, body_hash, new=0, known=0)
        parsed = await self.parser.run(_parse, (page.body, page.final_url, page.headers.get("content-type")))
        found, refused = _links_of(parsed)
        recorded = await asyncio.to_thread(self.app.store.feeds.record_poll, feed.id, found, now())
        facts = await self._finish(feed, page, "polled", parsed, body_hash, new=recorded.new, known=recorded.known)
        return facts | {"new": recorded.new, "changed": recorded.changed, "known": recorded.known, "refused": refused or None}

    async def _finish(
        self, feed: Feed, page: Page, outcome: str, parsed: ParsedFeed | None, body_hash: str | None, *, new: int, known: int
    ) -> dict[str, object]:
        following = self._schedule(feed, page, parsed, new=new, known=known)
        fresh = page.status == 200  # only a 200 replaces the validators
        result = PollResult(
            title=parsed.title if parsed else None,
            etag=page.headers.get("etag") if fresh else feed.etag,
            last_modified=page.headers.get("last-modified") if fresh else feed.last_modified,
            body_hash=body_hash,
            outcome=outcome,
            interval=following.interval,
            next_poll_at=following.at,
        )
        await asyncio.to_thread(self.app.store.feeds.finish_poll, feed.id, result, now())
        return {"outcome": outcome}

    def _schedule(self, feed: Feed, page: Page, parsed: ParsedFeed | None, *, new: int, known: int) -> NextPoll:
        moment = now()
        return after_success(
            feed.interval,
            new_entries=new,
            known_entries=known,
            now=moment,
            jitter=random.random(),  # noqa: S311 - spreads polls, guards nothing
            hints=Hints.of(page.headers, ttl=parsed.ttl if parsed else None, now=moment),
            bounds=self._bounds(),
        )

    def _bounds(self) -> Bounds:
        return Bounds(self.app.settings.poll_shortest, self.app.settings.poll_longest)

    async def _fail(self, feed: Feed, failure: Failure) -> dict[str, object]:
        following = after_failure(
            failure,
            feed.failures + 1,
            now=now(),
            jitter=random.random(),  # noqa: S311 - spreads polls, guards nothing
            bounds=self._bounds(),
        )
        fail = self.app.store.feeds.fail_poll
        await asyncio.to_thread(fail, feed.id, failure.reason, failure.detail, following.at, now())
        return {"outcome": f"failed:{failure.reason}", "detail": failure.detail}


def _conditions(feed: Feed) -> dict[str, str]:
    conditions = {"if-none-match": feed.etag, "if-modified-since": feed.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _parse(argument: tuple[bytes, str, str | None]) -> ParsedFeed:
    """What the bounded process runs."""
    body, url, content_type = argument
    return feed_to_entries(body, feed_url=url, content_type=content_type)


def _links_of(parsed: ParsedFeed) -> tuple[list[FoundEntry], int]:
    """The entries that name an article, each link once, and how many don't."""
    found: dict[str, FoundEntry] = {}
    refused = 0
    for entry in parsed.entries:
        try:
            link = entry_to_link(entry.url)
        except Permanent:
            refused += 1
            continue
        found.setdefault(link.url, FoundEntry(entry, link.url, link.host))
    return list(found.values()), refused
