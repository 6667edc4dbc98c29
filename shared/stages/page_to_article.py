"""page → article: decode, parse once, extract, read the metadata, clean; or the reason why the page is no article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document

from shared.model import Article, Page, Rejection
from shared.stages.clean import HostLines, clean
from shared.stages.metadata import Metadata, read_metadata
from shared.stages.page_to_text import page_to_text
from shared.stages.reject import reject_article, reject_page


@dataclass(frozen=True, slots=True)
class Told:
    """What the feed told of this link; preferred over the page's own word."""

    title: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article and how it came about."""

    article: Article
    raw_text: str
    """The extractor's text before any cut, for learning host lines and for cleaning again."""
    notes: tuple[str, ...] = ()
    """What a person should know, such as that the rules held back."""


def page_to_article(page: Page, told: Told, host_lines: HostLines, now: datetime) -> Extracted | Rejection:
    """The article of a page. Never raises: what can't be read is a `Rejection`."""
    rejection = reject_page(page)
    if rejection:
        return rejection
    markup = page_to_text(page)
    if isinstance(markup, Rejection):
        return markup
    tree = load_html(markup)
    if tree is None:
        return Rejection("not-an-article", "no markup could be read")
    metadata = read_metadata(tree, page.final_url, now)
    raw_text = _extract(tree, page.final_url)
    if raw_text is None:
        return Rejection("not-an-article", "no text was found")
    return _article(raw_text, metadata, told, host_lines)


def _extract(tree: HtmlElement, url: str) -> str | None:
    document = bare_extraction(tree, url=url, include_comments=False)
    return document.text if isinstance(document, Document) else None


def _article(raw_text: str, metadata: Metadata, told: Told, host_lines: HostLines) -> Extracted | Rejection:
    cleaned = clean(raw_text, title=told.title or metadata.title, host_lines=host_lines)
    rejection = reject_article(cleaned.text, metadata)
    if rejection:
        return rejection
    article = Article(
        url=metadata.url,
        host=urlsplit(metadata.url).hostname or "",
        title=cleaned.title,
        byline=metadata.byline or cleaned.byline,
        published=told.published or metadata.published or cleaned.published,
        language=metadata.language,
        text=cleaned.text,
        removed=cleaned.removed,
    )
    return Extracted(article, raw_text, cleaned.notes)
