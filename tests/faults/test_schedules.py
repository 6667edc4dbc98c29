"""A state machine that tries interleavings: every step of fetcher, queue and workers in any order, with crashes between them.

The queue is a list of jobs that may be wiped or deliver twice; a worker may be gone before any of its steps. Whatever the order,
the ledger's rules hold, and once things are calm every link has its one outcome and every copy is in its story.

    STORYFOLD_FAULT_SCHEDULES   schedules to try (quick: 60)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from shared.model import Article, Entry, Link, LinkState
from shared.store.entries import FoundEntry
from shared.store.ledger import Ledger
from shared.store.links import Claim
from shared.store.store import Store
from tests.support.generator import added, prose
from workers.dedup import decide

SCHEDULES = int(os.environ.get("STORYFOLD_FAULT_SCHEDULES", "60"))
LEASE, QUEUE_LEASE, ATTEMPTS = 45.0, 600.0, 1_000
LINKS = 4  # 0 and 1 are copies of each other, so are 2 and 3
_any = st.integers(0, 10_000)
_fast = Path("/dev/shm") if Path("/dev/shm").is_dir() else None


class Pipeline(RuleBasedStateMachine):
    """The store is real; queue and workers are lists of what they hold."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=_fast))
        shutil.copy(self.template, self.folder / "storyfold.db")
        self.store = Store(f"sqlite:///{self.folder / 'storyfold.db'}")
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.store.feeds.add(["https://feed.example/"], self.now, 300)
        self.edition = dict.fromkeys(range(LINKS), 0)
        self.extract_jobs: list[list[Claim]] = []
        self.dedup_jobs: list[list[Claim]] = []
        self.downloads: list[tuple[Link, int]] = []
        self.extracting: list[Link] = []
        self.folding: list[Claim] = []
        self.told: set[int] = set()

    @rule(number=st.integers(0, LINKS - 1))
    def a_feed_tells_of_a_link_or_of_its_change(self, number: int) -> None:
        self.edition[number] += number in self.told and self.edition[number] < 3
        self._tell(number)

    @rule(most=st.integers(1, 3))
    def release(self, most: int) -> None:
        claims = self.store.links.release(self.now, limit=most, per_host=9, lease=QUEUE_LEASE)
        if claims:
            self.extract_jobs.append(claims)

    @rule()
    def die_between_release_and_queue(self) -> None:
        self.store.links.release(self.now, limit=9, per_host=9, lease=QUEUE_LEASE)

    @precondition(lambda self: self.extract_jobs)
    @rule(which=_any, again=st.booleans())
    def take_links(self, which: int, again: bool) -> None:
        claims = _one(self.extract_jobs, which, keep=again)
        self.extracting += self.store.links.take(claims, LinkState.RELEASED, self.now, lease=LEASE)

    @precondition(lambda self: self.extracting)
    @rule(which=_any, again=st.booleans())
    def download(self, which: int, again: bool) -> None:
        link = _one(self.extracting, which, keep=again)
        self.downloads.append((link, self.edition[_number(link)]))

    @precondition(lambda self: self.downloads)
    @rule(which=_any, again=st.booleans(), queued=st.booleans())
    def record_an_article(self, which: int, again: bool, queued: bool) -> None:
        link, edition = _one(self.downloads, which, keep=again)
        claim = Claim(link.id, link.release)
        stored = self.store.articles.record(claim, _article(_number(link), edition), self.now, lease=QUEUE_LEASE)
        if stored.claim is not None and queued:
            self.dedup_jobs.append([stored.claim])

    @precondition(lambda self: self.extracting)
    @rule(which=_any)
    def fail_for_now(self, which: int) -> None:
        link = _one(self.extracting, which, keep=False)
        self.store.links.retry(Claim(link.id, link.release), self.now, "timeout", self.now, step="extract")

    @precondition(lambda self: self.extracting)
    @rule()
    def hand_a_batch_back(self) -> None:
        self.store.links.give_back([Claim(link.id, link.release) for link in self.extracting], self.now)
        self.extracting.clear()

    @precondition(lambda self: self.dedup_jobs)
    @rule(which=_any, again=st.booleans())
    def take_articles(self, which: int, again: bool) -> None:
        claims = _one(self.dedup_jobs, which, keep=again)
        links = self.store.links.take(claims, LinkState.EXTRACTED, self.now, lease=LEASE)
        self.folding += [Claim(link.id, link.release) for link in links]

    @precondition(lambda self: self.folding)
    @rule(which=_any, again=st.booleans(), dies=st.booleans())
    def fold(self, which: int, again: bool, dies: bool) -> None:
        claim = _one(self.folding, which, keep=again)
        with contextlib.suppress(_Killed), self.store.stories.folding(claim, self.now) as folding:
            if folding is not None:
                decide(folding, timedelta(days=7))
            _die_if(dies)

    @rule()
    def kill_all_workers(self) -> None:
        self.downloads.clear()
        self.extracting.clear()
        self.folding.clear()

    @rule()
    def wipe_the_queue(self) -> None:
        self.extract_jobs.clear()
        self.dedup_jobs.clear()

    @rule(seconds=st.sampled_from([1, 20, 46, 700]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(hours=st.sampled_from([-30, -1, 1, 30]))
    def set_the_clock(self, hours: int) -> None:
        jump = timedelta(hours=hours)
        self.now += jump
        self.store.clock.jumped(jump, self.now, lease=LEASE)

    @rule()
    def reclaim(self) -> None:
        back = self.store.links.reclaim(self.now, max_deaths=ATTEMPTS, lease=QUEUE_LEASE)
        if back.to_fold:
            self.dedup_jobs.append(list(back.to_fold))

    @rule()
    def reconcile(self) -> None:
        held = {claim for job in [*self.extract_jobs, *self.dedup_jobs] for claim in job}
        missing = self.store.links.waiting(self.now, lease=LEASE) - held
        back = self.store.links.lost_by_queue(missing, self.now, lease=QUEUE_LEASE)
        self.store.links.still_queued(held, self.now, lease=QUEUE_LEASE)
        if back.to_fold:
            self.dedup_jobs.append(list(back.to_fold))

    @rule()
    def check_the_ledger(self) -> None:
        assert [each for each in Ledger(self.store.database).check() if not each.holds] == []

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        try:
            self._calm_down()
            self.check_the_ledger()
            assert self.store.links.unfinished() == 0
            assert {frozenset(story) for story in self.store.stories.partition()} == self._truth()
            for number in self.told:
                article = self.store.articles.by_url(_url(number))
                assert article is not None
                assert article.text == _article(number, self.edition[number]).text
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def _calm_down(self) -> None:
        """Nothing goes wrong any more."""
        for _ in range(4):
            self.now += timedelta(seconds=1000)
            self.reclaim()
            self.release(9)
            for jobs, step in ((self.extract_jobs, self.take_links), (self.dedup_jobs, self.take_articles)):
                while jobs:
                    step(0, again=False)
                while self.extracting:
                    self.download(0, again=False)
                while self.downloads:
                    self.record_an_article(0, again=False, queued=True)
            while self.folding:
                self.fold(0, again=False, dies=False)

    def _tell(self, number: int) -> None:
        entry = Entry(str(number), _url(number), f"Title {self.edition[number]}", None, None)
        self.store.feeds.record_poll(1, [FoundEntry(entry, _url(number), f"host{number}.example")], self.now)
        self.told.add(number)

    def _truth(self) -> set[frozenset[str]]:
        pairs = [{_url(number) for number in pair if number in self.told} for pair in ((0, 1), (2, 3))]
        return {frozenset(pair) for pair in pairs if pair}


class _Killed(Exception):
    """The worker died inside its transaction."""


def _die_if(dies: bool) -> None:
    if dies:
        raise _Killed


def _one(held: list[Any], which: int, *, keep: bool) -> Any:
    place = which % len(held)
    return held[place] if keep else held.pop(place)


def _url(number: int) -> str:
    return f"https://host{number}.example/article"


def _number(link: Link) -> int:
    return int(link.host.removeprefix("host").partition(".")[0])


def _article(number: int, edition: int) -> Article:
    more = [added(3, 10 * number + each) for each in range(edition)]
    text = "\n".join([*prose(3, number // 2), *more])
    return Article(_url(number), f"host{number}.example", f"Title {edition}", None, None, "en", text)


@pytest.mark.timeout(60 + SCHEDULES)
def test_no_order_of_steps_and_crashes_breaks_the_ledger(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'template.db'}")
    store.prepare()
    store.close()
    machine = type("Machine", (Pipeline,), {"template": tmp_path / "template.db"})
    chosen = settings(
        max_examples=SCHEDULES,
        stateful_step_count=40,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(machine, settings=chosen)
