"""A listener on a private address, and twelve ways by which a stranger could make the reader connect to it: none does."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest

from shared.failures import Failure, Hostile
from shared.fetch import Accept, AllowList, Fetcher, FetchLimits, RobotsCache
from shared.fetch.network import resolve_name
from shared.stages.address import Address
from tests.support.web import Reply, Site, serving

LIMITS = FetchLimits(connect=1, read=1, total=3)
PRIVATE = "127.0.0.2"  # the public site of these scenarios is on 127.0.0.1, which alone is allow-listed


class Listener:
    """Counts connections to a port that nobody should reach."""

    def __init__(self) -> None:
        self._socket = socket.create_server((PRIVATE, 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0

    def accept_all(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextmanager
def private_listener() -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.accept_all, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with private_listener() as running:
        yield running


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def answering(*answers: list[str]) -> Callable[[str, int], Awaitable[list[Address]]]:
    """A name server whose answers for `rebind.test` change from one question to the next."""
    left = [[ip_address(each) for each in answer] for answer in answers]

    async def resolve(host: str, port: int) -> list[Address]:
        if host.endswith(".test"):
            return left.pop(0) if len(left) > 1 else left[0]
        return await resolve_name(host, port)

    return resolve


def fetch(url: str, site: Site, resolve: Callable[[str, int], Awaitable[list[Address]]] | None = None) -> Failure:
    """Fetch with nothing but the public site allowed; every scenario must end in a failure."""

    async def scenario() -> None:
        allowed = AllowList.parse(f"127.0.0.1:{site.port}")
        async with Fetcher(user_agent="Storyfold-tests/1", allowed=allowed, limits=LIMITS, resolve=resolve) as fetcher:
            await fetcher.get(url, accept=Accept.ANY)

    with pytest.raises(Failure) as caught:
        asyncio.run(scenario())
    return caught.value


def test_a_direct_address_is_not_reached(site: Site, listener: Listener) -> None:
    assert fetch(f"http://{PRIVATE}:{listener.port}/", site).reason == "private-address"
    assert listener.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_lead_there(status: int, site: Site, listener: Listener) -> None:
    site.routes["/news"] = Reply.redirect(f"http://{PRIVATE}:{listener.port}/", status)
    assert isinstance(fetch(site.url("/news"), site), Hostile)
    assert listener.connections == 0


@pytest.mark.parametrize("spelling", ["127.2", "2130706434", "0x7f000002", "0177.0.0.2", "①②⑦.0.0.2", "[::ffff:127.0.0.2]"])
def test_a_redirect_to_another_spelling_does_not_lead_there(spelling: str, site: Site, listener: Listener) -> None:
    site.routes["/news"] = Reply.redirect(f"http://{spelling}:{listener.port}/".encode().decode("latin-1"))
    assert isinstance(fetch(site.url("/news"), site), Hostile)
    assert listener.connections == 0


def test_the_fifth_redirect_is_judged_as_the_first(site: Site, listener: Listener) -> None:
    for step in range(4):
        site.routes[f"/{step}"] = Reply.redirect(f"/{step + 1}")
    site.routes["/4"] = Reply.redirect(f"//{PRIVATE}:{listener.port}/")
    assert isinstance(fetch(site.url("/0"), site), Hostile)
    assert (listener.connections, site.paths()) == (0, ["/0", "/1", "/2", "/3", "/4"])


def test_a_name_that_points_there_is_not_followed(site: Site, listener: Listener) -> None:
    assert isinstance(fetch(f"http://rebind.test:{listener.port}/", site, answering([PRIVATE])), Hostile)
    assert listener.connections == 0


def test_a_redirect_to_a_name_that_points_there_is_not_followed(site: Site, listener: Listener) -> None:
    site.routes["/news"] = Reply.redirect(f"http://rebind.test:{listener.port}/")
    assert isinstance(fetch(site.url("/news"), site, answering([PRIVATE])), Hostile)
    assert listener.connections == 0


def test_an_answer_that_mixes_addresses_leads_to_the_allowed_one_only(site: Site, listener: Listener) -> None:
    """Private first, allowed second: the listener has the site's port on its own address here, and is passed over."""
    site.routes["/news"] = Reply.html("fine")

    async def scenario() -> int:
        allowed = AllowList.parse(f"127.0.0.1:{site.port}")
        resolve = answering([PRIVATE, "127.0.0.1"])
        async with Fetcher(user_agent="Storyfold-tests/1", allowed=allowed, limits=LIMITS, resolve=resolve) as fetcher:
            return (await fetcher.get(f"http://rebind.test:{site.port}/news")).status

    assert asyncio.run(scenario()) == 200
    assert listener.connections == 0


def test_a_name_that_changes_between_question_and_connection_gains_nothing(site: Site, listener: Listener) -> None:
    """The classic: allowed when checked, private when connected. There is one question only, so the second answer is moot."""
    site.routes["/news"] = Reply.html("fine")
    answers: list[list[Address]] = [[IPv4Address("127.0.0.1")], [IPv4Address(PRIVATE)]]
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> list[Address]:
        asked.append(host)
        return answers[min(len(asked), 2) - 1]

    async def scenario() -> int:
        allowed = AllowList.parse(f"127.0.0.1:{site.port}")
        async with Fetcher(user_agent="Storyfold-tests/1", allowed=allowed, limits=LIMITS, resolve=resolve) as fetcher:
            return (await fetcher.get(f"http://rebind.test:{site.port}/news")).status

    assert asyncio.run(scenario()) == 200
    assert (asked, listener.connections) == (["rebind.test"], 0)


def test_a_name_that_changes_between_two_redirects_is_judged_again(site: Site, listener: Listener) -> None:
    site.routes["/news"] = Reply(status=302, headers={"Location": f"http://rebind.test:{listener.port}/", "Connection": "close"})
    resolve = answering(["127.0.0.1"], [PRIVATE])
    assert isinstance(fetch(f"http://rebind.test:{site.port}/news", site, resolve), Hostile)
    assert listener.connections == 0


def test_a_mapped_address_from_a_name_server_is_looked_into(site: Site, listener: Listener) -> None:
    resolve = answering([str(IPv6Address(0xFFFF << 32 | int(IPv4Address(PRIVATE))))])
    assert isinstance(fetch(f"http://rebind.test:{listener.port}/", site, resolve), Hostile)
    assert listener.connections == 0


def test_robots_is_judged_as_any_page(site: Site, listener: Listener) -> None:
    """Both the robots.txt of a private host and one that redirects there."""
    site.routes["/robots.txt"] = Reply.redirect(f"http://{PRIVATE}:{listener.port}/robots.txt")

    async def scenario() -> list[bool]:
        allowed = AllowList.parse(f"127.0.0.1:{site.port}")
        async with Fetcher(user_agent="Storyfold-tests/1", allowed=allowed, limits=LIMITS) as fetcher:
            robots = RobotsCache(fetcher)
            return [await robots.allows(f"http://{PRIVATE}:{listener.port}/a"), await robots.allows(site.url("/a"))]

    assert asyncio.run(scenario()) == [False, False]
    assert listener.connections == 0


def test_user_info_does_not_hide_the_host(site: Site, listener: Listener) -> None:
    site.routes["/news"] = Reply.redirect(f"http://127.0.0.1:{site.port}@{PRIVATE}:{listener.port}/")
    assert fetch(site.url("/news"), site).reason == "bad-url"
    assert listener.connections == 0


def test_a_proxy_in_the_environment_is_not_used(site: Site, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    site.routes["/news"] = Reply(b"fine", 404)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{PRIVATE}:{listener.port}")
    assert fetch(site.url("/news"), site).reason == "not-found"
    assert (listener.connections, site.paths()) == (0, ["/news"])


def test_a_backslash_or_a_line_break_does_not_hide_the_host(site: Site, listener: Listener) -> None:
    """`//` spelled `/\\` and headers smuggled through a Location are tricks against other URL parsers."""
    for location in (f"/\\{PRIVATE}:{listener.port}/", f"http:\\\\{PRIVATE}:{listener.port}/", f"/a%0d%0aHost:%20{PRIVATE}"):
        site.routes["/news"] = Reply.redirect(location)
        fetch(site.url("/news"), site)
    assert listener.connections == 0
