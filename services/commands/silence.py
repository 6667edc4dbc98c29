"""Why nothing comes from a feed, in one short phrase."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from services.commands.output import span
from shared.store.feed_report import FeedReport

_STATUS = re.compile(r"\banswered (\d{3})\b")
_QUIET = timedelta(days=1)


def why_silent(feed: FeedReport, now: datetime) -> str | None:
    """None for a feed that is well and has told something within a day."""
    if feed.failing_since is not None:
        trouble = f"{_trouble(feed)} since {_span(now - feed.failing_since)}"
        return f"retired, {trouble}" if feed.retired else trouble
    if feed.moved_to is not None:
        return f"moved to {feed.moved_to}"
    if feed.polled_at is None:
        return "not polled yet"
    if feed.newest_entry_at is None:
        return "has no entries"
    quiet = now - feed.newest_entry_at
    return f"nothing new for {_span(quiet)}" if quiet >= _QUIET else None


def _trouble(feed: FeedReport) -> str:
    """The server's status, else the failure's name, as far as the last poll still tells."""
    if status := _STATUS.search(feed.last_detail or ""):
        return status[1]
    kind, _, reason = (feed.last_outcome or "").partition(":")
    return reason.replace("-", " ") if kind == "failed" else "failing"


def _span(length: timedelta) -> str:
    return span(max(0.0, length.total_seconds()))
