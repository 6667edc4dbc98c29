"""Pages of the newsroom: an article in its outlet's template, with the furniture that real sites put around one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from string import Template

from examples.newsroom.content import FOLDER, Article, Outlet

_WEEKDAYS = {"de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")}


def render_article(outlet: Outlet, article: Article, url: str, teasers: Sequence[tuple[str, str]], source: str | None) -> str:
    """The HTML of an article's page. `teasers` are (title, URL) of other articles, `source` the URL a copy was taken from."""
    fields = {
        "head": _head(outlet, article, url),
        "title": escape(article.title),
        "byline": escape(article.byline or ""),
        "date": _date(outlet, article),
        "iso_date": article.published.isoformat(),
        "body": _body(outlet, article, source),
        "source": _fill(outlet.source, url=source) if source else "",
        "teasers": "\n".join(_fill(outlet.teaser, title=escape(title), url=address) for title, address in teasers),
        "name": escape(outlet.name),
        "tagline": escape(outlet.tagline),
    }
    return _template("flash" if article.page == "flash" else outlet.label).substitute(fields)


def render_consent_wall(outlet: Outlet) -> str:
    """What a reader gets who has not agreed to anything yet, whatever the article."""
    return _template("consent-wall").substitute(name=escape(outlet.name), title=escape(outlet.name))


def render_missing(outlet: Outlet) -> str:
    """The body of a 404 answer."""
    return _template("missing").substitute(name=escape(outlet.name))


def render_front(name: str, tagline: str, links: Sequence[tuple[str, str]]) -> str:
    """A plain page that lists links: an outlet's front page, or the newsroom's own."""
    items = "\n".join(f'<li><a href="{escape(address)}">{escape(text)}</a></li>' for text, address in links)
    return _template("front").substitute(name=escape(name), tagline=escape(tagline), items=items)


def _template(name: str) -> Template:
    return Template((FOLDER / "templates" / f"{name}.html").read_text(encoding="utf-8"))


def _fill(piece: str, **fields: str) -> str:
    return Template(piece).substitute(fields)


def _date(outlet: Outlet, article: Article) -> str:
    day = article.published
    if outlet.language in _WEEKDAYS:
        return f"{_WEEKDAYS[outlet.language][day.weekday()]}, {day.day}.{day.month}.{day.year}, {day:%H:%M} Uhr"
    return f"{day:%B} {day.day}, {day.year}"


def _body(outlet: Outlet, article: Article, source: str | None) -> str:
    texts = list(article.paragraphs)
    if article.place:
        texts[0] = f"{article.place} ({outlet.name}) – {texts[0]}"
    pieces = [_fill(outlet.paragraph, text=escape(text, quote=False)) for text in texts]
    if article.caption:
        pieces.insert(1, _fill(outlet.caption, caption=escape(article.caption)))
    if article.excerpt is not None:
        pieces.append(f'<p><a href="{source}">{outlet.more}</a></p>')
    return "\n".join(pieces)


def _head(outlet: Outlet, article: Article, url: str) -> str:
    lines = [f"<title>{escape(article.title + outlet.title_suffix)}</title>", f'<link rel="canonical" href="{url}">']
    if outlet.charset_declared_in == "meta":
        lines.insert(0, f'<meta charset="{outlet.charset}">')
    if outlet.open_graph:
        lines += _open_graph(outlet, article, url)
    if outlet.json_ld:
        lines.append(f'<script type="application/ld+json">{_json_ld(outlet, article, url)}</script>')
    return "\n".join(lines)


def _open_graph(outlet: Outlet, article: Article, url: str) -> list[str]:
    told = {
        "og:type": "article",
        "og:site_name": outlet.name,
        "og:title": article.title + outlet.title_suffix,
        "og:url": url,
        "article:published_time": article.published.isoformat(),
    }
    return [f'<meta property="{name}" content="{escape(value)}">' for name, value in told.items()]


def _json_ld(outlet: Outlet, article: Article, url: str) -> str:
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "dateModified": (article.updated or article.published).isoformat(),
        "author": {"@type": "Person", "name": article.byline},
        "publisher": {"@type": "Organization", "name": outlet.name},
        "mainEntityOfPage": url,
    }
    return json.dumps(told, ensure_ascii=False).replace("</", "<\\/")
