"""Whose turn it is to be polled: feeds of one host come one after the other, and nobody else waits for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from shared.model import Feed

_WHILE_SLOTS_ARE_TAKEN: Final = 1.0  # seconds
_HOSTS_REMEMBERED: Final = 10_000


class FeedTurns:
    """Polls keep the slots and the spacing that pages keep, within one fetcher. `spacing` is in seconds.

    Moments are seconds of a steady clock: what is remembered here would wait for hours after the clock was set back.

    A site with thousands of feeds gets as many turns, one after the other, each told once: so the fetcher goes on to the
    feeds of other sites at once.
    """

    def __init__(self, *, slots: int, spacing: float) -> None:
        self._slots = slots
        self._spacing = spacing
        self._asked = Counter[str]()
        self._free_at: dict[str, float] = {}
        self._promised = set[int]()

    def part(self, feeds: Sequence[Feed], now: float) -> tuple[list[Feed], dict[int, float]]:
        """Those to poll now, each to be `given_back` afterwards, and in how many seconds it is the turn of the others."""
        if len(self._free_at) > _HOSTS_REMEMBERED:
            self._free_at = {host: at for host, at in self._free_at.items() if at > now}
        turns = [(feed, self._wait(feed, now)) for feed in feeds]
        return [feed for feed, wait in turns if wait is None], {feed.id: wait for feed, wait in turns if wait is not None}

    def given_back(self, feed: Feed) -> None:
        """A poll is over."""
        host = _host(feed)
        self._asked[host] -= 1
        if self._asked[host] <= 0:
            del self._asked[host]

    def _wait(self, feed: Feed, now: float) -> float | None:
        host, promised = _host(feed), feed.id in self._promised
        self._promised.discard(feed.id)
        at = now if promised else max(now, self._free_at.get(host, now))
        if not promised:
            self._free_at[host] = at + self._spacing
        if at <= now and self._asked[host] < self._slots:
            self._asked[host] += 1
            return None
        self._promised.add(feed.id)
        return at - now if at > now else _WHILE_SLOTS_ARE_TAKEN


def _host(feed: Feed) -> str:
    return urlsplit(feed.url).netloc
