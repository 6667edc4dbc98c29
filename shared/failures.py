"""Why a unit of work did not succeed, as types.

    Failure(reason, detail)
    ├── Transient(retry_after)   may pass: the link is tried again, later
    ├── Permanent                won't pass: the link ends as dead:<reason> or rejected:<reason>
    └── Hostile                  breaks a rule of safety: ends at once, and is worth a warning

`reason` is a short word that outcomes and logs carry ("timeout", "not-found"); `detail` is one sentence for a person.
"""

from __future__ import annotations


class Failure(Exception):
    """Base of the three; catch it where the kind doesn't matter."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Transient(Failure):
    """May pass by itself. `retry_after` is what the other side asked for, in seconds, or None."""

    def __init__(self, reason: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class Permanent(Failure):
    """Won't pass however often it is tried."""


class Hostile(Failure):
    """The other side led somewhere it must not, or sent what no honest page needs."""


class Mistake(Exception):
    """A person's input or setting can't be used; the message is one sentence that tells what to do."""
