"""Turns of feeds: a site with many is asked slowly, and nobody waits for it."""

from __future__ import annotations

from services.fetcher.feed_turns import FeedTurns
from shared.model import Feed

NOW = 1_000.0  # by a clock that nobody sets


def feed(number: int, host: str = "paper.example") -> Feed:
    return Feed(number, f"https://{host}/{number}.xml", None, None, None, None, 0, 300)


def feeds(*numbers: int) -> list[Feed]:
    return [feed(number) for number in numbers]


def test_feeds_of_different_hosts_are_polled_at_once() -> None:
    claimed = [feed(number, f"paper-{number}.example") for number in range(20)]
    assert FeedTurns(slots=2, spacing=1).part(claimed, NOW) == (claimed, {})


def test_feeds_of_one_host_get_turns_one_after_the_other() -> None:
    turns = FeedTurns(slots=2, spacing=1)
    assert turns.part(feeds(1, 2, 3, 4), NOW) == (feeds(1), {2: 1.0, 3: 2.0, 4: 3.0})


def test_a_promised_turn_is_kept_however_many_wait_behind_it() -> None:
    turns = FeedTurns(slots=2, spacing=1)
    turns.part(feeds(1, 2, *range(10, 500)), NOW)
    assert turns.part(feeds(2), NOW + 1) == (feeds(2), {})


def test_turns_that_came_late_are_taken_one_after_the_other_too() -> None:
    turns = FeedTurns(slots=9, spacing=1)
    turns.part(feeds(1, 2, 3, 4, 5), NOW)
    assert turns.part(feeds(2, 3, 4), NOW + 3) == (feeds(2), {3: 1.0, 4: 2.0})  # the loop was held up for two seconds
    assert turns.part(feeds(3, 5), NOW + 4) == (feeds(3), {5: 1.0})
    assert turns.part(feeds(6, 5), NOW + 5) == (feeds(5), {6: 1.0})


def test_a_host_that_is_slow_to_answer_is_asked_for_no_more_than_its_slots() -> None:
    turns = FeedTurns(slots=2, spacing=0)
    assert turns.part(feeds(1, 2, 3), NOW) == (feeds(1, 2), {3: 1.0})
    assert turns.part(feeds(3), NOW + 1) == ([], {3: 1.0})
    turns.given_back(feed(1))
    assert turns.part(feeds(3), NOW + 2) == (feeds(3), {})


def test_a_host_of_thousands_does_not_hold_up_another() -> None:
    turns = FeedTurns(slots=2, spacing=1)
    turns.part(feeds(*range(5_000)), NOW)
    other = feed(9_999, "other.example")
    assert turns.part([other], NOW) == ([other], {})


def test_a_host_that_was_asked_long_ago_is_asked_at_once() -> None:
    turns = FeedTurns(slots=2, spacing=1)
    turns.part(feeds(1, 2), NOW)
    turns.given_back(feed(1))
    assert turns.part(feeds(3), NOW + 300) == (feeds(3), {})
