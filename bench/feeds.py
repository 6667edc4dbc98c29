"""How many feeds a second one core polls, next to a loop of bare HTTP client and feedparser over the same server.

    python -m bench.feeds [--polls 1500]

The server is a process of its own on loopback with ready-made answers: 304 to whoever sends its validator, else 200 with 20
entries, a fresh title each time so that no shortcut for unchanged bodies applies. Counted is the CPU time of the polling
process and its children; the store is left out on both sides. Rounds alternate, and the median of each side counts.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import io
import multiprocessing
import os
import platform
import resource
import socket
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser
import requests

from shared.bounded import BoundedProcess
from shared.failures import Permanent
from shared.fetch import Accept, AllowList, Fetcher
from shared.model import ParsedFeed
from shared.stages.entry_to_link import LinkAddress, entry_to_link
from shared.stages.feed_schedule import Hints, after_success
from shared.stages.feed_to_entries import feed_to_entries
from tests.support.feeds import Item, rss2

ROUNDS = 5
ENTRIES = 20
AT_ONCE = 8
PARAGRAPH = "The harbour office said on Monday that the ferry would run again from May, after a winter of repairs. "
Poll = Callable[[int, int], None]


def main() -> None:
    """Run the rounds and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--polls", type=int, default=1_500, help="polls a round of 304; a quarter of them a round of 200")
    polls = arguments.parse_args().polls
    port = _start_server()
    sides: dict[str, dict[str, Poll]] = {
        "304": {"storyfold": _ours("304"), "requests + feedparser": _requests("304"), "http.client + feedparser": _bare("304")},
        "200": {"storyfold": _ours("200"), "requests + feedparser": _requests("200"), "http.client + feedparser": _bare("200")},
    }
    print(f"{platform.machine()}, CPython {platform.python_version()}, {os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}")
    print(f"{'answer':<8}{'polled by':<28}{'feeds/CPU-s':>12}{'ms CPU each':>14}{'ours / its rate':>18}")
    for answer, pollers in sides.items():
        costs = _rounds(pollers, port, polls if answer == "304" else polls // 4)
        for name, cost in costs.items():
            print(f"{answer:<8}{name:<28}{1 / cost:>12,.0f}{cost * 1000:>14.3f}{cost / costs['storyfold']:>18.2f}")


def _rounds(pollers: dict[str, Poll], port: int, polls: int) -> dict[str, float]:
    """CPU seconds a poll, the median of the rounds."""
    costs: dict[str, list[float]] = {name: [] for name in pollers}
    for _ in range(ROUNDS):
        for name, poll in pollers.items():
            begun = _cpu()
            poll(port, polls)
            costs[name].append((_cpu() - begun) / polls)
    return {name: statistics.median(each) for name, each in costs.items()}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _ours(answer: str) -> Poll:
    """Fetch, parse in the bounded child, canonicalise, schedule; eight feeds side by side."""

    async def poll_one(fetcher: Fetcher, parser: BoundedProcess, url: str) -> None:
        now = datetime.now(UTC)
        page = await fetcher.get(url, headers={"if-none-match": '"1"'} if answer == "304" else None, accept=Accept.FEED)
        if page.status == 304:
            after_success(
                3600, new_entries=0, known_entries=0, now=now, jitter=0.5, hints=Hints.of(page.headers, ttl=None, now=now)
            )
            return
        parsed = await parser.run(_parse, (page.body, page.final_url, page.headers.get("content-type")))
        links = _links(parsed)
        hints = Hints.of(page.headers, ttl=parsed.ttl, now=now)
        after_success(3600, new_entries=0, known_entries=len(links), now=now, jitter=0.5, hints=hints)

    async def poll_all(port: int, polls: int) -> None:
        waiting = iter(range(polls))
        with BoundedProcess(seconds=10, memory_bytes=500_000_000) as parser:
            async with Fetcher(user_agent="Storyfold-bench/1", allowed=AllowList.parse("127.0.0.1")) as fetcher:

                async def work() -> None:
                    for number in waiting:
                        await poll_one(fetcher, parser, f"http://127.0.0.1:{port}/feed/{number}")

                await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    return lambda port, polls: asyncio.run(poll_all(port, polls))


def _parse(argument: tuple[bytes, str, str | None]) -> ParsedFeed:
    body, url, content_type = argument
    return feed_to_entries(body, feed_url=url, content_type=content_type)


def _links(parsed: ParsedFeed) -> list[LinkAddress]:
    links = []
    for entry in parsed.entries:
        try:
            links.append(entry_to_link(entry.url))
        except Permanent:
            continue
    return links


def _requests(answer: str) -> Poll:
    def poll(port: int, polls: int) -> None:
        session = requests.Session()
        headers = {"If-None-Match": '"1"'} if answer == "304" else {}
        for number in range(polls):
            response = session.get(f"http://127.0.0.1:{port}/feed/{number}", headers=headers, timeout=10)
            if response.status_code == 200:
                feedparser.parse(io.BytesIO(response.content))
        session.close()

    return poll


def _bare(answer: str) -> Poll:
    """The standard library's client: no redirects, no encodings, no pool."""

    def poll(port: int, polls: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"If-None-Match": '"1"'} if answer == "304" else {}
        for number in range(polls):
            connection.request("GET", f"/feed/{number}", headers=headers)
            response = connection.getresponse()
            body = response.read()
            if response.status == 200:
                feedparser.parse(io.BytesIO(body))
        connection.close()

    return poll


def _start_server() -> int:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port: int = listener.getsockname()[1]
    multiprocessing.get_context("fork").Process(target=_serve, args=(listener,), daemon=True).start()
    listener.close()
    return port


def _serve(listener: socket.socket) -> None:
    async def run() -> None:
        server = await asyncio.start_server(_answer, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    items = [
        Item(f"https://paper.example/news/{n}?utm_source=rss", f"Story {n}", f"{n}", summary=PARAGRAPH * 3)
        for n in range(ENTRIES)
    ]
    body = rss2(*items).encode()
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nCache-Control: max-age=300\r\n\r\n'
    head = f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "1"\r\nContent-Length: {len(body)}\r\n\r\n'.encode()
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            writer.write(
                unchanged
                if b"-none-match:" in request.lower()
                else head + body.replace(b"Story 1<", f"{time.time():.5f}"[-7:].encode() + b"<")
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


if __name__ == "__main__":
    main()
