"""The one place where a story changes: it begins, gains or loses a member, merges, gets another anchor or canonical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from shared.stages.article_to_story import Role
from shared.stages.canonical import Member, elect
from shared.store.at_once import Change, at_once
from shared.store.schema import articles, members, related, stories
from shared.store.upsert import insert_or_skip, replacing


def begin(connection: Connection, article: int, now: datetime) -> int:
    """Begin a story with its first article, its anchor and canonical; `put` makes it a member."""
    row = {"anchor_id": article, "canonical_id": article, "created_at": now, "changed_at": now}
    return int(connection.execute(_BEGUN, row).scalar_one())


def put(connection: Connection, article: int, story: int, role: Role, now: datetime) -> None:
    """Make an article a member of a story, and of no other."""
    values = {"of_article": article, "of_story": story, "its_role": role, "now": now}
    at_once(connection, (membership(connection),), values)


def membership(connection: Connection) -> Change:
    """The change that `put` makes, for `at_once`."""
    return _membership(connection.dialect.name)


def leave(connection: Connection, article: int, story: int, now: datetime) -> None:
    """Take a member out of its story, which gets another anchor and canonical where it was one.

    A story without members stays as it is, for those who know its id; nothing finds it any more.
    """
    connection.execute(delete(members).where(members.c.article_id == article, members.c.story_id == story))
    if size(connection, story) > 0:
        settle(connection, story, now)


def settle(connection: Connection, story: int, now: datetime) -> None:
    """After members left: choose the canonical anew, and the anchor too where it is gone."""
    canonical = elect_again(connection, story, now).canonical
    own = select(members.c.article_id).where(members.c.story_id == story)
    lost = update(stories).where(stories.c.id == story, stories.c.anchor_id.not_in(own))
    connection.execute(lost.values(anchor_id=canonical))


def anchor(connection: Connection, article: int, story: int) -> None:
    """Compare what comes with this member from now on."""
    connection.execute(_ANCHORED, {"of_story": story, "new_anchor": article})


def demote(connection: Connection, excerpts: Sequence[int]) -> None:
    """Make these members excerpts: a longer whole has come."""
    if excerpts:
        connection.execute(update(members).where(members.c.article_id.in_(excerpts)).values(role=Role.EXCERPT))


def merge(connection: Connection, gone: int, into: int, now: datetime) -> None:
    """Move every member; the old id stays as an alias, and so do the ids that led to it."""
    connection.execute(update(members).where(members.c.story_id == gone).values(story_id=into))
    aliases = (stories.c.id == gone) | (stories.c.merged_into == gone)
    connection.execute(update(stories).where(aliases).values(merged_into=into, changed_at=now))


def relate(connection: Connection, story: int, other: int, score: float) -> None:
    """Link two stories on the same event."""
    if story != other:
        row = {"story_id": min(story, other), "other_id": max(story, other), "score": score}
        connection.execute(insert_or_skip(connection, related).values(row))


@dataclass(frozen=True, slots=True)
class Elected:
    """What an election finds: the canonical, and how many members there are."""

    canonical: int
    members: int


def elect_again(connection: Connection, story: int, now: datetime) -> Elected:
    """Choose the canonical anew."""
    elected = election(connection, story)
    connection.execute(ELECTED, {"of_story": story, "elected": elected.canonical, "now": now})
    return elected


def election(connection: Connection, story: int, *newcomers: Member) -> Elected:
    """Whom a story's members, and those about to come, would choose; `ELECTED` makes it so."""
    candidates = [
        Member(article=row.article_id, role=Role(row.role), published=row.published_at, seen=row.seen_at, words=row.words)
        for row in connection.execute(_CANDIDATES, {"story": story})
    ]
    candidates += newcomers
    return Elected(elect(candidates), len(candidates))


def size(connection: Connection, story: int) -> int:
    """How many members a story has."""
    query = select(func.count()).select_from(members).where(members.c.story_id == story)
    return int(connection.execute(query).scalar_one())


# Built once: putting a statement together costs more than running it.
_BEGUN = insert(stories).returning(stories.c.id)
_ANCHORED = update(stories).where(stories.c.id == bindparam("of_story")).values(anchor_id=bindparam("new_anchor"))
ELECTED: Final = (
    update(stories)
    .where(stories.c.id == bindparam("of_story"))
    .values(canonical_id=bindparam("elected"), changed_at=bindparam("now"))
)


@cache
def _membership(dialect: str) -> Change:
    change: Change = replacing(dialect, members, "story_id", "role").values(
        article_id=bindparam("of_article"), story_id=bindparam("of_story"), role=bindparam("its_role"), joined_at=bindparam("now")
    )
    return change


_CANDIDATES = (
    select(members.c.article_id, members.c.role, articles.c.published_at, articles.c.seen_at, articles.c.words)
    .join(articles, articles.c.id == members.c.article_id)
    .where(members.c.story_id == bindparam("story"))
)
