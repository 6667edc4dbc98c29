"""Payloads: a fingerprint's samples as bytes, and many of them read at once.

    header   36 × u16: version | unspaced << 8, words in the text (2), level of each of 3 sets, how many of each of 5 groups
             are kept at 6 levels (cumulative, so a prefix is a coarser sample)
    body     16 bits of every hash kept: numbers, names, other words, 3-grams, 8-grams, each from the smallest hash up

A set is sampled by keeping the hashes under 2^(64 - level). Two sets are compared at the larger of their levels, so that the
samples of a long and of a short text speak of the same hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shared.stages.words import Hashes

Short = np.dtype("<u2")
Shorts = npt.NDArray[np.uint16]
Counts = npt.NDArray[np.int64]

GROUPS = 5
"""Numbers, names, other words, 3-grams, 8-grams."""
LEVELS = 6
SET_OF_GROUP = np.array([0, 0, 0, 1, 2])
HEADER = 6 + GROUPS * LEVELS
_KEPT_BITS = np.uint64(8)


@dataclass(frozen=True, slots=True)
class Sample:
    """A group's hashes under a level, smallest first, with how many of them stand under each further level."""

    level: int
    hashes: Shorts
    counts: tuple[int, ...]

    @classmethod
    def of(cls, ordered: Hashes, level: int) -> Sample:
        """Sample sorted hashes at a level."""
        limits = np.array([(1 << (64 - at)) - 1 for at in range(level, level + LEVELS)], np.uint64)
        counts = np.searchsorted(ordered, limits, side="right").tolist()
        return cls(level, (ordered[: counts[0]] >> _KEPT_BITS).astype(Short), tuple(counts))


def pack(*, version: int, unspaced: bool, length: int, words: Sequence[Sample], trigrams: Sample, octograms: Sample) -> bytes:
    """Write a payload; `words` are the samples of numbers, names and other words, at one level."""
    groups = [*words, trigrams, octograms]
    header = [version | unspaced << 8, length & 0xFFFF, length >> 16, words[0].level, trigrams.level, octograms.level]
    for group in groups:
        header.extend(group.counts)
    return b"".join([np.array(header, Short).tobytes(), *(group.hashes.tobytes() for group in groups)])


@dataclass(frozen=True, slots=True)
class Payloads:
    """Payloads side by side, a row each."""

    versions: Counts
    unspaced: npt.NDArray[np.bool_]
    lengths: Counts
    levels: Counts
    """Rows × sets (words, 3-grams, 8-grams)."""
    counts: Counts
    """Rows × groups × levels from the row's own level up."""
    starts: Counts
    """Rows × groups: where the group's hashes begin in `body`."""
    body: Shorts


def unpack(payloads: Sequence[bytes]) -> Payloads:
    """Read payloads side by side. All must be of one version."""
    whole = np.frombuffer(b"".join(payloads), Short)
    sizes = np.fromiter(map(len, payloads), np.int64, len(payloads)) >> 1
    begins = np.cumsum(sizes) - sizes
    header = whole[begins[:, None] + np.arange(HEADER)].astype(np.int64)
    counts = header[:, 6:].reshape(-1, GROUPS, LEVELS)
    kept = counts[:, :, 0]
    return Payloads(
        versions=header[:, 0] & 0xFF,
        unspaced=header[:, 0] >> 8 != 0,
        lengths=header[:, 1] | header[:, 2] << 16,
        levels=header[:, 3:6],
        counts=counts,
        starts=begins[:, None] + HEADER + np.cumsum(kept, axis=1) - kept,
        body=whole,
    )


def counts_at(payloads: Payloads, levels: Counts) -> Counts:
    """How many hashes of each group stand under the given levels (rows × sets), which are at least the rows' own."""
    further = np.minimum(levels - payloads.levels, LEVELS - 1)[:, SET_OF_GROUP]
    return np.take_along_axis(payloads.counts, further[:, :, None], axis=2)[:, :, 0]
