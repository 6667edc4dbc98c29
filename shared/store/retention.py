"""What is dropped with age, in pieces: each call is a short transaction that nobody waits for long.

    pages    raw pages, after a few days: they are only there for cleaning again
    bodies   which title a host showed above a body: walls and notices come close together
    trails   of links that ended long ago, each as a whole, so that its beginnings and ends still add up

The rest grows with what was read and is the memory that users ask for; docs/reliability.md tells of each table why.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, tuple_

from shared.model import LinkState
from shared.store.engine import Database
from shared.store.schema import bodies, links, pages, trail

PIECE = 200  # rows in one transaction, or 1,000 lines of trails, which are small
_LINES = 1_000


class RetentionStore:
    """Drops what is old from one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drop_pages(self, before: datetime) -> int:
        """Drop the oldest raw pages fetched before a moment, at most a piece of them; returns how many."""
        oldest = select(pages.c.article_id).where(pages.c.fetched_at < before).order_by(pages.c.fetched_at).limit(PIECE)
        with self._database.writing() as connection:
            return connection.execute(delete(pages).where(pages.c.article_id.in_(oldest.scalar_subquery()))).rowcount

    def drop_bodies(self, before: datetime) -> int:
        """Forget the oldest titles above bodies seen before a moment, at most a piece of them; returns how many."""
        key = (bodies.c.host, bodies.c.body_key, bodies.c.url)
        oldest = select(*key).where(bodies.c.seen_at < before).order_by(bodies.c.seen_at).limit(PIECE)
        with self._database.writing() as connection:
            rows = [tuple(row) for row in connection.execute(oldest)]
            return connection.execute(delete(bodies).where(tuple_(*key).in_(rows))).rowcount if rows else 0

    def drop_trails(self, before: datetime, *, after: int = 0) -> tuple[int, int | None]:
        """Drop trails of links that ended before a moment, looking at one piece of the lines with numbers above `after`.

        Returns how many lines went, and where to go on, or None where the younger lines begin. Lines are written in the
        order of time, so nothing is searched.
        """
        piece = select(trail.c.id, trail.c.link_id, trail.c.at).where(trail.c.id > after).order_by(trail.c.id).limit(_LINES)
        with self._database.writing() as connection:
            lines = connection.execute(piece).all()
            old = [line for line in lines if line.at < before]
            ended = select(links.c.id).where(
                links.c.id.in_({line.link_id for line in old}), links.c.state == LinkState.DONE, links.c.finished_at < before
            )
            dropped = connection.execute(delete(trail).where(trail.c.link_id.in_(list(connection.execute(ended).scalars()))))
        return dropped.rowcount, old[-1].id if old and len(old) == len(lines) == _LINES else None
