"""A site's feeds, found from its home page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from shared.stages.entry_from_feed import web_address

COMMON_PATHS: Final = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json", "/feeds/posts/default")
"""Where feeds usually are on sites that don't say."""

_TAG: Final = re.compile(r"<(link|a|base)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([a-zA-Z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_FEED_KINDS: Final = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "text/rss+xml",
)
_ALSO_FEEDS: Final = ("application/xml", "text/xml", "application/json")
_FEED_PATH: Final = re.compile(
    r"(?:/(?:feed|rss|atom)/?|\.(?:rss|atom|rdf)|/(?:feed|rss|atom|index)\.(?:xml|json|php))(?:$|\?)", re.IGNORECASE
)
_COMMENTS_FEED: Final = re.compile(r"comment|kommentar|comentario|commentaire", re.IGNORECASE)
_LONGEST: Final = 1_000_000
_MOST: Final = 20


def discover(html: str, base_url: str) -> tuple[str, ...]:
    """The feed URLs that a page names, best first: announced ones, then links that look like feeds; comment feeds last.

    Empty where it names none; try `COMMON_PATHS` then.
    """
    tags = list(_tags(_COMMENT.sub("", html[:_LONGEST])))
    base = (
        next((web_address(each["href"], base_url) for name, each in tags if name == "base" and "href" in each), None) or base_url
    )
    announced = [each for name, each in tags if name == "link" and _announces_feed(each)]
    linked = [each for name, each in tags if name == "a" and _FEED_PATH.search(each.get("href", ""))]
    told = [(each, web_address(each.get("href"), base)) for each in (*announced, *linked)]
    ranked = sorted(told, key=lambda pair: _is_comments(pair[0]))
    return tuple(dict.fromkeys(url for _, url in ranked if url))[:_MOST]


def _tags(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    for match in _TAG.finditer(html):
        pairs = (
            (each[1].lower(), unescape(each[2] or each[3] or each[4] or "").strip()) for each in _ATTRIBUTE.finditer(match[2])
        )
        yield match[1].lower(), dict(pairs)


def _announces_feed(link: dict[str, str]) -> bool:
    relation = link.get("rel", "").lower().split()
    kind = link.get("type", "").partition(";")[0].strip().lower()
    if "alternate" not in relation and "feed" not in relation:
        return False
    return (
        kind in _FEED_KINDS or "feed" in relation or (kind in _ALSO_FEEDS and _FEED_PATH.search(link.get("href", "")) is not None)
    )


def _is_comments(tag: dict[str, str]) -> bool:
    return _COMMENTS_FEED.search(tag.get("href", "") + " " + tag.get("title", "")) is not None
