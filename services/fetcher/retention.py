"""Drops what is older than the settings say, a piece at a time between two releases, so that storage stays bounded."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared import log
from shared.bootstrap import App, now
from shared.store.retention import PIECE, RetentionStore

_PAUSE: Final = 60.0  # seconds between two looks where nothing is old
_HURRY: Final = 0.5  # where more is old than fits in a piece: 400 pages a second, more than ever come in
_BODY_DAYS: Final = 30
_LOOK_AGAIN: Final = timedelta(hours=6)  # until trails are gone through anew from the beginning


@dataclass
class Retention:
    """Looks at each table every minute; the log tells what went."""

    app: App
    clock: Callable[[], datetime] = now
    _next: float = 0.0
    _trails_after: int = 0
    _trails_at: datetime | None = None

    def look(self) -> None:
        """Drop one piece of each, where it is time."""
        if time.monotonic() < self._next:
            return
        settings, store, moment = self.app.settings, RetentionStore(self.app.store.database), self.clock()
        pages = store.drop_pages(moment - timedelta(days=settings.page_days))
        bodies = store.drop_bodies(moment - timedelta(days=_BODY_DAYS))
        lines, more = self._drop_trails(store, moment)
        hurry = more or PIECE in {pages, bodies}
        self._next = time.monotonic() + (_HURRY if hurry else _PAUSE)
        if pages or bodies or lines:
            log.logger().info("retention", outcome="dropped", pages=pages, bodies=bodies, trail_lines=lines)

    def _drop_trails(self, store: RetentionStore, moment: datetime) -> tuple[int, bool]:
        if self._trails_at is not None and moment < self._trails_at:
            return 0, False
        lines, following = store.drop_trails(moment - timedelta(days=self.app.settings.trail_days), after=self._trails_after)
        self._trails_after = following or 0
        self._trails_at = None if following else moment + _LOOK_AGAIN
        return lines, following is not None
