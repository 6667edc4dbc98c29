"""Politeness towards real servers: robots.txt, turns over all workers, and hosts that don't answer, on both databases."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import structlog

from shared.bootstrap import App, now
from shared.config import Settings
from shared.failures import Failure
from shared.model import Link, LinkState, Page
from shared.queue import JobQueue
from shared.stages.entry_to_link import entry_to_link
from shared.stages.host_pace import FAILURES_UNTIL_DOWN, Later
from shared.store.links import NewLink
from shared.store.trail import Trace
from tests.support.polling import app_that_reads_loopback, extract_due
from tests.support.web import Asked, Reply, Site, serving
from workers.polite_fetch import PoliteFetcher

SENTENCES = (
    "The harbour board of Port Ellary voted on Tuesday to rebuild the northern breakwater before the winter storms arrive.",
    "Chairwoman Ines Calder said the work would cost 14 million crowns and take nine months to finish from start to end.",
    "Fishing crews had warned since 2023 that the old wall would not survive another January gale in its present state.",
    "The board will choose a builder from five bids by the end of March, and work is to start in the middle of April.",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
ARTICLE = Reply.html(f"<html><body><article><h1>Breakwater to be rebuilt</h1>{BODY}</article></body></html>")
PATHS = ("/news/1", "/news/2", "/news/3", "/news/4")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def app(settings: Settings, queue: JobQueue) -> Iterator[App]:
    opened = app_that_reads_loopback(settings, host_spacing=0.0)
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(dict.fromkeys(PATHS, ARTICLE)) as opened:
        yield opened


def submit(app: App, *urls: str, when: datetime | None = None) -> None:
    addresses = [entry_to_link(url) for url in urls]
    app.store.links.submit([NewLink(address.url, address.host) for address in addresses], when or now())


def extracted(app: App) -> list[str]:
    """Release and extract what is due; returns the outcomes that were logged."""
    with structlog.testing.capture_logs() as lines:
        extract_due(app)
    return [line["outcome"] for line in lines if line["event"] == "extract"]


def taken(app: App, *urls: str) -> list[Link]:
    """The links as a worker holds them."""
    submit(app, *urls)
    claims = app.store.links.release(now(), limit=100, per_host=100, lease=60)
    return app.store.links.take(claims, LinkState.RELEASED, now(), lease=60)


async def asked_for(reader: PoliteFetcher, link: Link) -> str:
    """What comes of one link: `page`, `later:<reason>` or the failure's reason."""
    try:
        answer = await reader.get(link, {})
    except Failure as failure:
        return failure.reason
    return "page" if isinstance(answer, Page) else f"later:{answer.reason}"


def read(app: App, *links: Link, clock: Callable[[], datetime] = now) -> list[str]:
    """Ask for links one after the other, as one job does."""

    async def scenario() -> list[str]:
        async with app.fetcher() as fetcher:
            reader = PoliteFetcher(app, fetcher, clock=clock)
            return [await asked_for(reader, link) for link in links]

    return asyncio.run(scenario())


def begun(settings: Settings, site: Site, *, workers: int = 2, spacing: float) -> list[float]:
    """The moments at which a site was asked for its pages, by several workers with connections of their own."""
    moments: list[float] = []

    def note(_asked: Asked) -> Reply:
        moments.append(time.monotonic())
        return ARTICLE

    site.routes |= dict.fromkeys(PATHS, note)
    apps = [app_that_reads_loopback(settings, host_spacing=spacing) for _ in range(workers)]
    links = taken(apps[0], *(site.url(path) for path in PATHS))

    async def work(app: App, mine: list[Link]) -> None:
        async with app.fetcher() as fetcher:
            reader = PoliteFetcher(app, fetcher)
            await asyncio.gather(*(reader.get(link, {}) for link in mine))

    async def scenario() -> None:
        await asyncio.gather(*(work(app, links[place::workers]) for place, app in enumerate(apps)))

    asyncio.run(scenario())
    for app in apps:
        app.close()
    return sorted(moments)


def trace_of(app: App, url: str) -> Trace:
    trace = app.store.trails.of(url)
    assert trace is not None
    return trace


def outcomes(trace: Trace) -> list[str]:
    return [step.outcome for step in trace.steps]


def hang_up(_asked: Asked) -> Reply:
    """A server that closes the connection without a word."""
    raise ConnectionError


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_page_that_robots_txt_forbids_is_never_asked_for(app: App, site: Site) -> None:
    site.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /news/1\n")
    submit(app, site.url("/news/1"), site.url("/news/2"))
    assert sorted(extracted(app)) == ["extracted", "rejected:robots"]
    assert site.paths() == ["/robots.txt", "/news/2"]


def test_robots_txt_is_asked_for_once_for_all_jobs_and_workers(app: App, settings: Settings, site: Site) -> None:
    other = app_that_reads_loopback(settings, host_spacing=0.0)
    for each, path in zip([app, app, other, other], PATHS, strict=True):
        submit(each, site.url(path))
        extracted(each)
    other.close()
    assert site.paths() == ["/robots.txt", *PATHS]


def test_robots_txt_is_asked_for_again_after_a_day(app: App, site: Site) -> None:
    links = taken(app, *(site.url(path) for path in PATHS[:3]))
    start = now()
    for link, passed in zip(links, (0 * DAY, 0.9 * DAY, 1.1 * DAY), strict=True):
        assert read(app, link, clock=lambda passed=passed: start + passed) == ["page"]  # type: ignore[misc]
    assert site.paths().count("/robots.txt") == 2


def test_while_robots_txt_cannot_be_had_nothing_is_fetched(app: App, site: Site) -> None:
    site.routes["/robots.txt"] = Reply(status=503)
    submit(app, site.url("/news/1"))
    assert extracted(app) == ["retry:robots-unreachable"]
    submit(app, site.url("/news/2"))
    assert extracted(app) == ["retry:robots-unreachable"]
    assert site.paths() == ["/robots.txt"]


def test_a_robots_txt_that_failed_is_asked_for_again_after_five_minutes(app: App, site: Site) -> None:
    links = taken(app, *(site.url(path) for path in PATHS[:3]))
    site.routes["/robots.txt"] = Reply(status=503)
    start = now()
    assert read(app, links[0], clock=lambda: start) == ["robots-unreachable"]
    site.routes["/robots.txt"] = Reply(status=404)
    assert read(app, links[1], clock=lambda: start + 4.9 * MINUTE) == ["robots-unreachable"]
    assert read(app, links[2], clock=lambda: start + 5.1 * MINUTE) == ["page"]


def test_a_host_that_fails_to_answer_at_all_is_told_by_its_own_reason(app: App, closed_port: int) -> None:
    submit(app, f"http://127.0.0.1:{closed_port}/news/1")
    assert extracted(app) == ["retry:connection"]


def test_a_robots_txt_that_leads_nowhere_is_not_the_host_s_silence(app: App, site: Site, closed_port: int) -> None:
    site.routes["/robots.txt"] = Reply.redirect(f"http://127.0.0.1:{closed_port}/robots.txt")
    [link] = taken(app, site.url("/news/1"))
    assert read(app, link) == ["robots-unreachable"]
    assert app.store.hosts.get(link.host).health.failures == 0


def test_two_workers_keep_the_spacing_between_them(settings: Settings, queue: JobQueue, site: Site) -> None:
    gaps = [later - earlier for earlier, later in pairwise(begun(settings, site, spacing=0.3))]
    assert len(gaps) == 3
    assert min(gaps) > 0.2


def test_two_workers_keep_a_crawl_delay_between_them(settings: Settings, queue: JobQueue, site: Site) -> None:
    site.routes["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 0.3\n")
    gaps = [later - earlier for earlier, later in pairwise(begun(settings, site, spacing=0.0))]
    assert len(gaps) == 3
    assert min(gaps) > 0.2


def test_without_spacing_nobody_waits(settings: Settings, queue: JobQueue, site: Site) -> None:
    begun_at = begun(settings, site, spacing=0.0)
    assert len(begun_at) == 4
    assert begun_at[-1] - begun_at[0] < 1.0


def test_a_link_whose_turn_is_far_off_comes_back_uncharged(app: App, site: Site) -> None:
    site.routes["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 3600\n")
    start = now()
    submit(app, site.url("/news/1"), site.url("/news/2"))
    assert sorted(extracted(app)) == ["extracted", "later:spacing"]
    [later] = [trace for path in PATHS[:2] if "later:spacing" in outcomes(trace := trace_of(app, site.url(path)))]
    assert timedelta(0) < later.due - start <= timedelta(seconds=32)
    assert app.store.links.release(later.due - MINUTE / 60, limit=9, per_host=9, lease=60) == []
    claims = app.store.links.release(later.due, limit=9, per_host=9, lease=60)
    [again] = app.store.links.take(claims, LinkState.RELEASED, now(), lease=60)
    assert (again.url, again.attempts) == (later.url, 0)


def test_a_host_that_says_too_many_is_left_alone_by_all_its_links(app: App, site: Site) -> None:
    site.routes["/news/1"] = Reply(status=429, headers={"Retry-After": "20"})
    links = taken(app, *(site.url(path) for path in PATHS[:3]))
    start = now()
    assert read(app, *links[:2], clock=lambda: start) == ["rate-limited", "later:spacing"]
    assert read(app, links[2], clock=lambda: start + timedelta(seconds=21)) == ["page"]
    assert "/news/2" not in site.paths()


def test_after_five_silences_a_host_is_left_alone_for_a_minute(app: App, site: Site) -> None:
    paths = [f"/news/{number}" for number in range(1, 9)]
    site.routes = dict.fromkeys(paths, hang_up)
    links = taken(app, *(site.url(path) for path in paths))
    start = now()
    told = read(app, *links[:7], clock=lambda: start)
    assert told == ["connection"] * FAILURES_UNTIL_DOWN + ["later:host-down"] * 2
    assert site.paths().count("/news/6") == 0
    site.routes = dict.fromkeys(paths, ARTICLE)
    assert read(app, *links[5:], clock=lambda: start + MINUTE) == ["page"] * 3


def test_one_probe_at_a_time_finds_out_whether_a_host_is_back(app: App, site: Site) -> None:
    site.routes = dict.fromkeys(PATHS, hang_up)
    links = taken(app, *(site.url(path) for path in PATHS))
    start = now()
    read(app, links[0], links[0], links[0], links[0], links[0], clock=lambda: start)
    in_vain = read(app, *links[1:3], clock=lambda: start + MINUTE)
    assert in_vain == ["later:host-down", "later:host-down"]
    # One more than was read: the connection that robots.txt came over might have been closed already, so it was asked anew.
    assert [site.paths().count(path) for path in PATHS] == [6, 1, 0, 0]
    assert app.store.hosts.get(links[0].host).health.down_until == start + 3 * MINUTE


def test_a_probe_in_vain_is_charged_to_the_host_alone(app: App, closed_port: int) -> None:
    urls = [f"http://127.0.0.1:{closed_port}{path}" for path in PATHS]
    submit(app, *urls, *(f"{url}0" for url in urls))
    told = extracted(app)
    assert sorted(set(told)) == ["later:host-down", "retry:connection"]
    assert told.count("retry:connection") == FAILURES_UNTIL_DOWN
    claims = app.store.links.release(now() + DAY, limit=9, per_host=9, lease=60)
    assert len(claims) == 1


def test_an_error_page_is_an_answer(app: App, site: Site) -> None:
    links = taken(app, *(site.url(path) for path in PATHS))
    site.routes = {"/news/1": hang_up, "/news/2": Reply(status=500)}
    read(app, links[0], links[0], links[0])
    assert app.store.hosts.get(links[0].host).health.failures == 3
    assert read(app, links[1], links[2]) == ["server-error", "not-found"]
    assert app.store.hosts.get(links[0].host).health.failures == 0


def test_a_host_that_redirects_to_a_dead_one_is_not_dead_itself(app: App, site: Site, closed_port: int) -> None:
    site.routes["/news/1"] = Reply.redirect(f"http://127.0.0.1:{closed_port}/")
    [link] = taken(app, site.url("/news/1"))
    assert read(app, *[link] * 6) == ["connection"] * 6
    assert app.store.hosts.get(link.host).health.failures == 0


def test_links_end_with_a_host_that_is_away_for_a_day(app: App, closed_port: int) -> None:
    host, before = f"127.0.0.1:{closed_port}", now() - 2 * DAY
    submit(app, *(f"http://{host}{path}" for path in PATHS), when=before)
    for _ in range(30):
        app.store.hosts.was_silent(host, before)
    assert extracted(app) == ["dead:host-down"]
    assert app.store.links.counts() == {"dead:host-down": 4}


def test_one_host_s_silence_is_no_other_s(app: App, site: Site, closed_port: int) -> None:
    for _ in range(9):
        app.store.hosts.was_silent(f"127.0.0.1:{closed_port}", now())
    submit(app, site.url("/news/1"), f"http://127.0.0.1:{closed_port}/news/1")
    assert extracted(app) == ["extracted"]


def test_a_wait_is_told_in_the_log_apart_from_the_download(app: App, site: Site) -> None:
    [link] = taken(app, site.url("/news/1"))
    facts: dict[str, object] = {}

    async def scenario() -> Page | Later:
        async with app.fetcher() as fetcher:
            return await PoliteFetcher(app, fetcher).get(link, facts)

    assert isinstance(asyncio.run(scenario()), Page)
    assert sorted(facts) == ["ms_fetch", "ms_wait"]
