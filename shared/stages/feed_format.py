"""What kind of feed a body is, in the words that people use for it."""

from __future__ import annotations

import re
from typing import Final

from shared.stages import sitemap

_ROOT: Final = re.compile(rb"<(?:\w+:)?(rss|feed|rdf)\b([^<>]*)>", re.IGNORECASE)
_VERSION: Final = re.compile(rb"\bversion\s*=\s*[\"']\s*([\d.]+)")
_NEWS: Final = b"schemas/sitemap-news"


def format_of(body: bytes) -> str:
    """`RSS 2.0`, `Atom`, `RDF (RSS 1.0)`, `JSON Feed`, `news sitemap`, `sitemap`, `sitemap index`; `feed` where none shows."""
    head = body[:20_000]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "JSON Feed"
    if sitemap.is_sitemap(body):
        return "sitemap index" if b"sitemapindex" in head else "news sitemap" if _NEWS in head else "sitemap"
    root = _ROOT.search(head.replace(b"\0", b""))
    if root is None:
        return "feed"
    kind = root[1].lower()
    if kind == b"rss":
        version = _VERSION.search(root[2])
        return f"RSS {version[1].decode()}" if version else "RSS"
    return "Atom" if kind == b"feed" else "RDF (RSS 0.90)" if b"netscape.com/rdf" in root[2] else "RDF (RSS 1.0)"
