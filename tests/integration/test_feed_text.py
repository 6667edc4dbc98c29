"""Articles that a feed tells in full, where their page can't be had: real servers, both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import escape

import pytest
import structlog

from shared.bootstrap import App, now
from shared.config import Settings
from shared.model import Entry
from shared.queue import JobQueue
from shared.store.entries import FoundEntry
from shared.store.links import Claim
from tests.support.feeds import Item, rss2
from tests.support.polling import app_that_reads_loopback, extract_due, poll
from tests.support.web import Reply, Site, serving

SENTENCES = (
    "The harbour board of Port Ellary voted on Tuesday to rebuild the northern breakwater before the winter storms arrive.",
    "Chairwoman Ines Calder said the work would cost 14 million crowns and take nine months to finish from start to end.",
    "Fishing crews had warned since 2023 that the old wall would not survive another January gale in its present state.",
    "The board will choose a builder from five bids by the end of March, and work is to start in the middle of April.",
)
FULL = "".join(f"<p>{number}. {sentence}</p>" for number in (1, 2, 3) for sentence in SENTENCES)
SHORT = f"<p>{SENTENCES[0]}</p>"


@pytest.fixture
def app(settings: Settings, queue: JobQueue) -> Iterator[App]:
    opened = app_that_reads_loopback(settings)
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as opened:
        yield opened


def told(url: str, content: str) -> Reply:
    """A feed whose only entry tells `content` of a page."""
    item = Item(url=url, title="Breakwater to be rebuilt")
    return Reply.feed(rss2(item, item_extra=f"<content:encoded>{escape(content)}</content:encoded>").encode())


def ended(app: App, site: Site, url: str, content: str) -> tuple[dict[str, int], list[str]]:
    """Poll a feed of one entry and extract it; how the links stand, and where the texts came from."""
    site.routes["/feed"] = told(url, content)
    app.store.feeds.add([site.url("/feed")], now(), interval=300)
    poll(app)
    with structlog.testing.capture_logs() as lines:
        extract_due(app)
    return app.store.links.counts(), [line["from"] for line in lines if line["event"] == "extract" and "from" in line]


def test_a_page_that_is_gone_is_told_by_its_feed(app: App, site: Site) -> None:
    counts, sources = ended(app, site, site.url("/news/1"), FULL)
    assert (counts, sources) == ({"extracted": 1}, ["feed"])
    article = app.store.articles.by_url(site.url("/news/1"))
    assert article is not None
    assert article.title == "Breakwater to be rebuilt"
    assert SENTENCES[3] in article.text
    assert "<p>" not in article.text


def test_a_page_without_an_article_is_told_by_its_feed(app: App, site: Site) -> None:
    site.routes["/news/1"] = Reply.html("<html><body><h1>Breakwater</h1><p>Subscribe to read on.</p></body></html>")
    assert ended(app, site, site.url("/news/1"), FULL) == ({"extracted": 1}, ["feed"])


def test_plain_text_in_a_feed_keeps_its_paragraphs(app: App, site: Site) -> None:
    plain = "\n\n".join(f"{number}. {sentence}" for number in (1, 2, 3) for sentence in SENTENCES)
    assert ended(app, site, site.url("/news/1"), plain)[1] == ["feed"]
    article = app.store.articles.by_url(site.url("/news/1"))
    assert article is not None
    assert len(article.text.splitlines()) == 12


def test_a_page_that_can_be_had_is_preferred(app: App, site: Site) -> None:
    body = "".join(f"<p>The page says more. {sentence}</p>" for sentence in SENTENCES)
    site.routes["/news/1"] = Reply.html(f"<html><body><article><h1>Breakwater</h1>{body}</article></body></html>")
    assert ended(app, site, site.url("/news/1"), FULL) == ({"extracted": 1}, [])
    article = app.store.articles.by_url(site.url("/news/1"))
    assert article is not None
    assert "The page says more." in article.text


def test_a_teaser_is_no_article(app: App, site: Site) -> None:
    assert ended(app, site, site.url("/news/1"), SHORT) == ({"dead:not-found": 1}, [])


def test_a_failure_that_may_pass_waits_for_the_page(app: App, site: Site) -> None:
    site.routes["/news/1"] = Reply(status=503)
    assert ended(app, site, site.url("/news/1"), FULL) == ({"due": 1}, [])


def test_a_failure_that_never_passed_is_told_by_the_feed(settings: Settings, queue: JobQueue, site: Site) -> None:
    app = app_that_reads_loopback(settings, attempts=1)
    site.routes["/news/1"] = Reply(status=503)
    assert ended(app, site, site.url("/news/1"), FULL) == ({"extracted": 1}, ["feed"])
    app.close()


def test_a_feed_cannot_speak_for_a_private_address(app: App, site: Site) -> None:
    assert ended(app, site, "http://10.0.0.1/news/1", FULL) == ({"rejected:private-address": 1}, [])


def test_another_host_s_consent_wall_is_no_reason_to_believe_the_feed(app: App, site: Site) -> None:
    site.routes |= {
        "/news/1": Reply.redirect(site.url("/collectconsent?session=1", "consent.localhost")),
        "/collectconsent": Reply.html("<html><body>Before you continue</body></html>"),
    }
    counts, sources = ended(app, site, site.url("/news/1"), FULL)
    assert sources == []
    assert list(counts) == ["rejected:consent-wall"]


def test_an_article_whose_page_was_had_before_stays_as_it_was(app: App, site: Site) -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    site.routes["/news/1"] = Reply.html(f"<html><body><article><h1>Breakwater</h1>{body}</article></body></html>")
    ended(app, site, site.url("/news/1"), SHORT)
    app.store.links.finish(Claim(1, release=2), "new-story", now(), step="fold")
    site.routes["/news/1"] = Reply(status=404)
    site.routes["/feed"] = told(site.url("/news/1"), FULL)
    poll(app)
    extract_due(app)
    assert app.store.links.counts() == {"dead:not-found": 1}


def test_texts_are_forgotten_once_their_links_have_surely_ended(app: App, site: Site) -> None:
    def record(number: int, days: int) -> None:
        entry = Entry(None, f"https://a.example/{number}", None, None, None)
        found = FoundEntry(entry, entry.url, "a.example", text=FULL)
        app.store.feeds.record_poll(1, [found], now() + timedelta(days=days))

    app.store.feeds.add([site.url("/feed")], now(), interval=300)
    record(1, days=0)
    record(2, days=4)
    assert app.store.feeds.full_text(1) is None
    assert app.store.feeds.full_text(2) == FULL
