"""`storyfold serve extract|dedup`: an RQ worker for one queue, which waits for a queue that is away."""

from __future__ import annotations

import importlib
import time

from shared import log
from shared.bootstrap import App
from shared.queue import QueueUnreachable

_LONGEST_WAIT = 10.0  # seconds


def serve_worker(app: App, name: str) -> None:
    """Work until SIGTERM; the job under way is finished first."""
    importlib.import_module(f"workers.{name}").warm_up()
    wait_for_queue(app)
    log.logger().info("worker", outcome="started", queue=name)
    app.queue.worker(name).work(logging_level="WARNING")
    log.logger().info("worker", outcome="stopped", queue=name)


def wait_for_queue(app: App) -> None:
    """Until the queue answers; says once that it doesn't."""
    pause = 0.25
    while True:
        try:
            app.queue.ping()
        except QueueUnreachable as error:
            if pause == 0.25:
                log.logger().error("queue", outcome="unreachable", message=f"{error}; trying again until it is back")
            time.sleep(pause)
            pause = min(_LONGEST_WAIT, pause * 2)
        else:
            return
