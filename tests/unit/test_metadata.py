"""What a page says about itself, and which of its words is believed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from shared.stages.extract_text import parse_page
from shared.stages.json_ld import article_node
from shared.stages.metadata import Metadata, read_metadata
from tests.support.article_pages import TITLE, URL, article_page

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
ARTICLE = {
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2026-01-06T10:15:00Z",
    "author": [{"@type": "Person", "name": "Jane Doe"}, {"@type": "Person", "name": "John Roe"}],
    "publisher": {"@type": "Organization", "name": "The Harbour Post"},
}


def metadata(head: str = "", *, above: str = "", url: str = URL, title: str = TITLE) -> Metadata:
    tree = parse_page(article_page(head=head, above=above, url=url, title=title).body.decode())
    assert tree is not None
    return read_metadata(tree, url, NOW)


def json_ld(data: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


def test_json_ld_tells_date_authors_and_that_it_is_an_article() -> None:
    told = metadata(json_ld(ARTICLE))
    assert (told.title, told.byline, told.published, told.is_article) == (
        TITLE,
        "Jane Doe, John Roe",
        datetime(2026, 1, 6, 10, 15, tzinfo=UTC),
        True,
    )


@pytest.mark.parametrize(
    "nested",
    [
        [ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "x"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        [[ARTICLE]],
    ],
)
def test_an_article_is_found_however_it_is_nested(nested: object) -> None:
    assert article_node([json.dumps(nested)]).headline == TITLE


def test_authors_are_followed_to_the_node_that_names_them() -> None:
    graph = {"@graph": [{**ARTICLE, "author": {"@id": "#jane"}}, {"@type": "Person", "@id": "#jane", "name": "Jane Doe"}]}
    assert article_node([json.dumps(graph)]).authors == ("Jane Doe",)


@pytest.mark.parametrize("script", ["{", "null", "[1, 2]", '{"@type": 5}', "<!-- {} -->", "[" * 5000, '{"@graph": "x"}'])
def test_broken_json_ld_tells_nothing(script: str) -> None:
    assert article_node([script]).headline is None


def test_raw_line_breaks_inside_json_ld_are_forgiven() -> None:
    assert article_node(['{"@type": "NewsArticle", "headline": "Harbour\n reopens"}']).headline == "Harbour reopens"


def test_entities_that_were_escaped_twice_are_read() -> None:
    assert article_node(['{"@type": "Article", "headline": "Brandt&amp;#8217;s ferries"}']).headline == "Brandt’s ferries"


def test_open_graph_tells_what_json_ld_does_not() -> None:
    told = metadata(
        "<meta property='article:published_time' content='2026-01-06T10:15:00Z'><meta name='author' content='By Jane Doe'>"
        "<meta property='og:type' content='Article'>"
    )
    assert (told.published, told.byline, told.kind) == (datetime(2026, 1, 6, 10, 15, tzinfo=UTC), "Jane Doe", "article")


def test_a_date_that_no_tag_tells_is_found_in_the_address() -> None:
    told = metadata()
    assert told.published is not None
    assert told.published.date() == date(2026, 1, 6)


def test_a_page_extracted_long_after_the_library_was_loaded_keeps_its_date() -> None:
    """htmldate fixes its latest date when it is imported; later days would all count as future."""
    url = "https://www.harbour-post.example/2031/05/04/harbour"
    tree = parse_page(article_page(url=url).body.decode())
    told = read_metadata(tree, url, datetime(2031, 5, 5, tzinfo=UTC))
    assert told.published is not None
    assert told.published.date() == date(2031, 5, 4)


def test_a_publishing_system_s_empty_date_is_passed_over() -> None:
    told = metadata(json_ld({**ARTICLE, "datePublished": "0001-01-01T00:00:00Z"}))
    assert told.published is not None
    assert told.published.date() == date(2026, 1, 6)


@pytest.mark.parametrize(
    "author", ["https://www.facebook.com/harbourpost", "jane@harbour-post.example", "@janedoe", "", "a" * 200, "12345"]
)
def test_what_is_no_name_is_no_byline(author: str) -> None:
    assert metadata(f"<meta name='author' content='{author}'>").byline is None


def test_the_page_s_own_mark_of_its_author_is_the_last_resort() -> None:
    assert metadata(above="<p><a rel='author' href='/jane'>Jane Doe</a></p>").byline == "Jane Doe"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://www.harbour-post.example/news/harbour-reopens", "https://www.harbour-post.example/news/harbour-reopens"),
        ("/news/harbour-reopens#comments", "https://www.harbour-post.example/news/harbour-reopens"),
        ("https://harbour-post.example/news/harbour-reopens", "https://harbour-post.example/news/harbour-reopens"),
        ("https://www.harbour-post.example/", URL),
        ("https://www.harbour-post.example/2026/01/", URL),
        ("https://elsewhere.example/news/harbour-reopens", URL),
        ("javascript:void(0)", URL),
        ("https://[broken", URL),
        ("", URL),
    ],
)
def test_a_canonical_address_counts_where_it_stays_on_the_host_and_names_a_page(canonical: str, expected: str) -> None:
    assert metadata(f"<link rel='canonical' href='{canonical}'>").url == expected


def test_the_address_of_an_amp_page_leads_to_the_page_itself() -> None:
    url = "https://www.harbour-post.example/news/harbour/amp"
    assert metadata("<link rel='canonical' href='/news/harbour'>", url=url).url == "https://www.harbour-post.example/news/harbour"


def test_og_url_counts_where_there_is_no_canonical() -> None:
    told = metadata("<meta property='og:url' content='https://www.harbour-post.example/news/harbour'>")
    assert told.url == "https://www.harbour-post.example/news/harbour"


def test_an_article_that_costs_says_so() -> None:
    assert metadata(json_ld({**ARTICLE, "isAccessibleForFree": "False"})).is_paid
