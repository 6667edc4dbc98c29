"""What the store knows that bears on where an article belongs. Most articles have no candidates: then nothing more is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, bindparam, func, select

from shared.stages.article_to_story import Candidate, People, Role, StoryView, choose_by_reach
from shared.stages.fingerprint import SIGNATURE_VERSION, Fingerprint
from shared.stages.reach import Reach
from shared.store import candidates as index
from shared.store import people
from shared.store.candidates import Shared, Since
from shared.store.old_signatures import taken_again
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
    connection: Connection, article: int, fingerprint: Fingerprint, since: Since, *, spoken_of: bool = True
) -> KnownFacts:
    """Candidates as far back as they may be, with what their stories are known by."""
    chosen = _chosen(index.articles_sharing_keys(connection, article, fingerprint.keys, since))
    rows = connection.execute(_CANDIDATES, {"ids": list(chosen)}).all() if chosen else ()
    anchors = {row.story_id: row.anchor_id for row in rows}
    known = _members(connection, anchors) if anchors else ()
    payloads = _payloads(connection, (*rows, *known))
    hosts = {row.article_id: row.host for row in (*rows, *known)}
    found = [_candidate(row, payloads, chosen[row.article_id]) for row in rows if row.article_id in payloads]
    views = {story: _view(story, anchor, [row for row in known if row.story_id == story]) for story, anchor in anchors.items()}
    said = people.said_about(connection, article, views, spoken_of=spoken_of)
    return KnownFacts(tuple(sorted(found, key=_most_shared_first)), views, payloads, hosts, said)


def _chosen(shared: Sequence[Shared]) -> dict[int, Shared]:
    by_number = {each.article: each for each in shared}
    chosen = choose_by_reach({reach: {each.article: each.keys for each in shared if each.reach is reach} for reach in Reach})
    return {article: by_number[article] for article in chosen}


def _payloads(connection: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, bytes]:
    payloads = {row.article_id: row.payload for row in rows}
    payloads |= taken_again(connection, [article for article, payload in payloads.items() if payload is None])
    return {article: payload for article, payload in payloads.items() if payload is not None}


def _candidate(row: Row[*tuple[Any, ...]], payloads: Mapping[int, bytes], shared: Shared) -> Candidate:
    payload = payloads[row.article_id]
    return Candidate(row.article_id, row.story_id, row.host, payload, shared.keys, Role(row.role), shared.reach)


def _most_shared_first(candidate: Candidate) -> tuple[int, int]:
    return (-candidate.shared_keys, candidate.article)


def _members(connection: Connection, anchors: Mapping[int, int]) -> Sequence[Row[Any]]:
    return connection.execute(_MEMBERS, {"ids": list(anchors), "anchors": list(anchors.values())}).all()


def _view(story: int, anchor: int, rows: list[Row[Any]]) -> StoryView:
    newest = [row for row in rows if row.place <= _CORE_KNOWN]
    core = [row for row in newest if row.role == Role.CORE]
    excerpts = [row for row in newest if row.role == Role.EXCERPT]
    return StoryView(
        id=story,
        anchor=anchor,
        core=tuple(row.article_id for row in core),
        core_count=core[0].size if core else 0,
        excerpts=tuple(row.article_id for row in excerpts),
        excerpt_count=excerpts[0].size if excerpts else 0,
    )


def _signed_today(article: ColumnElement[int]) -> ColumnElement[bool]:
    return (signatures.c.article_id == article) & (signatures.c.version == SIGNATURE_VERSION)


# Built once: putting a statement together costs more than running it.
_ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
_anchors: BindParameter[list[int]] = bindparam("anchors", expanding=True)
_CANDIDATES = (
    select(members.c.article_id, members.c.story_id, members.c.role, articles.c.host, signatures.c.payload, stories.c.anchor_id)
    .join(stories, stories.c.id == members.c.story_id)
    .join(articles, articles.c.id == members.c.article_id)
    .outerjoin(signatures, _signed_today(members.c.article_id))
    .where(members.c.article_id.in_(_ids))
)
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
_MEMBERS = (
    select(_ranked, articles.c.host, signatures.c.payload)
    .join(articles, articles.c.id == _ranked.c.article_id)
    .outerjoin(signatures, _signed_today(_ranked.c.article_id))
    .where((_ranked.c.place <= _CORE_KNOWN) | _ranked.c.article_id.in_(_anchors))
    .order_by(_ranked.c.place)
)
