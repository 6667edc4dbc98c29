"""Writes down how polls ended: those that end while one commit is under way share the next one."""

from __future__ import annotations

import asyncio

from shared.bootstrap import now
from shared.store.feeds import FeedStore
from shared.store.poll_results import PollResult


class PollBook:
    """A poll is over when its result is committed; a transaction each cost ten times what asking the server costs."""

    def __init__(self, feeds: FeedStore) -> None:
        self._feeds = feeds
        self._waiting: dict[int, tuple[PollResult, asyncio.Future[None]]] = {}
        self._writing: asyncio.Task[None] | None = None

    async def finish(self, feed: int, result: PollResult) -> None:
        """Returns when it is committed; raises what the store raises."""
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[feed] = (result, committed)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await committed

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                results = {feed: result for feed, (result, _) in batch.items()}
                await asyncio.to_thread(self._feeds.finish_polls, results, now())
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                _tell(batch, error)
            else:
                _tell(batch, None)
        self._writing = None


def _tell(batch: dict[int, tuple[PollResult, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, committed in batch.values():
        if committed.done():
            continue
        if error is None:
            committed.set_result(None)
        else:
            committed.set_exception(error)
