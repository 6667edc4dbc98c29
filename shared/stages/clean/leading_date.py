"""A date that an extractor left in front of the text: "date 2024-01-06 Baghdad accused …"."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_LEADING = re.compile(
    r"^\s*((?:date|published|posted|updated)?\s*:?\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?Z?)?)\s+(?=\S)",
    re.IGNORECASE,
)


def leading_date(text: str) -> tuple[str, datetime] | None:
    """The piece of the text's beginning that is a date, and the date; None where it begins otherwise."""
    match = _LEADING.match(text)
    if not match:
        return None
    try:
        return match[1], datetime(int(match[2]), int(match[3]), int(match[4]), tzinfo=UTC)
    except ValueError:
        return None
