"""People's word counts more than any figure, and for ever, on both databases."""

from __future__ import annotations

from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract, members
from tests.support.folding import fold
from tests.support.harbour import OTHER, TEXT

COPY = "https://b.example/copy"
ORIGINAL = "https://a.example/1"


def article_of(store: Store, url: str) -> int:
    found = store.articles.by_url(url)
    assert found is not None
    return found.id


def story_of(store: Store, url: str) -> int:
    story = store.stories.of_article(article_of(store, url))
    assert story is not None
    return story


def two_copies(store: Store) -> None:
    fold(store, extract(store, ORIGINAL), NOW)
    fold(store, extract(store, COPY), NOW)


def test_a_split_article_gets_a_story_of_its_own(store: Store) -> None:
    two_copies(store)
    own = store.stories.split(article_of(store, COPY), NOW)
    assert own == story_of(store, COPY)
    assert members(store) == [[ORIGINAL], [COPY]]


def test_a_split_done_twice_changes_nothing(store: Store) -> None:
    two_copies(store)
    store.stories.split(article_of(store, COPY), NOW)
    assert store.stories.split(article_of(store, COPY), NOW) is None
    assert members(store) == [[ORIGINAL], [COPY]]


def test_the_story_keeps_its_id_when_its_canonical_is_split_off(store: Store) -> None:
    two_copies(store)
    before = story_of(store, ORIGINAL)
    store.stories.split(article_of(store, ORIGINAL), NOW)
    assert story_of(store, COPY) == before
    told = store.stories.get(before)
    assert told is not None
    assert told.canonical.article.url == COPY


def test_a_split_holds_when_a_copy_of_both_arrives(store: Store) -> None:
    two_copies(store)
    store.stories.split(article_of(store, COPY), NOW)
    fold(store, extract(store, "https://c.example/third"), NOW)
    assert story_of(store, ORIGINAL) != story_of(store, COPY)
    assert len(members(store)) == 2


def test_merged_stories_are_one_and_the_old_id_leads_there(store: Store) -> None:
    first = fold(store, extract(store, ORIGINAL), NOW)
    second = fold(store, extract(store, "https://c.example/orchards", OTHER), NOW)
    assert first is not None
    assert second is not None
    assert store.stories.merge(second.story, first.story, NOW) == first.story
    assert store.stories.merge(second.story, first.story, NOW) is None
    told = store.stories.get(second.story)
    assert told is not None
    assert told.id == first.story
    assert len(told.members) == 1
    assert store.stories.count() == 1


def test_the_last_word_counts(store: Store) -> None:
    two_copies(store)
    own = store.stories.split(article_of(store, COPY), NOW)
    assert own is not None
    store.stories.merge(own, story_of(store, ORIGINAL), NOW)
    fold(store, extract(store, "https://c.example/third", TEXT), NOW)
    assert len(members(store)) == 1
