"""The poison-page guard: one body under many titles of a host is a wall, a notice or an error, whatever it says.

What the store does: it keeps rows `(host, body_key, title, url)`, unique on host, body and URL and at most
`MOST_TITLES` a body, written for every article that was extracted, quarantined ones too. For an article it loads the
titles that *other* URLs of the host have shown above the same body and asks `is_poison`. Where that says so the article
is quarantined instead of being folded, and those before it with the same body should be, too: they came in as long as
nobody could know.
"""

from __future__ import annotations

from collections.abc import Sequence

import xxhash

from shared.stages.clean.lines import count_words, split_lines
from shared.stages.titles import telling_words

MOST_TITLES = 8
"""Titles kept of a body; more tell nothing new."""
_LONG = 200
"""Words from which on one other title isn't enough: houses do run an article twice under two headlines."""
_ALIKE = 0.3
"""Share of the shorter title's telling words from which on two titles are versions of one headline."""


def body_key(text: str) -> int:
    """The key of a cleaned text by its words alone, digits folded: a signed 64-bit number."""
    number = xxhash.xxh3_64_intdigest("\n".join(line.key for line in split_lines(text)).encode("utf-8", "replace"))
    return number - (1 << 64) if number >= 1 << 63 else number


def is_poison(text: str, title: str | None, other_titles: Sequence[str]) -> bool:
    """Whether a cleaned text stands under so many different titles on its host that it can't be any one's article.

    `other_titles` are those of other URLs of the host with the same `body_key`. Titles that share words are versions of
    one headline and count once: an article under two addresses, or with a corrected headline, is no poison.
    """
    different: list[frozenset[str]] = []
    for words in map(telling_words, (title or "", *other_titles)):
        if not any(_alike(words, known) for known in different):
            different.append(words)
    return len(different) - 1 >= (2 if count_words(text) >= _LONG else 1)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter == 0 or len(one & other) >= _ALIKE * shorter
