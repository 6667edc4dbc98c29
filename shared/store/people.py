"""What people said about articles: these two are one story, or never are. It counts more than any figure, for ever."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, exists, or_, select

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


def spoken_of(article: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether people said anything about an article: for a query that is made anyway, as they seldom did."""
    return exists().where(or_(people.c.article_id == article, people.c.other_id == article))


def said_about(connection: Connection, article: int, stories: Iterable[int], *, spoken_of: bool = True) -> People:
    """What bears on placing an article, that was `spoken_of` or not, among these stories."""
    rows = connection.execute(_SAID, {"article": article}).all() if spoken_of else ()
    together = sorted({row.story_id for row in rows if row.together})
    apart = frozenset(row.story_id for row in rows if not row.together)
    return People(together[0] if together else None, apart, unmerged(connection, stories))


def said_of(connection: Connection, article: int) -> list[tuple[int, bool]]:
    """The articles that people named with this one, and whether they belong together."""
    other = (people.c.article_id + people.c.other_id - article).label("other")
    about = or_(people.c.article_id == article, people.c.other_id == article)
    return [
        (row.other, row.together) for row in connection.execute(select(other, people.c.together).where(about).order_by(other))
    ]


def unmerged(connection: Connection, stories: Iterable[int]) -> frozenset[tuple[int, int]]:
    """Pairs of these stories, the smaller id first, that hold articles which people keep apart."""
    ids = list(stories)
    if len(ids) < 2:
        return frozenset()
    rows = connection.execute(_KEPT_APART, {"ids": ids})
    return frozenset((min(row.one, row.two), max(row.one, row.two)) for row in rows)


# Built once: putting a statement together costs more than running it.
_ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
_first, _second = members.alias(), members.alias()
_SAID = (
    select(members.c.story_id, people.c.together)
    .join(members, members.c.article_id == people.c.article_id + people.c.other_id - bindparam("article"))
    .where(or_(people.c.article_id == bindparam("article"), people.c.other_id == bindparam("article")))
)
_KEPT_APART = (
    select(_first.c.story_id.label("one"), _second.c.story_id.label("two"))
    .select_from(people)
    .join(_first, _first.c.article_id == people.c.article_id)
    .join(_second, _second.c.article_id == people.c.other_id)
    .where(people.c.together.is_(False))
    .where(_first.c.story_id.in_(_ids), _second.c.story_id.in_(_ids))
)
