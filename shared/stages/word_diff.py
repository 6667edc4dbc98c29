"""Two revisions → what changed, word by word, with a little of what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\S+")
_AROUND = 4
_MOST_WORDS = 20_000  # SequenceMatcher is quadratic at worst; an article of 20,000 words is a book


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the texts differ; `gone` or `come` is empty where words were only added or only cut."""

    before: str
    gone: str
    come: str
    after: str


def word_diff(old: str, new: str) -> tuple[Change, ...]:
    """The changes that make the new text of the old one, in order."""
    old_words, new_words = _WORD.findall(old)[:_MOST_WORDS], _WORD.findall(new)[:_MOST_WORDS]
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    return tuple(
        Change(
            before=" ".join(new_words[max(0, j1 - _AROUND) : j1]),
            gone=" ".join(old_words[i1:i2]),
            come=" ".join(new_words[j1:j2]),
            after=" ".join(new_words[j2 : j2 + _AROUND]),
        )
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    )
