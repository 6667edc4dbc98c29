"""Folding as the dedup worker does it, without the queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from shared.stages.reach import Window
from shared.store.folding import Folded
from shared.store.links import Claim
from shared.store.store import Store
from workers.dedup import decide


def fold(store: Store, claim: Claim, now: datetime) -> Folded | None:
    """Fold one claimed article; None where the claim is stale."""
    with store.stories.folding(claim, now) as folding:
        return None if folding is None else decide(folding, Window())


def fold_all(store: Store, claims: Iterable[Claim], now: datetime) -> list[Folded]:
    """Fold several, one after the other."""
    return [folded for claim in claims if (folded := fold(store, claim, now))]
