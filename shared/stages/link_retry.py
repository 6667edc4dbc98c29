"""What becomes of a link after a failure: another try later, or an end with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.failures import Failure, Hostile, Transient
from shared.model import Outcome

_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 6 * 3600.0
_CONTENT: Final = frozenset({"not-text", "not-html", "too-large", "bad-encoding", "not-an-article-link"})
_ASKED_NOT_TO: Final = "robots"


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The link is due again at this moment."""

    at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """The link ends here; `outcome` is `dead:<reason>` or `rejected:<reason>`."""

    outcome: str


def after_failure(failure: Failure, attempts: int, *, now: datetime, max_attempts: int, jitter: float = 0.5) -> RetryAt | End:
    """Decide; `attempts` counts the one that just failed, `jitter` is a number from 0 to 1.

    What may pass is tried after 1, 4, 16 … minutes (±20 %), or when the server says, at most 6 hours later, `max_attempts`
    times in all. The rest ends at once: `rejected` where the content is at fault, a rule of safety was broken or the site
    asks not to be read, `dead` where no page was had.
    """
    if isinstance(failure, Transient) and attempts < max_attempts:
        return RetryAt(now + timedelta(seconds=_pause(failure, attempts, jitter)))
    rejected = isinstance(failure, Hostile) or failure.reason in {*_CONTENT, _ASKED_NOT_TO} or failure.reason.startswith("parse-")
    return End((Outcome.REJECTED if rejected else Outcome.DEAD).because(failure.reason))


def _pause(failure: Transient, attempts: int, jitter: float) -> float:
    own: float = _FIRST_PAUSE * 4.0 ** min(max(attempts, 1) - 1, 8) * (0.8 + 0.4 * jitter)
    return min(max(own, failure.retry_after or 0.0), _LONGEST_PAUSE)
