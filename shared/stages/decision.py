"""The values that placing an article in a story takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.stages.figures import Figures
from shared.stages.fingerprint import Fingerprint
from shared.stages.reach import Reach


class Role(StrEnum):
    """What a member is to its story."""

    CORE = "core"
    """Tells the whole text: matching may ask it whether another belongs."""
    EXCERPT = "excerpt"
    """A passage of it, shorter by a third or more. Never canonical while there is a whole one."""
    TWIN = "twin"
    """Let in for being one member's near copy, though far from the anchor. It lets in no further twin."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The article to be placed."""

    article: int
    host: str | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that shares keys with the incoming one. `story` is its story today, aliases resolved."""

    article: int
    story: int
    host: str | None
    payload: bytes
    shared_keys: int
    role: Role
    reach: Reach = Reach.FOLD


@dataclass(frozen=True, slots=True)
class StoryView:
    """What matching needs to know of a story. Members are article ids."""

    id: int
    anchor: int
    """The member that matching compares with. The canonical, which people are shown, may be another."""
    core: tuple[int, ...]
    """The newest 8 of the core, newest first."""
    core_count: int
    excerpts: tuple[int, ...] = ()
    """Up to 8 of the excerpts."""
    excerpt_count: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What was found about one candidate: the evidence for or against it."""

    article: int
    story: int
    shared_keys: int
    figures: Figures
    same: bool
    because: str
    """The line of the rule that decided."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a decision was made. Both are None where no candidate was found."""

    best: Told | None = None
    """The candidate that let the article in, or that came nearest to it."""
    runner_up: Told | None = None
    """The nearest candidate of any other story, and why that story wasn't chosen."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an article goes. Made of facts alone: the store carries it out."""

    story: int | None
    """None: it begins a story."""
    role: Role
    new_anchor: bool
    """It becomes the anchor of its story."""
    merges: tuple[int, ...]
    """Other stories that fold into `story`; their ids live on as aliases."""
    related: tuple[tuple[int, float], ...]
    """Stories on the same event that are told independently, nearest first, with the share of facts that agree."""
    score: float
    """Of the best candidate, from 0 to 1."""
    evidence: Evidence
    excerpts: tuple[int, ...] = ()
    """Members, of `story` and of `merges`, that turn out to be excerpts: their role changes."""


@dataclass(frozen=True, slots=True)
class People:
    """What people have said, which counts more than any figure."""

    together: int | None = None
    """The story that this article must be in."""
    apart: frozenset[int] = frozenset()
    """Stories that it must not be in."""
    unmerged: frozenset[tuple[int, int]] = frozenset()
    """Pairs of stories that must stay two, the smaller id first."""
