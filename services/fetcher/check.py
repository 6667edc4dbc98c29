"""One URL tried as a feed, for a person who wants to know what it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from services.fetcher.reading import FeedRead, FeedReader
from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
from shared.fetch import Accept, Fetcher, FetchLimits, Hop, RobotsCache
from shared.model import Page
from shared.stages import feed_limits
from shared.stages.discovery import COMMON_PATHS
from shared.stages.feed_format import format_of
from shared.stages.redirects import feed_move

_LINKS_SHOWN = 5
_LONGEST_PAUSE = 10.0  # seconds between two guesses; a robots.txt that asks for more gets this


@dataclass(frozen=True, slots=True)
class CheckedFeed:
    """What a feed is. `links` are the first few canonical ones; `ttl` is in seconds; `sitemaps` are what an index listed."""

    url: str
    format: str
    title: str | None
    entries: int
    no_articles: int
    full_texts: int
    newest: datetime | None
    links: tuple[str, ...]
    ttl: float | None
    hub: str | None
    moved_to: str | None
    sitemaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """A web page and the feeds of its site: those that it names, or one that was found where feeds usually are."""

    url: str
    feeds: tuple[str, ...]
    named: bool


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """Tries URLs; `pause` is the least time between two guesses at one site, in seconds."""

    fetcher: Fetcher
    parser: BoundedProcess
    limits: FetchLimits
    pause: float = 1.0

    async def check(self, url: str) -> CheckedFeed | CheckedPage:
        """Fetch it and tell what it is. Raises a `Failure` where no feed is found."""
        trail: list[Hop] = []
        page = await self.fetcher.get(url, accept=Accept.FEED, limits=self.limits, trail=trail)
        try:
            read = await self._reader().read(page)
        except Permanent as failure:
            if failure.reason != "not-a-feed":
                raise
            return await self._feeds_of(page, failure)
        moved = feed_move(trail, None)
        return _checked(page, read, moved.url if moved else None)

    def _reader(self) -> FeedReader:
        return FeedReader(self.fetcher, self.parser, self.limits)

    async def _feeds_of(self, page: Page, failure: Permanent) -> CheckedPage:
        named = await self._reader().named_feeds(page)
        if named:
            return CheckedPage(page.final_url, named, named=True)
        if "html" not in page.headers.get("content-type", "html"):
            raise failure
        guessed = await self._guess(page.final_url)
        if guessed is None:
            raise Permanent("not-a-feed", "It is a web page that names no feed, and there is none at the usual addresses.")
        return CheckedPage(page.final_url, (guessed,), named=False)

    async def _guess(self, url: str) -> str | None:
        """The first of the usual addresses that holds a feed: one request at a time, and none that robots.txt forbids."""
        robots = RobotsCache(self.fetcher)
        pause = min(_LONGEST_PAUSE, max(self.pause, (await robots.rules(url)).crawl_delay() or 0.0))
        for path in COMMON_PATHS:
            guess = urljoin(url, path)
            if not await robots.allows(guess):
                continue
            await asyncio.sleep(pause)
            if await self._is_feed(guess):
                return guess
        return None

    async def _is_feed(self, url: str) -> bool:
        """Raises `Failure("rate-limited")`: whoever asks us to stop isn't asked further."""
        try:
            await self._reader().read(await self.fetcher.get(url, accept=Accept.FEED, limits=self.limits))
        except Failure as failure:
            if failure.reason == "rate-limited":
                raise
            return False
        return True


def _checked(page: Page, read: FeedRead, moved_to: str | None) -> CheckedFeed:
    dates = [date for each in read.found if (date := each.entry.published or each.entry.updated)]
    return CheckedFeed(
        url=page.final_url,
        format=format_of(feed_limits.unzipped(page.body)),
        title=read.title,
        entries=len(read.found) + read.refused,
        no_articles=read.refused,
        full_texts=sum(each.text is not None for each in read.found),
        newest=max(dates, default=None),
        links=tuple(each.url for each in read.found[:_LINKS_SHOWN]),
        ttl=read.ttl,
        hub=read.hub,
        moved_to=moved_to,
        sitemaps=read.sitemaps,
    )
