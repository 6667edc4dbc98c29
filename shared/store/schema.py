"""The tables, the same on SQLite and PostgreSQL. A test compares them with what the migrations build."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shared.store.moment import Moment

_naming = {"ix": "%(table_name)s_%(column_0_N_name)s", "uq": "%(table_name)s_%(column_0_N_name)s_once"}
metadata = MetaData(naming_convention=_naming)
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what it calls INTEGER


def _id() -> Column[Any]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


feeds = Table(
    "feeds",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    Column("title", Text),
    Column("added_at", Moment, nullable=False),
    Column("removed_at", Moment),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(32)),
    Column("interval", Float, nullable=False),
    Column("next_poll_at", Moment, nullable=False, index=True),
    Column("poll_lease_until", Moment),
    Column("polled_at", Moment),
    Column("succeeded_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_outcome", Text),
    Column("last_detail", Text),
    Column("failing_since", Moment),
    Column("retired", Boolean, nullable=False, default=False),
    Column("moved_to", Text),
    Column("moved_held", Integer, nullable=False, default=0),
    Column("ttl", Float),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("feed_id", _Id, ForeignKey("feeds.id"), primary_key=True, autoincrement=False),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(43), nullable=False, unique=True),
    Column("secret", String(43), nullable=False),
    Column("ask_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("pushed_at", Moment),
)

former_addresses = Table(
    "former_addresses",
    metadata,
    Column("url", Text, primary_key=True),
    Column("feed_id", _Id, ForeignKey("feeds.id"), nullable=False, index=True),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    Column("feed_id", _Id, ForeignKey("feeds.id"), nullable=False),
    Column("link_id", _Id, ForeignKey("links.id"), nullable=False, index=True),
    Column("guid", Text),
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("published_at", Moment),
    Column("updated_at", Moment),
    Column("content_hash", String(32), nullable=False),
    Column("seen_at", Moment, nullable=False),
    UniqueConstraint("feed_id", "link_id"),
)

feed_texts = Table(
    "feed_texts",
    metadata,
    Column("link_id", _Id, ForeignKey("links.id"), primary_key=True, autoincrement=False),
    Column("markup", Text, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)

links = Table(
    "links",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("release", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("deaths", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("title", Text),
    Column("published_at", Moment),
    Column("article_id", _Id, ForeignKey("articles.id")),
    Column("outcome", Text),
    Column("reason", Text),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(None, "state", "host", "due_at", "id"),
    Index(None, "article_id"),
)

trail = Table(
    "trail",
    metadata,
    _id(),
    Column("link_id", _Id, ForeignKey("links.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("step", String(12), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("folded_revision", Integer, nullable=False, default=0),
    Column("title", Text),
    Column("byline", Text),
    Column("published_at", Moment),
    Column("language", String(8)),
    Column("text", Text, nullable=False),
    Column("text_hash", String(32), nullable=False),
    Column("words", Integer, nullable=False),
    Column("removed", JSON, nullable=False),
    Column("extracted_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index(None, "seen_at", "id"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text),
    Column("published_at", Moment),
    Column("text", Text, nullable=False),
    Column("replaced_at", Moment, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    Column("article_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", Moment, nullable=False, index=True),
)

signatures = Table(
    "signatures",
    metadata,
    Column("article_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index(None, "version", "article_id"),
)

fold_keys = Table(
    "fold_keys",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    # Four bytes, not the eight of an article's number elsewhere: a posting then takes a quarter less room on PostgreSQL. They
    # reach to two thousand million articles.
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    _id(),
    Column("anchor_id", _Id, ForeignKey("articles.id"), nullable=False),
    Column("canonical_id", _Id, ForeignKey("articles.id"), nullable=False),
    Column("merged_into", _Id, ForeignKey("stories.id")),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False, index=True),
)

members = Table(
    "members",
    metadata,
    Column("article_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("story_id", _Id, ForeignKey("stories.id"), nullable=False, index=True),
    Column("role", String(8), nullable=False),
    Column("joined_at", Moment, nullable=False),
)

related = Table(
    "related",
    metadata,
    Column("story_id", _Id, ForeignKey("stories.id"), primary_key=True, autoincrement=False),
    Column("other_id", _Id, ForeignKey("stories.id"), primary_key=True, autoincrement=False, index=True),
    Column("score", Float, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    Column("article_id", _Id, ForeignKey("articles.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("story_id", _Id, ForeignKey("stories.id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("article_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False),
    Column("other_id", _Id, ForeignKey("articles.id"), primary_key=True, autoincrement=False, index=True),
    Column("together", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)

host_lines = Table(
    "host_lines",
    metadata,
    Column("host", Text, primary_key=True),
    Column("line_key", BigInteger, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("forgotten", Boolean, nullable=False, default=False),
)

line_sightings = Table(
    "line_sightings",
    metadata,
    Column("host", Text, primary_key=True),
    Column("line_key", BigInteger, primary_key=True, autoincrement=False),
    Column("article_url", Text, primary_key=True),
    Column("sketch", BigInteger, nullable=False),
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("crawl_delay", Float),
    Column("next_release_at", Moment),
    Column("next_turn_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("down_since", Moment),
    Column("down_until", Moment),
)

robots = Table(
    "robots",
    metadata,
    Column("site", Text, primary_key=True),
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("fetched_until", Moment, nullable=False),
)

bodies = Table(
    "bodies",
    metadata,
    Column("host", Text, primary_key=True),
    Column("body_key", BigInteger, primary_key=True, autoincrement=False),
    Column("url", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("seen_at", Moment, index=True),
)
