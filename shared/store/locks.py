"""Locks that hold until the transaction ends. SQLite has one writer at a time, so there every write holds them all."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import Connection


class Lock(IntEnum):
    """What may be done by one transaction at a time, over all processes."""

    FOLD = 7_305_001
    RELEASE = 7_305_002
    MIGRATE = 7_305_003


def hold(connection: Connection, lock: Lock) -> None:
    """Wait for `lock` and keep it until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({int(lock)})")
