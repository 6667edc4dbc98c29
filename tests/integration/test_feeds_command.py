"""`storyfold feeds`: what it tells of each feed, and what it makes of a URL."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.commands.silence import why_silent
from services.fetcher.check import CheckedFeed, CheckedPage, FeedCheck
from shared.bounded import BoundedProcess
from shared.failures import Failure
from shared.fetch import AllowList, Fetcher, FetchLimits
from shared.model import Entry
from shared.stages.redirects import Move
from shared.store.entries import FoundEntry
from shared.store.feed_report import FeedReport
from shared.store.poll_results import PollResult
from shared.store.store import Store
from tests.support.command import environment, storyfold
from tests.support.feeds import BRIDGE, MARKET, Item, rss2, sitemap_index
from tests.support.web import Reply, Site, serving

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FEED = "https://a.example/feed.xml"
HOME = Reply.html("<html><body>Welcome</body></html>")
WELL = FeedReport(
    id=1,
    url=FEED,
    title="A",
    entries=20,
    entries_a_day=4.0,
    duplicates=0.25,
    newest_entry_at=NOW - timedelta(hours=2),
    polled_at=NOW,
    succeeded_at=NOW,
    next_poll_at=NOW + timedelta(minutes=5),
    failures=0,
    failing_since=None,
    retired=False,
    moved_to=None,
    last_outcome="polled",
    last_detail=None,
)
GONE = replace(WELL, failures=3, failing_since=NOW - timedelta(days=3), last_outcome="failed:not-found")


# Why a feed is silent


@pytest.mark.parametrize(
    ("feed", "phrase"),
    [
        (WELL, None),
        (replace(GONE, last_detail="The server answered 404."), "404 since 3 d"),
        (replace(GONE, last_detail="The server answered 404.", last_outcome="not-modified"), "404 since 3 d"),
        (replace(GONE, last_detail="The server answered 410.", retired=True), "retired, 410 since 3 d"),
        (replace(GONE, last_outcome="failed:not-a-feed", last_detail="It is a web page."), "not a feed since 3 d"),
        (replace(GONE, last_outcome="not-modified", last_detail="It is a web page."), "failing since 3 d"),
        (replace(WELL, newest_entry_at=NOW - timedelta(days=12)), "nothing new for 12 d"),
        (replace(WELL, newest_entry_at=None), "has no entries"),
        (replace(WELL, polled_at=None, newest_entry_at=None), "not polled yet"),
        (replace(WELL, moved_to="https://b.example/feed"), "moved to https://b.example/feed"),
    ],
)
def test_a_silent_feed_says_why(feed: FeedReport, phrase: str | None) -> None:
    assert why_silent(feed, NOW) == phrase


# What the store tells of each feed


def found(number: int, *, days_ago: float, told: bool = True) -> FoundEntry:
    published = NOW - timedelta(days=days_ago) if told else None
    url = f"https://a.example/{number}"
    return FoundEntry(Entry(None, url, f"T {number}", published, None), url, "a.example")


def one_report(store: Store, *entries: FoundEntry, seen: datetime = NOW) -> FeedReport:
    store.feeds.add([FEED], NOW, interval=300)
    store.feeds.record_poll(store.feeds.all()[0].id, entries, seen)
    [report] = store.feeds.report(NOW)
    return report


def test_entries_a_day_are_those_of_the_last_week(store: Store) -> None:
    week = [found(number, days_ago=number / 2) for number in range(14)]
    old = [found(100 + number, days_ago=30) for number in range(50)]
    assert one_report(store, *week, *old).entries_a_day == 2.0


def test_a_feed_that_shows_two_days_is_counted_over_two_days(store: Store) -> None:
    assert one_report(store, *(found(number, days_ago=number / 10) for number in range(21))).entries_a_day == 10.5


def test_a_feed_that_shows_an_hour_is_not_blown_up_to_a_day(store: Store) -> None:
    assert one_report(store, found(1, days_ago=0.01), found(2, days_ago=0.02)).entries_a_day == 2.0


def test_an_entry_without_a_date_or_from_the_future_is_as_old_as_we_know_it(store: Store) -> None:
    seen = NOW - timedelta(days=3)
    report = one_report(store, found(1, days_ago=0, told=False), found(2, days_ago=-400), seen=seen)
    assert (report.newest_entry_at, report.entries_a_day) == (seen, 0.7)


def test_links_that_joined_a_story_or_were_known_are_duplicates(store: Store) -> None:
    outcomes = ("new-story", "joined", "unchanged", "dead:not-found")
    one_report(store, *(found(number, days_ago=1) for number in range(5)))
    claims = store.links.release(NOW, limit=4, per_host=4, lease=60)
    for claim, outcome in zip(claims, outcomes, strict=True):
        store.links.finish(claim, outcome, NOW, step="fold")
    assert store.feeds.report(NOW)[0].duplicates == 0.5


def test_a_feed_without_finished_links_has_no_share_of_duplicates(store: Store) -> None:
    assert one_report(store, found(1, days_ago=1)).duplicates is None


def test_a_removed_feed_is_not_reported(store: Store) -> None:
    one_report(store)
    store.feeds.remove(FEED, NOW)
    assert store.feeds.report(NOW) == []


# The list


def fill(folder: Path) -> None:
    """A healthy feed, a failing one with a long address, and one that waits."""
    store = Store(f"sqlite:///{folder / 'state' / 'storyfold.db'}")
    store.prepare()
    moment = datetime.now(UTC)
    long = "https://www.the-daily-harbour-gazette.example/feeds/sections/world-and-politics/latest/all.rss.xml"
    store.feeds.add([FEED, long, "https://c.example/feed"], moment, interval=300)
    first, second, _ = (feed.id for feed in store.feeds.all())
    entry = Entry(None, "https://a.example/1", "One", moment - timedelta(days=12), None)
    store.feeds.record_poll(first, [FoundEntry(entry, entry.url, "a.example")], moment)
    store.feeds.finish_polls({first: PollResult("The Paper", None, None, None, "polled", 600, moment, moved=None)}, moment)
    store.feeds.fail_poll(second, "not-found", "The server answered 404.", moment, moment - timedelta(days=3))
    store.close()


def test_the_list_tells_how_each_feed_does(tmp_path: Path) -> None:
    fill(tmp_path)
    listed = json.loads(storyfold(tmp_path, "feeds", "list", "--json").stdout)
    assert [feed["silence"] for feed in listed] == ["nothing new for 12 d", "404 since 3 d", "not polled yet"]
    assert listed[0]["succeeded_at"] is not None
    assert (listed[0]["entries"], listed[0]["entries_a_day"], listed[0]["duplicates"]) == (1, 0.0, None)


def test_the_list_fits_a_terminal_of_150_columns(tmp_path: Path) -> None:
    fill(tmp_path)
    shown = on_a_terminal(tmp_path, "feeds", columns=150)
    assert max(len(line) for line in shown) <= 150
    whole = "\n".join(shown)
    for expected in ("last success", "next poll", "why silent", "nothing new for 12 d", "404 since 3 d", "duplicates"):
        assert expected in whole


def on_a_terminal(folder: Path, *words: str, columns: int) -> list[str]:
    """What a command shows where it believes that a person is looking."""
    ours, theirs = pty.openpty()
    settings = environment(folder, COLUMNS=str(columns), TERM="xterm", NO_COLOR="1")
    command = [sys.executable, "-m", "services.cli", *words]
    with subprocess.Popen(command, cwd=folder, env=settings, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
        process.wait(60)
    os.close(ours)
    return re.sub(r"\x1b\[[\d;]*m|\r", "", shown.decode()).splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux tells that the other side has closed
        return b""


# Checking a URL


def check(url: str, pause: float = 0.0) -> CheckedFeed | CheckedPage:
    async def scenario() -> CheckedFeed | CheckedPage:
        with BoundedProcess(seconds=10, memory_bytes=1_000_000_000) as parser:
            async with Fetcher(user_agent="Storyfold/0.1", allowed=AllowList.parse("127.0.0.0/8")) as fetcher:
                return await FeedCheck(fetcher, parser, FetchLimits(), pause).check(url)

    return asyncio.run(scenario())


def check_feed(url: str) -> CheckedFeed:
    checked = check(url)
    assert isinstance(checked, CheckedFeed)
    return checked


def feed(*items: Item, extra: str = "") -> Reply:
    return Reply.feed(rss2(*items, extra=extra).encode())


def test_a_feed_is_explained() -> None:
    extra = '<ttl>60</ttl><atom:link rel="hub" href="https://hub.example/"/>'
    tracked = replace(MARKET, url=f"{MARKET.url}?utm_source=rss")
    home = Item("https://paper.example/", "Home", "g3")
    with serving({"/feed": feed(BRIDGE, tracked, home, extra=extra)}) as site:
        checked = check_feed(site.url("/feed"))
    assert (checked.format, checked.title, checked.entries, checked.no_articles) == ("RSS 2.0", "The Paper", 3, 1)
    assert checked.newest == datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert checked.links == (BRIDGE.url, MARKET.url)
    assert (checked.ttl, checked.hub) == (3600, "https://hub.example/")


def test_a_feed_that_has_moved_says_where_to() -> None:
    with serving({"/old": Reply.redirect("/new", 301), "/new": feed(BRIDGE)}) as site:
        assert check_feed(site.url("/old")).moved_to == site.url("/new")


def test_a_sitemap_index_is_explained() -> None:
    with serving() as site:
        listed = sitemap_index((site.url("/map.xml"), "2026-11-20"))
        plain = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://paper.example/news/1</loc></url></urlset>'
        site.routes |= {"/index.xml": Reply.feed(listed.encode()), "/map.xml": Reply.feed(plain.encode())}
        checked = check_feed(site.url("/index.xml"))
        assert (checked.format, checked.entries, checked.sitemaps) == ("sitemap index", 1, (site.url("/map.xml"),))


def test_a_web_page_tells_which_feeds_it_names() -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/all.xml"></head><body>Hello</body></html>'
    with serving({"/": Reply.html(page)}) as site:
        assert check(site.url("/")) == CheckedPage(site.url("/"), (site.url("/all.xml"),), named=True)


def test_a_page_that_names_no_feed_may_have_one_where_feeds_usually_are() -> None:
    with serving({"/": HOME, "/rss.xml": feed(BRIDGE)}) as site:
        assert check(site.url("/")) == CheckedPage(site.url("/"), (site.url("/rss.xml"),), named=False)
        assert site.paths() == ["/", "/robots.txt", "/feed", "/rss", "/feed.xml", "/rss.xml"]


def test_addresses_that_robots_txt_forbids_are_not_guessed() -> None:
    robots = Reply(b"User-agent: *\nDisallow: /feed\nDisallow: /rss\nDisallow: /atom\n", headers={"Content-Type": "text/plain"})
    with serving({"/": HOME, "/robots.txt": robots, "/rss.xml": feed(BRIDGE)}) as site:
        with pytest.raises(Failure, match="none at the usual addresses"):
            check(site.url("/"))
        assert site.paths() == ["/", "/robots.txt", "/index.xml"]


def test_whoever_asks_us_to_stop_is_asked_no_further() -> None:
    with serving({"/": HOME, "/feed": Reply(status=429)}) as site:
        with pytest.raises(Failure, match="rate-limited"):
            check(site.url("/"))
        assert site.paths() == ["/", "/robots.txt", "/feed"]


def run(folder: Path, site: Site, *words: str) -> tuple[int, str, str]:
    done = storyfold(folder, "feeds", "check", *words, STORYFOLD_ALLOW_ADDRESSES=f"127.0.0.1:{site.port}")
    return done.returncode, done.stdout, done.stderr


def test_the_command_explains_a_feed(tmp_path: Path) -> None:
    with serving({"/feed": feed(BRIDGE)}) as site:
        code, shown, _ = run(tmp_path, site, site.url("/feed"))
        _, told, _ = run(tmp_path, site, site.url("/feed"), "--json")
    assert code == 0
    for expected in ("RSS 2.0", "The Paper", "2026-03-04 12:00", BRIDGE.url):
        assert expected in shown
    record: dict[str, Any] = json.loads(told)
    assert (record["format"], record["links"]) == ("RSS 2.0", [BRIDGE.url])


def test_the_command_explains_a_page(tmp_path: Path) -> None:
    with serving({"/": Reply.html('<html><body><a href="/rss.xml">RSS</a></body></html>')}) as site:
        code, shown, _ = run(tmp_path, site, site.url("/"))
    assert code == 0
    assert "is a web page" in shown
    assert site.url("/rss.xml") in shown


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/none", "The server answered 404."), ("/text", "It is neither RSS, Atom, RDF, JSON Feed nor a sitemap.")],
)
def test_where_nothing_is_found_the_command_says_so_in_one_sentence(tmp_path: Path, path: str, sentence: str) -> None:
    with serving({"/text": Reply(b"only words", headers={"Content-Type": "text/plain"})}) as site:
        code, shown, complaint = run(tmp_path, site, site.url(path))
        assert (code, shown) == (2, "")
        assert complaint == f"storyfold: No feed was found at {site.url(path)}: {sentence}\n"


def test_the_command_reaches_no_private_address(tmp_path: Path) -> None:
    with serving({"/feed": feed(BRIDGE)}) as site:
        done = storyfold(tmp_path, "feeds", "check", site.url("/feed"))
        assert (done.returncode, site.asked) == (2, [])


def test_a_move_is_reported_while_it_is_not_settled(store: Store) -> None:
    store.feeds.add([FEED], NOW, interval=300)
    moved = PollResult("A", None, None, None, "polled", 600, NOW, moved=Move("https://b.example/feed", 1))
    store.feeds.finish_polls({store.feeds.all()[0].id: moved}, NOW)
    assert store.feeds.report(NOW)[0].moved_to == "https://b.example/feed"
