"""The ledger: what must be true of the tables at any moment, checked on a live database, and mended where that is possible.

Each `Check` counts the rows that break a rule; a repair leads them back to where the pipeline itself takes them on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, exists, func, or_, select, update

from shared.model import LinkState, Outcome
from shared.store import story_changes, trail
from shared.store.engine import Database
from shared.store.locks import Lock, hold
from shared.store.schema import articles, fold_keys, links, members, signatures, stories
from shared.store.schema import trail as trails

_WITH_ARTICLE: Final = (Outcome.NEW_STORY, Outcome.JOINED, Outcome.REVISION, Outcome.UNCHANGED)
_BEGINNINGS: Final = ("new-link", "submitted", "changed", "tried-again")
_UNDER_WAY: Final = (LinkState.RELEASED, LinkState.EXTRACTED)
_SHOWN: Final = 5

_Repair = Callable[[Connection, list[int], datetime], None]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: `broken` selects the ids of the rows that break it; without a repair, a person has to look."""

    rule: str
    broken: Select[Any]
    repair: _Repair | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """How one rule stands: how many rows break it, some of their ids, and how many were mended."""

    rule: str
    broken: int
    examples: tuple[int, ...]
    repaired: int = 0

    @property
    def holds(self) -> bool:
        """Nothing breaks it, or not any more."""
        return self.broken == self.repaired


class Ledger:
    """The rules of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self) -> list[Finding]:
        """Look at every rule, each in a transaction of its own, so that a pipeline under load isn't held up."""
        return [self._look(check) for check in _CHECKS]

    def repair(self, now: datetime) -> list[Finding]:
        """As `check`, and mend what can be mended; nothing else may release or fold meanwhile."""
        return [self._mend(check, now) for check in _CHECKS]

    def _look(self, check: Check) -> Finding:
        with self._database.reading() as connection:
            return _finding(check, _broken(connection, check))

    def _mend(self, check: Check, now: datetime) -> Finding:
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            hold(connection, Lock.FOLD)
            broken = _broken(connection, check)
            if broken and check.repair is not None:
                check.repair(connection, broken, now)
            return _finding(check, broken, len(broken) - len(_broken(connection, check)) if broken else 0)


def _broken(connection: Connection, check: Check) -> list[int]:
    return list(connection.execute(check.broken).scalars())


def _finding(check: Check, broken: list[int], repaired: int = 0) -> Finding:
    return Finding(check.rule, len(broken), tuple(sorted(broken)[:_SHOWN]), repaired)


def _fetch_again(connection: Connection, ids: list[int], now: datetime) -> None:
    values = {"state": LinkState.DUE, "due_at": now, "attempts": 0, "deaths": 0, "lease_until": None}
    connection.execute(update(links).where(links.c.id.in_(ids)).values(values))
    trail.write(connection, ids, "doctor", "tried-again", now)


def _fetch_on(connection: Connection, ids: list[int], now: datetime) -> None:
    """As `_fetch_again`, for links that had not ended: no new beginning in their trail."""
    connection.execute(update(links).where(links.c.id.in_(ids)).values(state=LinkState.DUE, due_at=now, lease_until=None))
    trail.write(connection, ids, "doctor", "made-due", now)


def _end_leases(connection: Connection, ids: list[int], now: datetime) -> None:
    """A lease that has run out is taken back by the fetcher."""
    connection.execute(update(links).where(links.c.id.in_(ids)).values(lease_until=now))


def _drop_leases(connection: Connection, ids: list[int], now: datetime) -> None:
    del now
    connection.execute(update(links).where(links.c.id.in_(ids)).values(lease_until=None))


def _fold_again(connection: Connection, ids: list[int], now: datetime) -> None:
    """An article that should be in a story: as if it had never been folded; its links bring it there."""
    connection.execute(update(articles).where(articles.c.id.in_(ids)).values(folded_revision=0))
    connection.execute(delete(fold_keys).where(fold_keys.c.article_id.in_(ids)))
    found = select(links.c.id).where(links.c.article_id.in_(ids), links.c.state == LinkState.DONE)
    _fetch_again(connection, list(connection.execute(found).scalars()), now)


def _call_folded(connection: Connection, ids: list[int], now: datetime) -> None:
    """It is in a story, so it was folded: its last revision, as nobody can tell which."""
    del now
    connection.execute(update(articles).where(articles.c.id.in_(ids)).values(folded_revision=articles.c.revision))


def _follow_merges(connection: Connection, ids: list[int], now: datetime) -> None:
    """Members of a story that was merged away belong to the one it was merged into."""
    del now
    into = select(stories.c.merged_into).where(stories.c.id == members.c.story_id).scalar_subquery()
    connection.execute(update(members).where(members.c.article_id.in_(ids)).values(story_id=into))


def _elect_again(connection: Connection, ids: list[int], now: datetime) -> None:
    for story in ids:
        canonical = story_changes.elect_again(connection, story, now).canonical
        is_member = exists().where(members.c.story_id == story, members.c.article_id == stories.c.anchor_id)
        lost = update(stories).where(stories.c.id == story, ~is_member)
        connection.execute(lost.values(anchor_id=canonical))


def _follow_aliases(connection: Connection, ids: list[int], now: datetime) -> None:
    del now
    living = stories.alias("living")
    further = select(living.c.merged_into).where(living.c.id == stories.c.merged_into).scalar_subquery()
    connection.execute(update(stories).where(stories.c.id.in_(ids)).values(merged_into=further))


def _links(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(links.c.id).where(and_(*conditions))


def _is_end(outcome: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(outcome.in_(_WITH_ARTICLE), outcome.like("rejected:%"), outcome.like("dead:%"))


def _ends_and_beginnings() -> Select[Any]:
    """Links whose trail tells of another number of ends than of beginnings, less one while they are under way."""
    tells = trails.c.outcome
    sums = (
        select(
            trails.c.link_id,
            func.sum(case((tells.in_(_BEGINNINGS), 1), else_=0)).label("beginnings"),
            func.sum(case((_is_end(tells), 1), else_=0)).label("ends"),
        )
        .group_by(trails.c.link_id)
        .subquery()
    )
    under_way = case((links.c.state == LinkState.DONE, 0), else_=1)
    return select(links.c.id).join(sums, sums.c.link_id == links.c.id).where(sums.c.beginnings != sums.c.ends + under_way)


def _stories_without(member: ColumnElement[Any]) -> Select[Any]:
    """Living stories with members, of which `member` is none."""
    has_members = exists().where(members.c.story_id == stories.c.id)
    is_member = exists().where(members.c.story_id == stories.c.id, members.c.article_id == member)
    return select(stories.c.id).where(has_members, ~is_member)


def _in_dead_story() -> Select[Any]:
    joined = select(members.c.article_id).join(stories, stories.c.id == members.c.story_id)
    return joined.where(stories.c.merged_into.is_not(None))


def _chained_aliases() -> Select[Any]:
    living = stories.alias("living")
    joined = select(stories.c.id).join(living, living.c.id == stories.c.merged_into)
    return joined.where(living.c.merged_into.is_not(None))


_is_member = exists().where(members.c.article_id == articles.c.id)
_is_signed = exists().where(signatures.c.article_id == articles.c.id)

_CHECKS: Final = (
    Check(
        "a finished link has one of the outcomes, and a time",
        _links(
            links.c.state == LinkState.DONE,
            or_(links.c.outcome.is_(None), ~_is_end(links.c.outcome), links.c.finished_at.is_(None)),
        ),
        _fetch_again,
    ),
    Check("a link is due, under way or finished", _links(links.c.state.not_in(list(LinkState))), _fetch_on),
    Check("a link under way has a lease", _links(links.c.state.in_(_UNDER_WAY), links.c.lease_until.is_(None)), _end_leases),
    Check(
        "a link that waits or is finished has no lease",
        _links(links.c.state.not_in(_UNDER_WAY), links.c.lease_until.is_not(None)),
        _drop_leases,
    ),
    Check(
        "an extracted link leads to an article",
        _links(links.c.state == LinkState.EXTRACTED, links.c.article_id.is_(None)),
        _fetch_on,
    ),
    Check(
        "a link that ended in a story leads to an article",
        _links(links.c.state == LinkState.DONE, links.c.outcome.in_(_WITH_ARTICLE), links.c.article_id.is_(None)),
        _fetch_again,
    ),
    Check("a link ended as often as it began", _ends_and_beginnings()),
    Check(
        "a folded article is in a story", select(articles.c.id).where(articles.c.folded_revision > 0, ~_is_member), _fold_again
    ),
    Check(
        "an article in a story was folded", select(articles.c.id).where(articles.c.folded_revision == 0, _is_member), _call_folded
    ),
    Check("no article is in a story that was merged away", _in_dead_story(), _follow_merges),
    Check("a story's canonical is its member", _stories_without(stories.c.canonical_id), _elect_again),
    Check("a story's anchor is its member", _stories_without(stories.c.anchor_id), _elect_again),
    Check("another name of a story leads straight to it", _chained_aliases(), _follow_aliases),
    Check("a folded article can be found by its text", select(articles.c.id).where(articles.c.folded_revision > 0, ~_is_signed)),
)
