"""The curated rules: `rules/<language>.toml`, one readable file a language, each rule with an example line.

    [[rule]]
    kind = "end"                      # what it does, see `Kind`
    lines = ["source link"]           # spellings; * stands for any words at the beginning or end
    example = "Source link"

Spellings are compared in the form of `Line.key`: lower case, digits as 0, no marks at the edges. A line matches when it
is the spelling, not when it holds it, and has at most `at_most` words (the words of the spelling and 12 more). All
languages apply to every text: sites mix them, and whole lines hardly ever clash.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from shared.stages.clean.lines import Line, count_words, line_key


class Kind(StrEnum):
    """What a matching line does."""

    END = "end"
    """A strong end marker: the rest goes with it, where little running text follows."""
    TEASERS = "teasers"
    """A weak one: it takes itself and the headline-like lines after it."""
    LINE = "line"
    """It takes itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file; `name` is what a removed line tells: `en/source-link`."""

    name: str
    kind: Kind
    lines: tuple[str, ...]
    at_most: int
    example: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, found by the whole line or by two characters at its beginning or end."""

    whole: dict[str, Rule]
    beginnings: dict[str, tuple[tuple[str, Rule], ...]]
    endings: dict[str, tuple[tuple[str, Rule], ...]]

    def rule_for(self, line: Line) -> Rule | None:
        """The rule that a line matches, or None."""
        key = line.key
        found = self.whole.get(key)
        if found:
            return found
        for spelling, rule in self.beginnings.get(key[:2], ()):
            if key.startswith(spelling) and line.words <= rule.at_most:
                return rule
        for spelling, rule in self.endings.get(key[-2:], ()):
            if key.endswith(spelling) and line.words <= rule.at_most:
                return rule
        return None


@cache
def rulebook() -> Rulebook:
    """The rules of all languages, read once."""
    return _index([rule for path in rule_files() for rule in read_rules(path)])


def rule_files() -> list[str]:
    """The languages that have rules, as file names without their ending."""
    folder = resources.files("shared.stages.clean") / "rules"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def read_rules(language: str) -> list[Rule]:
    """The rules of one file, in its order."""
    data = (resources.files("shared.stages.clean") / "rules" / f"{language}.toml").read_text("utf-8")
    return [_rule(language, entry) for entry in tomllib.loads(data)["rule"]]


def _rule(language: str, entry: dict[str, Any]) -> Rule:
    lines = tuple(_spelling(line) for line in entry["lines"])
    longest = max(count_words(line) for line in lines)
    name = entry.get("name") or lines[0].strip("* ").replace(" ", "-")
    return Rule(f"{language}/{name}", Kind(entry["kind"]), lines, entry.get("at_most", longest + 12), entry["example"])


def _spelling(line: str) -> str:
    """A spelling as a key, with its stars kept, and a space beside a star, which asks for the end of a word there."""
    beginning = " " if line.endswith(" *") else ""
    ending = " " if line.startswith("* ") else ""
    return f"{'*' * line.startswith('*')}{ending}{line_key(line.strip('*'))}{beginning}{'*' * line.endswith('*')}"


def _index(rules: list[Rule]) -> Rulebook:
    whole: dict[str, Rule] = {}
    beginnings: dict[str, list[tuple[str, Rule]]] = {}
    endings: dict[str, list[tuple[str, Rule]]] = {}
    for rule in rules:
        for line in rule.lines:
            spelling = line.strip("*")
            whole.setdefault(spelling.strip(), rule)
            if line.endswith("*"):
                beginnings.setdefault(spelling[:2], []).append((spelling, rule))
            if line.startswith("*"):
                endings.setdefault(spelling[-2:], []).append((spelling, rule))
    return Rulebook(whole, _frozen(beginnings), _frozen(endings))


def _frozen(index: dict[str, list[tuple[str, Rule]]]) -> dict[str, tuple[tuple[str, Rule], ...]]:
    return {key: tuple(found) for key, found in index.items()}
