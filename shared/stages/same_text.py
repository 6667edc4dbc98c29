"""Do two fingerprints come of the same text? Figures that compare them, and the rule that reads the figures.

Words and 3-grams must agree *and facts must agree*. Words alone fold weather, market, score and lottery pages, which share
two thirds of their words and differ in facts; facts alone fold independent reports on one event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from shared.stages.payload import GROUPS, Counts, Payloads, counts_at, unpack

_TABLE = 1 << 16
_TABLE_OF_GROUP = np.array([0, 0, 0, 1, 2]) * _TABLE


class Figures(NamedTuple):
    """How near two texts are. Shares are from 0 to 1; of sampled sets they are estimates."""

    words: float
    """J1: words in both, of the words in either (character pairs in scripts without spaces)."""
    trigrams: float
    """J3, likewise."""
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
    unspaced: bool
    """Either text is in a script without spaces, so `words` compares character pairs."""
    identical: bool
    """The payloads are equal, byte for byte."""

    @property
    def nearness(self) -> float:
        """What candidates are ordered by: long passages first, then words."""
        return 2 * self.octograms_in_shorter + self.words


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two texts are the same, and which line of the rule decided."""

    same: bool
    line: str


def compare(payload: bytes, others: Sequence[bytes]) -> list[Figures]:
    """Compare one payload with many, in one batch."""
    if not others:
        return []
    rows = unpack([payload, *others])
    own, other = _split(rows)
    levels = np.maximum(rows.levels[1:], rows.levels[0])
    own_counts, other_counts = counts_at(own, levels), counts_at(other, levels)
    met = _met(rows, other_counts)
    return _figures(rows, own_counts, other_counts, met, [payload == other for other in others])


def _split(rows: Payloads) -> tuple[Payloads, Payloads]:
    """The first row as often as there are others, and the others."""
    others = len(rows.lengths) - 1

    def pick(index: npt.NDArray[np.int64] | slice) -> Payloads:
        return Payloads(
            rows.versions[index],
            rows.unspaced[index],
            rows.lengths[index],
            rows.levels[index],
            rows.counts[index],
            rows.starts[index],
            rows.body,
        )

    return pick(np.zeros(others, np.int64)), pick(slice(1, None))


def _table(rows: Payloads) -> npt.NDArray[np.uint8]:
    """Which hashes the first row has: for each of 2^16, 0 or 1 + its group, in three stretches for words, 3-grams, 8-grams."""
    table = np.zeros(3 * _TABLE, np.uint8)
    for group in (2, 1, 0, 3, 4):
        begin = int(rows.starts[0, group])
        table[rows.body[begin : begin + int(rows.counts[0, group, 0])] + _TABLE_OF_GROUP[group]] = group + 1
    return table


def _met(rows: Payloads, counts: Counts) -> Counts:
    """Rows × own groups × groups of the first row: how many hashes of the one are found in the other."""
    lengths = counts.ravel()
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1]) + np.repeat(rows.starts[1:].ravel() - (ends - lengths), lengths)
    segments = np.repeat(np.arange(len(lengths)), lengths)
    found = _table(rows)[rows.body[places] + np.repeat(np.tile(_TABLE_OF_GROUP, len(counts)), lengths)]
    met = np.bincount(segments * (GROUPS + 1) + found, minlength=len(lengths) * (GROUPS + 1))
    return met.reshape(-1, GROUPS, GROUPS + 1)[:, :, 1:]


def _figures(rows: Payloads, own: Counts, other: Counts, met: Counts, identical: list[bool]) -> list[Figures]:
    words = met[:, :3, :3].sum(axis=(1, 2))
    trigrams, octograms = met[:, 3, 3], met[:, 4, 4]
    numbers = met[:, 0, 0]
    number_conflict = np.maximum(np.minimum(own[:, 0], other[:, 0]) - numbers, 0)
    names = met[:, 1, :3].sum(axis=1) + met[:, 0, 1] + met[:, 2, 1]
    own_left = own[:, 1] - met[:, :3, 1].sum(axis=1)
    other_left = other[:, 1] - met[:, 1, :3].sum(axis=1)
    conflict = np.maximum(np.minimum(own_left, other_left), 0) + number_conflict
    facts = numbers + names + conflict
    lengths = rows.lengths[1:]
    return list(
        map(
            Figures,
            _share(words, own[:, :3].sum(axis=1) + other[:, :3].sum(axis=1) - words),
            _share(trigrams, own[:, 3] + other[:, 3] - trigrams),
            _share(trigrams, np.minimum(own[:, 3], other[:, 3])),
            _share(octograms, np.minimum(own[:, 4], other[:, 4])),
            _share(np.minimum(lengths, rows.lengths[0]), np.maximum(lengths, rows.lengths[0])),
            facts.tolist(),
            _share(numbers + names, facts),
            (numbers + number_conflict).tolist(),
            _share(numbers, numbers + number_conflict),
            np.minimum(lengths, rows.lengths[0]).tolist(),
            (rows.lengths[0] > lengths).tolist(),
            (rows.unspaced[1:] | rows.unspaced[0]).tolist(),
            identical,
        )
    )


def _share(part: Counts, whole: Counts) -> list[float]:
    """Part by whole, at most 1, and 0 of nothing."""
    shares: list[float] = np.minimum(part / np.maximum(whole, 1), 1.0).tolist()
    return shares


def same_text(figures: Figures, *, same_host: bool = False) -> Verdict:
    """Judge two texts by their figures.

    Thresholds were measured on 5,191 labelled documents (rewrites, truncations, translations, OCR, templates); those on facts
    are what keeps templates apart.
    """
    if figures.identical and figures.shorter >= 8:
        return Verdict(True, "identical")
    if figures.shorter < 12:
        return Verdict(False, "too short to tell")
    if not is_copy(figures) and not is_excerpt(figures):
        return Verdict(False, "too little text in common")
    verdict = _facts(figures)
    if verdict.same and same_host and not near_identical(figures):
        return Verdict(False, "one host publishes both, and they aren't nearly identical")
    return verdict


def is_copy(figures: Figures) -> bool:
    """Enough words in common over the whole of both."""
    if figures.unspaced:
        return figures.words >= 0.24
    return (figures.words >= 0.40 and figures.trigrams_in_shorter >= 0.10) or figures.words >= 0.46


def is_excerpt(figures: Figures) -> bool:
    """The shorter text is a passage of the longer."""
    return figures.trigrams_in_shorter >= 0.40 and figures.length_ratio >= 0.05


def near_identical(figures: Figures) -> bool:
    """What two pages of one host must be to be one text: pages made from one template live within a host."""
    return figures.octograms_in_shorter >= 0.6 and figures.facts_agree >= 0.85 and figures.numbers_agree >= 0.9


def _facts(figures: Figures) -> Verdict:
    if figures.facts < 2:
        return _without_facts(figures)
    least = 0.50 if figures.unspaced else 0.60
    if figures.facts_agree >= least and not (figures.numbers >= 7 and figures.numbers_agree < 0.62):
        return Verdict(True, "text and facts agree")
    corrected = figures.octograms_in_shorter >= 0.70 and figures.facts_agree >= 0.60
    if corrected and (figures.numbers < 8 or figures.numbers_agree >= 0.40):
        return Verdict(True, "the same text, corrected")
    return Verdict(False, "facts are in conflict")


def _without_facts(figures: Figures) -> Verdict:
    if figures.octograms_in_shorter >= 0.85:
        return Verdict(True, "the same passages")
    agree = figures.facts_agree == 1 or figures.facts == 0
    least = 0.30 if figures.unspaced else 0.55
    passage = figures.trigrams_in_shorter >= 0.5 and figures.length_ratio < 0.6
    if agree and (passage or figures.words >= least or figures.octograms_in_shorter >= 0.6):
        return Verdict(True, "the same words, and no fact against it")
    return Verdict(False, "too few facts to tell")
