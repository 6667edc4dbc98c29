"""The curated rules: `rules/<language>.toml`, one readable file a language, each rule with an example line.

    date_words = "january on at …"    # what the dates of this language are made of, beside figures

    [[rule]]
    name = "more-from"
    kind = "end"                      # what a matching line does, see `Kind`
    where = "edges"                   # where it counts, see `Where`; anywhere if not told
    at_most = 8                       # words of a matching line; else those of the longest spelling and 12
    prose = true                      # running text matches too; else only headline-like lines do
    lines = ["more from *"]           # spellings; * stands for any characters
    patterns = ['…']                  # or regular expressions, for what spellings can't say
    example = "More from Qonversations"

Both are compared with the whole line in the form of `Line.key`: lower case, digits as 0, no marks at the edges. All
languages apply to every text: sites mix them, and whole lines hardly ever clash.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from shared.stages.clean.lines import EDGES, Line, count_words


class Kind(StrEnum):
    """What a matching line does."""

    END = "end"
    """A strong end marker: the rest goes with it, where little running text follows."""
    TEASERS = "teasers"
    """A weak one: it takes itself and the headline-like lines after it."""
    LINE = "line"
    """It takes itself."""
    BYLINE = "byline"
    """It takes itself, and what its star stands for is the byline."""
    CREDIT = "credit"
    """It takes itself and the caption before it."""


class Where(StrEnum):
    """Where a matching line counts."""

    ANYWHERE = "anywhere"
    EDGES = "edges"
    """Before the first or after the last line of the article's running text."""
    TOP = "top"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file; `name` is what a removed line tells: `en/source-link`."""

    name: str
    kind: Kind
    where: Where
    at_most: int
    prose: bool
    lines: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    example: str

    def fits(self, line: Line) -> bool:
        """Whether a line is of the form that the rule asks for, whatever it says."""
        return line.words <= self.at_most and (self.prose or not line.is_prose)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A spelling cut at its stars, such as `("follow us ", "for ", "")`."""

    pieces: tuple[str, ...]
    rule: Rule

    def matches(self, key: str) -> bool:
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
    """All rules, found by the whole line, or by the two characters that it begins or ends with."""

    whole: dict[str, Rule]
    beginnings: dict[str, list[Spelling]]
    endings: dict[str, list[Spelling]]
    patterns: tuple[Rule, ...]
    date_words: frozenset[str]

    def rule_for(self, line: Line) -> Rule | None:
        """The rule whose spelling a line matches, or None."""
        key = line.key
        whole: Rule | None = self.whole.get(key)
        if whole:
            return whole
        candidates = [*self.beginnings.get(key[:2], ()), *self.endings.get(key[-2:], ())]
        for spelling in candidates:
            if spelling.rule.fits(line) and spelling.matches(key):
                found: Rule = spelling.rule
                return found
        return None

    def pattern_for(self, line: Line, places: frozenset[Where]) -> Rule | None:
        """The rule with a pattern that a line at these places matches; dear, so ask only where it may matter."""
        for rule in self.patterns:
            if rule.where in places and rule.fits(line) and any(pattern.fullmatch(line.key) for pattern in rule.patterns):
                return rule
        return None


@cache
def rulebook() -> Rulebook:
    """The rules of all languages, read once."""
    files = [_read(language) for language in rule_languages()]
    rules = [rule for language in rule_languages() for rule in read_rules(language)]
    words = {word for file in files for word in file.get("date_words", "").split()}
    return _index(rules, frozenset(words))


def rule_languages() -> list[str]:
    """The languages that have rules, as the names of their files."""
    folder = resources.files("shared.stages.clean") / "rules"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def read_rules(language: str) -> list[Rule]:
    """The rules of one file, in its order."""
    return [_rule(language, entry) for entry in _read(language)["rule"]]


def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("shared.stages.clean") / "rules" / f"{language}.toml").read_text("utf-8"))


def _rule(language: str, entry: dict[str, Any]) -> Rule:
    lines = tuple(_as_key(line) for line in entry.get("lines", ()))
    longest = max((count_words(line) for line in lines), default=0)
    return Rule(
        name=f"{language}/{entry['name']}",
        kind=Kind(entry["kind"]),
        where=Where(entry.get("where", "anywhere")),
        at_most=entry.get("at_most", longest + 12),
        prose=entry.get("prose", False),
        lines=lines,
        patterns=tuple(re.compile(pattern) for pattern in entry.get("patterns", ())),
        example=entry["example"],
    )


def _as_key(line: str) -> str:
    """A spelling in the form of `Line.key`, but with its stars, and with the marks and spaces beside them."""
    folded = line.casefold()
    if not folded.startswith("*"):
        folded = folded.lstrip(EDGES)
    return folded if folded.endswith("*") else folded.rstrip(EDGES)


def _index(rules: list[Rule], date_words: frozenset[str]) -> Rulebook:
    whole: dict[str, Rule] = {}
    beginnings: dict[str, list[Spelling]] = {}
    endings: dict[str, list[Spelling]] = {}
    for spelling in _spellings(rules):
        if len(spelling.pieces) == 1:
            whole.setdefault(spelling.pieces[0], spelling.rule)
        elif spelling.pieces[0]:
            beginnings.setdefault(spelling.pieces[0][:2], []).append(spelling)
        else:
            endings.setdefault(spelling.pieces[-1][-2:], []).append(spelling)
    return Rulebook(whole, beginnings, endings, tuple(rule for rule in rules if rule.patterns), date_words)


def _spellings(rules: Iterable[Rule]) -> Iterator[Spelling]:
    """Every spelling; one that ends in " *" also stands for itself without the star."""
    for rule in rules:
        for line in rule.lines:
            yield Spelling(tuple(line.split("*")), rule)
            if line.count("*") == 1 and line.strip("*") != line:
                yield Spelling((line.strip("*").strip(EDGES),), rule)
