"""The whole way of a link, also of one that was dropped, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from shared.model import Entry
from shared.store.entries import FoundEntry
from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract
from tests.support.command import storyfold
from tests.support.folding import fold

URL, COPY = "https://a.example/1", "https://b.example/copy"


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


def test_the_command_tells_the_way_from_the_store_with_cut_lines_and_folding_decision(tmp_path: Path) -> None:
    here = Store(f"sqlite:///{tmp_path / 'state' / 'storyfold.db'}")
    here.prepare()
    fold(here, extract(here, URL), NOW)
    fold(here, extract(here, COPY), NOW)
    here.close()
    told = json.loads(storyfold(tmp_path, "trace", COPY, "--json").stdout)
    assert [step["outcome"] for step in told["steps"]] == ["submitted", "released", "extracted", "joined"]
    [decision] = told["decisions"]
    assert (decision["outcome"], decision["story"], told["story"]) == ("joined", 1, 1)
    assert decision["evidence"]["best"]["because"]
    lines = storyfold(tmp_path, "trace", COPY).stdout.splitlines()
    assert any("joined" in line and decision["evidence"]["best"]["because"] in line for line in lines)
