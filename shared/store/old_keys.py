"""Drops from the candidate index what matching looks back to no more, in cheap pieces.

A round walks the index in its own order, so it needs no other index and each piece looks at a bounded number of postings. An
article that leaves the window keeps every sixth of its keys by value, so that a reprint of it, which has the same ones, is
known; later these go too. Stories and their articles stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, text

from shared.store.candidates import KEPT_LONG, Since, last_before
from shared.store.engine import Database
from shared.store.moment import Moment

_PIECE: Final = 5000  # postings looked at in one piece: about 10 ms
_LAST: Final = 2**31 - 1

Place = tuple[int, int]
"""A posting in the index's order: key, article."""

BEGINNING: Final[Place] = (-_LAST - 1, -1)
_END: Final[Place] = (_LAST, _LAST)


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece did: how many postings went, and where the next one begins; None at the end of the index."""

    dropped: int
    following: Place | None


class OldKeys:
    """The postings of one database that may go."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drop(self, after: Place, since: Since, *, look_at: int = _PIECE) -> Piece:
        """Drop what is too old among the next postings after a place."""
        begin = {"key": after[0], "article": after[1]}
        with self._database.reading() as connection:
            row = connection.execute(_UNTIL, begin | {"passed": look_at - 1}).first()
        following = None if row is None else (row.key, row.article_id)
        until = following or _END
        times = {"related": since.related, "reprint": since.reprint}
        with self._database.writing() as connection:
            gone = connection.execute(_DROPPED, begin | times | {"last_key": until[0], "last_article": until[1]})
        return Piece(gone.rowcount, following)


_UNTIL = text("""
    SELECT key, article_id FROM fold_keys WHERE (key, article_id) > (:key, :article)
    ORDER BY key, article_id LIMIT 1 OFFSET :passed
""")
_DROPPED = text(f"""
    DELETE FROM fold_keys
    WHERE (key, article_id) > (:key, :article) AND (key, article_id) <= (:last_key, :last_article)
    AND article_id <= {last_before("related")}
    AND (key % {KEPT_LONG} <> 0 OR article_id <= {last_before("reprint")})
""").bindparams(bindparam("related", type_=Moment), bindparam("reprint", type_=Moment))  # noqa: S608 - constants only
