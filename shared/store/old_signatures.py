"""Signatures of an older version are taken again from the stored text, so that an upgrade loses no story.

In the background, the newest first; and on the spot where a new article meets one, so that its copies find their story
meanwhile. Keys of the older version stay in the index until they leave the window: nobody can tell any more which they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select, text

from shared.stages.fingerprint import SIGNATURE_VERSION, fingerprint
from shared.store.candidates import Since, last_before
from shared.store.conclusion import sign
from shared.store.engine import Database
from shared.store.locks import Lock, hold
from shared.store.moment import Moment
from shared.store.schema import articles, revisions, signatures

_PIECE: Final = 20  # articles signed in one piece: about 20 ms, in which nothing else is folded


class OldSignatures:
    """The signatures of one database that another version took."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_again(self, since: Since) -> int:
        """Sign the newest of those that matching looks back to anew; returns how many: 0 when all are of today's version."""
        with self._database.writing() as connection:
            hold(connection, Lock.FOLD)
            return len(taken_again(connection, _newest(connection, since)))


def taken_again(connection: Connection, ids: Iterable[int]) -> dict[int, bytes]:
    """The payloads of those articles that have a signature of an older version, taken from the text that was folded."""
    wanted = list(ids)
    payloads: dict[int, bytes] = {}
    for row in connection.execute(_OLDER, {"ids": wanted}).all() if wanted else ():
        taken = fingerprint(row.text)
        sign(connection, row.id, taken)
        payloads[row.id] = taken.payload
    return payloads


def _newest(connection: Connection, since: Since) -> list[int]:
    for version in reversed(range(SIGNATURE_VERSION)):
        found = connection.execute(_NEWEST, {"of_version": version, "reprint": since.reprint, "most": _PIECE}).scalars().all()
        if found:
            return list(found)
    return []


# Built once: putting a statement together costs more than running it.
_ids: BindParameter[list[int]] = bindparam("ids", expanding=True)
_before = and_(
    revisions.c.article_id == articles.c.id,
    revisions.c.number == articles.c.folded_revision,
    articles.c.folded_revision < articles.c.revision,
)
_OLDER = (
    select(articles.c.id, func.coalesce(revisions.c.text, articles.c.text).label("text"))
    .join(signatures, signatures.c.article_id == articles.c.id)
    .outerjoin(revisions, _before)
    .where(articles.c.id.in_(_ids), signatures.c.version < SIGNATURE_VERSION)
)
_NEWEST = text(f"""
    SELECT article_id FROM signatures
    WHERE version = :of_version AND article_id > {last_before("reprint")}
    ORDER BY article_id DESC LIMIT :most
""").bindparams(bindparam("reprint", type_=Moment))  # noqa: S608 - constants only
