"""What the store knows that bears on where an article belongs. Most articles have no candidates: then nothing more is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select

from shared.stages.article_to_story import Candidate, People, Role, StoryView, choose_candidates
from shared.stages.fingerprint import SIGNATURE_VERSION, Fingerprint
from shared.store import candidates as index
from shared.store import people
from shared.store.schema import articles, members, signatures, stories

_CORE_KNOWN = 8  # members of a story that an article is compared with, newest first


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What the store knows that bears on one article: candidates, their stories, payloads and hosts of all articles named."""

    candidates: tuple[Candidate, ...]
    stories: Mapping[int, StoryView]
    payloads: Mapping[int, bytes]
    hosts: Mapping[int, str]
    people: People


def known_facts(
    connection: Connection, article: int, fingerprint: Fingerprint, since: int, *, spoken_of: bool = True
) -> KnownFacts:
    """Candidates seen since `since` (epoch seconds), with what their stories are known by."""
    shared = index.articles_sharing_keys(connection, article, fingerprint.keys, since)
    chosen = choose_candidates(shared)
    found = _candidates(connection, {each: shared[each] for each in chosen}) if chosen else ()
    views = _views(connection, {each.story for each in found}) if found else {}
    named = {view.anchor for view in views.values()}.union(*(view.core + view.excerpts for view in views.values()))
    rows = _signed(connection, named.union(each.article for each in found)) if found else ()
    payloads = {row.article_id: row.payload for row in rows}
    said = people.said_about(connection, article, views, spoken_of=spoken_of)
    return KnownFacts(found, views, payloads, {row.article_id: row.host for row in rows}, said)


def epoch_seconds(moment: datetime) -> int:
    """A moment as the candidate index keeps it."""
    return int(moment.timestamp())


def _candidates(connection: Connection, shared: Mapping[int, int]) -> tuple[Candidate, ...]:
    found = [
        Candidate(
            article=row.article_id,
            story=row.story_id,
            host=row.host,
            payload=row.payload,
            shared_keys=shared[row.article_id],
            role=Role(row.role),
        )
        for row in connection.execute(_CANDIDATES, {"ids": list(shared)})
    ]
    return tuple(sorted(found, key=lambda each: (-each.shared_keys, each.article)))


def _views(connection: Connection, ids: set[int]) -> dict[int, StoryView]:
    wanted = {"ids": list(ids)}
    anchors = {row.id: row.anchor_id for row in connection.execute(_ANCHORS, wanted)}
    rows = connection.execute(_NEWEST_MEMBERS, wanted).all()
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
    return connection.execute(_SIGNED, {"ids": list(ids)}).all()


# Built once: putting a statement together costs more than running it.
_ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
_SIGNED = (
    select(signatures.c.article_id, signatures.c.payload, articles.c.host)
    .join(articles, articles.c.id == signatures.c.article_id)
    .where(signatures.c.article_id.in_(_ids), signatures.c.version == SIGNATURE_VERSION)
)
_CANDIDATES = (
    select(members.c.article_id, members.c.story_id, members.c.role, articles.c.host, signatures.c.payload)
    .join(articles, articles.c.id == members.c.article_id)
    .join(signatures, signatures.c.article_id == members.c.article_id)
    .where(members.c.article_id.in_(_ids), signatures.c.version == SIGNATURE_VERSION)
)
_ANCHORS = select(stories.c.id, stories.c.anchor_id).where(stories.c.id.in_(_ids))
_by_role = (members.c.story_id, members.c.role)
_newest_first = (members.c.joined_at.desc(), members.c.article_id.desc())
_ranked = (
    select(
        members,
        func.row_number().over(partition_by=_by_role, order_by=_newest_first).label("place"),
        func.count().over(partition_by=_by_role).label("size"),
    )
    .where(members.c.story_id.in_(_ids))
    .subquery()
)
_NEWEST_MEMBERS = select(_ranked).where(_ranked.c.place <= _CORE_KNOWN).order_by(_ranked.c.place)
