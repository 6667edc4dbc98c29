"""The link's state machine, on both databases, each step done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.model import LinkState
from shared.store.links import Claim, NewLink
from shared.store.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def submit(store: Store, *urls: str) -> None:
    store.links.submit([NewLink(url, url.split("/")[2]) for url in urls], NOW)


def release(store: Store, now: datetime = NOW, limit: int = 100, per_host: int = 2) -> list[Claim]:
    return store.links.release(now, limit=limit, per_host=per_host, lease=60)


def test_a_link_submitted_twice_is_one_link(store: Store) -> None:
    submit(store, "https://a.example/1")
    submit(store, "https://a.example/1")
    assert store.links.counts() == {"due": 1}


def test_a_due_link_is_released_once(store: Store) -> None:
    submit(store, "https://a.example/1")
    assert len(release(store)) == 1
    assert release(store) == []


def test_a_host_has_no_more_links_out_than_its_slots(store: Store) -> None:
    submit(store, *(f"https://a.example/{number}" for number in range(5)), "https://b.example/1")
    claims = release(store, per_host=2)
    links = store.links.take(claims, LinkState.RELEASED, NOW, lease=60)
    assert sorted(link.host for link in links) == ["a.example", "a.example", "b.example"]


def test_hosts_take_turns_so_that_a_large_site_does_not_hold_up_a_small_one(store: Store) -> None:
    submit(store, *(f"https://large.example/{number}" for number in range(50)), "https://small.example/1")
    claims = release(store, limit=2, per_host=10)
    hosts = {link.host for link in store.links.take(claims, LinkState.RELEASED, NOW, lease=60)}
    assert hosts == {"large.example", "small.example"}


def test_a_finished_link_keeps_its_first_outcome(store: Store) -> None:
    submit(store, "https://a.example/1")
    [claim] = release(store)
    assert store.links.finish(claim, "dead:not-found", NOW, step="extract")
    assert not store.links.finish(claim, "rejected:too-short", NOW, step="extract")
    assert store.links.counts() == {"dead:not-found": 1}


def test_a_result_of_an_older_release_changes_nothing(store: Store) -> None:
    submit(store, "https://a.example/1")
    [lost] = release(store)
    store.links.reclaim(NOW + timedelta(seconds=61), max_deaths=5, lease=60)
    [current] = release(store, NOW + timedelta(seconds=62))
    assert current.release == lost.release + 1
    assert not store.links.finish(lost, "dead:not-found", LATER, step="extract")
    assert not store.links.retry(lost, LATER, "timeout", LATER, step="extract")
    assert store.links.finish(current, "dead:gone", LATER, step="extract")


def test_a_retried_link_is_due_at_its_time_with_an_attempt_charged(store: Store) -> None:
    submit(store, "https://a.example/1")
    [claim] = release(store)
    assert store.links.retry(claim, NOW + timedelta(seconds=30), "timeout", NOW, step="extract")
    assert release(store, NOW + timedelta(seconds=29)) == []
    [again] = release(store, NOW + timedelta(seconds=31))
    [link] = store.links.take([again], LinkState.RELEASED, NOW, lease=60)
    assert link.attempts == 1


def test_a_retry_told_twice_is_charged_once(store: Store) -> None:
    submit(store, "https://a.example/1")
    [claim] = release(store)
    store.links.retry(claim, NOW, "timeout", NOW, step="extract")
    store.links.retry(claim, NOW, "timeout", NOW, step="extract")
    [again] = release(store)
    [link] = store.links.take([again], LinkState.RELEASED, NOW, lease=60)
    assert link.attempts == 1


def test_a_lease_that_is_renewed_does_not_run_out(store: Store) -> None:
    submit(store, "https://a.example/1")
    [claim] = release(store)
    store.links.take([claim], LinkState.RELEASED, NOW + timedelta(seconds=50), lease=60)
    reclaimed = store.links.reclaim(NOW + timedelta(seconds=70), max_deaths=5, lease=60)
    assert reclaimed.due_again == 0


def test_a_link_whose_workers_keep_dying_is_given_up_with_its_reason(store: Store) -> None:
    submit(store, "https://a.example/1")
    moment = NOW
    for _ in range(3):
        release(store, moment)
        moment += timedelta(seconds=61)
        reclaimed = store.links.reclaim(moment, max_deaths=3, lease=60)
    assert reclaimed.given_up == 1
    assert store.links.counts() == {"dead:lost-worker": 1}


def test_a_release_that_never_reached_the_queue_is_given_back_uncharged(store: Store) -> None:
    submit(store, "https://a.example/1")
    claims = release(store)
    store.links.give_back(claims, NOW)
    store.links.give_back(claims, NOW)
    [again] = release(store)
    [link] = store.links.take([again], LinkState.RELEASED, NOW, lease=60)
    assert link.attempts == 0


def test_a_finished_link_that_is_submitted_again_is_due_again(store: Store) -> None:
    submit(store, "https://a.example/1")
    [claim] = release(store)
    store.links.finish(claim, "dead:not-found", NOW, step="extract")
    submit(store, "https://a.example/1")
    assert store.links.counts() == {"due": 1}


def test_outcomes_are_told_link_by_link(store: Store) -> None:
    submit(store, "https://a.example/1", "https://a.example/2")
    claims = release(store)
    store.links.finish(claims[0], "dead:not-found", NOW, step="extract")
    assert sorted(outcome or "" for _url, outcome in store.links.outcomes()) == ["", "dead:not-found"]
    assert store.links.unfinished() == 1
