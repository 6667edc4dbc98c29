"""A work-horse whose worker was killed: what it still does counts once, and what it does too late counts for nothing."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.store.ledger import Ledger
from shared.store.store import Store
from shared.store.trail import Trace
from tests.faults.test_stopping import SLOW, a_slow_site
from tests.support.command import start_into
from tests.support.kill import Process, kill, parent_of, processes_of, wait_until
from tests.support.web import Site


@contextmanager
def a_run_that_waits_for_its_page(folder: Path, site: Site) -> Iterator[tuple[subprocess.Popen[str], Process]]:
    """A run, and its work-horse that downloads the slow page."""
    settings = {
        "FEEDS": site.url("/feed.xml"),
        "STORYFOLD_ALLOW_ADDRESSES": f"127.0.0.1:{site.port}",
        "STORYFOLD_LEASE": "5",
        "STORYFOLD_LOG": "json",
    }
    with (folder / "run.log").open("w") as log:
        process = start_into(log, folder, "run", **settings)
        try:
            assert wait_until(lambda: SLOW in site.paths(), 60)
            [horse] = [each for each in processes_of(process.pid) if each.role == "work-horse"]
            yield process, horse
        finally:
            process.terminate()
            process.wait(60)


def told(folder: Path, site: Site) -> Trace:
    """What the store tells of the slow page's link; the ledger's rules hold all the time."""
    store = Store(f"sqlite:///{folder / 'state' / 'storyfold.db'}")
    try:
        assert [finding.rule for finding in Ledger(store.database).check() if not finding.holds] == []
        found = store.trails.of(site.url(SLOW))
        assert found is not None
        return found
    finally:
        store.close()


def is_gone(process: Process) -> bool:
    return not Path(f"/proc/{process.pid}/exe").exists()


def test_an_orphan_finishes_its_page_and_nobody_does_it_again(tmp_path: Path) -> None:
    with a_slow_site() as (site, answer), a_run_that_waits_for_its_page(tmp_path, site) as (_, horse):
        kill(horse.parent)
        answer.set()
        assert wait_until(lambda: told(tmp_path, site).outcome == "new-story", 60)
        assert wait_until(lambda: is_gone(horse), 30)
        assert (told(tmp_path, site).attempts, told(tmp_path, site).deaths) == (0, 0)
        assert site.paths().count(SLOW) == 1


def test_an_orphan_that_comes_back_when_its_page_was_done_by_another_changes_nothing(tmp_path: Path) -> None:
    with a_slow_site() as (site, answer), a_run_that_waits_for_its_page(tmp_path, site) as (_, horse):
        kill(horse.parent)
        assert wait_until(lambda: parent_of(horse.pid) != horse.parent, 10)
        kill(horse.pid, signal.SIGSTOP)  # not before: the kernel lets a stopped process that loses its parent go on
        answer.set()
        assert wait_until(lambda: told(tmp_path, site).outcome == "new-story", 90)
        before = told(tmp_path, site)
        assert not is_gone(horse)
        kill(horse.pid, signal.SIGCONT)
        assert wait_until(lambda: is_gone(horse), 60)
        assert told(tmp_path, site) == before
        assert before.deaths == 1
        assert site.paths().count(SLOW) == 2
