"""Feeds of the newsroom in RSS 2.0, Atom 1.0 and RSS 1.0 (RDF)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from examples.newsroom.content import Article, Outlet

CONTENT_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}


@dataclass(frozen=True, slots=True)
class Item:
    """An article as one feed lists it, under the URL that this feed gives for it."""

    article: Article
    url: str

    @property
    def guid(self) -> str:
        """Stays the same in every edition and feed."""
        return f"tag:newsroom.example,2026:{self.article.key}"

    @property
    def changed(self) -> datetime:
        """When the article was last touched."""
        return self.article.updated or self.article.published

    @property
    def summary(self) -> str:
        """The first paragraph, which is all that these feeds tell."""
        return self.article.paragraphs[0] if self.article.paragraphs else self.article.title


def render_feed(outlet: Outlet, front: str, items: Sequence[Item]) -> str:
    """The feed of an outlet in the format it uses. `front` is the URL of its front page."""
    formats: dict[str, Callable[[Outlet, str, Sequence[Item]], str]] = {"rss": _rss, "atom": _atom, "rdf": _rdf}
    declaration = f'<?xml version="1.0" encoding="{outlet.charset}"?>\n'
    return declaration + formats[outlet.feed_format](outlet, front, items)


def last_change(items: Sequence[Item]) -> datetime:
    """When the newest thing in a feed happened."""
    return max(item.changed for item in items)


def _rss(outlet: Outlet, front: str, items: Sequence[Item]) -> str:
    return f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(outlet.name)}</title>
<link>{front}</link>
<description>{escape(outlet.tagline)}</description>
<language>{outlet.language}</language>
<lastBuildDate>{format_datetime(last_change(items))}</lastBuildDate>
{"".join(map(_rss_item, items))}</channel>
</rss>
"""


def _rss_item(item: Item) -> str:
    article = item.article
    byline = f"<dc:creator>{escape(article.byline)}</dc:creator>\n" if article.byline else ""
    updated = f"<atom:updated>{article.updated.isoformat()}</atom:updated>\n" if article.updated else ""
    return f"""<item>
<title>{escape(article.title)}</title>
<link>{escape(item.url)}</link>
<guid isPermaLink="false">{item.guid}</guid>
<pubDate>{format_datetime(article.published)}</pubDate>
{updated}{byline}<description>{escape(escape(item.summary))}</description>
</item>
"""


def _atom(outlet: Outlet, front: str, items: Sequence[Item]) -> str:
    return f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">
<title>{escape(outlet.name)}</title>
<subtitle>{escape(outlet.tagline)}</subtitle>
<id>tag:newsroom.example,2026:{outlet.label}</id>
<link rel="alternate" href="{front}"/>
<link rel="self" href="{front.rstrip("/")}{escape(outlet.feed_path)}"/>
<updated>{last_change(items).isoformat()}</updated>
{"".join(map(_atom_entry, items))}</feed>
"""


def _atom_entry(item: Item) -> str:
    article = item.article
    byline = f"<author><name>{escape(article.byline)}</name></author>\n" if article.byline else ""
    return f"""<entry>
<title>{escape(article.title)}</title>
<link rel="alternate" type="text/html" href="{escape(item.url)}"/>
<id>{item.guid}</id>
<published>{article.published.isoformat()}</published>
<updated>{item.changed.isoformat()}</updated>
{byline}<summary>{escape(item.summary)}</summary>
</entry>
"""


def _rdf(outlet: Outlet, front: str, items: Sequence[Item]) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{escape(item.url)}"/>\n' for item in items)
    return f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="{front}">
<title>{escape(outlet.name)}</title>
<link>{front}</link>
<description>{escape(outlet.tagline)}</description>
<items><rdf:Seq>
{listed}</rdf:Seq></items>
</channel>
{"".join(map(_rdf_item, items))}</rdf:RDF>
"""


def _rdf_item(item: Item) -> str:
    article = item.article
    byline = f"<dc:creator>{escape(article.byline)}</dc:creator>\n" if article.byline else ""
    return f"""<item rdf:about="{escape(item.url)}">
<title>{escape(article.title)}</title>
<link>{escape(item.url)}</link>
<dc:date>{item.changed.isoformat()}</dc:date>
{byline}<description>{escape(item.summary)}</description>
</item>
"""
