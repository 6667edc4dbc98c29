"""page → article: decode, parse once, read the metadata, extract, clean; or the reason why the page is no article."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from shared.model import Article, Page, Rejection
from shared.stages.clean import Cleaned, HostLines, clean
from shared.stages.clean.link_lines import LinkedLines, find_linked_lines
from shared.stages.extract_text import extract_text, parse_page, strip_unread
from shared.stages.language import language_of
from shared.stages.metadata import Metadata, read_metadata
from shared.stages.page_to_text import page_to_text
from shared.stages.reject import reject_article, reject_page
from shared.stages.titles import without_site


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


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read, before any line was cut: what the host's learned lines are looked up with."""

    raw_text: str
    linked: LinkedLines
    metadata: Metadata

    @property
    def host(self) -> str:
        """The host whose lines apply."""
        return host_of(self.metadata.url)


def page_to_article(page: Page, told: Told, host_lines: HostLines, now: datetime) -> Extracted | Rejection:
    """The article of a page, in one go: `read_page`, then `read_to_article`."""
    read = read_page(page, told, now)
    return read if isinstance(read, Rejection) else read_to_article(read, host_lines)


def read_page(page: Page, told: Told, now: datetime) -> ReadPage | Rejection:
    """Decode, parse and extract. Whatever the page holds, this returns: what can't be read is a `Rejection`."""
    try:
        return _read_page(page, told, now)
    except Exception as error:  # noqa: BLE001 - four parsers meet every malformed page of the web here
        return Rejection("not-an-article", f"the page could not be read: {type(error).__name__}: {error}"[:200])


def read_to_article(read: ReadPage, host_lines: HostLines) -> Extracted | Rejection:
    """Clean what was read, and judge whether an article is left. Like `read_page` it always returns."""
    try:
        return _read_to_article(read, host_lines)
    except Exception as error:  # noqa: BLE001 - a text that no rule expected costs its page, not its worker
        return Rejection("not-an-article", f"the text could not be cleaned: {type(error).__name__}: {error}"[:200])


def _read_to_article(read: ReadPage, host_lines: HostLines) -> Extracted | Rejection:
    metadata = read.metadata
    cleaned = clean(
        read.raw_text,
        title=metadata.title,
        other_titles=metadata.other_titles,
        byline=metadata.byline,
        description=metadata.description,
        host_lines=host_lines,
        linked_lines=read.linked,
    )
    rejection = reject_article(cleaned, read.raw_text, read.linked, metadata)
    return rejection or Extracted(_article(cleaned, metadata), read.raw_text, cleaned.notes)


def _read_page(page: Page, told: Told, now: datetime) -> ReadPage | Rejection:
    markup = reject_page(page) or page_to_text(page)
    if isinstance(markup, Rejection):
        return markup
    tree = parse_page(markup)
    if tree is None:
        return Rejection("not-an-article", "there is no markup in it")
    metadata = _with_told(read_metadata(tree, page.final_url, now), told)
    strip_unread(tree)
    raw_text = extract_text(tree, markup, page.final_url) or ""
    return ReadPage(raw_text, find_linked_lines(tree, raw_text), metadata)


def host_of(url: str) -> str:
    """The host that an article belongs to, without a port."""
    return urlsplit(url).hostname or ""


def _with_told(metadata: Metadata, told: Told) -> Metadata:
    """The feed's title and date in place of the page's; aggregators' feeds put the site behind their titles."""
    title = without_site(told.title, metadata.sites) if told.title else None
    others = (metadata.title, *metadata.other_titles) if metadata.title else metadata.other_titles
    return replace(metadata, title=title or metadata.title, published=told.published or metadata.published, other_titles=others)


def _article(cleaned: Cleaned, metadata: Metadata) -> Article:
    return Article(
        url=metadata.url,
        host=host_of(metadata.url),
        title=cleaned.title,
        byline=metadata.byline or cleaned.byline,
        published=metadata.published or cleaned.published,
        language=language_of(cleaned.text, metadata.declared_language),
        text=cleaned.text,
        removed=cleaned.removed,
    )
