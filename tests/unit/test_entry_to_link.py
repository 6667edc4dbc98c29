"""The table of addresses: what becomes of each spelling that feeds were seen to use."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.failures import Permanent
from shared.stages.entry_to_link import LinkAddress, entry_to_link

OLD_GOOGLE_NEWS = (
    base64.urlsafe_b64encode(b"\x08\x13\x22\x29https://paper.example/news/a-story-1\xd2\x01\x00").decode().rstrip("=")
)

SAME = [
    # Scheme, host and port
    ("HTTPS://Paper.Example/News/A", "https://paper.example/News/A"),
    ("https://paper.example:443/a", "https://paper.example/a"),
    ("http://paper.example:80/a", "http://paper.example/a"),
    ("http://paper.example:443/a", "http://paper.example:443/a"),
    ("http://paper.example:8080/a", "http://paper.example:8080/a"),
    ("https://paper.example./a", "https://paper.example/a"),
    ("http://bücher.example/a", "http://xn--bcher-kva.example/a"),
    ("http://BÜCHER.example/a", "http://xn--bcher-kva.example/a"),
    ("http://xn--bcher-kva.example/a", "http://xn--bcher-kva.example/a"),
    ("https://новости.рф/статья", "https://xn--b1amnebsh.xn--p1ai/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F"),
    ("http://日本.example/記事", "http://xn--wgv71a.example/%E8%A8%98%E4%BA%8B"),
    ("http://under_score.example/a", "http://under_score.example/a"),
    ("http://[2001:DB8::1]/a", "http://[2001:db8::1]/a"),
    ("http://①②⑦.0.0.1/a", "http://127.0.0.1/a"),
    # Blanks and wrappings
    ("  https://paper.example/a \n", "https://paper.example/a"),
    ("https://paper.example/a\n/b", "https://paper.example/a/b"),
    ("\ufeffhttps://paper.example/a\u200b", "https://paper.example/a"),
    ("https://paper.example/a b  c", "https://paper.example/a%20b%20%20c"),
    ("<![CDATA[ https://paper.example/a ]]>", "https://paper.example/a"),
    ("https://paper.example/a?b=1&amp;c=2", "https://paper.example/a?b=1&c=2"),
    ("https://paper.example/a?b=1&#038;c=2", "https://paper.example/a?b=1&c=2"),
    ("http://https://paper.example/a", "https://paper.example/a"),
    ("www.paper.example/a", "http://www.paper.example/a"),
    # Path
    ("https://paper.example/a/../b/./c", "https://paper.example/b/c"),
    ("https://paper.example/../../a", "https://paper.example/a"),
    ("https://paper.example//a//b", "https://paper.example/a//b"),
    ("https://paper.example/a/", "https://paper.example/a/"),
    ("https://paper.example/a/b/..", "https://paper.example/a/"),
    ("https://paper.example/%7Euser/%61", "https://paper.example/~user/a"),
    ("https://paper.example/%e4%b8%ad", "https://paper.example/%E4%B8%AD"),
    ("https://paper.example/中", "https://paper.example/%E4%B8%AD"),
    ("https://paper.example/a%2Fb", "https://paper.example/a%2Fb"),
    ("https://paper.example/100%", "https://paper.example/100%25"),
    ("https://paper.example/a|b", "https://paper.example/a%7Cb"),
    ('https://paper.example/"a"', "https://paper.example/%22a%22"),
    ("https://paper.example/a,123,b.html", "https://paper.example/a,123,b.html"),
    ("https://paper.example/a;b=1", "https://paper.example/a;b=1"),
    # Fragments
    ("https://paper.example/a#comments", "https://paper.example/a"),
    ("https://paper.example/a?b=1#xtor=RSS-1", "https://paper.example/a?b=1"),
    ("https://paper.example/a#", "https://paper.example/a"),
    # Parameters that are the article's name
    ("https://paper.example/story.php?id=7", "https://paper.example/story.php?id=7"),
    ("https://paper.example/story.php?12345", "https://paper.example/story.php?12345"),
    ("https://paper.example/?p=123", "https://paper.example/?p=123"),
    ("https://paper.example/a?b=2&a=1", "https://paper.example/a?b=2&a=1"),
    ("https://paper.example/a?a=1&a=2", "https://paper.example/a?a=1&a=2"),
    ("https://paper.example/a?empty=&x", "https://paper.example/a?empty=&x"),
    ("https://paper.example/a?q=x%20y+z", "https://paper.example/a?q=x%20y+z"),
    ("https://paper.example/a?cid=55&eid=8&gallery=3&reference=9", "https://paper.example/a?cid=55&eid=8&gallery=3&reference=9"),
    ("https://paper.example/a?source=reuters", "https://paper.example/a?source=reuters"),
    ("https://paper.example/a?sid=47", "https://paper.example/a?sid=47"),
    ("https://paper.example/a?ref=15", "https://paper.example/a?ref=15"),
    ("https://paper.example/a?", "https://paper.example/a"),
    ("https://paper.example/a?&&b=1&", "https://paper.example/a?b=1"),
    # Tracking
    ("https://paper.example/a?utm_source=rss&utm_medium=feed&id=3", "https://paper.example/a?id=3"),
    ("https://paper.example/a?UTM_Source=rss", "https://paper.example/a"),
    ("https://paper.example/a?utm_anything_new=1", "https://paper.example/a"),
    ("https://paper.example/a?id=3&amp;utm_source=rss", "https://paper.example/a?id=3"),
    ("https://paper.example/a?amp;utm_source=rss&id=3", "https://paper.example/a?id=3"),
    ("https://paper.example/a?fbclid=x&gclid=y&igshid=z&mc_cid=1&mc_eid=2", "https://paper.example/a"),
    ("https://paper.example/a?at_medium=RSS&at_campaign=KARANGA", "https://paper.example/a"),
    ("https://paper.example/a?xtor=RSS-16", "https://paper.example/a"),
    ("https://paper.example/a?maca=en-rss-en-all-1573-rdf", "https://paper.example/a"),
    ("https://paper.example/a?source=rss", "https://paper.example/a"),
    ("https://paper.example/a?rss=1", "https://paper.example/a"),
    ("https://paper.example/a?from=rss&id=1", "https://paper.example/a?id=1"),
    ("https://www.theguardian.com/a?CMP=share_btn_tw", "https://www.theguardian.com/a"),
    ("https://paper.example/a?CMP=7", "https://paper.example/a?CMP=7"),
    ("https://www.nytimes.com/a.html?partner=rss&emc=rss", "https://www.nytimes.com/a.html"),
    ("https://www.youtube.com/watch?v=abc&si=def&feature=share", "https://www.youtube.com/watch?v=abc"),
    ("https://paper.example/a/?replytocom=12", "https://paper.example/a/"),
    # Sessions
    ("https://paper.example/a;jsessionid=0A1B?id=1", "https://paper.example/a?id=1"),
    ("https://paper.example/a?PHPSESSID=0a1b2c&id=1", "https://paper.example/a?id=1"),
    ("https://paper.example/a?sid=0a1b2c3d4e5f60718293", "https://paper.example/a"),
    ("https://paper.example/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "https://paper.example/a.aspx"),
    ("https://paper.example/a?CFID=1&CFTOKEN=2", "https://paper.example/a"),
    # AMP and mobile
    ("https://www.google.com/amp/s/paper.example/a/amp/", "https://paper.example/a/"),
    ("https://www.google.co.uk/amp/paper.example/a", "http://paper.example/a"),
    ("https://www.bing.com/amp/s/paper.example/a", "https://paper.example/a"),
    ("https://paper-example.cdn.ampproject.org/c/s/paper.example/a.amp.html?x=1", "https://paper.example/a.html?x=1"),
    ("https://paper-example.cdn.ampproject.org/v/s/paper.example/a?amp_js_v=0.1&usqp=mq", "https://paper.example/a"),
    ("https://paper.example/2024/01/a/amp", "https://paper.example/2024/01/a"),
    ("https://paper.example/a.amp", "https://paper.example/a"),
    ("https://paper.example/a?amp=1", "https://paper.example/a"),
    ("https://paper.example/a?amp", "https://paper.example/a"),
    ("https://paper.example/a?outputType=amp", "https://paper.example/a"),
    ("https://paper.example/camp", "https://paper.example/camp"),
    ("https://m.bbc.co.uk/news/1", "https://www.bbc.co.uk/news/1"),
    ("https://de.m.wikipedia.org/wiki/Hafen", "https://de.wikipedia.org/wiki/Hafen"),
    ("https://m.paper.example/a", "https://m.paper.example/a"),
    # Redirectors
    ("https://www.google.com/url?rct=j&sa=t&url=https://paper.example/a%3Fid%3D1&ct=ga", "https://paper.example/a?id=1"),
    ("https://www.google.de/url?q=https%3A%2F%2Fpaper.example%2Fa", "https://paper.example/a"),
    (
        "https://google.evil.example/url?q=https%3A%2F%2Fpaper.example%2Fa",
        "https://google.evil.example/url?q=https%3A%2F%2Fpaper.example%2Fa",
    ),
    (f"https://news.google.com/rss/articles/{OLD_GOOGLE_NEWS}?oc=5", "https://paper.example/news/a-story-1"),
    (f"https://news.google.com/__i/rss/rd/articles/{OLD_GOOGLE_NEWS}?oc=5", "https://paper.example/news/a-story-1"),
    ("https://news.google.com/news/url?sa=t&url=http://paper.example/a", "http://paper.example/a"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fpaper.example%2Fa%3Ffbclid%3Dx&h=AT", "https://paper.example/a"),
    ("https://t.umblr.com/redirect?z=https%3A%2F%2Fpaper.example%2Fa&t=x", "https://paper.example/a"),
    ("https://vk.com/away.php?to=https%3A%2F%2Fpaper.example%2Fa", "https://paper.example/a"),
    ("http://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&url=https%3a%2f%2fpaper.example%2fa&c=1", "https://paper.example/a"),
    ("https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU=https%3a%2f%2fpaper.example%2fa/RK=2/RS=x", "https://paper.example/a"),
    ("http://us.rd.yahoo.com/dailynews/rss/*http://paper.example/a", "http://paper.example/a"),
    (
        "https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fpaper.example%252Fa",
        "https://paper.example/a",
    ),
    ("https://www.google.com/url?q=relative", "https://www.google.com/url?q=relative"),
    # Looks like a section, is an article
    ("https://paper.example/archives/123", "https://paper.example/archives/123"),
    ("https://paper.example/story/12/34/", "https://paper.example/story/12/34/"),
    ("https://paper.example/category/sports/a-match", "https://paper.example/category/sports/a-match"),
    ("https://paper.example/index.php?story=4", "https://paper.example/index.php?story=4"),
    ("https://paper.example/a/index.html", "https://paper.example/a/index.html"),
    ("https://paper.example/news", "https://paper.example/news"),
    ("https://paper.example/a-mp3-story", "https://paper.example/a-mp3-story"),
    ("https://paper.example/uk/a", "https://paper.example/uk/a"),
]

NO_ARTICLES = [
    "https://paper.example", "https://paper.example/", "https://paper.example/?utm_source=rss", "https://paper.example/#top",
    "https://paper.example/index.html", "https://paper.example/index.php", "https://paper.example/en", "https://paper.example/en/",
    "https://paper.example/pt-br/", "https://paper.example/en/index.html", "https://paper.example/home", "https://paper.example/amp",
    "https://paper.example/?lang=en", "https://paper.example/?s=harbour", "https://paper.example/tag/harbour/",
    "https://paper.example/category/news", "https://paper.example/author/jo", "https://paper.example/page/2",
    "https://paper.example/login", "https://paper.example/search", "https://paper.example/impressum", "https://paper.example/feed/",
    "https://paper.example/2024/a/feed/", "https://paper.example/news/rss", "https://paper.example/podcast.mp3",
    "https://paper.example/a/photo.JPG", "https://paper.example/a.pdf?x=1", "https://paper.example/feed.rss",
    "https://www.google.com/url?q=https%3A%2F%2Fpaper.example%2F",
]  # fmt: skip

NO_ADDRESSES = [
    "", " ", "a story", "/a", "//paper.example/a", "mailto:desk@paper.example", "javascript:void(0)", "ftp://paper.example/a",
    "file:///etc/passwd", "data:text/html,a", "tag:paper.example,2024:1", "urn:uuid:1", "http://", "http:///a", "https:a",
    "http://user@paper.example/a", "http://user:secret@paper.example/a", "http://paper.example:port/a", "http://paper.example:99999/a",
    "http://[::1/a", "http://paper example/a", "http://paper..example/a", "http://<b>/a", "http://" + "a" * 300 + ".example/a",
    "https://paper.example/" + "a" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "canonical"), SAME)
def test_a_spelling_leads_to_its_canonical_address(spelling: str, canonical: str) -> None:
    assert entry_to_link(spelling).url == canonical


@pytest.mark.parametrize("canonical", sorted({canonical for _, canonical in SAME}))
def test_a_canonical_address_is_its_own(canonical: str) -> None:
    assert entry_to_link(canonical).url == canonical


@pytest.mark.parametrize("url", NO_ARTICLES)
def test_what_can_be_no_article_is_refused(url: str) -> None:
    with pytest.raises(Permanent) as caught:
        entry_to_link(url)
    assert caught.value.reason == "not-an-article-link"
    assert caught.value.detail


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Permanent) as caught:
        entry_to_link(url)
    assert caught.value.reason == "bad-url"
    assert len(caught.value.detail) < 400


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://paper.example/a", "paper.example"),
        ("https://paper.example:443/a", "paper.example"),
        ("http://harbour-courier.localhost:8765/a", "harbour-courier.localhost:8765"),
        ("http://[::1]:8765/a", "[::1]:8765"),
        ("https://BÜCHER.example/a", "xn--bcher-kva.example"),
    ],
)
def test_the_host_carries_an_unusual_port(url: str, host: str) -> None:
    assert entry_to_link(url).host == host


def test_one_article_told_in_many_ways_is_one_link() -> None:
    told = {
        entry_to_link(f"https://paper.example/a?id=1{tail}")
        for tail in ("", "#top", "&utm_source=rss", "&utm_source=feed&fbclid=1", "&amp;utm_medium=x", "&PHPSESSID=99", "&amp=1")
    }
    assert told == {LinkAddress("https://paper.example/a?id=1", "paper.example")}


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://paper.example/{text}", f"https://{text}/a", f"https://paper.example/a?{text}"):
        try:
            link = entry_to_link(url)
        except Permanent:
            continue
        assert link.url.isascii()
        assert entry_to_link(link.url) == link


@given(st.text(min_size=1, max_size=30))
def test_a_parameter_that_no_rule_names_is_kept(value: str) -> None:
    assert entry_to_link(f"https://paper.example/a?story={quote(value, safe='')}").url != "https://paper.example/a"
