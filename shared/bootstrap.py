"""The one composition root: every process, command and test gets its parts from here, and nothing connects at import."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.config import Settings, settings_from
from shared.fetch import Fetcher, FetchLimits
from shared.queue import JobQueue
from shared.store.store import Store

VERSION = "0.1.0"
QUEUE_URL_FILE = "queue.url"  # in the state folder: where `storyfold run` started the embedded queue


@dataclass(frozen=True, slots=True)
class App:
    """The parts that a process works with."""

    settings: Settings
    store: Store
    queue: JobQueue

    def fetcher(self) -> Fetcher:
        """A client for the web; use it as an async context manager."""
        settings = self.settings
        return Fetcher(
            user_agent=user_agent(settings),
            allowed=settings.allow_addresses,
            limits=FetchLimits(total=settings.fetch_deadline, max_bytes=settings.page_bytes),
            http2=settings.http2,
            proxy=settings.proxy,
        )

    def close(self) -> None:
        """Give every connection back."""
        self.store.close()
        self.queue.close()


def build(settings: Settings) -> App:
    """Put the parts together without connecting any."""
    return App(settings, Store(settings.database), JobQueue(queue_url(settings)))


@contextmanager
def opened(environment: Mapping[str, str] | None = None) -> Iterator[App]:
    """The app as the environment describes it, closed at the end."""
    app = build(settings_from(os.environ if environment is None else environment))
    try:
        yield app
    finally:
        app.close()


def now() -> datetime:
    """The current time; stages get it as an argument."""
    return datetime.now(UTC)


def queue_url(settings: Settings) -> str:
    """Where the queue is: as set, else where `storyfold run` has put the embedded one."""
    if settings.redis_url:
        return settings.redis_url
    told = settings.state_dir / QUEUE_URL_FILE
    return told.read_text().strip() if told.exists() else embedded_queue_url(settings.state_dir)


def embedded_queue_url(state_dir: Path) -> str:
    """A Unix socket in the state folder: only this user reaches it, and it can't collide with a port."""
    return f"unix://{state_dir / 'queue.sock'}?db=0"


def user_agent(settings: Settings) -> str:
    """An honest name, with a way to reach whoever runs this where one is set."""
    contact = f" (+{settings.contact})" if settings.contact else ""
    return f"Storyfold/{VERSION}{contact}"
