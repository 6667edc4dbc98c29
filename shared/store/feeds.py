"""Feeds: which to poll next, and how each poll ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from shared.model import Feed
from shared.store import entries as found_entries
from shared.store import poll_results
from shared.store.engine import Database
from shared.store.entries import FoundEntry, Recorded
from shared.store.feed_report import FeedReport, report
from shared.store.poll_results import PollResult
from shared.store.schema import entries, feeds, former_addresses
from shared.store.upsert import insert_or_skip

_POLL_LEASE = timedelta(
    seconds=120
)  # longer than a poll and its wait for the one parser; a fetcher that starts again ends the leases


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed as `storyfold feeds` shows it."""

    id: int
    url: str
    title: str | None
    entries: int
    polled_at: datetime | None
    next_poll_at: datetime
    failures: int
    last_outcome: str | None
    last_detail: str | None


class FeedStore:
    """The feeds of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, urls: Iterable[str], now: datetime, interval: float) -> int:
        """Add the feeds that aren't there yet, due at once; bring removed ones back. Returns how many were added.

        An address that one of our feeds has moved away from is that feed's.
        """
        added = 0
        with self._database.writing() as connection:
            left = _left_addresses(connection)
            for url in dict.fromkeys(urls):
                if url in left:
                    continue
                row = {"url": url, "added_at": now, "interval": interval, "next_poll_at": now, "failures": 0}
                inserted = insert_or_skip(connection, feeds).values(row).returning(feeds.c.id)
                added += len(connection.execute(inserted).all())
                back = update(feeds).where(feeds.c.url == url, feeds.c.removed_at.is_not(None))
                added += connection.execute(back.values(removed_at=None, next_poll_at=now)).rowcount
        return added

    def remove(self, url: str, now: datetime) -> bool:
        """Stop polling a feed, named by its address or one that it had; its stories stay. False if there is no such feed."""
        former = select(former_addresses.c.feed_id).where(former_addresses.c.url == url)
        gone = update(feeds).where((feeds.c.url == url) | feeds.c.id.in_(former), feeds.c.removed_at.is_(None))
        with self._database.writing() as connection:
            return connection.execute(gone.values(removed_at=now)).rowcount > 0

    def all(self) -> list[FeedStatus]:
        """Every feed that is polled, in the order in which they were added."""
        count = select(entries.c.feed_id, func.count().label("entries")).group_by(entries.c.feed_id).subquery()
        query = (
            select(feeds, func.coalesce(count.c.entries, 0).label("entries"))
            .outerjoin(count, count.c.feed_id == feeds.c.id)
            .where(feeds.c.removed_at.is_(None))
            .order_by(feeds.c.id)
        )
        with self._database.reading() as connection:
            return [_status(row) for row in connection.execute(query)]

    def report(self, now: datetime) -> list[FeedReport]:
        """Every feed that is polled, with its yield."""
        return report(self._database, now)

    def claim_due(self, now: datetime, limit: int) -> list[Feed]:
        """Take up to `limit` feeds whose time has come; nobody else gets them until the poll's lease runs out."""
        due = (
            select(feeds)
            .where(feeds.c.removed_at.is_(None), feeds.c.next_poll_at <= now)
            .where(feeds.c.poll_lease_until.is_(None) | (feeds.c.poll_lease_until < now))
            .order_by(feeds.c.next_poll_at, feeds.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            rows = connection.execute(due).all()
            taken = update(feeds).where(feeds.c.id.in_([row.id for row in rows]))
            connection.execute(taken.values(poll_lease_until=now + _POLL_LEASE))
        return [_feed(row) for row in rows]

    def hold(self, turns: Mapping[int, datetime]) -> None:
        """Let claimed feeds wait for their hosts' turns: they stay due, and nobody gets them before."""
        held = update(feeds).where(feeds.c.id == bindparam("feed")).values(poll_lease_until=bindparam("turn"))
        if turns:
            with self._database.writing() as connection:
                connection.execute(held, [{"feed": feed, "turn": at} for feed, at in sorted(turns.items())])

    def poll_now(self, now: datetime) -> None:
        """Make every feed due."""
        with self._database.writing() as connection:
            connection.execute(update(feeds).where(feeds.c.removed_at.is_(None)).values(next_poll_at=now))

    def record_poll(self, feed: int, found: Sequence[FoundEntry], now: datetime) -> Recorded:
        """Store a poll's entries and the links they name; a changed entry makes its finished link due again."""
        return found_entries.record(self._database, feed, found, now)

    def full_text(self, link: int) -> str | None:
        """The article as a feed told it in full, if one did and the link's page was never had."""
        return found_entries.text_of(self._database, link)

    def finish_polls(self, results: Mapping[int, PollResult], now: datetime) -> None:
        """Write down the successes of feeds: validators, next polls, who is well, and new addresses once they have settled."""
        with self._database.writing() as connection:
            poll_results.finish(connection, results, now)

    def fail_poll(
        self, feed: int, reason: str, detail: str, next_poll_at: datetime, now: datetime, *, retired: bool = False
    ) -> None:
        """Write down a failure and when to try again."""
        values = {
            "failures": feeds.c.failures + 1,
            "failing_since": func.coalesce(feeds.c.failing_since, now),
            "retired": retired,
            "next_poll_at": next_poll_at,
            "poll_lease_until": None,
            "polled_at": now,
            "last_outcome": f"failed:{reason}",
            "last_detail": detail,
        }
        with self._database.writing() as connection:
            connection.execute(update(feeds).where(feeds.c.id == feed).values(values))

    def forget_polls(self) -> None:
        """End the leases of polls whose fetcher is known to be gone."""
        with self._database.writing() as connection:
            connection.execute(update(feeds).values(poll_lease_until=None))

    def due(self, now: datetime) -> int:
        """How many feeds are to be polled or are being polled."""
        query = select(func.count()).select_from(feeds)
        query = query.where(feeds.c.removed_at.is_(None), feeds.c.next_poll_at <= now)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)


def _left_addresses(connection: Connection) -> set[str]:
    query = select(former_addresses.c.url).join(feeds, feeds.c.id == former_addresses.c.feed_id)
    return set(connection.execute(query.where(feeds.c.removed_at.is_(None))).scalars())


def _feed(row: Row[Any]) -> Feed:
    return Feed(
        id=row.id,
        url=row.url,
        title=row.title,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        failures=row.failures,
        interval=row.interval,
        last_outcome=row.last_outcome,
        retired=row.retired,
        moved_to=row.moved_to,
        moved_held=row.moved_held,
        ttl=row.ttl,
    )


def _status(row: Row[Any]) -> FeedStatus:
    return FeedStatus(
        id=row.id,
        url=row.url,
        title=row.title,
        entries=row.entries,
        polled_at=row.polled_at,
        next_poll_at=row.next_poll_at,
        failures=row.failures,
        last_outcome=row.last_outcome,
        last_detail=row.last_detail,
    )
