"""Text → fingerprint: keys that find candidates, and a payload that says all that verifying needs, without the text.

The title is not part of it: copies are headlined anew more often than they are rewritten, and series of different reports
share their title.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared.stages.payload import Sample, pack
from shared.stages.words import Flags, Hashes, Words, words_of

SIGNATURE_VERSION = 1
"""Goes up whenever the same text would get other keys or another payload: signatures of two versions can't be compared."""

_WHOLE_KEYS = 24
_LEAD_KEYS = 16
_LEAD = 60
_UNSPACED_SHARE = 0.4
_WORDS_KEPT, _TRIGRAMS_KEPT, _OCTOGRAMS_KEPT = 640, 512, 128
_ODD = [np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text is matched by. Empty `keys` mean that the text has too few words to be found again."""

    keys: tuple[int, ...]
    """At most 40, unsigned, 32 bits."""
    payload: bytes
    """Self-contained and versioned, about 1.4 kB; `same_text` reads it."""


def fingerprint(text: str) -> Fingerprint:
    """Take the fingerprint of an article's clean text."""
    words = words_of(text)
    unspaced = len(words.hashes) > 0 and float(words.singles.mean()) > _UNSPACED_SHARE
    trigrams = _trigrams(words.hashes)
    vocabulary, kinds = _vocabulary(words, unspaced=unspaced)
    return Fingerprint(
        keys=_keys(trigrams, words.stops),
        payload=pack(
            version=SIGNATURE_VERSION,
            unspaced=unspaced,
            length=len(words.hashes),
            words=[Sample.of(vocabulary[kinds == kind], _level(vocabulary, _WORDS_KEPT)) for kind in range(3)],
            trigrams=Sample.of(distinct := _distinct(trigrams), _level(distinct, _TRIGRAMS_KEPT)),
            octograms=Sample.of(distinct := _distinct(_octograms(words.hashes)), _level(distinct, _OCTOGRAMS_KEPT)),
        ),
    )


def _vocabulary(words: Words, *, unspaced: bool) -> tuple[Hashes, Hashes]:
    """Distinct words in the order of their hashes, and the kind of each: 0 number, 1 name, 2 any other."""
    kinds = np.where(words.numbers, 0, np.where(words.capitals, 1, 2)).astype(np.uint64)
    tagged = words.hashes | kinds
    if unspaced:
        both = words.singles[:-1] & words.singles[1:]
        pairs = _pairs(words.hashes)[both]
        latin = words.hashes[~words.singles & ~words.numbers] | np.uint64(1)
        tagged = np.concatenate([pairs & ~np.uint64(3) | np.uint64(2), tagged[words.numbers], latin, words.names | np.uint64(1)])
    tagged.sort()
    hashes = tagged >> np.uint64(2)
    first = np.ones(len(tagged), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    distinct = tagged[first]
    return distinct, distinct & np.uint64(3)


def _mixed(sums: Hashes) -> Hashes:
    """Spread the bits of sums of products, in place."""
    sums ^= sums >> np.uint64(32)
    sums *= _ODD[3]
    sums ^= sums >> np.uint64(29)
    return sums


def _pairs(hashes: Hashes) -> Hashes:
    return _mixed(hashes[:-1] * _ODD[0] + hashes[1:] * _ODD[1])


def _trigrams(hashes: Hashes) -> Hashes:
    if len(hashes) < 3:
        return np.empty(0, np.uint64)
    return _mixed(hashes[:-2] * _ODD[0] + hashes[1:-1] * _ODD[1] + hashes[2:] * _ODD[2])


def _octograms(hashes: Hashes) -> Hashes:
    if len(hashes) < 8:
        return np.empty(0, np.uint64)
    pairs: Hashes = hashes[:-1] * _ODD[0] + hashes[1:] * _ODD[1]
    pairs ^= pairs >> np.uint64(31)
    fours: Hashes = pairs[:-2] * _ODD[2] + pairs[2:] * _ODD[3]
    fours ^= fours >> np.uint64(31)
    return _mixed(fours[:-4] * _ODD[0] + fours[4:] * _ODD[1])


def _distinct(hashes: Hashes) -> Hashes:
    hashes = np.sort(hashes)
    first = np.ones(len(hashes), np.bool_)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return hashes[first]


def _level(hashes: Hashes, most: int) -> int:
    """The least level of sampling that leaves at most `most` of these sorted hashes; level L keeps those under 2^(64-L)."""
    return 65 - int(hashes[most]).bit_length() if len(hashes) > most else 0


def _keys(trigrams: Hashes, stops: Flags) -> tuple[int, ...]:
    """The smallest hashes of 3-grams that say something, over the whole text and over its lead, which truncation spares."""
    said = stops[:-2].astype(np.uint8) + stops[1:-1] + stops[2:] < 2
    telling = trigrams[said[: len(trigrams)]]
    lead = np.sort(telling[:_LEAD])[:_LEAD_KEYS]
    smallest = np.partition(telling, _WHOLE_KEYS)[:_WHOLE_KEYS] if len(telling) > _WHOLE_KEYS else telling
    return tuple(np.unique(np.concatenate([smallest, lead]) >> np.uint64(32)).tolist())
