"""The Retry-After header, in either of its two forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\s*(\d{1,9})(?:\.\d+)?\s*")


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """The pause that a server asks for, in seconds from `now`, or None where the header says nothing one can use.

    Both forms of RFC 9110 §10.2.3 are read: a number of seconds, and an HTTP date. A date gone by means no pause.
    """
    if value is None:
        return None
    if match := _SECONDS.fullmatch(value):
        return float(match[1])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
