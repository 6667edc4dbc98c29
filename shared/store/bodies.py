"""Which titles a host has shown above one body: what the poison-page guard asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from shared.stages.poison import MOST_TITLES
from shared.store.engine import Database
from shared.store.schema import bodies
from shared.store.upsert import insert_or_replace


class BodyStore:
    """The bodies of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def other_titles(self, host: str, body_key: int, url: str, title: str, now: datetime) -> list[str]:
        """The titles that other URLs of the host have shown above this body; remembers this one, up to a bound a body."""
        row = {"host": host, "body_key": body_key, "url": url, "title": title, "seen_at": now}
        with self._database.writing() as connection:
            others = [row.title for row in connection.execute(_OTHERS, {"its_host": host, "its_key": body_key, "its_url": url})]
            if len(others) < MOST_TITLES:
                connection.execute(insert_or_replace(connection, bodies, "title", "seen_at"), row)
        return others


# Built once: putting a statement together costs more than running it.
_OTHERS = (
    select(bodies.c.title)
    .where(
        bodies.c.host == bindparam("its_host"), bodies.c.body_key == bindparam("its_key"), bodies.c.url != bindparam("its_url")
    )
    .order_by(bodies.c.url)
    .limit(MOST_TITLES)
)
