"""What a page says about itself: JSON-LD, OpenGraph, other meta tags and headings, from one walk over the parsed page.

It costs a tenth of trafilatura's metadata at the same accuracy; only dates that no tag tells are asked of htmldate, the
library that trafilatura itself asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from shared.stages.bylines import byline_of
from shared.stages.dates import in_local_time, parse_date
from shared.stages.json_ld import ArticleNode, article_node
from shared.stages.page_address import canonical_url
from shared.stages.titles import choose_title, without_site

_TITLES = ("og:title", "twitter:title", "title", "headline", "dc.title", "parsely-title", "sailthru.title")
_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished", "date_published",
    "published_time", "parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "publishdate", "pubdate", "pub_date",
    "publication_date", "article_date_original", "cxenseparse:recs:publishtime", "dcterms.created", "dc.date.issued",
    "dcterms.date", "dc.date.created", "dc.date", "date", "originalpublicationdate", "cre_date", "firstpublished",
)  # fmt: skip
_LANGUAGES = ("language", "content-language", "dc.language", "og:locale")
_SITES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "al:android:app_name", "twitter:site", "publisher")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own word; what it doesn't tell is None."""

    title: str | None
    byline: str | None
    published: datetime | None
    declared_language: str | None
    """As the page writes it, often by default only."""
    url: str
    """The canonical URL where it may be trusted, else the one that answered."""
    kind: str | None
    """og:type in lower case, such as "article", "website" or "video.other"."""
    sites: tuple[str, ...]
    """Names of the site, its host's label last."""
    is_article: bool
    """Whether JSON-LD or OpenGraph call it an article."""
    is_paid: bool
    """Whether JSON-LD says that it isn't accessible for free."""
    description: str | None = None
    other_titles: tuple[str, ...] = ()
    """What else the page calls itself, in its heading and for search engines and networks."""


@dataclass(slots=True)
class _Head:
    """What one walk over the page gathers."""

    metas: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    canonicals: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    title: str | None = None


def read_metadata(tree: HtmlElement, url: str, now: datetime) -> Metadata:
    """The metadata of a parsed page that answered at `url`."""
    head = _walk(tree)
    node = article_node(head.scripts)
    sites = _site_names(head, node, url)
    told = [title for title in (node.headline, *(head.metas.get(name) for name in _TITLES), head.title) if title]
    kind = head.metas.get("og:type", "").lower() or None
    return Metadata(
        title=choose_title(head.headings, told, f"{head.metas.get('description', '')} {urlsplit(url).path}", sites),
        byline=byline_of(node.authors, head.metas, tree),
        published=_published(tree, head, node, url, now),
        declared_language=tree.get("lang") or node.language or _first(head, _LANGUAGES),
        url=canonical_url(url, [*head.canonicals, head.metas.get("og:url", "")]),
        kind=kind,
        sites=sites,
        is_article=node.is_article or kind == "article",
        is_paid=node.is_paid,
        description=head.metas.get("og:description") or head.metas.get("description"),
        other_titles=tuple(dict.fromkeys(without_site(title, sites) for title in told)),
    )


def _walk(tree: HtmlElement) -> _Head:
    head = _Head()
    for element in tree.iter("meta", "title", "link", "script", "h1", "time"):
        tag = element.tag
        if tag == "meta":
            _take_meta(element, head)
        elif tag == "h1":
            head.headings += [text for text in [_text_of(element)] if text]
        elif tag == "script" and element.get("type", "").strip().lower() == "application/ld+json" and element.text:
            head.scripts.append(element.text)
        elif tag == "link" and element.get("href") and element.get("rel", "").lower() == "canonical":
            head.canonicals.append(element.get("href"))
        elif tag == "time" and element.get("datetime"):
            head.times.append(element.get("datetime"))
        elif tag == "title" and head.title is None:
            head.title = _text_of(element) or None
    return head


def _take_meta(element: HtmlElement, head: _Head) -> None:
    name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
    content = (element.get("content") or "").strip()
    if name and content:
        # Entities are often escaped twice.
        head.metas.setdefault(name.strip().lower(), unescape(content))


def _text_of(element: HtmlElement) -> str:
    return " ".join(unescape(element.text_content()).split())


def _first(head: _Head, names: tuple[str, ...]) -> str | None:
    return next((head.metas[name] for name in names if name in head.metas), None)


def _site_names(head: _Head, node: ArticleNode, url: str) -> tuple[str, ...]:
    labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    host = max(labels[:-1] or labels, key=len)
    names = [node.publisher, *(head.metas.get(name) for name in _SITES), ".".join(labels), host]
    return tuple(dict.fromkeys(name.lstrip("@") for name in names if name and len(name) < 60))


def _published(tree: HtmlElement, head: _Head, node: ArticleNode, url: str, now: datetime) -> datetime | None:
    times = [found for text in head.times[:20] for found in [parse_date(text, now)] if found]
    found = next(_dates_told(head, node, now), None)
    if found:
        return in_local_time(found, times, url)
    # Dates must be bounded by the call: the library fixes its own bound when it is imported, and every later day would
    # count as future. Its extensive search finds no more dates on news, and takes longer.
    day = find_date(
        tree, url=url, original_date=True, extensive_search=False, max_date=(now + timedelta(days=2)).strftime("%Y-%m-%d")
    )
    guessed = parse_date(day, now) if day else None
    return next((time for time in times if guessed and time.date() == guessed.date()), guessed)


def _dates_told(head: _Head, node: ArticleNode, now: datetime) -> Iterator[datetime]:
    for text in (node.published, *(head.metas.get(name) for name in _DATES)):
        found = parse_date(text, now) if text else None
        if found:
            yield found
