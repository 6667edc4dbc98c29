"""What a fold writes at its end: membership and its story's choice, signature, decision with its evidence, the link's end.

All as one statement on PostgreSQL, where statements are what a fold costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from shared.stages.article_to_story import Role
from shared.stages.fingerprint import SIGNATURE_VERSION, Fingerprint
from shared.store import candidates as index
from shared.store import links, story_changes, trail
from shared.store.articles import StoredArticle
from shared.store.at_once import Change, at_once
from shared.store.schema import articles, decisions, signatures
from shared.store.upsert import replacing


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a fold ended."""

    article: StoredArticle
    fingerprint: Fingerprint
    story: int
    outcome: str
    score: float
    evidence: Mapping[str, Any]
    role: Role | None = None
    """None: it is a member already."""
    canonical: int | None = None
    """None: nothing changes for its story, which has just begun."""
    claim: links.Claim | None = None
    """None: no link ends with it."""


def conclude(connection: Connection, conclusion: Conclusion, now: datetime) -> None:
    """Write it down. The caller has found the claim to hold in this transaction, and keeps its link locked."""
    at_once(connection, tuple(_changes(connection, conclusion)), _values(connection, conclusion, now))


def sign(connection: Connection, article: int, fingerprint: Fingerprint) -> None:
    """Make an article known and found by a text of it."""
    at_once(connection, tuple(_signing(connection)), _signature(connection, article, fingerprint))


def _changes(connection: Connection, conclusion: Conclusion) -> Iterator[Change]:
    if conclusion.role is not None:
        yield story_changes.membership(connection)
    if conclusion.canonical is not None:
        yield story_changes.ELECTED
    yield from _signing(connection)
    yield from (_FOLDED, _DECIDED)
    if conclusion.claim is not None:
        yield from (links.ENDED, trail.LINE)


def _signing(connection: Connection) -> Iterator[Change]:
    yield _signed(connection.dialect.name)
    yield index.indexing(connection)


def _values(connection: Connection, conclusion: Conclusion, now: datetime) -> dict[str, Any]:
    article, claim = conclusion.article, conclusion.claim
    values = _signature(connection, article.id, conclusion.fingerprint) | {
        "of_story": conclusion.story,
        "its_role": conclusion.role,
        "elected": conclusion.canonical,
        "its_revision": article.revision,
        "came_out": conclusion.outcome,
        "by_score": conclusion.score,
        "by_evidence": conclusion.evidence,
        "now": now,
    }
    if claim is not None:
        values |= links.ending(claim, conclusion.outcome, now, f"story {conclusion.story}") | {"by_step": "fold"}
    return values


def _signature(connection: Connection, article: int, fingerprint: Fingerprint) -> dict[str, Any]:
    keys = index.keys_value(connection, fingerprint.keys)
    return {"of_article": article, "by_version": SIGNATURE_VERSION, "its_payload": fingerprint.payload, "keys": keys}


# Built once: putting a statement together costs more than running it.
_FOLDED = update(articles).where(articles.c.id == bindparam("of_article")).values(folded_revision=bindparam("its_revision"))
_DECIDED = (
    insert(decisions)
    .inline()
    .values(
        article_id=bindparam("of_article"),
        revision=bindparam("its_revision"),
        at=bindparam("now"),
        story_id=bindparam("of_story"),
        outcome=bindparam("came_out"),
        score=bindparam("by_score"),
        evidence=bindparam("by_evidence"),
    )
)


@cache
def _signed(dialect: str) -> Change:
    change: Change = replacing(dialect, signatures, "version", "payload").values(
        article_id=bindparam("of_article"), version=bindparam("by_version"), payload=bindparam("its_payload")
    )
    return change
