"""Sitemaps (sitemaps.org) with the news extension, and the index files that list them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element

from lxml import etree

from shared.failures import Permanent
from shared.model import Entry, ParsedFeed
from shared.stages.entry_from_feed import plain_text, web_address
from shared.stages.feed_limits import MOST_ENTRIES

_ROOT: Final = re.compile(  # atomic, lest many comments be tried in every grouping
    rb"(?:\xef\xbb\xbf)?(?>(?><\?.*?\?>)|(?><!--.*?-->)|<!DOCTYPE[^\[>]*(?>\[.*?\])?\s*>|\s++)*+<(?:\w+:)?(urlset|sitemapindex)[\s>]",
    re.DOTALL,
)


def is_sitemap(body: bytes) -> bool:
    """Whether the root element is a sitemap's."""
    return _ROOT.match(body[:20_000]) is not None


def children(body: bytes, *, feed_url: str) -> tuple[str, ...]:
    """The sitemaps that an index lists, newest first where it tells; empty for anything else."""
    match = _ROOT.match(body[:20_000])
    if match is None or match[1] != b"sitemapindex":
        return ()
    listed = [
        (_field(each, "lastmod") or "", web_address(_field(each, "loc"), feed_url)) for each in _items(_tree(body), "sitemap")
    ]
    return tuple(url for _, url in sorted(listed, key=lambda pair: pair[0], reverse=True) if url)


def read(body: bytes, *, feed_url: str) -> ParsedFeed:
    """Read a sitemap as a feed. Raises `Permanent`: "sitemap-index" for a list of sitemaps, "not-a-feed" for ruins."""
    if children(body, feed_url=feed_url):
        raise Permanent("sitemap-index", "It lists other sitemaps; those are the feeds.")
    entries = (_entry(each, feed_url) for each in _items(_tree(body), "url"))
    return ParsedFeed(title=None, entries=tuple(islice((each for each in entries if each is not None), MOST_ENTRIES)))


def _tree(body: bytes) -> Element:
    """Parse without touching the network, files or entities of the document's own."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree: Element | None = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Permanent("not-a-feed", "It begins as a sitemap, but is broken.") from error
    if tree is None:
        raise Permanent("not-a-feed", "It begins as a sitemap, but is broken.")
    return tree


def _items(tree: Element, name: str) -> Iterator[Element]:
    return (each for each in tree if _name(each) == name)


def _entry(item: Element, feed_url: str) -> Entry | None:
    url = web_address(_field(item, "loc"), feed_url)
    if url is None:
        return None
    return Entry(
        guid=None,
        url=url,
        title=plain_text(_field(item, "title")),
        published=_moment(_field(item, "publication_date")),
        updated=_moment(_field(item, "lastmod")),
    )


def _field(item: Element, name: str) -> str | None:
    """The first text under this local name, at any depth; namespaces are written too many ways to insist on them."""
    return next(("".join(each.itertext()).strip() for each in item.iter() if _name(each) == name), None)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _moment(text: str | None) -> datetime | None:
    """W3C date and time, as sitemaps write it."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
