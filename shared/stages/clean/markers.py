"""What the curated rules take from a text: lines, teasers after a marker, the tail after an end marker."""

from __future__ import annotations

from collections.abc import Sequence

from shared.stages.clean.lines import Line, prose_words
from shared.stages.clean.rules import Kind, Rulebook

_LITTLE = 0.15
"""Share of the running text that may stand behind an end marker and go with it."""


def marked_lines(lines: Sequence[Line], rules: Rulebook) -> dict[int, str]:
    """Places of the lines that go, each with the name of the rule that takes it."""
    taken: dict[int, str] = {}
    whole = prose_words(lines)
    for index, line in enumerate(lines):
        rule = None if line.place in taken else rules.rule_for(line)
        if rule is None:
            continue
        taken[line.place] = rule.name
        rest = lines[index + 1 :]
        if rule.kind is Kind.END and prose_words(rest) <= _LITTLE * whole:
            taken.update((after.place, rule.name) for after in rest if after.place not in taken)
        elif rule.kind is not Kind.LINE:
            taken.update((after.place, rule.name) for after in _teasers(rest) if after.place not in taken)
    return taken


def _teasers(rest: Sequence[Line]) -> list[Line]:
    """The headline-like lines up to the next running text, unless that is where the article goes on at once."""
    until = next((index for index, line in enumerate(rest) if not line.is_headline_like), len(rest))
    return list(rest[:until])
