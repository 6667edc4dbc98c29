"""Which articles share keys with a new one: the store's candidate index, in memory, for the offline command.

Postings lie in a ring, chained per bucket from the newest back, so that the oldest fall out by being written over: memory is
bounded by construction, and forgetting costs nothing.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

NEWEST_PER_KEY = 64
_NONE = -1


class CandidateIndex:
    """Keys → articles. Articles are numbers that go up as they are added."""

    def __init__(self, postings: int = 1 << 22) -> None:
        """Room for this many postings (keys of articles), a power of two; an article has at most 40."""
        self._mask = postings - 1
        self._heads = array("q", [_NONE]) * postings
        self._before = array("q", [_NONE]) * postings
        self._keys = array("L", [0]) * postings
        self._articles = array("q", [_NONE]) * postings
        self._written = 0

    def add(self, article: int, keys: Iterable[int]) -> None:
        """Remember an article's keys."""
        for key in keys:
            slot, bucket = self._written & self._mask, key & self._mask
            self._before[slot] = self._heads[bucket]
            self._keys[slot] = key
            self._articles[slot] = article
            self._heads[bucket] = self._written
            self._written += 1

    def shared(self, keys: Iterable[int], oldest: int = 0) -> dict[int, int]:
        """Articles from number `oldest` on, with how many of these keys each has; the newest 64 of a key."""
        found: dict[int, int] = {}
        forgotten = self._written - self._mask - 2
        for key in keys:
            left, place = NEWEST_PER_KEY, self._heads[key & self._mask]
            while place > forgotten and left:
                slot = place & self._mask
                article = self._articles[slot]
                if article < oldest:
                    break
                if self._keys[slot] == key:
                    found[article] = found.get(article, 0) + 1
                    left -= 1
                place = self._before[slot]
        return found
