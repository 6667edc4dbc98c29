"""Every trick of the hostile server ends in what is stated for it, in time, and in little memory."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator

import pytest

from shared.bounded import BoundedProcess
from shared.failures import Failure, Permanent
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


@pytest.fixture(scope="module", params=[False, True], ids=["http1", "http2"])
def endings(host: Host, request: pytest.FixtureRequest) -> dict[str, tuple[str, float]]:
    """What each trick came to and how long that took: all side by side, in one process that may take 256 MB for them together."""
    with BoundedProcess(seconds=60, memory_bytes=MEMORY) as child:
        return child.call(_meet, (host, bool(request.param)))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_as_stated(trick: str, endings: dict[str, tuple[str, float]]) -> None:
    assert endings[trick][0] == TRICKS[trick].ends


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_ends_in_time(trick: str, endings: dict[str, tuple[str, float]]) -> None:
    assert endings[trick][1] < LIMITS.total + 2


def test_there_are_enough_tricks() -> None:
    assert len(TRICKS) >= 35


def test_the_memory_that_tricks_may_take_is_really_limited() -> None:
    """Else what the tests above show would say nothing."""
    with BoundedProcess(seconds=10, memory_bytes=MEMORY) as child, pytest.raises(Permanent) as caught:
        child.call(bytearray, 2 * MEMORY)
    assert caught.value.reason == "parse-memory"


def test_a_reader_goes_on_after_all_of_them(host: Host) -> None:
    """Connections, tasks and memory of failed downloads are given back: the same reader still serves."""

    async def scenario() -> str:
        async with _reader() as fetcher:
            many = asyncio.Semaphore(len(TRICKS))
            await asyncio.gather(*(_end(fetcher, host, trick, many) for trick in TRICKS))
            return (await _end(fetcher, host, "no-type", many))[0]

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


def _meet(argument: tuple[Host, bool]) -> dict[str, tuple[str, float]]:
    host, http2 = argument
    return asyncio.run(_meet_all(host, http2=http2))


async def _meet_all(host: Host, *, http2: bool) -> dict[str, tuple[str, float]]:
    async with _reader(http2=http2) as fetcher:
        few = asyncio.Semaphore(6)  # so that on a busy machine tricks don't run out of their time because of each other
        endings = await asyncio.gather(*(_end(fetcher, host, trick, few) for trick in TRICKS))
    return dict(zip(TRICKS, endings, strict=True))


async def _end(fetcher: Fetcher, host: Host, trick: str, turn: asyncio.Semaphore) -> tuple[str, float]:
    async with turn:
        begun = time.monotonic()
        try:
            await fetcher.get(host.url(trick))
            ending = "page"
        except Failure as failure:
            ending = f"{type(failure).__name__} {failure.reason}"
        return ending, time.monotonic() - begun


def _reader(*, http2: bool = False) -> Fetcher:
    return Fetcher(user_agent="Storyfold-tests/1", allowed=AllowList.parse("127.0.0.1"), limits=LIMITS, http2=http2)
