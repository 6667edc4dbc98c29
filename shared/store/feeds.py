"""Feeds and their entries: which to poll next, and what a poll found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from shared.model import Entry, Feed, LinkState
from shared.store import trail
from shared.store.engine import Database
from shared.store.schema import entries, feeds, links
from shared.store.upsert import insert_or_skip

_POLL_LEASE = timedelta(minutes=2)  # longer than any poll; a fetcher that dies amid one delays that feed by this much


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry with the canonical link that it names."""

    entry: Entry
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a successful poll leaves behind in the feed's row."""

    title: str | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    outcome: str
    interval: float
    next_poll_at: datetime


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


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many of a poll's entries named new links, told of a change, or said what we knew."""

    new: int
    changed: int
    known: int


class FeedStore:
    """The feeds of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, urls: Iterable[str], now: datetime, interval: float) -> int:
        """Add the feeds that aren't there yet, due at once; bring removed ones back. Returns how many were added."""
        added = 0
        with self._database.writing() as connection:
            for url in dict.fromkeys(urls):
                row = {"url": url, "added_at": now, "interval": interval, "next_poll_at": now, "failures": 0}
                inserted = insert_or_skip(connection, feeds).values(row).returning(feeds.c.id)
                added += len(connection.execute(inserted).all())
                back = update(feeds).where(feeds.c.url == url, feeds.c.removed_at.is_not(None))
                added += connection.execute(back.values(removed_at=None, next_poll_at=now)).rowcount
        return added

    def remove(self, url: str, now: datetime) -> bool:
        """Stop polling a feed; its stories stay. False if there is no such feed."""
        with self._database.writing() as connection:
            gone = update(feeds).where(feeds.c.url == url, feeds.c.removed_at.is_(None)).values(removed_at=now)
            return connection.execute(gone).rowcount == 1

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

    def poll_now(self, now: datetime) -> None:
        """Make every feed due."""
        with self._database.writing() as connection:
            connection.execute(update(feeds).where(feeds.c.removed_at.is_(None)).values(next_poll_at=now))

    def record_poll(self, feed: int, found: Sequence[FoundEntry], now: datetime) -> Recorded:
        """Store a poll's entries and the links they name; a changed entry makes its finished link due again."""
        with self._database.writing() as connection:
            seen = [_record_entry(connection, feed, each, now) for each in found]
        return Recorded(new=seen.count("new"), changed=seen.count("changed"), known=seen.count("known"))

    def finish_poll(self, feed: int, result: PollResult, now: datetime) -> None:
        """Write down a success: validators, the next poll, and that the feed is healthy."""
        values: dict[str, Any] = {
            "etag": result.etag,
            "last_modified": result.last_modified,
            "body_hash": result.body_hash,
            "interval": result.interval,
            "next_poll_at": result.next_poll_at,
            "poll_lease_until": None,
            "polled_at": now,
            "succeeded_at": now,
            "failures": 0,
            "last_outcome": result.outcome,
            "last_detail": None,
        }
        if result.title:
            values["title"] = result.title
        with self._database.writing() as connection:
            connection.execute(update(feeds).where(feeds.c.id == feed).values(values))

    def fail_poll(self, feed: int, reason: str, detail: str, next_poll_at: datetime, now: datetime) -> None:
        """Write down a failure and when to try again."""
        values = {
            "failures": feeds.c.failures + 1,
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


def _record_entry(connection: Connection, feed: int, found: FoundEntry, now: datetime) -> str:
    link, is_new = _find_or_add_link(connection, found, now)
    entry, told = found.entry, _content_hash(found.entry)
    values = {
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "published_at": entry.published,
        "updated_at": entry.updated,
        "content_hash": told,
    }
    key = (entries.c.feed_id == feed) & (entries.c.link_id == link)
    known = connection.execute(select(entries.c.content_hash).where(key)).first()
    if known is None:
        connection.execute(insert(entries).values(feed_id=feed, link_id=link, seen_at=now, **values))
        if is_new:
            trail.write(connection, [link], "entry", "new-link", now, f"feed {feed}")
        return "new" if is_new else "known"
    if known.content_hash == told:
        return "known"
    connection.execute(update(entries).where(key).values(values))
    _visit_again(connection, link, entry, now)
    return "changed"


def _find_or_add_link(connection: Connection, found: FoundEntry, now: datetime) -> tuple[int, bool]:
    row = {
        "url": found.url,
        "host": found.host,
        "state": LinkState.DUE,
        "release": 0,
        "attempts": 0,
        "due_at": now,
        "title": found.entry.title,
        "published_at": found.entry.published,
        "created_at": now,
    }
    added = connection.execute(insert_or_skip(connection, links).values(row).returning(links.c.id)).first()
    if added is not None:
        return added.id, True
    return int(connection.execute(select(links.c.id).where(links.c.url == found.url)).scalar_one()), False


def _visit_again(connection: Connection, link: int, entry: Entry, now: datetime) -> None:
    """A feed says that an article changed: fetch it once more, whatever its outcome was. Unfinished links get there anyway."""
    again = update(links).where(links.c.id == link, links.c.state == LinkState.DONE)
    values = {"state": LinkState.DUE, "due_at": now, "attempts": 0, "title": entry.title, "published_at": entry.published}
    if connection.execute(again.values(values)).rowcount:
        trail.write(connection, [link], "entry", "changed", now)


def _content_hash(entry: Entry) -> str:
    told = "\x00".join((entry.title or "", str(entry.updated or entry.published or ""), entry.summary or "", entry.content or ""))
    return hashlib.blake2b(told.encode(errors="replace"), digest_size=16).hexdigest()


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
