"""With a proxy the guard holds: names are resolved and judged here, and the proxy is told the very address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import IPv6Address, ip_address

import pytest

from shared.bootstrap import build
from shared.config import settings_from
from shared.failures import Failure, Hostile, Mistake, Transient
from shared.fetch import AllowList, Fetcher, FetchLimits
from shared.model import Page
from shared.stages.address import Address
from shared.stages.proxy import Proxy
from tests.support.proxy import TunnelProxy, tunnelling
from tests.support.web import Reply, Site, serving

LIMITS = FetchLimits(connect=1, read=1, total=3)
Resolve = Callable[[str, int], Awaitable[list[Address]]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/a": Reply.html("fine")}) as running:
        yield running


@pytest.fixture
def proxy() -> Iterator[TunnelProxy]:
    with tunnelling() as running:
        yield running


@pytest.fixture(params=[False, True], ids=["http1", "http2"])
def http2(request: pytest.FixtureRequest) -> bool:
    """Both transports go through the same door."""
    return bool(request.param)


def leading_to(*answers: str) -> Resolve:
    """A name server whose answers change from one question to the next; what is a number already is what it is."""
    left = [ip_address(answer) for answer in answers]

    async def resolve(host: str, _port: int) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            return [left.pop(0) if len(left) > 1 else left[0]]

    return resolve


def fetch(
    url: str, site: Site, proxy: TunnelProxy, *, http2: bool = False, credentials: str = "", resolve: Resolve | None = None
) -> Page:
    async def scenario() -> Page:
        allowed = AllowList.parse(f"127.0.0.1:{site.port}")
        through = Proxy("127.0.0.1", proxy.port, credentials)
        async with Fetcher(
            user_agent="Storyfold-tests/1", allowed=allowed, limits=LIMITS, proxy=through, http2=http2, resolve=resolve
        ) as fetcher:
            return await fetcher.get(url)

    return asyncio.run(scenario())


def failure(url: str, site: Site, proxy: TunnelProxy, *, http2: bool = False, resolve: Resolve | None = None) -> Failure:
    with pytest.raises(Failure) as caught:
        fetch(url, site, proxy, http2=http2, resolve=resolve)
    return caught.value


def test_a_page_comes_through_a_tunnel_to_the_judged_address(site: Site, proxy: TunnelProxy, http2: bool) -> None:
    page = fetch(site.url("/a", host="paper.localhost"), site, proxy, http2=http2)
    assert page.body == b"fine"
    assert proxy.asked == [f"CONNECT 127.0.0.1:{site.port} HTTP/1.1"]
    assert site.asked[0].headers["host"] == f"paper.localhost:{site.port}"


def test_the_proxy_is_never_asked_for_a_private_address(site: Site, proxy: TunnelProxy, http2: bool) -> None:
    for url in (f"http://127.0.0.2:{site.port}/a", "http://10.0.0.1/", "http://rebind.test/", "http://[::1]/"):
        assert isinstance(failure(url, site, proxy, http2=http2, resolve=leading_to("192.168.0.1")), Hostile)
    assert proxy.asked == []


def test_a_redirect_through_the_proxy_is_judged_again(site: Site, proxy: TunnelProxy, http2: bool) -> None:
    site.routes["/old"] = Reply.redirect(f"http://127.0.0.2:{site.port}/a")
    assert failure(site.url("/old"), site, proxy, http2=http2).reason == "private-address"
    assert proxy.asked == [f"CONNECT 127.0.0.1:{site.port} HTTP/1.1"]


def test_a_name_that_changes_its_answer_gains_nothing(site: Site, proxy: TunnelProxy, http2: bool) -> None:
    """The proxy gets no name that it could resolve once more."""
    resolve = leading_to("127.0.0.1", "127.0.0.2")
    assert fetch(f"http://rebind.test:{site.port}/a", site, proxy, http2=http2, resolve=resolve).status == 200
    assert proxy.asked == [f"CONNECT 127.0.0.1:{site.port} HTTP/1.1"]


def test_the_password_goes_to_the_proxy_and_to_nobody_else(site: Site, proxy: TunnelProxy, http2: bool) -> None:
    fetch(site.url("/a"), site, proxy, http2=http2, credentials="reader:s3cret")
    assert b"Proxy-Authorization: Basic cmVhZGVyOnMzY3JldA==" in proxy.heads[0]
    assert {"proxy-authorization", "authorization"}.isdisjoint(site.asked[0].headers)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (b"HTTP/1.1 407 Who are you\r\n\r\n", "proxy"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno", "proxy"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "proxy"),
        (b"HTTP/1.1 200 OK\r\n\r\nand a page that nobody asked for", "proxy"),
        (b"HTTP/1.1 502 Can't get there\r\n\r\n", "connection"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: y\r\n" * 5_000, "proxy"),
        (b"", "timeout"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_is_told_from_a_host_that_is_away(refusal: bytes, reason: str, site: Site) -> None:
    with tunnelling(refusal) as proxy:
        told = failure(site.url("/a"), site, proxy)
    assert (type(told), told.reason, site.asked) == (Transient, reason, [])


def test_a_proxy_that_is_away_is_told_as_such(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert failure(site.url("/a"), site, TunnelProxy(port)).reason == "proxy"


# The setting


def test_the_setting_reaches_the_reader(site: Site, proxy: TunnelProxy) -> None:
    """Whatever the environment says besides: only this variable counts."""
    told = {
        "STORYFOLD_PROXY": f"http://127.0.0.1:{proxy.port}",
        "STORYFOLD_ALLOW_ADDRESSES": "127.0.0.1",
        "HTTP_PROXY": "http://192.0.2.1:1",
    }

    async def scenario() -> Page:
        async with build(settings_from(told)).fetcher() as fetcher:
            return await fetcher.get(site.url("/a"))

    assert asyncio.run(scenario()).status == 200
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://proxy.example:8080", Proxy("proxy.example", 8080)),
        ("http://proxy.example", Proxy("proxy.example", 3128)),
        ("http://reader:a%40b@[2001:db8::1]:3128/", Proxy("2001:db8::1", 3128, "reader:a@b")),
    ],
)
def test_a_proxy_is_read_from_its_address(url: str, proxy: Proxy) -> None:
    assert settings_from({"STORYFOLD_PROXY": url}).proxy == proxy


@pytest.mark.parametrize(
    "url", ["proxy.example:3128", "socks5://user:hunter2@proxy.example", "http://", "http://u:hunter2@p:port"]
)
def test_what_is_no_proxy_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(Mistake) as caught:
        settings_from({"STORYFOLD_PROXY": url})
    assert "hunter2" not in str(caught.value)


def test_no_proxy_is_the_default() -> None:
    assert settings_from({}).proxy is None


def test_an_address_of_the_longer_kind_is_bracketed() -> None:
    asked = Proxy("proxy.example", 3128).request(IPv6Address("2606:2800::1"), 443)
    assert asked.startswith(b"CONNECT [2606:2800::1]:443 HTTP/1.1\r\nHost: [2606:2800::1]:443\r\n")
