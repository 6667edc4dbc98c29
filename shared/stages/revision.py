"""Old text, new text of one URL → is it still the same article, revised, or a rolling page that tells something else now?"""

from __future__ import annotations

from shared.stages.figures import compare
from shared.stages.fingerprint import Fingerprint
from shared.stages.same_text import is_copy, is_excerpt

_FEW_FACTS = 4
_LEAST_FACTS_AGREE = 0.35
"""As for stories on one event: below it, what is said about the same subject isn't the same report."""


def tells_something_else(before: Fingerprint, after: Fingerprint) -> bool:
    """Whether a page's new text is another article.

    Corrections and updates keep most of their words; a weather or market page keeps its words and changes its facts, which
    no correction does to most of them.
    """
    [figures] = compare(after.payload, [before.payload])
    if not (is_copy(figures) or is_excerpt(figures)):
        return True
    return figures.facts >= _FEW_FACTS and figures.facts_agree < _LEAST_FACTS_AGREE
