"""What a work-horse may take, and what becomes of a page that kills its own again and again."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.fetcher.release import reclaim_lost, release_due
from shared import queue as queue_module
from shared.bootstrap import App, now, opened
from shared.config import Settings
from shared.limits import Limits
from shared.model import LinkState
from shared.queue import EXTRACT, JobQueue, claims_from
from shared.store.links import Claim, NewLink
from shared.store.store import Store

LIMITS = Limits(memory_bytes=300_000_000, cpu_seconds=1)
POISON = "https://poison.example/1"


def compute_for_ever(argument: object) -> None:
    while True:
        pass


def wait_for_ever(argument: object) -> None:
    signal.pause()


def take_all_memory(argument: object) -> None:
    held = [bytearray(50_000_000) for _ in range(100)]
    raise AssertionError(f"{len(held)} blocks fitted")


def die_of_the_poison_page(argument: Sequence[Sequence[int]]) -> None:
    """A job function that ends every link but one, whose page takes the process down."""
    with opened(os.environ) as app:
        links = app.store.links.take(claims_from(argument), LinkState.RELEASED, now(), lease=app.settings.lease)
        if any(link.url == POISON for link in links):
            os.kill(os.getpid(), signal.SIGKILL)
        for link in links:
            app.store.links.finish(Claim(link.id, link.release), "rejected:too-short", now(), step="extract")


def use(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    monkeypatch.setitem(queue_module._FUNCTIONS, EXTRACT, f"{__name__}.{function}")


@pytest.mark.parametrize("function", ["compute_for_ever", "take_all_memory"])
def test_a_job_that_takes_too_much_ends_and_the_worker_goes_on(
    queue: JobQueue, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    died: list[Sequence[Claim]] = []
    use(monkeypatch, function)
    for number in range(2):
        queue.enqueue(EXTRACT, [Claim(number, 1)])
    worker = queue.worker(EXTRACT, LIMITS)
    worker.on_death = died.append
    worker.work(burst=True, logging_level="CRITICAL")
    assert queue.waiting(EXTRACT) == 0
    assert len(died) == (2 if function == "compute_for_ever" else 0)  # without memory it raises, and is a failed job


def test_a_job_that_waits_too_long_ends_and_the_worker_goes_on(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "wait_for_ever")
    monkeypatch.setattr(queue_module, "_JOB_TIMEOUT", 1)  # second of wall time, in the place of 15 minutes
    for number in range(2):
        queue.enqueue(EXTRACT, [Claim(number, 1)])
    queue.worker(EXTRACT, LIMITS).work(burst=True, logging_level="CRITICAL")
    assert queue.waiting(EXTRACT) == 0
    assert queue.held(EXTRACT).begun == frozenset()


def test_a_poison_page_takes_others_along_once_and_ends_after_three_deaths(
    settings: Settings, store: Store, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(replace(settings, host_spacing=0), store, queue)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    use(monkeypatch, "die_of_the_poison_page")
    urls = [POISON, *(f"https://h{number}.example/1" for number in range(5))]
    store.links.submit([NewLink(url, url.split("/")[2]) for url in urls], now())
    for _ in range(3):
        release_due(app)
        worker = queue.worker(EXTRACT, LIMITS)
        worker.on_death = lambda claims: store.links.worker_died(now(), lease=settings.lease, claims=claims)
        store.close()  # a process forked beside an open connection would spoil SQLite's locks
        worker.work(burst=True, logging_level="CRITICAL")
        reclaim_lost(app)
    told = [store.trails.of(url) for url in urls]
    assert [found.outcome for found in told if found] == ["dead:lost-worker", *["rejected:too-short"] * 5]
    assert [found.deaths for found in told if found][1:] <= [1] * 5
    assert sum(step.outcome == "released" for found in told[:1] if found for step in found.steps) == 3
