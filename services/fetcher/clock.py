"""Notices that the clock was set, or that the machine slept, and puts right what the store has written down as future moments."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared import log
from shared.bootstrap import App, now

_NEWS: Final = timedelta(seconds=5)  # less is a clock being kept right


@dataclass
class ClockWatch:
    """Compares the clock with one that nobody sets. Look before leases are judged by the clock."""

    app: App
    clock: Callable[[], datetime] = now
    steady: Callable[[], float] = time.monotonic
    _began: datetime | None = None
    """The moment, by the clock, at which the steady one would have shown zero."""

    def look(self) -> None:
        """Put things right where the clock has jumped since the last look, or been set back since the last run."""
        moment = self.clock()
        began = moment - timedelta(seconds=self.steady())
        jump = self._set_back_before(moment) if self._began is None else began - self._began
        if abs(jump) > _NEWS:
            log.logger().warning("clock", outcome="jumped", seconds=round(jump.total_seconds()))
            self.app.store.clock.jumped(jump, moment, lease=self.app.settings.lease)
        self._began = began  # only once the store has been told: else the next look would see no jump

    def _set_back_before(self, moment: datetime) -> timedelta:
        newest = self.app.store.clock.newest()
        return min(timedelta(0), moment - newest) if newest else timedelta(0)
