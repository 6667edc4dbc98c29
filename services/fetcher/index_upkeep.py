"""Upkeep of the candidate index, a piece at a time: what is too old goes, what an older version signed is signed again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from shared import log
from shared.bootstrap import App, now
from shared.store.candidates import Since
from shared.store.old_keys import BEGINNING, Place

_ROUND: Final = 3600.0  # seconds from the end of one round to the beginning of the next


@dataclass
class IndexUpkeep:
    """Remembers how far each of the two rounds has come. Raises `StoreUnreachable`; the piece is then tried again."""

    app: App
    _place: Place = BEGINNING
    _dropped: int = 0
    _next_drop: float = 0.0
    _signed: int = 0
    _next_signing: float = 0.0

    def look(self) -> None:
        """One piece of what is due."""
        since = Since.looking_back(now(), self.app.settings.window)
        if time.monotonic() >= self._next_signing:
            self._sign(since)
        elif time.monotonic() >= self._next_drop:
            self._drop(since)

    def _sign(self, since: Since) -> None:
        signed = self.app.store.old_signatures.take_again(since)
        self._signed += signed
        if signed:
            return
        if self._signed:
            log.logger().info("index", outcome="signed-again", articles=self._signed)
        self._signed, self._next_signing = 0, time.monotonic() + _ROUND

    def _drop(self, since: Since) -> None:
        piece = self.app.store.old_keys.drop(self._place, since)
        self._dropped += piece.dropped
        if piece.following is not None:
            self._place = piece.following
            return
        if self._dropped:
            log.logger().info("index", outcome="dropped-old", keys=self._dropped)
        self._place, self._dropped, self._next_drop = BEGINNING, 0, time.monotonic() + _ROUND
