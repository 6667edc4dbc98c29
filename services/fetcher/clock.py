"""Notices that the clock was set, that the machine slept, or that nobody could look for a while, and puts moments right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared import log
from shared.bootstrap import App, now

_NEWS: Final = timedelta(seconds=5)  # less is a clock being kept right
_CHECKED_EVERY: Final = 30.0  # seconds
_LONGEST_WAIT: Final = 12 * 3600.0  # seconds; a link's longest pause is 6 h, a host's 1 h
_MOST_TURNS: Final = 10_000  # feeds of one host that wait for their turns, each a spacing after the one before


@dataclass
class ClockWatch:
    """Compares the clock with one that nobody sets. Look before leases are judged by the clock.

    Where it is long since all went well, queue or database were away: whoever works could not renew a lease, either.
    """

    app: App
    clock: Callable[[], datetime] = now
    steady: Callable[[], float] = time.monotonic
    _began: datetime | None = None
    """The moment, by the clock, at which the steady one would have shown zero."""
    _well: float | None = None
    """When all went well the last time, by the steady clock."""
    _checked: float | None = None
    """When moments were last looked through, by the steady clock."""

    def look(self) -> None:
        """Put things right where the clock has jumped since the last look, or been set back since the last run."""
        moment = self.clock()
        steady, lease = self.steady(), self.app.settings.lease
        began = moment - timedelta(seconds=steady)
        jump = self._set_back_before(moment) if self._began is None else began - self._began
        if abs(jump) > _NEWS:
            log.logger().warning("clock", outcome="jumped", seconds=round(jump.total_seconds()))
            self.app.store.clock.jumped(jump, moment, lease=lease)
        elif self._well is not None and steady - self._well > lease / 3:
            self.app.store.clock.jumped(timedelta(0), moment, lease=lease)
        elif self._checked is None or steady - self._checked > _CHECKED_EVERY:
            self._check(moment)
            self._checked = steady
        self._began = began  # only once the store has been told: else the next look would see no jump

    def went_well(self) -> None:
        """Queue and database did what they were asked for since the last look."""
        self._well = self.steady()

    def _check(self, moment: datetime) -> None:
        """Others may have written a moment by the clock of before, just after `jumped` had put all of them right."""
        settings = self.app.settings
        lease, wait = max(settings.lease, settings.queue_lease), max(_LONGEST_WAIT, _MOST_TURNS * settings.host_spacing)
        found = self.app.store.clock.put_right(moment, lease=lease, wait=wait)
        if found:
            log.logger().warning("clock", outcome="put-right", moments=found)

    def _set_back_before(self, moment: datetime) -> timedelta:
        newest = self.app.store.clock.newest()
        return min(timedelta(0), moment - newest) if newest else timedelta(0)
