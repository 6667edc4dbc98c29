"""Text → fingerprint: keys that find candidates, and a payload that says all that verifying needs, without the text.

The title is not part of it: copies are headlined anew more often than they are rewritten, and series of different reports
share their title.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shared.stages.payload import SUBJECTS, pack, sampled, sampled_by_kind, shortened
from shared.stages.words import NAMES, NUMBERS, OTHERS, STOPS, Flags, Hashes, Words, words_of

SIGNATURE_VERSION = 2
"""Goes up whenever the same text would get other keys or another payload: signatures of two versions can't be compared."""

_KEYS, _LEAD_KEYS, _FACT_PAIR_KEYS, _FACT_TRIGRAM_KEYS, _LEAD = 24, 7, 6, 4, 60
"""With 40 keys none of 6,465 true pairs more was found, and an article took half as much again to store."""
_UNSPACED_SHARE = 0.4
_WORDS_KEPT, _TRIGRAMS_KEPT, _OCTOGRAMS_KEPT, _FACT_PAIRS_KEPT = 512, 320, 128, 64
_KINDS = np.uint64(3)
_ODD = [np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a text is matched by. Without `keys` it has too few words to be found again."""

    keys: tuple[int, ...]
    """At most 24, unsigned, 32 bits."""
    payload: bytes
    """Self-contained and versioned, about 1.2 kB; `figures.compare` reads it."""


def fingerprint(text: str) -> Fingerprint:
    """Take the fingerprint of an article's clean text."""
    words = words_of(text)
    unspaced = len(words.hashes) > 0 and float(words.singles.mean()) > _UNSPACED_SHARE
    vocabulary, mentions = _vocabulary(words, unspaced=unspaced)
    trigrams, facts = _trigrams(words.hashes), _facts(words)
    sets = (
        sampled_by_kind(vocabulary, _WORDS_KEPT),
        sampled(_distinct(trigrams), _TRIGRAMS_KEPT),
        sampled(_distinct(_octograms(words.hashes)), _OCTOGRAMS_KEPT),
        sampled(_distinct(_pairs(facts)), _FACT_PAIRS_KEPT),
    )
    subjects = _subjects(vocabulary, mentions, unspaced=unspaced) if sets[0].level == 0 else []
    payload = pack(version=SIGNATURE_VERSION, unspaced=unspaced, length=len(words.hashes), subjects=subjects, sets=sets)
    return Fingerprint(_keys(trigrams, words.kinds == STOPS, facts), payload)


def _vocabulary(words: Words, *, unspaced: bool) -> tuple[Hashes, Hashes]:
    """Distinct words in the order of their hashes, the kind of each in its low 2 bits, and how often each is mentioned.

    A word that is a name anywhere is one everywhere.
    """
    tagged = _unspaced_words(words) if unspaced else words.hashes | words.kinds
    tagged.sort()
    first = _firsts(tagged & ~_KINDS)
    mentions = np.empty(len(first), np.uint64)
    np.subtract(first[1:], first[:-1], out=mentions[:-1], casting="unsafe")
    mentions[-1:] = len(tagged) - first[-1:]
    return tagged[first], mentions


def _unspaced_words(words: Words) -> Hashes:
    """Pairs of characters stand for words; names are runs of katakana and words in Latin letters."""
    both = words.singles[:-1] & words.singles[1:]
    grammar = words.kinds == STOPS
    kinds = np.where(grammar[:-1] | grammar[1:], STOPS, OTHERS).astype(np.uint64)
    pairs = (_pairs(words.hashes) & ~_KINDS | kinds)[both]
    numbers = words.hashes[words.kinds == NUMBERS] | np.uint64(NUMBERS)
    latin = words.hashes[~words.singles & (words.kinds != NUMBERS) & ~grammar]
    return np.concatenate([pairs, numbers, np.concatenate([latin, words.katakana]) | np.uint64(NAMES)])


def _subjects(vocabulary: Hashes, mentions: Hashes, *, unspaced: bool) -> list[int]:
    """The names mentioned most, if more than once. A text in which no name is repeated may show none: then its words."""
    for kind in (NAMES,) if unspaced else (NAMES, OTHERS):
        repeated = ((vocabulary & _KINDS == kind) & (mentions > 1)).nonzero()[0]
        if len(repeated):
            most = repeated[np.argsort(-mentions[repeated].astype(np.int64), kind="stable")[:SUBJECTS]]
            return list(shortened(vocabulary[most]).tolist())
    return []


def _facts(words: Words) -> Hashes:
    """Numbers and names as they follow each other: translators and editors change words, and seldom this order."""
    facts = words.hashes[words.kinds <= NAMES]
    changes = np.ones(len(facts), np.bool_)
    np.not_equal(facts[1:], facts[:-1], out=changes[1:])
    in_order: Hashes = facts[changes]
    return in_order


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


def _mixed(sums: Hashes) -> Hashes:
    """Spread the bits of sums of products, in place."""
    sums ^= sums >> np.uint64(32)
    sums *= _ODD[3]
    sums ^= sums >> np.uint64(29)
    return sums


def _distinct(hashes: Hashes) -> Hashes:
    ordered = np.sort(hashes)
    return ordered[_firsts(ordered)]


def _firsts(ordered: Hashes) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where each value of a sorted array stands first."""
    first = np.empty(len(ordered), np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first.nonzero()[0]


def _keys(trigrams: Hashes, stops: Flags, facts: Hashes) -> tuple[int, ...]:
    """The smallest hashes of four kinds, each good for what the others miss.

    Of 3-grams in the lead, which truncation spares; of facts that follow each other, which outlive translation and tie
    independent reports on one event together; and of 3-grams anywhere. Only 3-grams that say something count.
    """
    grammar = stops.astype(np.uint8)
    said = grammar[:-2] + grammar[1:-1] + grammar[2:] < 2
    telling = trigrams[said[: len(trigrams)]]
    chosen = dict.fromkeys(_smallest(telling[:_LEAD], _LEAD_KEYS))
    chosen.update(dict.fromkeys(_smallest(_pairs(facts), _FACT_PAIR_KEYS)))
    chosen.update(dict.fromkeys(_smallest(_trigrams(facts), _FACT_TRIGRAM_KEYS)))
    chosen.update(dict.fromkeys(_smallest(telling, _KEYS)))
    return tuple(sorted(list(chosen)[:_KEYS]))


def _smallest(hashes: Hashes, most: int) -> list[int]:
    if len(hashes) > 4 * most:
        hashes = np.partition(hashes, 2 * most)[: 2 * most]
    smallest: list[int] = (_distinct(hashes)[:most] >> np.uint64(32)).tolist()
    return smallest
