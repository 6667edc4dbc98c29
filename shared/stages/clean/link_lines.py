"""Lines that are links on the page: teasers of other articles, lists of topics, menus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.stages.clean.lines import Line


class Block(StrEnum):
    """The element that a line of links stands in."""

    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class LinkedLines:
    """The lines of a page of which at least 80 % is link text, by `Line.key`."""

    blocks: Mapping[str, Block] = field(default_factory=dict)

    def __contains__(self, line: Line) -> bool:
        return line.key in self.blocks


NO_LINKS = LinkedLines()
_MOST_WORDS = 40


def lines_of_links(lines: Sequence[Line], linked: LinkedLines) -> list[Line]:
    """What goes: linked lines before the first and after the last real paragraph."""
    prose = [index for index, line in enumerate(lines) if line.is_prose and line not in linked]
    if not prose:
        return []
    outside = [*lines[: prose[0]], *lines[prose[-1] + 1 :]]
    return [line for line in outside if line.words <= _MOST_WORDS and line in linked]
