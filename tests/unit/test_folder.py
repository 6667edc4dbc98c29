from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from shared.candidate_index import NEWEST_PER_KEY, CandidateIndex
from shared.folder import Folder
from tests.support.harbour import INDEPENDENT, TEXT
from tests.support.reports import BY_LANGUAGE

ENGLISH = BY_LANGUAGE["English"]
JANUARY = datetime(2025, 1, 6, 9, tzinfo=UTC)


def _noise(number: int) -> str:
    chance = random.Random(number)
    return " ".join(f"{chance.choice('bcdfg')}{chance.randrange(10**6)}x" for _ in range(30))


def test_the_index_counts_shared_keys() -> None:
    index = CandidateIndex(100)
    index.add(0, [1, 2, 3])
    index.add(1, [2, 3, 4])
    assert index.shared([2, 3, 9]) == {0: 2, 1: 2}
    assert index.shared([1, 4]) == {0: 1, 1: 1}
    assert index.shared([1, 4], oldest=1) == {1: 1}


def test_the_index_forgets_the_oldest_when_it_is_full() -> None:
    index = CandidateIndex(10)
    for article in range(30):
        index.add(article, [7, 100 + article])
    assert index.shared([7]) == dict.fromkeys(range(29, 24, -1), 1)
    assert index.shared([100]) == {}


def test_of_a_key_that_everyone_has_the_newest_are_found() -> None:
    index = CandidateIndex(1000)
    for article in range(200):
        index.add(article, [7])
    assert sorted(index.shared([7])) == list(range(200 - NEWEST_PER_KEY, 200))


def test_keys_that_fall_into_one_bucket_are_told_apart() -> None:
    index = CandidateIndex(8)
    index.add(0, [1])
    index.add(1, [1 + 8])
    index.add(2, [1 + 16])
    assert index.shared([1]) == {0: 1}
    assert index.shared([17]) == {2: 1}


def test_stories_are_named_by_their_first_and_shown_by_their_earliest() -> None:
    folder = Folder(window=100)
    folder.add(ENGLISH.edited, published=JANUARY + timedelta(hours=3))
    folder.add(ENGLISH.pages[0], published=JANUARY)
    folder.add(ENGLISH.report, published=JANUARY)
    assert list(folder.stories()) == [(0, 2), (1, 1), (0, 2)]


def test_undated_articles_stand_behind_dated_ones_in_their_order() -> None:
    folder = Folder(window=100)
    folder.add(ENGLISH.report)
    folder.add(ENGLISH.edited)
    assert {canonical for _, canonical in folder.stories()} == {0}
    folder.add(ENGLISH.report, published=JANUARY)
    assert {canonical for _, canonical in folder.stories()} == {2}


def test_a_reprint_after_a_year_begins_a_story_that_is_related_to_the_old_one() -> None:
    folder = Folder(window=100)
    folder.add(ENGLISH.report, published=JANUARY)
    folder.add(ENGLISH.report, published=JANUARY + timedelta(days=5))
    reprint = folder.add(ENGLISH.report, published=JANUARY + timedelta(days=365))
    assert [first for first, _ in folder.stories()] == [0, 0, 2]
    assert [story for story, _ in reprint.related] == [0]


@pytest.mark.parametrize(("days", "stories"), [(6, [0]), (13, [0]), (15, [])])
def test_an_independent_report_is_related_for_two_weeks(days: int, stories: list[int]) -> None:
    folder = Folder(window=100)
    folder.add(TEXT, published=JANUARY)
    decision = folder.add(INDEPENDENT, published=JANUARY + timedelta(days=days))
    assert (decision.story, [story for story, _ in decision.related]) == (None, stories)


@pytest.mark.parametrize(("days", "story"), [(6, 0), (8, None), (15, None)])
def test_a_copy_folds_for_a_week_and_is_related_after_that(days: int, story: int | None) -> None:
    folder = Folder(window=100)
    folder.add(ENGLISH.report, published=JANUARY)
    decision = folder.add(ENGLISH.edited, published=JANUARY + timedelta(days=days))
    assert decision.story == story
    assert [each for each, _ in decision.related] == ([] if story == 0 else [0])


def test_what_left_the_window_is_matched_no_more_and_kept_no_more() -> None:
    folder = Folder(window=20)
    folder.add(ENGLISH.report)
    for number in range(30):
        folder.add(_noise(number))
    folder.add(ENGLISH.report)
    assert [first for first, _ in folder.stories()][-1] == len(folder) - 1
    assert len(folder._payloads) == len(folder._views) == 20


def test_a_story_lives_as_long_as_its_newest_member() -> None:
    """The anchor stays known while copies keep coming, however long ago it came."""
    folder = Folder(window=10)
    for number in range(60):
        folder.add(ENGLISH.report + f" Line {number}." if number % 8 == 0 else _noise(number))
    copies = [first for number, (first, _) in enumerate(folder.stories()) if number % 8 == 0]
    assert set(copies) == {0}
    assert len(folder._payloads) <= 11
