"""The article that a page's JSON-LD describes (schema.org), however it is nested, listed or broken."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

_ARTICLES = ("article", "blogposting", "report", "liveblogposting", "review", "claimreview")
_LESSER = ("webpage", "creativework", "videoobject", "itempage")
"""These tell the date of a page whose article isn't described, never a title."""
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement")
_MOST_NODES = 400


@dataclass(frozen=True, slots=True)
class ArticleNode:
    """What JSON-LD tells of the article; empty where it tells nothing."""

    is_article: bool = False
    headline: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    language: str | None = None
    is_paid: bool = False


def article_node(scripts: Sequence[str]) -> ArticleNode:
    """The first article among the nodes, filled up by other nodes where it is silent."""
    nodes = [node for script in scripts for node in _nodes_of(script)]
    articles = [node for node in nodes if _is_a(node, _ARTICLES)]
    pages = [node for node in nodes if _is_a(node, _LESSER)]
    return ArticleNode(
        is_article=bool(articles),
        headline=_first(articles, "headline", "name"),
        published=_first(articles, "datePublished", "dateCreated") or _first(pages, "datePublished"),
        authors=next((names for node in articles if (names := _names(node.get("author"), nodes))), ()),
        publisher=next((names[0] for node in articles + pages if (names := _names(node.get("publisher"), nodes))), None),
        language=_first(articles + pages, "inLanguage"),
        is_paid=any(str(node.get("isAccessibleForFree")).lower() == "false" for node in articles),
    )


def _nodes_of(script: str) -> list[dict[str, Any]]:
    text = script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return []
    return list(_nodes(data))[:_MOST_NODES]


def _nodes(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON is anything
    waiting, seen = [data], 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting[:0] = node
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in _NESTED if isinstance(node.get(key), list | dict)]


def _is_a(node: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    types = node.get("@type")
    return any(str(kind).lower().endswith(kinds) for kind in (types if isinstance(types, list) else [types]))


def _first(nodes: Sequence[dict[str, Any]], *keys: str) -> str | None:
    return next((text for node in nodes for key in keys if (text := _text(node.get(key)))), None)


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON is anything
    if isinstance(value, list) and value:
        return _text(value[0])
    return " ".join(unescape(unescape(value)).split()) or None if isinstance(value, str) else None


def _names(value: Any, nodes: Sequence[dict[str, Any]]) -> tuple[str, ...]:  # noqa: ANN401 - JSON is anything
    """Names of people or houses, which may stand in another node under their @id."""
    found: list[str] = []
    for person in value if isinstance(value, list) else [value]:
        if isinstance(person, dict) and not person.get("name") and person.get("@id"):
            person = next((node for node in nodes if node.get("@id") == person["@id"] and node.get("name")), person)  # noqa: PLW2901
        name = _text(person.get("name")) if isinstance(person, dict) else _text(person)
        found += [name] if name else []
    return tuple(dict.fromkeys(found))
