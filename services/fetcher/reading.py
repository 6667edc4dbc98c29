"""An answer's bytes → entries with the links they name, read in a bounded process."""

from __future__ import annotations

import copyreg
from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter

from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
from shared.fetch import Accept, Fetcher, FetchLimits
from shared.model import Entry, Page
from shared.stages import feed_limits, sitemap
from shared.stages.discovery import discover
from shared.stages.entry_to_link import entry_to_link
from shared.stages.feed_text import full_text
from shared.stages.feed_to_entries import feed_to_entries
from shared.stages.page_to_text import decode
from shared.store.entries import FoundEntry

PARSE_SECONDS, PARSE_MEMORY = 10.0, 1_000_000_000
"""What reading one answer may take: seconds, and bytes."""
_MOST_SITEMAPS = 3  # of an index, newest first: news is in the last ones, the rest is archive


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What a feed told: entries that name an article, each link once, and how many entries name none.

    `sitemaps` are the newest of those that an index lists; a feed has none.
    """

    title: str | None = None
    found: tuple[FoundEntry, ...] = ()
    refused: int = 0
    ttl: float | None = None
    hub: str | None = None
    topic: str | None = None
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedReader:
    """Reads answers, and fetches the sitemaps of an index."""

    fetcher: Fetcher
    parser: BoundedProcess
    limits: FetchLimits

    async def read(self, page: Page) -> FeedRead:
        """Raises a `Failure` where it is no feed, or where none of an index's sitemaps can be read."""
        read = await self._parse(page)
        return await self._read_sitemaps(read.sitemaps) if read.sitemaps else read

    async def named_feeds(self, page: Page) -> tuple[str, ...]:
        """The feeds that a web page names, best first."""
        return await self.parser.run(_named_feeds, (page.body, page.headers.get("content-type", ""), page.final_url))

    async def _parse(self, page: Page) -> FeedRead:
        return await self.parser.run(parse_feed, (page.body, page.final_url, page.headers.get("content-type")))

    async def _read_sitemaps(self, urls: tuple[str, ...]) -> FeedRead:
        """One after the other, for they stand on one host; an index in an index is left alone."""
        reads, failures = list[FeedRead](), list[Failure]()
        for url in urls:
            try:
                reads.append(await self._parse(await self.fetcher.get(url, accept=Accept.FEED, limits=self.limits)))
            except Failure as failure:
                failures.append(failure)
        if not reads:
            raise failures[0]
        found = _each_link_once(each for read in reads for each in read.found)
        return FeedRead(found=found, refused=sum(read.refused for read in reads), sitemaps=urls)


def parse_feed(argument: tuple[bytes, str, str | None]) -> FeedRead:
    """What the bounded process runs on body, address and content type. Raises `Permanent`."""
    body, url, content_type = argument
    try:
        parsed = feed_to_entries(body, feed_url=url, content_type=content_type)
    except Permanent as failure:
        if failure.reason != "sitemap-index":
            raise
        return FeedRead(sitemaps=sitemap.children(feed_limits.unzipped(body), feed_url=url)[:_MOST_SITEMAPS])
    found = [each for each in map(_found, parsed.entries) if each is not None]
    refused = len(parsed.entries) - len(found)
    return FeedRead(parsed.title, _each_link_once(found), refused, parsed.ttl, parsed.hub, parsed.topic)


def _named_feeds(argument: tuple[bytes, str, str]) -> tuple[str, ...]:
    """What the bounded process runs on body, content type and address."""
    body, content_type, url = argument
    return discover(decode(body, content_type), url)


def _found(entry: Entry) -> FoundEntry | None:
    try:
        link = entry_to_link(entry.url)
    except Permanent:
        return None
    return FoundEntry(entry, link.url, link.host, full_text(entry))


def _each_link_once(found: Iterable[FoundEntry]) -> tuple[FoundEntry, ...]:
    """The first entry that names a link tells of it."""
    once: dict[str, FoundEntry] = {}
    for each in found:
        once.setdefault(each.url, each)
    return tuple(once.values())


def _travels_light(kind: type[Entry | FoundEntry], names: tuple[str, ...]) -> None:
    """Pickle as constructor and values: as a frozen dataclass it would take five times as long on its way from the child."""
    values = attrgetter(*names)
    copyreg.pickle(kind, lambda each: (kind, values(each)))


_travels_light(Entry, tuple(each.name for each in fields(Entry)))
_travels_light(FoundEntry, tuple(each.name for each in fields(FoundEntry)))
