"""What of a feed is read at all: bodies made to explode or to keep a parser busy are refused, endless ones are cut.

Measured on bodies of 5 MB without these limits: nesting took 17 s, a quarter of a million items 6 s, one tag with 400,000
attributes more than 30 s, quadratic entities 317 MB.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from shared.failures import Permanent

MOST_ENTRIES: Final = 10_000
_LARGEST_FEED: Final = 10_000_000  # bytes, unpacked
_LARGEST_SITEMAP: Final = 50_000_000  # bytes, unpacked; the sitemap protocol's own limit
_MOST_TAGS: Final = 250_000  # outside of CDATA; 10,000 entries of twelve elements each
_MOST_AMPERSANDS: Final = 100_000  # that begin no entity; the parser for what isn't well formed takes 3 µs for each
_LONGEST_TAG: Final = 200_000  # bytes
_LARGEST_EXPANSION: Final = 5_000_000  # bytes that a feed's own entities may grow to; in real feeds it is thousands
_MOST_ENTITIES: Final = 5_000
_SNIFFED: Final = 200_000  # bytes; guessing the encoding of junk takes seconds a megabyte

_ENTRY: Final = re.compile(rb"<(?:[\w-]+:)?(?:item|entry|url)[\s/>]")
_BARE_AMPERSAND: Final = re.compile(rb"&(?!#?\w{1,30};)")
_LONG_TAG: Final = re.compile(rb"<[^<>]{%d}" % _LONGEST_TAG)
_ENTITY: Final = re.compile(rb"<!ENTITY\s+([^\s%]{1,200})\s+(?:\"([^\"]*)\"|'([^']*)')", re.ASCII)
_FEED_LIKE: Final = re.compile(rb"<(?:[\w-]+:)?(?:rss|rdf|feed|channel|item|entry|urlset|sitemapindex)[\s/>]", re.IGNORECASE)


def unzipped(body: bytes) -> bytes:
    """The content of a .gz file, other bytes as they are. Raises `Permanent`: "feed-bomb" or "not-a-feed"."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        inflate = zlib.decompressobj(wbits=31)
        plain = inflate.decompress(body, _LARGEST_SITEMAP + 1)
    except zlib.error as error:
        raise Permanent("not-a-feed", "It is a damaged gzip file.") from error
    if len(plain) > _LARGEST_SITEMAP:
        raise Permanent("feed-bomb", f"It unpacks to more than {_LARGEST_SITEMAP:,} bytes.")
    return plain


def cut(body: bytes) -> bytes:
    """The body up to its last entry that is read; nothing is closed, which parsers that recover don't mind."""
    for number, match in enumerate(_ENTRY.finditer(body)):
        if number == MOST_ENTRIES:
            return body[: match.start()]
    return body


def refuse_bomb(body: bytes) -> None:
    """Raise `Permanent("feed-bomb")` for XML that would cost more than a feed is worth, "not-a-feed" for large junk."""
    if len(body) > _LARGEST_FEED:
        raise Permanent("feed-bomb", f"It has more than {_LARGEST_FEED:,} bytes.")
    if len(body) > _SNIFFED and _FEED_LIKE.search(body[:_SNIFFED].replace(b"\0", b"")) is None:
        raise Permanent("not-a-feed", "It is neither RSS, Atom, RDF, JSON Feed nor a sitemap.")
    if _tags(body) > _MOST_TAGS:
        raise Permanent("feed-bomb", f"It has more than {_MOST_TAGS:,} tags.")
    if body.count(b"&") > _MOST_AMPERSANDS and len(_BARE_AMPERSAND.findall(body)) > _MOST_AMPERSANDS:
        raise Permanent("feed-bomb", f"It has more than {_MOST_AMPERSANDS:,} bare ampersands.")
    if len(body) > _LONGEST_TAG and _LONG_TAG.search(body):
        raise Permanent("feed-bomb", f"It has a tag of more than {_LONGEST_TAG:,} bytes.")
    if b"<!ENTITY" in body and _grown(body) > _LARGEST_EXPANSION:
        raise Permanent("feed-bomb", "Its entities would grow beyond all measure.")


def _tags(body: bytes) -> int:
    every = body.count(b"<")
    return every if every <= _MOST_TAGS else every - sum(body.count(b"<", *section) for section in _cdata(body))


def _cdata(body: bytes) -> Iterator[tuple[int, int]]:
    """Where CDATA sections begin and end; a regular expression would look for each end anew where there is none."""
    begin = body.find(b"<![CDATA[")
    while begin >= 0 and (end := body.find(b"]]>", begin)) >= 0:
        yield begin, end
        begin = body.find(b"<![CDATA[", end)


def _grown(body: bytes) -> int:
    lengths: dict[bytes, int] = {}
    for match in _ENTITY.finditer(body):
        lengths[match[1]] = len(match[2] or match[3] or b"")
        if len(lengths) > _MOST_ENTITIES:
            return _LARGEST_EXPANSION + 1
    return sum(body.count(b"&" + name + b";") * length for name, length in lengths.items() if length > 8)
