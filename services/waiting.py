"""What every process waits for before it works: a queue and a database that answer."""

from __future__ import annotations

from shared.bootstrap import App
from shared.patience import until_reachable
from shared.queue import QueueUnreachable
from shared.store.migrate import migrate
from shared.store.store import StoreUnreachable


def wait_for_queue(app: App) -> None:
    """Until the queue answers and takes jobs."""
    until_reachable("queue", app.queue.check, QueueUnreachable)


def wait_for_store(app: App) -> None:
    """Until the database answers and has today's tables."""
    until_reachable("database", lambda: migrate(app.store.database), StoreUnreachable)
