"""Feeds and entries, on both databases, each step done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.model import Entry
from shared.stages.redirects import Move
from shared.store.entries import FoundEntry, Recorded
from shared.store.poll_results import PollResult
from shared.store.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FEED = "https://a.example/feed.xml"
ENTRY = Entry(guid="g1", url="https://a.example/1?utm_source=rss", title="One", published=NOW, updated=NOW)
FOUND = FoundEntry(ENTRY, "https://a.example/1", "a.example")


def one_feed(store: Store) -> int:
    store.feeds.add([FEED], NOW, interval=300)
    return store.feeds.all()[0].id


def finish(store: Store, feed: int, **changes: str | None) -> None:
    result = PollResult("A", '"v1"', None, "hash", "polled", 600, NOW + timedelta(seconds=600))
    store.feeds.finish_polls({feed: replace(result, **changes)}, NOW)  # type: ignore[arg-type]


def end_link(store: Store) -> None:
    [claim] = store.links.release(NOW, limit=1, per_host=1, lease=60)
    store.links.finish(claim, "dead:not-found", NOW, step="extract")


def test_a_feed_added_twice_is_one_feed(store: Store) -> None:
    assert store.feeds.add([FEED, FEED], NOW, interval=300) == 1
    assert store.feeds.add([FEED], NOW, interval=300) == 0
    assert [feed.url for feed in store.feeds.all()] == [FEED]


def test_a_removed_feed_is_not_polled_and_can_come_back(store: Store) -> None:
    one_feed(store)
    assert store.feeds.remove(FEED, NOW)
    assert not store.feeds.remove(FEED, NOW)
    assert store.feeds.claim_due(NOW, limit=10) == []
    assert store.feeds.add([FEED], NOW, interval=300) == 1
    assert len(store.feeds.claim_due(NOW, limit=10)) == 1


def test_a_due_feed_is_claimed_by_one_fetcher_only(store: Store) -> None:
    one_feed(store)
    assert [feed.url for feed in store.feeds.claim_due(NOW, limit=10)] == [FEED]
    assert store.feeds.claim_due(NOW, limit=10) == []


def test_a_feed_whose_fetcher_died_is_due_again_after_a_while(store: Store) -> None:
    one_feed(store)
    store.feeds.claim_due(NOW, limit=10)
    assert len(store.feeds.claim_due(NOW + timedelta(minutes=6), limit=10)) == 1


def test_an_entry_told_twice_makes_one_link(store: Store) -> None:
    feed = one_feed(store)
    assert store.feeds.record_poll(feed, [FOUND], NOW) == Recorded(new=1, changed=0, known=0)
    assert store.feeds.record_poll(feed, [FOUND], NOW) == Recorded(new=0, changed=0, known=1)
    assert store.links.counts() == {"due": 1}


def test_two_feeds_that_name_one_link_share_it(store: Store) -> None:
    store.feeds.add([FEED, "https://b.example/feed.xml"], NOW, interval=300)
    first, second = (feed.id for feed in store.feeds.all())
    store.feeds.record_poll(first, [FOUND], NOW)
    assert store.feeds.record_poll(second, [FOUND], NOW) == Recorded(new=0, changed=0, known=1)
    assert store.links.counts() == {"due": 1}


def test_a_changed_entry_makes_its_finished_link_due_again(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.record_poll(feed, [FOUND], NOW)
    end_link(store)
    corrected = replace(FOUND, entry=replace(ENTRY, title="One, corrected", updated=NOW + timedelta(hours=1)))
    assert store.feeds.record_poll(feed, [corrected], NOW) == Recorded(new=0, changed=1, known=0)
    assert store.links.counts() == {"due": 1}
    assert store.feeds.record_poll(feed, [corrected], NOW) == Recorded(new=0, changed=0, known=1)


def test_an_unchanged_entry_leaves_a_finished_link_alone(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.record_poll(feed, [FOUND], NOW)
    end_link(store)
    store.feeds.record_poll(feed, [FOUND], NOW)
    assert store.links.counts() == {"dead:not-found": 1}


def test_a_success_keeps_validators_and_clears_failures(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.fail_poll(feed, "timeout", "no answer", NOW, NOW)
    finish(store, feed)
    finish(store, feed)
    [claimed] = store.feeds.claim_due(NOW + timedelta(hours=1), limit=10)
    assert (claimed.etag, claimed.title, claimed.interval, claimed.failures) == ('"v1"', "A", 600, 0)


def test_a_poll_without_a_title_keeps_the_one_that_is_known(store: Store) -> None:
    feed = one_feed(store)
    finish(store, feed)
    finish(store, feed, title=None)
    assert store.feeds.all()[0].title == "A"


def test_failures_add_up_and_say_why(store: Store) -> None:
    feed = one_feed(store)
    for _ in range(2):
        store.feeds.fail_poll(feed, "not-a-feed", "the server answered with HTML", NOW, NOW)
    [status] = store.feeds.all()
    assert (status.failures, status.last_outcome, status.last_detail) == (2, "failed:not-a-feed", "the server answered with HTML")


def test_a_feed_is_due_until_its_poll_is_over(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.claim_due(NOW, limit=10)
    assert store.feeds.due(NOW) == 1
    finish(store, feed)
    assert store.feeds.due(NOW) == 0
    assert store.feeds.due(NOW + timedelta(seconds=600)) == 1


def test_polls_of_a_fetcher_that_is_gone_are_forgotten(store: Store) -> None:
    one_feed(store)
    store.feeds.claim_due(NOW, limit=10)
    store.feeds.forget_polls()
    assert len(store.feeds.claim_due(NOW, limit=10)) == 1


def test_feeds_that_name_the_same_links_in_other_orders_never_wait_for_each_other_for_ever(store: Store) -> None:
    store.feeds.add([FEED, "https://b.example/feed.xml"], NOW, interval=300)
    found = [replace(FOUND, url=f"https://a.example/{number}") for number in range(400)]
    orders = [(feed.id, order) for feed, order in zip(store.feeds.all(), (found, found[::-1]), strict=True)] * 4
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda each: store.feeds.record_poll(each[0], each[1], NOW), orders))
    assert sum(each.new for each in told) == 400
    assert store.links.counts() == {"due": 400}
    assert [status.entries for status in store.feeds.all()] == [400, 400]


def test_a_merge_amid_a_poll_of_the_feed_that_stays_loses_no_entry(store: Store) -> None:
    store.feeds.add([FEED, "https://b.example/feed.xml"], NOW, interval=300)
    kept, gone = (feed.id for feed in store.feeds.all())
    found = [replace(FOUND, url=f"https://a.example/{number}") for number in range(300)]
    store.feeds.record_poll(gone, found, NOW)
    moved = PollResult(None, None, None, None, "polled", 600, NOW, moved=Move(FEED, 3))
    with ThreadPoolExecutor(2) as pool:
        polled = pool.submit(store.feeds.record_poll, kept, found, NOW)
        pool.submit(store.feeds.finish_polls, {gone: moved}, NOW).result()
        polled.result()
    assert [(status.url, status.entries) for status in store.feeds.all()] == [(FEED, 300)]


def test_a_merge_done_twice_changes_nothing(store: Store) -> None:
    store.feeds.add([FEED, "https://b.example/feed.xml"], NOW, interval=300)
    _, gone = (feed.id for feed in store.feeds.all())
    moved = PollResult(None, None, None, None, "polled", 600, NOW, moved=Move(FEED, 3))
    store.feeds.finish_polls({gone: moved}, NOW)
    store.feeds.finish_polls({gone: moved}, NOW)
    assert [status.url for status in store.feeds.all()] == [FEED]


def test_an_answer_that_proves_nothing_leaves_a_feed_failing(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.fail_poll(feed, "gone", "The server answered 410.", NOW, NOW, retired=True)
    store.feeds.finish_polls({feed: PollResult("A", None, None, None, "not-modified", 600, NOW, healthy=False)}, NOW)
    [report] = store.feeds.report(NOW)
    assert (report.failures, report.failing_since, report.retired, report.succeeded_at) == (1, NOW, True, None)
    finish(store, feed)
    [report] = store.feeds.report(NOW)
    assert (report.failures, report.failing_since, report.retired, report.succeeded_at) == (0, None, False, NOW)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="a time without a zone"):
        store.feeds.add([FEED], datetime(2026, 11, 20, 12, 0), interval=300)  # noqa: DTZ001 - that is the point


def test_a_feed_that_waits_for_its_host_stays_due_and_is_given_out_at_its_turn(store: Store) -> None:
    feed = one_feed(store)
    store.feeds.claim_due(NOW, limit=10)
    store.feeds.hold({feed: NOW + timedelta(seconds=3)})
    assert store.feeds.due(NOW) == 1
    assert store.feeds.claim_due(NOW + timedelta(seconds=2), limit=10) == []
    assert len(store.feeds.claim_due(NOW + timedelta(seconds=4), limit=10)) == 1
