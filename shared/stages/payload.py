"""Payloads: a fingerprint's samples as bytes, and many of them read at once.

    header   u16 each: version | unspaced << 8, words in the text (2), subjects (2), level of each of 4 sets, how many of each of
             7 groups are kept at 5 levels (cumulative: a prefix is a coarser sample)
    body     16 bits of every hash kept: numbers, names, other words, stop words, 3-grams, 8-grams, pairs of facts that follow
             each other, smallest hash first

A set is sampled by keeping the hashes under 2^(64 - level). Two sets are compared at the larger of their levels, so that the
samples of a long and of a short text speak of the same hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.stages.words import NAMES, NUMBERS, OTHERS, STOPS, Hashes

Short = np.dtype("<u2")
Shorts = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.int64]

TRIGRAMS, OCTOGRAMS, FACT_PAIRS = 4, 5, 6
GROUPS = 7
"""Numbers, names, other words and stop words, as `words` numbers them, then what is made of them."""
SET_OF_GROUP = np.array([0, 0, 0, 0, 1, 2, 3])
"""Words, 3-grams, 8-grams and pairs of facts are sampled apart, each at a level of its own."""
SETS = 4
LEVELS = 5
SUBJECTS = 2
"""Names mentioned most: a match has two sides, and pages of one template about two matches may share one."""
_FIXED = 3 + SUBJECTS
HEADER = _FIXED + SETS + GROUPS * LEVELS
_HEADER_PLACES = np.arange(HEADER)
_KEPT_BITS = np.uint64(8)


@dataclass(frozen=True, slots=True)
class Sample:
    """One set's hashes under a level, group by group and smallest first, with how many stand under each further level."""

    level: int
    hashes: Shorts
    counts: list[int]
    """Groups × levels."""


def shortened(hashes: Hashes) -> Shorts:
    """The 16 bits of each hash that a payload keeps: not the highest, by which it is sampled, nor the lowest, which are flags."""
    return (hashes >> _KEPT_BITS).astype(Short)


_LIMITS = np.array([(1 << (64 - level)) - 1 for level in range(64)], np.uint64)


def sampled(ordered: Hashes, most: int) -> Sample:
    """Sample one group of sorted hashes, at the least level that leaves at most `most`."""
    level = _level(ordered, most)
    counts = np.searchsorted(ordered, _LIMITS[level : level + LEVELS], side="right").tolist()
    return Sample(level, shortened(ordered[: counts[0]]), counts)


def sampled_by_kind(ordered: Hashes, most: int) -> Sample:
    """Sample sorted words, whose kinds are their lowest 2 bits, into a group a kind."""
    level = _level(ordered, most)
    if level:
        ordered = ordered[: int(np.searchsorted(ordered, _LIMITS[level], side="right"))]
    grouped = np.sort(ordered << _KIND_SHIFT | ordered >> _KIND_BITS)
    limits = (_KINDS << _KIND_SHIFT | _LIMITS[level : level + LEVELS] >> _KIND_BITS).ravel()
    ends = np.searchsorted(grouped, limits, side="right").reshape(len(_KINDS), LEVELS)
    ends[1:] -= ends[:-1, :1].copy()
    return Sample(level, (grouped >> (_KEPT_BITS - _KIND_BITS)).astype(Short), ends.ravel().tolist())


_KINDS = np.array([NUMBERS, NAMES, OTHERS, STOPS], np.uint64)[:, None]
_KIND_BITS, _KIND_SHIFT = np.uint64(2), np.uint64(62)


def _level(ordered: Hashes, most: int) -> int:
    return 65 - int(ordered[most]).bit_length() if len(ordered) > most else 0


def pack(*, version: int, unspaced: bool, length: int, subjects: Sequence[int], sets: Sequence[Sample]) -> bytes:
    """Write a payload. `sets` are words, 3-grams, 8-grams and pairs of facts; `subjects` are at most 2, of 16 bits."""
    padded = [*subjects, *[0] * (SUBJECTS - len(subjects))]
    header = [version | unspaced << 8, length & 0xFFFF, length >> 16, *padded, *(each.level for each in sets)]
    for each in sets:
        header += each.counts
    return b"".join([np.array(header, Short).tobytes(), *(each.hashes.tobytes() for each in sets)])


@dataclass(frozen=True, slots=True)
class Payloads:
    """Payloads side by side, a row each."""

    unspaced: npt.NDArray[np.bool_]
    lengths: Counts
    subjects: Counts
    """Rows × 2; 0 for none."""
    levels: Counts
    """Rows × sets."""
    counts: Counts
    """Rows × groups × levels from the row's own level up."""
    starts: Counts
    """Rows × groups: where the group's hashes begin in `body`."""
    body: Shorts


def unpack(payloads: Sequence[bytes]) -> Payloads:
    """Read payloads side by side. All must be of the version that this code writes."""
    body = np.frombuffer(b"".join(payloads), Short)
    sizes = np.fromiter(map(len, payloads), np.int64, len(payloads)) >> 1
    begins = sizes.cumsum() - sizes
    header = body[begins[:, None] + _HEADER_PLACES].astype(np.int64)
    counts = header[:, _FIXED + SETS :].reshape(-1, GROUPS, LEVELS)
    kept = counts[:, :, 0]
    return Payloads(
        unspaced=header[:, 0] >> 8 != 0,
        lengths=header[:, 1] | header[:, 2] << 16,
        subjects=header[:, 3:_FIXED],
        levels=header[:, _FIXED : _FIXED + SETS],
        counts=counts,
        starts=begins[:, None] + HEADER + kept.cumsum(axis=1) - kept,
        body=body,
    )


def counts_at(rows: Payloads, which: Counts, wanted: Counts) -> Counts:
    """How many hashes of each group stand under the `wanted` levels (a row for each of `which`), at least the rows' own."""
    further = np.minimum(wanted - rows.levels[which], LEVELS - 1)[:, SET_OF_GROUP]
    chosen: Counts = rows.counts[which[:, None], _EVERY_GROUP, further]
    return chosen


_EVERY_GROUP = np.arange(GROUPS)
