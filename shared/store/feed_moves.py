"""A feed that has moved for good: its address is rewritten, or it is merged with the feed that is there already."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from shared.store.schema import entries, feeds, former_addresses, subscriptions
from shared.store.upsert import insert_or_replace


def rewrite(connection: Connection, feed: int, url: str) -> None:
    """Give a feed its new address. Validators and a hub's subscription belong to the old one, so they go.

    The old address is remembered.
    """
    both = select(feeds.c.id, feeds.c.url).where((feeds.c.id == feed) | (feeds.c.url == url)).order_by(feeds.c.id)
    rows = {row.id: row.url for row in connection.execute(both.with_for_update())}
    if rows.get(feed, url) == url:
        return
    other = next((number for number in rows if number != feed), None)
    kept = feed if other is None else other
    connection.execute(delete(subscriptions).where(subscriptions.c.feed_id == feed))
    old = {"url": rows[feed], "feed_id": kept}
    connection.execute(delete(former_addresses).where(former_addresses.c.url == url))
    if other is not None:
        _merge(connection, feed, other)
    connection.execute(insert_or_replace(connection, former_addresses, "feed_id"), [old])
    if other is None:
        unbound = {"etag": None, "last_modified": None, "moved_to": None, "moved_held": 0}
        connection.execute(update(feeds).where(feeds.c.id == feed).values(url=url, **unbound))


def _merge(connection: Connection, gone: int, kept: int) -> None:
    """Move everything over to the feed at the new address; one that was removed is polled again, for it is wanted here."""
    there = select(entries.c.link_id).where(entries.c.feed_id == kept)
    moved = update(entries).where(entries.c.feed_id == gone, entries.c.link_id.not_in(there))
    connection.execute(moved.values(feed_id=kept))
    connection.execute(delete(entries).where(entries.c.feed_id == gone))
    connection.execute(update(former_addresses).where(former_addresses.c.feed_id == gone).values(feed_id=kept))
    connection.execute(update(feeds).where(feeds.c.id == kept).values(removed_at=None))
    connection.execute(delete(feeds).where(feeds.c.id == gone))
