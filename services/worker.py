"""`storyfold serve extract|dedup`: an RQ worker for one queue, which waits for a queue that is away and goes on."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from services.waiting import wait_for_queue
from shared import log
from shared.bootstrap import App, now
from shared.limits import Limits
from shared.queue import work
from shared.store.links import Claim


def serve_worker(app: App, name: str) -> None:
    """Work until SIGTERM; the job under way is finished or handed back first."""
    importlib.import_module(f"workers.{name}").warm_up()
    wait_for_queue(app)
    app.store.close()  # SQLite's locks go wrong in a process that is forked beside an open connection
    log.logger().info("worker", outcome="started", queue=name)

    def bring_back(claims: Sequence[Claim]) -> None:
        try:
            app.store.links.worker_died(now(), lease=app.settings.lease, claims=claims)
        finally:
            app.store.close()

    limits = Limits(app.settings.job_memory * 1_000_000, app.settings.job_cpu)
    while not work(app.queue, name, bring_back, limits):
        wait_for_queue(app)
    log.logger().info("worker", outcome="stopped", queue=name)
