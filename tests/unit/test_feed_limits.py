"""Feeds made to explode, or to keep a parser busy."""

from __future__ import annotations

import gzip

import pytest

from shared.bounded import BoundedProcess
from shared.failures import Permanent
from shared.model import ParsedFeed
from shared.stages.feed_limits import MOST_ENTRIES
from shared.stages.feed_to_entries import feed_to_entries
from tests.support.feeds import BRIDGE, Item, atom, json_feed, news_sitemap, rss2

URL = "https://paper.example/feeds/all.xml"
MEGABYTES = 5_000_000
HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
TAIL = b"</channel></rss>"


def times(piece: bytes, before: bytes = HEAD, after: bytes = TAIL) -> bytes:
    """Five megabytes of a piece."""
    return before + piece * (MEGABYTES // len(piece)) + after


HEAVY: dict[str, bytes] = {
    "double escapes": times(b"&amp;lt;", HEAD + b"<item><link>/a</link><description>", b"</description></item>" + TAIL),
    "empty items": times(b"<item/>"),
    "tiny items": times(b"<item><link>http://x/1</link></item>"),
    "nesting": times(b"<a>"),
    "nested items": times(b"<item>"),
    "nesting in what is not well formed": times(b"<div>", HEAD + b"&nope;"),
    "attributes of one tag": HEAD + b"<a " + b"".join(b"a%d='' " % number for number in range(400_000)) + b"/>" + TAIL,
    "namespaces": b"<rss " + b"".join(b"xmlns:a%d='u%d' " % (number, number) for number in range(200_000)) + b"><channel/></rss>",
    "bare ampersands": times(b"&x ", HEAD + b"&nope;<item><description>", b"</description></item>" + TAIL),
    "bare brackets": times(b"< ", HEAD + b"&nope;<item><description>", b"</description></item>" + TAIL),
    "comments without end": times(b"<!--"),
    "cdata without end": times(b"<![CDATA["),
    "instructions without end": times(b"<?"),
    "a doctype without end": times(b"[", b"<!DOCTYPE ", b""),
    "entities without end": times(b"<!ENTITY ", b"<!DOCTYPE rss [", b""),
    "comments before a sitemap": times(b"<!-- a -->", b"<?xml version='1.0'?>", b"<urlset/>"),
    "authors": times(b"<author><name/></author>", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>', b"</entry></feed>"),
    "links of one entry": times(b"<link>http://x/a</link>", HEAD + b"<item>", b"</item>" + TAIL),
    "a title of comments": times(b"<!--", HEAD + b"<item><link>/a</link><title><![CDATA[", b"]]></title></item>" + TAIL),
    "a date without end": times(b"Mon, ", HEAD + b"<item><link>/a</link><pubDate>", b"</pubDate></item>" + TAIL),
    "deep json": times(b"[", b'{"items":', b""),
    "json items": times(b'{"id":1,"url":"/a"},', b'{"items":[', b"{}]}"),
    "sitemap entries": times(b"<url><loc>http://x/a</loc></url>", b"<urlset>", b"</urlset>"),
    "nested sitemap entries": times(b"<url>", b"<urlset>", b""),
    "blanks": times(b" ", b"", b"x"),
    "noise": times(bytes(range(256)), b"", b""),
    "nulls": bytes(MEGABYTES),
    "a million items in gzip": gzip.compress(HEAD + b"<item><link>http://x.org/a</link></item>" * 1_000_000 + TAIL, 1),
}  # fmt: skip


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
