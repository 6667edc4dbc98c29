"""Where the labelled data lie: never in the project, and read in place."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def labelled(*parts: str) -> Path | None:
    """A file or folder of the labelled data, or None where they aren't at hand.

    `STORYFOLD_CORPORA` names their folder, by itself or with its `corpora` inside; a relative one starts at the project's root.
    """
    base = _ROOT / os.environ.get("STORYFOLD_CORPORA", "../shared")
    places = (base.joinpath(*parts), base.joinpath("corpora", *parts), base.parent.joinpath(*parts))
    return next((place for place in places if place.exists()), None)
