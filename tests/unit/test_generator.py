"""The generated newsroom: the same for the same seed, and as its truth says."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import feedparser
import pytest

from shared.model import Page
from shared.stages.clean.host_lines import NOTHING_LEARNED
from shared.stages.entry_to_link import entry_to_link
from shared.stages.page_to_article import Extracted, Told, page_to_article
from tests.support.generator import Kind, Newsroom, prose

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def newsroom() -> Newsroom:
    made = Newsroom(seed=7, links=300, port=80)
    made.publish(1)
    return made


def links_of(newsroom: Newsroom, host: str) -> set[str]:
    _status, _kind, body = newsroom.answer(host, "/feed.xml")
    return {entry_to_link(entry.link).url for entry in feedparser.parse(io.BytesIO(body)).entries}


def read(newsroom: Newsroom, kind: Kind) -> object:
    item = next(each for each in newsroom.items if each.kind is kind)
    status, content_type, body = newsroom.answer(item.host, item.path)
    url = newsroom.url(item)
    return page_to_article(Page(url, url, status, {"content-type": content_type}, body), Told(), NOTHING_LEARNED, NOW)


def test_a_seed_makes_the_same_newsroom_again(newsroom: Newsroom) -> None:
    assert newsroom.items == Newsroom(seed=7, links=300).items
    assert newsroom.items != Newsroom(seed=8, links=300).items


@pytest.mark.parametrize("links", [100, 5_000])
def test_it_has_as_many_links_as_asked_for(links: int) -> None:
    made = Newsroom(seed=1, links=links)
    assert len(made.items) == len({each.host + each.path for each in made.items}) == links


def test_every_link_is_told_by_its_outlet_s_feed(newsroom: Newsroom) -> None:
    told = set[str]().union(*(links_of(newsroom, host) for host in newsroom.outlets))
    assert told == {entry_to_link(newsroom.url(item)).url for item in newsroom.items}


def test_the_feed_of_everything_names_the_same_links_in_other_words(newsroom: Newsroom) -> None:
    told = set[str]().union(*(links_of(newsroom, host) for host in newsroom.outlets))
    variants = links_of(newsroom, "everywhere.localhost")
    assert len(variants) == 60
    assert variants <= told


def test_an_article_s_page_holds_its_prose(newsroom: Newsroom) -> None:
    item = next(each for each in newsroom.items if each.kind is Kind.ARTICLE)
    found = read(newsroom, Kind.ARTICLE)
    assert isinstance(found, Extracted)
    assert found.article.text == "\n".join(prose(7, item.story))


def test_an_alias_names_the_article_s_own_address(newsroom: Newsroom) -> None:
    item = next(each for each in newsroom.items if each.kind is Kind.ALIAS)
    found = read(newsroom, Kind.ALIAS)
    assert isinstance(found, Extracted)
    assert found.article.url.endswith(item.same_as)


def test_the_second_edition_tells_more(newsroom: Newsroom) -> None:
    before = read(newsroom, Kind.UPDATED)
    newsroom.update()
    after = read(newsroom, Kind.UPDATED)
    assert isinstance(before, Extracted)
    assert isinstance(after, Extracted)
    assert after.article.text.startswith(before.article.text + "\n")


def test_stories_share_no_passage() -> None:
    words = [set(" ".join(prose(7, story)).split()) for story in range(50)]
    shared = max(len(one & other) for place, one in enumerate(words) for other in words[:place])
    assert shared < 20  # function words, and an invented one now and then


def test_traps_are_told_by_outlets_and_belong_to_no_story() -> None:
    made = Newsroom(seed=7, links=50, port=80, traps=["silence", "reset"], trap_port=81)
    made.publish(1)
    traps = {"http://trap0.localhost:81/silence", "http://trap1.localhost:81/reset"}
    assert traps < set[str]().union(*(links_of(made, host) for host in made.outlets))
    assert not traps & set[str]().union(*made.partition())
    assert len(made.items) == 52
