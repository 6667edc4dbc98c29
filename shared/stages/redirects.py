"""What the redirects on the way to a page mean for the address that we keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

_PERMANENT: Final = frozenset({301, 308})
_HELD_OFTEN_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: its status, and absolute URLs."""

    status: int
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Move:
    """Where a feed says that it has moved to, and in how many successful polls in a row it has said so."""

    url: str
    held: int

    @classmethod
    def settled_at(cls, url: str) -> Self:
        """A move that needs no more proof."""
        return cls(url, _HELD_OFTEN_ENOUGH)

    @property
    def settled(self) -> bool:
        """Whether the feed's own address is to be rewritten: a single 301 is too often a mistake or a captive portal."""
        return self.held >= _HELD_OFTEN_ENOUGH


def feed_move(trail: Sequence[Hop], known: Move | None) -> Move | None:
    """What one successful poll says of a feed's address; `known` is what the polls before it said.

    Only redirects that call themselves permanent (301, 308) count, up to the first that doesn't: that far it has moved.
    """
    target = None
    for hop in trail:
        if hop.status not in _PERMANENT:
            break
        target = hop.target
    if target is None:
        return None
    return Move(target, known.held + 1 if known is not None and known.url == target else 1)
