"""The headline repeated as the text's first line: it is the title, not the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shared.stages.clean.lines import Line

_WORDS = re.compile(r"\w+")
_LOOKED_AT = 2
_ALIKE = 0.8


def repeated_headline(lines: Sequence[Line], title: str) -> Line | None:
    """The one of the first two lines that repeats the title: 80 % of its words, and no running text beyond it."""
    words = set(_WORDS.findall(title.casefold()))
    for line in lines[:_LOOKED_AT]:
        of_line = set(_WORDS.findall(line.text.casefold()))
        if of_line and len(of_line & words) >= _ALIKE * len(of_line) and len(of_line & words) >= _ALIKE * len(words) * 0.6:
            return line
    return None


def likely_headline(lines: Sequence[Line]) -> Line | None:
    """The title of a text that came without one: a headline-like first line of 3 words or more, before running text."""
    first = next(iter(lines), None)
    if first is None or not first.is_headline_like or first.words < 3:
        return None
    return first if any(line.is_prose for line in lines[1:6]) else None
