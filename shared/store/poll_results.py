"""How successful polls ended, written down many at a time: one statement and one commit for all that ended together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, update

from shared.stages.redirects import Move
from shared.store.feed_moves import rewrite
from shared.store.schema import feeds

_BOUND: Final = (
    "etag",
    "last_modified",
    "body_hash",
    "interval",
    "next_poll_at",
    "polled_at",
    "last_outcome",
    "moved_to",
    "moved_held",
    "ttl",
)


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a successful poll leaves behind in the feed's row.

    `healthy` is False for an answer that proves nothing: after a failure, "not modified" leaves the feed failing.
    """

    title: str | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    outcome: str
    interval: float
    next_poll_at: datetime
    ttl: float | None = None
    moved: Move | None = None
    healthy: bool = True


def finish(connection: Connection, results: Mapping[int, PollResult], now: datetime) -> None:
    """Write down validators, next polls, who is well, and new addresses once they have settled. By feed, in one order."""
    for healthy, statement in ((True, _WELL), (False, _ANSWERED)):
        rows = [_row(feed, result, now) for feed, result in sorted(results.items()) if result.healthy is healthy]
        if rows:
            connection.execute(statement, rows)
    for feed, result in results.items():
        if result.moved and result.moved.settled:
            rewrite(connection, feed, result.moved.url)


def _row(feed: int, result: PollResult, now: datetime) -> dict[str, Any]:
    return {
        "feed": feed,
        "told_title": result.title or None,
        "etag": result.etag,
        "last_modified": result.last_modified,
        "body_hash": result.body_hash,
        "interval": result.interval,
        "next_poll_at": result.next_poll_at,
        "polled_at": now,
        "last_outcome": result.outcome,
        "moved_to": result.moved.url if result.moved else None,
        "moved_held": result.moved.held if result.moved else 0,
        "ttl": result.ttl,
    }


_ANSWERED: Final = (
    update(feeds)
    .where(feeds.c.id == bindparam("feed"))
    .values({name: bindparam(name) for name in _BOUND})
    .values(title=func.coalesce(bindparam("told_title"), feeds.c.title), poll_lease_until=None)
)
_WELL: Final = _ANSWERED.values(
    succeeded_at=bindparam("polled_at"), failures=0, failing_since=None, retired=False, last_detail=None
)
