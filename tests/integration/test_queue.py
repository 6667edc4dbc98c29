"""The queue on a real server: what travels, who works it off, and what is left when a job fails."""

from __future__ import annotations

import json
import zlib

import pytest
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from shared import queue as queue_module
from shared.failures import Mistake
from shared.limits import Limits
from shared.queue import DEDUP, EXTRACT, JobQueue, QueueUnreachable, claims_from, work
from shared.store.links import Claim

CLAIMS = [Claim(1, 1), Claim(2, 7)]


def jobs(queue: JobQueue, name: str) -> list[Job]:
    return Queue(name, connection=queue.connection, serializer=JSONSerializer).jobs


def note_claims(argument: list[list[int]]) -> None:
    """A job function that writes down what it got where the test finds it."""
    import os

    import redis

    redis.Redis.from_url(os.environ["TEST_QUEUE_URL"]).rpush("noted", json.dumps(argument))


def fail(argument: list[list[int]]) -> None:
    """A job function with a fault."""
    raise ZeroDivisionError(argument)


def work_off(queue: JobQueue, monkeypatch: pytest.MonkeyPatch, url: str, function: str) -> None:
    monkeypatch.setenv("TEST_QUEUE_URL", url)
    monkeypatch.setitem(queue_module._FUNCTIONS, EXTRACT, f"{__name__}.{function}")
    queue.enqueue(EXTRACT, CLAIMS)
    queue.worker(EXTRACT).work(burst=True, logging_level="ERROR")


def test_each_queue_counts_its_own_jobs(queue: JobQueue) -> None:
    queue.enqueue(EXTRACT, CLAIMS)
    queue.enqueue(EXTRACT, CLAIMS)
    queue.enqueue(DEDUP, CLAIMS)
    assert (queue.waiting(EXTRACT), queue.waiting(DEDUP)) == (2, 1)


def test_a_job_carries_numbers_as_json_and_nothing_else(queue: JobQueue) -> None:
    queue.enqueue(EXTRACT, CLAIMS)
    [job] = jobs(queue, EXTRACT)
    data = zlib.decompress(queue.connection.hget(f"rq:job:{job.id}", "data"))  # type: ignore[arg-type]
    assert json.loads(data) == ["workers.extract.run", None, [[[1, 1], [2, 7]]], {}]


def test_claims_come_out_of_the_queue_as_they_went_in(queue: JobQueue) -> None:
    queue.enqueue(DEDUP, CLAIMS)
    [job] = jobs(queue, DEDUP)
    assert claims_from(job.args[0]) == CLAIMS


def test_a_job_never_expires_while_it_waits(queue: JobQueue) -> None:
    queue.enqueue(EXTRACT, CLAIMS)
    [job] = jobs(queue, EXTRACT)
    assert job.ttl is None
    assert queue.connection.ttl(f"rq:job:{job.id}") == -1


def test_a_forked_work_horse_does_the_job(queue: JobQueue, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work_off(queue, monkeypatch, queue_url, "note_claims")
    assert queue.connection.lrange("noted", 0, -1) == [b"[[1, 1], [2, 7]]"]
    assert queue.waiting(EXTRACT) == 0


def test_a_failed_job_does_not_stay_in_the_queue_server(queue: JobQueue, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work_off(queue, monkeypatch, queue_url, "fail")
    keys = [key for key in queue.connection.keys("rq:job:*") if queue.connection.type(key) == b"hash"]
    assert all(0 < queue.connection.ttl(key) <= 300 for key in keys)
    assert queue.waiting(EXTRACT) == 0


def test_a_worker_has_one_queue_only(queue: JobQueue) -> None:
    assert [each.name for each in queue.worker(EXTRACT).queues] == [EXTRACT]


def test_a_queue_that_is_away_is_told_apart_from_other_faults() -> None:
    away = JobQueue("redis://127.0.0.1:1/0")
    with pytest.raises(QueueUnreachable):
        away.ping()


def test_a_url_of_no_queue_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="REDIS_URL is no URL of a queue"):
        JobQueue("amqp://h/0")


def test_a_worker_that_finds_no_server_says_so_instead_of_dying() -> None:
    assert not work(JobQueue("redis://127.0.0.1:1/0"), EXTRACT, print, Limits(10**9, 60))
