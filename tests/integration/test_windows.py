"""How far back folding looks, and what becomes of the index behind that, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import structlog.testing

from services.fetcher.index_upkeep import IndexUpkeep
from shared.bootstrap import App, now
from shared.config import Settings, settings_from
from shared.queue import JobQueue
from shared.stages.fingerprint import fingerprint
from shared.stages.reach import Reach, Window
from shared.store.candidates import Since, articles_sharing_keys
from shared.store.old_keys import BEGINNING
from shared.store.schema import fold_keys
from shared.store.store import Store
from tests.integration.test_store_stories import NOW, article, members, release
from tests.support.folding import fold
from tests.support.harbour import INDEPENDENT, OTHER, TEXT

OLD, NEW = "https://a.example/old", "https://b.example/new"


def come(store: Store, url: str, text: str, when: datetime) -> int:
    """An article comes and is folded; returns its story."""
    [claim] = release(store, url)
    stored = store.articles.record(claim, article(url, text, published=when), when, lease=60)
    assert stored.claim is not None
    folded = fold(store, stored.claim, when)
    assert folded is not None
    return folded.story


def related(store: Store, story: int) -> list[int]:
    told = store.stories.get(story)
    assert told is not None
    return [other for other, _ in told.related]


def drop(store: Store, now: datetime, look_at: int = 7) -> int:
    """One whole round; returns how many keys went."""
    place, dropped = BEGINNING, 0
    while True:
        piece = store.old_keys.drop(place, Since.looking_back(now, Window()), look_at=look_at)
        dropped += piece.dropped
        if piece.following is None:
            return dropped
        place = piece.following


def keys_of(store: Store, number: int) -> int:
    with store.database.reading() as connection:
        return len(connection.execute(fold_keys.select().where(fold_keys.c.article_id == number)).all())


@pytest.mark.parametrize(("days", "stories"), [(6, 1), (8, 2), (13, 2)])
def test_a_copy_folds_for_a_week_and_is_related_for_another(store: Store, days: int, stories: int) -> None:
    old = come(store, OLD, TEXT, NOW)
    new = come(store, NEW, TEXT, NOW + timedelta(days=days))
    assert len(members(store)) == stories
    assert related(store, new) == ([] if stories == 1 else [old])


def test_a_copy_folds_with_one_that_came_while_the_clock_was_ahead(store: Store) -> None:
    come(store, OLD, TEXT, NOW + timedelta(hours=30))
    come(store, "https://c.example/between", OTHER, NOW)
    come(store, NEW, TEXT, NOW + timedelta(minutes=1))
    assert members(store) == [[OLD, NEW], ["https://c.example/between"]]


@pytest.mark.parametrize(("days", "is_related"), [(6, True), (13, True), (15, False)])
def test_an_independent_report_is_related_for_two_weeks(store: Store, days: int, is_related: bool) -> None:
    old = come(store, OLD, TEXT, NOW)
    new = come(store, NEW, INDEPENDENT, NOW + timedelta(days=days))
    assert related(store, new) == ([old] if is_related else [])


def test_a_yearly_reprint_is_a_new_story_that_is_related_to_the_old_one(store: Store) -> None:
    year_later = NOW + timedelta(days=370)
    old = come(store, OLD, TEXT, NOW)
    drop(store, year_later)
    assert related(store, come(store, NEW, TEXT, year_later)) == [old]
    assert members(store) == [[OLD], [NEW]]


def test_what_is_too_old_to_be_related_leaves_the_index_all_but_every_sixth_key(store: Store) -> None:
    come(store, OLD, TEXT, NOW)
    come(store, NEW, OTHER, NOW + timedelta(days=10))
    before = keys_of(store, 1), keys_of(store, 2)
    kept = sum((key - 2**31) % 6 == 0 for key in fingerprint(TEXT).keys)
    assert drop(store, NOW + timedelta(days=15)) == before[0] - kept
    assert (keys_of(store, 1), keys_of(store, 2)) == (kept, before[1])


def test_stories_stay_when_all_their_keys_are_gone(store: Store) -> None:
    come(store, OLD, TEXT, NOW)
    drop(store, NOW + timedelta(days=401))
    assert keys_of(store, 1) == 0
    assert members(store) == [[OLD]]
    assert store.stories.newest()[0].url == OLD


def test_a_piece_looks_at_no_more_than_it_may(store: Store) -> None:
    come(store, OLD, TEXT, NOW)
    piece = store.old_keys.drop(BEGINNING, Since.looking_back(NOW + timedelta(days=401), Window()), look_at=5)
    assert piece.dropped == 5
    assert piece.following is not None


def test_related_is_looked_for_at_least_as_far_back_as_folding_looks(store: Store) -> None:
    window = settings_from({"STORYFOLD_FOLD_DAYS": "9", "STORYFOLD_RELATED_DAYS": "2"}).window
    since = Since.looking_back(NOW, window)
    assert since.related == since.fold == NOW - timedelta(days=9)
    assert store.stories.count() == 0


def test_the_fetcher_drops_what_is_old_and_says_so_once(settings: Settings, store: Store, queue: JobQueue) -> None:
    come(store, OLD, TEXT, now() - timedelta(days=500))
    upkeep = IndexUpkeep(App(settings, store, queue))
    with structlog.testing.capture_logs() as lines:
        for _ in range(4):
            upkeep.look()
    assert [(line["event"], line["outcome"]) for line in lines] == [("index", "dropped-old")]
    assert keys_of(store, 1) == 0


def test_the_store_finds_what_the_offline_command_finds_by_a_single_key(store: Store) -> None:
    """A single key is often a stock phrase: whether it counts is for the rule to say, not for the index."""
    keys = fingerprint(TEXT).keys
    come(store, OLD, TEXT, NOW)
    since = Since.looking_back(NOW, Window())
    with store.database.reading() as connection:
        [found] = articles_sharing_keys(connection, 0, [keys[0], 1, 2], since)
    assert (found.article, found.keys, found.reach) == (1, 1, Reach.FOLD)
