"""The store as one value: feeds, links, articles and stories of one database."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from shared.failures import Mistake
from shared.store.articles import ArticleStore
from shared.store.bodies import BodyStore
from shared.store.clock import ClockStore
from shared.store.engine import Database, why_unreachable
from shared.store.feeds import FeedStore
from shared.store.host_lines import HostLineStore
from shared.store.hosts import HostStore
from shared.store.links import LinkStore
from shared.store.migrate import migrate
from shared.store.old_keys import OldKeys
from shared.store.old_signatures import OldSignatures
from shared.store.pages import PageStore
from shared.store.stories import StoryStore
from shared.store.subscriptions import SubscriptionStore
from shared.store.trail import TrailStore

StoreUnreachable = OperationalError


class Store:
    """Opened lazily: nothing connects before the first call."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.feeds = FeedStore(self.database)
        self.subscriptions = SubscriptionStore(self.database)
        self.links = LinkStore(self.database)
        self.articles = ArticleStore(self.database)
        self.stories = StoryStore(self.database)
        self.trails = TrailStore(self.database)
        self.host_lines = HostLineStore(self.database)
        self.hosts = HostStore(self.database)
        self.bodies = BodyStore(self.database)
        self.old_keys = OldKeys(self.database)
        self.old_signatures = OldSignatures(self.database)
        self.pages = PageStore(self.database)
        self.clock = ClockStore(self.database)

    def prepare(self) -> None:
        """Connect and bring the tables up to date. Raises `Mistake` with the driver's words when nobody answers."""
        try:
            migrate(self.database)
        except OperationalError as error:
            raise Mistake(f"The database can't be reached ({why_unreachable(error)}); check DATABASE_URL or start it.") from error

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()
