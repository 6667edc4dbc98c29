"""Stories and their members: folding as one transaction, under one lock, so that racing copies make one story.

Look-up, decision and insert stand inside the lock: without it 1,000 racing copies made 444 double stories (measured).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from shared.model import LinkState, Outcome
from shared.stages.article_to_story import Candidate, Decision, Evidence, Role, StoryView, choose_candidates
from shared.stages.canonical import Member, elect
from shared.stages.fingerprint import SIGNATURE_VERSION, Fingerprint
from shared.store import candidates as index
from shared.store.articles import StoredArticle, stored_article
from shared.store.engine import Database
from shared.store.links import Claim, finish
from shared.store.locks import Lock, hold
from shared.store.schema import articles, decisions, links, members, related, revisions, signatures, stories
from shared.store.upsert import insert_or_replace, insert_or_skip

_CORE_KNOWN = 8  # members of a story that an article is compared with, newest first


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What the store knows that bears on one article: candidates, their stories, payloads and hosts of all articles named."""

    candidates: tuple[Candidate, ...]
    stories: Mapping[int, StoryView]
    payloads: Mapping[int, bytes]
    hosts: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Folded:
    """How a fold ended, for the log line."""

    outcome: str
    story: int
    score: float
    members: int


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


class Folding:
    """One article's fold, inside its transaction: ask for the known facts, then record the decision."""

    def __init__(self, connection: Connection, claim: Claim, article: StoredArticle, now: datetime) -> None:
        self._connection = connection
        self._claim = claim
        self.article = article
        self._now = now

    @property
    def is_revision(self) -> bool:
        """The article is in a story already: its page changed."""
        return self.article.folded_revision > 0

    def known_facts(self, fingerprint: Fingerprint, window: timedelta) -> KnownFacts:
        """Everything that bears on where this article belongs, looking back over `window`."""
        since = _seconds(self._now - window)
        shared = index.articles_sharing_keys(self._connection, self.article.id, fingerprint.keys, since)
        found = _candidates(self._connection, {article: shared[article] for article in choose_candidates(shared)})
        views = _views(self._connection, {each.story for each in found})
        named = {view.anchor for view in views.values()}.union(*(view.core + view.excerpts for view in views.values()))
        rows = _signed(self._connection, named.union(each.article for each in found))
        payloads = {row.article_id: row.payload for row in rows}
        return KnownFacts(found, views, payloads, {row.article_id: row.host for row in rows})

    def record(self, decision: Decision, fingerprint: Fingerprint) -> Folded:
        """Put the article where the decision says, and end the link."""
        now, article = self._now, self.article
        story = decision.story if decision.story is not None else _new_story(self._connection, article.id, now)
        for merged in decision.merges:
            _merge(self._connection, merged, story, now)
        row = {"article_id": article.id, "story_id": story, "role": decision.role, "joined_at": now}
        self._connection.execute(insert_or_replace(self._connection, members, "story_id", "role"), row)
        if decision.new_anchor:
            self._connection.execute(update(stories).where(stories.c.id == story).values(anchor_id=article.id))
        for other, score in decision.related:
            _relate(self._connection, story, other, score)
        outcome = Outcome.NEW_STORY if decision.story is None else Outcome.JOINED
        return self._conclude(outcome, story, decision.score, _evidence(decision.evidence), fingerprint)

    def text_before(self) -> str:
        """The text that was folded last, of an article that changed since."""
        number = revisions.c.number == self.article.folded_revision
        query = select(revisions.c.text).where(revisions.c.article_id == self.article.id, number)
        return str(self._connection.execute(query).scalar_one())

    def record_revision(self, fingerprint: Fingerprint, before: Fingerprint) -> Folded:
        """Keep a changed article in its story, findable by its new text and no longer by the one `before`."""
        index.forget(self._connection, self.article.id, before.keys, _seconds(self.article.seen))
        query = select(members.c.story_id).where(members.c.article_id == self.article.id)
        story = int(self._connection.execute(query).scalar_one())
        return self._conclude(Outcome.REVISION, story, 1.0, {"reason": "same URL"}, fingerprint)

    def record_unchanged(self) -> Folded:
        """Another link brought the same page in the meantime: nothing to fold, the link ends all the same."""
        query = select(members.c.story_id).where(members.c.article_id == self.article.id)
        story = int(self._connection.execute(query).scalar_one())
        finish(self._connection, self._claim, Outcome.UNCHANGED, self._now, step="fold", detail=f"story {story}")
        return Folded(Outcome.UNCHANGED, story, 1.0, _size(self._connection, story))

    def _conclude(self, outcome: Outcome, story: int, score: float, evidence: dict[str, Any], fingerprint: Fingerprint) -> Folded:
        connection, article, now = self._connection, self.article, self._now
        _sign(connection, article, fingerprint)
        folded = {"folded_revision": article.revision}
        connection.execute(update(articles).where(articles.c.id == article.id).values(folded))
        row = {"article_id": article.id, "revision": article.revision, "at": now, "story_id": story}
        connection.execute(insert(decisions).values(row | {"outcome": outcome, "score": score, "evidence": evidence}))
        _elect_again(connection, story, now)
        finish(connection, self._claim, outcome, now, step="fold", detail=f"story {story}")
        return Folded(outcome, story, score, _size(connection, story))


class StoryStore:
    """The stories of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def folding(self, claim: Claim, now: datetime) -> Iterator[Folding | None]:
        """One article's fold as one transaction; None where the claim no longer holds its link."""
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            article = _claimed_article(connection, claim)
            yield None if article is None else Folding(connection, claim, article, now)

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
        """How many stories there are, merged ones not counted."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(stories).where(stories.c.merged_into.is_(None))
            return int(connection.scalar(query) or 0)

    def get(self, story: int) -> StoryTold | None:
        """A story with all its members; an id that was merged away leads to the story that it lives on in."""
        with self._database.reading() as connection:
            row = _living(connection, story)
            if row is None:
                return None
            told = [_member(each) for each in connection.execute(_members_of(row.id))]
            near = connection.execute(_related_to(row.id)).all()
        canonical = next(each for each in told if each.article.id == row.canonical_id)
        others = tuple(each for each in told if each is not canonical)
        return StoryTold(row.id, canonical, others, tuple((each.other, each.score) for each in near))

    def of_article(self, article: int) -> int | None:
        """The story that an article is in."""
        with self._database.reading() as connection:
            found = connection.execute(select(members.c.story_id).where(members.c.article_id == article)).scalar()
        return None if found is None else int(found)

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


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """The evidence by names, the figures too: they are read again by people and by later versions."""
    told = {"best": evidence.best, "runner_up": evidence.runner_up}
    return {name: None if each is None else asdict(each) | {"figures": each.figures._asdict()} for name, each in told.items()}


def _claimed_article(connection: Connection, claim: Claim) -> StoredArticle | None:
    query = (
        select(articles)
        .join(links, links.c.article_id == articles.c.id)
        .where(links.c.id == claim.link, links.c.release == claim.release, links.c.state == LinkState.EXTRACTED)
        .with_for_update()
    )
    row = connection.execute(query).first()
    return None if row is None else stored_article(row)


def _candidates(connection: Connection, shared: Mapping[int, int]) -> tuple[Candidate, ...]:
    query = (
        select(members.c.article_id, members.c.story_id, members.c.role, articles.c.host, signatures.c.payload)
        .join(articles, articles.c.id == members.c.article_id)
        .join(signatures, signatures.c.article_id == members.c.article_id)
        .where(members.c.article_id.in_(shared), signatures.c.version == SIGNATURE_VERSION)
    )
    found = [
        Candidate(
            article=row.article_id,
            story=row.story_id,
            host=row.host,
            payload=row.payload,
            shared_keys=shared[row.article_id],
            role=Role(row.role),
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=lambda each: (-each.shared_keys, each.article)))


def _views(connection: Connection, ids: set[int]) -> dict[int, StoryView]:
    anchors = {row.id: row.anchor_id for row in connection.execute(select(stories).where(stories.c.id.in_(ids)))}
    place = func.row_number().over(
        partition_by=(members.c.story_id, members.c.role), order_by=(members.c.joined_at.desc(), members.c.article_id.desc())
    )
    size = func.count().over(partition_by=(members.c.story_id, members.c.role))
    ranked = select(members, place.label("place"), size.label("size")).where(members.c.story_id.in_(ids)).subquery()
    rows = connection.execute(select(ranked).where(ranked.c.place <= _CORE_KNOWN).order_by(ranked.c.place)).all()
    return {story: _view(story, anchor, [row for row in rows if row.story_id == story]) for story, anchor in anchors.items()}


def _view(story: int, anchor: int, rows: list[Row[Any]]) -> StoryView:
    core = [row for row in rows if row.role == Role.CORE]
    excerpts = [row for row in rows if row.role == Role.EXCERPT]
    return StoryView(
        id=story,
        anchor=anchor,
        core=tuple(row.article_id for row in core),
        core_count=core[0].size if core else 0,
        excerpts=tuple(row.article_id for row in excerpts),
        excerpt_count=excerpts[0].size if excerpts else 0,
    )


def _signed(connection: Connection, ids: Iterable[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    query = select(signatures.c.article_id, signatures.c.payload, articles.c.host)
    query = query.join(articles, articles.c.id == signatures.c.article_id)
    chosen = query.where(signatures.c.article_id.in_(list(ids)), signatures.c.version == SIGNATURE_VERSION)
    return connection.execute(chosen).all()


def _new_story(connection: Connection, article: int, now: datetime) -> int:
    row = {"anchor_id": article, "canonical_id": article, "created_at": now, "changed_at": now}
    return int(connection.execute(insert(stories).values(row).returning(stories.c.id)).scalar_one())


def _merge(connection: Connection, gone: int, into: int, now: datetime) -> None:
    """Move every member; the old id stays as an alias, and so do the ids that led to it."""
    connection.execute(update(members).where(members.c.story_id == gone).values(story_id=into))
    aliases = (stories.c.id == gone) | (stories.c.merged_into == gone)
    connection.execute(update(stories).where(aliases).values(merged_into=into, changed_at=now))


def _relate(connection: Connection, story: int, other: int, score: float) -> None:
    if story != other:
        row = {"story_id": min(story, other), "other_id": max(story, other), "score": score}
        connection.execute(insert_or_skip(connection, related).values(row))


def _sign(connection: Connection, article: StoredArticle, fingerprint: Fingerprint) -> None:
    row = {"article_id": article.id, "version": SIGNATURE_VERSION, "payload": fingerprint.payload}
    connection.execute(insert_or_replace(connection, signatures, "version", "payload"), row)
    index.index(connection, article.id, fingerprint.keys, _seconds(article.seen))


def _elect_again(connection: Connection, story: int, now: datetime) -> None:
    rows = connection.execute(
        select(members.c.article_id, members.c.role, articles.c.published_at, articles.c.seen_at, articles.c.words)
        .join(articles, articles.c.id == members.c.article_id)
        .where(members.c.story_id == story)
    ).all()
    candidates = [
        Member(article=row.article_id, role=Role(row.role), published=row.published_at, seen=row.seen_at, words=row.words)
        for row in rows
    ]
    connection.execute(update(stories).where(stories.c.id == story).values(canonical_id=elect(candidates), changed_at=now))


def _sizes() -> Any:  # noqa: ANN401 - a SQL subquery
    return select(members.c.story_id, func.count().label("members")).group_by(members.c.story_id).subquery()


def _size(connection: Connection, story: int) -> int:
    query = select(func.count()).select_from(members).where(members.c.story_id == story)
    return int(connection.execute(query).scalar_one())


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


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
