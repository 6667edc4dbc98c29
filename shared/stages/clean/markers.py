"""What the curated rules take from a text: single lines, teasers after a marker, the tail after an end marker."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from shared.stages.clean.lines import Line, line_key, prose_words
from shared.stages.clean.rulebook import Rulebook
from shared.stages.clean.rules import Kind, Rule, Where

_LITTLE = 0.15
"""Share of the running text that may stand behind an end marker and go with it."""
_LITTLE_IN_TEASERS = 0.4
"""The same where no line behind it is longer than the sentence or two under the headline of a teaser."""
_TEASER_WORDS = 45
_MOST_TEASERS_INSIDE = 6
_PATTERN_LINES = 8
"""Lines from either end that patterns are tried on; inside only the short lines are."""
_SHORT = 14
_ABOVE = 3
"""The first lines are the top in any case: bylines and dates also stand below a first sentence in bold."""
_TIME = re.compile(r"0(?:[.:/,-]0)*(?:st|nd|rd|th|h|am|pm|º|°|年|月|日|時|时|分|년|월|일|시|분)*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PARTING = re.compile(r"\s+[|•·–—/-]\s+|\s*[|•·]\s*|\s{2,}|\s+(?=(?:by|von|par|por|di|door|av|af|od|przez)\s+[A-ZÀ-ÖØ-Þ])")


@dataclass(frozen=True, slots=True)
class Marked:
    """Places of the lines that go, each with the name of the rule that takes it; and the byline that one told."""

    taken: dict[int, str]
    byline: str | None


def marked_lines(lines: Sequence[Line], rules: Rulebook, gone: Collection[int] = (), byline: str | None = None) -> Marked:
    """What the rules take.

    `gone` are places of lines that something else takes: markers still count there, prose doesn't. `byline` names the
    article's authors where they are known, parted by commas: lines that only name them are furniture.
    """
    names = {line_key(name) for name in (*(byline or "").split(","), byline or "")} - {""}
    found = [
        _NAMED_RULES if line.key in names else _rules_for(line, index, len(lines), rules) for index, line in enumerate(lines)
    ]
    found = [matching or [_GONE] * (line.place in gone) for line, matching in zip(lines, found, strict=True)]
    body = _body(lines, found)
    matches = [next((rule for rule in matching if _counts(rule, index, body)), None) for index, matching in enumerate(found)]
    taken: dict[int, str] = {}
    for index, rule in enumerate(matches):
        if rule and rule is not _GONE and lines[index].place not in taken:
            taken.update(
                {line.place: rule.name for line in _taken_by(rule, index, lines, matches, body) if line.place not in taken}
            )
    byline = next((_name_in(lines[index], rule) for index, rule in enumerate(matches) if rule and rule.kind is Kind.BYLINE), None)
    return Marked(taken, byline)


def _rules_for(line: Line, index: int, count: int, rules: Rulebook) -> list[Rule]:
    if not line.key:
        return [_NO_WORDS]
    found = rules.rules_for(line)
    if found:
        return found
    if index < _PATTERN_LINES or index >= count - _PATTERN_LINES:
        pattern = rules.pattern_for(line, _EVERYWHERE)
        return [pattern] if pattern else _rules_for_pieces(line, rules)
    pattern = rules.pattern_for(line, _INSIDE) if line.words <= _SHORT else None
    return [pattern] if pattern else []


_EVERYWHERE = frozenset(Where)
_INSIDE = frozenset({Where.ANYWHERE})
_NAMED = Rule("any/byline", Kind.LINE, Where.EDGES, 14, prose=False, lines=(), patterns=(), example="Jane Doe")
_NAMED_RULES = [_NAMED]
_NO_WORDS = Rule("any/no-words", Kind.LINE, Where.ANYWHERE, 14, prose=False, lines=(), patterns=(), example="* * *")
_GONE = Rule("gone", Kind.LINE, Where.ANYWHERE, 0, prose=True, lines=(), patterns=(), example="")
_DATE = Rule("any/date", Kind.LINE, Where.EDGES, 14, prose=False, lines=(), patterns=(), example="6 January 2026, 10:15")


def _rules_for_pieces(line: Line, rules: Rulebook) -> list[Rule]:
    """The rules of a line that is a date, or is made of pieces that are dates, bylines and labels: "By Jane Doe | 6 January"."""
    if line.words > _DATE.at_most:
        return []
    if _is_date(line, rules.date_words):
        return [_DATE]
    pieces = [Line(piece, line.place) for piece in _PARTING.split(line.text) if piece.strip()]
    if len(pieces) < 2:
        return []
    found = [[_DATE] if _is_date(piece, rules.date_words) else rules.rules_for(piece) for piece in pieces]
    return found[0] if all(found) else []


def _is_date(line: Line, date_words: frozenset[str]) -> bool:
    """Whether a line is made of figures and date words; of figures alone, one must be a year, since telephones have none."""
    words = [word for word in (word.strip(".,:;()[]|–—-/•·") for word in line.key.split()) if word]
    named = [word for word in words if word in date_words]
    figures = [word for word in words if _TIME.fullmatch(word)]
    return bool(figures) and len(named) + len(figures) == len(words) and (bool(named) or _YEAR.search(line.text) is not None)


def _body(lines: Sequence[Line], found: Sequence[Sequence[Rule]]) -> range:
    """The article's own running text: from the first to the last prose that no rule matches."""
    prose = [index for index, line in enumerate(lines) if line.is_prose and not found[index]]
    return range(prose[0], prose[-1] + 1) if prose else range(len(lines), len(lines))


def _counts(rule: Rule, index: int, body: range) -> bool:
    if rule.where is Where.ANYWHERE:
        return True
    above = index < max(body.start, _ABOVE)
    return (above and rule.where is not Where.TAIL) or (index >= body.stop and rule.where is not Where.TOP)


def _taken_by(rule: Rule, index: int, lines: Sequence[Line], matches: Sequence[Rule | None], body: range) -> Iterator[Line]:
    yield lines[index]
    if rule.kind is Kind.END and _ends(index, lines, matches):
        yield from lines[index + 1 :]
    elif rule.kind in {Kind.END, Kind.TEASERS}:
        yield from _teasers(index, lines, body)
    elif rule.kind is Kind.CREDIT and index and _is_caption(lines[index - 1]):
        yield lines[index - 1]


def _ends(index: int, lines: Sequence[Line], matches: Sequence[Rule | None]) -> bool:
    """Whether so little of the article's running text stands behind an end marker that it can't be the article's own."""
    rest = [line for line, match in zip(lines[index + 1 :], matches[index + 1 :], strict=True) if match is None]
    share = _LITTLE_IN_TEASERS if all(line.words <= _TEASER_WORDS for line in rest) else _LITTLE
    return prose_words(rest) <= share * prose_words(lines)


def _teasers(index: int, lines: Sequence[Line], body: range) -> Iterator[Line]:
    """The headline-like lines up to the next running text; inside the article only a few, since it may go on with a list."""
    inside = index in body
    for count, line in enumerate(lines[index + 1 :]):
        if not line.is_headline_like or line.is_sentence or (inside and (count >= _MOST_TEASERS_INSIDE or line.ends_open)):
            return
        yield line


def _is_caption(line: Line) -> bool:
    return line.is_headline_like and not line.text.startswith(("-", "•", "*", "#"))


def _name_in(line: Line, rule: Rule) -> str | None:
    """What the star of a byline's spelling stands for, in the line's own letters."""
    for spelling in rule.lines:
        beginning = spelling.split("*")[0]
        if spelling.endswith("*") and line.key.startswith(beginning):
            folded = line_key(line.text)
            start = line.text.casefold().find(folded[: len(beginning)].strip())
            return _PARTING.split(line.text[start + len(beginning) :].strip(" :"))[0].strip(" ,.") or None
    return None
