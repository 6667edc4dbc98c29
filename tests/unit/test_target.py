"""A URL taken apart as a request needs it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.failures import Failure, Hostile, Permanent
from shared.fetch.target import _PLAIN, Target, target_of

HERE = target_of("https://paper.example/news/a?b=1")


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://paper.example", Target("https", "paper.example", 443, "/")),
        ("HTTP://Paper.Example:8080/A?b#c", Target("http", "paper.example", 8080, "/A?b")),
        ("https://paper.example?b=1", Target("https", "paper.example", 443, "/?b=1")),
        ("https://paper.example./a", Target("https", "paper.example", 443, "/a")),
        ("https://bücher.example/ä b", Target("https", "xn--bcher-kva.example", 443, "/%C3%A4%20b")),
        ("https://paper.example/%2F%zz", Target("https", "paper.example", 443, "/%2F%zz")),
        ("http://[2001:db8::1]:8080/", Target("http", "2001:db8::1", 8080, "/")),
        ("http://under_score.example/", Target("http", "under_score.example", 80, "/")),
        (" https://paper.example/a\n", Target("https", "paper.example", 443, "/a")),
    ],
)
def test_an_address_is_taken_apart(url: str, target: Target) -> None:
    assert target_of(url) == target


@given(st.from_regex(_PLAIN, fullmatch=True).filter(lambda url: len(url.split("/")[2]) <= 253))
def test_an_address_that_is_in_order_is_taken_apart_the_same_on_the_short_way(url: str) -> None:
    assert target_of(url) == target_of(f" {url}")


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://paper.example:443/", "paper.example"),
        ("http://paper.example:443/", "paper.example:443"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("http://[2001:db8::1]:8080/", "[2001:db8::1]:8080"),
    ],
)
def test_the_host_header_has_a_port_where_it_is_unusual(url: str, header: str) -> None:
    assert target_of(url).host_header == header
    assert target_of(target_of(url).url) == target_of(url)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("b", "https://paper.example/news/b"),
        ("/b", "https://paper.example/b"),
        ("?c", "https://paper.example/news/a?c"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example", "http://other.example/"),
        ("/br\u00c3\u00bccke", "https://paper.example/br%C3%BCcke"),
        ("/br\u00fccke", "https://paper.example/br%C3%BCcke"),
    ],
)
def test_a_location_is_read_against_its_page(location: str, url: str) -> None:
    assert target_of(location, after=HERE).url == url


@pytest.mark.parametrize(
    "url",
    ["", "a", "ftp://paper.example/", "http://", "http://u:p@a.example/", "http://a:x/", "http://a b/", "http://" + "a" * 9_000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_and_hostile_only_from_a_redirect(url: str) -> None:
    with pytest.raises(Permanent) as caught:
        target_of(url)
    assert caught.value.reason == "bad-url"
    if ":" in url:
        with pytest.raises(Hostile):
            target_of(url, after=HERE)


@given(st.text(max_size=80))
def test_nothing_can_be_smuggled_into_a_request(text: str) -> None:
    """Request lines and Host headers are made of visible ASCII, whatever a stranger wrote."""
    for url in (text, f"http://{text}", f"http://paper.example/{text}", f"http://paper.example/?{text}"):
        try:
            target = target_of(url)
            onward = target_of(text, after=target)
        except Failure:
            continue
        for each in (target, onward):
            assert re.fullmatch(r"/[\x21-\x7e]*", each.path)
            assert re.fullmatch(r"[a-z0-9_.:-]+", each.host)
