"""Runs Storyfold as a person does, over a generated newsroom, while processes, queue and deliveries suffer faults."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import psycopg
import redis
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import select

from shared.model import LinkState
from shared.queue import DEDUP, EXTRACT, JobQueue, QueueUnreachable, claims_from
from shared.store.links import Claim
from shared.store.schema import links
from shared.store.store import Store
from tests.support.command import environment
from tests.support.generator import Newsroom
from tests.support.kill import Faults, kill, processes_of, wait_until

_STOP_SECONDS = 60.0
_LEASE = 45.0  # the default
_END_SECONDS = 300.0  # that a calm run gets to end, whatever happened before


@dataclass
class FaultyRun:
    """One `storyfold run` that is killed and started again; its log goes to a file."""

    folder: Path
    newsroom: Newsroom
    faults: Faults
    settings: dict[str, str] = field(default_factory=dict)
    other_feeds: list[str] = field(default_factory=list)
    """Feeds that tell of no link."""
    process: subprocess.Popen[bytes] | None = None
    resumed: list[float] = field(default_factory=list)
    """Seconds from each fault until the next link ended."""
    caught: list[tuple[datetime, str]] = field(default_factory=list)
    """Links that somebody worked on at the moment of a fault, with that moment."""

    def start(self) -> None:
        """Start it, or start it again."""
        ports = [port for port in (self.newsroom.port, self.newsroom.trap_port) if port]
        settings = {
            "FEEDS": " ".join([*self.newsroom.feed_urls(), *self.other_feeds]),
            "STORYFOLD_ALLOW_ADDRESSES": " ".join(f"127.0.0.1:{port}" for port in ports),
            "STORYFOLD_POLL_SHORTEST": "1",
            "STORYFOLD_POLL_LONGEST": "3",
            "STORYFOLD_LOG": "json",
        } | self.settings
        with (self.folder / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", "run"],
                cwd=self.folder,
                env=environment(self.folder, **settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def suffer(self, kind: str) -> None:
        """One fault; it counts where it hit something."""
        act: Callable[[], bool] = {
            "kill run": self._kill_run,
            "kill queue": lambda: self.faults.kill_one(self._pid, "queue"),
            "wipe queue": self._wipe,
            "database away": self._database_away,
            "database read-only": self._database_read_only,
            "queue full": self._queue_full,
            "disk full": lambda: self._fill_disk(self.folder / "state"),
            "database's disk full": lambda: self._fill_disk(self._database_folder),
            "roll out": self._roll_out,
            "clock set": self._set_clock,
        }.get(kind, lambda: self.faults.kill_one(self._pid, kind.removeprefix("kill ")))
        if act():
            self.faults.count(kind)

    def stop(self) -> None:
        """SIGTERM, and a kill where that takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill_run(again=False)
            raise

    @property
    def _pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def _database_folder(self) -> Path:
        return Path(self.settings["DATABASE_URL"].partition("?host=")[2])

    def _kill_run(self, *, again: bool = True) -> bool:
        """Everything at once, as when a machine loses power."""
        assert self.process is not None
        below = processes_of(self._pid)
        kill(self._pid)
        for each in below:
            kill(each.pid)
        self.process.wait(10)
        if again:
            self.start()
        return True

    def _roll_out(self) -> bool:
        """SIGTERM to every process, one after another, as a rolling restart sends it."""
        found = [each for each in processes_of(self._pid) if each.role in {"fetcher", "extract", "dedup", "api"}]
        return sum(kill(each.pid, signal.SIGTERM) for each in found) > 0

    def _database_away(self) -> bool:
        """PostgreSQL loses every connection, and nobody finds it for a few seconds."""
        folder = self._database_folder
        socket, hidden = folder / ".s.PGSQL.5432", folder / ".hidden"
        socket.rename(hidden)
        try:
            end_connections(hidden_in=folder)
            time.sleep(self.faults.away)
        finally:
            hidden.rename(socket)
        return True

    def _database_read_only(self) -> bool:
        """As an administrator sets it, or as a server that has become a standby: no connection can change a thing."""
        url = self.settings["DATABASE_URL"]
        name = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(url.replace(f"/{name}?", "/postgres?"), autocommit=True) as administrator:
            try:
                administrator.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
                administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                time.sleep(self.faults.away)
            finally:
                administrator.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'.encode())
        return True

    def _queue_full(self) -> bool:
        """The queue's server has no memory left, and refuses whatever would take more."""
        with contextlib.suppress(redis.exceptions.RedisError, FileNotFoundError):
            queue = JobQueue(queue_url(self.folder))
            queue.connection.config_set("maxmemory", 1)
            time.sleep(self.faults.away)
            queue.connection.config_set("maxmemory", 0)
            queue.close()
            return True
        return False

    def _fill_disk(self, folder: Path) -> bool:
        """Not a byte is left on the disk with this folder."""
        ballast = folder / "ballast"
        try:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(65_536))
            with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
                while True:
                    file.write(b"x" * 512)
            time.sleep(self.faults.away)
        finally:
            ballast.unlink(missing_ok=True)
        return True

    def _set_clock(self) -> bool:
        """By days, ahead or back, for every process of the run at once; see `clock_of`."""
        (self.folder / "clock").write_text(self.faults.choose(["+30h", "-30h", "+0"]))
        return True

    def _wipe(self) -> bool:
        """Every key of the queue's server is gone."""
        with contextlib.suppress(redis.exceptions.RedisError, FileNotFoundError):
            queue = JobQueue(queue_url(self.folder))
            queue.connection.flushall()
            queue.close()
            return True
        return False


def clock_of(folder: Path) -> dict[str, str]:
    """Settings that give a run a clock of its own, which the fault "clock set" sets; empty where that can't be done."""
    package = importlib.util.find_spec("libfaketime")
    if package is None or package.origin is None:
        return {}
    (folder / "clock").write_text("+0")
    return {
        "LD_PRELOAD": str(Path(package.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"),
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",  # every process sees at once that its clock was set
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def end_connections(hidden_in: Path) -> None:
    """SIGTERM to every server process that serves a client, as an administrator's shutdown does."""
    main = int((hidden_in / "data" / "postmaster.pid").read_text().split()[0])
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            title = (folder / "cmdline").read_bytes().decode(errors="replace")
            if int(stat[1]) == main and "[local]" in title:
                kill(int(folder.name), signal.SIGTERM)


def queue_url(folder: Path) -> str:
    """Where the run in this folder has its queue."""
    return (folder / "state" / "queue.url").read_text().strip()


@contextlib.contextmanager
def running(run: FaultyRun) -> Iterator[Store]:
    """The run, and its store once it has tables; everything is stopped at the end."""
    run.start()
    url = run.settings.get("DATABASE_URL") or f"sqlite:///{run.folder / 'state' / 'storyfold.db'}"
    store = Store(url)
    try:
        store.prepare()
        yield store
    finally:
        run.stop()
        store.close()


def all_ended(store: Store, newsroom: Newsroom) -> bool:
    """Every link that was published is in the store and has its outcome."""
    counts = store.links.counts()
    return sum(counts.values()) >= newsroom.published and not {"due", "released", "extracted"} & set(counts)


def suffer_until_done(run: FaultyRun, store: Store, most: int, seconds: float) -> bool:
    """Faults at random moments until all links have ended, `most` were done or time is over; then calm. Whether all ended."""
    deadline = time.monotonic() + seconds
    wait_until(lambda: _ended(store) > 0, _END_SECONDS)  # a run that can't start says so and ends, as a person wants it
    for _ in range(most if run.faults.weights else 0):
        if wait_until(lambda: all_ended(store, run.newsroom), run.faults.next_pause(), 0.2) or time.monotonic() > deadline:
            break
        before, at, moment = _ended(store), time.monotonic(), datetime.now(UTC)
        run.caught += [(moment, url) for url in under_way(store)]  # a link that ends just after this look has got on
        run.suffer(run.faults.next_kind())
        if wait_until(lambda: _ended(store) > before or all_ended(store, run.newsroom), 60, 0.05):  # noqa: B023 - called at once
            run.resumed.append(time.monotonic() - at)
    return wait_until(lambda: all_ended(store, run.newsroom), _END_SECONDS + max(0.0, deadline - time.monotonic()), 0.2)


def under_way(store: Store) -> list[str]:
    """The links that a worker has begun, by their leases: those that wait in the queue have longer ones."""
    now = datetime.now(UTC)
    begun = links.c.lease_until.between(now, now + timedelta(seconds=_LEASE))
    query = select(links.c.url).where(links.c.state.in_([LinkState.RELEASED, LinkState.EXTRACTED]), begun)
    with store.database.reading() as connection:
        return list(connection.execute(query).scalars())


def _ended(store: Store) -> int:
    counts = store.links.counts()
    return sum(number for name, number in counts.items() if name not in {"due", "released", "extracted"})


class Doubler:
    """Delivers every job a second time, also those that are under way or done: RQ keeps finished ones for a minute."""

    def __init__(self, folder: Path, *, wanted: bool) -> None:
        self._folder = folder
        self._wanted = wanted
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._seen: set[tuple[str, tuple[Claim, ...]]] = set()
        self.jobs = 0
        self.links = 0
        """Deliveries of a link, to be fetched or to be folded; a job delivers several at once."""

    def __enter__(self) -> Self:
        if self._wanted:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._wanted:
            self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(0.1):
            with contextlib.suppress(QueueUnreachable, FileNotFoundError):
                queue = JobQueue(queue_url(self._folder))
                self._double(queue)
                queue.close()

    def _double(self, queue: JobQueue) -> None:
        ids = [key.decode().split(":")[2] for key in queue.connection.scan_iter("rq:job:*", count=1000)]
        for job in Job.fetch_many(ids, connection=queue.connection, serializer=JSONSerializer):
            if job is None or job.origin not in {EXTRACT, DEDUP}:
                continue
            claims = claims_from(job.args[0])
            key = (job.origin, tuple(claims))
            if key not in self._seen:
                self._seen.add(key)
                queue.enqueue(job.origin, claims)
                self.jobs += 1
                self.links += len(claims)
