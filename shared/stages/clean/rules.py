"""The curated rules: `rules/<language>.toml`, one readable file a language, each rule with an example line.

    months = ["january", …]           # the twelve, as they stand in a date
    date_words = "monday on at …"     # what else the dates of this language are made of, beside figures

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
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from shared.stages.clean.lines import EDGES, Line, count_words, fold

_SPOKEN = ('"', "“", "„", "«", "»", "‘", "「", "『")


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
        """Whether a line is of the form that the rule asks for, whatever it says. What somebody says aloud never is."""
        return line.words <= self.at_most and (not line.is_prose or (self.prose and not line.text.startswith(_SPOKEN)))


def rule_languages() -> list[str]:
    """The languages that have rules, as the names of their files; where several say the same, the first one counts."""
    folder = resources.files("shared.stages.clean") / "rules"
    names = (path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))
    return sorted(names, key=lambda name: (name not in {"universal", "en"}, name))


def read_rules(language: str) -> list[Rule]:
    """The rules of one file, in its order."""
    return [_rule(language, entry) for entry in _read(language)["rule"]]


def read_date_words(language: str) -> frozenset[str]:
    """What the dates of a language are made of, beside figures."""
    data = _read(language)
    words = (fold(word).strip(EDGES) for word in (*data.get("months", ()), *data.get("date_words", "").split()))
    return frozenset(word for word in words if word)


@cache
def months() -> dict[str, int]:
    """The names of the months in all languages, without those that name another month elsewhere."""
    named = [
        (fold(name), number) for language in rule_languages() for number, name in enumerate(_read(language).get("months", ()), 1)
    ]
    numbers: dict[str, set[int]] = {}
    for name, number in named:
        numbers.setdefault(name, set()).add(number)
    return {name: min(found) for name, found in numbers.items() if len(found) == 1}


@cache
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
    folded = fold(line)
    if not folded.startswith("*"):
        folded = folded.lstrip(EDGES)
    return folded if folded.endswith("*") else folded.rstrip(EDGES)
