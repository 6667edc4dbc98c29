"""Do the facts of two texts agree, as far as they are worded alike?

Who retells a text changes words and keeps facts; a template keeps words and changes facts. So facts must agree nearly as well as
the other words do, each text's main name must be known to the other, and only a few numbers may have been put right.
"""

from __future__ import annotations

from shared.stages.figures import Figures


def facts_agree(figures: Figures) -> tuple[bool, str]:
    """Whether they do, and which line of the rule says so. The wording was found to agree before."""
    quarrel = _quarrel(figures)
    if quarrel:
        return False, quarrel
    agreement = _agreement_without_facts(figures) if figures.facts < 2 else _agreement(figures)
    if agreement:
        return True, agreement
    return False, "too few facts to tell" if figures.facts < 2 else "facts are in conflict"


def contradict(figures: Figures) -> bool:
    """Whatever their wording, these are two: each has its own subject, or most facts are in conflict."""
    return _strangers(figures) or (figures.facts > 4 and figures.facts_agree < 0.50)


def _quarrel(figures: Figures) -> str | None:
    if _strangers(figures):
        return "each is about a name that the other never mentions"
    if figures.facts >= 2 and _of_one_make(figures):
        return "worded alike, with other facts: pages of one make"
    if _in_another_order(figures):
        return "the facts are told in another order, in other words"
    return None


def _strangers(figures: Figures) -> bool:
    """Each is about a name that the other never mentions, and no other word was changed: who translates may spell a name anew.

    Where names don't show (no capitals), the words mentioned most stand for them, and are among the words that were changed.
    """
    return figures.strangers and (_worded_alike(figures) or (figures.names < 2 and figures.content >= 0.88))


def _worded_alike(figures: Figures) -> bool:
    """The words that are no facts are the same, all but one in twenty-five."""
    return figures.content >= 0.96


def _in_another_order(figures: Figures) -> bool:
    """Two reports that print the same facts, such as a list of nominations. Of 6,465 true pairs none is so far apart.

    Where the main name is spelled otherwise, most pairs of facts differ by that alone.
    """
    if figures.fact_pairs < 10 or figures.strangers or figures.unspaced:
        return False
    return figures.facts_in_order < 0.40 and figures.trigrams_in_shorter < 0.50


def _of_one_make(figures: Figures) -> bool:
    """The wording agrees and the facts don't: who retells changes words and keeps facts; a template keeps words.

    Among 6,465 true pairs, all but 3 (updates of a part) agree on facts no more than .2 worse than on words.
    """
    if figures.length_ratio < 0.7:
        return False
    if figures.facts < 8:
        return figures.names >= 2 and figures.names_agree < 1 and _worded_alike(figures)
    return figures.facts_agree < figures.content - 0.20


def _agreement(figures: Figures) -> str | None:
    if _agree(figures):
        return "text and facts agree"
    if _corrected(figures):
        return "the same text, corrected"
    if _brought_up_to_date(figures):
        return "the same text, brought up to date"
    return None


def _agree(figures: Figures) -> bool:
    """Enough facts agree. They must agree better where there are few of them, or only numbers (scripts without capitals)."""
    if figures.names < 2 and figures.numbers >= 4:
        return figures.numbers_agree >= (0.60 if figures.unspaced else 0.70)
    few = 0.75 if figures.facts < 8 else 0.60
    many_numbers_differ = figures.numbers >= 7 and figures.numbers_agree < 0.62
    return figures.facts_agree >= (0.50 if figures.unspaced else few) and not many_numbers_differ


def _corrected(figures: Figures) -> bool:
    """Long passages and the names are the same, and some numbers were put right; where all are others, it is another day."""
    if figures.numbers >= 3 and figures.numbers_agree < (0.33 if figures.numbers < 8 else 0.40):
        return False
    if figures.names < 2:
        return figures.octograms_in_shorter >= 0.85
    return figures.octograms_in_shorter >= 0.75 and figures.names_agree >= 0.90


def _brought_up_to_date(figures: Figures) -> bool:
    """The same names in the same order, and half of the numbers: as the counts of an event that goes on are."""
    names = figures.names >= 12 and figures.names_agree >= 0.90
    return names and figures.facts_in_order >= 0.60 and figures.numbers_agree >= 0.50


def _agreement_without_facts(figures: Figures) -> str | None:
    if figures.octograms_in_shorter >= 0.85:
        return "the same passages"
    least = 0.30 if figures.unspaced else 0.55
    passage = figures.trigrams_in_shorter >= 0.5 and figures.length_ratio < 0.6
    agree = figures.facts == 0 or figures.facts_agree == 1
    if agree and (passage or figures.words >= least or figures.octograms_in_shorter >= 0.6):
        return "the same words, and no fact against it"
    return None
