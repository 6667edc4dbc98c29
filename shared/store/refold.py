"""Folding again what is stored, under today's rules: first in a scratch database, by the very code of the pipeline.

The replay brings the articles in the order in which they first came, with what people said about them. Then its stories are
compared with those that are stored, and, where wanted, put in their place: a story keeps its id for the group that holds most
of its members. Where only the articles since a moment are wanted, those of the days before come along as their context: they
are folded with, and stay where they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from shared.stages.article_to_story import Role
from shared.stages.fingerprint import fingerprint
from shared.store import story_changes
from shared.store.articles import stored_article
from shared.store.engine import Database
from shared.store.folding import Folding, sign_again
from shared.store.locks import Lock, hold
from shared.store.schema import articles, decisions, members, people, stories

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Group:
    """The articles of one story, with their roles; `anchor` is the one that matching compares with."""

    anchor: int
    roles: Mapping[int, Role]
    context: tuple[int, ...] = ()
    """Articles that belong to it and stay where they are."""


Parts = tuple[tuple[int, ...], ...]
"""Articles by their numbers, in groups."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What folding again would change: stories that come apart and stories that come together, each in its parts."""

    splits: tuple[Parts, ...]
    merges: tuple[Parts, ...]


class Replay:
    """A scratch database in which a store's articles are folded once more."""

    def __init__(self, source: Database, scratch: Database) -> None:
        self._source = source
        self._scratch = scratch
        self._context: set[int] = set()

    def copy(self, since: datetime | None, look_back: timedelta) -> list[int]:
        """Bring the articles first seen since a moment, those of `look_back` before it as context, and people's word.

        Returns their numbers in the order they came.
        """
        chosen = select(articles).where(articles.c.folded_revision > 0).order_by(articles.c.seen_at, articles.c.id)
        if since is not None:
            chosen = chosen.where(articles.c.seen_at >= since - look_back)
        numbers: list[int] = []
        with self._source.reading() as source, self._scratch.writing() as scratch:
            for rows in source.execute(chosen).mappings().partitions(_CHUNK):
                scratch.execute(insert(articles), [dict(row) | {"folded_revision": 0} for row in rows])
                numbers += [row["id"] for row in rows]
                self._context |= {row["id"] for row in rows if since is not None and row["seen_at"] < since}
            known = set(numbers)
            said = [dict(row) for row in source.execute(select(people)).mappings()]
            both = [row for row in said if row["article_id"] in known and row["other_id"] in known]
            if both:
                scratch.execute(insert(people), both)
        return numbers

    @contextmanager
    def folding(self, article: int) -> Iterator[Folding]:
        """Fold one article as of the moment when it first came."""
        with self._scratch.writing() as connection:
            found = stored_article(connection.execute(select(articles).where(articles.c.id == article)).one())
            yield Folding(connection, None, found, found.seen)

    def decisions(self, numbers: Collection[int]) -> list[dict[str, Any]]:
        """The decisions about some articles, as rows."""
        query = select(*(column for column in decisions.c if column.name != "id")).where(decisions.c.article_id.in_(numbers))
        with self._scratch.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def groups(self) -> list[Group]:
        """The stories that came out."""
        with self._scratch.reading() as connection:
            return _groups(connection, self._context)


def compare(before: Mapping[int, int], groups: Sequence[Group]) -> Difference:
    """What differs between the stored stories (article → story) and the groups."""
    after: dict[int, int] = {}
    for number, (group, story) in enumerate(_placed(groups, before)):
        after |= dict.fromkeys(group.roles, -number - 1 if story is None else story)
        after |= {article: before[article] for article in group.context if article in before}
    stored = {article: story for article, story in before.items() if article in after}
    return Difference(_parted(stored, after), _parted({article: after[article] for article in stored}, stored))


def _parted(whole: Mapping[int, int], parts: Mapping[int, int]) -> tuple[Parts, ...]:
    """Of the groups in `whole` (article → group), those that are in several of `parts`."""
    found = []
    for own in _by_story(whole).values():
        parted = _by_story({article: parts[article] for article in own})
        if len(parted) > 1:
            found.append(tuple(sorted(tuple(sorted(part)) for part in parted.values())))
    return tuple(sorted(found))


def apply(database: Database, groups: Sequence[Group], decided: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Put the groups in the place of the stored stories, in one transaction; articles in no group stay where they are.

    The evidence is stored with it: what the replay `decided` about the articles of the stories that change.
    """
    with database.writing() as connection:
        hold(connection, Lock.FOLD)
        before = stories_of(connection)
        for group, story in _placed(groups, before):
            _place(connection, group, story, now)
        _leave_aliases(connection, before, now)
        after = stories_of(connection)
        rows = [_decided_now(row, after, now) for row in decided if row["article_id"] in after]
        if rows:
            connection.execute(insert(decisions), rows)


def _decided_now(row: Mapping[str, Any], story_of: Mapping[int, int], now: datetime) -> dict[str, Any]:
    """A decision of the replay, with the stored stories' numbers in place of its own."""
    evidence = {
        name: told and told | {"story": story_of.get(told["article"], told["story"])} for name, told in row["evidence"].items()
    }
    return dict(row) | {"evidence": evidence, "story_id": story_of[row["article_id"]], "at": now}


def sign_all(database: Database, numbers: Sequence[int], tick: Callable[[], None]) -> None:
    """Make articles findable by today's keys, in cheap pieces; a signature of an older version is replaced."""
    for start in range(0, len(numbers), _CHUNK):
        with database.writing() as connection:
            hold(connection, Lock.FOLD)
            rows = connection.execute(select(articles).where(articles.c.id.in_(numbers[start : start + _CHUNK]))).all()
            for row in rows:
                article = stored_article(row)
                signature = fingerprint(article.text)
                sign_again(connection, article, signature, signature)
                tick()


def stories_of(connection: Connection) -> dict[int, int]:
    """Each article's story."""
    return {row.article_id: row.story_id for row in connection.execute(select(members.c.article_id, members.c.story_id))}


def _groups(connection: Connection, context: set[int]) -> list[Group]:
    anchors = {row.id: row.anchor_id for row in connection.execute(select(stories.c.id, stories.c.anchor_id))}
    roles: dict[int, dict[int, Role]] = {}
    for row in connection.execute(select(members).order_by(members.c.article_id)):
        roles.setdefault(row.story_id, {})[row.article_id] = Role(row.role)
    return [
        Group(anchors[story], {each: role for each, role in found.items() if each not in context}, tuple(context & found.keys()))
        for story, found in roles.items()
    ]


def _placed(groups: Sequence[Group], before: Mapping[int, int]) -> list[tuple[Group, int | None]]:
    """Each group with the story that it goes into; None: it begins one. Those that their context fixes come first."""
    taken: set[int] = set()
    ordered = sorted(groups, key=lambda group: (not group.context, -len(group.roles)))
    return [(group, _id_for(group, before, taken)) for group in ordered]


def _id_for(group: Group, before: Mapping[int, int], taken: set[int]) -> int | None:
    """The story whose id the group keeps: the one most of its context, or else of its members, were in, the oldest of equals."""
    fixed = [before[article] for article in group.context if article in before]
    own = [before[article] for article in group.roles if article in before and before[article] not in taken]
    counted = Counter(fixed or own)
    if not counted:
        return None
    story = min(counted, key=lambda story: (-counted[story], story))
    taken.add(story)
    return story


def _place(connection: Connection, group: Group, story: int | None, now: datetime) -> None:
    if not group.roles:
        return
    known = stories_of_group(connection, group)
    if story is None:
        story = story_changes.begin(connection, group.anchor, now)
    for article, role in group.roles.items():
        if known.get(article) != (story, role):
            story_changes.put(connection, article, story, role, now)
    if not group.context:
        story_changes.anchor(connection, group.anchor, story)
    if known != {article: (story, role) for article, role in group.roles.items()}:
        story_changes.elect_again(connection, story, now)


def stories_of_group(connection: Connection, group: Group) -> dict[int, tuple[int, Role]]:
    """Where the articles of a group are now, and as what."""
    rows = connection.execute(select(members).where(members.c.article_id.in_(list(group.roles))))
    return {row.article_id: (row.story_id, Role(row.role)) for row in rows}


def _leave_aliases(connection: Connection, before: Mapping[int, int], now: datetime) -> None:
    """A story that lost all its members leads to the one that most of them went to; one that lost some settles anew."""
    after = stories_of(connection)
    living = set(after.values())
    for story, own in _by_story(before).items():
        went = Counter(after[article] for article in own)
        if story not in living:
            into = min(went, key=lambda each: (-went[each], each))
            connection.execute(update(stories).where(stories.c.id == story).values(merged_into=into, changed_at=now))
        elif len(went) > 1:
            story_changes.settle(connection, story, now)


def _by_story(story_of: Mapping[int, int]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for article, story in story_of.items():
        grouped.setdefault(story, []).append(article)
    return grouped
