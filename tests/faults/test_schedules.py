"""A state machine tries interleavings of steps and crashes (`tests/support/schedules.py`), and is shown to find missing guards.

STORYFOLD_FAULT_SCHEDULES   schedules to try (quick: 60)
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Integer, bindparam, select, update

from shared.model import Entry, LinkState
from shared.store import articles as article_store
from shared.store import entries as entry_store
from shared.store import links as link_store
from shared.store.schema import links
from shared.store.store import Store
from tests.support.schedules import try_schedules

SCHEDULES = int(os.environ.get("STORYFOLD_FAULT_SCHEDULES", "60"))
_fast = Path("/dev/shm") if Path("/dev/shm").is_dir() else None


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """One database for all schedules, where writing costs least."""
    with tempfile.TemporaryDirectory(dir=_fast) as folder:
        opened = Store(f"sqlite:///{folder}/storyfold.db")
        opened.prepare()
        yield opened
        opened.close()


@pytest.mark.timeout(240 + SCHEDULES)  # seconds: 60 take some 15 where nothing else runs
def test_no_order_of_steps_and_crashes_breaks_the_ledger(store: Store) -> None:
    began = time.monotonic()

    def tell(tried: int) -> None:
        if tried % 500 == 0:
            print(f"{tried} crash schedules after {time.monotonic() - began:.0f} s", flush=True)

    tried = try_schedules(store, SCHEDULES, tell=tell)
    print(f"\nledger: {tried} crash schedules of up to 40 steps in {time.monotonic() - began:.0f} s: no violation")
    assert tried >= SCHEDULES * 0.9  # fewer only where the search has nothing new to try


def any_release_may_end_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded = update(links).where(links.c.id == bindparam("link"), bindparam("its_release", type_=Integer).is_not(None))
    values: dict[str, Any] = {"outcome": bindparam("ended_as"), "reason": bindparam("because"), "finished_at": bindparam("now")}
    monkeypatch.setattr(link_store, "ENDED", unguarded.values(state=LinkState.DONE, lease_until=None, **values))


def any_release_may_record_an_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_store, "_is_held", lambda _connection, _claim: True)


def what_the_queue_lost_stays_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_store, "_lost", lambda _state, _now: links.c.id < 0)


def a_change_at_a_bad_moment_is_overlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(connection: Connection, feed: int, link: int, entry: Entry, now: datetime) -> None:
        ended = connection.execute(select(links.c.id).where(links.c.id == link, links.c.state == LinkState.DONE)).first()
        if ended:
            changes(connection, feed, link, entry, now)

    changes = entry_store._change_entry
    monkeypatch.setattr(entry_store, "_change_entry", change)


SOON_FOUND = [any_release_may_end_a_link, what_the_queue_lost_stays_lost]
LATER_FOUND = [any_release_may_record_an_article, a_change_at_a_bad_moment_is_overlooked]  # after hundreds of schedules


@pytest.mark.parametrize("break_it", [*SOON_FOUND, *(LATER_FOUND if SCHEDULES >= 1_000 else [])])
@pytest.mark.timeout(900)
def test_a_store_without_one_of_its_guards_is_found_out(
    store: Store, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None]
) -> None:
    break_it(monkeypatch)
    with pytest.raises(AssertionError):
        try_schedules(store, 1_500, same_each_time=True)
