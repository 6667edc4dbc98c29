"""How fast a host may be asked, and when it counts as down: one link after another, and none while nobody answers.

released  ──▶ its host may be tried?  ──▶ robots.txt lets it pass?  ──▶ its turn has come?  ──▶ downloaded
                   │ down: later                                           │ too long: later
                   ▼                                                       ▼
              due again, not charged                                  due again, not charged
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from shared.failures import Failure, Transient

FAILURES_UNTIL_DOWN: Final = 5
"""Connection failures in a row, over all links of a host; fewer are the web's ordinary noise."""
_FIRST_BACKOFF: Final = timedelta(minutes=1)
_LONGEST_BACKOFF: Final = timedelta(hours=1)
_PATIENCE: Final = timedelta(days=1)
_PROBES_UNTIL_GIVEN_UP: Final = 20  # beside the day: a machine that slept through it has seen nothing
_LONGEST_CRAWL_DELAY: Final = 30.0  # seconds; some sites ask for hours, which nobody who wants to be read can mean
_LONGEST_WAIT: Final = 5.0  # seconds that a worker waits with a link in hand; beyond, the link goes back
_RATE_LIMIT_PAUSE: Final = 60.0  # seconds, where a host that says "too many" doesn't say for how long
_LONGEST_RATE_LIMIT_PAUSE: Final = 3600.0

_NO_ANSWER: Final = frozenset({"connection", "dns", "tls", "timeout"})
_NOT_ASKED: Final = frozenset({"robots", "robots-unreachable", "private-address", "bad-url", "crash"})


@dataclass(frozen=True, slots=True)
class Health:
    """What all workers together remember of a host. It is down from `down_since` on, and left alone until `down_until`."""

    failures: int = 0
    down_since: datetime | None = None
    down_until: datetime | None = None

    @property
    def is_down(self) -> bool:
        """Too many failures in a row: links are tried one at a time, as probes."""
        return self.failures >= FAILURES_UNTIL_DOWN

    @property
    def was_down_before(self) -> bool:
        """The last failure told nothing new, so it is the host's and not the link's."""
        return self.failures > FAILURES_UNTIL_DOWN


@dataclass(frozen=True, slots=True)
class Pace:
    """A host as the release sees it."""

    health: Health = Health()
    crawl_delay: float | None = None
    next_release: datetime | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: the link is due again at this moment, without a charge."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """The download may start in `wait` seconds, and the host's next one at `next_turn`."""

    wait: float
    next_turn: datetime


class Sign(Enum):
    """What a failure shows of the host."""

    ANSWERS = "answers"
    SILENT = "silent"
    NOTHING = "nothing"


def sign_of(failure: Failure) -> Sign:
    """An answer that can't be used is an answer; a host that wasn't asked shows nothing."""
    if failure.reason in _NO_ANSWER:
        return Sign.SILENT
    return Sign.NOTHING if failure.reason in _NOT_ASKED else Sign.ANSWERS


def pause_after(failure: Failure, now: datetime) -> datetime | None:
    """When a host that said "too many requests" may be asked again, for any of its links; None for any other failure."""
    if not isinstance(failure, Transient) or failure.reason != "rate-limited":
        return None
    return now + timedelta(seconds=min(failure.retry_after or _RATE_LIMIT_PAUSE, _LONGEST_RATE_LIMIT_PAUSE))


def gap_between(spacing: float, crawl_delay: float | None) -> float:
    """Seconds from one download of a host to its next; robots.txt may ask for more than the setting, up to 30."""
    return max(spacing, min(crawl_delay or 0.0, _LONGEST_CRAWL_DELAY))


def may_release(pace: Pace, taken: int, *, slots: int, now: datetime) -> bool:
    """Whether another link of the host may go out while `taken` are; a host that is down gets one probe at a time."""
    paused = pace.next_release is not None and pace.next_release > now
    room = 1 if pace.health.is_down else slots
    return taken < room and not paused and may_try(pace.health, now)


def may_try(health: Health, now: datetime) -> bool:
    """Whether the host may be asked for anything."""
    return health.down_until is None or health.down_until <= now


def begin_probe(health: Health, now: datetime) -> Health:
    """Keep others away while one link finds out whether the host is back; a prober that dies keeps them for one backoff."""
    return replace(health, down_until=now + _backoff(health.failures))


def after_silence(health: Health, now: datetime) -> Health:
    """The host as it stands after one more failure to reach it: down for 1 minute after the fifth, doubling to an hour."""
    failures = health.failures + 1
    if failures < FAILURES_UNTIL_DOWN:
        return Health(failures)
    return Health(failures, health.down_since or now, now + _backoff(failures))


def given_up(health: Health, now: datetime) -> datetime | None:
    """Links older than this end with their host, once it has been down for a day; None while there is hope."""
    probed = health.failures - FAILURES_UNTIL_DOWN >= _PROBES_UNTIL_GIVEN_UP
    if health.down_since is None or now - health.down_since < _PATIENCE or not probed:
        return None
    return now - _PATIENCE


def take_turn(free_at: datetime | None, gap: float, now: datetime) -> Turn | Later:
    """Give out the host's next turn, unless it is too far off to wait for; `free_at` is when the host's last turn is over."""
    start = now if free_at is None else max(free_at, now)
    wait = (start - now).total_seconds()
    if wait > _LONGEST_WAIT:
        return Later(start, "spacing")
    return Turn(wait, start + timedelta(seconds=gap))


def _backoff(failures: int) -> timedelta:
    doublings = min(max(failures - FAILURES_UNTIL_DOWN, 0), 10)
    return min(_FIRST_BACKOFF * (1 << doublings), _LONGEST_BACKOFF)
