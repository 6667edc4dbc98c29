"""How each feed does: what `storyfold feeds` shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Subquery, case, func, select

from shared.model import LinkState, Outcome
from shared.store.engine import Database
from shared.store.schema import entries, feeds, links

_RATE_WINDOW: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """A feed, its last polls and its yield. `duplicates` is the share of its finished links that told nothing new, 0 to 1."""

    id: int
    url: str
    title: str | None
    entries: int
    entries_a_day: float
    duplicates: float | None
    newest_entry_at: datetime | None
    polled_at: datetime | None
    succeeded_at: datetime | None
    next_poll_at: datetime
    failures: int
    failing_since: datetime | None
    retired: bool
    moved_to: str | None
    last_outcome: str | None
    last_detail: str | None


def report(database: Database, now: datetime) -> list[FeedReport]:
    """Every feed that is polled, in the order in which they were added."""
    told = _yields(now)
    query = select(feeds, *(each for each in told.c if each.name != "feed_id")).outerjoin(told, told.c.feed_id == feeds.c.id)
    with database.reading() as connection:
        rows = connection.execute(query.where(feeds.c.removed_at.is_(None)).order_by(feeds.c.id)).all()
    return [_report(row, now) for row in rows]


def _yields(now: datetime) -> Subquery:
    """Entries by feed: how many, how many lately, the oldest and the newest, and what became of their links."""
    # A date in the future says nothing; an entry without one is as old as our knowledge of it.
    told_at = case((entries.c.published_at < entries.c.seen_at, entries.c.published_at), else_=entries.c.seen_at)
    finished = links.c.state == LinkState.DONE
    repeats = finished & links.c.outcome.in_([Outcome.JOINED, Outcome.UNCHANGED])
    query = select(
        entries.c.feed_id,
        func.count().label("entries"),
        func.sum(case((told_at >= now - _RATE_WINDOW, 1), else_=0)).label("recent"),
        func.min(told_at).label("oldest"),
        func.max(told_at).label("newest"),
        func.sum(case((finished, 1), else_=0)).label("finished"),
        func.sum(case((repeats, 1), else_=0)).label("repeats"),
    )
    return query.join(links, links.c.id == entries.c.link_id).group_by(entries.c.feed_id).subquery()


def _report(row: Row[Any], now: datetime) -> FeedReport:
    return FeedReport(
        id=row.id,
        url=row.url,
        title=row.title,
        entries=row.entries or 0,
        entries_a_day=_a_day(row, now),
        duplicates=round(row.repeats / row.finished, 3) if row.finished else None,
        newest_entry_at=row.newest,
        polled_at=row.polled_at,
        succeeded_at=row.succeeded_at,
        next_poll_at=row.next_poll_at,
        failures=row.failures,
        failing_since=row.failing_since,
        retired=row.retired,
        moved_to=row.moved_to,
        last_outcome=row.last_outcome,
        last_detail=row.last_detail,
    )


def _a_day(row: Row[Any], now: datetime) -> float:
    """Over the last week, or over what the feed's oldest entry lets us see of it, but at least a day."""
    if not row.recent:
        return 0.0
    span: timedelta = max(_DAY, min(_RATE_WINDOW, now - row.oldest))
    return round(float(row.recent) / (span / _DAY), 1)
