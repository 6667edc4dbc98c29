"""What people said about articles: these two are one story, or never are. It counts more than any figure, for ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, or_, select

from shared.stages.article_to_story import People
from shared.store.schema import members, people
from shared.store.upsert import insert_or_replace


def say(connection: Connection, article: int, others: Iterable[int], now: datetime, *, together: bool) -> None:
    """Remember that an article belongs with, or apart from, each of the others; the last word counts."""
    rows = [
        {"article_id": min(article, other), "other_id": max(article, other), "together": together, "at": now}
        for other in others
        if other != article
    ]
    if rows:
        connection.execute(insert_or_replace(connection, people, "together", "at"), rows)


def said_about(connection: Connection, article: int, stories: Iterable[int]) -> People:
    """What bears on placing an article among these stories."""
    mine = people.alias()
    other = mine.c.article_id + mine.c.other_id - article
    query = (
        select(members.c.story_id, mine.c.together)
        .join(members, members.c.article_id == other)
        .where(or_(mine.c.article_id == article, mine.c.other_id == article))
    )
    rows = connection.execute(query).all()
    together = sorted({row.story_id for row in rows if row.together})
    apart = frozenset(row.story_id for row in rows if not row.together)
    return People(together[0] if together else None, apart, unmerged(connection, stories))


def unmerged(connection: Connection, stories: Iterable[int]) -> frozenset[tuple[int, int]]:
    """Pairs of these stories, the smaller id first, that hold articles which people keep apart."""
    first, second = members.alias(), members.alias()
    ids = list(stories)
    query = (
        select(first.c.story_id.label("one"), second.c.story_id.label("two"))
        .select_from(people)
        .join(first, first.c.article_id == people.c.article_id)
        .join(second, second.c.article_id == people.c.other_id)
        .where(people.c.together.is_(False), first.c.story_id.in_(ids), second.c.story_id.in_(ids))
    )
    return frozenset((min(row.one, row.two), max(row.one, row.two)) for row in connection.execute(query))
