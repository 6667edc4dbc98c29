"""INSERT … ON CONFLICT for both databases: the one statement that SQLAlchemy spells differently for each."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - either dialect's Insert
    """An INSERT that leaves an existing row as it is."""
    return skipping(connection.dialect.name, table)


def insert_or_replace(connection: Connection, table: Table, *changing: str) -> Any:  # noqa: ANN401 - as above
    """An INSERT that overwrites the columns `changing` where the primary key is there already."""
    return replacing(connection.dialect.name, table, *changing)


@cache
def skipping(dialect: str, table: Table) -> Any:  # noqa: ANN401 - as above
    """As `insert_or_skip`, for a statement that is built once."""
    return _insert(dialect, table).on_conflict_do_nothing()


@cache
def replacing(dialect: str, table: Table, *changing: str) -> Any:  # noqa: ANN401 - as above
    """As `insert_or_replace`, for a statement that is built once."""
    statement = _insert(dialect, table)
    columns = {name: statement.excluded[name] for name in changing}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=columns)


def _insert(dialect: str, table: Table) -> Any:  # noqa: ANN401 - as above
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
