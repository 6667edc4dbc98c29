"""What each address of the newsroom answers: a pure function of the edition, the host and the path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from examples.newsroom.content import Article, Outlet, article_path, load_articles, load_outlets
from examples.newsroom.feeds import CONTENT_TYPES, Item, last_change, render_feed
from examples.newsroom.pages import render_article, render_consent_wall, render_front, render_missing

_HTML = "text/html"
_PLAIN = "text/plain; charset=utf-8"
_ROBOTS = b"User-agent: *\nAllow: /\n"
_TEASERS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer before it is sent."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Every outlet in one edition, reachable at hosts like `harbour-courier.<domain>`, on one port."""

    def __init__(self, edition: int, domain: str, port: int) -> None:
        self._outlets = load_outlets()
        self._articles = load_articles(edition)
        self._domain = domain
        self._port = port
        self._feeds = {(label, outlet.feed_path): label for label, outlet in self._outlets.items()}
        self._pages = {(a.outlet, article_path(self._outlets[a.outlet], a)): a for a in self._articles.values()}

    def feed_urls(self) -> list[str]:
        """One feed an outlet."""
        return [self._base(label) + outlet.feed_path for label, outlet in self._outlets.items()]

    def answer(self, host: str, path: str) -> Answer:
        """The answer at a host header's value and a path; an unknown host gets the list of outlets."""
        label = host.partition(":")[0].lower().removesuffix(f".{self._domain}")
        if path == "/robots.txt":
            return Answer(200, _PLAIN, _ROBOTS)
        if label not in self._outlets:
            return self._newsroom(path)
        path = path.partition("?")[0]
        if (label, path) in self._feeds:
            return self._feed(self._outlets[label])
        if (label, path) in self._pages:
            return self._page(self._outlets[label], self._pages[label, path])
        if path == "/":
            return self._front(self._outlets[label])
        return self._missing(self._outlets[label])

    def _base(self, label: str) -> str:
        return f"http://{label}.{self._domain}:{self._port}"

    def _url(self, article: Article) -> str:
        return self._base(article.outlet) + article_path(self._outlets[article.outlet], article)

    def _newsroom(self, path: str) -> Answer:
        if path == "/feeds.txt":
            return Answer(200, _PLAIN, "".join(f"{url}\n" for url in self.feed_urls()).encode())
        links = [("All feeds, one a line", "/feeds.txt")]
        for label, outlet in self._outlets.items():
            links += [(outlet.name, self._base(label)), (f"{outlet.name}: feed", self._base(label) + outlet.feed_path)]
        page = render_front("The bundled newsroom", "Fictional outlets to try Storyfold with", links)
        return Answer(200 if path == "/" else 404, f"{_HTML}; charset=utf-8", page.encode())

    def _feed(self, outlet: Outlet) -> Answer:
        items = [Item(article, self._listed_url(outlet, article)) for article in self._listed_by(outlet)]
        xml = render_feed(outlet, self._base(outlet.label) + "/", items)
        body = xml.encode(outlet.charset, "xmlcharrefreplace")
        content_type = _content_type(outlet, CONTENT_TYPES[outlet.feed_format])
        return Answer(200, content_type, body, _validators(body, last_change(items)))

    def _listed_by(self, outlet: Outlet) -> list[Article]:
        return [article for article in self._articles.values() if outlet.label in (article.outlet, article.also_in)]

    def _listed_url(self, outlet: Outlet, article: Article) -> str:
        tracking = "" if article.outlet == outlet.label else f"?utm_source={outlet.label}&utm_medium=feed"
        return self._url(article) + tracking

    def _page(self, outlet: Outlet, article: Article) -> Answer:
        if article.moved_to is not None:
            return Answer(301, _HTML, b"", {"Location": self._url(self._articles[article.moved_to])})
        if article.page == "missing":
            return self._missing(outlet)
        if article.page == "consent":
            return self._html(outlet, render_consent_wall(outlet))
        source = self._url(self._articles[article.source]) if article.source else None
        return self._html(outlet, render_article(outlet, article, self._url(article), self._teasers(article), source))

    def _teasers(self, article: Article) -> list[tuple[str, str]]:
        others = [a for a in self._articles.values() if a.outlet == article.outlet and a.key != article.key]
        return [(other.title, self._url(other)) for other in others[:_TEASERS]]

    def _front(self, outlet: Outlet) -> Answer:
        links = [(article.title, self._url(article)) for article in self._listed_by(outlet)]
        return Answer(200, f"{_HTML}; charset=utf-8", render_front(outlet.name, outlet.tagline, links).encode())

    def _missing(self, outlet: Outlet) -> Answer:
        return Answer(404, f"{_HTML}; charset=utf-8", render_missing(outlet).encode())

    def _html(self, outlet: Outlet, page: str) -> Answer:
        return Answer(200, _content_type(outlet, _HTML), page.encode(outlet.charset, "xmlcharrefreplace"))


def _content_type(outlet: Outlet, media_type: str) -> str:
    return f"{media_type}; charset={outlet.charset}" if outlet.charset_declared_in == "header" else media_type


def _validators(body: bytes, changed: datetime) -> dict[str, str]:
    """What a client sends back to ask whether a feed has changed since."""
    return {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
    }
