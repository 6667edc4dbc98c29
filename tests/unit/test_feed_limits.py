"""Feeds made to explode, or to keep a parser busy."""

from __future__ import annotations

import gzip

import pytest

from shared.bounded import BoundedProcess
from shared.failures import Permanent
from shared.model import ParsedFeed
from shared.stages.feed_limits import MOST_ENTRIES
from shared.stages.feed_to_entries import feed_to_entries
from tests.support.feed_bodies import HEAVY, URL
from tests.support.feeds import BRIDGE, Item, atom, json_feed, news_sitemap, rss2


def read(body: str | bytes, content_type: str | None = None, url: str = URL) -> ParsedFeed:
    return feed_to_entries(body.encode() if isinstance(body, str) else body, feed_url=url, content_type=content_type)


@pytest.mark.parametrize("write", [rss2, atom, json_feed, news_sitemap])
def test_no_more_than_ten_thousand_entries_are_taken_in(write: object) -> None:
    body = write(*(Item(f"https://paper.example/{number}") for number in range(MOST_ENTRIES + 5)))  # type: ignore[operator]
    entries = read(body).entries
    assert (len(entries), entries[0].url, entries[-1].url) == (
        MOST_ENTRIES,
        "https://paper.example/0",
        "https://paper.example/9999",
    )


def test_entities_made_to_explode_are_refused_before_they_do() -> None:
    """Quadratic: one long entity, told often. Of 100 kB of this, feedparser alone makes 300 MB."""
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
    with pytest.raises(Permanent) as caught:
        read(rss2(BRIDGE, head=head, extra=f"<description>{'&a;' * 15_000}</description>"))
    assert caught.value.reason == "feed-bomb"


def test_entities_that_hold_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>'
    assert len(repr(read(rss2(BRIDGE, head=head, extra="<description>&l9;</description>")))) < 10_000


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_feed_costs_little_time_and_memory(name: str) -> None:
    """Five seconds and 256 MB, held to by the process around the parser; most end long before."""
    with BoundedProcess(seconds=5, memory_bytes=256_000_000) as child:
        try:
            ending = child.call(_read_entries, HEAVY[name])
        except Permanent as failure:
            ending = failure.reason
    assert ending in {"read", "not-a-feed", "feed-bomb"}


def _read_entries(body: bytes) -> str:
    assert len(read(body).entries) <= MOST_ENTRIES
    return "read"


def test_a_large_feed_of_full_texts_is_no_bomb() -> None:
    """Markup in CDATA doesn't count as the feed's own."""
    text = f"<content:encoded><![CDATA[{'<p>It <b>is</b> open.</p>' * 400}]]></content:encoded>"
    items = [Item(f"https://paper.example/{number}") for number in range(400)]
    assert len(read(rss2(*items, item_extra=text)).entries) == 400


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(Permanent) as caught:
        read(gzip.compress(bytes(60_000_000)))
    assert caught.value.reason == "feed-bomb"
