"""The reader against real servers on loopback: what it sends, what it follows, which connections it keeps."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from shared.failures import Permanent, Transient
from shared.fetch import Accept, Fetcher, FetchLimits, Hop
from tests.support.reader import AGENT, failure, get, with_reader
from tests.support.web import Asked, Reply, Site, serving

TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def test_a_page_comes_back_with_its_headers_in_lower_case(site: Site) -> None:
    site.routes["/a"] = Reply.html(TEXT, ETag='"1"')
    page = get(site.url("/a"))
    assert (page.url, page.final_url, page.status) == (site.url("/a"), site.url("/a"), 200)
    assert page.body.decode() == TEXT
    assert (page.headers["etag"], page.headers["content-type"]) == ('"1"', "text/html; charset=utf-8")


def test_a_request_says_who_asks_and_what_for(site: Site) -> None:
    site.routes["/a"] = Reply.html(TEXT)
    get(site.url("/a", host="paper.localhost"))
    [asked] = site.asked
    assert asked.headers["host"] == f"paper.localhost:{site.port}"
    assert asked.headers["user-agent"] == AGENT
    assert asked.headers["accept"].startswith("text/html")
    assert asked.headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert {"cookie", "referer", "authorization", "from"}.isdisjoint(asked.headers)


def test_a_feed_is_asked_for_as_a_feed(site: Site) -> None:
    site.routes["/feed"] = Reply.feed(b"<rss/>")
    get(site.url("/feed"), accept=Accept.FEED)
    assert site.asked[0].headers["accept"].startswith("application/atom+xml")


def test_a_path_in_any_script_is_sent_escaped(site: Site) -> None:
    site.routes["/br%C3%BCcke%20auf"] = Reply.html(TEXT)
    assert get(site.url("/brücke auf?q=ü#top")).final_url == site.url("/br%C3%BCcke%20auf?q=%C3%BC")
    assert site.paths() == ["/br%C3%BCcke%20auf?q=%C3%BC"]


def test_what_is_escaped_already_is_not_escaped_twice(site: Site) -> None:
    site.routes["/a%2Fb%20c"] = Reply.html(TEXT)
    assert get(site.url("/a%2Fb%20c")).status == 200


# Conditional requests


def test_a_page_that_did_not_change_has_no_body(site: Site) -> None:
    site.routes["/feed"] = lambda asked: Reply(status=304) if asked.headers.get("if-none-match") == '"1"' else Reply.feed(b"new")
    page = get(site.url("/feed"), headers={"if-none-match": '"1"'}, accept=Accept.FEED)
    assert (page.status, page.body) == (304, b"")


def test_a_validator_is_not_sent_on_to_where_its_page_redirects(site: Site) -> None:
    site.routes["/old"] = Reply.redirect("/new", 301)
    site.routes["/new"] = Reply.feed(b"<rss/>")
    get(site.url("/old"), headers={"if-none-match": '"1"'}, accept=Accept.FEED)
    assert ["if-none-match" in asked.headers for asked in site.asked] == [True, False]


@pytest.mark.parametrize("etag", ['W/"é"', '"\u65e5"', '"a\r\nX-Smuggled: 1"', '"\x00"'])
def test_a_validator_that_cannot_be_sent_breaks_nothing(etag: str, site: Site) -> None:
    site.routes["/feed"] = Reply.feed(b"<rss/>")
    assert get(site.url("/feed"), headers={"if-none-match": etag}, accept=Accept.FEED).status == 200
    assert "x-smuggled" not in site.asked[0].headers


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_told(status: int, site: Site) -> None:
    site.routes["/old"] = Reply.redirect("/new", status)
    site.routes["/new"] = Reply.html(TEXT)
    trail: list[Hop] = []
    page = get(site.url("/old"), trail=trail)
    assert (page.url, page.final_url) == (site.url("/old"), site.url("/new"))
    assert trail == [Hop(status, site.url("/old"), site.url("/new"))]


@pytest.mark.parametrize(
    "location", ["new", "/a/new", "./new", "../a/new", "//127.0.0.1:{port}/a/new", "http://127.0.0.1:{port}/a/new#x", "?moved"]
)
def test_a_relative_target_is_read_against_the_page(location: str, site: Site) -> None:
    site.routes["/a/old"] = lambda asked: (
        Reply.html(TEXT) if "?" in asked.path else Reply.redirect(location.format(port=site.port))
    )
    site.routes["/a/new"] = Reply.html(TEXT)
    assert get(site.url("/a/old")).final_url in {site.url("/a/new"), site.url("/a/old?moved")}


def test_a_target_in_bare_utf8_is_understood(site: Site) -> None:
    site.routes["/old"] = Reply.redirect("/brücke".encode().decode("latin-1"))
    site.routes["/br%C3%BCcke"] = Reply.html(TEXT)
    assert get(site.url("/old")).final_url == site.url("/br%C3%BCcke")


def test_five_redirects_are_followed_and_six_are_not(site: Site) -> None:
    for step in range(6):
        site.routes[f"/{step}"] = Reply.redirect(f"/{step + 1}")
    site.routes["/6"] = Reply.html(TEXT)
    assert get(site.url("/1")).final_url == site.url("/6")
    assert failure(site.url("/0")).reason == "too-many-redirects"


def test_a_cookie_lives_as_long_as_its_job_and_on_its_host_only(site: Site) -> None:
    site.routes["/a"] = Reply(
        status=302, headers={"Location": f"http://other.localhost:{site.port}/b", "Set-Cookie": "seen=yes; Path=/; Secure"}
    )
    site.routes["/b"] = Reply.redirect(f"http://paper.localhost:{site.port}/c")
    site.routes["/c"] = Reply.html(TEXT)

    async def twice(fetcher: Fetcher) -> None:
        await fetcher.get(site.url("/a", host="paper.localhost"))
        await fetcher.get(site.url("/c", host="paper.localhost"))

    with_reader(twice)
    assert [(asked.path, asked.headers.get("cookie")) for asked in site.asked] == [
        ("/a", None), ("/b", None), ("/c", "seen=yes"), ("/c", None),
    ]  # fmt: skip


# Connections


def test_a_connection_is_used_again(site: Site) -> None:
    site.routes["/a"] = Reply.html(TEXT)

    async def thrice(fetcher: Fetcher) -> None:
        for _ in range(3):
            await fetcher.get(site.url("/a"))

    with_reader(thrice)
    assert len({asked.connection for asked in site.asked}) == 1


def test_a_connection_is_used_again_after_answers_whose_body_nobody_wants(site: Site) -> None:
    site.routes |= {
        "/304": Reply(status=304),
        "/old": Reply.redirect("/new"),
        "/new": Reply.html(TEXT),
        "/204": Reply(status=204),
    }

    async def all_of_them(fetcher: Fetcher) -> None:
        for path in ("/304", "/old", "/204", "/304"):
            await fetcher.get(site.url(path))
        with pytest.raises(Permanent):
            await fetcher.get(site.url("/missing"))
        await fetcher.get(site.url("/304"))

    with_reader(all_of_them)
    assert len({asked.connection for asked in site.asked}) == 1


def test_a_connection_that_the_server_closed_in_between_is_replaced(site: Site) -> None:
    site.routes["/a"] = Reply.html(TEXT, Connection="close")

    async def thrice(fetcher: Fetcher) -> list[int]:
        return [(await fetcher.get(site.url("/a"))).status for _ in range(3)]

    assert with_reader(thrice) == [200, 200, 200]


def test_many_pages_are_fetched_side_by_side(site: Site) -> None:
    """Each answer waits until all have asked, so one after the other would never end."""
    together = threading.Barrier(10)

    def wait_for_all(_: Asked) -> Reply:
        together.wait(5)
        return Reply.html(TEXT)

    site.routes["/a"] = wait_for_all

    async def ten(fetcher: Fetcher) -> int:
        return len(await asyncio.gather(*(fetcher.get(site.url("/a")) for _ in range(10))))

    assert with_reader(ten) == 10


def test_the_second_address_of_a_name_is_tried_when_the_first_is_dead(site: Site) -> None:
    site.routes["/a"] = Reply.html(TEXT)

    async def resolve(_host: str, _port: int) -> list[object]:
        from ipaddress import ip_address

        return [ip_address("127.0.0.9"), ip_address("127.0.0.1")]

    page = with_reader(lambda fetcher: fetcher.get(site.url("/a", host="paper.example")), resolve=resolve)
    assert page.status == 200


def test_a_dead_port_a_dead_name_and_a_slow_name_are_told_apart(site: Site) -> None:
    async def never(_host: str, _port: int) -> list[object]:
        await asyncio.Event().wait()
        return []

    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert failure(f"http://127.0.0.1:{port}/").reason == "connection"
    assert failure("http://nowhere.invalid/").reason == "dns"
    quick = FetchLimits(connect=0.2, read=1, total=1)
    with pytest.raises(Transient) as caught:
        with_reader(lambda fetcher: fetcher.get("http://slow.example/"), resolve=never, limits=quick)
    assert caught.value.reason == "timeout"
