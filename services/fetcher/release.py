"""Links due → jobs on the queue: in batches, hosts taking turns, and no more than the workers keep up with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared import log
from shared.bootstrap import App, now
from shared.queue import DEDUP, EXTRACT, QueueUnreachable
from shared.store.links import Claim

_LINKS_AT_ONCE = 150  # keeps a release short; four of them a second are more than workers get through


def release_due(app: App) -> int:
    """Release what is due and fits in the queue; returns how many links went out. Raises `QueueUnreachable`."""
    settings = app.settings
    room = settings.queue_jobs - app.queue.waiting(EXTRACT)
    if room <= 0:
        return 0
    claims = app.store.links.release(
        now(),
        limit=min(room * settings.batch_links, _LINKS_AT_ONCE),
        per_host=settings.host_slots,
        lease=settings.queue_lease,
        spacing=settings.host_spacing,
    )
    suspects = app.store.links.lost_before(claims)  # a page that kills its worker mustn't take others along a second time
    trusted = [claim for claim in claims if claim not in suspects]
    batches = list(_batches(trusted, _batch_size(len(trusted), settings.batch_links, settings.extract_workers)))
    batches += [[claim] for claim in claims if claim in suspects]
    for place, batch in enumerate(batches):
        try:
            app.queue.enqueue(EXTRACT, batch)
        except QueueUnreachable:
            # The job may have arrived all the same; its claims are then held by no link, and it does nothing.
            app.store.links.give_back([claim for left in batches[place:] for claim in left], now())
            raise
    if claims:
        log.logger().info("release", outcome="released", links=len(claims), jobs=len(batches))
    return len(claims)


def fold_again(app: App, claims: Sequence[Claim]) -> None:
    """Queue extracted links whose job was lost. Raises `QueueUnreachable`; the links' leases then bring them back later."""
    for batch in _batches(claims, app.settings.batch_links):
        app.queue.enqueue(DEDUP, batch)


def reclaim_lost(app: App) -> None:
    """Bring back what died with a worker."""
    settings = app.settings
    reclaimed = app.store.links.reclaim(now(), max_deaths=settings.deaths, lease=settings.queue_lease)
    fold_again(app, reclaimed.to_fold)
    if reclaimed.due_again or reclaimed.given_up or reclaimed.to_fold:
        log.logger().warning(
            "lease",
            outcome="ran-out",
            due_again=reclaimed.due_again,
            given_up=reclaimed.given_up,
            to_fold=len(reclaimed.to_fold),
        )


def _batch_size(links: int, most: int, workers: int) -> int:
    """Few links are shared out over the workers, many go in full batches."""
    return max(1, min(most, -(-links // workers)))


def _batches(claims: Sequence[Claim], size: int) -> Iterator[Sequence[Claim]]:
    for start in range(0, len(claims), size):
        yield claims[start : start + size]
