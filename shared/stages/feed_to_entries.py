"""Feed bytes to entries: RSS, Atom and RDF by feedparser, JSON Feed and news sitemaps by parts of our own.

Everything happens in memory: feedparser would open a file or a URL if its input were one, so it only ever gets a BytesIO.
Markup in an entry's content is as the feed sent it: whoever shows it must escape or clean it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser

from shared.failures import Permanent
from shared.model import ParsedFeed
from shared.stages import entry_from_feed, feed_limits, json_feed, sitemap
from shared.stages.feed_limits import MOST_ENTRIES

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,500}\?>")
_WEB_PAGE = re.compile(
    rb"\s*(?>(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE | re.DOTALL
)
_CLOSERS = {b"</rss>": b"</channel></rss>", b"</feed>": b"</feed>", b"</rdf:RDF>": b"</rdf:RDF>"}


def feed_to_entries(body: bytes, *, feed_url: str, content_type: str | None = None) -> ParsedFeed:
    """Read a feed of any format; entry URLs come out absolute, but not canonical. At most `MOST_ENTRIES`, in the feed's order.

    Raises `Permanent`: "not-a-feed", "sitemap-index" for a list of sitemaps (see `sitemap.children`), or "feed-bomb" for a
    body made to explode.
    """
    whole = feed_limits.unzipped(body)
    plain = whole[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n") + whole[1_000:4_096]
    if not plain:
        raise Permanent("not-a-feed", "The answer is empty.")
    if plain[:1] == b"{":
        return json_feed.read(whole, feed_url=feed_url)
    if _WEB_PAGE.match(plain):
        raise Permanent("not-a-feed", "It is a web page, not a feed; the feed's address may be linked from it.")
    if sitemap.is_sitemap(whole):
        return sitemap.read(feed_limits.cut(whole), feed_url=feed_url)
    return _by_feedparser(_cut(whole), feed_url, content_type)


def _cut(body: bytes) -> bytes:
    """The body with no more entries than are read, closed as it was: an unclosed one would be parsed twice."""
    kept = feed_limits.cut(body)
    if kept is body:
        return body
    return kept + next((closed for closer, closed in _CLOSERS.items() if closer in body[-1_000:]), b"")


def _by_feedparser(body: bytes, feed_url: str, content_type: str | None) -> ParsedFeed:
    feed_limits.refuse_bomb(body)
    parsed = _parsed(body, content_type)
    if not parsed["version"] and not parsed["entries"]:
        raise Permanent("not-a-feed", "It is neither RSS, Atom, RDF, JSON Feed nor a sitemap.")
    entries = (entry_from_feed.entry(each, feed_url) for each in parsed["entries"][:MOST_ENTRIES])
    return ParsedFeed(
        title=entry_from_feed.plain_text(parsed["feed"].get("title")),
        entries=tuple(each for each in entries if each is not None),
        ttl=entry_from_feed.pause(parsed["feed"]),
        hub=entry_from_feed.link_to(parsed["feed"], "hub", feed_url),
        topic=entry_from_feed.link_to(parsed["feed"], "self", feed_url),
    )


def _parsed(body: bytes, content_type: str | None) -> Mapping[str, Any]:
    """What feedparser makes of it; some damage to the XML declaration makes it raise, so then it is tried without.

    It isn't told the feed's own address: resolving against that costs a third of the whole, and is our work.
    """
    headers = {"content-type": content_type} if content_type else {}
    for attempt in (body, _DECLARATION.sub(b"", body.replace(b"\0", b""))):
        try:
            parsed: Mapping[str, Any] = feedparser.parse(
                io.BytesIO(attempt),
                response_headers=headers,
                sanitize_html=False,  # takes a quarter of the time; our own extraction cleans what is used
                resolve_relative_uris=False,
            )
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - whatever a parser raises is about its input
            continue
        return parsed
    raise Permanent("not-a-feed", "It is too damaged to be read.")
