"""A site's feeds, found from its home page."""

from __future__ import annotations

import time

import pytest

from shared.stages.discovery import discover

HOME = "https://paper.example/"


@pytest.mark.parametrize(
    ("html", "feeds"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed">', ["https://paper.example/feed"]),
        ("<LINK REL=alternate TYPE=application/atom+xml HREF=atom.xml>", ["https://paper.example/atom.xml"]),
        ("<link href='/f?a=1&amp;b=2' type='application/feed+json' rel='alternate'/>", ["https://paper.example/f?a=1&b=2"]),
        (
            '<link rel="alternate home" type="application/rss+xml; charset=utf-8" href="//cdn.example/x">',
            ["https://cdn.example/x"],
        ),
        ('<link rel="feed" href="/news.php">', ["https://paper.example/news.php"]),
        ('<link rel="alternate" type="text/xml" href="/rss.xml">', ["https://paper.example/rss.xml"]),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">', []),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="stylesheet" type="text/css" href="/feed">', []),
        ('<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->', []),
        ('<a href="/feeds">Our feeds</a> <a href="/news/rss">RSS</a>', ["https://paper.example/news/rss"]),
        ('<a href="https://paper.example/index.xml">all</a>', ["https://paper.example/index.xml"]),
        ('<a href="/feedback">Write to us</a>', []),
        (
            '<base href="https://other.example/x/"><link rel="alternate" type="application/rss+xml" href="f">',
            ["https://other.example/x/f"],
        ),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<link rel="alternate" type="application/rss+xml">', []),
        ("", []),
    ],
)
def test_feeds_are_found_where_pages_name_them(html: str, feeds: list[str]) -> None:
    assert list(discover(html, HOME)) == feeds


def test_comment_feeds_come_last_and_nothing_twice() -> None:
    html = """
        <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
        <link rel="alternate" type="application/rss+xml" title="News" href="/feed/">
        <a href="/feed/">RSS</a>
    """
    assert discover(html, HOME) == ("https://paper.example/feed/", "https://paper.example/comments/feed/")


def test_a_page_made_to_be_slow_is_not() -> None:
    hostile = "<link " + 'a="' * 200_000 + "<a href=" * 50_000
    begun = time.process_time()
    discover(hostile, HOME)
    assert time.process_time() - begun < 2
