"""One body under many titles of a host, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.stages.poison import MOST_TITLES
from shared.store.store import Store

HOST = "paper.example"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_titles_of_other_urls_above_the_same_body_are_told(store: Store) -> None:
    assert store.bodies.other_titles(HOST, 5, "https://paper.example/1", "Mayor resigns", NOW) == []
    assert store.bodies.other_titles(HOST, 5, "https://paper.example/2", "Bridge closed", NOW) == ["Mayor resigns"]
    assert store.bodies.other_titles(HOST, 6, "https://paper.example/3", "Another body", NOW) == []
    assert store.bodies.other_titles("other.example", 5, "https://other.example/1", "Another host", NOW) == []


def test_the_same_url_asked_twice_is_not_its_own_other(store: Store) -> None:
    store.bodies.other_titles(HOST, 5, "https://paper.example/1", "Mayor resigns", NOW)
    assert store.bodies.other_titles(HOST, 5, "https://paper.example/1", "Mayor resigns, corrected", NOW) == []


def test_a_body_keeps_a_bounded_number_of_titles(store: Store) -> None:
    for number in range(MOST_TITLES + 5):
        titles = store.bodies.other_titles(HOST, 5, f"https://paper.example/{number}", f"Title {number}", NOW)
    assert len(titles) == MOST_TITLES
