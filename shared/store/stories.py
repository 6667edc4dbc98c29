"""Stories and their members, as people and programs read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from shared.model import RemovedLine
from shared.stages.article_to_story import Role
from shared.stages.fingerprint import Fingerprint
from shared.store import people, story_changes
from shared.store.articles import StoredArticle, recut, stored_article
from shared.store.engine import Database
from shared.store.folding import Folding, claimed, sign_again
from shared.store.links import Claim
from shared.store.locks import Lock, hold
from shared.store.schema import articles, decisions, members, related, stories


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A member as people see it."""

    article: StoredArticle
    role: Role
    joined: datetime


@dataclass(frozen=True, slots=True)
class StoryLine:
    """A story in a list: its canonical article's title and URL, and how many members it has."""

    id: int
    title: str | None
    url: str
    published: datetime | None
    language: str | None
    members: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class StoryTold:
    """A story whole: the canonical first, then the other members by date, and the stories on the same event."""

    id: int
    canonical: StoryMember
    members: tuple[StoryMember, ...]
    related: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class DecisionTold:
    """One decision about an article, with its evidence: what was best, what was next, each with its figures and verdict."""

    at: datetime
    revision: int
    outcome: str
    story: int
    score: float
    evidence: Mapping[str, Any]


class StoryStore:
    """The stories of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def folding(self, claim: Claim, now: datetime) -> Iterator[Folding | None]:
        """One article's fold as one transaction; None where the claim no longer holds its link."""
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            yield claimed(connection, claim, now)

    def recut(
        self, article: StoredArticle, text: str, removed: Sequence[RemovedLine], before: Fingerprint, after: Fingerprint
    ) -> bool:
        """Store another cut of an article's text, by which it is found from now on; False where it has changed meanwhile."""
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            if not recut(connection, article, text, removed):
                return False
            if article.folded_revision:
                sign_again(connection, article, before, after)
            return True

    def split(self, article: int, now: datetime) -> int | None:
        """A person says that this article doesn't belong: it gets a story of its own and never comes back to these members.

        Returns the new story; None where the article is alone already.
        """
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            story = connection.execute(select(members.c.story_id).where(members.c.article_id == article)).scalar()
            if story is None:
                return None
            left = select(members.c.article_id).where(members.c.story_id == story, members.c.article_id != article)
            others = connection.execute(left).scalars().all()
            if not others:
                return None
            people.say(connection, article, others, now, together=False)
            story_changes.leave(connection, article, story, now)
            own = story_changes.begin(connection, article, now)
            story_changes.put(connection, article, own, Role.CORE, now)
            return own

    def merge(self, story: int, other: int, now: datetime) -> int | None:
        """A person says that two stories are one: they stay one for ever. Returns the id that stays; None if there are no two."""
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            first, second = (_living(connection, each) for each in sorted((story, other)))
            if first is None or second is None or first.id == second.id:
                return None
            people.say(connection, first.canonical_id, [second.canonical_id], now, together=True)
            story_changes.merge(connection, second.id, first.id, now)
            story_changes.elect_again(connection, first.id, now)
            return int(first.id)

    def newest(self, *, limit: int = 50, since: datetime | None = None) -> list[StoryLine]:
        """Stories, the last changed first."""
        size = _sizes()
        query = (
            select(stories.c.id, stories.c.changed_at, articles, size.c.members)
            .join(articles, articles.c.id == stories.c.canonical_id)
            .join(size, size.c.story_id == stories.c.id)
            .where(stories.c.merged_into.is_(None))
            .order_by(stories.c.changed_at.desc(), stories.c.id.desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(stories.c.changed_at >= since)
        with self._database.reading() as connection:
            return [_line(row) for row in connection.execute(query)]

    def count(self) -> int:
        """How many stories have members: merged ones, and those whose page has gone on to something else, don't."""
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.count(members.c.story_id.distinct()))) or 0)

    def get(self, story: int) -> StoryTold | None:
        """A story with all its members; an id that was merged away leads to the story that it lives on in."""
        with self._database.reading() as connection:
            row = _living(connection, story)
            if row is None:
                return None
            told = [_member(each) for each in connection.execute(_members_of(row.id))]
            near = connection.execute(_related_to(row.id)).all()
        if not told:
            return None  # its only page tells something else now
        canonical = next(each for each in told if each.article.id == row.canonical_id)
        others = tuple(each for each in told if each is not canonical)
        return StoryTold(row.id, canonical, others, tuple((each.other, each.score) for each in near))

    def of_article(self, article: int) -> int | None:
        """The story that an article is in."""
        with self._database.reading() as connection:
            found = connection.execute(select(members.c.story_id).where(members.c.article_id == article)).scalar()
        return None if found is None else int(found)

    def decisions(self, article: int) -> list[DecisionTold]:
        """Every decision about an article, oldest first."""
        query = select(decisions).where(decisions.c.article_id == article).order_by(decisions.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [DecisionTold(row.at, row.revision, row.outcome, row.story_id, row.score, row.evidence) for row in rows]

    def said_of(self, article: int) -> dict[int, bool]:
        """The articles that people named with this one: True where they said that the two are one story, False: never."""
        with self._database.reading() as connection:
            return dict(people.said_of(connection, article))

    def partition(self) -> list[list[str]]:
        """Every story as the URLs of its members, canonical first."""
        query = (
            select(members.c.story_id, articles.c.url, (stories.c.canonical_id == articles.c.id).label("first"))
            .join(articles, articles.c.id == members.c.article_id)
            .join(stories, stories.c.id == members.c.story_id)
            .order_by(members.c.story_id, (stories.c.canonical_id != articles.c.id), articles.c.id)
        )
        grouped: dict[int, list[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                grouped.setdefault(row.story_id, []).append(row.url)
        return list(grouped.values())


def _sizes() -> Any:  # noqa: ANN401 - a SQL subquery
    return select(members.c.story_id, func.count().label("members")).group_by(members.c.story_id).subquery()


def _living(connection: Connection, story: int) -> Row[Any] | None:
    row = connection.execute(select(stories).where(stories.c.id == story)).first()
    if row is not None and row.merged_into is not None:
        return _living(connection, row.merged_into)
    return row


def _members_of(story: int) -> Any:  # noqa: ANN401 - a SQL query
    return (
        select(articles, members.c.role, members.c.joined_at)
        .join(members, members.c.article_id == articles.c.id)
        .where(members.c.story_id == story)
        .order_by(articles.c.published_at, articles.c.id)
    )


def _related_to(story: int) -> Any:  # noqa: ANN401 - a SQL query
    low = select(related.c.other_id.label("other"), related.c.score).where(related.c.story_id == story)
    high = select(related.c.story_id.label("other"), related.c.score).where(related.c.other_id == story)
    both = low.union_all(high).subquery()
    return select(both).order_by(both.c.score.desc(), both.c.other)


def _member(row: Row[Any]) -> StoryMember:
    return StoryMember(stored_article(row), Role(row.role), row.joined_at)


def _line(row: Row[Any]) -> StoryLine:
    return StoryLine(
        id=row[0],
        title=row.title,
        url=row.url,
        published=row.published_at,
        language=row.language,
        members=row.members,
        changed=row.changed_at,
    )
