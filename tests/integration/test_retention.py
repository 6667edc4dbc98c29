"""What is kept and for how long: raw pages for cleaning again, trails, titles above bodies, old revisions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.fetcher.retention import Retention
from shared.bootstrap import App
from shared.config import Settings
from shared.model import Article, Page
from shared.queue import JobQueue
from shared.store.ledger import Ledger
from shared.store.links import Claim, NewLink
from shared.store.pages import Kept, compressed
from shared.store.retention import PIECE, RetentionStore
from shared.store.schema import bodies, decisions, revisions, trail
from shared.store.store import Store
from tests.support.command import storyfold
from tests.support.folding import fold
from tests.support.generator import prose

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://a.example/1"


def page(url: str = URL, text: str = "Raw.") -> Page:
    return Page(url, url, 200, {"content-type": "text/html; charset=utf-8", "server": "x"}, text.encode())


def release(store: Store, url: str, now: datetime) -> Claim:
    store.links.submit([NewLink(url, url.split("/")[2])], now)
    [claim] = store.links.release(now, limit=1, per_host=9, lease=60)
    return claim


def extract(store: Store, url: str, text: str, now: datetime, raw: Page | None = None) -> Claim | None:
    host = url.split("/")[2]
    article = Article(url, host, "Title", None, None, "en", text)
    return store.articles.record(release(store, url, now), article, now, lease=60, page=raw).claim


def put_into_story(store: Store, url: str, text: str, now: datetime, raw: Page | None = None) -> None:
    claim = extract(store, url, text, now, raw)
    assert claim is not None
    assert fold(store, claim, now) is not None


def rows(store: Store, table: object) -> int:
    with store.database.reading() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def test_a_raw_page_comes_back_as_it_was_answered(store: Store) -> None:
    body = "<p>ünïcode</p>" * 1_000
    extract(store, URL, "Text.", NOW, page(text=body))
    [kept] = store.pages.of([1]).values()
    assert (kept.page.body, kept.page.final_url, kept.fetched) == (body.encode(), URL, NOW)
    assert kept.page.headers == {"content-type": "text/html; charset=utf-8"}
    assert len(compressed(page(text=body))) < len(body) / 20


def test_a_new_text_s_page_takes_the_place_of_the_old_one(store: Store) -> None:
    put_into_story(store, URL, "One text.", NOW, page(text="one"))
    put_into_story(store, URL, "Another text.", NOW + DAY, page(text="two"))
    assert [kept.page.body for kept in store.pages.of([1]).values()] == [b"two"]


def test_pages_are_dropped_oldest_first_in_pieces(store: Store) -> None:
    for number in range(PIECE + 3):
        extract(store, f"https://h{number}.example/1", "Text.", NOW + timedelta(seconds=number), page())
    retention = RetentionStore(store.database)
    assert retention.drop_pages(NOW + timedelta(seconds=PIECE + 1)) == PIECE
    assert store.pages.kept() == Kept(3, NOW + timedelta(seconds=PIECE))
    assert [retention.drop_pages(NOW + timedelta(seconds=PIECE + 1)) for _ in range(2)] == [1, 0]
    assert store.pages.kept().pages == 2


def test_the_fetcher_drops_what_is_older_than_the_settings_say(settings: Settings, store: Store, queue: JobQueue) -> None:
    put_into_story(store, URL, "Text.", NOW, page())
    store.bodies.other_titles("a.example", 1, URL, "Title", NOW)
    moment = NOW + 8 * DAY
    retention = Retention(App(replace(settings, page_days=7, trail_days=9), store, queue), clock=lambda: moment)
    retention.look()
    assert (store.pages.kept().pages, rows(store, trail), rows(store, bodies)) == (0, 4, 1)
    retention.clock, retention._next = lambda: NOW + 31 * DAY, 0.0
    retention.look()
    assert (rows(store, trail), rows(store, bodies)) == (0, 0)


def test_a_trail_goes_as_a_whole_and_only_when_its_link_ended_long_ago(store: Store) -> None:
    put_into_story(store, "https://old.example/1", "An old text.", NOW)
    put_into_story(store, "https://again.example/1", "A text that changes.", NOW)
    put_into_story(store, "https://again.example/1", "A text that has changed.", NOW + 20 * DAY)
    release(store, "https://waits.example/1", NOW)
    dropped, following = RetentionStore(store.database).drop_trails(NOW + 10 * DAY)
    assert (dropped, following) == (4, None)
    assert [len(told.steps) for host in ("old", "again", "waits") if (told := store.trails.of(f"https://{host}.example/1"))] == [
        0,
        8,
        2,
    ]
    assert [finding.rule for finding in Ledger(store.database).check() if not finding.holds] == []


def test_a_page_that_changes_by_the_minute_keeps_its_newest_texts(store: Store) -> None:
    for number in range(55):
        put_into_story(store, URL, "\n".join(prose(1, number)), NOW + timedelta(minutes=number))
    assert [rows(store, revisions), rows(store, decisions)] == [51, 52]
    assert next(old.number for old in store.articles.old_revisions(1)) == 4


def test_reclean_reads_the_raw_page_again(tmp_path: Path) -> None:
    here = Store(f"sqlite:///{tmp_path / 'state' / 'storyfold.db'}")
    here.prepare()
    told = prose(1, 1)
    markup = "".join(f"<p>{line}</p>" for line in told)
    raw = page(text=f"<html><head><title>Title</title></head><body><article><h1>Title</h1>{markup}</article></body></html>")
    put_into_story(here, URL, "\n".join(told[:3]), NOW, raw)
    answer = json.loads(storyfold(tmp_path, "reclean", "--json").stdout)
    assert (answer["articles"], answer["from raw pages"], answer["changed"]) == (1, 1, 1)
    article = here.articles.by_url(URL)
    here.close()
    assert article is not None
    assert article.text.split("\n") == told


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe\x00"])
def test_reclean_falls_back_to_the_text_where_the_page_holds_no_article(tmp_path: Path, broken: bytes) -> None:
    here = Store(f"sqlite:///{tmp_path / 'state' / 'storyfold.db'}")
    here.prepare()
    put_into_story(here, URL, "\n".join(prose(1, 1)), NOW, replace(page(), body=broken))
    here.close()
    answer = json.loads(storyfold(tmp_path, "reclean", "--json").stdout)
    assert (answer["articles"], answer["from raw pages"], answer["changed"]) == (1, 0, 0)
