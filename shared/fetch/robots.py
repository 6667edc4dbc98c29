"""robots.txt of every site that we fetch from: fetched through the same guard, kept here and where the caller likes."""

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
from shared.stages.host_pace import Sign, sign_of
from shared.stages.redirects import Hop
from shared.stages.robots import LARGEST, Robots, RobotsFile, kept_seconds, read_robots

Load = Callable[[str], tuple[RobotsFile, float] | None]
"""Gives a site's robots.txt that is known already, with the seconds that it still holds."""
Save = Callable[[str, RobotsFile], None]
"""Keeps what a site has just answered."""

_LONGEST_HERE: Final = 3_600.0
_UNREACHABLE_PAUSE: Final = 300.0
_MOST_SITES: Final = 2_000
_LIMITS: Final = FetchLimits(connect=5, read=10, total=15, max_bytes=LARGEST, cut=True)


class RobotsCache:
    """The rules of sites, asked for once an hour (RFC 9309 §2.4 allows a day), unreachable ones every five minutes.

    With `load` and `save`, answers are shared beyond this process, and then hold for the day. A site is named by the URL
    of its robots.txt.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        clock: Callable[[], float] = time.monotonic,
        load: Load = lambda _site: None,
        save: Save = lambda _site, _file: None,
    ) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._load = load
        self._save = save
        self._known: OrderedDict[str, tuple[float, asyncio.Future[Robots]]] = OrderedDict()

    async def check(self, url: str) -> Robots:
        """The site's rules, once they let `url` pass.

        Raises `Permanent("robots")` where they don't, `Transient("robots-unreachable")` where they can't be had, and as
        `rules` does.
        """
        rules = await self.rules(url)
        if not rules.reachable:
            sentence = "The site's robots.txt can't be had, so nothing may be fetched for now."
            raise Transient("robots-unreachable", sentence, _UNREACHABLE_PAUSE)
        if not rules.allows(url):
            raise Permanent("robots", "The site's robots.txt asks not to fetch this.")
        return rules

    async def allows(self, url: str) -> bool:
        """Whether `url` may be fetched now."""
        try:
            return (await self.rules(url)).allows(url)
        except (Transient, Hostile):
            return False

    async def rules(self, url: str) -> Robots:
        """The rules of the site that `url` is on; those who ask at the same time wait for the same answer.

        Raises what its pages would raise too: `Transient` where nobody answers, `Hostile` where nobody may be asked.
        """
        site = _robots_url(url)
        kept = self._known.get(site)
        if kept is None or kept[0] <= self._clock() or kept[1].cancelled():
            kept = self._begin(site)
        return await asyncio.shield(kept[1])

    def _begin(self, site: str) -> tuple[float, asyncio.Future[Robots]]:
        kept = (self._clock() + _LONGEST_HERE, asyncio.ensure_future(self._ask(site)))
        self._known[site] = kept
        self._known.move_to_end(site)
        while len(self._known) > _MOST_SITES:
            self._known.popitem(last=False)
        return kept

    async def _ask(self, site: str) -> Robots:
        known = self._load(site)
        try:
            file, seconds = known or await self._fetch(site)
        except Failure:
            self._known.pop(site, None)  # who asks next tries again
            raise
        if site in self._known:
            self._known[site] = (self._clock() + min(seconds, _LONGEST_HERE), self._known[site][1])
        return read_robots(file.body, file.status, self._fetcher.user_agent)

    async def _fetch(self, site: str) -> tuple[RobotsFile, float]:
        trail: list[Hop] = []
        try:
            page = await self._fetcher.get(site, accept=Accept.ANY, limits=_LIMITS, trail=trail)
            file = RobotsFile(page.body, page.status)
        except Permanent:
            file = RobotsFile(None, 404)
        except (Transient, Hostile) as failure:
            if not trail and (sign_of(failure) is Sign.SILENT or failure.reason == "private-address"):
                raise
            file = RobotsFile(None, None)
        self._save(site, file)
        return file, kept_seconds(file)


def _robots_url(url: str) -> str:
    target = target_of(url)
    return f"{target.scheme}://{target.host_header}/robots.txt"
