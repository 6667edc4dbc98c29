"""Feed bytes to entries: RSS, Atom and RDF by feedparser, JSON Feed and news sitemaps by parts of our own.

Everything happens in memory: feedparser would open a file or a URL if its input were one, so it only ever gets a BytesIO.
Markup in an entry's content is as the feed sent it: whoever shows it must escape or clean it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any, Final

import feedparser

from shared.failures import Permanent
from shared.model import ParsedFeed
from shared.stages import entry_from_feed, json_feed, sitemap

MOST_ENTRIES: Final = 10_000
_LARGEST_EXPANSION: Final = 5_000_000  # characters that a feed's own entities may grow to; real feeds stay in the thousands
_LARGEST_UNZIPPED: Final = 50_000_000  # bytes; the sitemap protocol's own limit for a file
_ENTITY = re.compile(rb"<!ENTITY\s+([^\s%]+)\s+(?:\"([^\"]*)\"|'([^']*)')", re.ASCII)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,500}\?>")
_WEB_PAGE = re.compile(
    rb"\s*(?>(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE | re.DOTALL
)


def feed_to_entries(body: bytes, *, feed_url: str, content_type: str | None = None) -> ParsedFeed:
    """Read a feed of any format; entry URLs come out absolute, but not canonical. At most `MOST_ENTRIES`, in the feed's order.

    Raises `Permanent("not-a-feed")`; `Permanent("sitemap-index")` for a list of sitemaps (see `sitemap.children`);
    `Permanent("feed-bomb")` for a body made to explode.
    """
    plain = _unzipped(body).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not plain:
        raise Permanent("not-a-feed", "The answer is empty.")
    if plain[:1] == b"{":
        return _capped(json_feed.read(plain, feed_url=feed_url))
    if _WEB_PAGE.match(plain[:4_096]):
        raise Permanent("not-a-feed", "It is a web page, not a feed; the feed's address may be linked from it.")
    if sitemap.is_sitemap(plain):
        return _capped(sitemap.read(plain, feed_url=feed_url))
    return _by_feedparser(_unzipped(body), feed_url, content_type)


def _capped(feed: ParsedFeed) -> ParsedFeed:
    if len(feed.entries) <= MOST_ENTRIES:
        return feed
    return ParsedFeed(title=feed.title, entries=feed.entries[:MOST_ENTRIES], ttl=feed.ttl, hub=feed.hub)


def _by_feedparser(body: bytes, feed_url: str, content_type: str | None) -> ParsedFeed:
    _refuse_bomb(body)
    parsed = _parsed(body, content_type)
    if not parsed["version"] and not parsed["entries"]:
        raise Permanent("not-a-feed", "It is neither RSS, Atom, RDF, JSON Feed nor a sitemap.")
    entries = (entry_from_feed.entry(each, feed_url) for each in parsed["entries"][:MOST_ENTRIES])
    return ParsedFeed(
        title=entry_from_feed.plain_text(parsed["feed"].get("title")),
        entries=tuple(each for each in entries if each is not None),
        ttl=entry_from_feed.pause(parsed["feed"]),
        hub=entry_from_feed.hub(parsed["feed"]),
    )


def _parsed(body: bytes, content_type: str | None) -> Mapping[str, Any]:
    """What feedparser makes of it; some damage to the XML declaration makes it raise, so then it is tried without.

    It isn't told the feed's own address: resolving against that takes it as long again as the rest, and is our work.
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
        except Exception:  # noqa: BLE001, S112 - whatever a parser raises is about its input
            continue
        return parsed
    raise Permanent("not-a-feed", "It is too damaged to be read.")


def _unzipped(body: bytes) -> bytes:
    """The content of a .gz file, up to a limit; other bytes as they are."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        inflate = zlib.decompressobj(wbits=31)
        plain = inflate.decompress(body, _LARGEST_UNZIPPED)
    except zlib.error as error:
        raise Permanent("not-a-feed", "It is a damaged gzip file.") from error
    if inflate.unconsumed_tail:
        raise Permanent("feed-bomb", f"It unpacks to more than {_LARGEST_UNZIPPED:,} bytes.")
    return plain


def _refuse_bomb(body: bytes) -> None:
    """Refuse feeds whose own entities would grow beyond all measure: 103 kB of them took 317 MB."""
    if b"<!ENTITY" not in body[:200_000]:
        return
    lengths = {match[1]: len(match[2] or match[3] or b"") for match in _ENTITY.finditer(body)}
    grown = sum(body.count(b"&" + name + b";") * length for name, length in lengths.items() if length > 8)
    if grown > _LARGEST_EXPANSION or len(lengths) > 5_000:
        raise Permanent("feed-bomb", "Its entities would grow beyond all measure.")
