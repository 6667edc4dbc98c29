"""Folding again what is stored: nothing changes without a reason, and people's word holds, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.store.schema import members, stories
from shared.store.store import Store
from tests.integration.test_people import article_of, story_of
from tests.integration.test_store_stories import NOW, extract
from tests.integration.test_store_stories import members as partition
from tests.integration.test_windows import come
from tests.support.command import storyfold
from tests.support.folding import fold
from tests.support.harbour import OTHER, TEXT

ORIGINAL, COPY, ORCHARDS = "https://a.example/1", "https://b.example/copy", "https://c.example/orchards"


@pytest.fixture
def filled(store: Store) -> Store:
    fold(store, extract(store, ORIGINAL), NOW)
    fold(store, extract(store, COPY), NOW)
    fold(store, extract(store, ORCHARDS, OTHER), NOW)
    return store


def refold(folder: Path, url: str, *options: str) -> dict[str, Any]:
    done = storyfold(folder, "refold", *options, "--json", DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def tear_apart(store: Store, url: str) -> None:
    """As an older, poorer rule would have left it: a copy in a story of its own, without anybody having said so."""
    article = article_of(store, url)
    with store.database.writing() as connection:
        row = {"anchor_id": article, "canonical_id": article, "created_at": NOW, "changed_at": NOW}
        own = connection.execute(stories.insert().values(row).returning(stories.c.id)).scalar_one()
        connection.execute(members.update().where(members.c.article_id == article).values(story_id=own))


def test_what_is_right_stays_as_it_is(tmp_path: Path, filled: Store, database_url: str) -> None:
    before = [story_of(filled, url) for url in (ORIGINAL, COPY, ORCHARDS)]
    told = refold(tmp_path, database_url)
    assert (told["articles"], told["splits"], told["merges"]) == (3, 0, 0)
    assert [story_of(filled, url) for url in (ORIGINAL, COPY, ORCHARDS)] == before


def test_copies_that_were_apart_come_together_under_the_older_id(tmp_path: Path, filled: Store, database_url: str) -> None:
    older = story_of(filled, ORIGINAL)
    tear_apart(filled, COPY)
    told = refold(tmp_path, database_url)
    assert told["merges"] == 1
    assert told["merged"] == [[[ORIGINAL], [COPY]]]
    assert story_of(filled, ORIGINAL) == story_of(filled, COPY) == older


def test_the_evidence_is_that_of_folding_again(tmp_path: Path, filled: Store, database_url: str) -> None:
    tear_apart(filled, COPY)
    refold(tmp_path, database_url)
    decision = filled.stories.decisions(article_of(filled, COPY))[-1]
    assert (decision.outcome, decision.story) == ("joined", story_of(filled, ORIGINAL))
    assert decision.evidence["best"]["story"] == story_of(filled, ORIGINAL)


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path, filled: Store, database_url: str) -> None:
    tear_apart(filled, COPY)
    told = refold(tmp_path, database_url, "--dry-run")
    assert (told["merges"], told["applied"]) == (1, False)
    assert partition(filled) == [[ORIGINAL], [COPY], [ORCHARDS]]


def test_reports_that_were_thrown_together_come_apart(tmp_path: Path, filled: Store, database_url: str) -> None:
    with filled.database.writing() as connection:
        wrong = members.update().where(members.c.article_id == article_of(filled, ORCHARDS))
        connection.execute(wrong.values(story_id=story_of(filled, ORIGINAL)))
    told = refold(tmp_path, database_url)
    assert told["split"] == [[[ORIGINAL, COPY], [ORCHARDS]]]
    assert partition(filled) == [[ORIGINAL, COPY], [ORCHARDS]]


def test_people_s_splits_hold_through_refolding(tmp_path: Path, filled: Store, database_url: str) -> None:
    filled.stories.split(article_of(filled, COPY), NOW)
    told = refold(tmp_path, database_url)
    assert told["merges"] == 0
    assert partition(filled) == [[ORIGINAL], [COPY], [ORCHARDS]]


def test_people_s_merges_hold_through_refolding(tmp_path: Path, filled: Store, database_url: str) -> None:
    filled.stories.merge(story_of(filled, ORCHARDS), story_of(filled, ORIGINAL), NOW)
    told = refold(tmp_path, database_url)
    assert told["splits"] == 0
    assert partition(filled) == [[ORIGINAL, COPY, ORCHARDS]]


def test_a_refolded_article_is_found_by_the_next_copy(tmp_path: Path, filled: Store, database_url: str) -> None:
    refold(tmp_path, database_url)
    joined = fold(filled, extract(filled, "https://d.example/third"), NOW)
    assert joined is not None
    assert joined.outcome == "joined"


def test_what_came_before_is_context_and_stays_where_it_is(tmp_path: Path, store: Store, database_url: str) -> None:
    """Two excerpts of different halves share nothing but the whole that came the day before."""
    halves = [" ".join(_SENTENCES[:8]), " ".join(_SENTENCES[8:])]
    come(store, ORIGINAL, " ".join(_SENTENCES), NOW - timedelta(days=1))
    for url, text in ((COPY, halves[0]), (ORCHARDS, halves[1])):
        come(store, url, text, NOW)
    assert partition(store) == [[ORIGINAL, COPY, ORCHARDS]]
    told = refold(tmp_path, database_url, "--since", NOW.strftime("%Y-%m-%dT%H:%M:%S"))
    assert (told["splits"], told["merges"]) == (0, 0)
    assert partition(store) == [[ORIGINAL, COPY, ORCHARDS]]


def test_what_came_later_joins_what_came_before(tmp_path: Path, store: Store, database_url: str) -> None:
    come(store, ORIGINAL, TEXT, NOW - timedelta(days=1))
    come(store, COPY, TEXT, NOW)
    tear_apart(store, COPY)
    told = refold(tmp_path, database_url, "--since", NOW.strftime("%Y-%m-%dT%H:%M:%S"))
    assert told["merged"] == [[[ORIGINAL], [COPY]]]
    assert partition(store) == [[ORIGINAL, COPY]]


_SENTENCES = [
    f"{person} of {place} told the inquiry on {day} that {number} sheets of steel had left the yard without a stamp."
    for number, (person, place, day) in enumerate(
        [
            ("Anna Brook", "Halden", "Monday"), ("Piers Oake", "Marrow", "Tuesday"), ("Lena Fisk", "Ostry", "Wednesday"),
            ("Hugo Tarn", "Selby", "Thursday"), ("Mira Vane", "Dunmere", "Friday"), ("Otto Crane", "Korrin", "Saturday"),
            ("Ruth Ames", "Avelin", "Sunday"), ("Carl Ness", "Estmar", "Monday"), ("Nora Pell", "Vastrik", "Tuesday"),
            ("Ivan Rook", "Greif", "Wednesday"), ("Sara Holm", "Leda", "Thursday"), ("Jens Moor", "Torf", "Friday"),
            ("Elsa Wick", "Sorrel", "Saturday"), ("Paul Dray", "Lumen", "Sunday"), ("Vera Stone", "Tarnow", "Monday"),
            ("Max Ford", "Orsel", "Tuesday"),
        ],
        40,
    )
]  # fmt: skip
