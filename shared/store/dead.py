"""Links that ended badly: list them, try them again, or drop them for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from shared.model import LinkState, Outcome
from shared.store import trail
from shared.store.engine import Database
from shared.store.schema import links

DROPPED = Outcome.REJECTED.because("dropped")


@dataclass(frozen=True, slots=True)
class Which:
    """Chooses among them: by host, by reason (`timeout`, or whole: `dead:timeout`), by when they ended."""

    host: str | None = None
    reason: str | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link that ended as `dead:…` or `rejected:…`, with what was last said about it."""

    url: str
    host: str
    outcome: str
    detail: str | None
    attempts: int
    ended: datetime | None


class DeadStore:
    """The dead letters of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, which: Which, *, limit: int | None = None) -> list[DeadLink]:
        """Those chosen, the last to end first."""
        query = select(links).where(_chosen(which)).order_by(links.c.finished_at.desc(), links.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [DeadLink(row.url, row.host, row.outcome, row.reason, row.attempts, row.finished_at) for row in rows]

    def retry(self, which: Which, now: datetime) -> int:
        """Make those chosen due again, with all attempts before them. Returns how many."""
        values = {"state": LinkState.DUE, "due_at": now, "attempts": 0, "deaths": 0}
        return self._change(which, values, "tried-again", now)

    def drop(self, which: Which, now: datetime) -> int:
        """Tell no more of those chosen; a feed that names them still doesn't bring them back. Returns how many."""
        return self._change(which, {"outcome": DROPPED}, "dropped", now)

    def _change(self, which: Which, values: dict[str, Any], told: str, now: datetime) -> int:
        with self._database.writing() as connection:
            changed = update(links).where(_chosen(which)).values(values).returning(links.c.id)
            ids = list(connection.execute(changed).scalars())
            trail.write(connection, ids, "dead", told, now)
        return len(ids)


def _chosen(which: Which) -> ColumnElement[bool]:
    outcome = links.c.outcome
    conditions = [
        links.c.state == LinkState.DONE,
        or_(outcome.startswith(f"{Outcome.DEAD}:"), outcome.startswith(f"{Outcome.REJECTED}:")),
        outcome != DROPPED,
    ]
    if which.host is not None:
        conditions.append(links.c.host == which.host.lower())
    if which.reason is not None:
        conditions.append(outcome.in_([which.reason, *(kind.because(which.reason) for kind in (Outcome.DEAD, Outcome.REJECTED))]))
    if which.before is not None:
        conditions.append(links.c.finished_at < which.before)
    return and_(*conditions)
