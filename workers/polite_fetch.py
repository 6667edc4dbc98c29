"""A page for a link, when its host may be asked for it: robots.txt first, then the host's turn, and no knocking on dead doors.

What each answer or silence means for the host is decided in `shared/stages/host_pace.py` and kept in the store, so that all
workers act as one reader.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from shared import log
from shared.bootstrap import App, now
from shared.failures import Failure, Permanent
from shared.fetch import Accept, Fetcher, Hop, RobotsCache
from shared.model import Link, LinkState, Page
from shared.stages import host_pace
from shared.stages.host_pace import Health, Later, Sign
from shared.stages.robots import RobotsFile
from shared.store.links import Claim

_LONG: Final = 1_000.0  # ms of waiting after which a link's lease is renewed before its download


class PoliteFetcher:
    """Fetches the links of one job; its robots.txt files and its hosts are shared with every other job."""

    def __init__(self, app: App, fetcher: Fetcher, *, clock: Callable[[], datetime] = now) -> None:
        self._app = app
        self._fetcher = fetcher
        self._now = clock
        self._hosts = app.store.hosts
        self._robots = RobotsCache(fetcher, load=lambda site: self._hosts.robots(site, clock()), save=self._save)

    async def get(self, link: Link, facts: dict[str, object]) -> Page | Later:
        """The link's page, or when to come back for it because of its host; `facts` gets how long which part took.

        Raises what the fetcher raises, `Permanent("robots")` where the site asks not to fetch this,
        `Transient("robots-unreachable")`, and `Permanent("host-down")` where the host has been away for a day.
        """
        hops: list[Hop] = []
        try:
            if later := await self._wait_for_turn(link, facts):
                return later
            watch = log.Stopwatch()
            page = await self._fetcher.get(link.url, accept=Accept.PAGE, trail=hops)
            facts["ms_fetch"] = watch.ms()
        except Failure as failure:
            return self._charge(link, failure, elsewhere=bool(hops))
        self._hosts.answered(link.host)
        return page

    async def _wait_for_turn(self, link: Link, facts: dict[str, object]) -> Later | None:
        watch = log.Stopwatch()
        known = self._hosts.get(link.host)
        if known.health.is_down and (later := self._hosts.begin_probe(link.host, self._now())):
            return later
        delay = (await self._robots.check(link.url)).crawl_delay()
        spacing = self._app.settings.host_spacing
        if spacing or delay or known.has_pace:
            turn = self._hosts.take_turn(link.host, delay, spacing, self._now())
            if isinstance(turn, Later):
                return turn
            await asyncio.sleep(turn.wait)
        facts["ms_wait"] = watch.ms()
        if watch.ms() > _LONG:
            self._keep(link)
        return None

    def _save(self, site: str, file: RobotsFile) -> None:
        self._hosts.keep_robots(site, file, self._now())
        self._hosts.answered(urlsplit(site).netloc)

    def _keep(self, link: Link) -> None:
        claim = Claim(link.id, link.release)
        self._app.store.links.take([claim], LinkState.RELEASED, self._now(), lease=self._app.settings.lease)

    def _charge(self, link: Link, failure: Failure, *, elsewhere: bool) -> Later:
        """Charge a failure to the host it belongs to; raises it again where it is the link's too."""
        sign = Sign.ANSWERS if elsewhere else host_pace.sign_of(failure)
        if sign is Sign.SILENT:
            return self._charge_host(link, failure)
        if sign is Sign.ANSWERS:
            self._hosts.answered(link.host)
        if not elsewhere and (until := host_pace.pause_after(failure, self._now())):
            self._hosts.pause(link.host, until)
        raise failure

    def _charge_host(self, link: Link, failure: Failure) -> Later:
        moment = self._now()
        health = self._hosts.was_silent(link.host, moment)
        if before := host_pace.given_up(health, moment):
            ended = self._hosts.end_waiting(link.host, before, moment)
            log.logger().warning("host", outcome="given-up", links=ended, down_since=health.down_since)
            raise Permanent("host-down", f"{link.host} has not been reached for a day: {failure.detail}") from failure
        return _probed_in_vain(health, failure)


def _probed_in_vain(health: Health, failure: Failure) -> Later:
    if not health.was_down_before or health.down_until is None:
        raise failure
    return Later(health.down_until, "host-down")
