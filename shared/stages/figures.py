"""Payload × payloads → figures: how near texts are, many pairs in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared.stages.payload import GROUPS, OCTOGRAMS, SET_OF_GROUP, SETS, TRIGRAMS, Counts, Payloads, counts_at, unpack
from shared.stages.words import NAMES, NUMBERS, OTHERS, STOPS

_HASHES = 1 << 16
_STRETCH_OF_GROUP = SET_OF_GROUP * _HASHES
_SUBJECT = GROUPS
"""Added to the group of the one hash that is the first text's subject."""
_FOUND = 2 * GROUPS + 1


class Figures(NamedTuple):
    """How near two texts are. Shares are from 0 to 1; those of long texts are estimates, from samples."""

    words: float
    """J1: words in both, of the words in either (character pairs in scripts without spaces)."""
    content: float
    """Of the shorter vocabulary's words that are neither facts nor grammar, the share that the other has too."""
    trigrams: float
    """J3: 3-grams in both, of those in either."""
    trigrams_in_shorter: float
    """C3: of the 3-grams of the text that has fewer, those that the other has too."""
    octograms_in_shorter: float
    """C8, likewise."""
    length_ratio: float
    """Words in the shorter text by words in the longer."""
    facts: int
    """Numbers and names that are shared or in conflict."""
    facts_agree: float
    """FA: of these, the share that agree. Facts that only one text has room for don't count."""
    numbers: int
    numbers_agree: float
    """FN: as FA, of numbers alone."""
    shorter: int
    """Words in the shorter text."""
    longer: bool
    """The first text, the one compared with all, is the longer one."""
    strangers: bool
    """The name that each mentions most is one that the other never mentions."""
    unspaced: bool
    """Either text is in a script without spaces."""
    identical: bool
    """The payloads are equal, byte for byte."""

    @property
    def names(self) -> int:
        """Names that are shared or in conflict."""
        return self.facts - self.numbers

    @property
    def nearness(self) -> float:
        """What candidates are ordered by: long passages first, then words."""
        return 2 * self.octograms_in_shorter + self.words


def compare(payload: bytes, others: Sequence[bytes]) -> list[Figures]:
    """Compare one payload with many. All must be of today's signature version."""
    if not others:
        return []
    rows = unpack([payload, *others])
    levels = np.maximum(rows.levels[1:], rows.levels[0])
    own = counts_at(np.broadcast_to(rows.counts[0], rows.counts[1:].shape), rows.levels[:1], levels)
    other = counts_at(rows.counts[1:], rows.levels[1:], levels)
    table = _table(rows)
    found = _found(rows, other, table)
    met = found[:, :, 1 : GROUPS + 1] + found[:, :, GROUPS + 1 :]
    strangers = _strangers(rows, found, table)
    return _figures(rows, own, other, met, strangers, [payload == each for each in others])


def _table(rows: Payloads) -> npt.NDArray[np.uint8]:
    """What the first row has: by hash, 1 + its group or 0, in three stretches for words, 3-grams and 8-grams.

    Where two of its words share their 16 bits, the fact wins.
    """
    table = np.zeros(SETS * _HASHES, np.uint8)
    for group in (STOPS, OTHERS, NAMES, NUMBERS, TRIGRAMS, OCTOGRAMS):
        begin = int(rows.starts[0, group])
        table[rows.body[begin : begin + int(rows.counts[0, group, 0])] + _STRETCH_OF_GROUP[group]] = group + 1
    if rows.subjects[0]:
        table[rows.subjects[0]] += _SUBJECT
    return table


def _found(rows: Payloads, counts: Counts, table: npt.NDArray[np.uint8]) -> Counts:
    """Rows × groups × what the table says of their hashes: how many hashes of each group the first row has, and as what."""
    lengths = counts.ravel()
    ends = np.cumsum(lengths)
    segments = np.repeat(np.arange(len(lengths)), lengths)
    within = np.arange(len(segments)) - (ends - lengths)[segments]
    hashes = rows.body[rows.starts[1:].ravel()[segments] + within]
    found = table[hashes + np.tile(_STRETCH_OF_GROUP, len(counts))[segments]]
    return np.bincount(segments * _FOUND + found, minlength=len(lengths) * _FOUND).reshape(-1, GROUPS, _FOUND)


def _strangers(rows: Payloads, found: Counts, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Only of texts that are short enough to have all their words in the payload: nothing else proves an absence."""
    if not rows.subjects[0] or rows.levels[0, 0]:
        return np.zeros(len(found), np.bool_)
    known: npt.NDArray[np.bool_] = (rows.subjects[1:] != 0) & (rows.levels[1:, 0] == 0)
    known &= found[:, : STOPS + 1, GROUPS + 1 :].sum(axis=(1, 2)) == 0
    known &= table[rows.subjects[1:]] == 0
    return known


def _figures(
    rows: Payloads, own: Counts, other: Counts, met: Counts, strangers: npt.NDArray[np.bool_], identical: list[bool]
) -> list[Figures]:
    words = met[:, : STOPS + 1].sum(axis=(1, 2))
    own_fewer = own[:, OTHERS] < other[:, OTHERS]
    content = np.where(own_fewer, met[:, : STOPS + 1, OTHERS].sum(axis=1), met[:, OTHERS, : STOPS + 1].sum(axis=1))
    trigrams, octograms = met[:, TRIGRAMS, TRIGRAMS], met[:, OCTOGRAMS, OCTOGRAMS]
    shared_numbers, number_conflict = _facts(own, other, met, NUMBERS)
    shared_names, name_conflict = _facts(own, other, met, NAMES)
    numbers = shared_numbers + number_conflict
    facts = numbers + shared_names + name_conflict
    shorter, longer = np.minimum(rows.lengths[1:], rows.lengths[0]), np.maximum(rows.lengths[1:], rows.lengths[0])
    own_words, other_words = own[:, : STOPS + 1].sum(axis=1), other[:, : STOPS + 1].sum(axis=1)
    fewest = np.minimum(own, other)
    shares = _shares(
        (words, own_words + other_words - words),
        (content, fewest[:, OTHERS]),
        (trigrams, own[:, TRIGRAMS] + other[:, TRIGRAMS] - trigrams),
        (trigrams, fewest[:, TRIGRAMS]),
        (octograms, fewest[:, OCTOGRAMS]),
        (shorter, longer),
        (shared_numbers + shared_names, facts),
        (shared_numbers, numbers),
    )
    columns = (
        *shares[:6],
        facts.tolist(),
        shares[6],
        numbers.tolist(),
        shares[7],
        shorter.tolist(),
        (rows.lengths[0] > rows.lengths[1:]).tolist(),
        strangers.tolist(),
        (rows.unspaced[1:] | rows.unspaced[0]).tolist(),
        identical,
    )
    return list(map(Figures, *columns))


def _facts(own: Counts, other: Counts, met: Counts, kind: int) -> tuple[Counts, Counts]:
    """Facts of a kind that are shared, and in conflict.

    What is a name in one text counts as shared wherever the other has the word at all: a translator's title case, or a name
    that begins a sentence, is no disagreement. What is left over in both is in conflict, one against one.
    """
    if kind == NUMBERS:
        shared = met[:, NUMBERS, NUMBERS]
        return shared, np.maximum(np.minimum(own[:, NUMBERS], other[:, NUMBERS]) - shared, 0)
    of_other = met[:, kind, : STOPS + 1].sum(axis=1)
    of_own = met[:, : STOPS + 1, kind].sum(axis=1)
    shared = of_own + of_other - met[:, kind, kind]
    return shared, np.maximum(np.minimum(own[:, kind] - of_own, other[:, kind] - of_other), 0)


def _shares(*fractions: tuple[Counts, Counts]) -> list[list[float]]:
    """Parts by wholes, at most 1, and 0 of nothing."""
    stacked = np.array(fractions)
    shares: list[list[float]] = np.minimum(stacked[:, 0] / np.maximum(stacked[:, 1], 1), 1.0).tolist()
    return shares
