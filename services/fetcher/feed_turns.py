"""Whose turn it is to be polled: feeds of one host come one after the other, and nobody else waits for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from shared.model import Feed

_WHILE_SLOTS_ARE_TAKEN: Final = timedelta(seconds=1)
_HOSTS_REMEMBERED: Final = 10_000


class FeedTurns:
    """Polls keep the slots and the spacing that pages keep, within one fetcher. `spacing` is in seconds.

    A site with thousands of feeds gets as many turns, one after the other, each told once: so the fetcher goes on to the
    feeds of other sites at once.
    """

    def __init__(self, *, slots: int, spacing: float) -> None:
        self._slots = slots
        self._spacing = timedelta(seconds=spacing)
        self._asked = Counter[str]()
        self._free_at: dict[str, datetime] = {}
        self._promised: dict[int, datetime] = {}

    def part(self, feeds: Sequence[Feed], now: datetime) -> tuple[list[Feed], dict[int, datetime]]:
        """Those to poll now, each to be `given_back` afterwards, and when it is the turn of the others."""
        if len(self._free_at) > _HOSTS_REMEMBERED:
            self._free_at = {host: at for host, at in self._free_at.items() if at > now}
        turns = [(feed, self._turn(feed, now)) for feed in feeds]
        return [feed for feed, at in turns if at is None], {feed.id: at for feed, at in turns if at is not None}

    def given_back(self, feed: Feed) -> None:
        """A poll is over."""
        host = _host(feed)
        self._asked[host] -= 1
        if self._asked[host] <= 0:
            del self._asked[host]

    def _turn(self, feed: Feed, now: datetime) -> datetime | None:
        host, promised = _host(feed), self._promised.pop(feed.id, None)
        free = self._asked[host] < self._slots
        at = max(now, self._free_at.get(host, now)) if promised is None else now
        if promised is None:
            self._free_at[host] = at + self._spacing
        if free and at <= now:
            self._asked[host] += 1
            return None
        self._promised[feed.id] = at if at > now else now + _WHILE_SLOTS_ARE_TAKEN
        return self._promised[feed.id]


def _host(feed: Feed) -> str:
    return urlsplit(feed.url).netloc
