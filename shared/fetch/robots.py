"""robots.txt of every site that we fetch from: fetched through the same guard, kept for a while in this process."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from shared.failures import Failure, Hostile, Permanent, Transient
from shared.fetch.answer import Accept
from shared.fetch.client import Fetcher, FetchLimits
from shared.fetch.target import target_of
from shared.stages.robots import LARGEST, Robots, read_robots

_KEPT: Final = 3_600.0
_KEPT_UNREACHABLE: Final = 300.0
_MOST_SITES: Final = 2_000
_LIMITS: Final = FetchLimits(connect=5, read=10, total=15, max_bytes=LARGEST, cut=True)


class RobotsCache:
    """The rules of sites, asked for once an hour (RFC 9309 §2.4 allows a day), unreachable ones every five minutes."""

    def __init__(self, fetcher: Fetcher, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, asyncio.Future[Robots]]] = OrderedDict()

    async def check(self, url: str) -> Robots:
        """The site's rules, once they let `url` pass.

        Raises `Permanent("robots")` where they don't, `Transient("robots-unreachable")` where they can't be had.
        """
        rules = await self.rules(url)
        if not rules.reachable:
            raise Transient("robots-unreachable", "The site's robots.txt can't be had, so nothing may be fetched for now.")
        if not rules.allows(url):
            raise Permanent("robots", "The site's robots.txt asks not to fetch this.")
        return rules

    async def allows(self, url: str) -> bool:
        """Whether `url` may be fetched now."""
        return (await self.rules(url)).allows(url)

    async def rules(self, url: str) -> Robots:
        """The rules of the site that `url` is on; those who ask at the same time wait for the same answer."""
        site = _robots_url(url)
        kept = self._known.get(site)
        if kept is None or kept[0] <= self._clock() or kept[1].cancelled():
            kept = self._begin(site)
        return await asyncio.shield(kept[1])

    def _begin(self, site: str) -> tuple[float, asyncio.Future[Robots]]:
        kept = (self._clock() + _KEPT, asyncio.ensure_future(self._ask(site)))
        self._known[site] = kept
        self._known.move_to_end(site)
        while len(self._known) > _MOST_SITES:
            self._known.popitem(last=False)
        return kept

    async def _ask(self, site: str) -> Robots:
        body, status = await self._fetch(site)
        rules = read_robots(body, status, self._fetcher.user_agent)
        if not rules.reachable:
            self._known[site] = (self._clock() + _KEPT_UNREACHABLE, self._known[site][1])
        return rules

    async def _fetch(self, site: str) -> tuple[bytes | None, int | None]:
        """Body and status; a site that can't be reached has no status, one that answers nonsense has no file."""
        try:
            page = await self._fetcher.get(site, accept=Accept.ANY, limits=_LIMITS)
        except (Permanent, Hostile) as failure:
            return None, None if isinstance(failure, Hostile) else 404
        except Failure:
            return None, None
        return page.body, page.status


def _robots_url(url: str) -> str:
    target = target_of(url)
    return f"{target.scheme}://{target.host_header}/robots.txt"
