"""What a body is called."""

from __future__ import annotations

import pytest

from shared.stages.feed_format import format_of
from tests.support.feeds import BRIDGE, atom, json_feed, news_sitemap, rdf, rss2, rss_old, sitemap_index

PLAIN_SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (rss2(BRIDGE), "RSS 2.0"),
        (rss_old("0.91", BRIDGE), "RSS 0.91"),
        ("<rss><channel></channel></rss>", "RSS"),
        (atom(BRIDGE), "Atom"),
        (rdf(BRIDGE), "RDF (RSS 1.0)"),
        (rdf(BRIDGE, namespace="http://my.netscape.com/rdf/simple/0.9/"), "RDF (RSS 0.90)"),
        (json_feed(BRIDGE), "JSON Feed"),
        (news_sitemap(BRIDGE), "news sitemap"),
        (PLAIN_SITEMAP, "sitemap"),
        (sitemap_index(("https://paper.example/map.xml", "2026-11-20")), "sitemap index"),
        ("<channel></channel>", "feed"),
    ],
)
def test_a_feed_is_called_what_people_call_it(body: str, name: str) -> None:
    assert format_of(body.encode()) == name
