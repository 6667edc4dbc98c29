"""All rules in one place, found without trying each: some ten thousand spellings, a few of which a line is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from shared.stages.clean.lines import EDGES, Line, count_words
from shared.stages.clean.rules import Rule, Where, read_date_words, read_rules, rule_languages

_STEM = 4
"""Characters by which spellings are found."""
_MARKS = (":", "：", "©", "ⓒ", "(", "（", "[", "=", "＝", "@")
"""With one of these a single word is no word of a sentence: "photo: *", "* (archive)"."""
_CALL = re.compile(
    r"news|mail|whatsapp|telegram|телегр|facebook|instagram|twitter|youtube|google|viber|tiktok|\bapp\b|premium|https?:|@|"
    r"канал|k[ae]nał|kanal|canal|κανάλι|قناة|채널|チャンネル|频道|頻道|เพจ"
)
_LONGEST = 90
"""No rule takes a line of more words."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A spelling cut at its stars, such as `("follow us ", "for ", "")`."""

    pieces: tuple[str, ...]
    rule: Rule
    is_weak: bool = False
    """Whether it has but one word: running text may begin with that by chance, so there it needs a word of a call too."""

    def takes(self, line: Line) -> bool:
        """Whether a line is of the spelling and of the form that its rule asks for."""
        if not (self.rule.fits(line) and self._matches(line.key)):
            return False
        return not (self.is_weak and line.is_prose) or _CALL.search(line.key) is not None

    def _matches(self, key: str) -> bool:
        """Whether the pieces stand in the key in this order, the first at its beginning, the last at its end."""
        first, *middle, last = self.pieces
        if not (key.startswith(first) and key.endswith(last) and len(key) >= len(first) + len(last)):
            return False
        place, end = len(first), len(key) - len(last)
        for piece in middle:
            found = key.find(piece, place, end)
            if found < 0:
                return False
            place = found + len(piece)
        return True


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of all languages, by the whole line, its first, its last characters, or those of a word inside it."""

    whole: dict[str, list[Rule]]
    beginnings: dict[str, list[Spelling]]
    endings: dict[str, list[Spelling]]
    words: dict[str, list[Spelling]]
    letters: dict[str, list[Spelling]]
    """For scripts without spaces, by the first letter of the piece inside."""
    patterns: tuple[Rule, ...]
    date_words: frozenset[str]

    def rules_for(self, line: Line) -> list[Rule]:
        """The rules whose spellings a line matches; several, since some count in different places only."""
        if line.words > _LONGEST:
            return []
        key = line.key
        found = [spelling.rule for spelling in self._candidates(key) if spelling.takes(line)]
        return [*self.whole.get(key, ()), *found]

    def _candidates(self, key: str) -> Iterator[Spelling]:
        for length in range(1, _STEM + 1):
            yield from self.beginnings.get(key[:length], ())
            yield from self.endings.get(key[-length:], ())
        for stem in {word[:_STEM] for word in key.split()}:
            yield from self.words.get(stem, ())
        if not key.isascii():
            for letter, spellings in self.letters.items():
                if letter in key:
                    yield from spellings

    def pattern_for(self, line: Line, places: frozenset[Where]) -> Rule | None:
        """The rule with a pattern that a line at these places matches; dear, so ask only where it may matter."""
        for rule in self.patterns:
            if rule.where in places and rule.fits(line) and any(pattern.fullmatch(line.key) for pattern in rule.patterns):
                return rule
        return None


@cache
def rulebook() -> Rulebook:
    """The rules of all languages, read once."""
    rules = [rule for language in rule_languages() for rule in read_rules(language)]
    words = (read_date_words(language) for language in rule_languages())
    return index_rules(rules, frozenset().union(*words))


def index_rules(rules: list[Rule], date_words: frozenset[str]) -> Rulebook:
    """A rulebook of these rules. Of rules that say the same for the same places the first one counts."""
    book = Rulebook({}, {}, {}, {}, {}, tuple(rule for rule in rules if rule.patterns), date_words)
    for (pieces, _), rule in _distinct(rules).items():
        spelling = Spelling(pieces, rule, _is_weak(pieces))
        first, last = pieces[0], pieces[-1]
        if len(pieces) == 1:
            book.whole.setdefault(first, []).append(rule)
        elif first:
            book.beginnings.setdefault(first[:_STEM], []).append(spelling)
        elif last:
            book.endings.setdefault(last[-_STEM:], []).append(spelling)
        else:
            _index_inside(book, spelling)
    return book


def _is_weak(pieces: tuple[str, ...]) -> bool:
    text = " ".join(pieces)
    return count_words(text) < 2 and not any(mark in text for mark in _MARKS)


def _index_inside(book: Rulebook, spelling: Spelling) -> None:
    """By the longest word of the first piece that begins there for sure; by a letter where there is none."""
    piece = spelling.pieces[1]
    words = [f" {word}" for word in piece.split(" ")[1:] if len(word) >= _STEM] or [f" {word}" for word in piece.split(" ")[1:-1]]
    word = max(words, key=len, default="").strip()
    index, stem = (book.words, word[:_STEM]) if word else (book.letters, piece.strip()[:1])
    index.setdefault(stem, []).append(spelling)


def _distinct(rules: Iterable[Rule]) -> dict[tuple[tuple[str, ...], Where], Rule]:
    distinct: dict[tuple[tuple[str, ...], Where], Rule] = {}
    for rule in rules:
        for line in rule.lines:
            for pieces in _pieces(line):
                distinct.setdefault((pieces, rule.where), rule)
    return distinct


def _pieces(line: str) -> Iterator[tuple[str, ...]]:
    """A spelling at its stars; one with a star at its end also stands for itself without."""
    yield tuple(line.split("*"))
    if line.count("*") == 1 and line.strip("*") != line:
        yield (line.strip("*").strip(EDGES),)
