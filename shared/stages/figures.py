"""Payload × payloads → figures: how near texts are, many pairs in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shared.stages.payload import FACT_PAIRS, GROUPS, OCTOGRAMS, SET_OF_GROUP, SETS, TRIGRAMS, Counts, Payloads, counts_at, unpack
from shared.stages.words import NAMES, NUMBERS, OTHERS, STOPS

_HASHES = 1 << 16
_STRETCH_OF_GROUP = SET_OF_GROUP * _HASHES
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
    facts_in_order: float
    """F2: of the pairs of facts that follow each other in the text that has fewer, those that follow each other in both."""
    fact_pairs: int
    """How many pairs that is a share of, at most 64."""
    shorter: int
    """Words in the shorter text."""
    longer: bool
    """The first text, the one compared with all, is the longer one."""
    strangers: bool
    """Of the names that each mentions most, one is never mentioned in the other."""
    unspaced: bool
    """Either text is in a script without spaces."""
    identical: bool
    """The payloads are equal, byte for byte."""

    @property
    def names(self) -> int:
        """Names that are shared or in conflict."""
        return self.facts - self.numbers

    @property
    def names_agree(self) -> float:
        """As FA, of names alone."""
        return (self.facts * self.facts_agree - self.numbers * self.numbers_agree) / max(self.names, 1)

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
    own = counts_at(rows, np.zeros(len(others), np.int64), levels)
    other = counts_at(rows, np.arange(1, len(others) + 1), levels)
    table = _table(rows)
    met = _found(rows, other, table) @ _MET
    columns = _columns(rows, own, other, met, table)
    return list(map(Figures, *columns, [payload == each for each in others]))


def _table(rows: Payloads) -> npt.NDArray[np.uint8]:
    """What the first row has: by hash, 1 + its group or 0, in a stretch a set.

    Where two of its words share their 16 bits, the fact wins. A subject's entry is `GROUPS` higher.
    """
    table = np.zeros(SETS * _HASHES, np.uint8)
    for group in (STOPS, OTHERS, NAMES, NUMBERS, TRIGRAMS, OCTOGRAMS, FACT_PAIRS):
        begin = int(rows.starts[0, group])
        table[rows.body[begin : begin + int(rows.counts[0, group, 0])] + _STRETCH_OF_GROUP[group]] = group + 1
    for subject in _subjects(rows):
        table[subject] += GROUPS
    return table


def _subjects(rows: Payloads) -> set[int]:
    """Those of the first row."""
    return set(rows.subjects[0].tolist()) - {0}


def _found(rows: Payloads, counts: Counts, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Rows × (groups × what the table says of their hashes): how many hashes of each group the first row has, and as what."""
    lengths = counts.ravel()
    ends = lengths.cumsum()
    places = np.arange(ends[-1]) + (rows.starts[1:].ravel() - ends + lengths).repeat(lengths)
    stretches = np.tile(_STRETCH_OF_GROUP, len(counts)).repeat(lengths)
    found = table[rows.body[places] + stretches]
    cells = np.arange(0, len(lengths) * _FOUND, _FOUND).repeat(lengths)
    counted = np.bincount(cells + found, minlength=len(lengths) * _FOUND)
    return counted.reshape(len(counts), GROUPS * _FOUND).astype(np.float64)


class _Met(IntEnum):
    """What is counted of the hashes that two rows share."""

    WORDS = 0
    NUMBERS = 1
    NAMES = 2
    NAMES_OF_OWN = 3
    NAMES_OF_OTHER = 4
    OTHERS_OF_OWN = 5
    OTHERS_OF_OTHER = 6
    TRIGRAMS = 7
    OCTOGRAMS = 8
    FACT_PAIRS = 9
    SUBJECTS_OF_OWN = 10


def _met_matrix() -> npt.NDArray[np.float64]:
    """Which cells of `_found` add up to which count; the product of matrices of floats is numpy's fastest sum."""
    matrix = np.zeros((GROUPS, _FOUND, len(_Met)))
    for subject in (0, GROUPS):
        own = slice(subject + 1, subject + STOPS + 2)
        matrix[: STOPS + 1, own, _Met.WORDS] = 1
        matrix[NAMES, own, _Met.NAMES_OF_OTHER] = 1
        matrix[OTHERS, own, _Met.OTHERS_OF_OTHER] = 1
        matrix[: STOPS + 1, subject + 1 + NAMES, _Met.NAMES_OF_OWN] = 1
        matrix[: STOPS + 1, subject + 1 + OTHERS, _Met.OTHERS_OF_OWN] = 1
        for count, group in (
            (_Met.NUMBERS, NUMBERS),
            (_Met.NAMES, NAMES),
            (_Met.TRIGRAMS, TRIGRAMS),
            (_Met.OCTOGRAMS, OCTOGRAMS),
            (_Met.FACT_PAIRS, FACT_PAIRS),
        ):
            matrix[group, subject + 1 + group, count] = 1
    matrix[: STOPS + 1, GROUPS + 1 :, _Met.SUBJECTS_OF_OWN] = 1
    return matrix.reshape(GROUPS * _FOUND, len(_Met))


_MET = _met_matrix()


def _columns(
    rows: Payloads, own: Counts, other: Counts, met: npt.NDArray[np.float64], table: npt.NDArray[np.uint8]
) -> list[list[Any]]:
    """The fields of `Figures` in their order, save the last, a column each."""
    m = met.T
    fewest = np.minimum(own, other).T
    own_words, other_words = own[:, : STOPS + 1].sum(axis=1), other[:, : STOPS + 1].sum(axis=1)
    others = np.where(own[:, OTHERS] < other[:, OTHERS], m[_Met.OTHERS_OF_OWN], m[_Met.OTHERS_OF_OTHER])
    numbers = np.maximum(fewest[NUMBERS], m[_Met.NUMBERS])
    names = m[_Met.NAMES_OF_OWN] + m[_Met.NAMES_OF_OTHER] - m[_Met.NAMES]
    left = np.minimum(own[:, NAMES] - m[_Met.NAMES_OF_OWN], other[:, NAMES] - m[_Met.NAMES_OF_OTHER])
    facts = numbers + names + np.maximum(left, 0)
    lengths = rows.lengths[1:]
    shorter, longer = np.minimum(lengths, rows.lengths[0]), np.maximum(lengths, rows.lengths[0])
    shares = _shares(
        (m[_Met.WORDS], own_words + other_words - m[_Met.WORDS]),
        (others, fewest[OTHERS]),
        (m[_Met.TRIGRAMS], own[:, TRIGRAMS] + other[:, TRIGRAMS] - m[_Met.TRIGRAMS]),
        (m[_Met.TRIGRAMS], fewest[TRIGRAMS]),
        (m[_Met.OCTOGRAMS], fewest[OCTOGRAMS]),
        (shorter, longer),
        (m[_Met.NUMBERS] + names, facts),
        (m[_Met.NUMBERS], numbers),
        (m[_Met.FACT_PAIRS], fewest[FACT_PAIRS]),
    )
    facts_agree, numbers_agree, facts_in_order = shares[6:]
    return [
        *shares[:6],
        facts.astype(np.int64).tolist(),
        facts_agree,
        numbers.astype(np.int64).tolist(),
        numbers_agree,
        facts_in_order,
        fewest[FACT_PAIRS].tolist(),
        shorter.tolist(),
        (rows.lengths[0] > lengths).tolist(),
        _strangers(rows, m[_Met.SUBJECTS_OF_OWN], table).tolist(),
        (rows.unspaced[1:] | rows.unspaced[0]).tolist(),
    ]


def _strangers(rows: Payloads, met: npt.NDArray[np.float64], table: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Only of texts that are short enough to have all their words in the payload: nothing else proves an absence."""
    others = rows.subjects[1:]
    if rows.levels[0, 0]:
        return np.zeros(len(met), np.bool_)
    unknown_there = met < len(_subjects(rows))
    unknown_here = ((others != 0) & (table[others] == 0)).any(axis=1)
    strangers: npt.NDArray[np.bool_] = unknown_there & unknown_here & (rows.levels[1:, 0] == 0)
    return strangers


def _shares(*fractions: tuple[npt.ArrayLike, npt.ArrayLike]) -> list[list[float]]:
    """Parts by wholes, at most 1, and 0 of nothing."""
    stacked = np.array(fractions, np.float64)
    shares: list[list[float]] = np.minimum(stacked[:, 0] / np.maximum(stacked[:, 1], 1), 1.0).tolist()
    return shares
