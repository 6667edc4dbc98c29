"""A page becomes an article, or a reason why not; whatever it holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.model import Article, Page, Rejection
from shared.stages.clean import NOTHING_LEARNED, HostLines
from shared.stages.clean.host_lines import lines_to_learn
from shared.stages.page_to_article import Extracted, ReadPage, Told, page_to_article, read_page, read_to_article
from tests.support.article_pages import PARAGRAPHS, TITLE, URL, article_page, page_of

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
HEAD = (
    "<script type='application/ld+json'>"
    + json.dumps(
        {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-01-06T10:15:00+00:00", "author": {"name": "Jane Doe"}}
    )
    + "</script>"
)


def extracted(page: Page, told: Told = Told(), host_lines: HostLines = NOTHING_LEARNED) -> Extracted:  # noqa: B008 - frozen
    found = page_to_article(page, told, host_lines, NOW)
    assert isinstance(found, Extracted), found
    return found


def article(page: Page, told: Told = Told()) -> Article:  # noqa: B008 - frozen
    return extracted(page, told).article


def test_an_article_has_its_text_and_metadata() -> None:
    page = article_page(head=HEAD, above="<p>By Jane Doe</p>", below="<p>Source link</p>")
    found = article(page)
    assert (found.url, found.host, found.title, found.byline, found.published, found.language, found.text) == (
        URL,
        "www.harbour-post.example",
        TITLE,
        "Jane Doe",
        datetime(2026, 1, 6, 10, 15, tzinfo=UTC),
        "en",
        "\n".join(PARAGRAPHS),
    )


def test_the_feed_s_title_and_date_are_preferred() -> None:
    told = Told("Northwick lets the ferries in", datetime(2026, 1, 5, tzinfo=UTC))
    found = article(article_page(head=HEAD), told)
    assert (found.title, found.published) == (told.title, told.published)


def test_the_site_goes_from_the_feed_s_title_too() -> None:
    assert article(article_page(), Told("Harbour reopens - The Harbour Post")).title == "Harbour reopens"


def test_the_uncut_text_is_kept_for_learning() -> None:
    found = extracted(article_page(below="<p>Source link</p>"))
    assert "Source link" in found.raw_text
    assert "Source link" not in found.article.text


def test_cut_lines_are_told() -> None:
    found = article(article_page(below="<p>Read also: Bakery wins prize</p>"))
    assert "Read also: Bakery wins prize" in {line.text for line in found.removed}


def test_links_to_other_articles_go_because_the_page_knows_that_they_are_links() -> None:
    teaser = "Bakery in the old town wins the national prize for rye bread"
    assert teaser not in article(article_page(below=f"<p><a href='/bakery'>{teaser}</a></p>")).text
    assert teaser in article(article_page(below=f"<p>{teaser}</p>")).text


def test_what_the_host_repeats_goes() -> None:
    page = article_page(above="<p>Fair winds since 1887</p>")
    learned = HostLines(frozenset(line.key for line in lines_to_learn("Fair winds since 1887")))
    assert "Fair winds" in extracted(page).article.text
    assert "Fair winds" not in extracted(page, host_lines=learned).article.text


def test_reading_and_cutting_can_be_done_apart() -> None:
    read = read_page(article_page(head=HEAD), Told(), NOW)
    assert isinstance(read, ReadPage)
    assert read.host == "www.harbour-post.example"
    assert read_to_article(read, NOTHING_LEARNED) == page_to_article(article_page(head=HEAD), Told(), NOTHING_LEARNED, NOW)


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16"])
def test_an_article_reads_the_same_in_any_charset(charset: str) -> None:
    coffee = "Café owners on the quay – twelve of them – reopened too, and poured coffee for the crews."
    markup = article_page((*PARAGRAPHS, coffee)).body.decode().replace("<meta charset='utf-8'>", "")
    page = page_of(markup.encode(charset), headers={"content-type": f"text/html; charset={charset}"})
    assert coffee in article(page).text


HOSTILE = {
    "deep nesting": "<div>" * 20_000 + "harbour" + "</div>" * 20_000,
    "deep lists": "<ul><li>" * 3_000 + "harbour",
    "unclosed tags": "<p><b><i><table><tr><td>" * 2_000,
    "zero bytes": "<html><body><p>" + "har\x00bour " * 500 + "</p></body></html>",
    "surrogate references": "<html><body><p>" + "&#xD800; &#xDFFF;" * 200 + "</p></body></html>",
    "control characters": "<html><body><p>" + "".join(map(chr, range(1, 32))) * 50 + "</p></body></html>",
    "a huge attribute": f"<html><body><p title='{'x' * 500_000}'>harbour</p></body></html>",
    "a million spaces": "<html><body><p>harbour" + " " * 1_000_000 + "</p></body></html>",
    "many breaks": "<html><body>" + "<br>" * 50_000 + "harbour</body></html>",
    "broken json-ld": "<html><script type='application/ld+json'>" + "[" * 20_000 + "</script><body><p>x</p></body></html>",
    "a wrong canonical": "<html><link rel='canonical' href='https://[::1'><base href='::::'><body><p>x</p></body></html>",
    "an entity bomb": "<!DOCTYPE html [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><html><body>&b;</body></html>",
    "nothing but a comment": "<!-- harbour -->",
    "frames": "<html><frameset><frame src='/x'></frameset></html>",
    "no body": "<html><head><title>Harbour</title></head></html>",
    "a date from nowhere": "<html><meta name='date' content='99999-99-99'><title>x</title><body><p>x</p></body></html>",
    "self-closing html": "<html/><p>harbour</p>",
    "xml": "<?xml version='1.0' encoding='utf-8'?><article><p>harbour</p></article>",
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_page_ends_as_a_rejection(markup: str) -> None:
    found = page_to_article(page_of(markup), Told(), NOTHING_LEARNED, NOW)
    assert isinstance(found, Rejection), found
    assert found.reason in {"not-an-article", "too-short", "not-text"}


def test_a_hostile_page_is_not_rejected_by_an_accident_of_ours() -> None:
    accidents = [
        found.detail
        for markup in HOSTILE.values()
        for found in [page_to_article(page_of(markup), Told(), NOTHING_LEARNED, NOW)]
        if isinstance(found, Rejection) and "could not be" in found.detail
    ]
    assert accidents == []


def test_an_article_inside_hostile_markup_is_still_read() -> None:
    page = article_page(
        above="<div>" * 300, head="<script type='application/ld+json'>{broken</script><link rel=canonical href='https://['>"
    )
    assert PARAGRAPHS[0] in article(page).text


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.dictionaries(st.just("content-type"), st.text(max_size=40), max_size=1))
def test_any_bytes_end_as_article_or_rejection(body: bytes, headers: dict[str, str]) -> None:
    assert isinstance(page_to_article(page_of(body, headers=headers), Told(), NOTHING_LEARNED, NOW), Extracted | Rejection)


PIECES = (
    *("<p>", "</p>", "<div>", "</div>", "<table>", "<td>", "<li>", "<a href='/x'>", "</a>", "<h1>", "<br>", "<!--", "-->"),
    *("&amp;", "&#0;", "<script type='application/ld+json'>", "</script>", '{"@type":"NewsArticle","datePublished":'),
    *("<meta property='og:title' content='", "'>", "harbour ", f"{PARAGRAPHS[0]} ", "港口重新开放。", "\x00", "\u2028"),
)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@settings(max_examples=80, deadline=None)
@given(MARKUP)
def test_any_markup_ends_as_article_or_rejection(markup: str) -> None:
    assert isinstance(page_to_article(page_of(markup), Told(), NOTHING_LEARNED, NOW), Extracted | Rejection)


def test_the_page_s_headline_goes_where_the_feed_titles_it_otherwise() -> None:
    found = article(article_page(), Told("Ferries back in Northwick"))
    assert (found.title, found.text.split("\n")[0]) == ("Ferries back in Northwick", PARAGRAPHS[0])
