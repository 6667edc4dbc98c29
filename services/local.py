"""`storyfold run`: every process on one machine, from the queue's server to the API, until Ctrl-C or until nothing is left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.embedded_queue import EmbeddedQueue
from services.processes import Child
from shared import log
from shared.bootstrap import App, build, now
from shared.config import Settings
from shared.failures import Mistake
from shared.queue import JobQueue, QueueUnreachable
from shared.store.store import StoreUnreachable

_TICK = 0.2  # seconds
_GRACE = 35.0  # seconds that a process has to finish its batch: a download's deadline and a little
_LONG_LIFE = 60.0  # seconds after which an end is news again
_START_DEADLINE = 15.0  # seconds that the queue's server has to answer
# glibc keeps memory that threads gave back in an arena for each; with two of them little lies about unused.
_FEW_ARENAS: Final = {"MALLOC_ARENA_MAX": "2"}


@dataclass
class LocalRun:
    """The processes of one run. `tell` gets every line that they print."""

    settings: Settings
    tell: Callable[[str], None]
    queue: EmbeddedQueue | None = None
    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start_queue(self) -> None:
        """Start the embedded queue server, unless REDIS_URL names one."""
        if self.settings.redis_url:
            return
        self.queue = EmbeddedQueue(self.settings.state_dir)
        _end_orphan(self.queue.url)
        self.settings = replace(self.settings, redis_url=self.queue.url)
        self._start("queue", self.queue.command())

    def start_services(self, extra_environment: dict[str, str]) -> None:
        """Start the fetcher, the workers and the API."""
        names = ["fetcher", *["extract"] * self.settings.extract_workers, "dedup", "api"]
        for name in names:
            self._start(name, [sys.executable, "-m", "services.cli", "serve", name], extra_environment)

    def watch(self, is_over: Callable[[], bool]) -> None:
        """Keep every process running until `is_over` or a signal; one that ends by itself is started again."""
        restarts = [_Restarts() for _ in self.children]
        while not self.stopping.is_set() and not is_over():
            for child, history in zip(self.children, restarts, strict=True):
                if child.ended() is not None and history.may_start():
                    log.logger().error(child.name, outcome="ended", code=child.ended(), message="starting it again")
                    child.start()
            self.stopping.wait(_TICK)

    def stop(self) -> None:
        """Ask every process to finish what it does, the queue's server last."""
        for child in self.children:
            if child.name != "queue":
                child.ask_to_stop()
        deadline = time.monotonic() + _GRACE
        for child in self.children:
            if child.name != "queue":
                child.wait(max(0.1, deadline - time.monotonic()))
        for child in self.children:
            if child.name == "queue":
                child.ask_to_stop()
                child.wait(10.0)
        if self.queue is not None:
            self.queue.clean_up()

    def _start(self, name: str, command: Sequence[str], extra: dict[str, str] | None = None) -> None:
        environment = (
            _FEW_ARENAS
            | os.environ
            | {
                "REDIS_URL": self.settings.redis_url,
                "DATABASE_URL": self.settings.database_url,
                "STORYFOLD_STATE": str(self.settings.state_dir),
                "STORYFOLD_LOG": self.settings.log,
            }
        )
        child = Child(name, command, environment | (extra or {}), self.tell)
        child.start()
        self.children.append(child)


@dataclass
class _Restarts:
    """At once after a long life, ever more rarely after short ones: what can't start needn't be told of every second."""

    pause: float = 0.0
    started: float = field(default_factory=time.monotonic)

    def may_start(self) -> bool:
        """Whether it is time; if so, it is taken as started."""
        lived = time.monotonic() - self.started
        if lived < self.pause:
            return False
        self.pause = 1.0 if lived > _LONG_LIFE else min(10.0, max(1.0, self.pause * 2))
        self.started = time.monotonic()
        return True


@contextlib.contextmanager
def running(settings: Settings, tell: Callable[[str], None]) -> Iterator[tuple[LocalRun, App]]:
    """The queue and the store, ready and locked to this run; everything is stopped at the end. Raises `Mistake`."""
    with only_one(settings):
        run = LocalRun(settings, tell)
        with _stopped_by_signals(run):
            try:
                run.start_queue()
                app = build(run.settings)
                try:
                    wait_for_queue(app, run)
                    app.store.prepare()
                    app.store.feeds.forget_polls()
                    if run.queue is not None:  # nobody else works on this queue: what was under way died with the last run
                        app.store.links.worker_died(now(), lease=settings.lease)
                    yield run, app
                finally:
                    app.close()
            finally:
                run.stop()


def wait_for_queue(app: App, run: LocalRun) -> None:
    """Until the queue answers. Raises `Mistake` when it doesn't."""
    deadline = time.monotonic() + _START_DEADLINE
    while True:
        try:
            app.queue.ping()
        except QueueUnreachable as error:
            embedded = run.queue is not None
            died = embedded and run.children[0].ended() is not None
            if died:
                log_file = run.settings.state_dir / "queue" / "server.log"
                raise Mistake(f"The embedded queue server did not start; {log_file} tells why.") from error
            if not embedded or time.monotonic() > deadline:
                raise Mistake(f"The queue can't be reached ({error}); check REDIS_URL or start it.") from error
            time.sleep(0.05)
        else:
            return


def watch_until_idle(run: LocalRun, app: App) -> None:
    """Keep everything running until nothing is left to do: no feed is due, and every link has its outcome.

    A feed that is due every few seconds would never leave a gap, so what counts is the moment of the call.
    """
    asked = now()

    def is_idle() -> bool:
        try:
            return app.store.feeds.due(asked) == 0 and app.store.links.unfinished() == 0
        except StoreUnreachable:
            return False  # its processes tell; they wait, and so does this

    run.watch(is_idle)


def _end_orphan(url: str) -> None:
    """A run that was killed may leave its queue server behind for a moment: two on one append-only file would spoil it."""
    queue = JobQueue(url)
    deadline = time.monotonic() + _START_DEADLINE
    with contextlib.suppress(QueueUnreachable):
        while time.monotonic() < deadline:
            queue.ping()
            with contextlib.suppress(QueueUnreachable):
                queue.connection.shutdown()
            time.sleep(0.05)
    queue.close()


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the state folder: two runs on one would stop each other's processes. Raises `Mistake`."""
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (settings.state_dir / "run.lock").open("w")
    except OSError as error:
        raise Mistake(f"The state folder {settings.state_dir} can't be used: {(error.strerror or '').lower()}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Mistake(f"Storyfold runs on {settings.state_dir} already; stop it, or set STORYFOLD_STATE.") from error
        yield


@contextlib.contextmanager
def _stopped_by_signals(run: LocalRun) -> Iterator[None]:
    """The first SIGINT or SIGTERM asks to stop; a second one ends every process at once (leases bring the work back)."""

    def ask(_number: int, _frame: object) -> None:
        if run.stopping.is_set():
            for child in run.children:
                child.kill()
        run.stopping.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
