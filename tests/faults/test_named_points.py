"""SIGKILL at named points, where what was done and what was told of it could differ: a process of its own dies at each.

What comes after is what the next start, the fetcher and other workers do; then both copies are in one story, told of once.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from typing import Any

import pytest
from rq import Queue

from services.fetcher.reconcile import Reconciler
from services.fetcher.release import fold_again, reclaim_lost, release_due
from shared.bootstrap import App, now
from shared.config import Settings
from shared.queue import DEDUP, EXTRACT, JobQueue
from shared.store.articles import ArticleStore
from shared.store.folding import Folding
from shared.store.ledger import Ledger
from shared.store.links import Claim, NewLink
from tests.e2e.test_pipeline import PARAGRAPHS, page
from tests.support.polling import app_that_reads_loopback
from tests.support.web import Site, serving
from workers.dedup import fold_batch
from workers.extract import extract_batch


@pytest.fixture
def app(settings: Settings, queue: JobQueue) -> Iterator[App]:
    opened = app_of(settings)
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/original": page(*PARAGRAPHS), "/copy": page(*PARAGRAPHS)}) as opened:
        yield opened


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Makes processes that share no connection with this one, and loads what they need once."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def app_of(settings: Settings) -> App:
    return app_that_reads_loopback(settings, host_spacing=0.0)


def killed(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def release(app: App, _claims: list[Claim]) -> None:
    release_due(app)


def extract(app: App, claims: list[Claim]) -> None:
    asyncio.run(extract_batch(app, claims))


def fold(app: App, claims: list[Claim]) -> None:
    fold_batch(app, claims)


def after(original: Callable[..., object]) -> Callable[..., None]:
    """Does what it should, and dies before anybody hears of it."""

    def then_killed(*arguments: Any, **named: Any) -> None:
        original(*arguments, **named)
        killed()

    return then_killed


POINTS = {
    "released, not queued": (release, JobQueue, "enqueue", False),
    "queued, not told": (release, JobQueue, "enqueue", True),
    "downloaded, not recorded": (extract, ArticleStore, "record", False),
    "recorded, the next not yet": (extract, ArticleStore, "record", True),
    "extracted, not queued for folding": (extract, JobQueue, "enqueue", False),
    "decided, not written": (fold, Folding, "record", False),
    "written, not committed": (fold, Folding, "record", True),
    "folded, job not ended": (fold, App, "close", False),
}


def die_at(point: str, settings: Settings, claims: list[Claim]) -> None:
    """In a process of its own: do this step up to this point."""
    step, owner, name, done = POINTS[point]
    app = app_of(settings)
    setattr(owner, name, after(getattr(owner, name)) if done else killed)
    step(app, claims)
    app.close()


def taken(app: App, name: str) -> list[Claim]:
    """What waits in a queue, and waits no longer."""
    claims = sorted(app.queue.held(name).waiting)
    app.queue.connection.delete(Queue(name, connection=app.queue.connection).key)
    return claims


def up_to(app: App, point: str) -> list[Claim]:
    """Everything before the step that dies; returns what that step takes from its queue."""
    step = POINTS[point][0]
    if step is release:
        return []
    release_due(app)
    claims = taken(app, EXTRACT)
    if step is extract:
        return claims
    extract(app, claims)
    return taken(app, DEDUP)


def goes_on(app: App) -> None:
    """The next start ends the leases of the dead, and everybody works until nothing is left."""
    app.store.links.worker_died(now(), lease=app.settings.lease)
    reconciler = Reconciler(app)
    for _ in range(6):
        reconciler._next = 0.0
        fold_again(app, reconciler.look())
        reclaim_lost(app)
        release_due(app)
        extract(app, taken(app, EXTRACT))
        fold(app, taken(app, DEDUP))


@pytest.mark.parametrize("point", POINTS)
def test_a_process_that_is_killed_at_a_named_point_loses_and_doubles_nothing(
    app: App, site: Site, settings: Settings, processes: ForkServerContext, point: str
) -> None:
    links = [
        NewLink(site.url(path, host=host), host)
        for path, host in (("/original", "paper.localhost"), ("/copy", "reprints.localhost"))
    ]
    app.store.links.submit(links, now())
    claims = up_to(app, point)
    process = processes.Process(target=die_at, args=(point, settings, claims))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    goes_on(app)
    fold(app, claims)  # and the job of the dead is delivered again
    assert app.store.links.counts() == {"new-story": 1, "joined": 1}
    assert [set(story) for story in app.store.stories.partition()] == [{link.url for link in links}]
    assert [finding.rule for finding in Ledger(app.store.database).check() if not finding.holds] == []
