"""The whole way of a link, also of one that was dropped, on both databases."""

from __future__ import annotations

from datetime import timedelta

from shared.model import Entry
from shared.store.entries import FoundEntry
from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract
from tests.support.folding import fold

URL = "https://a.example/1"


def steps(store: Store) -> list[tuple[str, str]]:
    found = store.trails.of(URL)
    assert found is not None
    return [(each.step, each.outcome) for each in found.steps]


def test_a_submitted_link_is_followed_to_its_story(store: Store) -> None:
    fold(store, extract(store, URL), NOW)
    assert steps(store) == [("entry", "submitted"), ("release", "released"), ("extract", "extracted"), ("fold", "new-story")]


def test_a_link_that_was_dropped_says_why(store: Store) -> None:
    store.feeds.add(["https://a.example/feed"], NOW, interval=300)
    entry = Entry(guid="g", url=f"{URL}?utm_source=rss", title="T", published=NOW, updated=None)
    store.feeds.record_poll(store.feeds.all()[0].id, [FoundEntry(entry, URL, "a.example")], NOW)
    [claim] = store.links.release(NOW, limit=1, per_host=1, lease=60)
    store.links.retry(claim, NOW, "timeout", NOW, step="extract", detail="no answer in 30 s")
    [claim] = store.links.release(NOW + timedelta(hours=1), limit=1, per_host=1, lease=60)
    store.links.finish(claim, "dead:not-found", NOW, step="extract", detail="The server answered 404.")
    found = store.trails.of(URL)
    assert found is not None
    assert (found.outcome, found.reason, found.attempts) == ("dead:not-found", "The server answered 404.", 1)
    assert [(told.feed, told.url) for told in found.entries] == [("https://a.example/feed", f"{URL}?utm_source=rss")]
    assert steps(store) == [
        ("entry", "new-link"),
        ("release", "released"),
        ("extract", "retry:timeout"),
        ("release", "released"),
        ("extract", "dead:not-found"),
    ]


def test_a_url_that_no_feed_named_has_no_way(store: Store) -> None:
    assert store.trails.of(URL) is None
