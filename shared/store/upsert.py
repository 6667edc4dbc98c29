"""INSERT … ON CONFLICT for both databases: the one statement that SQLAlchemy spells differently for each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_or_skip(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - either dialect's Insert
    """An INSERT that leaves an existing row as it is."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_or_replace(connection: Connection, table: Table, *changing: str) -> Any:  # noqa: ANN401 - as above
    """An INSERT that overwrites the columns `changing` where the primary key is there already."""
    statement = _insert(connection, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: statement.excluded[name] for name in changing}
    )


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - as above
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
