"""The index that folding looks candidates up in: one narrow B-tree (key, seen_at) → article, no join, one query.

The databases differ in how they say "the newest 64 of each key", so each has its own statement here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, TextClause, bindparam, delete, insert, text

from shared.store.schema import fold_keys

NEWEST_PER_KEY = 64
_OFFSET = 2**31  # keys are unsigned 32-bit, the column is signed

_POSTGRESQL = text(f"""
    SELECT hit.article_id, count(*) AS shared
    FROM unnest(CAST(:keys AS integer[])) AS wanted(key)
    CROSS JOIN LATERAL (
        SELECT article_id FROM fold_keys
        WHERE fold_keys.key = wanted.key AND seen_at >= :since
        ORDER BY seen_at DESC LIMIT {NEWEST_PER_KEY}
    ) AS hit
    WHERE hit.article_id <> :article
    GROUP BY hit.article_id HAVING count(*) >= :least
""")  # noqa: S608 - a constant of this module

_INDEXED_AT_ONCE = text("""
    INSERT INTO fold_keys (key, seen_at, article_id)
    SELECT key, :seen_at, :article FROM unnest(CAST(:keys AS integer[])) AS wanted(key)
""")
_INDEXED = insert(fold_keys)


def articles_sharing_keys(
    connection: Connection, article: int, keys: Sequence[int], since: int, least: int = 2
) -> dict[int, int]:
    """Articles seen since `since` (epoch seconds) that share at least `least` keys with this one, each with how many."""
    if not keys:
        return {}
    if connection.dialect.name == "postgresql":
        values = {"keys": [key - _OFFSET for key in keys], "since": since, "article": article, "least": least}
        rows = connection.execute(_POSTGRESQL, values).all()
    else:
        rows = connection.execute(_sqlite(len(keys)), _sqlite_values(article, keys, since, least)).all()
    return {row.article_id: row.shared for row in rows}


def index(connection: Connection, article: int, keys: Sequence[int], seen_at: int) -> None:
    """Make an article findable by its keys."""
    wanted = sorted({key - _OFFSET for key in keys})
    if connection.dialect.name == "postgresql":
        connection.execute(_INDEXED_AT_ONCE, {"keys": wanted, "seen_at": seen_at, "article": article})
    elif wanted:
        connection.execute(_INDEXED, [{"key": key, "seen_at": seen_at, "article_id": article} for key in wanted])


def forget(connection: Connection, article: int, keys: Sequence[int], seen_at: int) -> None:
    """Take an article's keys out again; they are found by the index's own order, without a scan."""
    condition = (fold_keys.c.key == bindparam("k")) & (fold_keys.c.seen_at == seen_at) & (fold_keys.c.article_id == article)
    if keys:
        connection.execute(delete(fold_keys).where(condition), [{"k": key - _OFFSET} for key in set(keys)])


@cache
def _sqlite(keys: int) -> TextClause:
    one = "SELECT * FROM (SELECT article_id FROM fold_keys WHERE key = :k{} AND seen_at >= :since ORDER BY seen_at DESC LIMIT {})"
    union = " UNION ALL ".join(one.format(number, NEWEST_PER_KEY) for number in range(keys))
    return text(
        f"SELECT article_id, count(*) AS shared FROM ({union}) WHERE article_id <> :article "  # noqa: S608 - numbers only
        "GROUP BY article_id HAVING count(*) >= :least"
    )


def _sqlite_values(article: int, keys: Sequence[int], since: int, least: int) -> dict[str, int]:
    return {f"k{number}": key - _OFFSET for number, key in enumerate(keys)} | {
        "since": since,
        "article": article,
        "least": least,
    }
