"""The raw pages behind the articles, compressed, for cleaning again: one an article, that of its newest text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import zstandard
from sqlalchemy import Connection, func, select

from shared.model import Page
from shared.store.engine import Database
from shared.store.schema import pages
from shared.store.upsert import insert_or_replace

_LARGEST = 50_000_000  # bytes, unpacked: what the settings allow for a page


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as its server answered it, and when."""

    page: Page
    fetched: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """How many pages are kept, and since when."""

    pages: int
    since: datetime | None


class PageStore:
    """The kept pages of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, articles: Sequence[int]) -> dict[int, KeptPage]:
        """The pages of these articles, as far as they are kept."""
        with self._database.reading() as connection:
            rows = connection.execute(select(pages).where(pages.c.article_id.in_(articles))).all()
        return {
            row.article_id: KeptPage(_page(row.url, row.final_url, row.content_type, row.body), row.fetched_at) for row in rows
        }

    def kept(self) -> Kept:
        """How much is kept."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(func.count(pages.c.fetched_at).label("pages"), func.min(pages.c.fetched_at).label("since"))
            ).one()
        return Kept(row.pages, row.since)


def compressed(page: Page) -> bytes:
    """The body as it is stored. zstd at its default level: a fifth of a news page's size in half a millisecond."""
    return zstandard.ZstdCompressor().compress(page.body)


def keep(connection: Connection, article: int, page: Page, body: bytes, now: datetime) -> None:
    """Keep a page, its `body` compressed already, for an article in place of the one before."""
    row = {
        "article_id": article,
        "url": page.url,
        "final_url": page.final_url,
        "content_type": page.headers.get("content-type", ""),
        "body": body,
        "fetched_at": now,
    }
    changing = [name for name in row if name != "article_id"]
    connection.execute(insert_or_replace(connection, pages, *changing), row)


def _page(url: str, final_url: str, content_type: str, body: bytes) -> Page:
    plain = zstandard.ZstdDecompressor().decompress(body, max_output_size=_LARGEST)
    return Page(url, final_url, 200, {"content-type": content_type} if content_type else {}, plain)
