"""Interleavings: every step of fetcher, queue and workers in any order, with crashes, clock jumps and workers back from the dead.

The queue is a list of jobs that may be wiped or deliver twice; a worker may be gone before any of its steps, or come back long
after it. Whatever the order, the ledger's rules hold, and once things are calm every link has its one outcome and every copy is
in its story.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import delete

from shared.model import Article, Entry, Link, LinkState
from shared.stages.reach import Window
from shared.store.entries import FoundEntry
from shared.store.ledger import Ledger
from shared.store.links import Claim
from shared.store.schema import metadata
from shared.store.store import Store
from tests.support.generator import added, prose
from workers.dedup import decide

LEASE, QUEUE_LEASE, ATTEMPTS = 45.0, 600.0, 1_000
LINKS = 4  # 0 and 1 are copies of each other, so are 2 and 3
_any = st.integers(0, 10_000)


class Pipeline(RuleBasedStateMachine):
    """The store is real; queue and workers are lists of what they hold, also long after it was given to somebody else."""

    store: Store

    @initialize()
    def begin(self) -> None:
        _empty(self.store)
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.store.feeds.add(["https://feed.example/"], self.now, 300)
        self.edition = dict.fromkeys(range(LINKS), 0)
        self.extract_jobs: list[list[Claim]] = []
        self.dedup_jobs: list[list[Claim]] = []
        self.downloads: list[tuple[Link, int]] = []
        self.extracting: list[Link] = []
        self.ever_taken: list[Link] = []
        self.folding: list[Claim] = []
        self.told: set[int] = set()
        self.gone: set[int] = set()
        for number in (0, 2):
            self._tell(number)

    @rule(number=st.integers(0, LINKS - 1))
    def a_feed_tells_of_a_link_or_of_its_change(self, number: int) -> None:
        self.edition[number] += number in self.told and self.edition[number] < 9
        self.gone.discard(number)
        self._tell(number)

    @rule()
    def others_do_all_the_work(self) -> None:
        """Whatever the workers before them still hold, they hold in vain from now on."""
        held = self.extract_jobs, self.dedup_jobs, self.downloads, self.extracting, self.folding
        self.extract_jobs, self.dedup_jobs, self.downloads, self.extracting, self.folding = [], [], [], [], []
        self._calm_down()
        self.extract_jobs, self.dedup_jobs, self.downloads, self.extracting, self.folding = held

    @rule(most=st.integers(1, 3))
    def release(self, most: int) -> None:
        claims = self.store.links.release(self.now, limit=most, per_host=9, lease=QUEUE_LEASE)
        if claims:
            self.extract_jobs.append(claims)

    @precondition(lambda self: self.extract_jobs)
    @rule(which=_any, again=st.booleans())
    def take_links(self, which: int, again: bool) -> None:
        claims = _one(self.extract_jobs, which, keep=again)
        taken = self.store.links.take(claims, LinkState.RELEASED, self.now, lease=LEASE)
        self.extracting += taken
        self.ever_taken += taken

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

    @precondition(lambda self: self.ever_taken)
    @rule(which=_any, for_good=st.booleans())
    def fail(self, which: int, for_good: bool) -> None:
        """Also of a worker that was thought dead, and comes back to tell of it."""
        link = _one(self.ever_taken, which, keep=True)
        claim = Claim(link.id, link.release)
        if not for_good:
            self.store.links.retry(claim, self.now, "timeout", self.now, step="extract")
        elif self.store.links.finish(claim, "dead:not-found", self.now, step="extract"):
            self.gone.add(_number(link))

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
                decide(folding, Window())
            _die_if(dies)

    @rule(what=st.sampled_from(["workers die", "queue is wiped", "release dies", "batch is handed back"]))
    def suffer(self, what: str) -> None:
        if what == "workers die":
            self.downloads.clear()
            self.extracting.clear()
            self.folding.clear()
        elif what == "queue is wiped":
            self.extract_jobs.clear()
            self.dedup_jobs.clear()
        elif what == "release dies":  # between the database and the queue
            self.store.links.release(self.now, limit=9, per_host=9, lease=QUEUE_LEASE)
        else:
            self.store.links.give_back([Claim(link.id, link.release) for link in self.extracting], self.now)
            self.extracting.clear()

    @rule(seconds=st.sampled_from([1, 20, 46, 700]), jump=st.sampled_from([0, 0, 0, -108_000, -3_600, 3_600, 108_000]))
    def let_time_pass(self, seconds: int, jump: int) -> None:
        """Now and then somebody sets the clock."""
        self.now += timedelta(seconds=seconds + jump)
        if jump:
            self.store.clock.jumped(timedelta(seconds=jump), self.now, lease=LEASE)

    @rule(reconciled=st.booleans())
    def bring_back_what_was_lost(self, reconciled: bool) -> None:
        if reconciled:
            self._reconcile()
        back = self.store.links.reclaim(self.now, max_deaths=ATTEMPTS, lease=QUEUE_LEASE)
        if back.to_fold:
            self.dedup_jobs.append(list(back.to_fold))

    @rule()
    def check_the_ledger(self) -> None:
        assert [each for each in Ledger(self.store.database).check() if not each.holds] == []

    def teardown(self) -> None:
        if not hasattr(self, "now"):
            return
        for number in sorted(self.gone):  # they come back, with a change
            self.a_feed_tells_of_a_link_or_of_its_change(number)
        self._calm_down()
        self.check_the_ledger()
        assert self.store.links.unfinished() == 0
        assert {frozenset(story) for story in self.store.stories.partition()} == self._truth()
        for number in self.told:
            article = self.store.articles.by_url(_url(number))
            assert article is not None
            assert article.text == _article(number, self.edition[number]).text

    def _reconcile(self) -> None:
        held = {claim for job in [*self.extract_jobs, *self.dedup_jobs] for claim in job}
        missing = self.store.links.waiting(self.now, lease=LEASE) - held
        back = self.store.links.lost_by_queue(missing, self.now, lease=QUEUE_LEASE)
        self.store.links.still_queued(held, self.now, lease=QUEUE_LEASE)
        if back.to_fold:
            self.dedup_jobs.append(list(back.to_fold))

    def _calm_down(self) -> None:
        """Nothing goes wrong any more."""
        for _ in range(4):
            if not self.store.links.unfinished():
                break
            self.now += timedelta(seconds=1000)
            self.bring_back_what_was_lost(reconciled=False)
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


def _empty(store: Store) -> None:
    """As new. A new database would have every statement put together anew, which takes longer than all steps."""
    store.links._turn = ""
    with store.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))


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


def try_schedules(
    store: Store, most: int, *, same_each_time: bool = False, tell: Callable[[int], None] = lambda _tried: None
) -> int:
    """Run up to `most` schedules; returns how many ran, and raises what the first that broke a rule raised.

    `tell` hears how many were begun, each time.
    """
    tried = Counter[str]()

    class Counted(Pipeline):
        @initialize()
        def begin(self) -> None:
            tried["schedules"] += 1
            tell(tried["schedules"])
            super().begin()

    Counted.store = store
    chosen = settings(
        max_examples=most,
        derandomize=same_each_time,
        phases=[Phase.generate] if same_each_time else list(Phase),
        stateful_step_count=40,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    run_state_machine_as_test(Counted, settings=chosen)
    return tried["schedules"]
