"""Feeds of every format and with every fault that feeds have, read into the same entries."""

# ruff: noqa: E501 - a table reads best with one case a line

from __future__ import annotations

import gzip
import socket
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.failures import Permanent
from shared.model import Entry, ParsedFeed
from shared.stages import sitemap
from shared.stages.feed_to_entries import feed_to_entries
from tests.support.feeds import BRIDGE, MARKET, Item, atom, json_feed, news_sitemap, rdf, rss2, rss_old, sitemap_index

URL = "https://paper.example/feeds/all.xml"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BOTH = [BRIDGE.url, MARKET.url]

NETSCAPE = (
    '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
)
LATIN = "<?xml version='1.0' encoding='ISO-8859-1'?>"
GERMAN = Item(title="Brücke über den Fluß eröffnet", summary="Schön.")
RUSSIAN = Item(title="Мост открыт", summary="Да.")
JAPANESE = Item(title="橋が開通", summary="はい。")


def read(body: str | bytes, content_type: str | None = None, url: str = URL) -> ParsedFeed:
    return feed_to_entries(body.encode() if isinstance(body, str) else body, feed_url=url, content_type=content_type)


def only(body: str | bytes, content_type: str | None = None) -> Entry:
    [entry] = read(body, content_type).entries
    return entry


# Each holds both entries, however badly it is written.
READABLE: dict[str, str | bytes] = {
    "rss 2.0": rss2(BRIDGE, MARKET),
    "rss 0.91": rss_old("0.91", BRIDGE, MARKET),
    "rss 0.91 with netscape's doctype": rss_old("0.91", BRIDGE, MARKET, doctype=NETSCAPE),
    "rss 0.92": rss_old("0.92", BRIDGE, MARKET),
    "rss 0.93": rss_old("0.93", BRIDGE, MARKET),
    "rss 0.94": rss_old("0.94", BRIDGE, MARKET),
    "rss of no known version": rss_old("7", BRIDGE, MARKET),
    "rss 1.0": rdf(BRIDGE, MARKET),
    "rss 0.90": rdf(BRIDGE, MARKET, namespace="http://my.netscape.com/rdf/simple/0.9/"),
    "atom 1.0": atom(BRIDGE, MARKET),
    "atom 0.3": atom(BRIDGE, MARKET, namespace="http://purl.org/atom/ns#"),
    "json feed 1.0": json_feed(BRIDGE, MARKET, version="https://jsonfeed.org/version/1"),
    "json feed 1.1": json_feed(BRIDGE, MARKET),
    "json feed with a byte order mark": b"\xef\xbb\xbf" + json_feed(BRIDGE, MARKET).encode(),
    "json feed without a version": json_feed(BRIDGE, MARKET, version=""),
    "news sitemap": news_sitemap(BRIDGE, MARKET),
    "news sitemap with a prefix of its own": news_sitemap(BRIDGE, MARKET, prefix="n"),
    "news sitemap in gzip": gzip.compress(news_sitemap(BRIDGE, MARKET).encode()),
    "sitemap that breaks off": news_sitemap(BRIDGE, MARKET).encode()[:-9],
    "sitemap after comments": "<?xml version='1.0'?><!-- made -->\n<!-- by hand -->" + news_sitemap(BRIDGE, MARKET).partition("?>")[2],
    "sitemap with prefixed elements": (
        "<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        + "".join(f"<s:url><s:loc>{url}</s:loc></s:url>" for url in BOTH)
        + "</s:urlset>"
    ),
    "rss in gzip": gzip.compress(rss2(BRIDGE, MARKET).encode()),
    "rss with a byte order mark": b"\xef\xbb\xbf" + rss2(BRIDGE, MARKET).encode(),
    "rss in utf-16": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "rss in utf-16 without a mark": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"),
    "rss in utf-32": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="UTF-32"?>').encode("utf-32"),
    "rss in latin-1 without a declaration": rss2(BRIDGE, MARKET, extra="<copyright>© Zürich</copyright>", head="").encode("latin-1"),
    "rss that says utf-8 and is latin-1": rss2(BRIDGE, MARKET, extra="<copyright>Zürich</copyright>").encode("latin-1"),
    "rss of an unknown encoding": rss2(BRIDGE, MARKET, head='<?xml version="1.0" encoding="x-klingon"?>'),
    "rss without a declaration": rss2(BRIDGE, MARKET, head=""),
    "rss after blank lines": "\n\n \n" + rss2(BRIDGE, MARKET),
    "rss after a php warning": "<br />\n<b>Warning</b>: no such thing in <b>/feed.php</b> on line <b>3</b><br />\n" + rss2(BRIDGE, MARKET),
    "rss after a comment": "<!-- cached -->" + rss2(BRIDGE, MARKET, head=""),
    "rss before a comment": rss2(BRIDGE, MARKET) + "<!-- 0.3 s -->",
    "rss before html": rss2(BRIDGE, MARKET) + "<script>var a = 1;</script></body></html>",
    "rss that breaks off": rss2(BRIDGE, MARKET)[:-20],
    "rss with a bare ampersand": rss2(BRIDGE, MARKET, extra="<category>Fish & Chips</category>"),
    "rss with an html entity": rss2(BRIDGE, MARKET, extra="<category>Caf&eacute;&nbsp;</category>"),
    "rss with an unknown entity": rss2(BRIDGE, MARKET, extra="<category>&nonsense;</category>"),
    "rss with an undeclared prefix": rss2(BRIDGE, MARKET, extra="<foo:bar>x</foo:bar>"),
    "rss with a null byte": rss2(BRIDGE, MARKET, extra="<category>a\x00b</category>"),
    "rss with control characters": rss2(BRIDGE, MARKET, extra="<category>\x03\x0b</category>"),
    "rss with broken utf-8": rss2(BRIDGE, MARKET).encode().replace(b"opens", b"op\xff\xfens"),
    "rss with an unclosed element": rss2(BRIDGE, MARKET, extra="<image><url>x</url>"),
    "rss with elements in capitals": rss2(BRIDGE, MARKET).replace("item>", "ITEM>").replace("<link>", "<LINK>").replace("</link>", "</LINK>"),
    "rss with a stylesheet": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><?xml-stylesheet href="a.xsl" type="text/xsl"?>'),
    "rss with an entity of its own": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY paper "The Paper">]>'),
    "rss with an external entity": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "rss with an external dtd": rss2(BRIDGE, MARKET, head='<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/a.dtd">'),
    "rss with old mac line ends": rss2(BRIDGE, MARKET).replace("><", ">\r<"),
    "rss with windows line ends": rss2(BRIDGE, MARKET).replace("><", ">\r\n<"),
    "rss with links in cdata": rss2(BRIDGE, MARKET).replace("<link>", "<link><![CDATA[").replace("</link>", "]]></link>"),
    "rss with links between blanks": rss2(BRIDGE, MARKET).replace("<link>", "<link>\n\t ").replace("</link>", "\n </link>"),
    "rss with relative links": rss2(Item("/news/1"), Item("../news/2")),
    "rss with links without a scheme": rss2(Item("//paper.example/news/1"), Item("//paper.example/news/2")),
    "rss with permalinks for links": rss2(BRIDGE, MARKET).replace("<link>", "<x>").replace("</link>", "</x>").replace(
        'isPermaLink="false">tag:paper.example,2026:', ">https://paper.example/news/"
    ),
    "rss with wrapped links": rss2(Item("https://proxy.example/1"), Item("https://proxy.example/2")).replace(
        "<guid", "<feedburner:origLink>https://paper.example/news/1</feedburner:origLink><guid", 1
    ).replace("2</link><guid", "2</link><feedburner:origLink>https://paper.example/news/2</feedburner:origLink><guid"),
    "rss with an entry that names no page": rss2(BRIDGE, MARKET).replace("</channel>", "<item><title>No link</title></item></channel>"),
    "rss with an entry that names no web page": rss2(BRIDGE, Item("mailto:a@b.example", guid="x"), MARKET),
    "rss with an empty item": rss2(BRIDGE, MARKET, extra="<item/>"),
    "rss with an image and a text input": rss2(BRIDGE, MARKET, extra="<image><url>/i.png</url><link>/</link></image><textInput><link>/s</link></textInput>"),
    "rss with enclosures": rss2(BRIDGE, MARKET, item_extra='<enclosure url="https://cdn.example/a.mp3" type="audio/mpeg" length="1"/>'),
    "rss with media": rss2(BRIDGE, MARKET, item_extra='<media:content url="https://cdn.example/a.jpg" medium="image"/>'),
    "rss with comments": rss2(BRIDGE, MARKET, item_extra="<comments>https://paper.example/c</comments>"),
    "rss with an atom link to itself": rss2(BRIDGE, MARKET, extra=f'<atom:link rel="self" href="{URL}"/>'),
    "atom with a base": atom(Item("1"), Item("2"), base="https://paper.example/news/"),
    "atom with relative links": atom(Item("/news/1"), Item("/news/2")),
    "atom with xhtml": atom(BRIDGE, MARKET, item_extra='<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>'),
    "atom with links of other kinds": atom(
        BRIDGE, MARKET, item_extra='<link rel="edit" href="/e"/><link rel="replies" href="/r"/><link rel="enclosure" href="/a.mp3"/>'
    ),
    "atom with the page second": atom(BRIDGE, MARKET).replace(
        '<link rel="alternate"', '<link rel="alternate" type="application/json" href="/api"/><link rel="alternate" type="text/html"'
    ),
    "atom with links without a relation": atom(BRIDGE, MARKET).replace('rel="alternate" ', ""),
    "json feed with addresses as ids": json_feed(BRIDGE, MARKET).replace('"url":', '"nothing":').replace("tag:paper.example,2026:", "https://paper.example/news/"),
    "json feed with external addresses": json_feed(BRIDGE, MARKET).replace('"url":', '"external_url":'),
    "json feed with items of other kinds": json_feed(BRIDGE, MARKET, extra=[1, None]).replace('"items": [', '"items": [null, 3, "x", {}, '),
}  # fmt: skip

NO_FEEDS: dict[str, str | bytes] = {
    "nothing": b"",
    "blanks": " \n\t ",
    "a web page": "<!DOCTYPE html><html><head><title>The Paper</title></head><body><p>News</p></body></html>",
    "a web page without a doctype": "<html><body>News</body></html>",
    "a web page after comments": "<!-- a -->\n<!-- b --><html><body>News</body></html>",
    "an xhtml page": '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>News</body></html>',
    "a web page that shows a feed": "<html><body><pre>&lt;rss&gt;</pre></body></html>",
    "words": "Service unavailable",
    "other xml": "<?xml version='1.0'?><note><to>you</to></note>",
    "opml": "<opml version='2.0'><body><outline xmlUrl='https://paper.example/feed'/></body></opml>",
    "svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "other json": '{"error": "not found"}',
    "broken json": '{"version": "https://jsonfeed.org/version/1.1", "items": [',
    "json whose items are none": '{"items": "none"}',
    "a json list": "[1, 2]",
    "deep json": '{"items":' + "[" * 100_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "a damaged gzip": gzip.compress(rss2(BRIDGE).encode())[:8] + bytes(50),
    "random bytes": bytes(range(256)) * 10,
    "a pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
}

DATES = {
    "Wed, 04 Mar 2026 12:00:00 GMT": NOON,
    "Wed, 04 Mar 2026 13:00:00 +0100": NOON,
    "Wed, 04 Mar 2026 07:00:00 EST": NOON,
    "04 Mar 2026 12:00:00 GMT": NOON,
    "Wed, 4 Mar 26 12:00 GMT": NOON,
    "Wed,04 Mar 2026 12:00:00 GMT": NOON,
    "2026-03-04T12:00:00Z": NOON,
    "2026-03-04T14:00:00.000+02:00": NOON,
    "2026-03-04 12:00:00": NOON,
    "Wed Mar  4 12:00:00 2026": NOON,
    "Mon, 04 Mar 2026 12:00:00 GMT": NOON,
    "2026-03-04": datetime(2026, 3, 4, tzinfo=UTC),
    "": None,
    "yesterday": None,
    "Wed, 45 Mar 2026 12:00:00 GMT": None,
    "0000-00-00T00:00:00Z": None,
}

TITLES = {
    "Fish &amp;amp; chips": "Fish & chips",
    "Fish &amp; chips": "Fish & chips",
    "<![CDATA[Fish & chips]]>": "Fish & chips",
    "<![CDATA[<b>Fish</b> &amp; <i>chips</i>]]>": "Fish & chips",
    "&lt;b&gt;Fish&lt;/b&gt; &amp;amp; chips": "Fish & chips",
    "  Fish\n &amp;\t chips ": "Fish & chips",
    "&#8220;Fish&#8221; &#x26; chips": "“Fish” & chips",
    "1 &lt; 2, 3 &gt; 2": "1 < 2, 3 > 2",
    "": None,
}


@pytest.mark.parametrize("name", READABLE)
def test_a_feed_is_read_whatever_its_format_and_faults(name: str) -> None:
    assert [entry.url for entry in read(READABLE[name]).entries] == BOTH


@pytest.mark.parametrize("name", NO_FEEDS)
def test_what_is_no_feed_is_told_in_a_sentence(name: str) -> None:
    with pytest.raises(Permanent) as caught:
        read(NO_FEEDS[name])
    assert caught.value.reason == "not-a-feed"
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize("name", [*READABLE, *NO_FEEDS])
def test_reading_opens_no_connection_and_no_file_and_warns_of_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a feed was about to reach out")

    feed_to_entries(rss2(BRIDGE).encode(), feed_url=URL)  # what is imported at the first use may be read
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with suppress(Permanent):
            read((READABLE | NO_FEEDS)[name])


def test_there_are_enough_feeds() -> None:
    assert len(READABLE) + len(NO_FEEDS) + len(DATES) + len(TITLES) >= 100


@pytest.mark.parametrize("told", DATES)
def test_a_date_is_read_in_utc(told: str) -> None:
    assert only(rss2(Item(published=told))).published == DATES[told]


@pytest.mark.parametrize("told", TITLES)
def test_a_title_comes_out_as_plain_text(told: str) -> None:
    assert only(rss2(BRIDGE).replace(BRIDGE.title, told)).title == TITLES[told]


def test_everything_that_an_entry_tells_is_kept() -> None:
    entry = only(
        rss2(
            BRIDGE,
            item_extra="<dc:creator>Jo Marsh</dc:creator><content:encoded><![CDATA[<p>It is open.</p>]]></content:encoded>",
        )
    )
    assert entry == Entry(
        guid=BRIDGE.guid,
        url=BRIDGE.url,
        title=BRIDGE.title,
        published=NOON,
        updated=None,
        summary=BRIDGE.summary,
        content="<p>It is open.</p>",
        byline="Jo Marsh",
    )


def test_atom_tells_publication_and_update_apart() -> None:
    entry = only(atom(BRIDGE).replace("<updated>2026-03-04T12", "<updated>2026-03-04T15"))
    assert (entry.published, entry.updated) == (NOON, NOON.replace(hour=15))


def test_a_json_feed_tells_its_authors_and_content() -> None:
    body = json_feed(BRIDGE).replace('"id":', '"authors": [{"name": "Jo"}, {"name": "Kim"}], "content_html": "<p>x</p>", "id":')
    entry = only(body)
    assert (entry.byline, entry.content, entry.published) == ("Jo, Kim", "<p>x</p>", NOON)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (rss2(GERMAN, head=LATIN).encode("latin-1"), None, GERMAN.title),
        (rss2(GERMAN, head="").encode("latin-1"), "text/xml; charset=iso-8859-1", GERMAN.title),
        (rss2(GERMAN).encode(), "application/rss+xml; charset=utf-8", GERMAN.title),
        (rss2(GERMAN).encode(), "text/xml", GERMAN.title),
        (rss2(RUSSIAN, head='<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"), None, RUSSIAN.title),
        (rss2(RUSSIAN, head='<?xml version="1.0" encoding="koi8-r"?>').encode("koi8-r"), None, RUSSIAN.title),
        (rss2(JAPANESE, head='<?xml version="1.0" encoding="Shift_JIS"?>').encode("shift_jis"), None, JAPANESE.title),
        (rss2(JAPANESE, head='<?xml version="1.0" encoding="EUC-JP"?>').encode("euc-jp"), None, JAPANESE.title),
        (rss2(JAPANESE).encode("utf-16"), "application/xml; charset=utf-16", JAPANESE.title),
        (rss2(GERMAN).encode(), "application/rss+xml; charset=nonsense", GERMAN.title),
        (json_feed(JAPANESE).encode(), "application/json", JAPANESE.title),
        (news_sitemap(RUSSIAN).encode(), None, RUSSIAN.title),
    ],
)
def test_every_encoding_is_read(body: bytes, content_type: str | None, title: str) -> None:
    assert only(body, content_type).title == title


@pytest.mark.parametrize(
    ("extra", "pause"),
    [
        ("<ttl>60</ttl>", 3_600),
        ("<ttl> 15 </ttl>", 900),
        ("<ttl>0</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1_800),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3_600),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("", None),
    ],
)
def test_the_pause_that_a_feed_asks_for_is_told(extra: str, pause: float | None) -> None:
    assert read(rss2(BRIDGE, extra=extra)).ttl == pause


@pytest.mark.parametrize(
    "body",
    [
        rss2(BRIDGE, extra='<atom:link rel="hub" href="https://hub.example/"/>'),
        atom(BRIDGE, extra='<link rel="hub" href="https://hub.example/"/>'),
        json_feed(BRIDGE, hubs=[{"type": "WebSub", "url": "https://hub.example/"}]),
    ],
)
def test_the_hub_of_a_feed_is_told(body: str) -> None:
    assert read(body).hub == "https://hub.example/"


def test_an_id_stands_in_for_a_missing_link_unless_the_feed_says_that_it_is_none() -> None:
    linkless = rss2(Item(guid="https://paper.example/news/9")).replace("<link>https://paper.example/news/1</link>", "")
    assert read(linkless).entries == ()
    assert only(linkless.replace(' isPermaLink="false"', "")).url == "https://paper.example/news/9"


def test_a_base_of_the_document_counts_over_the_feeds_own_address() -> None:
    assert only(atom(Item("story"), base="https://mirror.example/x/")).url == "https://mirror.example/x/story"


def test_a_sitemap_index_is_told_apart_and_lists_its_children_newest_first() -> None:
    body = sitemap_index(("/old.xml", "2026-01-01"), ("https://paper.example/new.xml.gz", "2026-03-04"))
    with pytest.raises(Permanent) as caught:
        read(body)
    assert caught.value.reason == "sitemap-index"
    assert sitemap.children(body.encode(), feed_url=URL) == ("https://paper.example/new.xml.gz", "https://paper.example/old.xml")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss2()) == ParsedFeed(title="The Paper", entries=())
    assert read(json_feed()).entries == read(news_sitemap()).entries == read(atom()).entries == ()


def test_a_path_is_parsed_and_not_opened() -> None:
    for body in (b"/etc/passwd", b"https://paper.example/feed", b"file:///etc/passwd"):
        with pytest.raises(Permanent):
            read(body)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 700), st.sampled_from([rss2, atom, rdf, json_feed, news_sitemap]))
def test_any_damage_leaves_entries_or_a_sentence(noise: bytes, place: int, write: object) -> None:
    body = write(BRIDGE, MARKET).encode()  # type: ignore[operator]
    with suppress(Permanent):
        assert isinstance(read(body[:place] + noise + body[place + len(noise) :]), ParsedFeed)
