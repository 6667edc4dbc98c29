"""After an upgrade: what an older version signed is signed again while new articles fold, on both databases."""

from __future__ import annotations

import pytest
import structlog.testing
from sqlalchemy import delete, select, update

from services.fetcher.index_upkeep import IndexUpkeep
from shared.bootstrap import App
from shared.config import Settings
from shared.queue import JobQueue
from shared.stages.fingerprint import SIGNATURE_VERSION
from shared.stages.reach import Window
from shared.store.candidates import Since
from shared.store.schema import fold_keys, signatures
from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract, members
from tests.support.folding import fold
from tests.support.harbour import OTHER, TEXT

ORIGINAL, COPY, ORCHARD = "https://a.example/1", "https://b.example/copy", "https://c.example/orchards"
SINCE = Since.looking_back(NOW, Window())


@pytest.fixture
def upgraded(store: Store) -> Store:
    """A store with three articles in two stories that an older version signed, in another way than today's."""
    for url, text in ((ORIGINAL, TEXT), (COPY, TEXT), (ORCHARD, OTHER)):
        fold(store, extract(store, url, text), NOW)
    with store.database.writing() as connection:
        connection.execute(update(signatures).values(version=SIGNATURE_VERSION - 1, payload=b"as it was"))
    return store


def forget_keys(store: Store) -> None:
    """As if the older version had chosen other keys."""
    with store.database.writing() as connection:
        connection.execute(delete(fold_keys))


def versions(store: Store) -> set[int]:
    with store.database.reading() as connection:
        return set(connection.execute(select(signatures.c.version)).scalars())


def test_older_signatures_are_taken_again_and_stories_stay(upgraded: Store) -> None:
    before = members(upgraded)
    forget_keys(upgraded)
    assert upgraded.old_signatures.take_again(SINCE) == 3
    assert upgraded.old_signatures.take_again(SINCE) == 0
    assert versions(upgraded) == {SIGNATURE_VERSION}
    assert members(upgraded) == before


def test_a_copy_that_comes_after_that_finds_its_story(upgraded: Store) -> None:
    forget_keys(upgraded)
    upgraded.old_signatures.take_again(SINCE)
    fold(upgraded, extract(upgraded, "https://d.example/copy"), NOW)
    assert members(upgraded) == [[ORIGINAL, COPY, "https://d.example/copy"], [ORCHARD]]


def test_a_copy_that_comes_before_that_finds_its_story_too(upgraded: Store) -> None:
    fold(upgraded, extract(upgraded, "https://d.example/copy"), NOW)
    assert members(upgraded) == [[ORIGINAL, COPY, "https://d.example/copy"], [ORCHARD]]
    assert versions(upgraded) == {SIGNATURE_VERSION - 1, SIGNATURE_VERSION}


def test_a_changed_page_that_waits_is_signed_by_the_text_that_was_folded(upgraded: Store) -> None:
    waiting = extract(upgraded, ORCHARD, OTHER + "\nCorrection: 360 orchards.")
    upgraded.old_signatures.take_again(SINCE)
    folded = fold(upgraded, waiting, NOW)
    assert folded is not None
    assert folded.outcome == "revision"


def test_signatures_of_a_newer_version_are_left_alone(upgraded: Store) -> None:
    with upgraded.database.writing() as connection:
        connection.execute(update(signatures).values(version=SIGNATURE_VERSION + 1))
    assert upgraded.old_signatures.take_again(SINCE) == 0
    fold(upgraded, extract(upgraded, "https://d.example/copy"), NOW)
    assert versions(upgraded) == {SIGNATURE_VERSION, SIGNATURE_VERSION + 1}


def test_the_fetcher_signs_again_a_piece_at_a_time_and_says_so_once(settings: Settings, store: Store, queue: JobQueue) -> None:
    for number in range(30):
        fold(store, extract(store, f"https://host{number}.example/{number}", f"{TEXT} Line {number}."), NOW)
    with store.database.writing() as connection:
        connection.execute(update(signatures).values(version=SIGNATURE_VERSION - 1))
    upkeep = IndexUpkeep(App(settings, store, queue))
    with structlog.testing.capture_logs() as lines:
        upkeep.look()
        assert versions(store) == {SIGNATURE_VERSION - 1, SIGNATURE_VERSION}
        upkeep.look()
        assert versions(store) == {SIGNATURE_VERSION}
        upkeep.look()
    assert [(line["event"], line["outcome"], line["articles"]) for line in lines] == [("index", "signed-again", 30)]
