"""The queue: the only module that imports RQ.

Jobs carry claims (link and release numbers) as JSON, never pages and never pickles: whoever could write to Redis would
otherwise run code here. One queue a worker: a worker on two queues that dies after taking a job loses it (RQ 2.12).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import redis
import redis.exceptions
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from shared import log
from shared.failures import Mistake
from shared.store.links import Claim

EXTRACT: Final = "extract"
DEDUP: Final = "dedup"
_FUNCTIONS: Final = {EXTRACT: "workers.extract.run", DEDUP: "workers.dedup.run"}

_JOB_TIMEOUT = 900  # seconds; every step inside has a shorter deadline of its own
_RESULT_TTL = 60  # seconds; 0 costs more Redis commands than 60 (measured)
_FAILURE_TTL = 300  # seconds; the store knows what failed, so failed jobs needn't stay in Redis

QueueUnreachable = redis.exceptions.ConnectionError


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

    def ping(self) -> None:
        """Raises `QueueUnreachable` when nobody answers."""
        self.connection.ping()

    def worker(self, name: str) -> Worker:
        """A worker for one queue; call its `work()`."""
        return _PromptWorker(
            [self._queue(name)],
            connection=self.connection,
            serializer=JSONSerializer,
            worker_ttl=_PromptWorker.HEARTBEAT + 5,
            job_monitoring_interval=5,
            maintenance_interval=5,
        )

    def close(self) -> None:
        """Give the connections back."""
        self.connection.close()

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self.connection, serializer=JSONSerializer)


def claims_from(argument: Sequence[Sequence[int]]) -> list[Claim]:
    """Read a job's argument."""
    return [Claim(int(link), int(release)) for link, release in argument]


class _PromptWorker(Worker):
    """RQ's forking worker, quick to notice a death: by default a lost job waits up to 690 s, with these values 18 (measured)."""

    HEARTBEAT = 15
    log_result_lifespan = False
    log_job_description = False
    max_connection_wait_time = 10.0

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Seconds after which a silent worker counts as dead."""
        del job
        return self.HEARTBEAT

    def handle_exception(self, job: Job, *exc_info: Any) -> None:  # noqa: ANN401 - RQ's signature
        """A job that raises is a fault of ours: the links' leases bring the work back, the log tells what happened."""
        log.logger().error("job", outcome="crashed", queue=job.origin, exc_info=exc_info)
