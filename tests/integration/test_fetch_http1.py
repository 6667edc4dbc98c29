"""HTTP/1.1 as servers really speak it, and connections as they really end."""

# ruff: noqa: E501 - an answer reads best on one line

from __future__ import annotations

import pytest

from shared.failures import Transient
from shared.fetch import Fetcher, http1_connection
from shared.model import Page
from tests.support.reader import get, with_reader
from tests.support.scripted import ScriptedSite, answering_in_turn

KIND = "Content-Type: text/html\r\n"


def whole(body: str, *lines: str, status: str = "200 OK") -> bytes:
    told = "".join(f"{line}\r\n" for line in lines)
    return f"HTTP/1.1 {status}\r\n{KIND}{told}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def fetch_all(site: ScriptedSite, *paths: str) -> list[str]:
    """The bodies, one after the other with one reader."""

    async def scenario(fetcher: Fetcher) -> list[Page]:
        return [await fetcher.get(site.url(path)) for path in paths]

    return [page.body.decode() for page in with_reader(scenario)]


# How servers write


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 4\n\npage",
        b"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4   \r\npage\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\npage\r\n0\r\nX-A: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.1 200 OK\r\nUpgrade: h2,h2c\r\nConnection: Upgrade\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.1 200 Tr\xe8s bien\r\nX-Name: caf\xe9\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
        b"HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Type:text/html\r\nCONTENT-LENGTH:   4  \r\n\r\npage",
    ],
)
def test_an_answer_is_read_however_it_is_written(answer: bytes) -> None:
    with answering_in_turn([answer]) as site:
        assert fetch_all(site, "/a") == ["page"]


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    with answering_in_turn([b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\npage", b""]) as site:
        assert fetch_all(site, "/a") == ["page"]


def test_lines_of_one_name_are_joined_and_cookies_are_kept_apart() -> None:
    answer = whole("page", "X-A: 1", "x-a: 2", "Set-Cookie: a=1", "Set-Cookie: b=2", "Location: /b", status="302 Found")
    with answering_in_turn([answer, whole("end")]) as site:
        page = get(site.url("/a"))
    assert page.body == b"end"


def test_trailers_are_no_headers() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n0\r\nETag: x\r\n\r\n"
    with answering_in_turn([answer]) as site:
        assert "etag" not in get(site.url("/a")).headers


# How connections end


def test_a_kept_connection_that_is_closed_as_we_ask_is_replaced() -> None:
    with answering_in_turn([whole("one"), None], [whole("two")]) as site:
        assert fetch_all(site, "/1", "/2") == ["one", "two"]
    assert site.requests == [(0, "GET /1"), (0, "GET /2"), (1, "GET /2")]


def test_a_new_connection_that_is_closed_is_not_tried_for_ever() -> None:
    with answering_in_turn([None], [None], [None]) as site, pytest.raises(Transient) as caught:
        get(site.url("/a"))
    assert (caught.value.reason, len(site.requests)) == ("connection", 1)


def test_what_is_posted_goes_once_and_over_a_connection_of_its_own() -> None:
    async def scenario(fetcher: Fetcher) -> None:
        await fetcher.get(site.url("/page"))
        await fetcher.post_form(site.url("/hub"), {"hub.mode": "subscribe"})

    with answering_in_turn([whole("page")], [None]) as site, pytest.raises(Transient):
        with_reader(scenario)
    assert site.requests == [(0, "GET /page"), (1, "POST /hub")]


def test_bytes_that_nobody_asked_for_poison_no_later_answer() -> None:
    poisoned = whole("one") + whole("poison")
    with answering_in_turn([poisoned, whole("more poison")], [whole("two")]) as site:
        assert fetch_all(site, "/1", "/2") == ["one", "two"]
    assert site.requests == [(0, "GET /1"), (1, "GET /2")]


def test_an_unchanged_page_that_tells_a_length_leaves_its_connection_in_order() -> None:
    unchanged = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n"
    with answering_in_turn([unchanged, whole("two")]) as site:
        assert fetch_all(site, "/1", "/2") == ["", "two"]


def test_a_connection_that_rested_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1_connection, "IDLE_SECONDS", -1.0)
    with answering_in_turn([whole("one"), whole("no")], [whole("two")]) as site:
        assert fetch_all(site, "/1", "/2") == ["one", "two"]


def test_a_body_that_is_left_unread_takes_its_connection_with_it() -> None:
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 500000\r\n\r\n" + bytes(500_000)

    async def scenario(fetcher: Fetcher) -> bytes:
        with pytest.raises(Exception, match="image/png"):
            await fetcher.get(site.url("/picture"))
        return (await fetcher.get(site.url("/page"))).body

    with answering_in_turn([picture], [whole("page")]) as site:
        assert with_reader(scenario) == b"page"


def test_a_contact_that_no_header_can_hold_breaks_nothing() -> None:
    with answering_in_turn([whole("page")]) as site:
        page = with_reader(lambda fetcher: fetcher.get(site.url("/a")), user_agent="Storyfold/1 (+редакция\r\nX: y)")
    assert page.body == b"page"
