"""Articles and stories, on both databases: revisions, folding under the lock, deliveries that come twice."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.config import Settings
from shared.model import Article, LinkState, RemovedLine
from shared.store.articles import Stored
from shared.store.links import Claim, NewLink
from shared.store.store import Store
from tests.support.folding import fold, fold_all
from tests.support.harbour import OTHER, TEXT

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def article(url: str, text: str = TEXT, **changes: object) -> Article:
    made = Article(url=url, host=url.split("/")[2], title="A title", byline=None, published=NOW, language="en", text=text)
    return replace(made, **changes)  # type: ignore[arg-type]


def release(store: Store, *urls: str) -> list[Claim]:
    store.links.submit([NewLink(url, url.split("/")[2]) for url in urls], NOW)
    return store.links.release(NOW, limit=100, per_host=100, lease=60)


def extract(store: Store, url: str, text: str = TEXT, **changes: object) -> Claim:
    [claim] = release(store, url)
    stored = store.articles.record(claim, article(url, text, **changes), NOW, lease=60)
    assert stored.claim is not None
    return stored.claim


def members(store: Store) -> list[list[str]]:
    return sorted(sorted(story) for story in store.stories.partition())


def test_an_article_recorded_twice_is_stored_once(store: Store) -> None:
    [claim] = release(store, "https://a.example/1")
    first = store.articles.record(claim, article("https://a.example/1"), NOW, lease=60)
    assert store.articles.record(claim, article("https://a.example/1"), NOW, lease=60) == Stored("stale", None)
    assert first.outcome == "extracted"
    assert store.links.counts() == {"extracted": 1}


def test_an_article_is_read_as_it_was_stored(store: Store) -> None:
    cut = (RemovedLine("Source link", "en:source-link", 3),)
    extract(store, "https://a.example/1", byline="Ann Lee", removed=cut)
    read = store.articles.by_url("https://a.example/1")
    assert read is not None
    assert (read.text, read.byline, read.removed, read.published, read.revision) == (TEXT, "Ann Lee", cut, NOW, 1)


def test_a_text_that_is_known_ends_its_link_unchanged(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    [claim] = release(store, "https://a.example/1")
    assert store.articles.record(claim, article("https://a.example/1"), NOW, lease=60) == Stored("unchanged", None)


def test_a_changed_text_is_a_revision_of_its_article(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    folded = fold(store, extract(store, "https://a.example/1", TEXT + "\nCorrection: 15 million crowns."), NOW)
    assert folded is not None
    assert folded.outcome == "revision"
    read = store.articles.by_url("https://a.example/1")
    assert read is not None
    assert (read.revision, read.folded_revision) == (2, 2)
    assert [(old.number, old.text) for old in store.articles.old_revisions(read.id)] == [(1, TEXT)]
    assert members(store) == [["https://a.example/1"]]


def test_a_page_that_tells_something_else_now_leaves_its_story(store: Store) -> None:
    before = fold(store, extract(store, "https://a.example/today"), NOW)
    fold(store, extract(store, "https://b.example/copy"), NOW)
    moved = fold(store, extract(store, "https://a.example/today", OTHER), NOW)
    assert before is not None
    assert moved is not None
    assert (moved.outcome, moved.story != before.story) == ("revision", True)
    assert members(store) == [["https://a.example/today"], ["https://b.example/copy"]]
    told = store.stories.get(before.story)
    assert told is not None
    assert told.canonical.article.url == "https://b.example/copy"


def test_a_lone_page_that_tells_something_else_may_join_another_story(store: Store) -> None:
    fold(store, extract(store, "https://c.example/orchards", OTHER), NOW)
    fold(store, extract(store, "https://a.example/today"), NOW)
    fold(store, extract(store, "https://a.example/today", OTHER), NOW)
    assert members(store) == [["https://a.example/today", "https://c.example/orchards"]]
    assert store.stories.count() == 1


def test_links_that_lead_to_one_page_share_its_article(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    [claim] = release(store, "https://a.example/old-address")
    stored = store.articles.record(claim, article("https://a.example/1"), NOW, lease=60)
    assert stored.outcome == "unchanged"
    assert members(store) == [["https://a.example/1"]]


def test_two_links_to_one_page_at_once_fold_it_once(store: Store) -> None:
    first = extract(store, "https://a.example/1")
    [claim] = release(store, "https://a.example/old-address")
    second = store.articles.record(claim, article("https://a.example/1"), NOW, lease=60).claim
    assert second is not None
    outcomes = [folded.outcome for claim in (first, second) if (folded := fold(store, claim, NOW))]
    assert outcomes == ["new-story", "unchanged"]


def test_a_copy_joins_and_another_report_stays_apart(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    copy = fold(store, extract(store, "https://b.example/copy"), NOW)
    other = fold(store, extract(store, "https://c.example/orchards", OTHER), NOW)
    assert copy is not None
    assert other is not None
    assert (copy.outcome, other.outcome) == ("joined", "new-story")
    assert members(store) == [["https://a.example/1", "https://b.example/copy"], ["https://c.example/orchards"]]


def test_an_article_folded_twice_joins_once(store: Store) -> None:
    claim = extract(store, "https://a.example/1")
    assert fold(store, claim, NOW) is not None
    assert fold(store, claim, NOW) is None
    assert store.links.counts() == {"new-story": 1}


def test_the_earliest_published_member_becomes_canonical_and_the_story_keeps_its_id(store: Store) -> None:
    first = fold(store, extract(store, "https://b.example/copy"), NOW)
    fold(store, extract(store, "https://a.example/1", published=NOW - timedelta(hours=3)), NOW)
    assert first is not None
    told = store.stories.get(first.story)
    assert told is not None
    assert told.canonical.article.url == "https://a.example/1"
    assert [each.article.url for each in told.members] == ["https://b.example/copy"]


def test_an_article_older_than_the_window_is_no_candidate(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    late = fold(store, extract(store, "https://b.example/copy"), NOW + timedelta(days=8))
    assert late is not None
    assert late.outcome == "new-story"


def test_stories_are_listed_last_changed_first(store: Store) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    fold(store, extract(store, "https://c.example/orchards", OTHER), NOW + timedelta(minutes=1))
    fold(store, extract(store, "https://b.example/copy"), NOW + timedelta(minutes=2))
    listed = store.stories.newest()
    assert [(line.url, line.members) for line in listed] == [("https://a.example/1", 2), ("https://c.example/orchards", 1)]
    assert store.stories.count() == 2


def test_a_story_that_is_not_there_is_none(store: Store) -> None:
    assert store.stories.get(4711) is None


def test_an_extracted_link_whose_lease_ran_out_is_to_be_folded_again(store: Store) -> None:
    lost = extract(store, "https://a.example/1")
    reclaimed = store.links.reclaim(NOW + timedelta(seconds=61), max_deaths=5, lease=60)
    [again] = reclaimed.to_fold
    assert store.links.take([lost], LinkState.EXTRACTED, NOW, lease=60) == []
    assert fold(store, lost, NOW) is None
    assert fold(store, again, NOW) is not None


def test_copies_that_arrive_in_the_same_instant_make_one_story(settings: Settings) -> None:
    store = Store(settings.database)
    store.prepare()
    claims = [extract(store, f"https://host{number}.example/copy") for number in range(24)]
    barrier = threading.Barrier(4)

    def race(share: Sequence[Claim]) -> None:
        own = Store(settings.database)
        barrier.wait()
        fold_all(own, share, NOW)
        own.close()

    workers = [threading.Thread(target=race, args=(claims[number::4],)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(store.stories.partition()) == 1
    assert store.links.counts() == {"joined": 23, "new-story": 1}
    store.close()


@pytest.mark.parametrize("times", [1, 3])
def test_preparing_a_database_again_changes_nothing(store: Store, times: int) -> None:
    fold(store, extract(store, "https://a.example/1"), NOW)
    for _ in range(times):
        store.prepare()
    assert store.stories.count() == 1
