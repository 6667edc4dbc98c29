"""When to poll a feed next: soon where much is new, later where nothing is, later still where it fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from shared.failures import Failure, Hostile, Permanent, Transient

_SLOWER: Final = 1.4
_JITTER: Final = 0.1
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])(?:s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_MOST_HINTED: Final = 6 * 3600.0
_FULL_WINDOW: Final = 0.5
_HARD_STEP: Final = 12
_SOFT_STEP: Final = 3
_RETIRED_AFTER: Final = 30


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest pause between two polls, in seconds."""

    shortest: float = 300.0
    longest: float = 86_400.0

    def hold(self, seconds: float) -> float:
        """The nearest pause within the bounds."""
        return min(max(seconds, self.shortest), self.longest)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the feed and its server say about when to come again, in seconds: `ttl` or `sy:*`, and `Cache-Control`/`Expires`."""

    ttl: float | None = None
    max_age: float | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str], *, ttl: float | None, now: datetime) -> Hints:
        """Read them from an answer's headers (lower-case names)."""
        return cls(ttl=ttl, max_age=_max_age(headers, now))


@dataclass(frozen=True, slots=True)
class NextPoll:
    """The pause so far adapted, without jitter, and the moment of the next poll, with it.

    `retired` says that the feed is given up but for a look now and then, in case that it lives again.
    """

    interval: float
    at: datetime
    retired: bool = False


def after_success(
    interval: float,
    *,
    new_entries: int,
    known_entries: int,
    now: datetime,
    jitter: float,
    hints: Hints = Hints(),
    bounds: Bounds = Bounds(),
) -> NextPoll:
    """Plan the next poll after an answer; a 304 or an unchanged body has no new entries.

    `interval` is the pause so far, in seconds; `jitter` a number from 0 to 1, for ±10 %. Nothing new: 1.4 times the pause.
    Something new: the pause in which one new entry is to be expected, but not less than a quarter of the last one.
    More than half of the feed new: entries may have been missed, so a quarter, whatever the feed hints.
    """
    total = new_entries + known_entries
    if new_entries == 0:
        adapted = max(interval, bounds.shortest) * _SLOWER
    elif known_entries and new_entries > total * _FULL_WINDOW:
        return _planned(interval / 4, bounds, now, jitter)
    else:
        adapted = interval / min(new_entries, 4) if known_entries else interval
    return _planned(max(bounds.hold(adapted), _hinted(hints)), bounds, now, jitter)


def after_failure(
    failure: Failure,
    failures: int,
    *,
    now: datetime,
    jitter: float,
    bounds: Bounds = Bounds(),
) -> NextPoll:
    """Plan the next poll after a failure; `failures` counts this one.

    The pause grows linearly: by an hour where the feed itself is wrong (hard: not found, not a feed, refused), by a quarter
    of an hour where its server is (soft: 5xx, DNS, TLS), by the shortest pause where it is likely to pass (rate limit,
    timeout, connection). The server's Retry-After counts where it is longer. 410 retires a feed at once, thirty hard
    failures in a row do too.
    """
    hard = isinstance(failure, Permanent | Hostile)
    if failure.reason == "gone" or (hard and failures >= _RETIRED_AFTER):
        return _planned(bounds.longest, bounds, now, jitter, retired=True)
    pause = bounds.shortest * _step(failure, hard=hard) * max(1, failures)
    asked = failure.retry_after if isinstance(failure, Transient) else None
    return _planned(max(pause, asked or 0.0), bounds, now, jitter)


def _planned(seconds: float, bounds: Bounds, now: datetime, jitter: float, *, retired: bool = False) -> NextPoll:
    interval = bounds.hold(seconds)
    pause = bounds.hold(interval * (1 + _JITTER * (2 * jitter - 1)))
    return NextPoll(interval=interval, at=now + timedelta(seconds=pause), retired=retired)


def _step(failure: Failure, *, hard: bool) -> int:
    if hard:
        return _HARD_STEP
    return 1 if failure.reason in {"rate-limited", "timeout", "connection", "truncated"} else _SOFT_STEP


def _hinted(hints: Hints) -> float:
    """The longest pause that is asked for, up to six hours: many a daily `ttl` stands in a feed that is written every hour."""
    return min(max(hints.ttl or 0.0, hints.max_age or 0.0), _MOST_HINTED)


def _max_age(headers: Mapping[str, str], now: datetime) -> float | None:
    """RFC 9111 §4.2.1: Cache-Control outranks Expires."""
    if match := _MAX_AGE.search(headers.get("cache-control", "")):
        return float(match[1])
    try:
        expires = parsedate_to_datetime(headers["expires"])
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return None
    expires = expires if expires.tzinfo else expires.replace(tzinfo=UTC)
    return max(0.0, (expires - now).total_seconds())
