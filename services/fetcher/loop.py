"""The fetcher's loop: poll what is due, release what is due, bring back what was lost, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.fetcher.clock import ClockWatch
from services.fetcher.poll import Poller
from services.fetcher.pressure import Pressure
from services.fetcher.reading import PARSE_MEMORY, PARSE_SECONDS
from services.fetcher.reconcile import Reconciler
from services.fetcher.release import fold_again, reclaim_lost, release_due
from services.fetcher.retention import Retention
from shared import log
from shared.bootstrap import App, now
from shared.bounded import BoundedProcess
from shared.queue import QueueUnreachable
from shared.store.store import StoreUnreachable

_TICK = 0.25  # seconds between two looks at what is due
_POLLS_AT_ONCE = 8
_T = TypeVar("_T")


async def fetch_forever(app: App) -> None:
    """Run until SIGTERM or SIGINT; polls under way are finished first."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with BoundedProcess(seconds=PARSE_SECONDS, memory_bytes=PARSE_MEMORY) as parser:
        async with app.fetcher() as fetcher:
            poller = Poller(app, fetcher, parser)
            app.store.feeds.forget_polls()  # those of a fetcher that died; a poll done twice changes nothing
            log.logger().info("fetcher", outcome="started", feeds=len(app.store.feeds.all()))
            await asyncio.gather(_poll_due(poller, stop), _release(app, stop))
    log.logger().info("fetcher", outcome="stopped")


async def _poll_due(poller: Poller, stop: asyncio.Event) -> None:
    running: set[asyncio.Task[None]] = set()
    patience = _Patience("database")
    while not stop.is_set():
        free = _POLLS_AT_ONCE - len(running)
        if free and (feeds := await patience.attempt(lambda: poller.app.store.feeds.claim_due(now(), free))):  # noqa: B023 - awaited at once
            running |= {asyncio.create_task(poller.poll(feed)) for feed in feeds}
        done = {task for task in running if task.done()}
        running -= done
        for task in done:
            _tell_crash(task)
        await _pause(stop, patience.seconds)
    if running:
        await asyncio.wait(running, timeout=30)


async def _release(app: App, stop: asyncio.Event) -> None:
    patience, rounds = (
        _Patience("queue or database"),
        _Round(app, ClockWatch(app), Reconciler(app), Pressure(app), Retention(app)),
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

    def go(self) -> None:
        """Once around. Raises `QueueUnreachable` and `StoreUnreachable`, also where there was nothing to do for them."""
        self.app.queue.check()
        self.clock.look()
        fold_again(self.app, self.reconciler.look())
        reclaim_lost(self.app)
        if not self.pressure.is_high():
            release_due(self.app)
        self.retention.look()
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


def _tell_crash(task: asyncio.Task[None]) -> None:
    error = task.exception()
    if error is not None and not isinstance(error, StoreUnreachable):  # that is told once, by the next look for what is due
        log.logger().error("poll", outcome="crashed", exc_info=error)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
