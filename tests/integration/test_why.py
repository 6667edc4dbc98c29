"""The evidence for each fold, as a person asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.store.store import Store
from tests.integration.test_store_stories import NOW, extract
from tests.support.command import storyfold
from tests.support.folding import fold
from tests.support.harbour import OTHER, TEXT

ORIGINAL, COPY, ORCHARDS = "https://a.example/1", "https://b.example/copy", "https://c.example/orchards"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'state' / 'storyfold.db'}")
    store.prepare()
    fold(store, extract(store, ORIGINAL), NOW)
    fold(store, extract(store, COPY, TEXT + "\nThe works end in 2027."), NOW)
    fold(store, extract(store, ORCHARDS, OTHER), NOW)
    yield store
    store.close()


def ask(folder: Path, *urls: str) -> dict[str, Any]:
    done = storyfold(folder, "why", *urls, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_joined_article_names_what_it_was_compared_with_and_what_they_share(tmp_path: Path, here: Store) -> None:
    told = ask(tmp_path, COPY)
    assert (told["outcome"], told["compared with"], told["same text"]) == ("joined", ORIGINAL, True)
    assert {"Ines", "Calder", "14", "2023"} <= set(told["facts agreed"])
    assert told["facts only here"] == ["2027"]
    assert any("rebuild the northern breakwater" in passage for passage in told["shared passages"])


def test_an_article_that_began_a_story_says_that_nothing_was_near(tmp_path: Path, here: Store) -> None:
    assert ask(tmp_path, ORIGINAL)["because"] == "no article of the last days shares its passages"


def test_two_articles_of_one_story_and_two_of_different_ones(tmp_path: Path, here: Store) -> None:
    together, apart = ask(tmp_path, ORIGINAL, COPY), ask(tmp_path, ORIGINAL, ORCHARDS)
    assert (together["in one story"], together["same text"]) == (True, True)
    assert (apart["in one story"], apart["same text"]) == (False, False)


def test_the_figures_that_decided_are_told_by_name(tmp_path: Path, here: Store) -> None:
    figures = ask(tmp_path, COPY)["figures"]
    assert figures["facts_agree"] == 1.0
    assert figures["words"] > 0.8


def test_an_article_that_is_not_there_is_told_in_one_sentence(tmp_path: Path, here: Store) -> None:
    done = storyfold(tmp_path, "why", "https://a.example/none")
    assert done.returncode == 2
    assert done.stderr.startswith("storyfold: There is no article at https://a.example/none")


def test_for_people_it_is_told_in_lines(tmp_path: Path, here: Store) -> None:
    told = storyfold(tmp_path, "why", COPY).stdout
    assert f"compared with     {ORIGINAL}" in told
    assert "facts only here   2027" in told


def test_what_people_said_is_told(tmp_path: Path, here: Store) -> None:
    storyfold(tmp_path, "split", COPY)
    assert ask(tmp_path, COPY)["people parted it from"] == [ORIGINAL]
    assert ask(tmp_path, ORIGINAL, COPY)["people said"] == "they are two stories"
    assert ask(tmp_path, ORIGINAL, ORCHARDS)["people said"] is None
