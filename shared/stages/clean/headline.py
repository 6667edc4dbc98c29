"""The headline repeated as the text's first line: it is the title, not the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.stages.clean.lines import Line

_WORDS = re.compile(r"\w+")
_LOOKED_AT = 4
_ALIKE = 0.8
_HALF = 0.5


def repeated_headline(lines: Sequence[Line], title: str) -> Line | None:
    """The one of the first lines that repeats the title: 80 % of its words are the title's, and most of the title's are there."""
    words = set(_WORDS.findall(title.casefold()))
    for line in lines[:_LOOKED_AT]:
        of_line = set(_WORDS.findall(line.text.casefold()))
        shared = len(of_line & words)
        if of_line and shared >= _ALIKE * len(of_line) and shared >= _HALF * len(words):
            return line
    return None


def likely_headline(lines: Sequence[Line]) -> Line | None:
    """The title of a text that came without one: a headline-like first line of 3 words or more, before running text."""
    first = next(iter(lines), None)
    if first is None or not first.is_headline_like or first.words < 3:
        return None
    return first if any(line.is_prose for line in lines[1:6]) else None
