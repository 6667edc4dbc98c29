"""Every trick of the hostile server ends in what is stated for it, in time, and in little memory."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator

import pytest

from shared.bounded import BoundedProcess
from shared.failures import Failure
from shared.fetch import Accept, AllowList, Fetcher, FetchLimits
from shared.stages.feed_to_entries import feed_to_entries
from tests.support.feeds import BRIDGE, rss2
from tests.support.hostile_server import TRICKS, Host, hostile
from tests.support.web import Reply, serving

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


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (Reply.html("<html><body>No feed here</body></html>"), "Permanent not-a-feed"),
        (
            Reply(b"<html><body>No feed here</body></html>", headers={"Content-Type": "application/rss+xml"}),
            "Permanent not-a-feed",
        ),
        (Reply.feed(b""), "Permanent not-a-feed"),
        (Reply.feed(b"Service unavailable"), "Permanent not-a-feed"),
        (Reply(b"GIF89a", headers={"Content-Type": "image/gif"}), "Permanent not-text"),
        (Reply.feed(b"%PDF-1.7"), "Permanent not-text"),
        (Reply.feed(rss2(BRIDGE).encode(), Content_Encoding="gzip"), "Permanent bad-encoding"),
        (Reply(rss2(BRIDGE).encode(), headers={"Content-Type": "text/html"}), "1 entries"),
        (Reply(rss2(BRIDGE).encode(), headers={"Content-Type": "application/octet-stream"}), "1 entries"),
        (Reply(gzip.compress(rss2(BRIDGE).encode()), headers={"Content-Type": "application/x-gzip"}), "1 entries"),
        (Reply.feed(rss2(BRIDGE).encode("latin-1"), Content_Type="text/xml; charset=utf-16"), "1 entries"),
        (Reply(rss2(BRIDGE).encode(), 404, {"Content-Type": "application/rss+xml"}), "Permanent not-found"),
    ],
)
def test_a_feeds_answer_ends_as_stated(answer: Reply, ends: str) -> None:
    async def scenario(url: str) -> str:
        try:
            async with _reader() as fetcher:
                page = await fetcher.get(url, accept=Accept.FEED)
            feed = feed_to_entries(page.body, feed_url=page.final_url, content_type=page.headers.get("content-type"))
        except Failure as failure:
            return f"{type(failure).__name__} {failure.reason}"
        return f"{len(feed.entries)} entries"

    with serving({"/feed": answer}) as site:
        assert asyncio.run(scenario(site.url("/feed"))) == ends


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
