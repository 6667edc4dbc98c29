"""Copies that arrive in the same instant make one story, whoever is faster, on both databases.

The quick form runs with all tests; `make races` runs the long one. Both print what came out.

    STORYFOLD_RACE_GROUPS   groups of 4 copies that race through 4 workers (quick: 12)
    STORYFOLD_RACE_ROUNDS   texts that 8 workers take in the same instant, one after the other (quick: 6)
"""

from __future__ import annotations

import os

import pytest

from shared.store.store import Store
from tests.support.races import race

GROUPS = int(os.environ.get("STORYFOLD_RACE_GROUPS", "12"))
ROUNDS = int(os.environ.get("STORYFOLD_RACE_ROUNDS", "6"))


@pytest.mark.timeout(3600)  # the long form, on a busy machine
@pytest.mark.parametrize(
    ("what", "groups", "workers", "in_step"),
    [("groups of copies, each at its pace", GROUPS, 4, False), ("the same text in the same instant", ROUNDS, 8, True)],
)
def test_racing_copies_make_one_story_each(
    store: Store, database_url: str, what: str, groups: int, workers: int, in_step: bool
) -> None:
    outcome = race(database_url, groups, workers, in_step=in_step)
    print("\n" + outcome.line(what, "SQLite" if store.database.is_sqlite else "PostgreSQL"))
    assert (outcome.doubles, outcome.torn, outcome.mixed) == (0, 0, 0)
    assert outcome.ended == {"new-story": groups, "joined": groups * (workers - 1)}
