"""Copies that race: groups of copies, worker processes that fold them at the same time, and what came out, counted."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from urllib.parse import urlsplit

from shared.model import Article, LinkState
from shared.store.links import Claim, NewLink
from shared.store.store import Store
from tests.support.folding import fold

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_PATIENCE = 600  # seconds that a worker waits for the others
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.races"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a race came to."""

    groups: int
    workers: int
    stories: int
    torn: int
    """Groups in more than one story."""
    mixed: int
    """Stories with copies of more than one group."""
    ended: dict[str, int]
    seconds: float

    @property
    def doubles(self) -> int:
        """Stories too many."""
        return self.stories - self.groups

    def line(self, what: str, database: str) -> str:
        """For a table."""
        total = self.groups * self.workers
        found = f"{self.stories} stories, {self.doubles} double, {self.torn} torn, {self.mixed} mixed"
        return f"{database:<11} {what:<34} {total} articles, {self.workers} workers: {found}; {self.seconds:.1f} s"


def race(url: str, groups: int, workers: int, *, in_step: bool) -> Outcome:
    """Fold groups of as many copies as there are worker processes, each copy of a group in another one.

    `in_step`: the workers wait for each other before each group, and take its copies in the same instant.
    """
    store = Store(url)
    claims = _extracted(store, groups, workers)
    barrier = _CONTEXT.Barrier(workers)
    shares = [[group[worker] for group in claims] for worker in range(workers)]
    processes = [_CONTEXT.Process(target=_work, args=(url, share, barrier, in_step)) for share in shares]
    began = time.monotonic()
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * workers
    try:
        return _counted(store, groups, workers, time.monotonic() - began)
    finally:
        store.close()


def _work(url: str, claims: Sequence[Claim], barrier: Barrier, in_step: bool) -> None:
    store = Store(url)
    store.links.counts()  # connected before the race begins
    barrier.wait(_PATIENCE)
    for claim in claims:
        if in_step:
            barrier.wait(_PATIENCE)
        fold(store, claim, NOW)
    store.close()


def _extracted(store: Store, groups: int, copies: int) -> list[list[Claim]]:
    """Articles that wait to be folded, by group."""
    urls = [[f"https://paper{copy}.example/{group}" for copy in range(copies)] for group in range(groups)]
    store.links.submit([NewLink(url, str(urlsplit(url).hostname)) for group in urls for url in group], NOW)
    every = groups * copies
    released = store.links.release(NOW, limit=every, per_host=every, lease=3600)
    claim_of = {
        link.url: Claim(link.id, link.release) for link in store.links.take(released, LinkState.RELEASED, NOW, lease=3600)
    }
    return [[_record(store, claim_of[url], url, text) for url, text in zip(*told, strict=True)] for told in _told(urls)]


def _told(urls: Sequence[Sequence[str]]) -> list[tuple[Sequence[str], list[str]]]:
    return [(group, _copies(number, len(group))) for number, group in enumerate(urls)]


def _record(store: Store, claim: Claim, url: str, text: str) -> Claim:
    article = Article(url, str(urlsplit(url).hostname), "A title", None, NOW, "en", text)
    following = store.articles.record(claim, article, NOW, lease=3600).claim
    assert following is not None
    return following


def _copies(group: int, copies: int) -> list[str]:
    """One text, in another edit for each paper: a line of its own at the end."""
    chance = random.Random(group)
    words = ["".join(chance.choices("abcdefghijklmnopr", k=6)) for _ in range(120)]
    sentences = [
        " ".join(words[start : start + 12]).capitalize() + f" {chance.randrange(10_000)}." for start in range(0, 120, 12)
    ]
    return ["\n".join([*sentences, f"Printed by paper number {copy}."]) for copy in range(copies)]


def _counted(store: Store, groups: int, workers: int, seconds: float) -> Outcome:
    stories = [{url.rsplit("/", 1)[1] for url in story} for story in store.stories.partition()]
    in_stories = Counter(group for story in stories for group in story)
    torn, mixed = sum(many > 1 for many in in_stories.values()), sum(len(story) > 1 for story in stories)
    return Outcome(groups, workers, len(stories), torn, mixed, store.links.counts(), seconds)
