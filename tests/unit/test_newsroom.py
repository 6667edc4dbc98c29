from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import pytest
from lxml import html
from trafilatura import bare_extraction
from trafilatura.settings import Document

from examples.newsroom.content import Article, load_articles, load_outlets
from examples.newsroom.server import Newsroom
from tests.support.newsroom import Reply, ask, expected, feed_links, key_of, read_feed

ARTICLES = load_articles(edition=1)
WHOLE_ARTICLES = [key for story in expected()["stories"] for key in story["members"]]
CORRECTED = expected()["revisions"][0]
OUTLETS = sorted(load_outlets())


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def first_edition() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def links(first_edition: Newsroom) -> dict[str, str]:
    return feed_links(first_edition)


def text_of(reply: Reply) -> str:
    """The page decoded as its HTTP header says, else as its meta element does."""
    told = re.search(r"charset=([\w-]+)", reply.headers["content-type"])
    meant = told.group(1) if told else re.findall(rb'<meta charset="([\w-]+)">', reply.body)[0].decode()
    return reply.body.decode(meant)


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def jaccard(one: Article, other: Article) -> float:
    a, b = set(words_of(" ".join(one.paragraphs))), set(words_of(" ".join(other.paragraphs)))
    return len(a & b) / len(a | b)


def numbers(article: Article) -> set[str]:
    return set(re.findall(r"\d[\d.,:]*\d|\d", " ".join(article.paragraphs)))


# --- feeds


def test_every_outlet_has_a_feed_and_all_three_formats_are_spoken(first_edition: Newsroom) -> None:
    feeds = [read_feed(first_edition, url) for url in first_edition.feed_urls()]
    assert [feed.bozo for feed in feeds] == [False] * len(OUTLETS)
    assert {feed.version for feed in feeds} == {"rss20", "atom10", "rss10"}
    assert all(entry.title and entry.link for feed in feeds for entry in feed.entries)


def test_feeds_list_exactly_the_links_that_expected_json_tells(links: dict[str, str]) -> None:
    told = expected()
    assert len(links) == told["links"]
    assert sorted(links) == sorted([*WHOLE_ARTICLES, *told["rejected"], *told["dead"], *told["redirects"]])


def test_every_entry_tells_when_it_was_published(first_edition: Newsroom) -> None:
    for url in first_edition.feed_urls():
        for entry in read_feed(first_edition, url).entries:
            told = entry.get("published_parsed") or entry.updated_parsed
            assert tuple(told)[:6] == ARTICLES[key_of(entry.link)].published.timetuple()[:6]


def test_umlauts_survive_a_feed_in_windows_1252(first_edition: Newsroom) -> None:
    url = next(url for url in first_edition.feed_urls() if "//moorbote." in url)
    assert b"h\xe4lt" in ask(first_edition, url).body
    assert "Deich bei Greifenwerder hält der Sturmflut stand" in [e.title for e in read_feed(first_edition, url).entries]


def test_one_link_stands_in_two_feeds_and_once_with_a_tracking_parameter(first_edition: Newsroom) -> None:
    urls = [entry.link for feed in first_edition.feed_urls() for entry in read_feed(first_edition, feed).entries]
    twice = [key for key, count in Counter(map(key_of, urls)).items() if count > 1]
    assert twice == ["ledger-lane/brackwater-buys-lumen-rill"]
    assert [url.partition("?")[2] for url in urls if key_of(url) in twice] == ["utm_source=globe-relay&utm_medium=feed", ""]


@pytest.mark.parametrize("header", [("etag", "If_None_Match"), ("last-modified", "If_Modified_Since")])
def test_an_unchanged_feed_answers_304(first_edition: Newsroom, header: tuple[str, str]) -> None:
    told, asked = header
    for url in first_edition.feed_urls():
        again = ask(first_edition, url, **{asked: ask(first_edition, url).headers[told]})
        assert (again.status, again.body) == (304, b"")


def test_a_feed_that_changed_answers_in_full_to_an_old_etag(newsroom: Newsroom) -> None:
    url = next(url for url in newsroom.feed_urls() if "//harbour-courier." in url)
    etag = ask(newsroom, url).headers["etag"]
    newsroom.publish_corrections()
    assert ask(newsroom, url, If_None_Match=etag).status == 200


# --- pages


def test_every_link_answers_as_told(first_edition: Newsroom, links: dict[str, str]) -> None:
    told = expected()
    status = dict.fromkeys(links, 200) | dict.fromkeys(told["dead"], 404) | dict.fromkeys(told["redirects"], 301)
    assert {key: ask(first_edition, url).status for key, url in links.items()} == status


def test_the_moved_link_leads_to_its_article(first_edition: Newsroom, links: dict[str, str]) -> None:
    for moved, target in expected()["redirects"].items():
        assert ask(first_edition, links[moved]).headers["location"] == links[target]


def test_the_consent_wall_holds_nothing_of_an_article(first_edition: Newsroom, links: dict[str, str]) -> None:
    page = text_of(ask(first_edition, links["globe-relay/what-we-know-about-the-lake-crisis"]))
    assert "partners use cookies" in page
    assert "Corvane" not in page


def test_every_outlet_has_a_template_of_its_own(first_edition: Newsroom, links: dict[str, str]) -> None:
    one_each = {key.partition("/")[0]: key for key in WHOLE_ARTICLES}
    ways = {_way_to_the_text(text_of(ask(first_edition, links[key])), ARTICLES[key]) for key in one_each.values()}
    assert sorted(one_each) == OUTLETS
    assert len(ways) == len(OUTLETS)


def _way_to_the_text(page: str, article: Article) -> str:
    """The elements around the last paragraph, with their attributes, from the body on."""
    opening = article.paragraphs[-1][:40]
    paragraph = next(p for p in html.fromstring(page).iter("p") if p.text_content().startswith(opening))
    return " > ".join(f"{e.tag} {dict(e.attrib)}" for e in [*reversed(list(paragraph.iterancestors())), paragraph])


def test_charsets_are_declared_in_the_header_or_in_the_page_only(first_edition: Newsroom, links: dict[str, str]) -> None:
    in_header = ask(first_edition, links["moorbote/moorbahn-faehrt-wieder"])
    in_page = ask(first_edition, links["ledger-lane/silver-linnet-insurers-brace-for-claims"])
    assert in_header.headers["content-type"] == "text/html; charset=windows-1252"
    assert b"<meta charset" not in in_header.body
    assert in_page.headers["content-type"] == "text/html"
    assert b'<meta charset="windows-1252">' in in_page.body
    assert "“Nobody is going to send a crew" in text_of(in_page)


@pytest.mark.parametrize("key", WHOLE_ARTICLES)
def test_trafilatura_finds_at_least_nine_tenths_of_an_article(first_edition: Newsroom, links: dict[str, str], key: str) -> None:
    wanted = Counter(words_of(" ".join(ARTICLES[key].paragraphs)))
    assert (wanted & Counter(words_of(_extract(first_edition, links[key])))).total() >= 0.9 * wanted.total()


def test_furniture_leaks_into_the_extracted_text_of_several_outlets(first_edition: Newsroom, links: dict[str, str]) -> None:
    leaking = {
        key.partition("/")[0]
        for key, lines in expected()["removed"].items()
        if any(line in _extract(first_edition, links[key]).splitlines() for line in lines)
    }
    assert leaking >= {"globe-relay", "northern-wire", "vale-tribune"}


def test_lines_that_must_go_stand_in_their_pages(first_edition: Newsroom, links: dict[str, str]) -> None:
    for key, lines in expected()["removed"].items():
        page = text_of(ask(first_edition, links[key]))
        assert [line for line in lines if line not in page] == []


def test_lines_that_a_host_repeats_leak_from_at_least_three_of_its_articles(
    first_edition: Newsroom, links: dict[str, str]
) -> None:
    for outlet, lines in expected()["host_lines"].items():
        texts = [_extract(first_edition, links[key]).splitlines() for key in WHOLE_ARTICLES if key.startswith(f"{outlet}/")]
        assert [line for line in lines if sum(line in text for text in texts) < 3] == []


def test_sentences_that_must_stay_stand_in_the_extracted_text(first_edition: Newsroom, links: dict[str, str]) -> None:
    for key, sentences in expected()["kept"].items():
        text = _extract(first_edition, links[key])
        assert [sentence for sentence in sentences if sentence not in text] == []


def _extract(newsroom: Newsroom, url: str) -> str:
    document = bare_extraction(text_of(ask(newsroom, url)), url=url, with_metadata=True, include_comments=False)
    assert isinstance(document, Document)
    return document.text or ""


# --- what expected.json tells


def test_the_partition_covers_every_article_once() -> None:
    told = expected()
    elsewhere = {*told["rejected"], *told["dead"], *told["redirects"]}
    assert Counter(WHOLE_ARTICLES) == Counter(ARTICLES.keys() - elsewhere)


def test_the_newsroom_is_big_enough_to_show_every_case() -> None:
    stories = expected()["stories"]
    assert len(OUTLETS) >= 6
    assert len(stories) >= 12
    assert len(WHOLE_ARTICLES) >= 28
    assert all(150 <= len(words_of(" ".join(ARTICLES[story["canonical"]].paragraphs))) <= 420 for story in stories)


def test_the_canonical_is_the_earliest_member_that_is_no_truncated_copy() -> None:
    for story in expected()["stories"]:
        whole = [ARTICLES[key] for key in story["members"] if ARTICLES[key].excerpt is None]
        assert story["canonical"] == min(whole, key=lambda article: article.published).key


def test_members_of_a_story_share_far_more_words_than_different_stories() -> None:
    stories = expected()["stories"]
    story_of = {key: story["canonical"] for story in stories for key in story["members"]}
    on_purpose = {frozenset(pair) for pair in expected()["apart"]}
    for one, other in combinations(WHOLE_ARTICLES, 2):
        alike = jaccard(ARTICLES[one], ARTICLES[other])
        if story_of[one] == story_of[other]:
            assert alike >= 0.45, (one, other)
        elif frozenset((one, other)) not in on_purpose:
            assert alike <= 0.25, (one, other)


def test_pages_of_one_template_share_their_words_and_not_their_numbers() -> None:
    templates = [(ARTICLES[a], ARTICLES[b]) for a, b in expected()["apart"] if a.partition("/")[0] == b.partition("/")[0]]
    assert len(templates) == 2
    for one, other in templates:
        assert jaccard(one, other) >= 0.4
        assert len(numbers(one) & numbers(other)) < 0.3 * len(numbers(one))


def test_independent_reports_share_names_and_few_words() -> None:
    lake, fire = [(ARTICLES[a], ARTICLES[b]) for a, b in expected()["apart"] if a.partition("/")[0] != b.partition("/")[0]]
    for (one, other), names in (
        (lake, {"silver", "linnet", "dunmere", "corvane", "merrin"}),
        (fire, {"sorrel", "ridge", "upper"}),
    ):
        assert all(names <= set(words_of(" ".join(article.paragraphs))) for article in (one, other))
        assert jaccard(one, other) < 0.25


# --- editions


def test_corrections_change_one_page_and_one_entry(newsroom: Newsroom) -> None:
    before = _bodies_and_entries(newsroom)
    newsroom.publish_corrections()
    after = _bodies_and_entries(newsroom)
    assert before.keys() == after.keys()
    assert [key for key in before if before[key][1:] != after[key][1:]] == expected()["revisions"]


def test_the_corrected_page_tells_the_new_figure_and_says_so(newsroom: Newsroom) -> None:
    url = feed_links(newsroom)[CORRECTED]
    first = _extract(newsroom, url)
    newsroom.publish_corrections()
    second = _extract(newsroom, url)
    assert [s for s in expected()["edition_2"]["kept"] if s in first or s not in second] == []
    assert ("Correction:" in first, "Correction:" in second) == (False, True)


def test_the_corrected_entry_keeps_its_link_and_guid_with_a_new_title_and_a_later_date(newsroom: Newsroom) -> None:
    def entry() -> tuple[str, str, str, tuple[int, ...]]:
        feeds = [read_feed(newsroom, url) for url in newsroom.feed_urls()]
        found = next(e for feed in feeds for e in feed.entries if key_of(e.link) == CORRECTED)
        changed = found.updated_parsed if "updated_parsed" in found.keys() else found.published_parsed  # noqa: SIM118
        return found.link, found.id, found.title, tuple(changed)

    first = entry()
    newsroom.publish_corrections()
    second = entry()
    assert first[:2] == second[:2]
    assert second[2] == expected()["edition_2"]["title"] != first[2]
    assert second[3] > first[3]


def test_corrections_can_be_published_over_http(newsroom: Newsroom) -> None:
    bare = f"http://127.0.0.1:{newsroom.port}"
    assert ask(newsroom, f"{bare}/newsroom/elsewhere", "POST").status == 404
    assert ask(newsroom, f"{bare}/newsroom/publish-corrections", "POST").status == 200
    assert "17 million" in text_of(ask(newsroom, feed_links(newsroom)[CORRECTED]))


def _bodies_and_entries(newsroom: Newsroom) -> dict[str, tuple[str, ...]]:
    """By link: its URL, then what corrections may change. Teasers on other pages tell the new title, so these don't count."""
    titles = {key_of(e.link): e.title for url in newsroom.feed_urls() for e in read_feed(newsroom, url).entries}
    return {
        key: (url, titles[key], re.sub(r"(?s)<h3>.*", "", text_of(ask(newsroom, url))))
        for key, url in feed_links(newsroom).items()
        if key in WHOLE_ARTICLES
    }
