"""One entry, as feedparser tells it, to ours."""

from __future__ import annotations

import html
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin

from shared.model import Entry

_TAG: Final = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_PERIODS: Final = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_PAGE_KINDS: Final = frozenset({"text/html", "application/xhtml+xml", ""})


def entry(told: Mapping[str, Any], feed_url: str) -> Entry | None:
    """Our entry, or None where it names no page."""
    url = _page_url(told, feed_url)
    if url is None:
        return None
    return Entry(
        guid=_text(told, "id"),
        url=url,
        title=plain_text(_text(told, "title")),
        published=_moment(told, "published_parsed") or _moment(told, "created_parsed"),
        updated=_moment(told, "updated_parsed"),
        summary=_text(told, "summary"),
        content=_content(told),
        byline=plain_text(_text(told, "author")),
    )


def plain_text(markup: str | None) -> str | None:
    """A title or name without tags, entities and line breaks; None for nothing."""
    if not markup:
        return None
    text = markup
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.split()) or None


def pause(feed: Mapping[str, Any]) -> float | None:
    """The pause between two polls that the feed asks for, in seconds: RSS `ttl` in minutes, or `sy:updatePeriod`."""
    minutes = str(feed.get("ttl") or "").strip()
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 8:
        return float(minutes) * 60 or None
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    if period is None:
        return None
    frequency = str(feed.get("sy_updatefrequency") or "1").strip()
    return period / max(1, int(frequency) if frequency.isascii() and frequency.isdigit() and len(frequency) < 6 else 1)


def hub(feed: Mapping[str, Any]) -> str | None:
    """The WebSub hub that the feed names."""
    return next((str(link.get("href")) for link in feed.get("links", []) if link.get("rel") == "hub" and link.get("href")), None)


def web_address(candidate: str | None, base: str) -> str | None:
    """An absolute http(s) URL, or None."""
    if not candidate or not candidate.strip():
        return None
    named = candidate.strip()
    try:
        url = urljoin(base, f"http://{named}" if named.lower().startswith("www.") else named)
    except ValueError:
        return None
    return url if url.lower().startswith(("http://", "https://")) else None


def _page_url(told: Mapping[str, Any], feed_url: str) -> str | None:
    """The page that an entry is about: what FeedBurner wrapped, else the alternate link that is a page, else the main link."""
    alternates = [
        str(link.get("href") or "")
        for link in told.get("links", [])
        if link.get("rel") == "alternate" and str(link.get("type") or "") in _PAGE_KINDS
    ]
    candidates = (_text(told, "feedburner_origlink"), *alternates[:1], _text(told, "link"), _text(told, "id"))
    return next((url for url in (web_address(each, feed_url) for each in candidates[:-1]) if url), None) or _permalink(told)


def _permalink(told: Mapping[str, Any]) -> str | None:
    """A GUID that is an absolute URL stands in for a missing link."""
    guid = _text(told, "id") or ""
    return guid if guid.lower().startswith(("http://", "https://")) else None


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = (
        dict.get(told, key) if isinstance(told, dict) else told.get(key)
    )  # dict.get: feedparser's own maps keys, with warnings
    return value.strip() or None if isinstance(value, str) else None


def _content(told: Mapping[str, Any]) -> str | None:
    """The longest of the contents that are text."""
    texts = [str(each.get("value") or "") for each in told.get("content", []) if "base64" not in str(each.get("type"))]
    return max(texts, key=len, default="") or None


def _moment(told: Mapping[str, Any], key: str) -> datetime | None:
    parsed = dict.get(told, key) if isinstance(told, dict) else told.get(key)
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
