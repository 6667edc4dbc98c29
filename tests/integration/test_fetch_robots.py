"""robots.txt, fetched as any page and kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from shared.failures import Permanent
from shared.fetch import Fetcher, RobotsCache
from tests.support.reader import with_reader
from tests.support.web import Reply, Site, serving

TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_robots_is_asked_for_once_however_many_ask(site: Site) -> None:
    site.routes["/robots.txt"] = Reply(
        b"User-agent: *\nDisallow: /private/\nCrawl-delay: 3\n", headers={"Content-Type": "text/plain"}
    )

    async def ask(fetcher: Fetcher) -> tuple[list[bool], float | None]:
        robots = RobotsCache(fetcher)
        allowed = await asyncio.gather(*(robots.allows(site.url(path)) for path in ("/a", "/private/b", "/c", "/private/d")))
        return allowed, (await robots.check(site.url("/a"))).crawl_delay()

    assert with_reader(ask) == ([True, False, True, False], 3.0)
    assert site.paths() == ["/robots.txt"]


def test_a_page_that_robots_forbids_ends_at_once(site: Site) -> None:
    site.routes["/robots.txt"] = Reply(b"User-agent: Storyfold\nDisallow: /\n")
    with pytest.raises(Permanent) as caught:
        with_reader(lambda fetcher: RobotsCache(fetcher).check(site.url("/a")))
    assert caught.value.reason == "robots"


def test_a_site_without_robots_allows_everything(site: Site) -> None:
    assert with_reader(lambda fetcher: RobotsCache(fetcher).allows(site.url("/a")))


def test_robots_that_cannot_be_had_let_nothing_pass_for_five_minutes(site: Site) -> None:
    site.routes["/robots.txt"] = Reply(status=503)
    moment = [0.0]

    async def ask(fetcher: Fetcher) -> list[bool]:
        robots = RobotsCache(fetcher, clock=lambda: moment[0])
        answers = [await robots.allows(site.url("/a"))]
        site.routes["/robots.txt"] = Reply(b"")
        for moment[0] in (299.0, 301.0):
            answers.append(await robots.allows(site.url("/a")))
        with pytest.raises(Permanent):
            await robots.check("ftp://paper.example/")
        return answers

    assert with_reader(ask) == [False, False, True]
    assert site.paths() == ["/robots.txt"] * 2


def test_robots_are_asked_for_again_after_an_hour(site: Site) -> None:
    moment = [0.0]

    async def ask(fetcher: Fetcher) -> None:
        robots = RobotsCache(fetcher, clock=lambda: moment[0])
        for moment[0] in (0.0, 3_599.0, 3_601.0):
            await robots.allows(site.url("/a"))

    with_reader(ask)
    assert site.paths() == ["/robots.txt"] * 2


def test_robots_without_end_are_read_up_to_their_limit(site: Site) -> None:
    site.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /private/\n" + b"# more\n" * 200_000)
    assert with_reader(lambda fetcher: RobotsCache(fetcher).allows(site.url("/private/a"))) is False
