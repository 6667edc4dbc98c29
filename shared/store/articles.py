"""Articles and their revisions: what an extract worker stores, and what a dedup worker reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from shared.model import Article, LinkState, Outcome, Page, RemovedLine
from shared.store import pages, trail
from shared.store.engine import Database
from shared.store.links import Claim, finish
from shared.store.schema import articles, decisions, links, revisions

_REVISIONS = 50  # old texts kept of an article


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an extracted article: `claim` is the next step's, or None where the link ended here or was lost."""

    outcome: str
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it stands in the store. `folded_revision` is 0 until it is in a story."""

    id: int
    url: str
    host: str
    revision: int
    folded_revision: int
    title: str | None
    byline: str | None
    published: datetime | None
    language: str | None
    text: str
    words: int
    removed: tuple[RemovedLine, ...]
    seen: datetime


@dataclass(frozen=True, slots=True)
class OldRevision:
    """What an article said before."""

    number: int
    title: str | None
    text: str
    replaced: datetime


class ArticleStore:
    """The articles of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, claim: Claim, article: Article, now: datetime, *, lease: float, page: Page | None = None) -> Stored:
        """Store what was extracted for a released link and move the link on; `lease` seconds are given to the next step.

        The article goes by its own URL, so links that lead to the same page share one article. A text that we have
        already ends the link as `unchanged`; a new text is a revision. `page` is kept with it for cleaning again.
        """
        body = pages.compressed(page) if page else b""
        with self._database.writing() as connection:
            if not _is_held(connection, claim):
                return Stored("stale", None)
            row = connection.execute(select(articles).where(articles.c.url == article.url).with_for_update()).first()
            if row is None:
                number = _insert(connection, article, now)
            elif _is_known(row, article):
                return _end_unchanged(connection, claim, row.id, now)
            else:
                number = _revise(connection, row, article, now)
            if page:
                pages.keep(connection, number, page, body, now)
            following = _move_on(connection, claim, number, now + timedelta(seconds=lease))
            trail.write(connection, [claim.link], "extract", "extracted", now, f"article {number}")
            return Stored("extracted", following)

    def of_link_url(self, url: str) -> StoredArticle | None:
        """The article that the link with this URL led to."""
        query = select(articles).join(links, links.c.article_id == articles.c.id).where(links.c.url == url)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else stored_article(row)

    def get(self, ids: Sequence[int]) -> list[StoredArticle]:
        """Articles by number, in the order of their numbers."""
        with self._database.reading() as connection:
            rows = connection.execute(select(articles).where(articles.c.id.in_(ids)).order_by(articles.c.id)).all()
        return [stored_article(row) for row in rows]

    def old_revisions(self, article: int) -> list[OldRevision]:
        """What an article said before, oldest first."""
        query = select(revisions).where(revisions.c.article_id == article).order_by(revisions.c.number)
        with self._database.reading() as connection:
            return [OldRevision(row.number, row.title, row.text, row.replaced_at) for row in connection.execute(query)]

    def numbers(self, since: datetime | None = None) -> list[int]:
        """The numbers of all articles, or of those extracted since a moment, oldest first."""
        query = select(articles.c.id).order_by(articles.c.id)
        if since is not None:
            query = query.where(articles.c.extracted_at >= since)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def by_url(self, url: str) -> StoredArticle | None:
        """The article at a canonical URL, or the one that a link with this URL led to."""
        with self._database.reading() as connection:
            row = connection.execute(select(articles).where(articles.c.url == url)).first()
        return self.of_link_url(url) if row is None else stored_article(row)


def recut(connection: Connection, article: StoredArticle, text: str, removed: Sequence[RemovedLine]) -> bool:
    """Give a stored revision another cut of its text; False where the article has changed in the meantime."""
    values = _text_columns(text, removed)
    same = update(articles).where(articles.c.id == article.id, articles.c.text_hash == _hash(article.text))
    return connection.execute(same.where(articles.c.revision == article.revision).values(values)).rowcount == 1


def stored_article(row: Row[Any]) -> StoredArticle:
    """Read a row of the articles table."""
    return StoredArticle(
        id=row.id,
        url=row.url,
        host=row.host,
        revision=row.revision,
        folded_revision=row.folded_revision,
        title=row.title,
        byline=row.byline,
        published=row.published_at,
        language=row.language,
        text=row.text,
        words=row.words,
        removed=tuple(RemovedLine(text, rule, place) for text, rule, place in row.removed),
        seen=row.seen_at,
    )


def _is_held(connection: Connection, claim: Claim) -> bool:
    query = select(links.c.id).where(
        links.c.id == claim.link, links.c.release == claim.release, links.c.state == LinkState.RELEASED
    )
    return connection.execute(query.with_for_update()).first() is not None


def _is_known(row: Row[Any], article: Article) -> bool:
    return _says_the_same(row, article) and bool(row.folded_revision == row.revision)


def _says_the_same(row: Row[Any], article: Article) -> bool:
    return bool(row.text_hash == _hash(article.text) and row.title == article.title)


def _end_unchanged(connection: Connection, claim: Claim, article: int, now: datetime) -> Stored:
    connection.execute(update(links).where(links.c.id == claim.link).values(article_id=article))
    finish(connection, claim, Outcome.UNCHANGED, now, step="extract")
    return Stored(Outcome.UNCHANGED, None)


def _move_on(connection: Connection, claim: Claim, article: int, until: datetime) -> Claim:
    """To the next state under a new release number, so that a second delivery of this job finds nothing to do."""
    following = Claim(claim.link, claim.release + 1)
    values = {"state": LinkState.EXTRACTED, "release": following.release, "lease_until": until, "article_id": article}
    connection.execute(update(links).where(links.c.id == claim.link).values(values))
    return following


def _insert(connection: Connection, article: Article, now: datetime) -> int:
    row = _columns(article, now) | {"url": article.url, "host": article.host, "revision": 1, "folded_revision": 0, "seen_at": now}
    return int(connection.execute(insert(articles).values(row).returning(articles.c.id)).scalar_one())


def _revise(connection: Connection, row: Row[Any], article: Article, now: datetime) -> int:
    old = {
        "article_id": row.id,
        "number": row.revision,
        "title": row.title,
        "published_at": row.published_at,
        "text": row.text,
        "replaced_at": now,
    }
    if _says_the_same(row, article):
        return int(row.id)  # stored for a link that is not folded yet: nothing is new
    connection.execute(insert(revisions).values(old))
    _forget_old(connection, row)
    values = _columns(article, now) | {"revision": row.revision + 1, "published_at": article.published or row.published_at}
    connection.execute(update(articles).where(articles.c.id == row.id).values(values))
    return int(row.id)


def _forget_old(connection: Connection, row: Row[Any]) -> None:
    """A page that changes by the minute keeps its newest texts; the one that was folded last is always among them."""
    oldest = min(row.revision - _REVISIONS, row.folded_revision)
    connection.execute(delete(revisions).where(revisions.c.article_id == row.id, revisions.c.number < oldest))
    connection.execute(delete(decisions).where(decisions.c.article_id == row.id, decisions.c.revision < oldest))


def _columns(article: Article, now: datetime) -> dict[str, Any]:
    return {
        "title": article.title,
        "byline": article.byline,
        "published_at": article.published,
        "language": article.language,
        "extracted_at": now,
    } | _text_columns(article.text, article.removed)


def _text_columns(text: str, removed: Sequence[RemovedLine]) -> dict[str, Any]:
    return {
        "text": text,
        "text_hash": _hash(text),
        "words": len(text.split()),
        "removed": [[line.text, line.rule, line.place] for line in removed],
    }


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()
