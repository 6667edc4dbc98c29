"""One entry, as feedparser tells it, to ours."""

from __future__ import annotations

import html
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin

from shared.model import Entry

_TAG: Final = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)
_PERIODS: Final = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_PAGE_KINDS: Final = frozenset({"text/html", "application/xhtml+xml", "", None})
_LONGEST: Final = 5_000  # characters of a title or name
_WEB: Final = ("http://", "https://")


def entry(told: Mapping[str, Any], feed_url: str) -> Entry | None:
    """Our entry, or None where it names no page."""
    url = _page_url(told, feed_url)
    if url is None:
        return None
    return Entry(
        guid=_text(told, "id"),
        url=url,
        title=plain_text(_text(told, "title")),
        published=_moment(told, "published") or _moment(told, "created"),
        updated=_moment(told, "updated"),
        summary=_text(told, "summary"),
        content=_content(told),
        byline=plain_text(_text(told, "author")),
    )


def plain_text(markup: str | None) -> str | None:
    """A title or name without tags, entities and line breaks; None for nothing."""
    if not markup:
        return None
    text = markup[:_LONGEST]
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


def link_to(feed: Mapping[str, Any], relation: str, feed_url: str) -> str | None:
    """The address that the feed names for a relation, such as its WebSub hub."""
    named = (web_address(link.get("href"), feed_url) for link in feed.get("links", []) if link.get("rel") == relation)
    return next((url for url in named if url), None)


def web_address(candidate: str | None, base: str) -> str | None:
    """An absolute http(s) URL, or None."""
    named = candidate.strip() if candidate else ""
    if not named:
        return None
    if named.startswith(_WEB):
        return named
    try:
        url = urljoin(base, f"http://{named}" if named.lower().startswith("www.") else named)
    except ValueError:
        return None
    return url if url.lower().startswith(_WEB) else None


def _page_url(told: Mapping[str, Any], feed_url: str) -> str | None:
    """The page that an entry is about: what FeedBurner wrapped, else the alternate link that is a page, else the main link."""
    candidates = (_text(told, "feedburner_origlink"), _alternate(told), _text(told, "link"))
    return next((url for url in (web_address(each, feed_url) for each in candidates if each) if url), None) or _permalink(told)


def _alternate(told: Mapping[str, Any]) -> str | None:
    for link in _plain(told, "links") or ():
        if _plain(link, "rel") == "alternate" and _plain(link, "type") in _PAGE_KINDS:
            return str(_plain(link, "href") or "")
    return None


def _permalink(told: Mapping[str, Any]) -> str | None:
    """An id that is an absolute URL stands in for a missing link, unless the feed says that it is none."""
    if _plain(told, "guidislink") is False:
        return None
    guid = _text(told, "id") or ""
    return guid if guid.lower().startswith(_WEB) else None


def _plain(told: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - feedparser is untyped
    """The value under just this key: feedparser's own look-up tries other names too, warns, and takes ten times as long."""
    return dict.get(told, key) if isinstance(told, dict) else None


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = _plain(told, key)
    return value.strip() or None if isinstance(value, str) else None


def _content(told: Mapping[str, Any]) -> str | None:
    """The longest of the contents that are text."""
    contents = _plain(told, "content") or ()
    texts = [str(_plain(each, "value") or "") for each in contents if "base64" not in str(_plain(each, "type"))]
    return max(texts, key=len, default="") or None


def _moment(told: Mapping[str, Any], key: str) -> datetime | None:
    """A date as feedparser read it, else as the mail library reads it: that one minds missing blanks less."""
    parsed = _plain(told, f"{key}_parsed")
    try:
        if parsed is not None:
            return datetime.fromtimestamp(timegm(parsed), tz=UTC)
        text = _text(told, key)
        if text is None:
            return None
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
