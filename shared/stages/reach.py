"""How far back matching looks: for copies a week, for independent reports two, for a reprint of the same text a year and more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Reach(StrEnum):
    """What an earlier article can be to a new one, by its age."""

    FOLD = "fold"
    """The same story, or a related one."""
    RELATED = "related"
    """A related story: too old to fold with."""
    REPRINT = "reprint"
    """A related story, where it is the same text: too old to be about the same event."""


REPRINT: Final = timedelta(days=400)
"""A yearly reprint is found though it comes a month late. So long an article keeps every sixth of its keys."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far back matching looks. `related` counts where it is longer than `fold`."""

    fold: timedelta = timedelta(days=7)
    related: timedelta = timedelta(days=14)
