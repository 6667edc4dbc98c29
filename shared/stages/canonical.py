"""Members → canonical: the member that stands for its story.

The earliest published one that isn't an excerpt; among those of one moment the one nearest to all others, then the longest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.stages.decision import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the election sees it. Times are aware."""

    article: int
    role: Role
    published: datetime | None
    """None: nobody told; `seen` stands in, so that an undated copy can't beat a dated original it came after."""
    seen: datetime
    words: int
    closeness: float = 0.0
    """How near it is to the others, such as the mean of its scores with them: the highest is the medoid."""


def elect(members: Sequence[Member]) -> int:
    """Choose the canonical among at least one member, whatever their order."""
    return min(members, key=_rank).article


def _rank(member: Member) -> tuple[bool, datetime, float, int, int]:
    published = min(member.published, member.seen) if member.published else member.seen
    return (member.role is Role.EXCERPT, published, -member.closeness, -member.words, member.article)
