"""Two texts → why they are or aren't the same, in words that people can check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.stages.figures import Figures, compare
from shared.stages.fingerprint import fingerprint
from shared.stages.same_text import Verdict, same_text
from shared.stages.words import NAMES, NUMBERS, katakana_runs, spelled, words_of

_SEED, _LEAST_PASSAGE, _PASSAGES, _PLACES = 4, 6, 3, 16
_FACTS = 30
_PUNCTUATION = re.compile(r"[^\w\u0300-\u109f]+$")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evidence on a pair of texts. Facts stand in the order in which the texts tell them, at most 30 a list."""

    figures: Figures
    verdict: Verdict
    agreed: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    """Facts in conflict are those left over on both sides; if one side has none left, that text is merely shorter."""
    passages: tuple[str, ...]
    """The longest passages that both texts have, as the first writes them, longest first."""


@dataclass(frozen=True, slots=True)
class _Read:
    hashes: list[int]
    spelled: list[str]
    facts: dict[int, str]
    known: set[int]

    @classmethod
    def of(cls, text: str) -> _Read:
        words, spellings = words_of(text), spelled(text)
        hashes = words.hashes.tolist()
        facts: dict[int, str] = {}
        for hashed, kind, spelling in zip(hashes, words.kinds.tolist(), spellings, strict=True):
            if kind in {NUMBERS, NAMES}:
                facts.setdefault(hashed, _bare(spelling))
        runs = katakana_runs(text) if len(words.katakana) else {}
        return cls(hashes, spellings, facts | runs, {*hashes, *runs})


def _bare(spelling: str) -> str:
    """A word without the punctuation around it."""
    return _PUNCTUATION.sub("", spelling)


def explain(first: str, second: str, *, same_host: bool = False) -> Explanation:
    """Compare two texts as folding does, and say which facts and passages they share."""
    figures = compare(fingerprint(first).payload, [fingerprint(second).payload])[0]
    a, b = _Read.of(first), _Read.of(second)
    return Explanation(
        figures,
        same_text(figures, same_host=same_host),
        agreed=_spelled(a.facts | {each: word for each, word in b.facts.items() if each not in a.facts}, a.known & b.known),
        only_first=_spelled(a.facts, a.known - b.known),
        only_second=_spelled(b.facts, b.known - a.known),
        passages=tuple(_passages(a, b)),
    )


def _spelled(facts: dict[int, str], chosen: Iterable[int]) -> tuple[str, ...]:
    wanted = set(chosen)
    return tuple(word for hashed, word in facts.items() if hashed in wanted)[:_FACTS]


def _passages(a: _Read, b: _Read) -> list[str]:
    """The longest runs of words that stand in both, none inside another. Linear: grown from runs of 4 words."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place in range(len(b.hashes) - _SEED + 1):
        places.setdefault(tuple(b.hashes[place : place + _SEED]), []).append(place)
    runs: list[tuple[int, int]] = []
    at = 0
    while at <= len(a.hashes) - _SEED:
        found = places.get(tuple(a.hashes[at : at + _SEED]), [])[:_PLACES]
        length = max((_common(a.hashes, at, b.hashes, place) for place in found), default=0)
        if length >= _LEAST_PASSAGE:
            runs.append((length, at))
        at += max(length, 1)
    longest = sorted(runs, key=lambda run: (-run[0], run[1]))[:_PASSAGES]
    return ["".join([*a.spelled[at : at + length - 1], _bare(a.spelled[at + length - 1])]) for length, at in longest]


def _common(a: Sequence[int], at: int, b: Sequence[int], place: int) -> int:
    """How many words agree from these places on."""
    most = min(len(a) - at, len(b) - place)
    return next((length for length in range(most) if a[at + length] != b[place + length]), most)
