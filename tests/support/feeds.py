"""Feeds in every format, written from a list of entries: readable where a folder of a hundred files would not be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Item:
    """One entry to write into a feed."""

    url: str = "https://paper.example/news/1"
    title: str = "Harbour bridge opens"
    guid: str = "tag:paper.example,2026:1"
    published: str = "Wed, 04 Mar 2026 12:00:00 GMT"
    stamped: str = "2026-03-04T12:00:00Z"
    summary: str = "The bridge is open."


BRIDGE = Item()
MARKET = Item("https://paper.example/news/2", "Fish market moves", "tag:paper.example,2026:2", summary="It moves in May.")


def rss2(*items: Item, extra: str = "", item_extra: str = "", head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    """RSS 2.0; `extra` goes into the channel, `item_extra` into each item."""
    told = "".join(
        f"<item><title>{escape(each.title)}</title><link>{escape(each.url)}</link>"
        f'<guid isPermaLink="false">{escape(each.guid)}</guid><pubDate>{each.published}</pubDate>'
        f"<description>{escape(each.summary)}</description>{item_extra}</item>"
        for each in items
    )
    return (
        f'{head}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
        f"<channel><title>The Paper</title><link>https://paper.example/</link>{extra}{told}</channel></rss>"
    )


def rss_old(version: str, *items: Item, doctype: str = "") -> str:
    """RSS 0.91 to 0.94: no GUIDs, often no dates."""
    told = "".join(
        f"<item><title>{escape(each.title)}</title><link>{escape(each.url)}</link>"
        f"<description>{escape(each.summary)}</description></item>"
        for each in items
    )
    return (
        f'<?xml version="1.0"?>{doctype}<rss version="{version}"><channel><title>The Paper</title>'
        f"<link>https://paper.example/</link><description>News</description><language>en</language>{told}</channel></rss>"
    )


def rdf(*items: Item, namespace: str = "http://purl.org/rss/1.0/") -> str:
    """RSS 1.0, or 0.90 by its namespace."""
    told = "".join(
        f'<item rdf:about="{escape(each.url)}"><title>{escape(each.title)}</title><link>{escape(each.url)}</link>'
        f"<description>{escape(each.summary)}</description><dc:date>{each.stamped}</dc:date></item>"
        for each in items
    )
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        f' xmlns="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://paper.example/">'
        f"<title>The Paper</title><link>https://paper.example/</link></channel>{told}</rdf:RDF>"
    )


def atom(
    *items: Item, extra: str = "", item_extra: str = "", base: str = "", namespace: str = "http://www.w3.org/2005/Atom"
) -> str:
    """Atom 1.0, or 0.3 by its namespace."""
    told = "".join(
        f'<entry><id>{escape(each.guid)}</id><title>{escape(each.title)}</title><link rel="alternate" href="{escape(each.url)}"/>'
        f"<published>{each.stamped}</published><updated>{each.stamped}</updated><summary>{escape(each.summary)}</summary>{item_extra}</entry>"
        for each in items
    )
    based = f' xml:base="{base}"' if base else ""
    return f'<?xml version="1.0"?><feed xmlns="{namespace}"{based}><title>The Paper</title>{extra}{told}</feed>'


def json_feed(*items: Item, version: str = "https://jsonfeed.org/version/1.1", **extra: object) -> str:
    """JSON Feed."""
    told = [
        {"id": each.guid, "url": each.url, "title": each.title, "content_text": each.summary, "date_published": each.stamped}
        for each in items
    ]
    return json.dumps({"version": version, "title": "The Paper", "items": told, **extra})


def news_sitemap(*items: Item, prefix: str = "news") -> str:
    """A Google News sitemap."""
    told = "".join(
        f"<url><loc>{escape(each.url)}</loc><{prefix}:news><{prefix}:publication><{prefix}:name>The Paper</{prefix}:name>"
        f"</{prefix}:publication><{prefix}:publication_date>{each.stamped}</{prefix}:publication_date>"
        f"<{prefix}:title>{escape(each.title)}</{prefix}:title></{prefix}:news></url>"
        for each in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:{prefix}="http://www.google.com/schemas/sitemap-news/0.9">{told}</urlset>'
    )


def sitemap_index(*children: tuple[str, str]) -> str:
    """An index of sitemaps: pairs of URL and last modification."""
    told = "".join(f"<sitemap><loc>{escape(url)}</loc><lastmod>{modified}</lastmod></sitemap>" for url, modified in children)
    return f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{told}</sitemapindex>'
