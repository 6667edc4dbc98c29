"""Do two texts tell the same? The rule that reads their figures; what it asks of their facts stands in `facts`.

Words and 3-grams must agree *and facts must agree*. Words alone fold weather, market, score and lottery pages, which share
two thirds of their words and differ in facts; facts alone fold independent reports on one event.

Thresholds were found on 5,191 labelled documents (rewrites, truncations, translations, scanning noise, templates), and those
on what is shared besides facts on 6,465 true pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.stages.facts import facts_agree
from shared.stages.figures import Figures

LEAST_WORDS = 12
"""A shorter text says too little to be told from another, unless they are identical."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two texts are the same, and which line of the rule decided."""

    same: bool
    line: str


def same_text(figures: Figures, *, same_host: bool = False) -> Verdict:
    """Judge two texts by their figures. `same_host` tells that one site published both."""
    if figures.identical and figures.shorter >= 8:
        return Verdict(True, "identical")
    if figures.shorter < LEAST_WORDS:
        return Verdict(False, "too short to tell")
    if not is_copy(figures) and not is_excerpt(figures):
        return Verdict(False, "too little text in common")
    if quotes(figures):
        return Verdict(False, "a part of one stands in the other, in a text of its own")
    verdict = Verdict(*facts_agree(figures))
    if verdict.same and same_host and not near_identical(figures):
        return Verdict(False, "one host publishes both, and they aren't nearly identical")
    return verdict


def is_copy(figures: Figures) -> bool:
    """Enough words in common over the whole of both, and not only facts: reports on one event share those."""
    if figures.unspaced:
        return figures.words >= 0.24 or is_retold(figures)
    wording = figures.words >= 0.46 or (figures.words >= 0.40 and figures.trigrams_in_shorter >= 0.10)
    return (figures.content >= 0.50 and (wording or _is_abridged(figures))) or is_retold(figures)


def _is_abridged(figures: Figures) -> bool:
    """Retold more simply and much shorter: few words of the longer text, but most of the shorter's, and every fact."""
    wording = figures.words >= 0.33 and figures.trigrams_in_shorter >= 0.22 and figures.content >= 0.60
    return wording and figures.facts >= 12 and figures.facts_agree >= 0.85


def is_retold(figures: Figures) -> bool:
    """The whole told with the same facts in the same order, in words of which many are others: as translators do, and copyists.

    Of independent reports on one event none of 60 pairs came near it: some had half of the facts in order, some .40 of the
    words, none both. Dates in a list are in order by themselves, so names must be among the facts.
    """
    if figures.fact_pairs < 10 or figures.names < 5 or figures.length_ratio < 0.6:
        return False
    in_order = figures.facts_in_order >= 0.60 and figures.facts_agree >= 0.80
    return in_order and figures.content >= 0.40 and figures.words >= (0.15 if figures.unspaced else 0.25)


def is_excerpt(figures: Figures) -> bool:
    """The shorter text is a passage of the longer."""
    return figures.trigrams_in_shorter >= 0.50 and figures.length_ratio >= 0.05


def quotes(figures: Figures) -> bool:
    """Much of the shorter text stands in the other word for word, and as much is its own: it quotes, it is no copy.

    An edited copy of the whole differs everywhere a little, so that its 8-grams suffer more than its 3-grams.
    """
    word_for_word = figures.octograms_in_shorter >= 0.8 * figures.trigrams_in_shorter
    return word_for_word and figures.trigrams_in_shorter < 0.60


def near_identical(figures: Figures) -> bool:
    """What two pages of one host must be to be one text: pages made from one template live within a host."""
    facts = figures.facts == 0 or figures.facts_agree >= 0.85
    numbers = figures.numbers == 0 or figures.numbers_agree >= 0.9
    return figures.octograms_in_shorter >= 0.6 and facts and numbers
