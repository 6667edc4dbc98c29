"""The queue: the only module that imports RQ.

Jobs carry claims (link and release numbers) as JSON, never pages and never pickles: whoever could write to Redis would
otherwise run code here. One queue a worker: a worker on two queues that dies after taking a job loses it (RQ 2.12).
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any, Final, NamedTuple

import redis
import redis.exceptions
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from shared import log
from shared.failures import Mistake
from shared.limits import Limits, limit
from shared.patience import first_line
from shared.store.links import Claim
from shared.store.store import StoreUnreachable

EXTRACT: Final = "extract"
DEDUP: Final = "dedup"
_FUNCTIONS: Final = {EXTRACT: "workers.extract.run", DEDUP: "workers.dedup.run"}

_JOB_TIMEOUT = 900  # seconds of wall time; every step inside has a shorter deadline of its own
_RESULT_TTL = 60  # seconds; 0 costs more Redis commands than 60 (measured)
_FAILURE_TTL = 300  # seconds; the store knows what failed, so failed jobs needn't stay in Redis

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)

QueueUnreachable = redis.exceptions.RedisError
"""Whatever keeps the queue's server from doing its part: away, starting, out of memory, read-only."""


class Held(NamedTuple):
    """The claims that a queue knows of: those that wait, and those of jobs that were begun."""

    waiting: frozenset[Claim]
    begun: frozenset[Claim]


class JobQueue:
    """The two queues on one Redis. Nothing connects before the first call."""

    def __init__(self, url: str) -> None:
        try:
            self.connection: redis.Redis = redis.Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
        except ValueError as error:
            raise Mistake("REDIS_URL is no URL of a queue; write redis://host:6379/0 or unix:///path/to/socket.") from error

    def enqueue(self, name: str, claims: Sequence[Claim]) -> None:
        """Put one job on a queue. Raises `QueueUnreachable`."""
        self._queue(name).enqueue_call(
            _FUNCTIONS[name],
            args=([list(claim) for claim in claims],),
            timeout=_JOB_TIMEOUT,
            result_ttl=_RESULT_TTL,
            failure_ttl=_FAILURE_TTL,
            description=f"{name} {len(claims)} links",
        )

    def waiting(self, name: str) -> int:
        """How many jobs wait in a queue. Raises `QueueUnreachable`."""
        return self._queue(name).count

    def held(self, name: str) -> Held:
        """Which claims a queue holds, in one moment; jobs whose worker has gone silent don't count. Raises `QueueUnreachable`."""
        queue = self._queue(name)
        with self.connection.pipeline(transaction=True) as moment:
            moment.lrange(queue.key, 0, -1)
            moment.zrange(queue.started_job_registry.key, time.time(), "+inf", byscore=True)
            waiting, begun = moment.execute()
        return Held(self._claims_of(waiting), self._claims_of(begun))

    def ping(self) -> None:
        """Raises `QueueUnreachable` when nobody answers."""
        self.connection.ping()

    def check(self) -> None:
        """Raises `QueueUnreachable` when nobody answers or nothing can be written, as when its memory or disk is full."""
        self.connection.set("storyfold:checked", 1, ex=60)

    def worker(self, name: str, limits: Limits | None = None) -> _PromptWorker:
        """A worker for one queue, its work-horses held to `limits`; call its `work()`."""
        worker = _PromptWorker(
            [self._queue(name)],
            connection=self.connection,
            serializer=JSONSerializer,
            worker_ttl=_PromptWorker.HEARTBEAT + 5,
            job_monitoring_interval=5,
            maintenance_interval=5,
        )
        worker.limits = limits
        return worker

    def close(self) -> None:
        """Give the connections back."""
        self.connection.close()

    def _claims_of(self, members: Iterable[bytes]) -> frozenset[Claim]:
        """A registry's members are `job:execution`, a queue's are jobs."""
        ids = [member.decode().partition(":")[0] for member in members]
        jobs = Job.fetch_many(ids, connection=self.connection, serializer=JSONSerializer)
        return frozenset(claim for job in jobs if job is not None for claim in claims_from(job.args[0]))

    def _queue(self, name: str) -> _Queue:
        return _Queue(name, connection=self.connection, serializer=JSONSerializer)


def claims_from(argument: Sequence[Sequence[int]]) -> list[Claim]:
    """Read a job's argument."""
    return [Claim(int(link), int(release)) for link, release in argument]


def work(queue: JobQueue, name: str, on_death: Callable[[Sequence[Claim]], None], limits: Limits) -> bool:
    """Work off one queue until told to stop; False where the queue went away, which RQ's worker answers by quitting.

    `on_death` gets the claims of a job whose process was killed.
    """
    _quieten_redis_errors()
    try:
        worker = queue.worker(name, limits)  # it asks the server who it is
    except QueueUnreachable:
        return False
    worker.on_death = on_death
    with _nothing_left_behind(worker), contextlib.suppress(QueueUnreachable, StopRequested):
        worker.work(logging_level="WARNING")
    return worker.asked_to_stop


@contextlib.contextmanager
def _nothing_left_behind(worker: Worker) -> Iterator[None]:
    """A worker that quits leaves signal handlers, which write to a queue that may be away, and a thread that listens to it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        with contextlib.suppress(QueueUnreachable):
            worker.unsubscribe()  # type: ignore[no-untyped-call]


class _Queue(Queue):
    """RQ's queue, whose upkeep stops for seconds when a worker is killed amid it. RQ's own lock would stop it for 15 minutes."""

    UPKEEP = 30  # seconds; it takes milliseconds

    def acquire_maintenance_lock(self) -> bool:
        """Whether this worker may bring back what dead workers have left in the queue."""
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=self.UPKEEP))


class _PromptWorker(Worker):
    """RQ's forking worker, quick to notice a death: by default a lost job waits up to 690 s, with these values 18 (measured)."""

    HEARTBEAT = 15
    log_result_lifespan = False
    log_job_description = False
    max_connection_wait_time = 5.0
    asked_to_stop = False
    on_death: Callable[[Sequence[Claim]], None] | None = None
    limits: Limits | None = None

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Seconds after which a silent worker counts as dead."""
        del job
        return self.HEARTBEAT

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The first SIGTERM: pass it on to the work-horse, which finishes or hands back its batch; then stop."""
        self.asked_to_stop = True
        if self.horse_pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def setup_work_horse_signals(self) -> None:
        """A work-horse whose parent is killed is asked to stop, too: nobody would watch over it any more."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != self.pid:
            os._exit(1)
        if self.limits is not None:
            limit(self.limits)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: object) -> None:
        """Tell that a process died, and whoever brings its work back; else its links' leases do."""
        del retpid, rusage
        log.logger().error("job", outcome="killed", queue=job.origin, message=f"its process ended with status {ret_val}")
        if self.on_death is not None:
            with contextlib.suppress(StoreUnreachable):
                self.on_death(claims_from(job.args[0]))

    def handle_exception(self, job: Job, *exc_info: Any) -> None:  # noqa: ANN401 - RQ's signature
        """A job that raises is a fault of ours, or the database's: the links' leases bring the work back."""
        if isinstance(exc_info[1], StoreUnreachable):
            log.logger().error("database", outcome="unreachable", queue=job.origin, message=first_line(exc_info[1]))
            return
        log.logger().error("job", outcome="crashed", queue=job.origin, exc_info=exc_info)


def _quieten_redis_errors() -> None:
    """RQ tells of a server that is away with a traceback in every process, every few seconds; `work`'s caller says it once."""
    logger = logging.getLogger("rq.worker")
    if _is_news not in logger.filters:
        logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, QueueUnreachable) and "Redis" not in str(record.msg) and "Work-horse" not in str(record.args)
