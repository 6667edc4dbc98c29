"""Feeds of every format and with every fault that feeds have, read into the same entries."""

from __future__ import annotations

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
from tests.support.feed_bodies import BOTH, NO_FEEDS, READABLE, URL
from tests.support.feeds import BRIDGE, MARKET, Item, atom, json_feed, news_sitemap, rdf, rss2, sitemap_index

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATIN = "<?xml version='1.0' encoding='ISO-8859-1'?>"
GERMAN = Item(title="Brücke über den Fluß eröffnet", summary="Schön.")
RUSSIAN = Item(title="Мост открыт", summary="Да.")
JAPANESE = Item(title="橋が開通", summary="はい。")


def read(body: str | bytes, content_type: str | None = None, url: str = URL) -> ParsedFeed:
    return feed_to_entries(body.encode() if isinstance(body, str) else body, feed_url=url, content_type=content_type)


def only(body: str | bytes, content_type: str | None = None) -> Entry:
    [entry] = read(body, content_type).entries
    return entry


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
