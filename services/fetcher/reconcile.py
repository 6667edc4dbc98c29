"""What the store thinks is queued against what the queue holds: a wiped or crashed queue is noticed within seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from shared import log
from shared.bootstrap import App, now
from shared.queue import DEDUP, EXTRACT
from shared.store.links import Claim

_PAUSE: Final = 5.0  # seconds between two looks; a claim that is missing in both is lost


@dataclass
class Reconciler:
    """Compares store and queue every few seconds; keeps what was missing the last time."""

    app: App
    _missing: set[Claim] = field(default_factory=set)
    _next: float = 0.0

    def look(self) -> tuple[Claim, ...]:
        """Bring back what the queue has lost, renew what waits in it; returns what is to be folded again.

        A job between queue and work-horse is in neither list for milliseconds: hence two looks. Raises `QueueUnreachable`.
        """
        if time.monotonic() < self._next:
            return ()
        self._next = time.monotonic() + _PAUSE
        settings, links = self.app.settings, self.app.store.links
        should_wait = links.waiting(now(), lease=settings.lease)
        held = [self.app.queue.held(name) for name in (EXTRACT, DEDUP)]
        links.still_queued(held[0].waiting | held[1].waiting, now(), lease=settings.queue_lease)
        at_work = {claim.link for each in held for claim in each.begun}  # extracted links are queued at their batch's end
        missing = {claim for claim in should_wait.difference(*(each.waiting for each in held)) if claim.link not in at_work}
        lost, self._missing = missing & self._missing, missing
        if not lost:
            return ()
        back = links.lost_by_queue(lost, now(), lease=settings.queue_lease)
        log.logger().warning("queue", outcome="lost-jobs", due_again=back.due_again, to_fold=len(back.to_fold))
        return back.to_fold
