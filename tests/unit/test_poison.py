"""One body under many titles of a host is a wall or a notice, whatever it says."""

from __future__ import annotations

from shared.stages.poison import body_key, is_poison
from tests.support.article_pages import COUNCIL, CREWS, FERRIES, LEAD, PARAGRAPHS

NOTICE = "This story is shown to members of our readers' club only, who find it in the application or in the printed issue."
ARTICLE = "\n".join(PARAGRAPHS * 3)


def test_a_short_body_under_two_different_titles_is_poison() -> None:
    assert is_poison(NOTICE, "Harbour reopens after the storm", ["Bakery wins national prize"])


def test_a_long_body_needs_a_third_title() -> None:
    others = ["Bakery wins national prize", "Museum buys painting"]
    assert not is_poison(ARTICLE, "Harbour reopens after the storm", others[:1])
    assert is_poison(ARTICLE, "Harbour reopens after the storm", others)


def test_versions_of_one_headline_count_once() -> None:
    assert not is_poison(
        NOTICE, "Harbour reopens after the storm", ["Harbour reopens", "Northwick harbour reopens after worst storm"]
    )


def test_an_article_under_a_second_address_is_no_poison() -> None:
    assert not is_poison(ARTICLE, "Harbour reopens", ["Harbour reopens", "Harbour reopens"])


def test_a_body_that_nobody_else_showed_is_no_poison() -> None:
    assert not is_poison(NOTICE, "Harbour reopens", [])


def test_titles_in_scripts_without_spaces_are_told_apart() -> None:
    assert is_poison(NOTICE, "港口重新开放", ["面包店获全国大奖"])
    assert not is_poison(NOTICE, "港口重新开放", ["港口今日重新开放"])


def test_a_missing_title_is_no_different_title() -> None:
    assert not is_poison(NOTICE, None, ["Harbour reopens"])


def test_the_key_of_a_body_is_that_of_its_words() -> None:
    assert body_key(f"{LEAD}\n{FERRIES}") == body_key(f" {LEAD.upper()} \n\n{FERRIES}")
    assert body_key(f"{LEAD} 12\n{CREWS}") == body_key(f"{LEAD} 13\n{CREWS}")
    assert body_key(LEAD) != body_key(COUNCIL)
