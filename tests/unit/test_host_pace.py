"""How fast a host may be asked, when it counts as down, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.failures import Failure, Hostile, Permanent, Transient
from shared.stages.host_pace import (
    FAILURES_UNTIL_DOWN,
    Health,
    Later,
    Pace,
    Sign,
    Turn,
    after_silence,
    begin_probe,
    gap_between,
    given_up,
    may_release,
    may_try,
    pause_after,
    sign_of,
    take_turn,
)

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def silent(times: int, health: Health | None = None) -> Health:
    """A host that could not be reached so many times, all at the same moment."""
    return reduce(lambda so_far, _: after_silence(so_far, NOW), range(times), health or Health())


DOWN = silent(FAILURES_UNTIL_DOWN)


def test_the_spacing_holds_where_robots_txt_asks_for_nothing() -> None:
    assert gap_between(1.0, None) == 1.0
    assert gap_between(0.0, None) == 0.0


def test_the_longer_of_spacing_and_crawl_delay_holds() -> None:
    assert (gap_between(1.0, 5.0), gap_between(5.0, 1.0), gap_between(0.0, 0.5)) == (5.0, 5.0, 0.5)


def test_a_crawl_delay_is_kept_up_to_half_a_minute() -> None:
    assert gap_between(1.0, 86_400.0) == 30.0
    assert gap_between(60.0, 86_400.0) == 60.0


def test_a_host_has_so_many_slots() -> None:
    assert [may_release(Pace(), taken, slots=2, now=NOW) for taken in (0, 1, 2, 3)] == [True, True, False, False]


def test_a_host_that_pauses_gets_nothing_until_its_pause_is_over() -> None:
    pace = Pace(next_release=NOW)
    assert [may_release(pace, 0, slots=2, now=NOW + after) for after in (-SECOND, 0 * SECOND, SECOND)] == [False, True, True]


def test_a_few_failures_are_noise() -> None:
    health = silent(FAILURES_UNTIL_DOWN - 1)
    assert not health.is_down
    assert may_try(health, NOW)


def test_five_failures_in_a_row_take_a_host_down_for_a_minute() -> None:
    assert DOWN.is_down
    assert [may_try(DOWN, NOW + after) for after in (0 * SECOND, 59 * SECOND, MINUTE)] == [False, False, True]


def test_a_host_that_stays_down_is_tried_ever_more_rarely_up_to_an_hour() -> None:
    pauses = [silent(FAILURES_UNTIL_DOWN + more).down_until for more in range(9)]
    assert [(until - NOW) / MINUTE for until in pauses if until] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_failures_without_end_overflow_nothing() -> None:
    assert after_silence(Health(10**9, NOW - DAY, NOW), NOW).down_until == NOW + HOUR


def test_the_failure_that_takes_a_host_down_is_its_link_s_too_and_those_after_it_are_not() -> None:
    assert [silent(times).was_down_before for times in (4, 5, 6)] == [False, False, True]


def test_a_host_that_is_down_gets_one_probe_at_a_time() -> None:
    later = NOW + MINUTE
    assert not may_release(Pace(DOWN), 0, slots=2, now=NOW)
    assert may_release(Pace(DOWN), 0, slots=2, now=later)
    assert not may_release(Pace(DOWN), 1, slots=2, now=later)


def test_a_probe_under_way_keeps_others_away_for_one_backoff() -> None:
    probed = begin_probe(DOWN, NOW + MINUTE)
    assert not may_try(probed, NOW + MINUTE)
    assert may_try(probed, NOW + 2 * MINUTE)
    assert probed.failures == DOWN.failures


def test_how_long_a_host_is_down_counts_from_the_fifth_failure() -> None:
    assert silent(9).down_since == NOW
    assert after_silence(silent(9), NOW + HOUR).down_since == NOW


@pytest.mark.parametrize(
    ("probes", "since", "expected"),
    [
        (0, DAY, None),
        (19, 2 * DAY, None),
        (20, DAY - SECOND, None),
        (20, DAY, NOW),
        (100, DAY + HOUR, NOW + HOUR),
    ],
)
def test_a_host_is_given_up_after_a_day_in_which_it_was_tried_often(
    probes: int, since: timedelta, expected: datetime | None
) -> None:
    assert given_up(silent(FAILURES_UNTIL_DOWN + probes), NOW + since) == expected


def test_a_host_that_is_up_is_never_given_up() -> None:
    assert given_up(Health(), NOW) is None


@pytest.mark.parametrize(
    ("failure", "sign"),
    [
        (Transient("connection"), Sign.SILENT),
        (Transient("dns"), Sign.SILENT),
        (Transient("tls"), Sign.SILENT),
        (Transient("timeout"), Sign.SILENT),
        (Transient("server-error"), Sign.ANSWERS),
        (Transient("rate-limited"), Sign.ANSWERS),
        (Permanent("not-found"), Sign.ANSWERS),
        (Permanent("too-large"), Sign.ANSWERS),
        (Hostile("header-too-large"), Sign.ANSWERS),
        (Permanent("robots"), Sign.NOTHING),
        (Transient("robots-unreachable"), Sign.NOTHING),
        (Hostile("private-address"), Sign.NOTHING),
        (Permanent("bad-url"), Sign.NOTHING),
        (Transient("crash"), Sign.NOTHING),
    ],
)
def test_what_a_failure_shows_of_the_host(failure: Failure, sign: Sign) -> None:
    assert sign_of(failure) is sign


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Transient("rate-limited"), 60),
        (Transient("rate-limited", retry_after=5), 5),
        (Transient("rate-limited", retry_after=10**6), 3_600),
        (Transient("server-error", retry_after=5), None),
        (Permanent("not-found"), None),
    ],
)
def test_a_host_that_says_too_many_is_left_alone(failure: Failure, seconds: int | None) -> None:
    assert pause_after(failure, NOW) == (NOW + timedelta(seconds=seconds) if seconds else None)


def test_the_first_turn_is_at_once() -> None:
    assert take_turn(None, 1.0, NOW) == Turn(0.0, NOW + SECOND)
    assert take_turn(NOW - HOUR, 1.0, NOW) == Turn(0.0, NOW + SECOND)


def test_the_next_turn_comes_after_the_gap() -> None:
    assert take_turn(NOW + SECOND, 1.0, NOW) == Turn(1.0, NOW + 2 * SECOND)


def test_a_turn_that_is_far_off_is_not_waited_for() -> None:
    assert take_turn(NOW + 5 * SECOND, 30.0, NOW) == Turn(5.0, NOW + 35 * SECOND)
    assert take_turn(NOW + 6 * SECOND, 30.0, NOW) == Later(NOW + 6 * SECOND, "spacing")


@given(st.lists(st.floats(0, 20), min_size=1, max_size=30), st.floats(0, 10))
def test_two_downloads_never_begin_closer_than_the_gap(pauses: list[float], gap: float) -> None:
    free_at, moment, starts = None, NOW, []
    for pause in pauses:
        moment += timedelta(seconds=pause)
        turn = take_turn(free_at, gap, moment)
        if isinstance(turn, Turn):
            starts.append(moment + timedelta(seconds=turn.wait))
            free_at = turn.next_turn
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(starts)]
    assert all(each >= gap - 1e-5 for each in gaps)
