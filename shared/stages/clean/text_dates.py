"""Dates that stand in a text: one left in front of it ("date 2024-01-06 Baghdad accused …"), one on a line of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from shared.stages.clean.lines import EDGES, fold
from shared.stages.clean.rules import months

_LEADING = re.compile(
    r"^\s*((?:date|published|posted|updated)?\s*:?\s*(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?)\s+(?=\S)",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?[-/.年년]\s?(?P<month>\d\d?)\s?[-/.月월]\s?(?P<day>\d\d?)(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.\s?(?P<year>(?:19|20)\d\d)(?!\d)")
"""With dots the day comes first everywhere; with slashes it depends on the country, so such dates are left alone."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY = re.compile(r"(?<![\d:])(\d\d?)(?![\d:])")
_ABBREVIATED = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def leading_date(text: str) -> tuple[str, datetime] | None:
    """The piece of the text's beginning that is a date, and the date; None where it begins otherwise."""
    match = _LEADING.match(text)
    found = date_in(match[2]) if match else None
    return (match[1], found) if match and found else None


def date_in(line: str) -> datetime | None:
    """The day that a line names in figures or with a month's name in any of the rules' languages; None where it's unsure."""
    match = _YEAR_FIRST.search(line) or _DAY_FIRST.search(line)
    if match:
        return _day(int(match["year"]), int(match["month"]), int(match["day"]))
    year, month = _YEAR.search(line), _month_in(line)
    day = _DAY.search(line.replace(year[0], " ", 1)) if year else None
    return _day(int(year[0]), month, int(day[1])) if year and month and day else None


def _month_in(line: str) -> int | None:
    for word in fold(line).split():
        name = word.strip(EDGES)
        if name in months():
            return months()[name]
        if name[:3] in _ABBREVIATED and len(name) <= 4:
            return _ABBREVIATED.index(name[:3]) + 1
    return None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
