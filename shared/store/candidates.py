"""The index that folding looks candidates up in: one narrow B-tree (key, article), no join, one query.

Articles are numbered as they come, so the newest of a key are those with the largest numbers, and a window of days begins after
the last article seen before it. The databases differ in how they say "the newest 64 of each key".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Integer,
    TextClause,
    bindparam,
    cast,
    column,
    delete,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.stages.reach import REPRINT, Reach, Window
from shared.store.at_once import Change
from shared.store.moment import Moment
from shared.store.schema import fold_keys
from shared.store.upsert import skipping

NEWEST_PER_KEY: Final = 64
KEPT_LONG: Final = 6
"""Of its keys an article keeps every sixth by value, about 4, when it leaves the window: a copy of it has the same ones."""
_MOST: Final = 32  # of an age: more than are looked at
_OFFSET = 2**31  # keys are unsigned 32-bit, the column is signed

_LAST_BEFORE = "coalesce((SELECT id FROM articles WHERE seen_at < :{} ORDER BY seen_at DESC, id DESC LIMIT 1), 0)"
_NEWEST = f"ORDER BY article_id DESC LIMIT {NEWEST_PER_KEY}"


@dataclass(frozen=True, slots=True)
class Since:
    """From when on an article may be folded with, be related to, and be known as reprinted."""

    fold: datetime
    related: datetime
    reprint: datetime

    @classmethod
    def looking_back(cls, now: datetime, window: Window) -> Since:
        """As far back as matching looks from `now`."""
        return cls(now - window.fold, now - max(window.fold, window.related), now - REPRINT)


@dataclass(frozen=True, slots=True)
class Shared:
    """An article that shares keys with another: how many, and what it can be to it by its age."""

    article: int
    keys: int
    reach: Reach


def articles_sharing_keys(connection: Connection, article: int, keys: Sequence[int], since: Since) -> list[Shared]:
    """Articles that share keys with this one: of each age those that share most, the newest among equals."""
    wanted = _stored(keys)
    if not wanted:
        return []
    times = {"fold": since.fold, "related": since.related, "reprint": since.reprint, "article": article}
    if connection.dialect.name == "postgresql":
        rows = connection.execute(_POSTGRESQL, times | {"keys": wanted}).all()
    else:
        rows = connection.execute(_sqlite(len(wanted)), times | {f"k{n}": key for n, key in enumerate(wanted)}).all()
    return [Shared(row.article_id, row.shared, _reach(row)) for row in rows]


def keys_value(connection: Connection, keys: Sequence[int]) -> object:
    """Keys as `indexing` takes them."""
    return _stored(keys) if connection.dialect.name == "postgresql" else json.dumps(_stored(keys))


def indexing(connection: Connection) -> Change:
    """The change that makes the article `of_article` findable by the `keys`, for `at_once`; keys it has already stay."""
    return _indexing(connection.dialect.name)


def forget(connection: Connection, article: int, keys: Sequence[int]) -> None:
    """Take an article's keys out again; they are found by the index's own order, without a scan."""
    if keys:
        connection.execute(_FORGOTTEN, [{"k": key, "gone": article} for key in _stored(keys)])


def last_before(name: str) -> str:
    """SQL for the number of the last article seen before the moment `:name`, 0 where none was: a window begins after it.

    Not the first one in the window: where the clock was set back, that came after others which are in it, too.
    """
    return _LAST_BEFORE.format(name)


def _stored(keys: Sequence[int]) -> list[int]:
    return sorted({key - _OFFSET for key in keys})


def _reach(row: Any) -> Reach:  # noqa: ANN401 - a row
    if row.foldable:
        return Reach.FOLD
    return Reach.RELATED if row.relatable else Reach.REPRINT


def _hits(source: str) -> TextClause:
    """The query around `source`, which gives the newest articles of each key."""
    reaches = f"""article_id > {last_before("fold")} AS foldable, article_id > {last_before("related")} AS relatable"""
    place = "row_number() OVER (PARTITION BY foldable, relatable ORDER BY shared DESC, article_id DESC) AS place"
    counted = f"SELECT article_id, count(*) AS shared, {reaches} FROM ({source}) AS hit GROUP BY article_id"  # noqa: S608 - as above
    ranked = f"SELECT article_id, shared, foldable, relatable, {place} FROM ({counted}) AS counted WHERE article_id <> :article"  # noqa: S608
    statement = f"SELECT article_id, shared, foldable, relatable FROM ({ranked}) AS ranked WHERE place <= {_MOST}"  # noqa: S608
    return text(statement).bindparams(*(bindparam(name, type_=Moment) for name in ("fold", "related", "reprint")))


_POSTGRESQL = _hits(f"""
    SELECT newest.article_id FROM unnest(CAST(:keys AS integer[])) AS wanted(key)
    CROSS JOIN LATERAL (
        SELECT article_id FROM fold_keys
        WHERE fold_keys.key = wanted.key AND article_id > {last_before("reprint")} {_NEWEST}
    ) AS newest
""")  # noqa: S608 - constants of this module


@cache
def _sqlite(keys: int) -> TextClause:
    condition = f"key = :k{{}} AND article_id > {last_before('reprint')}"
    one = f"SELECT * FROM (SELECT article_id FROM fold_keys WHERE {condition} {_NEWEST})"  # noqa: S608 - constants of this module
    return _hits(" UNION ALL ".join(one.format(number) for number in range(keys)))


@cache
def _indexing(dialect: str) -> Change:
    own = bindparam("of_article", type_=Integer)
    if dialect == "postgresql":
        rows = select(func.unnest(cast(bindparam("keys"), ARRAY(Integer))), own)
    else:
        rows = select(func.json_each(bindparam("keys")).table_valued(column("value", Integer)).c.value, own).where(true())
    change: Change = skipping(dialect, fold_keys).from_select(["key", "article_id"], rows)
    return change


_FORGOTTEN = delete(fold_keys).where(fold_keys.c.key == bindparam("k"), fold_keys.c.article_id == bindparam("gone"))
