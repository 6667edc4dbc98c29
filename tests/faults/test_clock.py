"""A clock that is set, or a machine that slept: nobody is charged, and nothing waits for the time to come again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from services.fetcher.clock import ClockWatch
from shared.bootstrap import App
from shared.config import Settings
from shared.model import LinkState
from shared.queue import JobQueue
from shared.store.links import Claim, NewLink
from shared.store.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "https://a.example/1"


@dataclass
class Hands:
    """The two clocks of a machine: one that people set, one that nobody can."""

    shown: datetime = NOON
    steady: float = 1_000.0

    def go_on(self, seconds: float) -> None:
        self.shown += timedelta(seconds=seconds)
        self.steady += seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def watch(settings: Settings, store: Store, queue: JobQueue, hands: Hands) -> ClockWatch:
    """A watch that has looked at the right time once."""
    made = ClockWatch(App(replace(settings, lease=45), store, queue), lambda: hands.shown, lambda: hands.steady)
    made.look()
    made.went_well()
    return made


def begun(store: Store, now: datetime) -> Claim:
    store.links.submit([NewLink(URL, "a.example")], now)
    [claim] = store.links.release(now, limit=1, per_host=2, lease=600, spacing=1)
    store.links.take([claim], LinkState.RELEASED, now, lease=45)
    return claim


def wait(watch: ClockWatch, hands: Hands, seconds: float) -> None:
    """Time goes by as it does, looked at every few seconds."""
    for _ in range(int(seconds)):
        hands.go_on(1)
        watch.look()
        watch.went_well()
    hands.go_on(seconds % 1)


def deaths(store: Store) -> int:
    told = store.trails.of(URL)
    assert told is not None
    return told.deaths


def test_a_clock_set_ahead_charges_nobody_with_a_death(store: Store, watch: ClockWatch, hands: Hands) -> None:
    begun(store, hands.shown)
    hands.shown += HOUR
    watch.look()
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 0
    wait(watch, hands, 46)
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 1
    assert deaths(store) == 1


def test_a_database_that_was_away_for_a_minute_charges_nobody_with_a_death(store: Store, watch: ClockWatch, hands: Hands) -> None:
    begun(store, hands.shown)
    for _ in range(12):  # looks after which something else went wrong
        hands.go_on(5)
        watch.look()
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 0
    wait(watch, hands, 48)
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 1


def test_after_a_clock_set_back_a_lost_link_is_due_again_as_soon_as_ever(store: Store, watch: ClockWatch, hands: Hands) -> None:
    begun(store, hands.shown)
    hands.shown -= 5 * HOUR
    watch.look()
    wait(watch, hands, 46)
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 1
    hands.go_on(2)
    assert len(store.links.release(hands.shown, limit=9, per_host=2, lease=600, spacing=1)) == 1


def test_links_hosts_and_feeds_that_waited_go_on_after_a_clock_set_back(store: Store, watch: ClockWatch, hands: Hands) -> None:
    store.feeds.add(["https://feed.example/"], hands.shown, 300)
    store.links.submit([NewLink(URL, "a.example")], hands.shown)
    store.hosts.pause("a.example", hands.shown + timedelta(seconds=30))
    hands.shown -= HOUR
    watch.look()
    assert len(store.feeds.claim_due(hands.shown, 9)) == 1
    assert store.links.release(hands.shown, limit=9, per_host=2, lease=600, spacing=1) == []
    hands.go_on(31)
    assert len(store.links.release(hands.shown, limit=9, per_host=2, lease=600, spacing=1)) == 1


def test_a_retry_waits_no_longer_for_a_clock_set_back(store: Store, watch: ClockWatch, hands: Hands) -> None:
    claim = begun(store, hands.shown)
    store.links.retry(claim, hands.shown + timedelta(minutes=4), "timeout", hands.shown, step="extract")
    hands.shown -= HOUR
    watch.look()
    for minutes, released in ((3, 0), (2, 1)):
        hands.go_on(60 * minutes)
        assert len(store.links.release(hands.shown, limit=9, per_host=2, lease=600)) == released


def test_a_clock_that_was_set_back_between_two_runs_is_noticed_at_the_start(
    store: Store, watch: ClockWatch, hands: Hands
) -> None:
    begun(store, hands.shown)
    hands.shown -= HOUR
    ClockWatch(watch.app, lambda: hands.shown, lambda: 5.0).look()
    hands.go_on(46)
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 1


def test_moments_that_others_wrote_by_the_clock_of_before_are_put_right(store: Store, watch: ClockWatch, hands: Hands) -> None:
    store.feeds.add(["https://feed.example/"], hands.shown, 300)
    begun(store, hands.shown)
    hands.shown -= 30 * HOUR
    watch.look()
    late = hands.shown + 30 * HOUR
    store.links.submit([NewLink("https://b.example/1", "b.example")], late)
    begun(store, late)
    store.links.submit([NewLink("https://b.example/2", "b.example")], late)
    store.hosts.pause("b.example", late)
    store.feeds.fail_poll(1, "timeout", "", late + HOUR, late)
    wait(watch, hands, 31)
    assert len(store.feeds.claim_due(hands.shown, 9)) == 1
    released = store.links.release(hands.shown, limit=9, per_host=2, lease=600, spacing=1)
    assert [link.url for link in store.links.take(released, LinkState.RELEASED, hands.shown, lease=45)] == ["https://b.example/2"]
    wait(watch, hands, 601)
    assert store.links.reclaim(hands.shown, max_deaths=3, lease=600).due_again == 3


def test_a_lease_given_just_after_the_look_at_the_clock_is_nothing_to_put_right(store: Store) -> None:
    store.links.submit([NewLink(URL, "a.example")], NOON)
    store.links.release(NOON + timedelta(seconds=2), limit=1, per_host=2, lease=600, spacing=1)
    assert store.clock.put_right(NOON, lease=600, wait=43_200) == 0
    assert store.clock.put_right(NOON - 30 * HOUR, lease=600, wait=43_200) == 2  # the link, and its host's next release


def test_small_corrections_are_no_news(store: Store, watch: ClockWatch, hands: Hands, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(20):
        hands.shown += timedelta(seconds=3)
        watch.look()
    hands.shown += HOUR
    watch.look()
    watch.look()
    assert capsys.readouterr().out.count("jumped") == 1
