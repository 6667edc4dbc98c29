"""Backpressure: nothing is released where there is no room, and a person is told why."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from services.fetcher.pressure import Pressure, why_held_back
from shared.bootstrap import App
from shared.config import Settings
from shared.queue import EXTRACT, JobQueue
from shared.store.links import Claim
from shared.store.store import Store


def test_with_room_everywhere_nothing_is_held_back(settings: Settings) -> None:
    assert why_held_back(replace(settings, min_free_disk=0), jobs=0, to_fold=0) is None


@pytest.mark.parametrize(
    ("jobs", "to_fold", "reason"),
    [(50, 0, "50 jobs wait for extraction"), (0, 1000, "1000 articles wait to be folded")],
)
def test_a_full_queue_or_a_lag_holds_back(settings: Settings, jobs: int, to_fold: int, reason: str) -> None:
    assert why_held_back(replace(settings, min_free_disk=0), jobs=jobs, to_fold=to_fold) == reason


def test_a_disk_that_is_nearly_full_holds_back(settings: Settings) -> None:
    reason = why_held_back(replace(settings, min_free_disk=100), jobs=0, to_fold=0)
    assert reason is not None
    assert reason.endswith("% of the disk is free")


def test_the_log_tells_changes_only(
    settings: Settings, store: Store, queue: JobQueue, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    pressure = Pressure(App(replace(settings, queue_jobs=1, min_free_disk=0), store, queue))
    assert not pressure.is_high()
    queue.enqueue(EXTRACT, [Claim(1, 1)])
    assert [pressure.is_high(), pressure.is_high()] == [True, True]
    queue.connection.flushall()
    assert not pressure.is_high()
    told = caplog.text + capsys.readouterr().out
    assert (told.count("held-back"), told.count("going-on")) == (1, 1)
