"""Asked to stop amid its work: what can be finished is finished, the rest is handed back, and nobody is charged for it."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.limits import Limits
from shared.queue import EXTRACT, JobQueue, work
from shared.store.ledger import Ledger
from shared.store.store import Store
from tests.e2e.test_pipeline import PARAGRAPHS, feed, page
from tests.support.command import children_of, start, storyfold
from tests.support.kill import wait_until
from tests.support.web import Asked, Reply, Site, serving

SLOW = "/news/slow"


@contextmanager
def a_slow_site() -> Iterator[tuple[Site, threading.Event]]:
    """A site whose one page isn't answered before the event is set."""
    answer = threading.Event()

    def slow(asked: Asked) -> Reply:
        answer.wait(60)
        return page(*PARAGRAPHS)

    with serving() as site:
        site.routes |= {"/feed.xml": feed(site, SLOW), SLOW: slow}
        try:
            yield site, answer
        finally:
            answer.set()


def run_until_asked(folder: Path, site: Site) -> subprocess.Popen[str]:
    """Start a run, and come back when its worker waits for the slow page."""
    process = start(
        folder, "run", STORYFOLD_LOG="json", FEEDS=site.url("/feed.xml"), STORYFOLD_ALLOW_ADDRESSES=f"127.0.0.1:{site.port}"
    )
    assert wait_until(lambda: SLOW in site.paths(), 60)
    return process


def left_behind(folder: Path, site: Site) -> tuple[dict[str, int], int, int]:
    """States of links, failed attempts and lost workers of the slow page's link, after a stop."""
    store = Store(f"sqlite:///{folder / 'state' / 'storyfold.db'}")
    try:
        told = store.trails.of(site.url(SLOW))
        assert told is not None
        assert [finding.rule for finding in Ledger(store.database).check() if not finding.holds] == []
        return store.links.counts(), told.attempts, told.deaths
    finally:
        store.close()


def goes_on(folder: Path, site: Site) -> dict[str, int]:
    """What comes of it in another run, whose page answers."""
    settings = {"FEEDS": site.url("/feed.xml"), "STORYFOLD_ALLOW_ADDRESSES": f"127.0.0.1:{site.port}"}
    assert storyfold(folder, "run", "--until-idle", **settings).returncode == 0
    store = Store(f"sqlite:///{folder / 'state' / 'storyfold.db'}")
    try:
        return store.links.counts()
    finally:
        store.close()


def test_a_stop_hands_a_slow_download_back_uncharged_within_the_grace_period(tmp_path: Path) -> None:
    with a_slow_site() as (site, answer):
        process = run_until_asked(tmp_path, site)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert time.monotonic() - asked < 35
        assert process.returncode == 0
        assert left_behind(tmp_path, site) == ({"due": 1}, 0, 0)
        answer.set()
        assert goes_on(tmp_path, site) == {"new-story": 1}


def test_a_download_that_ends_within_the_grace_period_is_not_done_again(tmp_path: Path) -> None:
    with a_slow_site() as (site, answer):
        process = run_until_asked(tmp_path, site)
        process.send_signal(signal.SIGTERM)
        answer.set()
        process.communicate(timeout=60)
        assert left_behind(tmp_path, site)[1:] == (0, 0)
        assert goes_on(tmp_path, site) == {"new-story": 1}
        assert site.paths().count(SLOW) == 1


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_stops_at_once_and_loses_nothing(tmp_path: Path, sign: signal.Signals) -> None:
    with a_slow_site() as (site, answer):
        process = run_until_asked(tmp_path, site)
        children = children_of(process)
        process.send_signal(sign)
        assert wait_until(lambda: _is_stopping(process), 10)
        asked = time.monotonic()
        process.send_signal(sign)
        process.communicate(timeout=60)
        assert time.monotonic() - asked < 8
        assert wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), 10)
        answer.set()
        assert goes_on(tmp_path, site) == {"new-story": 1}


def test_a_worker_whose_queue_takes_nothing_more_answers_signals_as_before(queue: JobQueue) -> None:
    """What RQ does at SIGTERM is written to the queue: whoever waited for it ended with a traceback instead of stopping."""
    before = signal.getsignal(signal.SIGTERM)
    full = threading.Thread(target=fill_once_there_is_a_worker, args=(queue,))
    full.start()
    try:
        assert not work(queue, EXTRACT, lambda _claims: None, Limits(memory_bytes=10**9, cpu_seconds=10))
    finally:
        full.join()
        queue.connection.config_set("maxmemory", 0)
    assert signal.getsignal(signal.SIGTERM) == before


def fill_once_there_is_a_worker(queue: JobQueue) -> None:
    assert wait_until(lambda: queue.connection.scard("rq:workers") > 0, 30)
    queue.connection.config_set("maxmemory", 1)


def _is_stopping(process: subprocess.Popen[str]) -> bool:
    """The fetcher has nothing to finish, so it is gone as soon as it was asked to stop."""
    return all(b"fetcher" not in _words(child) for child in children_of(process))


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
