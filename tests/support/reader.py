"""A reader that may read loopback, for the length of a coroutine or of one page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from shared.failures import Failure
from shared.fetch import AllowList, Fetcher, FetchLimits
from shared.model import Page

T = TypeVar("T")
AGENT = "Storyfold/0.1 (+https://paper.example/bot)"
LIMITS = FetchLimits(connect=2, read=2, total=5, max_bytes=100_000)


def with_reader(use: Callable[[Fetcher], Awaitable[T]], **options: object) -> T:
    """Run a coroutine with a reader that may read loopback."""

    async def scenario() -> T:
        settings = {"user_agent": AGENT, "allowed": AllowList.parse("127.0.0.0/8 ::1"), "limits": LIMITS, **options}
        async with Fetcher(**settings) as fetcher:  # type: ignore[arg-type]
            return await use(fetcher)

    return asyncio.run(scenario())


def get(url: str, **options: object) -> Page:
    return with_reader(lambda fetcher: fetcher.get(url, **options))  # type: ignore[arg-type]


def failure(url: str, **options: object) -> Failure:
    with pytest.raises(Failure) as caught:
        get(url, **options)
    return caught.value
