"""Lines that are links on their page: teasers, topics and menus go, an article's own links stay."""

from __future__ import annotations

from collections.abc import Sequence

from shared.stages.clean.lines import split_lines
from shared.stages.clean.link_lines import NO_LINKS, Block, LinkedLines, find_linked_lines, lines_of_links
from shared.stages.extract_text import parse_page
from tests.support.article_pages import PARAGRAPHS

LEAD, FERRIES, CREWS, COUNCIL = PARAGRAPHS
TEASERS = (
    "Bakery wins the national prize for rye bread",
    "Museum buys painting of the old lighthouse",
    "Schools start later in March",
)


def linked_in(markup: str, raw_text: str) -> LinkedLines:
    tree = parse_page(f"<html><body>{markup}</body></html>")
    assert tree is not None
    return find_linked_lines(tree, raw_text)


def left(lines: Sequence[str], linked: LinkedLines) -> list[str]:
    split = split_lines("\n".join(lines))
    gone = {line.place for line in lines_of_links(split, linked)}
    return [line.text for line in split if line.place not in gone]


def items(*texts: str) -> LinkedLines:
    return linked_in("".join(f"<li><a href='/x'>{text}</a></li>" for text in texts), "\n".join(texts))


def paragraphs(*texts: str) -> LinkedLines:
    return linked_in("".join(f"<p><strong><a href='/x'>{text}</a></strong></p>" for text in texts), "\n".join(texts))


def test_a_line_is_a_link_where_its_element_is_mostly_link_text() -> None:
    linked = linked_in(
        f"<p>See: <a href='/x'>{TEASERS[0]}</a></p><p>{LEAD} <a href='/y'>more</a></p>", f"See: {TEASERS[0]}\n{LEAD} more"
    )
    assert [line in linked for line in split_lines(f"See: {TEASERS[0]}\n{LEAD} more")] == [True, False]


def test_links_whose_words_the_text_doesn_t_hold_are_not_looked_at() -> None:
    assert linked_in("<li><a href='/'>Home</a></li>", LEAD) == NO_LINKS


def test_the_kind_of_element_is_known() -> None:
    markup = f"<li><a>{TEASERS[0]}</a></li><h3><a>{TEASERS[1]}</a></h3><div><a>{TEASERS[2]}</a></div>"
    assert list(linked_in(markup, "\n".join(TEASERS)).blocks.values()) == [Block.ITEM, Block.HEADING, Block.PARAGRAPH]


def test_links_before_and_after_the_article_go() -> None:
    assert left((TEASERS[0], LEAD, FERRIES, *TEASERS[1:]), paragraphs(*TEASERS)) == [LEAD, FERRIES]


def test_a_run_of_list_items_inside_the_article_goes() -> None:
    assert left((LEAD, *TEASERS, FERRIES), items(*TEASERS)) == [LEAD, FERRIES]


def test_a_lone_link_inside_the_article_goes_where_there_are_few() -> None:
    assert left((LEAD, TEASERS[0], FERRIES), paragraphs(TEASERS[0])) == [LEAD, FERRIES]


def test_an_article_that_links_all_along_keeps_its_links() -> None:
    links = [f"Study number {number} on the cost of harbours" for number in range(8)]
    body = [part for link in links for part in (link, LEAD)]
    letters = [f"{link} {chr(97 + index) * 3}" for index, link in enumerate(links)]
    body = [part for link in letters for part in (link, LEAD)] + [FERRIES]
    assert left([LEAD, *body], paragraphs(*letters)) == [LEAD, *body]


def test_short_links_inside_are_names_and_stay() -> None:
    products = ("Deck shoes", "Oilskin", "Compass")
    assert left((LEAD, *products, FERRIES), items(*products)) == [LEAD, *products, FERRIES]


def test_headings_inside_that_are_links_stay() -> None:
    heading = "What the engineers found at the breakwater"
    linked = linked_in(f"<h2><a href='/x'>{heading}</a></h2>", heading)
    assert left((LEAD, heading, FERRIES), linked) == [LEAD, heading, FERRIES]


def test_a_text_without_running_text_is_left_alone() -> None:
    assert left(TEASERS, items(*TEASERS)) == list(TEASERS)


def test_bare_addresses_are_sources_and_stay() -> None:
    source = "https://www.harbour-post.example/report"
    assert left((LEAD, source), paragraphs(source)) == [LEAD, source]


def test_a_closing_list_of_headlines_with_teasers_goes() -> None:
    texts = [f"{teaser} and what the neighbours say about it in town" for teaser in TEASERS]
    markup = "".join(
        f"<li><div><h3><a href='/x'>{teaser}</a></h3><p>and what the neighbours say about it in town</p></div></li>"
        for teaser in TEASERS
    )
    lines = [f"- {text}" for text in texts]
    linked = linked_in(markup.replace("</h3><p>", "</h3> <p>"), "\n".join(lines))
    assert left((LEAD, FERRIES, *lines), linked) == [LEAD, FERRIES]


def test_two_such_items_are_too_few_to_be_sure() -> None:
    lines = [f"- {teaser} and what the neighbours say about it" for teaser in TEASERS[:2]]
    linked = LinkedLines({line.key: Block.LED for line in split_lines("\n".join(lines))})
    assert left((LEAD, *lines), linked) == [LEAD, *lines]
