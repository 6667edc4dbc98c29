"""Moments of the future, put right after the clock was set: else leases, pauses and polls would be off by its jump."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, select, update

from shared.model import LinkState
from shared.store.engine import Database
from shared.store.locks import Lock, hold
from shared.store.schema import feeds, hosts, links, trail

_PART = 10_000  # rows in one statement's list
_SINCE_NOW = timedelta(minutes=1)  # others go on writing between our look at the clock and the statement


class ClockStore:
    """The moments of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> datetime | None:
        """When the last thing happened, by the clock of that time."""
        with self._database.reading() as connection:
            return connection.execute(select(trail.c.at).order_by(trail.c.id.desc()).limit(1)).scalar()

    def jumped(self, by: timedelta, now: datetime, *, lease: float) -> None:
        """The clock has jumped and shows `now`: who works gets `lease` seconds from here on; what waits, waits as long as before.

        After a jump ahead only leases matter: the rest is earlier by as much, once.
        """
        under_way = links.c.state.in_([LinkState.RELEASED, LinkState.EXTRACTED])
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            connection.execute(update(links).where(under_way).values(lease_until=now + timedelta(seconds=lease)))
            if by < timedelta(0):
                _sooner(connection, links, links.c.id, [links.c.due_at], -by, now)
                _sooner(
                    connection, hosts, hosts.c.host, [hosts.c.next_release_at, hosts.c.next_turn_at, hosts.c.down_until], -by, now
                )
                _sooner(
                    connection, feeds, feeds.c.id, [feeds.c.next_poll_at, feeds.c.poll_lease_until, feeds.c.polled_at], -by, now
                )

    def put_right(self, now: datetime, *, lease: float, wait: float) -> int:
        """Moments farther off than anything waits: written amid a jump by the clock of before. Returns how many there were.

        `lease` is the longest lease and `wait` the longest that a link, a host or a feed's turn may have to wait, in seconds.
        """
        under_way, held = links.c.state.in_([LinkState.RELEASED, LinkState.EXTRACTED]), now + timedelta(seconds=lease)
        too_long, waits = held + _SINCE_NOW, now + timedelta(seconds=wait)
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            found = connection.execute(
                update(links).where(under_way, links.c.lease_until > too_long).values(lease_until=held)
            ).rowcount
            late = update(links).where(links.c.state == LinkState.DUE, links.c.due_at > waits)
            found += connection.execute(late.values(due_at=now)).rowcount
            for moment in (hosts.c.next_release_at, hosts.c.next_turn_at, hosts.c.down_until):
                found += connection.execute(update(hosts).where(moment > waits).values({moment.name: now})).rowcount
            polled = update(feeds).where(feeds.c.polled_at > now + _SINCE_NOW)
            found += connection.execute(polled.values(polled_at=now, next_poll_at=now)).rowcount
            leased = update(feeds).where(feeds.c.poll_lease_until > waits)
            return found + connection.execute(leased.values(poll_lease_until=None)).rowcount


def _sooner(
    connection: Connection, table: Table, key: Column[Any], moments: Iterable[Column[Any]], by: timedelta, now: datetime
) -> None:
    """Moments that were past before the clock was set back are past again; later ones come sooner by as much."""
    before = now + by
    for moment in moments:
        connection.execute(update(table).where(moment > now, moment <= before).values({moment.name: now}))
        rows = connection.execute(select(key.label("key"), moment.label("at")).where(moment > before).limit(_PART)).all()
        if rows:
            sooner = update(table).where(key == bindparam("its_key")).values({moment.name: bindparam("sooner")})
            connection.execute(sooner, [{"its_key": row.key, "sooner": row.at - by} for row in rows])
