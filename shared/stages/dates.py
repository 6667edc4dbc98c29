"""When an article was published: dates as pages write them, and the day that the newsroom itself would name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_FUTURE = timedelta(days=2)
_OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
_SAME_MOMENT = timedelta(minutes=1)
_DAY_IN_URL = re.compile(r"/((?:19|20)\d\d)[/_-]?(\d\d?|[a-z]{3})[/_-]?(\d\d?)(?=[/_-])", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOST_OFFSET = 14
"""Hours; no clock on earth is further from UTC."""


def parse_date(text: str, now: datetime) -> datetime | None:
    """A date as JSON-LD, meta tags and feeds write it, with its offset (UTC where it has none); None for what can't be.

    Dates more than two days in the future, before 1900, and the epoch itself are mistakes of a publishing system.
    """
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(text.strip())
        except (ValueError, IndexError, TypeError, OverflowError):
            continue
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found if _is_possible(found, now) else None
    return None


def _is_possible(found: datetime, now: datetime) -> bool:
    return found.year > _OLDEST.year and found != datetime(1970, 1, 1, tzinfo=UTC) and found <= now + _FUTURE


def in_local_time(found: datetime, others: Iterable[datetime], url: str) -> datetime:
    """The same moment, told in the newsroom's own time where the page gives it away, so that its day is the reader's.

    Systems write UTC; a late evening in America becomes the next day. Another spelling of the same moment with an offset
    tells the zone. So does the day in the address, which is the newsroom's: then the nearest offset that agrees is taken.
    """
    if found.utcoffset() != timedelta():
        return found
    for other in others:
        if other.utcoffset() != timedelta() and abs(other - found) <= _SAME_MOMENT:
            return other
    day = day_in_url(url)
    if day is None or day == found.date() or found.time() == datetime.min.time():
        return found
    hours = range(1, _MOST_OFFSET + 1) if day > found.date() else range(-1, -_MOST_OFFSET - 1, -1)
    zones = (timezone(timedelta(hours=hour)) for hour in hours)
    return next((local for zone in zones if (local := found.astimezone(zone)).date() == day), found)


def day_in_url(url: str) -> date | None:
    """The day in an address such as /2026/01/06/ or /2026/jan/06/."""
    match = _DAY_IN_URL.search(url)
    if not match:
        return None
    month = match[2].lower()
    try:
        return date(int(match[1]), _MONTHS.index(month) + 1 if month.isalpha() else int(month), int(match[3]))
    except ValueError:
        return None
