"""Which extractor's text is taken, and what is done where it looks too short."""

from __future__ import annotations

from shared.stages.clean.lines import split_lines
from shared.stages.extract_text import extract_text, parse_page, strip_unread
from shared.stages.second_opinion import key_points, looks_short, second_opinion, whole_page
from tests.support.article_pages import COUNCIL, CREWS, FERRIES, LEAD, PARAGRAPHS, URL, article_page


def text_of(markup: str) -> str | None:
    tree = parse_page(markup)
    assert tree is not None
    strip_unread(tree)
    return extract_text(tree, markup, URL)


def markup_of(below: str = "", above: str = "") -> str:
    return article_page(below=below, above=above).body.decode()


def test_a_page_s_paragraphs_come_out_a_line_each() -> None:
    text = text_of(markup_of())
    assert text is not None
    assert [line for line in text.split("\n") if line in PARAGRAPHS] == list(PARAGRAPHS)
    assert "" not in text.split("\n")


def test_menus_and_footers_stay_out() -> None:
    assert "Quay Street" not in (text_of(markup_of()) or "")


def test_deeply_nested_pages_are_read_too() -> None:
    depth = 400
    body = "<div>" * depth + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS) + "</div>" * depth
    text = text_of(f"<html><head><title>x</title></head><body>{body}</body></html>")
    assert text is not None
    assert LEAD in text


def test_a_page_without_markup_has_no_tree() -> None:
    assert parse_page("") is None


def test_a_text_looks_short_where_the_page_has_much_more_prose() -> None:
    page = split_lines("\n".join(PARAGRAPHS))
    assert looks_short(LEAD, page)
    assert not looks_short("\n".join(PARAGRAPHS), page)


def test_captions_that_a_gallery_repeats_are_no_more_prose() -> None:
    assert not looks_short("\n".join(PARAGRAPHS), split_lines("\n".join((*PARAGRAPHS, LEAD, LEAD, LEAD))))


def test_a_second_opinion_counts_where_it_holds_ours_and_adds_to_it() -> None:
    other = second_opinion(LEAD, markup_of())
    assert other is not None
    assert all(paragraph in other for paragraph in PARAGRAPHS)


def test_a_second_opinion_on_something_else_is_not_taken() -> None:
    elsewhere = "A bakery in the old town has won the national prize for rye bread, which its owner makes from an old recipe."
    assert second_opinion(elsewhere, markup_of()) is None


def test_a_second_opinion_that_adds_little_is_not_taken() -> None:
    assert second_opinion("\n".join(PARAGRAPHS), markup_of()) is None


def test_a_page_that_breaks_the_second_extractor_has_no_second_opinion() -> None:
    assert second_opinion(LEAD, "") is None


def test_the_key_points_above_an_article_are_kept() -> None:
    points = (
        "Two ferries and a grain carrier came in on Tuesday morning after three days at sea",
        "The repair may cost nine million, more than the harbour earns in two years",
    )
    page = split_lines("\n".join(("Harbour reopens", "Key points", *(f"• {point}" for point in points), *PARAGRAPHS)))
    assert key_points("\n".join(PARAGRAPHS), page) == tuple(f"- {point}" for point in points)


def test_one_bullet_alone_is_a_caption() -> None:
    page = split_lines("\n".join((f"• {CREWS}", *PARAGRAPHS[:2])))
    assert key_points("\n".join(PARAGRAPHS[:2]), page) == ()


def test_points_that_the_text_holds_already_are_not_told_twice() -> None:
    text = f"- {CREWS}\n- {COUNCIL}\n{LEAD}\n{FERRIES}"
    assert key_points(text, split_lines(f"• {CREWS}\n• {COUNCIL}\n{LEAD}\n{FERRIES}")) == ()


def test_the_whole_page_is_read_generously() -> None:
    assert {LEAD, COUNCIL} <= {line.text for line in whole_page(markup_of())}
