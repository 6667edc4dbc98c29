"""Writes down what happened to a link, and tells its whole way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, insert, select

from shared.store.engine import Database
from shared.store.schema import entries, feeds, links, trail


def write(
    connection: Connection, links: Iterable[int], step: str, outcome: str, now: datetime, detail: str | None = None
) -> None:
    """Add one line to each link's trail, in the transaction that makes it true."""
    rows = [{"link_id": link, "at": now, "step": step, "outcome": outcome, "detail": detail or None} for link in links]
    if rows:
        connection.execute(_WRITTEN, rows)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a link's trail."""

    at: datetime
    step: str
    outcome: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """An entry that named the link: which feed, when, under which address and title."""

    feed: str
    seen: datetime
    url: str
    guid: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole way of a link."""

    url: str
    state: str
    outcome: str | None
    reason: str | None
    attempts: int
    deaths: int
    due: datetime
    entries: tuple[Told, ...]
    steps: tuple[Step, ...]
    article: int | None


class TrailStore:
    """The trails of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, url: str) -> Trace | None:
        """The way of the link with this canonical URL; None where there is no such link."""
        with self._database.reading() as connection:
            link = connection.execute(select(links).where(links.c.url == url)).first()
            if link is None:
                return None
            told = connection.execute(_entries_of(link.id)).all()
            steps = connection.execute(select(trail).where(trail.c.link_id == link.id).order_by(trail.c.id)).all()
        return Trace(
            url=link.url,
            state=link.state,
            outcome=link.outcome,
            reason=link.reason,
            attempts=link.attempts,
            deaths=link.deaths,
            due=link.due_at,
            entries=tuple(Told(row.feed, row.seen_at, row.url, row.guid, row.title) for row in told),
            steps=tuple(Step(row.at, row.step, row.outcome, row.detail) for row in steps),
            article=link.article_id,
        )


_WRITTEN = insert(trail).inline()  # built once: putting a statement together costs more than running it
LINE: Final = (
    insert(trail)
    .inline()
    .values(
        link_id=bindparam("link"),
        at=bindparam("now"),
        step=bindparam("by_step"),
        outcome=bindparam("ended_as"),
        detail=bindparam("because"),
    )
)
"""The line of a link's end, for `at_once`."""


def _entries_of(link: int) -> Select[Any]:
    query = select(entries, feeds.c.url.label("feed")).join(feeds, feeds.c.id == entries.c.feed_id)
    return query.where(entries.c.link_id == link).order_by(entries.c.seen_at, entries.c.id)
