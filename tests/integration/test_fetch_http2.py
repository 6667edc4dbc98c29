"""The reader against a real server that speaks HTTP/2 over TLS."""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.failures import Failure, Hostile
from shared.fetch import Fetcher, FetchLimits, Hop
from tests.support.http2_site import Http2Site, speaking_http2
from tests.support.reader import with_reader
from tests.support.web import Reply

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make a certificate")
TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Http2Site]:
    routes = {"/a": Reply.html(TEXT, ETag='"1"'), "/old": Reply.redirect("/a", 301)}
    with speaking_http2(tmp_path, routes) as running:
        yield running


def ending(site: Http2Site, path: str, **options: object) -> str:
    with pytest.raises(Failure) as caught:
        with_reader(lambda fetcher: fetcher.get(site.url(path)), tls=site.trust, http2=True, **options)
    return f"{type(caught.value).__name__} {caught.value.reason}"


def test_a_page_comes_over_http2(site: Http2Site) -> None:
    page = with_reader(lambda fetcher: fetcher.get(site.url("/a")), tls=site.trust, http2=True)
    assert (page.status, page.body.decode(), page.headers["etag"]) == (200, TEXT, '"1"')
    assert [version for version, _, _ in site.asked] == ["2"]


def test_a_request_says_over_http2_what_it_says_otherwise(site: Http2Site) -> None:
    with_reader(lambda fetcher: fetcher.get(site.url("/a"), headers={"if-none-match": '"0"'}), tls=site.trust, http2=True)
    [told] = site.headers
    assert told["user-agent"].startswith("Storyfold/")
    assert (told["if-none-match"], told["accept-encoding"]) == ('"0"', "gzip, deflate, br, zstd")


def test_pages_side_by_side_share_one_connection(site: Http2Site) -> None:
    async def ten(fetcher: Fetcher) -> list[int]:
        await fetcher.get(site.url("/a"))
        return [page.status for page in await asyncio.gather(*(fetcher.get(site.url("/a")) for _ in range(10)))]

    assert with_reader(ten, tls=site.trust, http2=True) == [200] * 10
    assert len({port for _, port, _ in site.asked}) == 1


def test_redirects_and_unchanged_pages_are_told_as_ever(site: Http2Site) -> None:
    site.routes["/304"] = Reply(status=304)
    trail: list[Hop] = []

    async def both(fetcher: Fetcher) -> tuple[str, int]:
        page = await fetcher.get(site.url("/old"), trail=trail)
        return page.final_url, (await fetcher.get(site.url("/304"))).status

    assert with_reader(both, tls=site.trust, http2=True) == (site.url("/a"), 304)
    assert trail == [Hop(301, site.url("/old"), site.url("/a"))]


def test_a_server_without_http2_is_read_all_the_same(tmp_path: Path) -> None:
    with speaking_http2(tmp_path, {"/a": Reply.html(TEXT)}, protocols=("http/1.1",)) as site:
        page = with_reader(lambda fetcher: fetcher.get(site.url("/a")), tls=site.trust, http2=True)
    assert (page.status, [version for version, _, _ in site.asked]) == (200, ["1.1"])


def test_http2_is_not_offered_unless_it_is_wanted(site: Http2Site) -> None:
    page = with_reader(lambda fetcher: fetcher.get(site.url("/a")), tls=site.trust)
    assert (page.status, [version for version, _, _ in site.asked]) == (200, ["1.1"])


@pytest.mark.parametrize("status", [404, 410, 429, 503])
def test_a_refusal_over_http2_is_the_same_failure(status: int, site: Http2Site) -> None:
    site.routes["/no"] = Reply(b"", status, {"Retry-After": "60"})
    ends = {404: "Permanent not-found", 410: "Permanent gone", 429: "Transient rate-limited", 503: "Transient server-error"}
    assert ending(site, "/no") == ends[status]


def test_a_bomb_over_http2_is_given_up_at_the_cap(site: Http2Site) -> None:
    site.routes["/bomb"] = Reply(
        gzip.compress(bytes(50_000_000)), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
    )
    assert ending(site, "/bomb") == "Permanent too-large"


def test_headers_beyond_all_measure_are_given_up_over_http2(site: Http2Site) -> None:
    site.routes["/heavy"] = Reply.html(TEXT, **{f"X_{number}": "y" * 4_000 for number in range(60)})
    assert ending(site, "/heavy").partition(" ")[0] in {"Hostile", "Transient"}


def test_a_redirect_over_http2_leads_nowhere_private(site: Http2Site) -> None:
    site.routes["/in"] = Reply.redirect("https://169.254.169.254/latest/meta-data/")
    with pytest.raises(Hostile) as caught:
        with_reader(lambda fetcher: fetcher.get(site.url("/in")), tls=site.trust, http2=True)
    assert caught.value.reason == "private-address"


def test_the_name_is_checked_over_http2_too(site: Http2Site) -> None:
    def elsewhere(fetcher: Fetcher) -> object:
        return fetcher.get(site.url("/a").replace("paper.localhost", "other.localhost"))

    with pytest.raises(Failure) as caught:
        with_reader(elsewhere, tls=site.trust, http2=True, limits=FetchLimits(connect=2, read=2, total=5))  # type: ignore[arg-type]
    assert caught.value.reason == "tls"
