"""Ways to poll feeds, for the benchmark: ours in part and whole, and loops that an evening's script would have."""

from __future__ import annotations

import asyncio
import http.client
import io
import logging
import resource
import sqlite3
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

import feedparser
import requests

from services.fetcher.loop import POLLS_AT_ONCE
from services.fetcher.poll import Poller
from services.fetcher.reading import parse_feed
from shared import log
from shared.bootstrap import App, build, now
from shared.bounded import BoundedProcess
from shared.config import settings_from
from shared.fetch import Accept, AllowList, Fetcher
from shared.stages.feed_schedule import Hints, after_success
from shared.store.poll_results import PollResult

_TABLES: Final = (
    "CREATE TABLE feeds (id INTEGER PRIMARY KEY, polled_at TEXT)",
    "CREATE TABLE entries (feed INTEGER, url TEXT, title TEXT, PRIMARY KEY (feed, url))",
)
_VALIDATOR: Final = {"If-None-Match": '"1"'}


class Way(Protocol):
    """One way to poll."""

    def __init__(self, base: str, *, unchanged: bool, trust: ssl.SSLContext) -> None:
        """`base` and a number are a feed's URL; `unchanged`: send the validator that earns a 304."""

    def __call__(self, polls: int) -> float:
        """Poll so many feeds once each; returns the CPU seconds that took, without what is done once a process."""


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


class Reading:
    """Ours without database and log: fetch, parse in the bounded child, canonicalise, schedule."""

    def __init__(self, base: str, *, unchanged: bool, trust: ssl.SSLContext) -> None:
        self._base = base
        self._trust = trust
        self._headers = {"if-none-match": '"1"'} if unchanged else {}

    def __call__(self, polls: int) -> float:
        """As `Way`."""
        return asyncio.run(self._poll_all(polls))

    async def _poll_all(self, polls: int) -> float:
        async with Fetcher(user_agent="Storyfold-bench/1", allowed=AllowList.parse("127.0.0.1"), tls=self._trust) as fetcher:
            with BoundedProcess(seconds=60, memory_bytes=500_000_000) as parser:
                begun, waiting = cpu(), iter(range(polls))
                await asyncio.gather(*(self._work(fetcher, parser, waiting) for _ in range(POLLS_AT_ONCE)))
            return cpu() - begun

    async def _work(self, fetcher: Fetcher, parser: BoundedProcess, waiting: Iterator[int]) -> None:
        for number in waiting:
            moment, known, ttl = datetime.now(UTC), 0, None
            page = await fetcher.get(f"{self._base}/{number}", headers=self._headers, accept=Accept.FEED)
            if page.status != 304:
                read = await parser.run(parse_feed, (page.body, page.final_url, page.headers.get("content-type")))
                known, ttl = len(read.found), read.ttl
            hints = Hints.of(page.headers, ttl=ttl, now=moment)
            after_success(3600, new_entries=0, known_entries=known, now=moment, jitter=0.5, hints=hints)


class Whole:
    """Ours as the fetcher does it: claimed in SQLite, polled, recorded, committed, and logged to a file."""

    def __init__(self, base: str, *, unchanged: bool, trust: ssl.SSLContext) -> None:
        self._base = base
        self._trust = trust
        self._unchanged = unchanged

    def __call__(self, polls: int) -> float:
        """As `Way`; every feed has been polled before, as nearly always."""
        with tempfile.TemporaryDirectory() as folder, _app(folder) as app:
            app.store.feeds.add([f"{self._base}/{number}" for number in range(polls)], now(), 300)
            if self._unchanged:
                app.store.feeds.finish_polls({feed.id: _told_validator() for feed in app.store.feeds.all()}, now())
            return asyncio.run(_poll_twice(app))


async def _poll_twice(app: App) -> float:
    async with app.fetcher() as fetcher:
        for _ in range(2):
            app.store.feeds.poll_now(now())
            with BoundedProcess(seconds=60, memory_bytes=500_000_000) as parser:
                begun, poller = cpu(), Poller.of(app, fetcher, parser)
                while feeds := app.store.feeds.claim_due(now(), POLLS_AT_ONCE):
                    await asyncio.gather(*(poller.poll(feed) for feed in feeds))
    return cpu() - begun


@contextmanager
def _app(folder: str) -> Iterator[App]:
    told = {"STORYFOLD_STATE": folder, "STORYFOLD_ALLOW_ADDRESSES": "127.0.0.1", "STORYFOLD_LOG": "json"}
    app = build(settings_from(told))
    app.store.prepare()
    log.configure(app.settings, "fetcher")
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    with Path(folder, "log").open("w") as file:
        handler.setStream(file)
        yield app
    app.close()


def _told_validator() -> PollResult:
    return PollResult("A", '"1"', None, "hash", "polled", 300, now())


class _Loop:
    """One feed after the other."""

    def __init__(self, base: str, *, unchanged: bool, trust: ssl.SSLContext) -> None:
        self._base = base
        self._trust = trust
        self._headers = _VALIDATOR if unchanged else {}

    def __call__(self, polls: int) -> float:
        """As `Way`."""
        begun = cpu()
        self._poll_all(polls)
        return cpu() - begun

    def _poll_all(self, polls: int) -> None:
        raise NotImplementedError


class Requests(_Loop):
    """A session of requests, and feedparser."""

    def _poll_all(self, polls: int) -> None:
        with requests.Session() as session:
            for number in range(polls):
                response = session.get(f"{self._base}/{number}", headers=self._headers, timeout=10)
                if response.status_code == 200:
                    feedparser.parse(io.BytesIO(response.content))


class Bare(_Loop):
    """The standard library's client and feedparser: no redirects, no encodings, no pool, no deadline, no guard."""

    def _poll_all(self, polls: int) -> None:
        scheme, _, place, path = self._base.split("/")
        connection = (
            http.client.HTTPSConnection(place, timeout=10, context=self._trust)
            if scheme == "https:"
            else http.client.HTTPConnection(place, timeout=10)
        )
        for number in range(polls):
            connection.request("GET", f"/{path}/{number}", headers=self._headers)
            response = connection.getresponse()
            body = response.read()
            self._use(number, feedparser.parse(io.BytesIO(body)) if response.status == 200 else {})
        connection.close()

    def _use(self, number: int, parsed: Mapping[str, Any]) -> None:
        """Throw it away."""


class BareAndStored(Bare):
    """The same with the least that a script would keep, in SQLite set as ours is: a row a feed and an entry, a commit a poll."""

    def __call__(self, polls: int) -> float:
        """As `Way`."""
        with tempfile.TemporaryDirectory() as folder:
            self._database = sqlite3.connect(Path(folder, "feeds.db"), isolation_level=None)
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", *_TABLES):
                self._database.execute(statement)
            used = [super(BareAndStored, self).__call__(polls) for _ in range(2)]
            self._database.close()
        return used[-1]

    def _use(self, number: int, parsed: Mapping[str, Any]) -> None:
        self._database.execute("BEGIN")
        self._database.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (number, f"{datetime.now(UTC)}"))
        told = [(number, each.get("link"), each.get("title")) for each in parsed.get("entries", ())]
        self._database.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?)", told)
        self._database.execute("COMMIT")
