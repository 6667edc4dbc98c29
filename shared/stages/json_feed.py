"""JSON Feed 1.0 and 1.1 (jsonfeed.org), and the JSON that calls itself so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.failures import Permanent
from shared.model import Entry, ParsedFeed
from shared.stages.entry_from_feed import plain_text, web_address
from shared.stages.feed_limits import MOST_ENTRIES


def read(body: bytes, *, feed_url: str) -> ParsedFeed:
    """Read a JSON Feed. Raises `Permanent("not-a-feed")`."""
    try:
        told = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise Permanent("not-a-feed", "It looks like JSON, but is broken.") from error
    if not isinstance(told, dict) or not isinstance(told.get("items"), list):
        raise Permanent("not-a-feed", "It is JSON, but no JSON Feed.")
    entries = (_entry(item, feed_url) for item in told["items"][:MOST_ENTRIES] if isinstance(item, dict))
    return ParsedFeed(
        title=plain_text(_text(told, "title")),
        entries=tuple(each for each in entries if each is not None),
        hub=_hub(told),
        topic=web_address(_text(told, "feed_url"), feed_url),
    )


def _entry(item: Mapping[str, Any], feed_url: str) -> Entry | None:
    guid = item.get("id")
    named = _text(item, "url") or _text(item, "external_url")
    url = web_address(named, feed_url) if named else _address_in(guid)
    if url is None:
        return None
    return Entry(
        guid=str(guid) if isinstance(guid, str | int | float) else None,
        url=url,
        title=plain_text(_text(item, "title")),
        published=_moment(item, "date_published"),
        updated=_moment(item, "date_modified"),
        summary=_text(item, "summary"),
        content=_text(item, "content_html") or _text(item, "content_text"),
        byline=_byline(item),
    )


def _address_in(guid: object) -> str | None:
    return guid if isinstance(guid, str) and guid.lower().startswith(("http://", "https://")) else None


def _text(told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    return value.strip() or None if isinstance(value, str) else None


def _byline(item: Mapping[str, Any]) -> str | None:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = (_text(each, "name") for each in people if isinstance(each, dict))
    return plain_text(", ".join(name for name in names if name))


def _hub(told: Mapping[str, Any]) -> str | None:
    hubs = told.get("hubs")
    found = (_text(each, "url") for each in hubs if isinstance(each, dict)) if isinstance(hubs, list) else iter(())
    return next((url for url in found if url), None)


def _moment(item: Mapping[str, Any], key: str) -> datetime | None:
    """RFC 3339, with UTC where no zone is told."""
    try:
        moment = datetime.fromisoformat(_text(item, key) or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
