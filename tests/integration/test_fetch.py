"""The reader against real servers on loopback: what it sends, what it follows, what it decodes, what it keeps."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import brotli
import pytest
import zstandard

from shared.failures import Failure, Permanent, Transient
from shared.fetch import Accept, AllowList, Fetcher, FetchLimits, Hop, RobotsCache
from shared.fetch.body import Body
from shared.model import Page
from tests.support.web import Asked, Reply, Site, serving

T = TypeVar("T")
AGENT = "Storyfold/0.1 (+https://paper.example/bot)"
LIMITS = FetchLimits(connect=2, read=2, total=5, max_bytes=100_000)
TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


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


# What it sends


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


# Bodies


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "deflate ": lambda body: zlib.compress(body)[2:-4],
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_every_encoding_that_is_asked_for_is_undone(encoding: str, site: Site) -> None:
    site.routes["/a"] = Reply(
        ENCODERS[encoding](TEXT.encode()), headers={"Content-Encoding": encoding, "Content-Type": "text/html"}
    )
    assert get(site.url("/a")).body.decode() == TEXT


def test_gzip_in_several_members_and_zstd_in_several_frames_are_whole(site: Site) -> None:
    half = len(TEXT) // 2
    for name, encode in (("gzip", gzip.compress), ("zstd", zstandard.compress)):
        body = encode(TEXT[:half].encode()) + encode(TEXT[half:].encode())
        site.routes["/a"] = Reply(body, headers={"Content-Encoding": name, "Content-Type": "text/html"})
        assert get(site.url("/a")).body.decode() == TEXT


def test_a_body_of_just_the_largest_size_passes_and_one_byte_more_does_not(site: Site) -> None:
    for encoding in ("gzip", "br", "zstd", "identity"):
        for size, passes in ((100_000, True), (100_001, False)):
            site.routes["/a"] = Reply(
                ENCODERS[encoding](b"x" * size), headers={"Content-Encoding": encoding, "Content-Type": "text/html"}
            )
            if passes:
                assert len(get(site.url("/a")).body) == size
            else:
                assert failure(site.url("/a")).reason == "too-large"


def test_a_body_can_be_cut_instead_of_refused(site: Site) -> None:
    site.routes["/a"] = Reply(gzip.compress(b"x" * 50_000), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})
    assert get(site.url("/a"), limits=FetchLimits(max_bytes=1_000, cut=True)).body == b"x" * 1_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_a_body_is_whole_however_it_is_cut_up_on_the_way(encoding: str, size: int) -> None:
    """Decoders may hold output back after the last of their input: at multiples of what one call may put out, above all."""
    coded = ENCODERS[encoding](b"x" * size)
    for step in (1, 7, len(coded)):
        body = Body(encoding, max_bytes=size)
        for start in range(0, len(coded), step):
            body.add(coded[start : start + step])
        assert len(body.finish()) == size


def test_a_pause_that_a_server_asks_for_is_handed_on(site: Site) -> None:
    site.routes["/a"] = Reply(status=429, headers={"Retry-After": "120"})
    told = failure(site.url("/a"))
    assert isinstance(told, Transient)
    assert (told.reason, told.retry_after) == ("rate-limited", 120.0)


@pytest.mark.parametrize(
    ("kind", "page", "feed"),
    [
        ("text/html", "ok", "ok"),
        ("TEXT/HTML;charset=x", "ok", "ok"),
        ("application/xhtml+xml", "ok", "ok"),
        ("text/plain", "ok", "ok"),
        ("application/rss+xml", "not-html", "ok"),
        ("application/atom+xml", "not-html", "ok"),
        ("application/json", "not-html", "ok"),
        ("text/calendar", "not-html", "ok"),
        ("application/octet-stream", "not-text", "ok"),
        ("application/gzip", "not-text", "ok"),
        ("image/jpeg", "not-text", "not-text"),
        ("audio/mpeg", "not-text", "not-text"),
        ("application/pdf", "not-text", "not-text"),
    ],
)
def test_what_can_be_used_depends_on_what_is_asked_for(kind: str, page: str, feed: str, site: Site) -> None:
    site.routes["/a"] = Reply(TEXT.encode(), headers={"Content-Type": kind})
    for accept, ends in ((Accept.PAGE, page), (Accept.FEED, feed), (Accept.ANY, "ok")):
        if ends == "ok":
            assert get(site.url("/a"), accept=accept).status == 200
        else:
            assert failure(site.url("/a"), accept=accept).reason == ends


@pytest.mark.parametrize(
    "url", ["ftp://paper.example/", "paper.example/a", "http://", "http://user@paper.example/", "http://[::1", ""]
)
def test_what_is_no_web_address_is_refused_before_anything_is_asked(url: str) -> None:
    assert failure(url).reason == "bad-url"


# TLS


@contextmanager
def secure_site(folder: Path, name: str) -> Iterator[tuple[int, ssl.SSLContext, list[str | None]]]:
    """A server with a certificate for `name`, the context that trusts it, and the names that clients asked for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
        check=True, capture_output=True,
    )  # fmt: skip
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[str | None]()
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, wanted, _context: asked.append(wanted)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_answer_securely, args=(listener, context), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], ssl.create_default_context(cafile=str(certificate)), asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _answer_securely(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsafe"
                )
        except OSError:
            connection.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make a certificate")
class TestTls:
    def test_the_name_is_checked_although_the_connection_goes_to_an_address(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "paper.localhost") as (port, trust, asked):
            page = with_reader(lambda fetcher: fetcher.get(f"https://paper.localhost:{port}/"), tls=trust)
        assert (page.body, asked) == (b"safe", ["paper.localhost"])

    def test_a_certificate_for_another_name_is_refused(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "other.localhost") as (port, trust, _), pytest.raises(Transient) as caught:
            with_reader(lambda fetcher: fetcher.get(f"https://paper.localhost:{port}/"), tls=trust)
        assert caught.value.reason == "tls"

    def test_a_certificate_of_nobody_known_is_refused(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "paper.localhost") as (port, _, _):
            assert failure(f"https://paper.localhost:{port}/").reason == "tls"


# robots.txt


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
