"""Lines that hosts repeat: sightings of them, shared by all workers, bounded for each host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from shared.stages.clean.host_lines import MOST_LINES, LearnableLine, Sighting
from shared.store.engine import Database
from shared.store.schema import host_lines, line_sightings
from shared.store.upsert import insert_or_replace, insert_or_skip

_OTHER_ARTICLES = 2


@dataclass(frozen=True, slots=True)
class HostLine:
    """A line as `storyfold host` shows it; it is cut once two other articles have shown it, unless a person forgot it."""

    text: str
    articles: int
    seen: datetime
    forgotten: bool

    @property
    def is_learned(self) -> bool:
        """It is cut from other articles of the host."""
        return self.articles >= _OTHER_ARTICLES and not self.forgotten


class HostLineStore:
    """The learned lines of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sightings(self, host: str, keys: Sequence[int]) -> list[Sighting]:
        """Where the host showed these lines before, those left out that a person forgot."""
        query = (
            select(line_sightings.c.line_key, line_sightings.c.article_url, line_sightings.c.sketch)
            .join(host_lines, _same_line())
            .where(line_sightings.c.host == host, line_sightings.c.line_key.in_(keys), host_lines.c.forgotten.is_(False))
            .order_by(line_sightings.c.line_key, line_sightings.c.article_url)
        )
        with self._database.reading() as connection:
            return [Sighting(row.line_key, row.article_url, row.sketch) for row in connection.execute(query)]

    def learn(self, host: str, lines: Sequence[LearnableLine], sightings: Sequence[Sighting], now: datetime) -> None:
        """Add sightings of lines; those that are there already change nothing."""
        texts = {line.key: line.text for line in lines}
        rows = [{"host": host, "line_key": each.key, "text": texts[each.key], "seen_at": now} for each in sightings]
        seen = [{"host": host, "line_key": each.key, "article_url": each.article, "sketch": each.sketch} for each in sightings]
        if not rows:
            return
        with self._database.writing() as connection:
            connection.execute(insert_or_replace(connection, host_lines, "seen_at"), [row | {"forgotten": False} for row in rows])
            connection.execute(insert_or_skip(connection, line_sightings), seen)
            _bound(connection, host)

    def of_host(self, host: str) -> list[HostLine]:
        """Every line of a host, the most often seen first."""
        count = func.count(line_sightings.c.article_url)
        query = (
            select(host_lines, count.label("articles"))
            .outerjoin(line_sightings, _same_line())
            .where(host_lines.c.host == host)
            .group_by(*host_lines.c)
            .order_by(count.desc(), host_lines.c.text)
        )
        with self._database.reading() as connection:
            return [HostLine(row.text, row.articles, row.seen_at, row.forgotten) for row in connection.execute(query)]

    def forget(self, host: str, text: str) -> bool:
        """Never cut this line again, however often the host shows it. False if the host never showed it."""
        with self._database.writing() as connection:
            line = update(host_lines).where(host_lines.c.host == host, host_lines.c.text == text)
            return connection.execute(line.values(forgotten=True)).rowcount > 0


def _same_line() -> Any:  # noqa: ANN401 - a SQL condition
    return (host_lines.c.host == line_sightings.c.host) & (host_lines.c.line_key == line_sightings.c.line_key)


def _bound(connection: Connection, host: str) -> None:
    """Keep at most `MOST_LINES` of a host: those that go first were seen once, the longest ago."""
    size = connection.scalar(select(func.count()).select_from(host_lines).where(host_lines.c.host == host)) or 0
    if size <= MOST_LINES:
        return
    count = select(func.count()).select_from(line_sightings).where(_same_line()).correlate(host_lines).scalar_subquery()
    oldest = (
        select(host_lines.c.line_key)
        .where(host_lines.c.host == host, host_lines.c.forgotten.is_(False))
        .order_by(count, host_lines.c.seen_at)
        .limit(size - MOST_LINES * 9 // 10)
    )
    keys = [row.line_key for row in connection.execute(oldest)]
    for table in (line_sightings, host_lines):
        connection.execute(delete(table).where(table.c.host == host, table.c.line_key.in_(keys)))
