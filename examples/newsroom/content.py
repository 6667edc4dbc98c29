"""What the newsroom publishes: its outlets and their articles, read from the files beside this module.

An article file has a head of `key: value` lines between two `---` lines, and the text below it, paragraphs parted by
empty lines. The keys:

    outlet, slug, title, published   always; `published` is ISO 8601
    byline, place, caption           shown on the page; `place` opens the first paragraph, as agencies do
    updated                          when a later edition changed it
    text_of                          outlet/slug whose text this is: a verbatim reprint
    source                           outlet/slug that a rewrite was made from; a reprint's source is its `text_of`
    excerpt                          the share of that text which is shown, before a link to the rest: a truncated copy
    also_in                          an outlet whose feed lists this article too, with a tracking parameter
    page                             consent (a consent wall answers), flash (a line or two and nothing else), missing (404)
                                     or moved (301, to `moved_to`)

A file named `*.edition-2.md` replaces the article of its outlet and slug once corrections are published.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent
_CORRECTED = ".edition-2.md"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A fictional news site; its label is the first part of its host name and the name of its page template."""

    label: str
    name: str
    tagline: str
    language: str
    feed_format: str
    feed_path: str
    article_path: str
    title_suffix: str
    json_ld: bool
    open_graph: bool
    caption: str
    paragraph: str
    teaser: str
    source: str = ""
    more: str = "Read more"
    charset: str = "utf-8"
    charset_declared_in: str = "header"


@dataclass(frozen=True, slots=True)
class Article:
    """One link of the newsroom, with all that its page and its feed entry show."""

    outlet: str
    slug: str
    title: str
    published: datetime
    paragraphs: tuple[str, ...]
    updated: datetime | None = None
    byline: str | None = None
    place: str | None = None
    caption: str | None = None
    text_of: str | None = None
    source: str | None = None
    excerpt: float | None = None
    also_in: str | None = None
    page: str = "article"
    moved_to: str | None = None

    @property
    def key(self) -> str:
        """`outlet/slug`, the name that expected.json uses."""
        return f"{self.outlet}/{self.slug}"


def load_outlets() -> dict[str, Outlet]:
    """The outlets by label."""
    tables = tomllib.loads((FOLDER / "outlets.toml").read_text(encoding="utf-8"))
    return {label: Outlet(label=label, **table) for label, table in tables.items()}


def load_articles(edition: int) -> dict[str, Article]:
    """The articles of edition 1, or of edition 2 with its corrections, by `outlet/slug`, the newest first."""
    paths = sorted((FOLDER / "articles").glob("*/*.md"), key=lambda path: path.name.endswith(_CORRECTED))
    wanted = [path for path in paths if edition == 2 or not path.name.endswith(_CORRECTED)]
    written = {article.key: article for article in map(_read_article, wanted)}
    originals = {article.key: article for article in map(_read_article, (p for p in paths if not p.name.endswith(_CORRECTED)))}
    articles = [_with_borrowed_text(article, originals) for article in written.values()]
    return {article.key: article for article in sorted(articles, key=lambda a: (a.published, a.key), reverse=True)}


def article_path(outlet: Outlet, article: Article) -> str:
    """The path of an article's URL."""
    published = article.published
    return Template(outlet.article_path).substitute(slug=article.slug, year=published.year, month=f"{published.month:02}")


def _read_article(path: Path) -> Article:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    told = dict(line.split(": ", 1) for line in head.splitlines())
    return Article(
        outlet=told["outlet"],
        slug=told["slug"],
        title=told["title"],
        published=datetime.fromisoformat(told["published"]),
        paragraphs=tuple(paragraph.strip() for paragraph in body.split("\n\n") if paragraph.strip()),
        updated=datetime.fromisoformat(told["updated"]) if "updated" in told else None,
        byline=told.get("byline"),
        place=told.get("place"),
        caption=told.get("caption"),
        text_of=told.get("text_of"),
        source=told.get("source") or told.get("text_of"),
        excerpt=float(told["excerpt"]) if "excerpt" in told else None,
        also_in=told.get("also_in"),
        page=told.get("page", "article"),
        moved_to=told.get("moved_to"),
    )


def _with_borrowed_text(article: Article, originals: dict[str, Article]) -> Article:
    """A reprint keeps the text of the day it was taken: a later correction of the original doesn't reach it."""
    if article.text_of is None:
        return article
    text = "\n\n".join(originals[article.text_of].paragraphs)
    if article.excerpt is not None:
        text = _opening(text, article.excerpt)
    return replace(article, paragraphs=tuple(text.split("\n\n")))


def _opening(text: str, share: float) -> str:
    """The first words of a text, a share of them, with the dots that tell of more."""
    words = list(re.finditer(r"\S+", text))
    last = words[int(len(words) * share) - 1]
    return text[: last.end()].rstrip(".,;:") + " …"
