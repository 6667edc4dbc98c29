"""Which articles share keys with a new one: the store's candidate index, in memory, for the offline command.

Postings lie in a ring, chained per bucket from the newest back, so that the oldest fall out by being written over: memory is
bounded by construction, and forgetting costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

NEWEST_PER_KEY = 64
_NONE = 0


class CandidateIndex:
    """Keys → articles. Articles are numbers that go up as they are added."""

    def __init__(self, postings: int) -> None:
        """Room for this many postings (keys of articles), 24 bytes each; an article has at most 24."""
        self._size = postings
        self._buckets = (1 << max(postings - 1, 1).bit_length()) - 1
        self._heads = _zeros(self._buckets + 1, np.int64)
        self._before = _zeros(postings, np.int64)
        self._keys = _zeros(postings, np.uint32)
        self._articles = _zeros(postings, np.uint32)
        self._written = 1

    def add(self, article: int, keys: Iterable[int]) -> None:
        """Remember an article's keys."""
        for key in keys:
            slot, bucket = self._written % self._size, key & self._buckets
            self._before[slot] = self._heads[bucket]
            self._keys[slot] = key
            self._articles[slot] = article
            self._heads[bucket] = self._written
            self._written += 1

    def shared(self, keys: Iterable[int], oldest: int = 0) -> dict[int, int]:
        """Articles from number `oldest` on, with how many of these keys each has; the newest 64 of a key."""
        found: dict[int, int] = {}
        keyed, articles, before, size = self._keys, self._articles, self._before, self._size
        forgotten = max(_NONE, self._written - size - 1)
        for key in keys:
            left, place = NEWEST_PER_KEY, self._heads[key & self._buckets]
            while place > forgotten and left:
                slot = place % size
                if keyed[slot] == key:
                    article = articles[slot]
                    if article < oldest:
                        break
                    found[article] = found.get(article, 0) + 1
                    left -= 1
                place = before[slot]
        return found


def _zeros(size: int, kind: npt.DTypeLike) -> memoryview:
    """As `array`, but the machine gives the memory when it is first used: most files are smaller than the window."""
    return np.zeros(size, kind).data
