"""Opens the database and gives out transactions: `reading` for queries, `writing` for one guarded change at a time.

SQLite runs in WAL mode with NORMAL sync: every commit survives a process that dies; readers never wait for the writer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from shared.failures import Mistake

_WRITING = "storyfold_writing"
_SQLITE_WAIT = 30_000  # ms that a writer waits for the one before it
_SQLITE_CACHE = 256  # KiB a connection. Whatever another process writes empties it, so more of it made nothing quicker
_FRESH = 1.0  # seconds after which a connection that lay idle is asked whether it still stands: asking costs .1 ms


class Database:
    """One database, opened lazily: nothing connects before the first transaction."""

    def __init__(self, url: str) -> None:
        self.engine = _sqlite(url) if url.startswith("sqlite") else _postgresql(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing and waits for nobody."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits as a whole or not at all."""
        with self.engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _postgresql(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _not_a_database() from error
    if parsed.get_backend_name() != "postgresql":
        raise _not_a_database()
    url_with_driver = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(url_with_driver, pool_size=2, connect_args={"connect_timeout": 10})

    @event.listens_for(engine, "checkin")
    def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("used", math.inf) > _FRESH and not _stands(engine, connection):
            raise DisconnectionError

    @event.listens_for(engine, "handle_error")
    def _tell_away(context: ExceptionContext) -> OperationalError | None:
        """A server that takes no changes is as good as away, and the next connection may reach one that does."""
        error = context.original_exception
        if not isinstance(error, ReadOnlySqlTransaction):
            return None
        context.is_disconnect = True
        return OperationalError(context.statement, context.parameters, error)

    return engine


def _stands(engine: Engine, connection: DBAPIConnection) -> bool:
    try:
        return engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error:
        return False


def _not_a_database() -> Mistake:
    """The URL itself isn't repeated: it holds a password."""
    return Mistake("DATABASE_URL is no URL of a database; write postgresql://user:password@host/name or sqlite:///file.")


def _sqlite(url: str) -> Engine:
    path = make_url(url).database or ""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Connections are kept: closing the last one to a database copies its whole log into it, which cost 2 ms a transaction.
    engine = create_engine(url, pool_size=2, connect_args={"timeout": _SQLITE_WAIT / 1000, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        limits = f"busy_timeout={_SQLITE_WAIT}", f"cache_size=-{_SQLITE_CACHE}"
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", *limits):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes can fail with "database is locked" whatever the timeout.
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def why_unreachable(error: OperationalError) -> str:
    """The first line of what the driver said, for a sentence to a person."""
    return str(error.orig).strip().splitlines()[0]
