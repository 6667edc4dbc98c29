"""The single faults behind the long runs, each by itself: a queue that lost its jobs, a page that changes at a bad moment."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from services.fetcher.reconcile import Reconciler
from services.fetcher.release import release_due
from shared.bootstrap import App, now
from shared.config import Settings
from shared.model import Entry, LinkState
from shared.queue import DEDUP, EXTRACT, JobQueue
from shared.store.entries import FoundEntry
from shared.store.links import Claim, NewLink
from shared.store.store import Store
from tests.e2e.test_pipeline import PARAGRAPHS, page
from tests.support.kill import wait_until
from tests.support.polling import app_that_reads_loopback, extract_due
from tests.support.web import serving

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
URL = "https://a.example/1"


@pytest.fixture
def app(settings: Settings, store: Store, queue: JobQueue) -> App:
    """An app with one link on its queue."""
    store.links.submit([NewLink(URL, "a.example")], now())
    made = App(settings, store, queue)
    release_due(made)
    return made


def look(reconciler: Reconciler) -> None:
    reconciler._next = 0.0
    reconciler.look()


def test_a_wiped_queue_gives_its_links_back_at_the_second_look_uncharged(app: App) -> None:
    reconciler = Reconciler(app)
    app.queue.connection.flushall()
    look(reconciler)
    assert app.store.links.counts() == {"released": 1}
    look(reconciler)
    assert app.store.links.counts() == {"due": 1}
    told = app.store.trails.of(URL)
    assert told is not None
    assert (told.attempts, told.steps[-1].outcome) == (0, "lost-by-queue")


def test_a_queue_that_holds_its_jobs_is_left_alone(app: App) -> None:
    reconciler = Reconciler(app)
    look(reconciler)
    look(reconciler)
    assert app.store.links.counts() == {"released": 1}


def test_links_that_a_worker_has_begun_are_not_taken_for_lost(app: App) -> None:
    app.store.links.take(sorted(app.queue.held(EXTRACT).waiting), LinkState.RELEASED, now(), lease=app.settings.lease)
    app.queue.connection.flushall()
    reconciler = Reconciler(app)
    look(reconciler)
    look(reconciler)
    assert app.store.links.counts() == {"released": 1}


def test_a_change_that_a_feed_tells_while_the_link_is_under_way_is_not_missed(store: Store) -> None:
    store.feeds.add(["https://a.example/feed"], NOW, 300)
    for title in ("First", "Second"):
        store.feeds.record_poll(1, [FoundEntry(Entry("1", URL, title, None, None), URL, "a.example")], NOW)
        if title == "First":
            [claim] = store.links.release(NOW, limit=1, per_host=1, lease=60)
    assert store.links.counts() == {"due": 1}
    assert not store.links.finish(claim, "dead:not-found", NOW, step="extract")


def test_a_worker_that_died_ends_the_leases_of_what_it_had_begun_and_of_nothing_else(store: Store) -> None:
    store.links.submit([NewLink(f"{URL}{number}", "a.example") for number in range(3)], NOW)
    begun, other, waiting = (Claim(*each) for each in store.links.release(NOW, limit=3, per_host=3, lease=600))
    store.links.take([begun, other], LinkState.RELEASED, NOW, lease=45)
    store.links.worker_died(NOW, lease=45, claims=[begun, waiting])
    later = NOW.replace(second=1)
    assert store.links.reclaim(later, max_deaths=5, lease=60).due_again == 1
    assert store.links.lost_before([begun]) == {begun}


def begin_the_job(app: App, silent: float) -> str:
    """As a worker does, whose last sign of life came `silent` seconds before it is due again."""
    [job] = Queue(EXTRACT, connection=app.queue.connection, serializer=JSONSerializer).jobs
    app.queue.connection.lrem(f"rq:queue:{EXTRACT}", 0, job.id)
    app.queue.connection.zadd(f"rq:wip:{EXTRACT}", {f"{job.id}:1": time.time() - silent})
    return str(job.id)


def test_a_job_whose_worker_gives_signs_of_life_is_left_alone(app: App) -> None:
    begin_the_job(app, silent=-15)
    reconciler = Reconciler(app)
    look(reconciler)
    look(reconciler)
    assert app.store.links.counts() == {"released": 1}


def test_a_dead_worker_s_job_is_brought_back_though_nobody_cleans_up_the_queue(app: App) -> None:
    begin_the_job(app, silent=1)
    reconciler = Reconciler(app)
    look(reconciler)
    look(reconciler)
    assert app.store.links.counts() == {"due": 1}


def test_a_worker_that_is_killed_amid_the_queue_s_upkeep_holds_it_up_for_seconds(queue: JobQueue) -> None:
    [upkept] = queue.worker(EXTRACT).queues
    assert upkept.acquire_maintenance_lock()
    assert not upkept.acquire_maintenance_lock()
    assert 0 < queue.connection.ttl(upkept.registry_cleaning_key) <= 30


def test_what_was_extracted_while_the_queue_was_full_is_folded_once_it_takes_jobs(settings: Settings, queue: JobQueue) -> None:
    """Nobody waits until a lease runs out, or until a worker counts as silent."""
    app = app_that_reads_loopback(settings)
    with serving({"/news": page(*PARAGRAPHS)}) as site:
        app.store.links.submit([NewLink(site.url("/news"), "127.0.0.1")], now())
        queue.connection.config_resetstat()
        queue.connection.config_set("maxmemory", 1)
        room = threading.Thread(target=make_room_once_a_job_was_refused, args=(queue,))
        room.start()
        claims = extract_due(app)
        room.join()
    app.close()
    assert [each.link for each in queue.held(DEDUP).waiting] == [each.link for each in claims]


def make_room_once_a_job_was_refused(queue: JobQueue) -> None:
    try:
        assert wait_until(lambda: "errorstat_OOM" in queue.connection.info("errorstats"), 30)
    finally:
        queue.connection.config_set("maxmemory", 0)
