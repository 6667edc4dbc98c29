"""The candidate index is narrower: articles are numbered as they come, so their numbers tell their age.

With it come the indexes by which the first article of a window, and signatures of an older version, are found.

Revision: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep every posting without its time."""
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT DISTINCT key, article_id FROM fold_keys")
    op.drop_table("fold_keys")
    op.create_table(
        "fold_keys",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO fold_keys (key, article_id) SELECT key, article_id FROM kept ORDER BY key, article_id")
    op.execute("DROP TABLE kept")
    op.create_index(op.f("articles_seen_at_id"), "articles", ["seen_at", "id"])
    op.create_index(op.f("signatures_version_article_id"), "signatures", ["version", "article_id"])


def downgrade() -> None:
    """Take back. The times are taken from the articles."""
    op.drop_index(op.f("signatures_version_article_id"), table_name="signatures")
    op.drop_index(op.f("articles_seen_at_id"), table_name="articles")
    epoch = "extract(epoch FROM seen_at)" if op.get_bind().dialect.name == "postgresql" else "strftime('%s', seen_at)"
    op.execute(
        "CREATE TEMPORARY TABLE kept AS "  # noqa: S608 - constants
        f"SELECT key, CAST({epoch} AS integer) AS seen_at, article_id FROM fold_keys JOIN articles ON articles.id = article_id"
    )
    op.drop_table("fold_keys")
    op.create_table(
        "fold_keys",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "seen_at", "article_id"),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO fold_keys (key, seen_at, article_id) SELECT key, seen_at, article_id FROM kept")
    op.execute("DROP TABLE kept")
