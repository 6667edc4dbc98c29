"""Holding back: when the queue is full, folding lags or the disk is nearly full, nothing more is released; it is said once."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from shared import log
from shared.bootstrap import App
from shared.config import Settings
from shared.model import LinkState
from shared.queue import EXTRACT

_GO_ON = 0.5  # share of what is too much that must be left before it goes on: else it would begin and end with each job


def why_held_back(settings: Settings, *, jobs: int, to_fold: int, share: float = 1.0) -> str | None:
    """One clause for a person, or None where there is room: `jobs` wait for extraction, `to_fold` links for folding.

    `share` of the usual limits counts as too much.
    """
    usage = shutil.disk_usage(settings.state_dir if settings.state_dir.exists() else "/")
    free = 100 * usage.free / usage.total
    if free < settings.min_free_disk:
        return f"only {free:.1f} % of the disk is free"
    if jobs >= settings.queue_jobs * share:
        return f"{jobs} jobs wait for extraction"
    if to_fold >= settings.queue_jobs * settings.batch_links * share:
        return f"{to_fold} articles wait to be folded"
    return None


@dataclass
class Pressure:
    """Remembers what was said, so that the log tells changes only."""

    app: App
    _full: bool = False

    def is_high(self) -> bool:
        """Whether to hold back now. Raises `QueueUnreachable`."""
        jobs, to_fold = self.app.queue.waiting(EXTRACT), self.app.store.links.count(LinkState.EXTRACTED)
        share = _GO_ON if self._full else 1.0
        reason = why_held_back(self.app.settings, jobs=jobs, to_fold=to_fold, share=share)
        if reason and not self._full:
            log.logger().warning("release", outcome="held-back", message=reason)
        if self._full and not reason:
            log.logger().info("release", outcome="going-on")
        self._full = reason is not None
        return self._full
