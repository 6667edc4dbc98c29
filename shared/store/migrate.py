"""Brings a database to today's tables with Alembic; does nothing, quickly, where it is there already."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from shared.store.engine import Database
from shared.store.locks import Lock, hold

HEAD = "0003"
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the database up to `HEAD`; several processes may ask for it at once."""
    with database.reading() as connection:
        if _version(connection) == HEAD:
            return
    from alembic import command  # noqa: PLC0415 - most starts find the tables ready and needn't load Alembic
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with database.writing() as connection:
        hold(connection, Lock.MIGRATE)
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
