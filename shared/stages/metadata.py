"""What a page says about itself: JSON-LD first, then OpenGraph and other meta tags, all from one walk over its head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from shared.stages.titles import without_site

_ARTICLES = ("article", "blogposting", "report", "review")
_FUTURE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own word; what it doesn't tell is None."""

    title: str | None
    byline: str | None
    published: datetime | None
    language: str | None
    url: str
    """The canonical URL where it may be trusted, else the one that answered."""
    kind: str | None
    """og:type in lower case."""
    site: str | None
    is_paid: bool


def read_metadata(tree: HtmlElement, url: str, now: datetime) -> Metadata:
    """The metadata of a parsed page that answered at `url`."""
    metas = _metas(tree)
    told = next(_articles_told(tree), {})
    host = urlsplit(url).hostname or ""
    site = metas.get("og:site_name") or metas.get("application-name")
    title = _text(told.get("headline")) or metas.get("og:title") or _first_text(tree, ".//h1") or _first_text(tree, ".//title")
    return Metadata(
        title=without_site(" ".join(title.split()), [name for name in (site, *host.split(".")[-2:-1]) if name])
        if title
        else None,
        byline=_names(told.get("author")) or metas.get("author"),
        published=_published(tree, told, metas, url, now),
        language=(tree.get("lang") or "")[:2].lower() or None,
        url=_canonical(tree, metas, url),
        kind=(metas.get("og:type") or "").lower() or None,
        site=site,
        is_paid=str(told.get("isAccessibleForFree")).lower() == "false",
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name, content = element.get("property") or element.get("name") or element.get("itemprop"), element.get("content")
        if name and content and content.strip():
            metas.setdefault(name.lower(), content.strip())
    return metas


def _articles_told(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and script.text:
            try:
                data = json.loads(script.text, strict=False)
            except (ValueError, RecursionError):
                continue
            yield from (node for node in _nodes(data) if str(node.get("@type")).lower().rstrip("]'").endswith(_ARTICLES))


def _nodes(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON is anything
    for node in data if isinstance(data, list) else [data]:
        if isinstance(node, dict):
            yield node
            yield from _nodes(node.get("@graph"))


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    return value.strip() or None if isinstance(value, str) else None


def _names(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    people = value if isinstance(value, list) else [value]
    names = [_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _first_text(tree: HtmlElement, path: str) -> str | None:
    element = tree.find(path)
    return " ".join(element.text_content().split()) or None if element is not None else None


def _published(tree: HtmlElement, told: dict[str, Any], metas: dict[str, str], url: str, now: datetime) -> datetime | None:
    for value in (_text(told.get("datePublished")), metas.get("article:published_time")):
        date = _date(value) if value else None
        if date and date <= now + _FUTURE:
            return date
    # max_date must be given: the library fixes its own when it is imported, and every later day would count as future.
    found = find_date(tree, extensive_search=False, original_date=True, url=url, max_date=(now + _FUTURE).strftime("%Y-%m-%d"))
    return _date(found) if found else None


def _date(value: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _canonical(tree: HtmlElement, metas: dict[str, str], url: str) -> str:
    links = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    for candidate in (*links, metas.get("og:url")):
        absolute = urljoin(url, candidate.strip()) if candidate else ""
        parts = urlsplit(absolute)
        if parts.hostname == urlsplit(url).hostname and parts.path.strip("/"):
            return absolute
    return url
