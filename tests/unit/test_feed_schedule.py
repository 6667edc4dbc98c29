"""When a feed is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.failures import Failure, Hostile, Permanent, Transient
from shared.stages.feed_schedule import Bounds, Hints, after_failure, after_success

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOUNDS = Bounds(300, 86_400)
NO_HINTS = Hints()
HOUR = 3_600.0


def success(interval: float, new: int, known: int, hints: Hints = NO_HINTS, jitter: float = 0.5) -> float:
    return after_success(interval, new_entries=new, known_entries=known, now=NOW, jitter=jitter, hints=hints).interval


def failure(kind: Failure, failures: int = 1) -> float:
    return after_failure(kind, failures, now=NOW, jitter=0.5).interval


def test_a_feed_with_nothing_new_is_polled_more_rarely() -> None:
    assert success(HOUR, 0, 20) == pytest.approx(1.4 * HOUR)


def test_a_feed_with_one_new_entry_keeps_its_pace() -> None:
    assert success(HOUR, 1, 19) == HOUR


def test_a_feed_with_several_new_entries_is_polled_sooner() -> None:
    assert success(HOUR, 3, 17) == HOUR / 3


def test_a_feed_of_which_most_is_new_is_polled_much_sooner_whatever_it_hints() -> None:
    """Entries may have fallen out of its window unseen."""
    assert success(HOUR, 15, 5, Hints(ttl=6 * HOUR)) == HOUR / 4


def test_a_first_poll_keeps_the_pace() -> None:
    """All is new then, which says nothing about how often news comes."""
    assert success(HOUR, 20, 0) == HOUR


def test_a_quiet_feed_ends_at_the_longest_pause_and_a_busy_one_at_the_shortest() -> None:
    quiet = busy = HOUR
    for _ in range(20):
        quiet, busy = success(quiet, 0, 20), success(busy, 4, 16)
    assert (quiet, busy) == (86_400, 300)


def test_a_quiet_feed_that_wakes_is_polled_hourly_within_three_polls() -> None:
    interval = 86_400.0
    for _ in range(3):
        interval = success(interval, 12, 8)
    assert interval < HOUR


@pytest.mark.parametrize(
    ("headers", "ttl", "pause"),
    [
        ({}, None, 300),
        ({}, 3_600.0, 3_600),
        ({"cache-control": "public, max-age=1800"}, None, 1_800),
        ({"cache-control": "max-age=600, s-maxage=1200"}, None, 600),
        ({"cache-control": "max-age=1800"}, 900.0, 1_800),
        ({"expires": "Wed, 04 Mar 2026 12:20:00 GMT"}, None, 1_200),
        ({"expires": "Wed, 04 Mar 2026 11:20:00 GMT"}, None, 300),
        ({"expires": "0"}, None, 300),
        ({"expires": "Wed, 04 Mar 2026 12:20:00 GMT", "cache-control": "max-age=700"}, None, 700),
        ({"cache-control": "no-cache, no-store"}, None, 300),
        ({"cache-control": "max-age=soon"}, None, 300),
        ({"cache-control": "max-age=99999999"}, None, 6 * HOUR),
        ({}, 86_400.0, 6 * HOUR),
    ],
)
def test_hints_lengthen_the_pause_up_to_six_hours(headers: dict[str, str], ttl: float | None, pause: float) -> None:
    assert success(300, 1, 19, Hints.of(headers, ttl=ttl, now=NOW)) == pause


def test_hints_never_shorten_the_pause() -> None:
    assert success(HOUR, 1, 19, Hints(ttl=60, max_age=60)) == HOUR


@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_jitter_moves_the_moment_by_a_tenth_but_not_the_pace(jitter: float, share: float) -> None:
    following = after_success(HOUR, new_entries=1, known_entries=9, now=NOW, jitter=jitter)
    assert following.interval == HOUR
    assert following.at == NOW + timedelta(seconds=HOUR * share)


def test_pauses_grow_linearly_by_class_of_failure() -> None:
    passing, soft, hard = Transient("timeout"), Transient("server-error"), Permanent("not-found")
    assert [failure(passing, count) for count in (1, 2, 3)] == [300, 600, 900]
    assert [failure(soft, count) for count in (1, 2, 3)] == [900, 1_800, 2_700]
    assert [failure(hard, count) for count in (1, 2, 3)] == [3_600, 7_200, 10_800]
    assert failure(Hostile("private-address")) == 3_600


def test_a_servers_own_wish_counts_where_it_is_longer() -> None:
    assert failure(Transient("rate-limited", retry_after=7_200)) == 7_200
    assert failure(Transient("rate-limited", retry_after=10)) == 300
    assert failure(Transient("rate-limited", retry_after=10**9)) == 86_400


def test_a_feed_that_is_gone_is_retired_at_once_and_one_that_fails_for_weeks_too() -> None:
    assert after_failure(Permanent("gone"), 1, now=NOW, jitter=0.5).retired
    assert not after_failure(Permanent("not-found"), 29, now=NOW, jitter=0.5).retired
    assert after_failure(Permanent("not-found"), 30, now=NOW, jitter=0.5).retired
    assert not after_failure(Transient("server-error"), 100, now=NOW, jitter=0.5).retired


def test_a_retired_feed_is_still_looked_at_once_in_the_longest_pause() -> None:
    following = after_failure(Permanent("gone"), 1, now=NOW, jitter=0.5)
    assert following.at == NOW + timedelta(days=1)


@given(
    st.floats(0, 10**7), st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 10**9), st.floats(0, 10**9)
)
def test_every_pause_stays_within_its_bounds(
    interval: float, new: int, known: int, jitter: float, ttl: float, max_age: float
) -> None:
    hints = Hints(ttl=ttl, max_age=max_age)
    following = after_success(interval, new_entries=new, known_entries=known, now=NOW, jitter=jitter, hints=hints, bounds=BOUNDS)
    assert 300 <= following.interval <= 86_400
    assert 300 <= (following.at - NOW).total_seconds() <= 86_400
