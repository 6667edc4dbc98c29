"""The fetcher's loop: poll what is due, release what is due, bring back what was lost, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from services.fetcher.clock import ClockWatch
from services.fetcher.feed_turns import FeedTurns
from services.fetcher.index_upkeep import IndexUpkeep
from services.fetcher.poll import Poller
from services.fetcher.pressure import Pressure
from services.fetcher.reading import PARSE_MEMORY, PARSE_SECONDS
from services.fetcher.reconcile import Reconciler
from services.fetcher.release import fold_again, reclaim_lost, release_due
from services.fetcher.retention import Retention
from shared import log
from shared.bootstrap import App, now
from shared.bounded import BoundedProcess
from shared.model import Feed
from shared.queue import QueueUnreachable
from shared.store.store import StoreUnreachable

_TICK = 0.25  # seconds between two looks at what is due
POLLS_AT_ONCE = 32  # most of them wait for servers
_T = TypeVar("_T")


async def fetch_forever(app: App) -> None:
    """Run until SIGTERM or SIGINT; polls under way are finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with BoundedProcess(seconds=PARSE_SECONDS, memory_bytes=PARSE_MEMORY) as parser:
        async with app.fetcher() as fetcher:
            poller = Poller.of(app, fetcher, parser)
            app.store.feeds.forget_polls()  # those of a fetcher that died; a poll done twice changes nothing
            log.logger().info("fetcher", outcome="started", feeds=len(app.store.feeds.all()))
            await asyncio.gather(poll_due(poller, stop), _release(app, stop))
    log.logger().info("fetcher", outcome="stopped")


async def poll_due(poller: Poller, stop: asyncio.Event) -> None:
    """Poll what is due, until told to stop.

    Claims as many as there is room for, and again as soon as half of it is free: a claim each would cost more than the polls.
    """
    running, room, patience = set[asyncio.Task[None]](), asyncio.Event(), _Patience("database")
    interrupted: set[int] = set()
    turns = FeedTurns(slots=poller.app.settings.host_slots, spacing=poller.app.settings.host_spacing)

    def ended(feed: Feed, task: asyncio.Task[None]) -> None:
        running.discard(task)
        turns.given_back(feed)
        if _ended_by_an_outage(task):
            interrupted.add(feed.id)
        else:
            _tell_crash(task)
        if len(running) <= POLLS_AT_ONCE // 2:
            room.set()

    while not stop.is_set():
        room.clear()
        free = POLLS_AT_ONCE - len(running)
        claimed = await patience.attempt(partial(_claim, poller.app, turns, free, interrupted)) or _Claimed()
        for feed in claimed.now:
            task = asyncio.create_task(poller.poll(feed))
            running.add(task)
            task.add_done_callback(partial(ended, feed))
        if not claimed.later:
            await _pause(room if len(running) == POLLS_AT_ONCE else stop, patience.seconds)
    if running:
        await asyncio.wait(running, timeout=30)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """Feeds to poll now, and how many have to wait for their hosts."""

    now: Sequence[Feed] = ()
    later: int = 0


def _claim(app: App, turns: FeedTurns, limit: int, interrupted: set[int]) -> _Claimed:
    """Those whose poll was cut off by an outage of the database are due at once: nobody has to wait for their leases."""
    moment, again = now(), frozenset(interrupted)
    app.store.feeds.hold(dict.fromkeys(again, moment))
    interrupted -= again
    polled, waiting = turns.part(app.store.feeds.claim_due(moment, limit), time.monotonic())
    app.store.feeds.hold({feed: moment + timedelta(seconds=wait) for feed, wait in waiting.items()})
    return _Claimed(polled, len(waiting))


async def _release(app: App, stop: asyncio.Event) -> None:
    patience, rounds = (
        _Patience("queue or database"),
        _Round(app, ClockWatch(app), Reconciler(app), Pressure(app), Retention(app), IndexUpkeep(app)),
    )
    while not stop.is_set():
        await patience.attempt(rounds.go)
        await _pause(stop, patience.seconds)


@dataclass(frozen=True, slots=True)
class _Round:
    """What is done again and again, in this order; each part remembers what it saw the last time."""

    app: App
    clock: ClockWatch
    reconciler: Reconciler
    pressure: Pressure
    retention: Retention
    index: IndexUpkeep

    def go(self) -> None:
        """Once around. Raises `QueueUnreachable` and `StoreUnreachable`, also where there was nothing to do for them."""
        self.app.queue.check()
        self.clock.look()
        fold_again(self.app, self.reconciler.look())
        reclaim_lost(self.app)
        if not self.pressure.is_high():
            release_due(self.app)
        self.retention.look()
        self.index.look()
        self.clock.went_well()


class _Patience:
    """Waits for what is away: says so once, tries ever more rarely, and says when it is back."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.seconds = _TICK

    async def attempt(self, action: Callable[[], _T]) -> _T | None:
        """Run `action` in a thread; None if the queue or the database can't be reached."""
        try:
            result = await asyncio.to_thread(action)
        except (QueueUnreachable, StoreUnreachable) as error:
            if self.seconds == _TICK:
                reason = str(error).splitlines()[0]
                log.logger().error(self._what, outcome="unreachable", message=f"{reason}; trying again until it is back")
            self.seconds = min(10.0, self.seconds * 2)
            return None
        if self.seconds > _TICK:
            log.logger().info(self._what, outcome="back")
            self.seconds = _TICK
        return result


def _ended_by_an_outage(task: asyncio.Task[None]) -> bool:
    """That is told once, by the next look for what is due."""
    return not task.cancelled() and isinstance(task.exception(), StoreUnreachable)


def _tell_crash(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.logger().error("poll", outcome="crashed", exc_info=error)


async def _pause(until: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(until.wait(), seconds)
    except TimeoutError:
        return
