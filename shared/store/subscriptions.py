"""WebSub subscriptions: which feeds a hub tells us of, until when, and when to ask it again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, select, update

from shared.store.engine import Database
from shared.store.schema import feeds, subscriptions
from shared.store.upsert import insert_or_replace

_ASK_AGAIN: Final = timedelta(hours=1)  # after a request that the hub hasn't verified
_RENEWED_AT: Final = 0.75  # of the lease


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's subscription. `token` is the secret part of the callback's address, `secret` what the hub signs with."""

    feed: int
    hub: str
    topic: str
    token: str
    secret: str
    ask_at: datetime
    lease_until: datetime | None
    pushed_at: datetime | None


class SubscriptionStore:
    """The subscriptions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def offered(self, feed: int, hub: str | None, topic: str, now: datetime) -> None:
        """Note which hub a feed offers, None for none; another hub or topic needs a subscription of its own."""
        mine = subscriptions.c.feed_id == feed
        with self._database.writing() as connection:
            known = connection.execute(select(subscriptions.c.hub, subscriptions.c.topic).where(mine)).first()
            if hub is None:
                connection.execute(delete(subscriptions).where(mine))
            elif known is None or tuple(known) != (hub, topic):
                row = {"feed_id": feed, "hub": hub, "topic": topic, "ask_at": now, "lease_until": None, "pushed_at": None}
                row |= {"token": secrets.token_urlsafe(32), "secret": secrets.token_urlsafe(32)}
                changing = [name for name in row if name != "feed_id"]
                connection.execute(insert_or_replace(connection, subscriptions, *changing), [row])

    def of_feed(self, feed: int) -> Subscription | None:
        """A feed's subscription, verified or not."""
        return self._one(subscriptions.c.feed_id == feed)

    def of_token(self, token: str) -> Subscription | None:
        """The subscription that a callback belongs to."""
        return self._one(subscriptions.c.token == token)

    def claim_asking(self, feed: int, now: datetime) -> Subscription | None:
        """The subscription if its hub is to be asked now; nobody else asks within the hour."""
        due = update(subscriptions).where(subscriptions.c.feed_id == feed, subscriptions.c.ask_at <= now)
        with self._database.writing() as connection:
            row = connection.execute(due.values(ask_at=now + _ASK_AGAIN).returning(*subscriptions.c)).first()
        return None if row is None else _subscription(row)

    def verified(self, token: str, lease: float, now: datetime) -> None:
        """The hub has granted `lease` seconds; it is asked again when three quarters of them are over."""
        granted = {"lease_until": now + timedelta(seconds=lease), "ask_at": now + timedelta(seconds=lease * _RENEWED_AT)}
        self._change(token, granted)

    def denied(self, token: str, now: datetime) -> None:
        """The hub won't tell; ask again tomorrow."""
        self._change(token, {"lease_until": None, "ask_at": now + timedelta(days=1)})

    def pushed(self, token: str, now: datetime) -> None:
        """The hub tells that the feed has changed: it is due at once."""
        feed = select(subscriptions.c.feed_id).where(subscriptions.c.token == token).scalar_subquery()
        with self._database.writing() as connection:
            connection.execute(update(subscriptions).where(subscriptions.c.token == token).values(pushed_at=now))
            connection.execute(update(feeds).where(feeds.c.id == feed, feeds.c.next_poll_at > now).values(next_poll_at=now))

    def _change(self, token: str, values: dict[str, Any]) -> None:
        with self._database.writing() as connection:
            connection.execute(update(subscriptions).where(subscriptions.c.token == token).values(values))

    def _one(self, condition: Any) -> Subscription | None:  # noqa: ANN401 - a SQL condition
        with self._database.reading() as connection:
            row = connection.execute(select(subscriptions).where(condition)).first()
        return None if row is None else _subscription(row)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        feed=row.feed_id,
        hub=row.hub,
        topic=row.topic,
        token=row.token,
        secret=row.secret,
        ask_at=row.ask_at,
        lease_until=row.lease_until,
        pushed_at=row.pushed_at,
    )
