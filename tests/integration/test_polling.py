"""Polls of real servers, on both databases: what feeds do over time, and what becomes of them."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event

from shared.bootstrap import App, now
from shared.config import Settings
from shared.model import LinkState
from tests.support.feeds import BRIDGE, MARKET, Item, json_feed, news_sitemap, rss2, sitemap_index
from tests.support.polling import app_that_reads_loopback, poll, poll_one
from tests.support.web import Asked, Reply, Site, serving


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    opened = app_that_reads_loopback(settings)
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def add(app: App, *urls: str) -> None:
    app.store.feeds.add(urls, now(), interval=300)


def urls(app: App) -> list[str]:
    return [feed.url for feed in app.store.feeds.all()]


def told(*items: Item, **headers: str) -> Reply:
    return Reply.feed(rss2(*items).encode(), **headers)


def sent(site: Site, path: str, header: str) -> list[str | None]:
    """A header of every request for a path, in order."""
    return [asked.headers.get(header) for asked in site.asked if asked.path == path]


def only_with(etag: str, fresh: Reply) -> object:
    """A route that answers 304 to those who name `etag`."""

    def answer(asked: Asked) -> Reply:
        return Reply(status=304) if asked.headers.get("if-none-match") == etag else fresh

    return answer


# Home pages

HOME = Reply.html('<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>News</body></html>')


def test_a_home_page_that_was_given_for_a_feed_leads_to_the_feed_that_it_names(app: App, site: Site) -> None:
    site.routes |= {"/": HOME, "/feed": told(BRIDGE)}
    add(app, site.url("/"))
    assert poll_one(app).last_outcome == "discovered"
    assert app.store.feeds.due(now()) == 1
    report = poll_one(app)
    assert (report.url, report.last_outcome, report.entries) == (site.url("/feed"), "polled", 1)
    add(app, site.url("/"))
    assert urls(app) == [site.url("/feed")]


def test_a_home_page_of_a_feed_that_we_have_is_merged_with_it(app: App, site: Site) -> None:
    site.routes |= {"/": HOME, "/feed": told(BRIDGE)}
    add(app, site.url("/feed"), site.url("/"))
    poll(app, times=2)
    assert urls(app) == [site.url("/feed")]


def test_pages_that_name_each_other_for_feeds_are_not_followed_in_circles(app: App, site: Site) -> None:
    site.routes |= {"/": HOME, "/feed": Reply.html('<html><link rel="alternate" type="application/rss+xml" href="/"></html>')}
    add(app, site.url("/"))
    report = poll_one(app, times=5)
    assert (report.url, report.last_outcome) == (site.url("/feed"), "failed:not-a-feed")


def test_a_feed_that_turns_into_a_web_page_for_once_stays_where_it_is(app: App, site: Site) -> None:
    site.routes |= {"/rss": told(BRIDGE), "/feed": told(MARKET)}
    add(app, site.url("/rss"))
    poll(app)
    site.routes["/rss"] = HOME
    report = poll_one(app)
    assert (report.url, report.last_outcome) == (site.url("/rss"), "failed:not-a-feed")


# Moving


def test_an_address_that_moved_for_good_three_times_in_a_row_is_rewritten(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/new", 301), "/new": told(BRIDGE)}
    add(app, site.url("/old"))
    poll(app, times=2)
    assert urls(app) == [site.url("/old")]
    poll(app)
    assert urls(app) == [site.url("/new")]
    assert app.store.links.counts() == {"due": 1}


def test_a_308_counts_and_a_302_does_not(app: App, site: Site) -> None:
    site.routes |= {"/a": Reply.redirect("/new", 308), "/b": Reply.redirect("/new", 302), "/new": told(BRIDGE)}
    add(app, site.url("/a"), site.url("/b"))
    poll(app, times=3)
    assert sorted(urls(app)) == [site.url("/b"), site.url("/new")]


def test_a_move_that_is_taken_back_is_forgotten(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/new", 301), "/new": told(BRIDGE)}
    add(app, site.url("/old"))
    poll(app, times=2)
    site.routes["/old"] = told(BRIDGE, ETag='"1"')
    assert poll_one(app).moved_to is None
    site.routes["/old"] = Reply.redirect("/new", 301)
    assert poll_one(app).url == site.url("/old")


def test_a_feed_that_redirects_to_itself_stays_where_it_is(app: App, site: Site) -> None:
    site.routes["/feed"] = lambda asked: told(BRIDGE) if "cookie" in asked.headers else _cookie("/feed")
    add(app, site.url("/feed"))
    poll(app, times=4)
    assert urls(app) == [site.url("/feed")]


def _cookie(location: str) -> Reply:
    return Reply(status=301, headers={"Location": location, "Set-Cookie": "seen=1"})


def test_a_permanent_redirect_to_a_page_that_is_no_feed_moves_nothing(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/", 301), "/": Reply.html("<html><body>Welcome</body></html>")}
    add(app, site.url("/old"))
    report = poll_one(app, times=4)
    assert (report.url, report.last_outcome) == (site.url("/old"), "failed:not-a-feed")


def test_a_validator_never_goes_to_another_address(app: App, site: Site) -> None:
    site.routes |= {"/old": told(BRIDGE, ETag='"old"'), "/new": told(BRIDGE, MARKET, ETag='"new"')}
    add(app, site.url("/old"))
    poll(app)
    site.routes["/old"] = Reply.redirect("/new", 301)
    poll(app, times=4)
    assert urls(app) == [site.url("/new")]
    assert sent(site, "/old", "if-none-match") == [None, '"old"', None, None]
    assert sent(site, "/new", "if-none-match") == [None, None, None, None]
    poll(app)
    assert sent(site, "/new", "if-none-match")[-1] == '"new"'


def test_a_feed_that_moves_to_one_of_ours_is_merged_with_it(app: App, site: Site) -> None:
    site.routes |= {"/new": told(BRIDGE), "/old": told(BRIDGE, MARKET)}
    add(app, site.url("/new"), site.url("/old"))
    poll(app)
    site.routes["/old"] = Reply.redirect("/new", 301)
    poll(app, times=3)
    [merged] = app.store.feeds.report(now())
    assert (merged.url, merged.entries) == (site.url("/new"), 2)
    assert app.store.links.counts() == {"due": 2}


def test_the_address_that_a_feed_has_left_is_still_its_own(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/new", 301), "/new": told(BRIDGE)}
    add(app, site.url("/old"))
    poll(app, times=3)
    assert app.store.feeds.add([site.url("/old")], now(), interval=300) == 0
    assert urls(app) == [site.url("/new")]
    assert app.store.feeds.remove(site.url("/old"), now())
    assert urls(app) == []
    assert app.store.feeds.add([site.url("/old")], now(), interval=300) == 1


def test_two_feeds_that_move_to_one_address_become_one(app: App, site: Site) -> None:
    moved = Reply.redirect("/new", 301)
    site.routes |= {"/a": moved, "/b": moved, "/new": told(BRIDGE, MARKET)}
    add(app, site.url("/a"), site.url("/b"))
    poll(app, times=3)
    [merged] = app.store.feeds.report(now())
    assert (merged.url, merged.entries) == (site.url("/new"), 2)
    assert app.store.feeds.add([site.url("/a"), site.url("/b")], now(), interval=300) == 0


def test_a_feed_that_moves_there_and_back_again_is_where_it_was(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/new", 301), "/new": told(BRIDGE)}
    add(app, site.url("/old"))
    poll(app, times=3)
    site.routes |= {"/new": Reply.redirect("/old", 301), "/old": told(BRIDGE)}
    poll(app, times=3)
    assert urls(app) == [site.url("/old")]


def test_a_feed_that_a_person_removed_is_polled_again_when_another_moves_there(app: App, site: Site) -> None:
    site.routes |= {"/old": Reply.redirect("/new", 301), "/new": told(BRIDGE)}
    add(app, site.url("/new"), site.url("/old"))
    app.store.feeds.remove(site.url("/new"), now())
    poll(app, times=3)
    assert urls(app) == [site.url("/new")]


# Failing, retiring, living again


def test_410_retires_a_feed_until_it_lives_again(app: App, site: Site) -> None:
    site.routes["/feed"] = Reply(status=410)
    add(app, site.url("/feed"))
    report = poll_one(app)
    assert report.retired
    assert report.next_poll_at - now() > timedelta(hours=20)
    site.routes["/feed"] = told(BRIDGE)
    report = poll_one(app)
    assert not report.retired
    assert (report.failures, report.failing_since) == (0, None)
    assert report.next_poll_at - now() < timedelta(hours=1)


def test_thirty_hard_failures_retire_a_feed(app: App, site: Site) -> None:
    add(app, site.url("/feed"))
    assert not poll_one(app, times=29).retired
    assert poll_one(app).retired


def test_a_retired_feed_whose_server_is_slow_for_once_stays_retired(app: App, site: Site) -> None:
    site.routes["/feed"] = Reply(status=410)
    add(app, site.url("/feed"))
    poll(app)
    site.routes["/feed"] = Reply(status=503)
    report = poll_one(app)
    assert report.retired
    assert report.next_poll_at - now() > timedelta(hours=20)


def test_a_failing_feed_tells_since_when(app: App, site: Site) -> None:
    add(app, site.url("/feed"))
    first = poll_one(app).failing_since
    assert first is not None
    assert poll_one(app).failing_since == first


def test_not_modified_after_a_failure_leaves_a_feed_failing_until_it_is_read(app: App, site: Site) -> None:
    site.routes["/feed"] = only_with('"1"', told(BRIDGE, ETag='"1"'))  # type: ignore[assignment]
    add(app, site.url("/feed"))
    poll(app)
    healthy = site.routes["/feed"]
    site.routes["/feed"] = Reply(status=500)
    failed = poll_one(app)
    site.routes["/feed"] = healthy
    doubtful = poll_one(app)
    assert (doubtful.last_outcome, doubtful.failures) == ("not-modified", 1)
    assert doubtful.succeeded_at == failed.succeeded_at
    read = poll_one(app)
    assert (read.last_outcome, read.failures) == ("unchanged", 0)
    assert poll_one(app).last_outcome == "not-modified"
    assert sent(site, "/feed", "if-none-match") == [None, '"1"', '"1"', None, '"1"']


def test_a_feed_that_is_well_stays_so_when_not_modified(app: App, site: Site) -> None:
    site.routes["/feed"] = only_with('"1"', told(BRIDGE, ETag='"1"'))  # type: ignore[assignment]
    add(app, site.url("/feed"))
    first = poll_one(app)
    second = poll_one(app)
    assert second.failures == 0
    assert first.succeeded_at is not None
    assert second.succeeded_at is not None
    assert second.succeeded_at > first.succeeded_at


def test_a_404_in_between_keeps_the_validator(app: App, site: Site) -> None:
    site.routes["/feed"] = told(BRIDGE, ETag='"1"', Last_Modified="Fri, 20 Nov 2026 10:00:00 GMT")
    add(app, site.url("/feed"))
    poll(app)
    site.routes["/feed"] = Reply(status=404, headers={"ETag": '"404"'})
    poll(app, times=2)
    assert sent(site, "/feed", "if-none-match") == [None, '"1"', '"1"']
    assert sent(site, "/feed", "if-modified-since")[-1] == "Fri, 20 Nov 2026 10:00:00 GMT"


def test_the_pause_that_a_feed_asks_for_holds_although_nothing_changed(app: App, site: Site) -> None:
    body = rss2(BRIDGE, extra="<ttl>120</ttl>").encode()
    site.routes["/feed"] = Reply.feed(body)
    add(app, site.url("/feed"))
    poll(app)
    assert poll_one(app).last_outcome == "unchanged"
    assert app.store.feeds.all()[0].next_poll_at - now() > timedelta(minutes=100)


# Sitemap indexes


def test_the_newest_sitemaps_of_an_index_are_read(app: App, site: Site) -> None:
    names = [f"/map-{number}.xml" for number in range(5)]
    site.routes |= {
        name: Reply.feed(news_sitemap(replace(BRIDGE, url=f"https://paper.example/news/{place}")).encode())
        for place, name in enumerate(names)
    }
    index = sitemap_index(*((site.url(name), f"2026-11-1{place}") for place, name in enumerate(names)))
    site.routes["/index.xml"] = Reply.feed(index.encode())
    add(app, site.url("/index.xml"))
    poll(app)
    assert [url for url, _ in app.store.links.outcomes()] == [f"https://paper.example/news/{place}" for place in (2, 3, 4)]
    assert site.paths() == ["/index.xml", "/map-4.xml", "/map-3.xml", "/map-2.xml"]


def test_an_index_that_did_not_change_may_list_sitemaps_that_did(app: App, site: Site) -> None:
    site.routes |= {
        "/index.xml": Reply.feed(sitemap_index((site.url("/map.xml"), "")).encode(), ETag='"1"'),
        "/map.xml": Reply.feed(news_sitemap(BRIDGE).encode()),
    }
    add(app, site.url("/index.xml"))
    poll(app)
    site.routes["/map.xml"] = Reply.feed(news_sitemap(MARKET, BRIDGE).encode())
    poll(app)
    assert app.store.links.counts() == {"due": 2}


def test_a_zipped_index_is_an_index(app: App, site: Site) -> None:
    site.routes |= {
        "/index.xml.gz": Reply(gzip.compress(sitemap_index((site.url("/map.xml"), "2026-11-20")).encode())),
        "/map.xml": Reply.feed(news_sitemap(BRIDGE).encode()),
    }
    add(app, site.url("/index.xml.gz"))
    poll(app)
    assert app.store.links.counts() == {"due": 1}


def test_a_broken_sitemap_leaves_the_others_of_its_index(app: App, site: Site) -> None:
    listed = sitemap_index((site.url("/gone.xml"), "2026-11-20"), (site.url("/map.xml"), "2026-11-19"))
    site.routes |= {"/index.xml": Reply.feed(listed.encode()), "/map.xml": Reply.feed(news_sitemap(BRIDGE).encode())}
    add(app, site.url("/index.xml"))
    assert poll_one(app).last_outcome == "polled"
    assert app.store.links.counts() == {"due": 1}


def test_an_index_whose_sitemaps_are_all_broken_fails(app: App, site: Site) -> None:
    site.routes["/index.xml"] = Reply.feed(sitemap_index((site.url("/gone.xml"), "2026-11-20")).encode())
    add(app, site.url("/index.xml"))
    assert poll_one(app).last_outcome == "failed:not-found"


def test_an_index_of_indexes_is_not_followed_further(app: App, site: Site) -> None:
    site.routes |= {
        "/index.xml": Reply.feed(sitemap_index((site.url("/index.xml"), "2026-11-20")).encode()),
    }
    add(app, site.url("/index.xml"))
    poll(app)
    assert site.paths() == ["/index.xml", "/index.xml"]
    assert app.store.links.counts() == {}


# Which entry is which


@pytest.mark.parametrize(
    "again",
    [
        replace(BRIDGE, guid="tag:paper.example,2026:another"),
        replace(BRIDGE, title="Harbour bridge opened"),
        replace(BRIDGE, url=f"{BRIDGE.url}?utm_source=rss&utm_medium=feed"),
        replace(BRIDGE, url=f"{BRIDGE.url}#comments"),
    ],
    ids=["guid", "title", "tracking", "fragment"],
)
def test_an_entry_told_differently_is_no_new_link(app: App, site: Site, again: Item) -> None:
    site.routes["/feed"] = told(BRIDGE)
    add(app, site.url("/feed"))
    poll(app)
    site.routes["/feed"] = told(again)
    poll(app)
    assert app.store.links.counts() == {"due": 1}


def test_one_guid_on_two_links_is_two_links(app: App, site: Site) -> None:
    site.routes["/feed"] = told(BRIDGE, replace(MARKET, guid=BRIDGE.guid))
    add(app, site.url("/feed"))
    poll(app)
    assert app.store.links.counts() == {"due": 2}


def test_an_entry_that_left_its_feed_and_comes_back_is_known(app: App, site: Site) -> None:
    site.routes["/feed"] = told(BRIDGE)
    add(app, site.url("/feed"))
    poll(app)
    [claim] = app.store.links.release(now(), limit=1, per_host=1, lease=60)
    app.store.links.finish(claim, "new-story", now(), step="fold")
    site.routes["/feed"] = told(MARKET)
    poll(app)
    site.routes["/feed"] = told(BRIDGE, MARKET)
    poll(app)
    assert app.store.links.counts() == {"due": 1, "new-story": 1}


def test_what_no_database_can_hold_is_left_out(app: App, site: Site) -> None:
    site.routes["/feed"] = Reply.feed(json_feed(replace(BRIDGE, title="Half \ud83d and\0 nothing")).encode())
    add(app, site.url("/feed"))
    assert poll_one(app).last_outcome == "polled"
    assert app.store.links.counts() == {"due": 1}


def test_ten_thousand_entries_are_taken_in_without_holding_up_the_workers(app: App, site: Site) -> None:
    hosts = [f"paper-{number}.example" for number in range(20)]
    items = [replace(BRIDGE, url=f"https://{hosts[place % 20]}/news/{place}", guid=f"g{place}") for place in range(10_000)]
    site.routes["/feed"] = told(*items)
    add(app, site.url("/feed"))
    held = _longest_transactions(app)
    poll(app)
    assert app.store.links.counts() == {"due": 10_000}
    assert max(held) < sum(held) / 4
    claims = app.store.links.release(now(), limit=40, per_host=10, lease=60)
    links = app.store.links.take(claims, LinkState.RELEASED, now(), lease=60)
    assert Counter(link.host for link in links) == dict.fromkeys(hosts, 2)


def _longest_transactions(app: App) -> list[float]:
    """Seconds that each transaction from now on takes."""
    begun: dict[int, float] = {}
    taken: list[float] = []

    @event.listens_for(app.store.database.engine, "begin")
    def _begin(connection: Connection) -> None:
        begun[id(connection)] = time.perf_counter()

    @event.listens_for(app.store.database.engine, "commit")
    def _commit(connection: Connection) -> None:
        taken.append(time.perf_counter() - begun.pop(id(connection)))

    return taken
