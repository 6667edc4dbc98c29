"""Every trick of the hostile server ends in what is stated for it, in time, and in little memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from shared.bounded import BoundedProcess
from shared.failures import Failure
from shared.fetch import AllowList, Fetcher, FetchLimits
from tests.support.hostile_server import TRICKS, Host, hostile

LIMITS = FetchLimits(connect=0.6, read=0.7, total=1.5, max_bytes=1_000_000)
MEMORY = 256_000_000


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hostile() as running:
        yield running


@pytest.fixture(scope="module")
def endings(host: Host) -> dict[str, tuple[str, float]]:
    """What each trick came to and how long that took, all of them side by side."""
    return asyncio.run(_meet_all(host, list(TRICKS)))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_as_stated(trick: str, endings: dict[str, tuple[str, float]]) -> None:
    assert endings[trick][0] == TRICKS[trick].ends


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_in_time(trick: str, endings: dict[str, tuple[str, float]]) -> None:
    assert endings[trick][1] < LIMITS.total + 1


def test_there_are_enough_tricks() -> None:
    assert len(TRICKS) >= 35


@pytest.mark.parametrize("trick", [name for name in TRICKS if "bomb" in name or "endless" in name or "many" in name])
def test_a_trick_takes_little_memory(trick: str, host: Host) -> None:
    with BoundedProcess(seconds=10, memory_bytes=MEMORY) as child:
        assert child.call(_meet, (host, trick))[0] == TRICKS[trick].ends


def test_a_reader_goes_on_after_all_of_them(host: Host) -> None:
    """Connections, tasks and memory of failed downloads are given back: the same reader still serves."""

    async def scenario() -> str:
        async with _reader() as fetcher:
            await asyncio.gather(*(_end(fetcher, host, trick) for trick in TRICKS))
            return (await _end(fetcher, host, "no-type"))[0]

    assert asyncio.run(scenario()) == "page"


def _meet(argument: tuple[Host, str]) -> tuple[str, float]:
    host, trick = argument
    return asyncio.run(_meet_all(host, [trick]))[trick]


async def _meet_all(host: Host, tricks: list[str]) -> dict[str, tuple[str, float]]:
    async with _reader() as fetcher:
        endings = await asyncio.gather(*(_end(fetcher, host, trick) for trick in tricks))
    return dict(zip(tricks, endings, strict=True))


async def _end(fetcher: Fetcher, host: Host, trick: str) -> tuple[str, float]:
    begun = time.monotonic()
    try:
        await fetcher.get(host.url(trick))
        ending = "page"
    except Failure as failure:
        ending = f"{type(failure).__name__} {failure.reason}"
    return ending, time.monotonic() - begun


def _reader() -> Fetcher:
    return Fetcher(user_agent="Storyfold-tests/1", allowed=AllowList.parse("127.0.0.1"), limits=LIMITS)
