"""Today's rules on what is stored: from the raw page where it is still kept, else from the text and the lines cut from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from shared.bounded import BoundedProcess
from shared.config import Settings
from shared.failures import Failure
from shared.model import Rejection, RemovedLine
from shared.stages.clean.again import clean_again
from shared.stages.clean.host_lines import HostLines, body_sketch, host_lines_for, lines_to_learn
from shared.stages.page_to_article import ReadPage, Told, read_page, read_to_article
from shared.store.articles import StoredArticle
from shared.store.pages import KeptPage
from shared.store.store import Store

_BATCH = 50  # articles and their pages in memory at once


@dataclass(frozen=True, slots=True)
class Recleaned:
    """An article and its new cut; `source` tells what it was made from."""

    article: StoredArticle
    text: str
    removed: tuple[RemovedLine, ...]
    source: Literal["page", "text"]


def cleaned_again(opened: Store, since: datetime | None, settings: Settings) -> Iterator[Recleaned]:
    """Every article extracted since a moment, cleaned by today's rules; nothing is stored."""
    numbers = opened.articles.numbers(since and since.replace(tzinfo=UTC))
    with BoundedProcess(seconds=settings.extract_seconds, memory_bytes=settings.extract_memory * 1_000_000) as parser:
        for start in range(0, len(numbers), _BATCH):
            some = numbers[start : start + _BATCH]
            kept = opened.pages.of(some)
            for article in opened.articles.get(some):
                page = kept.get(article.id)
                yield (page and _from_page(opened, article, page, parser)) or _from_text(opened, article)


def _from_page(opened: Store, article: StoredArticle, kept: KeptPage, parser: BoundedProcess) -> Recleaned | None:
    """None where today's rules find no article in the page, or another one: then its text is what there is."""
    try:
        read = parser.call(_read, (article, kept))
        if isinstance(read, Rejection) or read.metadata.url != article.url:
            return None
        cut = parser.call(_cut, (read, _lines_of_host(opened, article, read.raw_text)))
    except Failure:
        return None
    return None if isinstance(cut, Rejection) else Recleaned(article, *cut, source="page")


def _from_text(opened: Store, article: StoredArticle) -> Recleaned:
    raw_text = "\n".join([article.text, *(line.text for line in article.removed)])
    known = _lines_of_host(opened, article, raw_text)
    cleaned = clean_again(article.text, article.removed, title=article.title, byline=article.byline, host_lines=known)
    return Recleaned(article, cleaned.text, cleaned.removed, source="text")


def _lines_of_host(opened: Store, article: StoredArticle, raw_text: str) -> HostLines:
    seen = opened.host_lines.sightings(article.host, [line.key for line in lines_to_learn(raw_text)])
    return host_lines_for(seen, article.url, body_sketch(raw_text))


def _read(argument: tuple[StoredArticle, KeptPage]) -> ReadPage | Rejection:
    """First task of the bounded process: read the page under the title and date that the article has."""
    article, kept = argument
    return read_page(kept.page, Told(article.title, article.published), kept.fetched)


def _cut(argument: tuple[ReadPage, HostLines]) -> tuple[str, tuple[RemovedLine, ...]] | Rejection:
    """Second task of the bounded process."""
    extracted = read_to_article(*argument)
    return extracted if isinstance(extracted, Rejection) else (extracted.article.text, extracted.article.removed)
