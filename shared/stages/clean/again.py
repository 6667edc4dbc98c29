"""Cleaning again: the text as it was before any cut, put together from what was kept and what was cut."""

from __future__ import annotations

from collections.abc import Sequence

from shared.model import RemovedLine
from shared.stages.clean.cleaning import Cleaned, clean
from shared.stages.clean.host_lines import HostLines
from shared.stages.clean.lines import line_key
from shared.stages.clean.link_lines import Block, LinkedLines

_LEADING_DATE = "leading-date"
_LINK_LINE = "link-line"


def clean_again(
    text: str, removed: Sequence[RemovedLine], *, title: str | None, byline: str | None, host_lines: HostLines
) -> Cleaned:
    """Apply today's rules to a stored article. The page is gone, so lines known as links are those that were cut as such."""
    links = LinkedLines({line_key(line.text): Block.ITEM for line in removed if line.rule == _LINK_LINE})
    raw_text = text_before(text, removed)
    return clean(raw_text, title=title, byline=byline, host_lines=host_lines, linked_lines=links)


def text_before(text: str, removed: Sequence[RemovedLine]) -> str:
    """The uncleaned text, blank lines aside: each cut line is back at its place, a leading date before the first line."""
    cut = {line.place: line.text for line in removed if line.rule != _LEADING_DATE}
    kept = iter(text.split("\n"))
    lines: list[str] = []
    for place in range(max(cut, default=-1) + 1):
        if place in cut:
            lines.append(cut[place])
        elif (line := next(kept, None)) is not None:
            lines.append(line)
    whole = "\n".join([*lines, *kept])
    dates = [line.text for line in removed if line.rule == _LEADING_DATE]
    return " ".join([*dates, whole])
