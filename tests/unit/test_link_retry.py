"""What becomes of a link after a failure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.failures import Failure, Hostile, Permanent, Transient
from shared.stages.link_retry import End, RetryAt, after_failure

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def pause(failure: Failure, attempts: int, jitter: float = 0.5) -> float:
    decided = after_failure(failure, attempts, now=NOW, max_attempts=5, jitter=jitter)
    assert isinstance(decided, RetryAt)
    return (decided.at - NOW).total_seconds()


def end(failure: Failure, attempts: int = 1) -> str:
    decided = after_failure(failure, attempts, now=NOW, max_attempts=5)
    assert isinstance(decided, End)
    return decided.outcome


def test_what_may_pass_is_tried_again_after_growing_pauses() -> None:
    assert [pause(Transient("timeout"), attempts) for attempts in (1, 2, 3, 4)] == [60, 240, 960, 3_840]


def test_pauses_are_spread_by_a_fifth() -> None:
    assert [pause(Transient("timeout"), 1, jitter) for jitter in (0.0, 1.0)] == [48, 72]


def test_a_server_that_says_when_is_believed_up_to_six_hours() -> None:
    assert pause(Transient("rate-limited", retry_after=600), 1) == 600
    assert pause(Transient("rate-limited", retry_after=1), 1) == 60
    assert pause(Transient("rate-limited", retry_after=10**9), 1) == 6 * 3_600


def test_what_never_passes_ends_dead_after_the_last_attempt() -> None:
    assert end(Transient("timeout"), 5) == "dead:timeout"
    assert end(Transient("dns"), 9) == "dead:dns"


@pytest.mark.parametrize("reason", ["not-found", "gone", "forbidden", "client-error", "too-many-redirects", "bad-url"])
def test_a_page_that_is_not_to_be_had_ends_dead_at_once(reason: str) -> None:
    assert end(Permanent(reason)) == f"dead:{reason}"


@pytest.mark.parametrize("reason", ["not-text", "not-html", "too-large", "bad-encoding", "parse-timeout", "parse-memory"])
def test_a_page_whose_content_is_at_fault_ends_rejected_at_once(reason: str) -> None:
    assert end(Permanent(reason)) == f"rejected:{reason}"


@pytest.mark.parametrize("reason", ["private-address", "header-too-large", "bad-url"])
def test_a_broken_rule_of_safety_ends_rejected_at_once(reason: str) -> None:
    assert end(Hostile(reason)) == f"rejected:{reason}"


def test_a_page_that_its_site_asks_not_to_read_ends_rejected() -> None:
    assert end(Permanent("robots")) == "rejected:robots"
