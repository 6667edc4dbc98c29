"""Which links go out next: hosts take turns, like a wheel that goes on where the last release left it.

Only so many hosts are looked at in one release, each by two steps through an index, so that the cost depends neither on how
many links are due nor on how many hosts there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Float, Integer, Row, Text, func, literal, select, text

from shared.model import LinkState
from shared.stages.host_pace import Health, Pace, gap_between, may_release
from shared.store.moment import Moment
from shared.store.schema import hosts, links
from shared.store.upsert import insert_or_replace

_LOOKS_AT_MOST = 1_000
_LOOKS_AT_LEAST = 100

# Each step of the recursion seeks the next host's first due link; sorting all due links by host would cost as much as there are.
_WAITING = text("""
    WITH RECURSIVE waiting(host, link, due_at, place) AS (
        SELECT * FROM (
            SELECT host, id, due_at, 1 FROM links WHERE state = 'due' AND host > :after ORDER BY host, due_at, id LIMIT 1
        ) AS first
        UNION ALL
        SELECT links.host, links.id, links.due_at, waiting.place + 1
        FROM waiting JOIN links ON links.id = (
            SELECT following.id FROM links AS following
            WHERE following.state = 'due' AND following.host > waiting.host
            ORDER BY following.host, following.due_at, following.id LIMIT 1
        )
        WHERE waiting.place < :most
    )
    SELECT waiting.host, link, due_at, crawl_delay, next_release_at, failures, down_since, down_until
    FROM waiting LEFT JOIN hosts ON hosts.host = waiting.host
    ORDER BY place
""").columns(
    host=Text,
    link=BigInteger,
    due_at=Moment,
    crawl_delay=Float,
    next_release_at=Moment,
    failures=Integer,
    down_since=Moment,
    down_until=Moment,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A link to release; `gap` is how many seconds its host is then left alone."""

    link: int
    host: str
    gap: float


@dataclass(frozen=True, slots=True)
class Round:
    """One link of each host whose turn it was; the next round begins after the host `stopped_at`."""

    chosen: tuple[Chosen, ...]
    stopped_at: str


def next_round(connection: Connection, now: datetime, *, after: str, limit: int, slots: int, spacing: float) -> Round:
    """Go round the hosts that have a due link, from the one after `after`, until `limit` are chosen or enough were looked at."""
    taken = _taken(connection)
    chosen: list[Chosen] = []
    for row in _waiting(connection, after, min(_LOOKS_AT_MOST, _LOOKS_AT_LEAST + limit)):
        after = row.host
        if row.due_at <= now and may_release(_pace(row), taken.get(row.host, 0), slots=slots, now=now):
            chosen.append(Chosen(row.link, row.host, gap_between(spacing, row.crawl_delay)))
            if len(chosen) == limit:
                break
    return Round(tuple(chosen), after)


def pause_hosts(connection: Connection, chosen: Sequence[Chosen], now: datetime) -> None:
    """Write down until when the hosts of these links are left alone; one statement for each length of pause."""
    by_gap: dict[float, list[int]] = {}
    for each in chosen:
        by_gap.setdefault(each.gap, []).append(each.link)
    for gap, released in by_gap.items():
        if gap > 0:
            until = literal(now + timedelta(seconds=gap), Moment)
            row = select(links.c.host, until, literal(0)).where(links.c.id.in_(released))
            paused = insert_or_replace(connection, hosts, "next_release_at")
            connection.execute(paused.from_select(["host", "next_release_at", "failures"], row))


def _waiting(connection: Connection, after: str, most: int) -> Iterator[Row[Any]]:
    ahead = connection.execute(_WAITING, {"after": after, "most": most}).all()
    yield from ahead
    if after and len(ahead) < most:
        around = connection.execute(_WAITING, {"after": "", "most": most - len(ahead)}).all()
        yield from (row for row in around if row.host <= after)


def _taken(connection: Connection) -> dict[str, int]:
    query = select(links.c.host, func.count().label("taken")).where(links.c.state == LinkState.RELEASED).group_by(links.c.host)
    return {row.host: row.taken for row in connection.execute(query)}


def _pace(row: Row[Any]) -> Pace:
    return Pace(Health(row.failures or 0, row.down_since, row.down_until), row.crawl_delay, row.next_release_at)
