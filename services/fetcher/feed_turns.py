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
        self._free_at: dict[str, float] = {}  # behind all turns that were promised
        self._rested_at: dict[str, float] = {}  # after the poll that came last
        self._promised = set[int]()

    def part(self, feeds: Sequence[Feed], now: float) -> tuple[list[Feed], dict[int, float]]:
        """Those to poll now, each to be `given_back` afterwards, and in how many seconds it is the turn of the others."""
        for moments in (self._free_at, self._rested_at):
            _forget_past(moments, now)
        late = Counter[str]()
        turns = [(feed, self._wait(feed, now, late)) for feed in feeds]
        return [feed for feed, wait in turns if wait is None], {feed.id: wait for feed, wait in turns if wait is not None}

    def given_back(self, feed: Feed) -> None:
        """A poll is over."""
        host = _host(feed)
        self._asked[host] -= 1
        if self._asked[host] <= 0:
            del self._asked[host]

    def _wait(self, feed: Feed, now: float, late: Counter[str]) -> float | None:
        host = _host(feed)
        at = self._promised_turn(host, now, late) if feed.id in self._promised else self._new_turn(host, now)
        if at <= now and self._asked[host] < self._slots:
            self._promised.discard(feed.id)
            self._asked[host] += 1
            self._rested_at[host] = now + self._spacing
            return None
        self._promised.add(feed.id)
        return at - now if at > now else _WHILE_SLOTS_ARE_TAKEN

    def _new_turn(self, host: str, now: float) -> float:
        at = max(now, self._free_at.get(host, now), self._rested_at.get(host, now))
        self._free_at[host] = at + self._spacing
        return at

    def _promised_turn(self, host: str, now: float, late: Counter[str]) -> float:
        """Where the loop was held up, several come for theirs at once; they get it one after the other all the same."""
        at = self._rested_at.get(host, now)
        if at <= now:
            return now
        at += late[host] * self._spacing
        late[host] += 1
        self._free_at[host] = max(self._free_at.get(host, at), at + self._spacing)
        return at


def _forget_past(moments: dict[str, float], now: float) -> None:
    if len(moments) > _HOSTS_REMEMBERED:
        for host in [host for host, at in moments.items() if at <= now]:
            del moments[host]


def _host(feed: Feed) -> str:
    return urlsplit(feed.url).netloc
