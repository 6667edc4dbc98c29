"""The migrations build the very tables that the code works with, on both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from shared.store import migrate
from shared.store.schema import fold_keys, metadata
from shared.store.store import Store


def test_a_migrated_database_has_today_s_tables(store: Store) -> None:
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_that_starts_look_for() -> None:
    assert ScriptDirectory.from_config(_scripts()).get_current_head() == migrate.HEAD


def test_a_database_with_the_wider_index_keeps_its_postings(store: Store) -> None:
    with store.database.writing() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(
            text("INSERT INTO fold_keys (key, seen_at, article_id) VALUES (-5, 1700000000, 3), (9, 1700000000, 3)")
        )
    store.prepare()
    with store.database.reading() as connection:
        assert sorted(map(tuple, connection.execute(select(fold_keys)))) == [(-5, 3), (9, 3)]
    test_a_migrated_database_has_today_s_tables(store)


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    return config
