"""A text as lines, each with what every cleaning rule asks about it, worked out once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UNSPACED_LONG = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_SENTENCE_END = re.compile("[.!?…。！？।॥؟۔։።၊။]['\"”’»)\\]」』]*(?:\\s|$)")
_DIGITS = re.compile(r"\d+")
_ONE_LETTER = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ`", "'"),
        "ё": "е",
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("یى", "ي"),
        "ک": "ك",
        "ı": "i",
        # Dots and vowel marks that some writers set and others leave out, and joiners that nobody sees.
        **dict.fromkeys("\u0307\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u093c\u200c\u200d\u00ad"),
        **{chr(dotted): plain for dotted, plain in zip(range(0x0958, 0x0960), "कखगजडढफय", strict=True)},
    }
)
EDGES = (
    " \t\u00a0\u200b\u200e\u200f\ufeff.,:;!?…·•|/\\-–—―_*#>»›→▶►▸▼▲↓↑←«‹<=+~^()[]{}\"'“”‘’„"
    "。、，：；！？｜【】「」『』《》（）।،؛؟"
)


@dataclass(frozen=True)
class Line:
    """One line of an uncleaned text that isn't blank. `place` is its number there, from 0."""

    text: str
    place: int

    @cached_property
    def key(self) -> str:
        """The line as rules and hosts know it: lower case, digits as 0, one space between words, no marks at its edges."""
        return line_key(self.text)

    @cached_property
    def words(self) -> int:
        """Words; scripts without spaces are counted by characters, two to a word (five in Thai, Lao, Khmer and Burmese)."""
        return count_words(self.text)

    @cached_property
    def is_prose(self) -> bool:
        """Whether it reads like running text: a sentence of at least 12 words, or 25 words in any form but a list."""
        if self.words < 12:
            return False
        return _SENTENCE_END.search(self.text) is not None or (self.words >= 25 and not self._is_list)

    @cached_property
    def is_headline_like(self) -> bool:
        """Whether it may be the headline of a teaser, a label, a date or a list of topics: short, and no running text."""
        return self.words <= (60 if self._is_list else 25) and not self.is_prose

    @property
    def _is_list(self) -> bool:
        """Whether commas part it into a few words each, as they do topics."""
        return 5 * (self.text.count(",") + self.text.count("、")) >= self.words

    @property
    def is_sentence(self) -> bool:
        """Whether it ends like one; headlines hardly ever end with a full stop."""
        return self.words >= 4 and self.text.rstrip("'\"”’»)」』").endswith((".", "。", "।", "۔", "։", "።"))

    @property
    def ends_open(self) -> bool:
        """Whether more must follow: a heading of a list, a question that is answered next."""
        return self.text.endswith((":", "：", "?", "？", "؟"))


def line_key(text: str) -> str:
    """See `Line.key`; also for lines of rule files and of pages."""
    return fold(text).strip(EDGES)


def fold(text: str) -> str:
    """Lower case, digits as 0, single spaces, and one letter for letters that people use for one another."""
    return _DIGITS.sub("0", " ".join(text.casefold().split())).translate(_ONE_LETTER)


def count_words(text: str) -> int:
    """See `Line.words`."""
    if text.isascii():
        return len(text.split())
    by_two, spaced = len(_UNSPACED.findall(text)), _UNSPACED.sub(" ", text)
    by_five, spaced = len(_UNSPACED_LONG.findall(spaced)), _UNSPACED_LONG.sub(" ", spaced)
    return len(spaced.split()) + (by_two + 1) // 2 + (by_five + 4) // 5


@lru_cache(maxsize=8)
def split_lines(text: str) -> tuple[Line, ...]:
    """The lines of a text that aren't blank. Several steps ask for those of one text: what they work out is worked out once."""
    return tuple(Line(stripped, place) for place, line in enumerate(text.split("\n")) if (stripped := line.strip()))


def prose_words(lines: Iterable[Line]) -> int:
    """Words in running text: what a rule must never take much of."""
    return sum(line.words for line in lines if line.is_prose)
