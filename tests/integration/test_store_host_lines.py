"""Learned lines, on both databases: shared, bounded, forgotten for good, each step done twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.stages.clean.host_lines import LearnableLine, Sighting
from shared.store import host_lines as module
from shared.store.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "paper.example"
LINE = LearnableLine(5, "Read by half of the valley")


def see(store: Store, article: str, line: LearnableLine = LINE, sketch: int = 7) -> Sighting:
    sighting = Sighting(line.key, f"https://{HOST}/{article}", sketch)
    store.host_lines.learn(HOST, [line], [sighting], NOW)
    return sighting


def test_a_sighting_is_found_again_on_its_host_only(store: Store) -> None:
    seen = see(store, "a")
    assert store.host_lines.sightings(HOST, [LINE.key, 6]) == [seen]
    assert store.host_lines.sightings("other.example", [LINE.key]) == []


def test_a_sighting_told_twice_counts_once(store: Store) -> None:
    see(store, "a")
    see(store, "a")
    assert len(store.host_lines.sightings(HOST, [LINE.key])) == 1


def test_a_line_is_learned_once_two_articles_have_shown_it(store: Store) -> None:
    see(store, "a")
    assert [line.is_learned for line in store.host_lines.of_host(HOST)] == [False]
    see(store, "b")
    assert [(line.text, line.articles, line.is_learned) for line in store.host_lines.of_host(HOST)] == [(LINE.text, 2, True)]


def test_a_forgotten_line_stays_forgotten_however_often_it_is_seen(store: Store) -> None:
    see(store, "a")
    assert store.host_lines.forget(HOST, LINE.text)
    assert store.host_lines.forget(HOST, LINE.text)
    see(store, "b")
    see(store, "c")
    assert store.host_lines.sightings(HOST, [LINE.key]) == []
    assert [line.is_learned for line in store.host_lines.of_host(HOST)] == [False]


def test_a_line_that_was_never_shown_cannot_be_forgotten(store: Store) -> None:
    assert not store.host_lines.forget(HOST, "never shown")


def test_a_host_keeps_a_bounded_number_of_lines_those_seen_often_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 10)
    see(store, "a")
    see(store, "b")
    for number in range(30):
        see(store, f"c{number}", LearnableLine(100 + number, f"once {number}"))
    kept = store.host_lines.of_host(HOST)
    assert len(kept) <= 11
    assert kept[0].text == LINE.text
