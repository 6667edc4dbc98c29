"""Raw pages for cleaning again, how often a link lost its worker, and since when a host shows a body.

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.store.moment import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what this version needs; bodies from before count as seen today."""
    op.create_table(
        "pages",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article_id"),
    )
    op.create_index(op.f("pages_fetched_at"), "pages", ["fetched_at"], unique=False)
    op.add_column("links", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
    op.add_column("bodies", sa.Column("seen_at", Moment(), nullable=True))
    op.execute("UPDATE bodies SET seen_at = CURRENT_TIMESTAMP")
    op.create_index(op.f("bodies_seen_at"), "bodies", ["seen_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("bodies_seen_at"), table_name="bodies")
    op.drop_column("bodies", "seen_at")
    op.drop_column("links", "deaths")
    op.drop_index(op.f("pages_fetched_at"), table_name="pages")
    op.drop_table("pages")
